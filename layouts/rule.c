/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rule kinds, and what they share. */
#include "layouts/rule.h"

#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"
#include "layouts/words.h"

enum { RULE_TEXT_MAX = 16 * 1024 * 1024 };

static const struct it_rule_kind *const kinds[] = {
	&it_rule_allow, &it_rule_create,   &it_rule_delete,  &it_rule_modify,
	&it_rule_match, &it_rule_disallow, &it_rule_require, NULL,
};

const struct it_rule_kind *const *it_rule_kinds(void)
{
	return kinds;
}

static const struct it_rule_kind *find_kind(const char *keyword)
{
	for (size_t i = 0; kinds[i]; i++)
		if (it_streq_nocase(kinds[i]->keyword, keyword))
			return kinds[i];
	return NULL;
}

static void rule_done(struct it_rule *rule)
{
	free(rule->pattern);
	free(rule->source);
	free(rule->destination);
	free(rule->from);
	*rule = (struct it_rule){ 0 };
}

void it_rules_done(struct it_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_done(&rules->items[i]);
	free(rules->items);
	*rules = (struct it_rules){ 0 };
}

static int refuse_keyword(const char *keyword, const struct it_where *where,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(keyword));
	IT_AUTO(it_buf_done) struct it_buf known = IT_BUF(RULE_TEXT_MAX);

	for (size_t i = 0; kinds[i]; i++)
		(void)it_buf_printf(&known, "%s%s", i ? ", " : "", kinds[i]->keyword); /* bounded */
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want one of %s, found '%s'",
			       it_buf_text(&known), quoted ? quoted : "");
}

/* Empty texts rather than NULL, so that nobody has to look. */
static int fill_gaps(struct it_rule *rule, struct intoto_error **err)
{
	char **texts[] = { &rule->pattern, &rule->source, &rule->destination, &rule->from };

	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		if (!*texts[i])
			*texts[i] = strdup("");
		if (!*texts[i])
			return it_err_nomem(err);
	}
	return INTOTO_OK;
}

static int read_rule(struct it_rule *rule, const struct it_strings *tokens,
		     const struct it_where *where, struct intoto_error **err)
{
	int rc;

	if (!tokens->count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "an empty rule");
	rule->kind = find_kind(tokens->items[0]);
	if (!rule->kind)
		return refuse_keyword(tokens->items[0], where, err);
	rc = rule->kind->parse(rule, tokens->items + 1, tokens->count - 1);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %zu words",
				       rule->kind->form, tokens->count);
	return fill_gaps(rule, err);
}

int it_rules_add(struct it_rules *rules, const struct it_strings *tokens,
		 const struct it_where *where, struct intoto_error **err)
{
	struct it_rule rule = { 0 };
	int rc = read_rule(&rule, tokens, where, err);

	if (!rc && rules->count == rules->cap) {
		size_t cap = rules->cap ? rules->cap * 2 : 8;
		struct it_rule *items = reallocarray(rules->items, cap, sizeof *items);

		rc = items ? INTOTO_OK : it_err_nomem(err);
		rules->items = items ? items : rules->items;
		rules->cap = items ? cap : rules->cap;
	}
	if (rc)
		rule_done(&rule);
	else
		rules->items[rules->count++] = rule;
	return rc;
}

int it_rule_tokens(const struct it_rule *rule, struct it_strings *out, struct intoto_error **err)
{
	int rc = it_strings_add(out, rule->kind->keyword, err);

	return rc ? rc : rule->kind->print(rule, out, err);
}

char *it_rule_text(const struct it_rule *rule)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(RULE_TEXT_MAX);

	if (it_rule_tokens(rule, &tokens, NULL))
		return NULL;
	it_words_join(&text, &tokens);
	return text.failed ? NULL : it_buf_take(&text);
}

bool it_rule_has_open_bracket(const struct it_rule *rule)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));

	return !rule->kind->literal && !it_glob_is_closed(&glob);
}

int it_rule_apply(const struct it_rule *rule, struct it_rule_scene *scene,
		  struct it_rule_result *result, struct intoto_error **err)
{
	*result = (struct it_rule_result){ 0 };
	return rule->kind->apply(rule, scene, result, err);
}

int it_rule_parse_pattern(struct it_rule *rule, char *const *tokens, size_t count)
{
	if (count != 1)
		return INTOTO_E_FORMAT;
	rule->pattern = strdup(tokens[0]);
	return rule->pattern ? INTOTO_OK : INTOTO_E_NOMEM;
}

int it_rule_print_pattern(const struct it_rule *rule, struct it_strings *out,
			  struct intoto_error **err)
{
	return it_strings_add(out, rule->pattern, err);
}

void it_rule_consume_changed(const struct it_rule *rule, struct it_rule_scene *scene,
			     enum it_change change, struct it_rule_result *result)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));
	const struct it_artifacts *artifacts = scene->queue.artifacts;
	struct it_range range = it_artifacts_range(artifacts, it_glob_prefix(&glob));

	for (size_t i = it_queue_next_changed(&scene->queue, change, range.begin, range.end);
	     i < range.end; i = it_queue_next_changed(&scene->queue, change, i + 1, range.end)) {
		if (!it_glob_match(&glob, it_artifact_name(&artifacts->items[i])))
			continue;
		it_queue_consume(&scene->queue, i);
		result->consumed++;
	}
}

void it_rule_refuse(struct it_rule_result *result, size_t position)
{
	if (result->refused < IT_RULE_NAMED)
		result->named[result->refused] = position;
	result->refused++;
}

bool it_rule_matches(const struct it_rule *rule, const struct it_rule_scene *scene, size_t position)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));

	return it_glob_match(&glob, it_span_text(scene->queue.artifacts->items[position].name));
}
