/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, one after the other: evidence, threshold, and then at once the rules, if they look back
 * only.  So each link of a chain of neighbours is read once, and two are in memory at a time. Steps
 * whose rules look forward are judged at the end.
 */
#include "base/text.h"
#include "layouts/chain.h"

/* Whether a rule takes from a step that comes later. */
static bool looks_forward(const struct it_chain *chain, const struct it_item *item)
{
	for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
		for (size_t i = 0; i < item->rules[side].count; i++) {
			const char *from = item->rules[side].items[i].from;
			const struct it_item *other =
				*from ? it_layout_find(chain->layout, from) : NULL;

			if (other && other->index > item->index &&
			    other->index < chain->layout->step_count)
				return true;
		}
	}
	return false;
}

int it_stage_steps(struct it_chain *chain, struct intoto_error **err)
{
	const struct intoto_layout *layout = chain->layout;
	int rc = layout->step_count ? it_folder_open(chain, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		rc = it_step_gather(chain, step, err);
		chain->later[i] = looks_forward(chain, &step->item);
		if (!rc && !chain->later[i])
			rc = it_item_judge_all(chain, &step->item, err);
	}
	for (size_t i = 0; !rc && i < layout->step_count; i++)
		if (chain->later[i])
			rc = it_item_judge_all(chain, &layout->steps[i].item, err);
	return rc;
}
