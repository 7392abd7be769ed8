/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists of claims side by side. */
#include <stdlib.h>

#include "archive/diff_part.h"
#include "base/text.h"

enum { VALUE_MAX = 1024 * 1024 };

static const char *const group_names[IT_DIFF_GROUPS] = {
	[IT_DIFF_RELEASE] = "release",	    [IT_DIFF_LAYOUT] = "layout",
	[IT_DIFF_STEP] = "steps",	    [IT_DIFF_SIGNER] = "signers",
	[IT_DIFF_TOOL] = "tools",	    [IT_DIFF_INPUT] = "inputs",
	[IT_DIFF_PRODUCT] = "products",	    [IT_DIFF_DEPENDENCY] = "dependencies",
	[IT_DIFF_FINDING] = "findings",	    [IT_DIFF_EXCEPTION] = "exceptions",
	[IT_DIFF_TRUST] = "trust",	    [IT_DIFF_FILE] = "files",
	[IT_DIFF_MISSING] = "not compared",
};

const char *it_archive_diff_group_name(enum it_archive_diff_group group)
{
	return group_names[group];
}

static const char *const change_words[] = {
	[IT_DIFF_CHANGED] = "changed", [IT_DIFF_ADDED] = "added", [IT_DIFF_REMOVED] = "removed",
	[IT_DIFF_NEW] = "new",	       [IT_DIFF_GONE] = "gone",	  [IT_DIFF_EXCUSED] = "excused",
	[IT_DIFF_UNKNOWN] = "unknown",
};

const char *it_archive_diff_change_word(enum it_archive_diff_change change)
{
	return change_words[change];
}

void it_archive_diff_free(struct it_archive_diff *diff)
{
	if (!diff)
		return;
	it_archive_free(diff->before);
	it_archive_free(diff->after);
	free(diff->rows);
	it_strings_done(&diff->texts);
	free(diff);
}

/* The claims of one name: several versions of a package, several who signed. */
struct run {
	const struct it_claim *first;
	size_t count;
};

static int compare_name(const struct it_claim *one, const struct it_claim *two)
{
	int order = (one->group > two->group) - (one->group < two->group);

	return order ? order : it_span_cmp(it_span_text(one->name), it_span_text(two->name));
}

static struct run next_run(const struct it_claims *claims, size_t at)
{
	struct run run = { at < claims->count ? &claims->items[at] : NULL, 0 };

	while (run.first && at + run.count < claims->count &&
	       !compare_name(run.first, &claims->items[at + run.count]))
		run.count++;
	return run;
}

static int join(struct it_archive_diff *diff, const char **out, const struct run *run,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(VALUE_MAX);
	int rc;

	for (size_t i = 0; i < run->count; i++)
		(void)it_buf_printf(&text, "%s%s", i ? ", " : "", run->first[i].value); /* below */
	rc = it_buf_check(&text, "what an archive says", err);
	if (!rc)
		rc = it_strings_add(&diff->texts, it_buf_text(&text), err);
	if (!rc)
		*out = diff->texts.items[diff->texts.count - 1];
	return rc;
}

static bool are_same(const struct run *before, const struct run *after)
{
	if (before->count != after->count)
		return false;
	for (size_t i = 0; i < before->count; i++)
		if (!it_streq(before->first[i].value, after->first[i].value))
			return false;
	return true;
}

static bool is_excused(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->first[i].excuse)
			return true;
	return false;
}

static enum it_archive_diff_change find_change(enum it_archive_diff_group group,
					       const struct run *before, const struct run *after)
{
	if (group == IT_DIFF_MISSING)
		return IT_DIFF_UNKNOWN;
	if (group != IT_DIFF_FINDING)
		return !before->count  ? IT_DIFF_ADDED
		       : !after->count ? IT_DIFF_REMOVED
				       : IT_DIFF_CHANGED;
	if (!after->count)
		return IT_DIFF_GONE;
	if (is_excused(after) && !is_excused(before))
		return IT_DIFF_EXCUSED;
	if (!before->count || (is_excused(before) && !is_excused(after)))
		return IT_DIFF_NEW;
	return IT_DIFF_CHANGED;
}

/* There is room for a row of every claim. */
static int add_row(struct it_archive_diff *diff, const struct run *before, const struct run *after,
		   struct intoto_error **err)
{
	const struct it_claim *one = before->count ? before->first : after->first;
	struct it_archive_diff_row row = { .group = one->group,
					   .change = find_change(one->group, before, after) };
	int rc;

	if (are_same(before, after)) {
		diff->same[one->group]++;
		return INTOTO_OK;
	}
	rc = it_strings_add(&diff->texts, one->name, err);
	if (rc)
		return rc;
	row.name = diff->texts.items[diff->texts.count - 1];
	rc = join(diff, &row.before, before, err);
	if (!rc)
		rc = join(diff, &row.after, after, err);
	if (!rc)
		diff->rows[diff->count++] = row;
	return rc;
}

static int compare(struct it_archive_diff *diff, const struct it_claims *before,
		   const struct it_claims *after, struct intoto_error **err)
{
	size_t i = 0;
	size_t k = 0;
	int rc = INTOTO_OK;

	diff->rows = calloc(before->count + after->count + 1, sizeof *diff->rows);
	if (!diff->rows)
		return it_err_nomem(err);
	while (!rc && (i < before->count || k < after->count)) {
		struct run one = next_run(before, i);
		struct run two = next_run(after, k);
		int order = !one.first ? 1 : !two.first ? -1 : compare_name(one.first, two.first);

		if (order > 0)
			one.count = 0;
		if (order < 0)
			two.count = 0;
		i += one.count;
		k += two.count;
		rc = add_row(diff, &one, &two, err);
	}
	return rc;
}

int it_archive_diff_read(struct it_archive_diff **out, const char *before, const char *after,
			 struct intoto_error **err)
{
	IT_AUTO(it_archive_diff_freep) struct it_archive_diff *diff = calloc(1, sizeof *diff);
	IT_AUTO(it_claims_done) struct it_claims one = { 0 };
	IT_AUTO(it_claims_done) struct it_claims two = { 0 };
	int rc;

	*out = NULL;
	if (!diff)
		return it_err_nomem(err);
	rc = it_claims_read(&one, before, err);
	if (!rc)
		rc = it_claims_read(&two, after, err);
	if (!rc)
		rc = it_claims_settle(&one, two.archive, err);
	if (!rc)
		rc = it_claims_settle(&two, one.archive, err);
	if (!rc)
		rc = compare(diff, &one, &two, err);
	if (rc)
		return rc;
	diff->before = one.archive;
	diff->after = two.archive;
	one.archive = two.archive = NULL; /* now the diff's */
	*out = diff;
	diff = NULL; /* now the caller's */
	return INTOTO_OK;
}
