/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store put: keeps documents, and says under which name each is found. */
#include <stdlib.h>

#include "archive/keep.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/store_put.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

/* clang-format off */
static const struct it_option put_options[] = {
	IT_STORE_OPTIONS(struct it_put_words, store),
	IT_VALUE(struct it_put_words, actor, 0, "by", "WHO", "who puts it, for the record"),
	IT_VALUE(struct it_put_words, retention, 0, "retention", "CLASS", "how long it is to be kept: a class of \"store retention\""),
	IT_VALUE(struct it_put_words, lock, 0, "lock-until", "TIME", "before which it is not removed"),
	IT_REPORT_OPTION(struct it_put_words, format),
	IT_FLAG(struct it_put_words, lines, 0, "jsonl", "a document a line, in files or standard input (-)"),
	IT_FLAG(struct it_put_words, quiet, 'q', "quiet", "say nothing"),
};
/* clang-format on */

static void print(struct it_buf *out, const char *path, const struct it_store_receipt *receipt)
{
	(void)it_buf_add_text(out, "sha256:"); /* sticky */
	it_hex_encode(out, it_span(receipt->id.bytes, sizeof receipt->id.bytes));
	(void)it_buf_printf(out, "  %ju  %s  ", (uintmax_t)receipt->number,
			    receipt->fresh ? "put" : "there"); /* sticky */
	it_text_quote(out, it_span_text(path));
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

/* An object a line. */
static int write(struct it_buf *out, const char *path, const struct it_store_receipt *receipt,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(128);
	struct it_writer writer;

	(void)it_buf_add_text(&id, "sha256:"); /* sticky */
	it_hex_encode(&id, it_span(receipt->id.bytes, sizeof receipt->id.bytes));
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "fresh");
	it_write_bool(&writer, receipt->fresh);
	it_write_name(&writer, "id");
	it_write_text(&writer, it_buf_text(&id));
	it_write_name(&writer, "number");
	it_write_int(&writer, (int64_t)receipt->number);
	it_write_name(&writer, "path");
	it_write_text(&writer, path);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

/* What an entry is called where it is told: lines have a name only. */
static const char *shown(const struct it_store_put *put)
{
	return put->path ? put->path : put->name;
}

static int tell(const struct it_put_words *self, const struct it_store_put *puts,
		const struct it_store_receipt *receipts, size_t count, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		if (it_report_is_json(self->format))
			rc = write(&text, shown(&puts[i]), &receipts[i], err);
		else
			print(&text, shown(&puts[i]), &receipts[i]);
	}
	if (rc)
		return rc;
	return it_report_is_json(self->format) ? it_print_json(&text, err) : it_print(&text, err);
}

/* By its name: looking into every large file would cost more than putting it. */
static int keep_archive(const struct it_put_words *self, struct it_store *store, const char *path,
			const struct it_store_receipt *receipt, struct intoto_error **err)
{
	bool kept = false;

	if (!it_ends_with(path, ".tar.zst") && !it_ends_with(path, ".tar"))
		return INTOTO_OK;
	return it_archive_keep(store, path, &receipt->id, self->actor, &kept, err);
}

struct putting {
	const struct it_put_words *words;
	struct it_store *store;
};

/* Acknowledged is what was committed: each batch tells of itself. */
static int told(void *arg, const struct it_store_put *puts, const struct it_store_receipt *receipts,
		size_t count, struct intoto_error **err)
{
	const struct putting *putting = arg;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		if (puts[i].path)
			rc = keep_archive(putting->words, putting->store, puts[i].path,
					  &receipts[i], err);
	if (rc || putting->words->quiet)
		return rc;
	rc = tell(putting->words, puts, receipts, count, err);
	return rc ? rc : it_print_end(err); /* somebody may wait for it */
}

static int put_files(const struct it_put_words *self, struct it_put_row *row, char *const *paths,
		     size_t count, struct intoto_error **err)
{
	IT_AUTO(it_freep) void *block = calloc(count, sizeof(struct it_store_put));
	struct it_store_put *puts = block;

	if (!puts)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++)
		puts[i] = (struct it_store_put){ .path = paths[i],
						 .actor = self->actor,
						 .retention = self->retention,
						 .lock_until = self->lock_until };
	return it_put_row_give(row, puts, count, err);
}

static int put_all(const struct it_put_words *self, struct it_put_row *row,
		   const struct it_strings *operands, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; self->lines && !rc && i < operands->count; i++)
		rc = it_put_lines(self, row, operands->items[i], err);
	for (size_t i = 0; !self->lines && !rc && i < operands->count; i += IT_PUT_BATCH) {
		size_t left = operands->count - i;

		rc = put_files(self, row, operands->items + i,
			       left < IT_PUT_BATCH ? left : IT_PUT_BATCH, err);
	}
	return rc ? rc : it_put_row_finish(row, err);
}

static int put_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_put_words *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(it_put_row_closep) struct it_put_row *row = NULL;
	struct putting putting = { .words = self };
	struct it_store_options options = { 0 };
	int rc = it_store_words_read(&options, &self->store, err);

	if (!rc && !operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want files to put");
	if (!rc && self->lock)
		rc = it_read_time(&self->lock_until, "--lock-until", self->lock, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	putting.store = store;
	if (!rc)
		rc = it_put_row_open(&row, store, told, &putting, err);
	if (!rc)
		rc = put_all(self, row, operands, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_put;

const struct it_command it_cmd_store_put = {
	.name = "put",
	.synopsis = "[--store PLACE] [OPTIONS] FILE...",
	.summary = "keep documents",
	.examples = "intoto store put --store evidence links/*.link app.cdx.json\n"
		    "intoto store put --store evidence --jsonl attestations.intoto.jsonl",
	.options = put_options,
	.option_count = IT_COUNT_OF(put_options),
	.options_size = sizeof(struct it_put_words),
	.run = put_run,
	.manual = "intoto-store",
};
