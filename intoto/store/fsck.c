/* SPDX-License-Identifier: Apache-2.0 */
#include "store/fsck_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum { TEXT_MAX = 64 * 1024 };

static void fsck_done(struct it_fsck *fsck)
{
	free(fsck->nodes);
	free(fsck->removals);
	free(fsck->gone);
	it_fsck_holds_done(fsck);
	it_retention_log_free(fsck->retention);
	free(fsck->archive);
	it_room_done(&fsck->room);
}

int it_fsck_fault(struct it_fsck *fsck, const char *code, int64_t number,
		  const struct it_object_id *id, struct intoto_error **err, const char *format, ...)
{
	IT_AUTO(it_freep) char *text = NULL;
	struct it_fsck_finding finding = {
		.code = code, .fault = true, .number = number, .id = id
	};
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		text = NULL;
		return it_err_nomem(err);
	}
	finding.text = text;
	fsck->result->faults++;
	return fsck->options->finding(fsck->options->arg, &finding, err);
}

int it_fsck_note(struct it_fsck *fsck, const char *code, const struct it_object_id *id,
		 const char *text, struct intoto_error **err)
{
	const struct it_fsck_finding finding = {
		.code = code, .text = text, .number = -1, .id = id
	};

	fsck->result->notes++;
	return fsck->options->finding(fsck->options->arg, &finding, err);
}

/* --- removals --- */

static int take_removal(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_fsck *fsck = arg;
	struct it_fsck_removal removal = { .number = row->values[0].number,
					   .entry = row->values[1].number };
	int rc = it_object_id_read(&removal.id, &row->values[2], err);

	if (rc)
		return rc;
	if (fsck->removal_count == fsck->removal_cap) {
		size_t cap = fsck->removal_cap ? 2 * fsck->removal_cap : 256;
		struct it_fsck_removal *grown = reallocarray(fsck->removals, cap, sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		fsck->removals = grown;
		fsck->removal_cap = cap;
	}
	fsck->removals[fsck->removal_count++] = removal;
	return INTOTO_OK;
}

static int compare_entries(const void *a, const void *b)
{
	const struct it_fsck_removal *const *one = a;
	const struct it_fsck_removal *const *two = b;

	return ((*one)->entry > (*two)->entry) - ((*one)->entry < (*two)->entry);
}

static int read_removals(struct it_fsck *fsck, struct intoto_error **err)
{
	static const char text[] = "SELECT number, entry, id FROM removal ORDER BY number";
	int rc = it_sql_each(fsck->store->sql, text, NULL, 0, take_removal, fsck, err);

	if (rc)
		return rc;
	fsck->gone = calloc(fsck->removal_count + 1, sizeof *fsck->gone);
	if (!fsck->gone)
		return it_err_nomem(err);
	for (size_t i = 0; i < fsck->removal_count; i++)
		fsck->gone[i] = &fsck->removals[i];
	qsort(fsck->gone, fsck->removal_count, sizeof *fsck->gone, compare_entries);
	return INTOTO_OK;
}

int it_fsck_run(struct it_store *store, const struct it_fsck_options *options,
		struct it_fsck_result *result, struct intoto_error **err)
{
	IT_AUTO(fsck_done)
	struct it_fsck fsck = { .store = store, .options = options, .result = result };
	int rc;

	*result = (struct it_fsck_result){ 0 };
	rc = it_retention_log_new(&fsck.retention, err);
	if (!rc)
		rc = read_removals(&fsck, err);
	if (!rc)
		rc = it_fsck_log(&fsck, err);
	if (!rc)
		rc = it_fsck_tree(&fsck, err);
	if (!rc)
		rc = it_fsck_holds(&fsck, err);
	if (!rc)
		rc = it_fsck_retention(&fsck, err);
	return rc || options->log_only ? rc : it_fsck_objects(&fsck, err);
}
