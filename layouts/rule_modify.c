/* SPDX-License-Identifier: Apache-2.0 */
/* MODIFY: consumes what is on both sides with different digests. */
#include "layouts/rule.h"

static int apply(const struct it_rule *rule, struct it_rule_scene *scene,
		 struct it_rule_result *result, struct intoto_error **err)
{
	(void)err; /* nothing here can fail */
	it_rule_consume_changed(rule, scene, IT_MODIFIED, result);
	return INTOTO_OK;
}

static void explain(const struct it_rule *rule, const struct it_rule_scene *scene, size_t position,
		    struct it_buf *out)
{
	static const char *const reasons[] = {
		[IT_MODIFIED] = NULL, /* it was consumed */
		[IT_ONLY_HERE] = "it is only on one side",
		[IT_UNCHANGED] = "it was not modified",
		[IT_UNCERTAIN] = "its materials and products share no digest that can be compared",
	};
	const char *reason = reasons[it_queue_change(&scene->queue, position)];

	if (reason && it_rule_matches(rule, scene, position))
		(void)it_buf_add_text(out, reason); /* sticks */
}

const struct it_rule_kind it_rule_modify = {
	.keyword = "MODIFY",
	.form = "MODIFY <pattern>",
	.consumes = true,
	.parse = it_rule_parse_pattern,
	.print = it_rule_print_pattern,
	.apply = apply,
	.explain = explain,
};
