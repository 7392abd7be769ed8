/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one side of a step: first what becomes of each file, then one rule for each file or
 * for each folder of files of which the same becomes.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/draft.h"
#include "model/digest_set.h"

enum { NAME_MAX_BYTES = 1024 * 1024 };

/* What becomes of a file. */
struct fate {
	const struct it_rule_kind *kind;
	/* Of MATCH. */
	const char *from; /* NULL: no MATCH */
	enum intoto_link_side with;
	size_t source;	    /* bytes of the name before the part that both sides share */
	struct it_span far; /* the folder on the other side */
};

struct side {
	const struct it_flow *flow;
	size_t step;
	enum intoto_link_side side;
	const struct it_artifacts *artifacts;
	struct fate *fates;
	struct it_rules *out;
};

static bool same_folder(const struct side *side, size_t a, size_t b)
{
	struct it_span left = it_span(side->artifacts->items[a].name, side->fates[a].source);
	struct it_span right = it_span(side->artifacts->items[b].name, side->fates[b].source);

	return it_span_eq(left, right);
}

static bool same_fate(const struct side *side, size_t a, size_t b)
{
	const struct fate *left = &side->fates[a];
	const struct fate *right = &side->fates[b];

	return left->kind == right->kind && it_streq(left->from, right->from) &&
	       left->with == right->with && it_span_eq(left->far, right->far) &&
	       same_folder(side, a, b);
}

/* --- where a file comes from --- */

/* The step that had it last before this one, under the same name; else with the longest part of it.
 */
static bool find_origin(const struct side *side, const struct it_artifact *artifact,
			enum intoto_link_side with, struct fate *out)
{
	const struct it_flow *flow = side->flow;
	struct it_trails trails = it_flow_trails(flow, with, artifact->digests);
	const struct it_trail *best = NULL;
	size_t best_shared = 0;

	for (size_t i = 0; i < trails.count; i++) {
		const struct it_trail *trail = &trails.items[i];
		size_t shared = it_shared_end(trail->artifact->name, artifact->name);

		if (it_digests_match(trail->artifact->digests, artifact->digests) !=
			    IT_DIGESTS_MATCH ||
		    flow->rank[trail->step] >= flow->rank[side->step] || !shared ||
		    shared < best_shared ||
		    (best && shared == best_shared &&
		     flow->rank[trail->step] < flow->rank[best->step]))
			continue;
		best = trail;
		best_shared = shared;
	}
	if (!best)
		return false;
	*out = (struct fate){ &it_rule_match, flow->links[best->step]->name, with,
			      strlen(artifact->name) - best_shared,
			      it_span(best->artifact->name,
				      strlen(best->artifact->name) - best_shared) };
	/* An absolute rest behind a prefix is never matched. */
	return artifact->name[out->source] != '/';
}

static void settle_material(const struct side *side, const struct it_artifact *artifact, bool whole,
			    struct fate *fate)
{
	const struct intoto_link *link = side->flow->links[side->step];
	const struct it_artifact *after =
		it_artifacts_find(&link->products, it_span_text(artifact->name));

	if (find_origin(side, artifact, INTOTO_PRODUCTS, fate) ||
	    find_origin(side, artifact, INTOTO_MATERIALS, fate))
		return;
	*fate = (struct fate){ .kind = !after && whole ? &it_rule_delete : &it_rule_allow };
}

static void settle_product(const struct side *side, const struct it_artifact *artifact,
			   struct fate *fate)
{
	const struct intoto_link *link = side->flow->links[side->step];
	const struct it_artifact *before =
		it_artifacts_find(&link->materials, it_span_text(artifact->name));

	*fate = (struct fate){ .kind = before ? &it_rule_modify : &it_rule_create };
	if (before && it_digests_match(before->digests, artifact->digests) == IT_DIGESTS_MATCH)
		*fate = (struct fate){ .kind = &it_rule_match,
				       .from = link->name,
				       .with = INTOTO_MATERIALS };
}

/* Whether products were recorded where materials were: only then does a missing one mean DELETE. */
static bool looks_twice(const struct intoto_link *link)
{
	for (size_t i = 0; i < link->products.count; i++)
		if (it_artifacts_find(&link->materials, it_span_text(link->products.items[i].name)))
			return true;
	return false;
}

static void settle(const struct side *side)
{
	bool whole = looks_twice(side->flow->links[side->step]);

	for (size_t i = 0; i < side->artifacts->count; i++) {
		const struct it_artifact *artifact = &side->artifacts->items[i];

		if (side->side == INTOTO_MATERIALS)
			settle_material(side, artifact, whole, &side->fates[i]);
		else
			settle_product(side, artifact, &side->fates[i]);
	}
}

/* --- rules --- */

/* Appends a name so that as a pattern it matches itself. */
static void add_escaped(struct it_buf *out, struct it_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c == '*' || c == '?' || c == '[')
			(void)it_buf_printf(out, "[%c]", c); /* sticks, looked at by the caller */
		else
			(void)it_buf_add_byte(out, c);
	}
}

static int add_words(struct it_strings *words, const char *first, struct it_span second,
		     struct intoto_error **err)
{
	int rc = it_strings_add(words, first, err);

	return rc ? rc : it_strings_add_span(words, second, err);
}

