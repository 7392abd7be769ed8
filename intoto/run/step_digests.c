/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots with what is known from before, and the word that must be said about it. */
#include "run/step_digests.h"

#include "record/reuse.h"
#include "run/step_link.h"

/* What record start has said of the materials counts, too. */
static int64_t said_before(const struct intoto_link *link, const char *member)
{
	const struct it_json *ours = it_json_get(link->environment, "intoto");
	int64_t count;

	return it_json_int(it_json_get(it_json_get(ours, "digests"), member), &count) &&
			       count > 0 && count < INT64_MAX / 2
		       ? count
		       : 0;
}

static struct it_reuse_counts counts_of(const struct it_step_options *options)
{
	struct it_reuse_counts counts = { 0 };

	if (options->snapshot.reuse)
		it_reuse_count(options->snapshot.reuse, &counts);
	return counts;
}

/* Of one snapshot. */
static int note(struct intoto_link *link, const struct it_step_options *options,
		const struct it_reuse_counts *before, struct intoto_error **err)
{
	const struct it_reuse_counts now = counts_of(options);
	const struct it_reuse *reuse = options->snapshot.reuse;
	int64_t wrong = said_before(link, "wrong") + (int64_t)(now.wrong - before->wrong);
	IT_AUTO(it_json_freep) struct it_json *digests = NULL;
	/* Files on disks: far below what the type holds. */
	int64_t sum = said_before(link, "reused") + (int64_t)(now.used - before->used);
	int64_t left_out =
		said_before(link, "left-out") + (int64_t)(now.left_out - before->left_out);
	const char *mode;
	int rc;

	if (!reuse || (!sum && !it_reuse_has_cache(reuse)))
		return INTOTO_OK;
	mode = it_reuse_mode(reuse) == IT_REUSE_VERIFY ? "verify" : "trust";
	digests = it_json_new_object();
	rc = it_json_set_take(digests, "reused", it_json_new_int(sum), err);
	if (!rc && it_reuse_has_cache(reuse))
		rc = it_json_set_take(digests, "cache", it_json_new_text(it_span_text(mode)), err);
	if (!rc && wrong)
		rc = it_json_set_take(digests, "wrong", it_json_new_int(wrong), err);
	if (!rc && left_out)
		rc = it_json_set_take(digests, "left-out", it_json_new_int(left_out), err);
	return rc ? rc : it_step_note(link, "digests", it_json_ref(digests), err);
}

static int take(struct it_artifacts *out, struct intoto_link *link, const struct it_strings *paths,
		const struct it_step_options *options, const struct it_snapshot_options *snapshot,
		struct intoto_error **err)
{
	const struct it_reuse_counts before = counts_of(options);
	int rc = it_snapshot(out, paths, snapshot, err);

	return rc ? rc : note(link, options, &before, err);
}

int it_step_take_materials(struct intoto_link *link, const struct it_step_options *options,
			   struct intoto_error **err)
{
	struct it_snapshot_options snapshot = options->snapshot;

	snapshot.cost = options->stats ? &options->stats->materials : NULL;
	return take(&link->materials, link, options->materials, options, &snapshot, err);
}

int it_step_take_products(struct intoto_link *link, const struct it_step_options *options,
			  struct intoto_error **err)
{
	struct it_snapshot_options snapshot = options->snapshot;

	snapshot.cost = options->stats ? &options->stats->products : NULL;
	snapshot.before = &link->materials;
	return take(&link->products, link, options->products, options, &snapshot, err);
}
