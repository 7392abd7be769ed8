/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a mistake in a layout, told while it is written. */
#include <stdio.h>

#include "base/text.h"
#include "cmd/layout_file.h"

static const char *const side_names[] = { "material", "product" };

static void remark(const struct it_item *item, const char *side, const char *subject,
		   const char *text)
{
	IT_AUTO(it_freep) char *name = it_text_quoted(it_span_text(item->name));
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(subject));

	(void)fprintf(stderr, "note: %s: %s rules: %s%s%s\n", name ? name : "", side,
		      quoted ? quoted : "", *subject ? ": " : "",
		      text); /* a remark that cannot be printed is no failure */
}

static const char *fault_of(const struct it_layout_file *file, const struct it_rule *rule,
			    enum intoto_link_side side)
{
	if (rule->kind == &it_rule_create && side == INTOTO_MATERIALS)
		return "never matches a material";
	if (rule->kind == &it_rule_delete && side == INTOTO_PRODUCTS)
		return "never matches a product";
	if (rule->kind == &it_rule_match && !it_layout_find(file->layout, rule->from))
		return "the layout has no step or inspection of that name yet";
	return NULL;
}

/* Implicit ALLOW: what no rule consumed is fine, which is rarely what is meant for a step. */
static void check_end(const struct it_item *item, enum intoto_link_side side)
{
	const struct it_rules *rules = &item->rules[side];

	if (!rules->count || rules->items[rules->count - 1].kind != &it_rule_disallow)
		remark(item, side_names[side], "",
		       "the last one is no DISALLOW, so anything else is allowed");
}

void it_layout_remark(const struct it_layout_file *file, const struct it_item *item, bool is_step)
{
	for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
		const struct it_rules *rules = &item->rules[side];

		for (size_t i = 0; i < rules->count; i++) {
			const char *fault =
				fault_of(file, &rules->items[i], (enum intoto_link_side)side);
			IT_AUTO(it_freep)
			char *text = fault ? it_rule_text(&rules->items[i]) : NULL;

			if (fault)
				remark(item, side_names[side], text ? text : "", fault);
		}
		if (is_step)
			check_end(item, (enum intoto_link_side)side);
	}
}
