/* SPDX-License-Identifier: Apache-2.0 */
/* From traced files to artifacts. */
#include "run/step_trace_artifacts.h"

#include <stdio.h>

#include "base/text.h"
#include "record/ignore.h"
#include "run/step_trace_digests.h"

enum { NAME_BYTES_MAX = 64 * 1024, SENTENCE_MAX = 64 * 1024, FILES_TOLD = 5 };

/* One table on its way: what is new is collected, then added, so that it is whole or as before. */
struct work {
	struct it_artifacts *table; /* sealed */
	struct it_artifacts more;
	const struct it_trace_terms *terms;
	struct it_ignore *ignore; /* NULL: nothing is left out */
	struct it_buf name;
	struct it_buf doubts; /* files whose content nobody knows */
	size_t doubtful;
};

static void work_done(struct work *work)
{
	it_artifacts_done(&work->more);
	it_ignore_free(work->ignore);
	it_buf_done(&work->name);
	it_buf_done(&work->doubts);
}

static int start(struct work *work, struct it_artifacts *table, const struct it_trace_terms *terms,
		 struct intoto_error **err)
{
	const struct it_strings *exclude = terms->snapshot->exclude;

	*work = (struct work){ .table = table,
			       .terms = terms,
			       .name = IT_BUF(NAME_BYTES_MAX),
			       .doubts = IT_BUF(SENTENCE_MAX) };
	return exclude ? it_ignore_new(&work->ignore, exclude, err) : INTOTO_OK;
}

/* Makes work->name; false when it is to be left out. */
static bool name_it(struct work *work, const struct it_traced_file *file)
{
	it_buf_reset(&work->name);
	it_traced_file_name(&work->name, file, work->terms);
	return !work->ignore ||
	       !it_ignore_match_named(work->ignore, it_buf_text(&work->name), false);
}

static int refuse_other(const struct work *work, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_buf_span(&work->name));

	return it_err_set(err, INTOTO_E_IO,
			  "%s: has another digest than when it was recorded: it changed meanwhile",
			  quoted ? quoted : "");
}

static int add(struct work *work, const struct it_traced_file *file, struct intoto_error **err)
{
	const struct it_artifact *there;
	int rc = it_buf_check(&work->name, "the name of a traced file", err);

	if (rc)
		return rc;
	there = it_artifacts_find(work->table, it_buf_span(&work->name));
	if (there)
		return it_streq(there->digests, file->digests) ? INTOTO_OK
							       : refuse_other(work, err);
	return it_artifacts_add(&work->more, it_buf_span(&work->name), it_span_text(file->digests),
				err);
}

static int finish(struct work *work, struct intoto_error **err)
{
	int rc = it_artifacts_seal(&work->more, err);

	for (size_t i = 0; !rc && i < work->more.count; i++)
		rc = it_artifacts_add(work->table, it_artifact_name(&work->more.items[i]),
				      it_span_text(work->more.items[i].digests), err);
	return rc ? rc : it_artifacts_seal(work->table, err);
}

/* --- materials --- */

static const char *doubt_about(enum it_traced_state state)
{
	if (state == IT_TRACED_REMOVED)
		return "was removed";
	if (state == IT_TRACED_UNREADABLE)
		return "cannot be read";
	return state == IT_TRACED_UNPROVEN
		       ? "stands on a file system whose change times prove nothing"
		       : "was changed";
}

static void doubt(struct work *work, const struct it_traced_file *file)
{
	if (work->doubtful++ >= FILES_TOLD)
		return;
	if (work->doubts.len)
		(void)it_buf_add_text(&work->doubts, ", "); /* sticks; still a text */
	it_text_quote(&work->doubts, it_span_text(file->path));
	(void)it_buf_printf(&work->doubts, " (%s)", doubt_about(file->state)); /* likewise */
}

