/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MATCH: consumes artifacts that another item has with the same digests.
 *
 * Only names below the source prefix are candidates, and the pattern is matched against what
 * follows it; that rest, below the destination prefix, is the name on the other side (Python's
 * reading; Go also takes names that lack the prefix).  Digest sets match as it_digests_match()
 * says; Python and Go want them equal as a whole, and take two equal SHA-1 for a match.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"
#include "layouts/rule.h"
#include "model/digest_set.h"

enum { NAME_MAX_BYTES = 16 * 1024 * 1024 };

/* --- reading --- */

/* Takes an optional "IN <prefix>". */
static int take_prefix(char **prefix, char *const **tokens, char *const *end)
{
	if (end - *tokens < 2 || !it_streq_nocase((*tokens)[0], "IN"))
		return INTOTO_OK;
	*prefix = strdup((*tokens)[1]);
	*tokens += 2;
	return *prefix ? INTOTO_OK : INTOTO_E_NOMEM;
}

/* Takes "WITH MATERIALS|PRODUCTS". */
static int take_with(enum intoto_link_side *side, char *const **tokens, char *const *end)
{
	if (end - *tokens < 2 || !it_streq_nocase((*tokens)[0], "WITH"))
		return INTOTO_E_FORMAT;
	if (it_streq_nocase((*tokens)[1], "PRODUCTS"))
		*side = INTOTO_PRODUCTS;
	else if (it_streq_nocase((*tokens)[1], "MATERIALS"))
		*side = INTOTO_MATERIALS;
	else
		return INTOTO_E_FORMAT;
	*tokens += 2;
	return INTOTO_OK;
}

static int parse(struct it_rule *rule, char *const *tokens, size_t count)
{
	char *const *end = tokens + count;
	int rc = it_rule_parse_pattern(rule, tokens, count ? 1 : 0);

	tokens += count ? 1 : 0;
	if (!rc)
		rc = take_prefix(&rule->source, &tokens, end);
	if (!rc)
		rc = take_with(&rule->with, &tokens, end);
	if (!rc)
		rc = take_prefix(&rule->destination, &tokens, end);
	if (!rc && (end - tokens != 2 || !it_streq_nocase(tokens[0], "FROM")))
		rc = INTOTO_E_FORMAT;
	if (rc)
		return rc;
	rule->from = strdup(tokens[1]);
	return rule->from ? INTOTO_OK : INTOTO_E_NOMEM;
}

static int print_prefix(const char *prefix, struct it_strings *out, struct intoto_error **err)
{
	int rc;

	if (!*prefix)
		return INTOTO_OK;
	rc = it_strings_add(out, "IN", err);
	return rc ? rc : it_strings_add(out, prefix, err);
}

static int print(const struct it_rule *rule, struct it_strings *out, struct intoto_error **err)
{
	int rc = it_strings_add(out, rule->pattern, err);

	if (!rc)
		rc = print_prefix(rule->source, out, err);
	if (!rc)
		rc = it_strings_add(out, "WITH", err);
	if (!rc)
		rc = it_strings_add(out, rule->with == INTOTO_PRODUCTS ? "PRODUCTS" : "MATERIALS",
				    err);
	if (!rc)
		rc = print_prefix(rule->destination, out, err);
	if (!rc)
		rc = it_strings_add(out, "FROM", err);
	return rc ? rc : it_strings_add(out, rule->from, err);
}

/* --- applying --- */

/* A walk over one side of the other item, in step with the walk over the queue. */
struct other_side {
	const struct it_artifacts *artifacts;
	size_t folder; /* bytes of the destination prefix and its slash */
	size_t at;     /* every later name below the folder is here or behind */
	size_t end;
};

static struct it_span rest_of(const struct other_side *other, size_t at)
{
	struct it_span name = it_artifact_name(&other->artifacts->items[at]);

	return it_span(name.data + other->folder, name.len - other->folder);
}

/*
 * Finds the artifact whose name is the folder and rest.  Rests come sorted, so the search goes on
 * from where the last one ended, in steps that double: one pass when much matches, few steps when
 * little does.
 */
