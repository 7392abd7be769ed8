/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting what an export holds.  Each step leaves alone what is done already, so that an import
 * that was stopped is begun again.
 */
#include <stdlib.h>

#include "base/path.h"
#include "base/text.h"
#include "store/transfer_part.h"

enum { BATCH = 1000 };

struct importing {
	struct it_store *store;
	const struct it_transfer *transfer;
	const struct it_import_options *options;
	struct it_import_result *result;
	uint64_t bytes;
	/* What comes next, all at once. */
	struct it_transfer_line *lines;
	struct it_store_put *puts;
	struct it_store_receipt *receipts;
	char **paths;
	size_t count;
};

static void drop_batch(struct importing *importing)
{
	for (size_t i = 0; i < importing->count; i++) {
		it_transfer_line_done(&importing->lines[i]);
		free(importing->paths[i]);
		importing->paths[i] = NULL;
	}
	importing->count = 0;
}

static void importing_done(struct importing *importing)
{
	drop_batch(importing);
	free(importing->lines);
	free(importing->puts);
	free(importing->receipts);
	free(importing->paths);
}

static int make_room(struct importing *importing, struct intoto_error **err)
{
	importing->lines = calloc(BATCH, sizeof *importing->lines);
	importing->puts = calloc(BATCH, sizeof *importing->puts);
	importing->receipts = calloc(BATCH, sizeof *importing->receipts);
	importing->paths = calloc(BATCH, sizeof(char *));
	return importing->lines && importing->puts && importing->receipts && importing->paths
		       ? INTOTO_OK
		       : it_err_nomem(err);
}

/* --- classes --- */

static int take_any(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	bool *any = arg;

	(void)row;
	(void)err;
	*any = true;
	return INTOTO_OK;
}

/* Entries of it that are here already, or without one, would have a shorter life from now on; and
 * who runs this store decides how long it keeps: a class that it knows stays as it is. */
static int is_taken(bool *out, struct it_store *store, const char *class, struct intoto_error **err)
{
	static const char text[] = "SELECT 1 FROM entry WHERE class = $1 UNION ALL SELECT 1 FROM "
				   "retention WHERE class = $1 LIMIT 1";
	const struct it_sql_value value = IT_SQL_T(class);

	*out = !*class || it_streq(class, IT_RETENTION_DEFAULT);
	return *out ? INTOTO_OK : it_sql_each(store->sql, text, &value, 1, take_any, out, err);
}

static int define_class(struct it_store *store, const struct it_transfer_line *line,
			struct intoto_error **err)
{
	const struct it_retention_rule rule = { .class = line->class,
						.duration = line->duration,
						.reason = "imported" };
	bool taken = true;
	int rc = store->sql->driver->begin(store->sql, err);

	if (rc)
		return rc;
	rc = is_taken(&taken, store, line->class, err);
	if (!rc && !taken)
		rc = it_retention_set(store->sql, &rule, err);
	return it_sql_end(store->sql, rc, err);
}

/* --- entries --- */

static int put_batch(struct importing *importing, struct intoto_error **err)
{
	const struct it_transfer_progress *progress = &importing->options->progress;
	struct it_import_result *result = importing->result;
	int rc = importing->count ? it_store_put(importing->store, importing->puts,
						 importing->count, importing->receipts, err)
				  : INTOTO_OK;

	for (size_t i = 0; !rc && i < importing->count; i++) {
		result->entries++;
		result->fresh += importing->receipts[i].fresh;
		importing->bytes += importing->lines[i].size;
	}
	if (!rc && progress->advance)
		progress->advance(progress->arg, result->entries, importing->bytes);
	drop_batch(importing);
	return rc;
}

/* "objects/ab/cdef…" */
static int path_of(char **out, const struct it_transfer *transfer, const struct it_object_id *id,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(2 * IT_SHA256_SIZE + sizeof "objects//");

	(void)it_buf_add_text(&path, "objects/"); /* sticky */
	it_hex_encode(&path, it_span(id->bytes, 1));
	(void)it_buf_add_byte(&path, '/'); /* sticky */
	it_hex_encode(&path, it_span(id->bytes + 1, sizeof id->bytes - 1));
	*out = path.failed ? NULL : it_path_join(transfer->folder, it_buf_text(&path));
	return *out ? INTOTO_OK : it_err_nomem(err);
}

/* Takes line over. */
static int add_entry(struct importing *importing, struct it_transfer_line *line,
		     struct intoto_error **err)
{
	size_t i = importing->count++;
	int rc;

	importing->lines[i] = *line;
	*line = (struct it_transfer_line){ 0 };
	line = &importing->lines[i];
	rc = path_of(&importing->paths[i], importing->transfer, &line->id, err);
	importing->puts[i] = (struct it_store_put){
		.path = importing->paths[i],
		.name = line->name,
		.actor = line->actor,
		.retention = line->class,
		.lock_until = line->lock_until,
		.expected = &line->id,
	};
	return rc || importing->count < BATCH ? rc : put_batch(importing, err);
}

/* --- what is said of them --- */

static int keep_archive(struct importing *importing, const struct it_transfer_line *line,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	bool kept = false;
	int rc;

	if (!it_streq(line->kind, "archive"))
		return INTOTO_OK;
	rc = path_of(&path, importing->transfer, &line->id, err);
	if (!rc)
		rc = importing->options->archive(importing->store, path, &line->id, line->actor,
						 &kept, err);
	importing->result->archives += kept;
	return rc;
}

/* Each for itself: of what an archive holds, some may have been released since. */
static int add_holds(struct importing *importing, const struct it_transfer_line *line,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(line->holds); i++) {
		struct it_hold hold = { .alone = true };

		rc = it_transfer_line_hold(&hold, line, i, err);
		if (!rc)
			rc = it_hold_add(importing->store, &line->id, 1, &hold, err);
		if (!rc)
			importing->result->holds++;
	}
	return rc;
}

/* When everything has been put, with what its own line says of it. */
static int settle(struct importing *importing, struct intoto_error **err)
{
	struct it_span rest = it_buf_span(&importing->transfer->lines);
	IT_AUTO(it_transfer_line_done) struct it_transfer_line line = { 0 };
	struct it_span text;
	int rc = INTOTO_OK;

	while (!rc && it_transfer_next(&text, &rest)) {
		rc = it_transfer_line_read(&line, text, err);
		if (rc || line.is_class)
			continue;
		rc = keep_archive(importing, &line, err);
		if (!rc)
			rc = add_holds(importing, &line, err);
		if (rc)
			rc = it_err_wrap(err, rc, "entry %ju", (uintmax_t)line.number);
	}
	return rc;
}

int it_store_import(struct it_store *store, const struct it_transfer *transfer,
		    const struct it_import_options *options, struct it_import_result *result,
		    struct intoto_error **err)
{
	IT_AUTO(importing_done)
	struct importing importing = {
		.store = store, .transfer = transfer, .options = options, .result = result
	};
	struct it_span rest = it_buf_span(&transfer->lines);
	struct it_span text;
	int rc = make_room(&importing, err);

	*result = (struct it_import_result){ 0 };
	while (!rc && it_transfer_next(&text, &rest)) {
		IT_AUTO(it_transfer_line_done) struct it_transfer_line line = { 0 };

		rc = it_transfer_line_read(&line, text, err);
		if (!rc)
			rc = line.is_class ? define_class(store, &line, err)
					   : add_entry(&importing, &line, err);
	}
	if (!rc)
		rc = put_batch(&importing, err);
	return rc ? rc : settle(&importing, err);
}
