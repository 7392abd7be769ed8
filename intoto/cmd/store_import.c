/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store import: puts what was exported, once all of it is known to be what was put there. */
#include "archive/keep.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/store_options.h"
#include "cmd/store_verifier.h"
#include "json/writer.h"
#include "store/transfer.h"

enum { OUTPUT_MAX = 64 * 1024 };

struct import_options {
	struct it_store_words store;
	const char *key;
	const char *format;
	bool unverified, dry_run, quiet;
};

/* clang-format off */
static const struct it_option import_options[] = {
	IT_STORE_OPTIONS(struct import_options, store),
	IT_VALUE(struct import_options, key, 0, "verifier", "KEY",
		 "the key of the log that it was exported from, or a file with it"),
	IT_FLAG(struct import_options, unverified, 0, "unverified", "of whatever log it is: it is only compared with itself"),
	IT_FLAG(struct import_options, dry_run, 'n', "dry-run", "look at all of it, and put nothing"),
	IT_FLAG(struct import_options, quiet, 'q', "quiet", "no progress, and no word when all went well"),
	IT_REPORT_OPTION(struct import_options, format),
};
/* clang-format on */

struct importing {
	struct import_options *self;
	struct it_transfer *transfer;
	struct it_import_result result;
	struct it_progress progress;
};

static void importing_done(struct importing *importing)
{
	it_transfer_free(importing->transfer);
	it_progress_end(&importing->progress);
}

static void advance(void *arg, size_t entries, uint64_t bytes)
{
	it_progress_files(arg, entries, bytes);
}

static int check_options(const struct import_options *self, struct intoto_error **err)
{
	if (!self->key && !self->unverified)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want --verifier KEY, the key of the log that it comes from; or "
				  "--unverified");
	if (self->key && self->unverified)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--verifier and --unverified exclude each other");
	return INTOTO_OK;
}

static int look(struct importing *importing, const char *folder, struct intoto_error **err)
{
	const struct import_options *self = importing->self;
	const struct it_transfer_progress progress = { advance, &importing->progress };
	IT_AUTO(it_note_verifier_freep) struct it_note_verifier *verifier = NULL;
	int rc = self->key ? it_store_verifier_read(&verifier, self->key, err) : INTOTO_OK;

	it_progress_start(&importing->progress, "intoto store import", self->quiet);
	if (!rc)
		rc = it_transfer_open(&importing->transfer, folder, verifier, &progress, err);
	it_progress_end(&importing->progress);
	return rc;
}

static int put(struct importing *importing, struct intoto_error **err)
{
	struct import_options *self = importing->self;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	const struct it_import_options options = {
		.archive = it_archive_keep,
		.progress = { advance, &importing->progress },
	};
	struct it_store_options place = { 0 };
	int rc = it_store_words_read(&place, &self->store, err);

	if (!rc)
		rc = it_store_open(&store, &place, err);
	it_progress_start(&importing->progress, "intoto store import", self->quiet);
	if (!rc)
		rc = it_store_import(store, importing->transfer, &options, &importing->result, err);
	it_progress_end(&importing->progress);
	return rc;
}

static void print(struct it_buf *out, const struct importing *importing)
{
	const struct it_transfer *transfer = importing->transfer;
	const struct it_import_result *result = &importing->result;

	(void)it_buf_printf(out, "%s: %s %ju entries (%ju bytes) of ",
			    importing->self->dry_run ? "whole" : "imported",
			    transfer->all ? "all" : "some,", (uintmax_t)transfer->entries,
			    (uintmax_t)transfer->bytes); /* sticky */
	it_text_quote(out, it_span_text(transfer->origin));
	(void)it_buf_printf(out, ", as of %ju leaves%s", (uintmax_t)transfer->leaves,
			    importing->self->key ? "" : " (UNVERIFIED)"); /* sticky */
	if (!importing->self->dry_run)
		(void)it_buf_printf(
			out, "; %ju new, %ju there already, %ju archives, %ju holds",
			(uintmax_t)result->fresh, (uintmax_t)(result->entries - result->fresh),
			(uintmax_t)result->archives, (uintmax_t)result->holds); /* sticky */
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
}

static void write_int(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, (int64_t)number);
}

static int write(struct it_buf *out, const struct importing *importing, struct intoto_error **err)
{
	const struct it_transfer *transfer = importing->transfer;
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "all");
	it_write_bool(&writer, transfer->all);
	write_int(&writer, "archives", importing->result.archives);
	write_int(&writer, "bytes", transfer->bytes);
	write_int(&writer, "entries", transfer->entries);
	write_int(&writer, "fresh", importing->result.fresh);
	write_int(&writer, "holds", importing->result.holds);
	write_int(&writer, "leaves", transfer->leaves);
	it_write_name(&writer, "origin");
	it_write_text(&writer, transfer->origin);
	it_write_name(&writer, "verified");
	it_write_bool(&writer, importing->self->key != NULL);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int import_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct import_options *self = parsed;
	IT_AUTO(importing_done) struct importing importing = { .self = self };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	bool json = it_report_is_json(self->format);
	int rc = check_options(self, err);

	if (!rc && !operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a folder that was exported");
	if (!rc && operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = look(&importing, operands->items[0], err);
	if (!rc && !self->dry_run)
		rc = put(&importing, err);
	if (!rc && json)
		rc = write(&text, &importing, err);
	else if (!rc && !self->quiet)
		print(&text, &importing);
	if (!rc)
		rc = json ? it_print_json(&text, err) : it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_import;

const struct it_command it_cmd_store_import = {
	.name = "import",
	.synopsis = "[--store PLACE] --verifier KEY FOLDER",
	.summary = "put what was exported from another store, once all of it was checked",
	.examples = "intoto store import --store postgresql://db.example.org/evidence "
		    "--verifier evidence.vkey moving",
	.options = import_options,
	.option_count = IT_COUNT_OF(import_options),
	.options_size = sizeof(struct import_options),
	.run = import_run,
	.manual = "intoto-store",
};