static const struct it_artifact *advance(struct other_side *other, struct it_span rest)
{
	size_t step = 1;
	size_t low = other->at;
	size_t high = other->at;

	while (high < other->end && it_span_cmp(rest_of(other, high), rest) < 0) {
		low = high + 1;
		high = other->end - high > step ? high + step : other->end;
		step *= 2;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (it_span_cmp(rest_of(other, middle), rest) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	other->at = low;
	if (low == other->end || !it_span_eq(rest_of(other, low), rest))
		return NULL;
	return &other->artifacts->items[low];
}

/*
 * A rest that begins with a slash is an absolute path: behind a source prefix Python takes it for
 * another artifact and stops, so nothing is consumed; behind a destination prefix it replaces it.
 */
static const struct it_artifact *find_other(struct other_side *other, struct it_span rest,
					    bool behind_source)
{
	if (rest.len && rest.data[0] == '/') {
		if (behind_source)
			return NULL;
		if (other->folder)
			return it_artifacts_find(other->artifacts, rest);
	}
	return advance(other, rest);
}

/* "dir/", or nothing. */
static void add_folder(struct it_buf *out, const char *prefix)
{
	(void)it_buf_add_text(out, prefix); /* sticks in out */
	if (*prefix && !it_ends_with(prefix, "/"))
		(void)it_buf_add_byte(out, '/');
}

/* The names below a folder that begin with what every match of the pattern begins with. */
static struct it_range range_below(const struct it_artifacts *artifacts, struct it_buf *folder,
				   const struct it_glob *glob)
{
	size_t len = folder->len;
	struct it_range range;

	(void)it_buf_add_span(folder, it_glob_prefix(glob)); /* sticks in folder */
	range = it_artifacts_range(artifacts, it_buf_span(folder));
	folder->len = len;
	return range;
}

static void consume(struct it_rule_scene *scene, const struct it_glob *glob, struct it_range range,
		    size_t folder, struct other_side *other, struct it_rule_result *result)
{
	const struct it_artifact *items = scene->queue.artifacts->items;

	for (size_t i = it_queue_next(&scene->queue, range.begin, range.end); i < range.end;
	     i = it_queue_next(&scene->queue, i + 1, range.end)) {
		struct it_span rest = it_span(items[i].name + folder, items[i].name_len - folder);
		const struct it_artifact *match;

		if (!it_glob_match(glob, rest))
			continue;
		match = find_other(other, rest, folder > 0);
		if (!match || it_artifacts_match(&items[i], match) != IT_DIGESTS_MATCH)
			continue;
		it_queue_consume(&scene->queue, i);
		result->consumed++;
	}
}

static int apply(const struct it_rule *rule, struct it_rule_scene *scene,
		 struct it_rule_result *result, struct intoto_error **err)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));
	IT_AUTO(it_buf_done) struct it_buf source = IT_BUF(NAME_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf destination = IT_BUF(NAME_MAX_BYTES);
	struct other_side other = { 0 };
	struct it_range here;
	struct it_range there;

	other.artifacts = scene->find(scene->arg, rule->from, rule->with);
	result->unknown_item = !other.artifacts;
	if (!other.artifacts)
		return INTOTO_OK; /* consumes nothing, as in Python */
	add_folder(&source, rule->source);
	add_folder(&destination, rule->destination);
	here = range_below(scene->queue.artifacts, &source, &glob);
	there = range_below(other.artifacts, &destination, &glob);
	if (it_buf_check(&source, "rule", err) || it_buf_check(&destination, "rule", err))
		return source.failed ? (int)source.failed : (int)destination.failed;
	other.folder = destination.len;
	other.at = there.begin;
	other.end = there.end;
	consume(scene, &glob, here, source.len, &other, result);
	return INTOTO_OK;
}

/* The counterpart of one artifact, found by its whole name. */
static const struct it_artifact *counterpart(const struct it_rule *rule,
					     const struct it_artifacts *there, struct it_span rest)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);

	add_folder(&name, rule->destination);
	(void)it_buf_add_span(&name, rest); /* looked at in the next line */
	return name.failed ? NULL : it_artifacts_find(there, it_buf_span(&name));
}

static void explain(const struct it_rule *rule, const struct it_rule_scene *scene, size_t position,
		    struct it_buf *out)
{
	struct it_glob glob = it_glob(it_span_text(rule->pattern));
	const char *name = scene->queue.artifacts->items[position].name;
	const struct it_artifacts *there = scene->find(scene->arg, rule->from, rule->with);
	const struct it_artifact *match;
	IT_AUTO(it_buf_done) struct it_buf source = IT_BUF(NAME_MAX_BYTES);

	add_folder(&source, rule->source);
	if (!it_starts_with(name, it_buf_text(&source)) ||
	    !it_glob_match(&glob, it_span_text(name + source.len)))
		return;
	match = there ? counterpart(rule, there, it_span_text(name + source.len)) : NULL;
	if (!there)
		(void)it_buf_add_text(out, "nothing is known about"); /* sticks, as below */
	else if (match)
		it_digests_explain(out, scene->queue.artifacts->items[position].digests,
				   match->digests);
	else
		(void)it_buf_add_text(out, "it is not among");
	(void)it_buf_add_text(out, rule->with == INTOTO_PRODUCTS ? " the products of "
								 : " the materials of ");
	it_where_quote(out, it_span_text(rule->from));
}

const struct it_rule_kind it_rule_match = {
	.keyword = "MATCH",
	.form = "MATCH <pattern> [IN <folder>] WITH MATERIALS|PRODUCTS [IN <folder>] FROM <step>",
	.consumes = true,
	.parse = parse,
	.print = print,
	.apply = apply,
	.explain = explain,
};
