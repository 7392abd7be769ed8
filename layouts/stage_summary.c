/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary link (specification 5.2, step 12): the materials of the first step, the products,
 * byproducts and command of the last one.
 */
#include "layouts/chain.h"

/* The parts move: nothing is looked at any more after this. */
static void move_parts(struct intoto_link *summary, struct it_shelved *first,
		       struct it_shelved *last)
{
	if (first) {
		summary->materials = first->link->materials;
		first->link->materials = (struct it_artifacts){ 0 };
	}
	if (last) {
		summary->products = last->link->products;
		last->link->products = (struct it_artifacts){ 0 };
		summary->command = last->link->command;
		last->link->command = (struct it_strings){ 0 };
		summary->byproducts = last->link->byproducts;
		last->link->byproducts = NULL;
	}
}

int it_stage_summary(struct it_chain *chain, const char *name, struct intoto_link **out,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *summary = NULL;
	size_t steps = chain->layout->step_count;
	struct it_shelved *first = NULL;
	struct it_shelved *last = NULL;
	int rc = it_link_new(&summary, name, err);

	if (!rc && steps)
		rc = it_chain_link(&first, chain, 0, INTOTO_MATERIALS, err);
	if (first)
		first->pins++;
	if (!rc && steps)
		rc = it_chain_link(&last, chain, steps - 1, INTOTO_PRODUCTS, err);
	if (first)
		first->pins--;
	if (rc)
		return rc;
	move_parts(summary, first, last);
	*out = summary;
	summary = NULL; /* now the caller's */
	return INTOTO_OK;
}
