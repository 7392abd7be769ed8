/* SPDX-License-Identifier: Apache-2.0 */
/* DISALLOW: fails when anything that is still queued matches; consumes nothing. */
#include "layouts/glob.h"
#include "layouts/rule.h"

static int apply(const struct it_rule *rule, struct it_rule_scene *scene,
		 struct it_rule_result *result, struct intoto_error **err)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));
	const struct it_artifacts *artifacts = scene->queue.artifacts;
	struct it_range range = it_artifacts_range(artifacts, it_glob_prefix(&glob));

	(void)err; /* nothing here can fail */
	for (size_t i = it_queue_next(&scene->queue, range.begin, range.end); i < range.end;
	     i = it_queue_next(&scene->queue, i + 1, range.end))
		if (it_glob_match(&glob, it_artifact_name(&artifacts->items[i])))
			it_rule_refuse(result, i);
	return INTOTO_OK;
}

const struct it_rule_kind it_rule_disallow = {
	.keyword = "DISALLOW",
	.form = "DISALLOW <pattern>",
	.parse = it_rule_parse_pattern,
	.print = it_rule_print_pattern,
	.apply = apply,
};
