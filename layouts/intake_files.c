/* SPDX-License-Identifier: Apache-2.0 */
/* The files that are here, against what the steps before have made. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"
#include "layouts/intake.h"
#include "layouts/rule.h"
#include "model/digest_set.h"

enum { NAME_MAX_BYTES = 16 * 1024 * 1024 };

static void finding_done(struct it_intake_finding *finding)
{
	free(finding->name);
	free(finding->text);
}

void it_intake_findings_done(struct it_intake_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		finding_done(&findings->items[i]);
	free(findings->items);
	*findings = (struct it_intake_findings){ 0 };
}

/* --- the list --- */

static int add(struct it_intake_findings *out, enum it_intake_fault fault, const char *name,
	       const char *text, struct intoto_error **err)
{
	struct it_intake_finding finding = { fault, strdup(name), strdup(text) };

	if (finding.name && finding.text && out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 16;
		struct it_intake_finding *items = reallocarray(out->items, cap, sizeof *items);

		out->items = items ? items : out->items;
		out->cap = items ? cap : out->cap;
	}
	if (!finding.name || !finding.text || out->count == out->cap) {
		finding_done(&finding);
		return it_err_nomem(err);
	}
	out->items[out->count++] = finding;
	return INTOTO_OK;
}

static int compare_findings(const void *a, const void *b)
{
	const struct it_intake_finding *left = a;
	const struct it_intake_finding *right = b;
	int order = it_span_cmp(it_span_text(left->name), it_span_text(right->name));

	return order ? order : (left->fault > right->fault) - (left->fault < right->fault);
}

/* Several rules may be against one file: it is told once. */
static void settle(struct it_intake_findings *out)
{
	size_t kept = 0;

	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare_findings);
	for (size_t i = 0; i < out->count; i++) {
		if (kept && it_streq(out->items[kept - 1].name, out->items[i].name))
			finding_done(&out->items[i]);
		else
			out->items[kept++] = out->items[i];
	}
	out->count = kept;
}

/* --- the rules --- */

struct work {
	struct it_intake_findings *out;
	const struct it_intake *intake;
	const struct it_artifacts *here;
	struct it_rule_scene scene;
};

static const struct it_artifacts *find_source(void *arg, const char *item,
					      enum intoto_link_side side)
{
	const struct it_intake *intake = arg;

	for (size_t i = 0; i < intake->source_count; i++)
		if (it_streq(intake->sources[i].item, item))
			return &intake->sources[i].sides[side];
	return NULL;
}

static void add_folder(struct it_buf *out, const char *prefix)
{
	(void)it_buf_add_text(out, prefix); /* sticks in out */
	if (*prefix && !it_ends_with(prefix, "/"))
		(void)it_buf_add_byte(out, '/');
}

/* The name behind a folder of a rule, if it is below it and matches the pattern; else data is NULL.
 */
static struct it_span rest_below(const char *name, const char *folder, const struct it_rule *rule)
{
	IT_AUTO(it_buf_done) struct it_buf prefix = IT_BUF(NAME_MAX_BYTES);
	struct it_glob glob = it_glob(it_span_text(rule->pattern));
	struct it_span rest = { 0 };

	add_folder(&prefix, folder);
	if (!prefix.failed && it_starts_with(name, it_buf_text(&prefix)) &&
	    it_glob_match(&glob, it_span_text(name + prefix.len)))
		rest = it_span_text(name + prefix.len);
	return rest;
}

/* What a rule would match a file with; NULL when there is nothing. */
static const struct it_artifact *counterpart(const struct work *work, const struct it_rule *rule,
					     const char *name)
{
	const struct it_artifacts *source =
		find_source((void *)(uintptr_t)work->intake, rule->from, rule->with);
	struct it_span rest = rest_below(name, rule->source, rule);
	IT_AUTO(it_buf_done) struct it_buf other = IT_BUF(NAME_MAX_BYTES);

	if (!source || !rest.data)
		return NULL;
	add_folder(&other, rule->destination);
	(void)it_buf_add_span(&other, rest); /* looked at in the next line */
	return other.failed ? NULL : it_artifacts_find(source, it_buf_span(&other));
}

static const char *side_name(enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? "materials" : "products";
}

/* A file that a rule forbids: it is another than it was, or it was nowhere. */
static int tell_forbidden(const struct work *work, const char *name, const char *rule_text,
			  struct intoto_error **err)
{
	const struct it_rules *rules = &work->intake->step->rules[INTOTO_MATERIALS];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(NAME_MAX_BYTES);

