/* SPDX-License-Identifier: Apache-2.0 */
/* CREATE: consumes products that are no materials; among materials it consumes nothing. */
#include "layouts/rule.h"

static int apply(const struct it_rule *rule, struct it_rule_scene *scene,
		 struct it_rule_result *result, struct intoto_error **err)
{
	(void)err; /* nothing here can fail */
	if (scene->side == INTOTO_PRODUCTS)
		it_rule_consume_changed(rule, scene, IT_ONLY_HERE, result);
	return INTOTO_OK;
}

static void explain(const struct it_rule *rule, const struct it_rule_scene *scene, size_t position,
		    struct it_buf *out)
{
	if (scene->side == INTOTO_PRODUCTS && it_rule_matches(rule, scene, position))
		(void)it_buf_add_text(out, "it is a material too"); /* sticks in out */
}

const struct it_rule_kind it_rule_create = {
	.keyword = "CREATE",
	.form = "CREATE <pattern>",
	.consumes = true,
	.parse = it_rule_parse_pattern,
	.print = it_rule_print_pattern,
	.apply = apply,
	.explain = explain,
};
