/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary link (specification 5.2, step 12): the materials of the first step, the products,
 * byproducts and command of the last one.  It stands for the layout where that is a sublayout.
 */
#include "layouts/chain.h"

int it_stage_summary(struct it_chain *chain, const char *name, struct intoto_link **out,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *summary = NULL;
	size_t steps = chain->layout->step_count;
	struct intoto_link *first = steps ? chain->links[0] : NULL;
	struct intoto_link *last = steps ? chain->links[steps - 1] : NULL;
	int rc = it_link_new(&summary, name, err);

	if (rc)
		return rc;
	/* Nothing is looked at any more after this, so the parts can move. */
	if (first) {
		summary->materials = first->materials;
		first->materials = (struct it_artifacts){ 0 };
	}
	if (last) {
		summary->products = last->products;
		last->products = (struct it_artifacts){ 0 };
		summary->command = last->command;
		last->command = (struct it_strings){ 0 };
		summary->byproducts = last->byproducts;
		last->byproducts = NULL;
	}
	*out = summary;
	summary = NULL; /* now the caller's */
	return INTOTO_OK;
}