	for (size_t i = 0; i < rules->count; i++) {
		const struct it_rule *rule = &rules->items[i];

		if (rule->kind != &it_rule_match || !counterpart(work, rule, name))
			continue;
		(void)it_buf_printf(&text, "differs from the %s of '%s'", side_name(rule->with),
				    rule->from); /* sticks; a shorter text is one still */
		return add(work->out, IT_INTAKE_CHANGED, name, it_buf_text(&text), err);
	}
	(void)it_buf_printf(&text, "'%s' forbids it", rule_text);
	return add(work->out, IT_INTAKE_UNEXPECTED, name, it_buf_text(&text), err);
}

static int tell_refused(const struct work *work, const struct it_rule *rule,
			struct intoto_error **err)
{
	const struct it_queue *queue = &work->scene.queue;
	IT_AUTO(it_freep) char *text = it_rule_text(rule);
	int rc = text ? INTOTO_OK : it_err_nomem(err);

	if (!rc && rule->kind == &it_rule_require)
		return add(work->out, IT_INTAKE_MISSING, rule->pattern,
			   it_artifacts_find(work->here, it_span_text(rule->pattern))
				   ? "a rule takes it before the one that requires it"
				   : "a rule requires it",
			   err);
	for (size_t i = it_queue_next(queue, 0, work->here->count); !rc && i < work->here->count;
	     i = it_queue_next(queue, i + 1, work->here->count))
		if (it_rule_matches(rule, &work->scene, i))
			rc = tell_forbidden(work, work->here->items[i].name, text, err);
	return rc;
}

/* What the other step has, and the rule would match, and is not here. */
static int tell_missing(const struct work *work, const struct it_rule *rule,
			struct intoto_error **err)
{
	const struct it_artifacts *source =
		find_source((void *)(uintptr_t)work->intake, rule->from, rule->with);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && source && i < source->count; i++) {
		struct it_span rest = rest_below(source->items[i].name, rule->destination, rule);
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(NAME_MAX_BYTES);

		if (!rest.data)
			continue;
		add_folder(&name, rule->source);
		(void)it_buf_add_span(&name, rest); /* looked at in the next line */
		rc = it_buf_check(&name, "name", err);
		if (rc || it_artifacts_find(work->here, it_buf_span(&name)))
			continue;
		(void)it_buf_printf(&text, "is among the %s of '%s'", side_name(rule->with),
				    rule->from);
		rc = add(work->out, IT_INTAKE_MISSING, it_buf_text(&name), it_buf_text(&text), err);
	}
	return rc;
}

static int apply(struct work *work, const struct it_rule *rule, struct intoto_error **err)
{
	struct it_rule taken = *rule;
	struct it_rule_result result;
	int rc;

	/* Nobody knows yet what the step will change. */
	if (rule->kind == &it_rule_modify || rule->kind == &it_rule_delete)
		taken.kind = &it_rule_allow;
	if (rule->kind == &it_rule_create)
		return INTOTO_OK; /* takes no material */
	rc = it_rule_apply(&taken, &work->scene, &result, err);
	if (rc)
		return rc;
	if (rule->kind == &it_rule_match)
		work->out->matched += result.consumed;
	if (result.refused)
		return tell_refused(work, rule, err);
	return rule->kind == &it_rule_match ? tell_missing(work, rule, err) : INTOTO_OK;
}

int it_intake_compare(struct it_intake_findings *out, const struct it_intake *intake,
		      const struct it_artifacts *here, struct intoto_error **err)
{
	const struct it_rules *rules = &intake->step->rules[INTOTO_MATERIALS];
	struct it_artifacts nothing = { 0 };
	struct work work = { .out = out, .intake = intake, .here = here };
	int rc;

	work.scene.side = INTOTO_MATERIALS;
	work.scene.find = find_source;
	work.scene.arg = (void *)(uintptr_t)intake; /* only looked at */
	rc = it_queue_init(&work.scene.queue, here, &nothing, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < rules->count; i++)
		rc = apply(&work, &rules->items[i], err);
	it_queue_done(&work.scene.queue);
	settle(out);
	return rc;
}

int it_intake_compare_link(struct it_intake_findings *out, const struct it_artifacts *want,
			   const struct it_artifacts *here, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < here->count; i++) {
		const struct it_artifact *was =
			it_artifacts_find(want, it_span_text(here->items[i].name));

		if (!was)
			rc = add(out, IT_INTAKE_UNEXPECTED, here->items[i].name,
				 "is not in the link", err);
		else if (it_digests_match(was->digests, here->items[i].digests) != IT_DIGESTS_MATCH)
			rc = add(out, IT_INTAKE_CHANGED, was->name, "differs from the link", err);
		else
			out->matched++;
	}
	for (size_t i = 0; !rc && i < want->count; i++)
		if (!it_artifacts_find(here, it_span_text(want->items[i].name)))
			rc = add(out, IT_INTAKE_MISSING, want->items[i].name, "is in the link",
				 err);
	settle(out);
	return rc;
}
