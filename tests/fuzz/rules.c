/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules over artifacts.  Lines: "+NAME" a material, "-NAME" a product, "=NAME" both, and everything
 * else a rule.  A rule that was read prints as one that reads the same, and no rule loses count.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layouts/rule.h"
#include "layouts/words.h"

struct scene {
	struct it_artifacts sides[2];
	struct it_rules rules;
};

static void scene_done(struct scene *scene)
{
	it_artifacts_done(&scene->sides[INTOTO_MATERIALS]);
	it_artifacts_done(&scene->sides[INTOTO_PRODUCTS]);
	it_rules_done(&scene->rules);
}

static void read_rule(struct it_rules *rules, const char *line)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };
	IT_AUTO(it_rules_done) struct it_rules again = { 0 };
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_freep) char *twice = NULL;

	if (it_words_split(&tokens, line, NULL) || it_rules_add(rules, &tokens, NULL, NULL))
		return;
	text = it_rule_text(&rules->items[rules->count - 1]);
	it_strings_done(&tokens);
	if (!text || it_words_split(&tokens, text, NULL) ||
	    it_rules_add(&again, &tokens, NULL, NULL))
		abort();
	twice = it_rule_text(&again.items[0]);
	if (!it_streq(text, twice))
		abort();
}

/* What is no name is left out. */
static void add_name(struct it_artifacts *artifacts, struct it_span name, const char *digest)
{
	if (it_artifacts_add(artifacts, name, it_span_text(digest), NULL) == INTOTO_E_NOMEM)
		abort();
}

static void read_line(struct scene *scene, const char *line)
{
	struct it_span name = it_span_text(line + (*line ? 1 : 0));
	const char *digest = strlen(line) % 2 ? "sha256:00" : "sha256:01";

	if (*line == '+' || *line == '=')
		add_name(&scene->sides[INTOTO_MATERIALS], name, digest);
	if (*line == '-' || *line == '=')
		add_name(&scene->sides[INTOTO_PRODUCTS], name, *line == '-' ? "sha256:02" : digest);
	if (!strchr("+-=", *line))
		read_rule(&scene->rules, line);
}

static const struct it_artifacts *find(void *arg, const char *item, enum intoto_link_side side)
{
	const struct scene *scene = arg;

	return it_streq(item, "s") ? &scene->sides[side] : NULL;
}

static void apply(struct scene *scene, enum intoto_link_side side)
{
	struct it_rule_scene at = { .side = side, .find = find, .arg = scene };

	if (it_queue_init(&at.queue, &scene->sides[side], &scene->sides[!side], NULL))
		abort();
	for (size_t i = 0; i < scene->rules.count; i++) {
		IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(1 << 20);
		const struct it_rule *rule = &scene->rules.items[i];
		struct it_rule_result result;
		size_t before = at.queue.left;

		if (it_rule_apply(rule, &at, &result, NULL) ||
		    result.consumed + at.queue.left != before ||
		    (!rule->kind->consumes && result.consumed))
			abort();
		for (size_t j = 0; rule->kind->explain && j < at.queue.artifacts->count; j++)
			rule->kind->explain(rule, &at, j, &why);
	}
	it_queue_done(&at.queue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_freep) char *text = strndup((const char *)data, size);
	IT_AUTO(scene_done) struct scene scene = { 0 };
	char *line = text;

	while (line) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		read_line(&scene, line);
		line = end;
	}
	if (it_artifacts_seal(&scene.sides[INTOTO_MATERIALS], NULL) ||
	    it_artifacts_seal(&scene.sides[INTOTO_PRODUCTS], NULL))
		return 0; /* one name with two digests */
	apply(&scene, INTOTO_MATERIALS);
	apply(&scene, INTOTO_PRODUCTS);
	return 0;
}