static int refuse_doubts(const struct work *work, struct intoto_error **err)
{
	char more[64] = "";

	if (work->doubtful > FILES_TOLD)
		(void)snprintf(more, sizeof more, " and %zu more",
			       work->doubtful - FILES_TOLD); /* fits */
	return it_err_set(err, INTOTO_E_IO,
			  "materials=traced: what the command read of %s%s is not known any more; "
			  "name such files with --materials too, so that they are recorded before "
			  "it runs, or leave them out with --exclude",
			  it_buf_text(&work->doubts), more);
}

static bool was_read(const struct it_traced_file *file)
{
	return file->touches & (IT_TOUCH_READ | IT_TOUCH_EXECUTED | IT_TOUCH_ASKED);
}

/* What was not there before the step is its own work, if it was not moved there. */
static bool is_own(const struct it_traced_file *file)
{
	return (file->touches & IT_TOUCH_CREATED) && !(file->touches & IT_TOUCH_FOUND) &&
	       !file->older && file->state != IT_TRACED_UNCHANGED;
}

/*
 * Somebody who may not read a file was refused it, so an attempt says nothing; but a program can be
 * run without being readable.
 */
static bool is_only_asked(const struct it_traced_file *file)
{
	return !(file->touches & (IT_TOUCH_READ | IT_TOUCH_EXECUTED));
}

/* Whether there was content that is not there as it was. */
static bool is_doubtful(const struct it_traced_file *file)
{
	switch ((int)file->state) {
	case IT_TRACED_MADE:
	case IT_TRACED_CHANGED:
	case IT_TRACED_UNPROVEN:
	case IT_TRACED_REMOVED:
		return true;
	case IT_TRACED_UNREADABLE:
		return !is_only_asked(file);
	default:
		return false; /* folders, devices, what is absent */
	}
}

static int take_material(struct work *work, const struct it_traced_file *file,
			 struct intoto_error **err)
{
	if (file->state == IT_TRACED_UNCHANGED)
		return add(work, file, err);
	if (is_doubtful(file) && !it_artifacts_find(work->table, it_buf_span(&work->name)))
		doubt(work, file);
	return INTOTO_OK;
}

int it_traced_materials(struct it_artifacts *materials, const struct it_traced_files *files,
			const struct it_trace_terms *terms, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { 0 };
	int rc = start(&work, materials, terms, err);

	for (size_t i = 0; !rc && i < files->count; i++) {
		const struct it_traced_file *file = &files->items[i];

		if (was_read(file) && !is_own(file) && !(file->touches & IT_TOUCH_FOLDER) &&
		    name_it(&work, file))
			rc = take_material(&work, file, err);
	}
	if (!rc && work.doubtful)
		rc = refuse_doubts(&work, err);
	return rc ? rc : finish(&work, err);
}

/* --- products --- */

/* A file that was opened for writing and is as it was is none. */
static bool is_product(const struct it_traced_file *file)
{
	bool named = file->touches & IT_TOUCH_CREATED;
	bool written = file->touches & IT_TOUCH_WRITTEN;

	if (file->state > IT_TRACED_UNPROVEN)
		return false;
	return named || (written && file->state != IT_TRACED_UNCHANGED);
}

static bool is_lost(const struct it_traced_file *file)
{
	return file->state == IT_TRACED_UNREADABLE &&
	       (file->touches & (IT_TOUCH_WRITTEN | IT_TOUCH_CREATED));
}

static int refuse_lost(const struct it_traced_file *file, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(file->path));

	return it_err_set(err, INTOTO_E_IO,
			  "products=traced: %s: the command wrote it, and it cannot be read",
			  quoted ? quoted : "");
}

int it_traced_products(struct it_artifacts *products, const struct it_traced_files *files,
		       const struct it_trace_terms *terms, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { 0 };
	int rc = start(&work, products, terms, err);

	for (size_t i = 0; !rc && i < files->count; i++) {
		const struct it_traced_file *file = &files->items[i];

		if (is_product(file) && name_it(&work, file))
			rc = add(&work, file, err);
		else if (is_lost(file) && name_it(&work, file))
			rc = refuse_lost(file, err);
	}
	return rc ? rc : finish(&work, err);
}
