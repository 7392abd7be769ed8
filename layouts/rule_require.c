/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REQUIRE: fails when the artifact of that very name is not queued any more; consumes nothing.  So
 * a rule before it that consumed the artifact makes it fail (specification 4.3.3, as in Python).
 */
#include "layouts/rule.h"

static int apply(const struct it_rule *rule, struct it_rule_scene *scene,
		 struct it_rule_result *result, struct intoto_error **err)
{
	const struct it_artifacts *artifacts = scene->queue.artifacts;
	const struct it_artifact *artifact =
		it_artifacts_find(artifacts, it_span_text(rule->pattern));
	size_t at = artifact ? (size_t)(artifact - artifacts->items) : 0;

	(void)err; /* nothing here can fail */
	if (!artifact || it_queue_next(&scene->queue, at, at + 1) != at)
		it_rule_refuse(result, at);
	return INTOTO_OK;
}

const struct it_rule_kind it_rule_require = {
	.keyword = "REQUIRE",
	.form = "REQUIRE <name>",
	.literal = true,
	.parse = it_rule_parse_pattern,
	.print = it_rule_print_pattern,
	.apply = apply,
};