/* "IN folder", without its slash; nothing when there is no folder. */
static int add_folder(struct it_strings *words, struct it_span folder, struct intoto_error **err)
{
	if (!folder.len)
		return INTOTO_OK;
	/* "/" alone stays. */
	if (folder.len > 1)
		folder.len--;
	return add_words(words, "IN", folder, err);
}

static int add_match(struct it_strings *words, const struct side *side, size_t index,
		     struct intoto_error **err)
{
	const struct fate *fate = &side->fates[index];
	int rc = add_folder(words, it_span(side->artifacts->items[index].name, fate->source), err);

	if (!rc)
		rc = add_words(
			words, "WITH",
			it_span_text(fate->with == INTOTO_PRODUCTS ? "PRODUCTS" : "MATERIALS"),
			err);
	if (!rc)
		rc = add_folder(words, fate->far, err);
	return rc ? rc : add_words(words, "FROM", it_span_text(fate->from), err);
}

/* A rule with the fate of a file for a pattern, which holds the file's folder still. */
static int add_rule(const struct side *side, size_t index, struct it_span pattern,
		    struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	const struct fate *fate = &side->fates[index];
	int rc = add_words(&words, fate->kind->keyword, pattern, err);

	if (!rc && fate->from)
		rc = add_match(&words, side, index, err);
	return rc ? rc : it_rules_add(side->out, &words, NULL, err);
}

/* The pattern for all names below a folder, or for one name when len is the whole of it. */
static int add_rule_below(const struct side *side, size_t index, size_t len,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf pattern = IT_BUF(NAME_MAX_BYTES);
	const char *name = side->artifacts->items[index].name;
	size_t source = side->fates[index].source;
	int rc;

	add_escaped(&pattern, it_span(name + source, len > source ? len - source : 0));
	if (name[len])
		(void)it_buf_add_byte(&pattern, '*'); /* looked at in the next line */
	rc = it_buf_check(&pattern, "pattern", err);
	return rc ? rc : add_rule(side, index, it_buf_span(&pattern), err);
}

static int require(const struct side *side, size_t index, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	int rc = add_words(&words, it_rule_require.keyword,
			   it_span_text(side->artifacts->items[index].name), err);

	return rc ? rc : it_rules_add(side->out, &words, NULL, err);
}

static int list_files(const struct side *side, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < side->artifacts->count; i++)
		rc = require(side, i, err);
	for (size_t i = 0; !rc && i < side->artifacts->count; i++)
		rc = add_rule_below(side, i, strlen(side->artifacts->items[i].name), err);
	return rc;
}

/* Whether another name begins with the first len bytes of this one. */
static bool is_beside(const struct side *side, size_t index, size_t other, size_t len)
{
	const struct it_artifact *items = side->artifacts->items;

	return other < side->artifacts->count && strlen(items[other].name) >= len &&
	       it_span_eq(it_span(items[other].name, len), it_span(items[index].name, len));
}

/* Behind the last name that begins with the first len bytes of this one. */
static size_t folder_end(const struct side *side, size_t index, size_t len)
{
	size_t end = index + 1;

	while (is_beside(side, index, end, len))
		end++;
	return end;
}

/* Whether a folder can stand for its files: of all the same becomes, and it is below their IN. */
static bool is_uniform(const struct side *side, size_t begin, size_t end, size_t len)
{
	for (size_t i = begin; i < end; i++)
		if (!same_fate(side, begin, i))
			return false;
	return end - begin > 1 && len >= side->fates[begin].source;
}

/*
 * One rule for the largest folder of which this file is the first and that is uniform; its end is
 * returned through *end.  Nothing but MATCH may stand for everything there is: it compares digests.
 */
static int list_folder(const struct side *side, size_t index, size_t *end,
		       struct intoto_error **err)
{
	const char *name = side->artifacts->items[index].name;
	size_t len = 0;

	for (;;) {
		size_t next = strcspn(name + len, "/");

		*end = folder_end(side, index, len);
		if ((len || side->fates[index].from) &&
		    (!index || !is_beside(side, index, index - 1, len)) &&
		    is_uniform(side, index, *end, len))
			return add_rule_below(side, index, len, err);
		if (!name[len + next])
			break;
		len += next + 1;
	}
	*end = index + 1;
	return add_rule_below(side, index, strlen(name), err);
}

static int list_folders(const struct side *side, struct intoto_error **err)
{
	size_t end = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < side->artifacts->count; i = end)
		rc = list_folder(side, i, &end, err);
	return rc;
}

static int disallow_rest(struct it_rules *out, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	int rc = add_words(&words, it_rule_disallow.keyword, it_span_text("*"), err);

	return rc ? rc : it_rules_add(out, &words, NULL, err);
}

int it_draft_rules(struct it_rules *out, const struct it_flow *flow, size_t step,
		   enum intoto_link_side which, const struct it_draft_options *options,
		   struct intoto_error **err)
{
	const struct intoto_link *link = flow->links[step];
	struct side side = { .flow = flow, .step = step, .side = which, .out = out };
	IT_AUTO(it_freep) struct fate *fates = NULL;
	int rc;

	side.artifacts = which == INTOTO_MATERIALS ? &link->materials : &link->products;
	side.fates = fates = calloc(side.artifacts->count + 1, sizeof *fates);
	if (!fates)
		return it_err_nomem(err);
	settle(&side);
	rc = side.artifacts->count <= options->limit ? list_files(&side, err)
						     : list_folders(&side, err);
	return rc ? rc : disallow_rest(out, err);
}
