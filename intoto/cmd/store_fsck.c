/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store fsck: whether a store is what its log says. */
#include "archive/keep.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/store_entries.h"
#include "cmd/store_verifier.h"
#include "json/writer.h"
#include "store/fsck.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024, ID_MAX = 128 };

struct fsck_options {
	struct it_store_words store;
	const char *checkpoint, *key;
	const char *format;
	bool log_only, quiet;
};

/* clang-format off */
static const struct it_option fsck_options[] = {
	IT_STORE_OPTIONS(struct fsck_options, store),
	IT_VALUE(struct fsck_options, checkpoint, 0, "checkpoint", "FILE",
		 "a checkpoint that was kept: the log must be an extension of it"),
	IT_VALUE(struct fsck_options, key, 0, "verifier", "KEY",
		 "the key of the log, or a file with it, as \"store init\" printed it (the store's own)"),
	IT_FLAG(struct fsck_options, log_only, 0, "log-only", "do not read the objects"),
	IT_FLAG(struct fsck_options, quiet, 'q', "quiet", "no progress, and no word when all is well"),
	IT_REPORT_OPTION(struct fsck_options, format),
};
/* clang-format on */

struct checking {
	struct fsck_options *self;
	struct it_store *store;
	struct it_checkpoint checkpoint;
	struct it_buf text;
	struct it_progress progress;
	bool json;
};

static void checking_done(struct checking *checking)
{
	it_store_close(checking->store);
	it_checkpoint_done(&checking->checkpoint);
	it_buf_done(&checking->text);
	it_progress_end(&checking->progress);
}

/* --- the checkpoint --- */

/* Who does not say which key, believes the store. */
static int own_key(struct it_note_verifier **out, struct it_store *store, struct intoto_error **err)
{
	return it_note_verifier_parse(out, store->verifier, err);
}

static int read_checkpoint(struct checking *checking, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_note_verifier_freep) struct it_note_verifier *verifier = NULL;
	IT_AUTO(it_buf_done) struct it_buf note = IT_BUF(IT_NOTE_MAX);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	struct it_span text;
	int rc = checking->self->key ? it_store_verifier_read(&verifier, checking->self->key, err)
				     : own_key(&verifier, checking->store, err);

	if (!rc)
		rc = it_file_read(&note, path, err);
	if (rc)
		return rc;
	rc = it_note_verify(&text, it_buf_span(&note), verifier, err);
	if (!rc)
		rc = it_checkpoint_parse(&checking->checkpoint, text, err);
	if (!rc && !it_streq(checking->checkpoint.origin, checking->store->origin))
		rc = it_err_set(err, INTOTO_E_POLICY, "is of another log");
	return rc ? it_err_wrap(err, rc, "%s", quoted ? quoted : "") : rc;
}

/* --- findings --- */

static void print(struct it_buf *out, const struct it_fsck_finding *finding)
{
	(void)it_buf_add_text(out, finding->fault ? "fault: " : "note: "); /* sticky */
	if (finding->number >= 0)
		(void)it_buf_printf(out, "%jd: ", (intmax_t)finding->number); /* sticky */
	if (finding->id) {
		it_object_id_print(out, finding->id);
		(void)it_buf_add_text(out, ": "); /* sticky */
	}
	(void)it_buf_printf(out, "%s [%s]\n", finding->text, finding->code); /* sticky */
}

/* An object a line. */
static int write(struct it_buf *out, const struct it_fsck_finding *finding,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "code");
	it_write_text(&writer, finding->code);
	it_write_name(&writer, "fault");
	it_write_bool(&writer, finding->fault);
	if (finding->id) {
		it_object_id_print(&id, finding->id);
		it_write_name(&writer, "id");
		it_write_text(&writer, it_buf_text(&id));
	}
	if (finding->number >= 0) {
		it_write_name(&writer, "number");
		it_write_int(&writer, finding->number);
	}
	it_write_name(&writer, "text");
	it_write_text(&writer, finding->text);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_fsck_finding *finding, struct intoto_error **err)
{
	struct checking *checking = arg;

	if (checking->json)
		return write(&checking->text, finding, err);
	print(&checking->text, finding);
	return INTOTO_OK;
}

static void advance(void *arg, size_t objects, uint64_t bytes)
{
	struct checking *checking = arg;

	it_progress_files(&checking->progress, objects, bytes);
}

static void print_result(struct it_buf *out, const struct it_fsck_result *result, bool log_only)
{
	(void)it_buf_printf(out, "%s: %ju leaves, %ju entries", result->faults ? "BROKEN" : "whole",
			    (uintmax_t)result->leaves, (uintmax_t)result->entries); /* sticky */
	if (!log_only)
		(void)it_buf_printf(out, ", %ju objects (%ju bytes)", (uintmax_t)result->objects,
				    (uintmax_t)result->bytes);		       /* sticky */
	(void)it_buf_printf(out, "; %ju faults\n", (uintmax_t)result->faults); /* sticky */
}

/* The last line. */
static int write_result(struct it_buf *out, const struct it_fsck_result *result,
			struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "bytes");
	it_write_int(&writer, (int64_t)result->bytes);
	it_write_name(&writer, "entries");
	it_write_int(&writer, (int64_t)result->entries);
	it_write_name(&writer, "faults");
	it_write_int(&writer, (int64_t)result->faults);
	it_write_name(&writer, "leaves");
	it_write_int(&writer, (int64_t)result->leaves);
	it_write_name(&writer, "notes");
	it_write_int(&writer, (int64_t)result->notes);
	it_write_name(&writer, "objects");
	it_write_int(&writer, (int64_t)result->objects);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int check(struct checking *checking, struct it_fsck_result *result,
		 struct intoto_error **err)
{
	struct fsck_options *self = checking->self;
	struct it_fsck_options options = {
		.log_only = self->log_only,
		.archive = it_archive_claims,
		.finding = tell,
		.progress = advance,
		.arg = checking,
	};
	struct it_store_options place = { .read_only = true };
	int rc = it_store_words_read(&place, &self->store, err);

	if (!rc)
		rc = it_store_open(&checking->store, &place, err);
	if (!rc && self->checkpoint) {
		rc = read_checkpoint(checking, self->checkpoint, err);
		options.checkpoint = &checking->checkpoint;
	}
	it_progress_start(&checking->progress, "intoto store fsck", self->quiet);
	if (!rc)
		rc = it_fsck_run(checking->store, &options, result, err);
	it_progress_end(&checking->progress);
	return rc;
}

static int fsck_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct fsck_options *self = parsed;
	IT_AUTO(checking_done)
	struct checking checking = { .self = self, .text = IT_BUF(OUTPUT_MAX) };
	struct it_fsck_result result = { 0 };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	checking.json = it_report_is_json(self->format);
	rc = check(&checking, &result, err);
	if (!rc && checking.json)
		rc = write_result(&checking.text, &result, err);
	else if (!rc && (!self->quiet || result.faults))
		print_result(&checking.text, &result, self->log_only);
	if (!rc)
		rc = checking.json ? it_print_json(&checking.text, err)
				   : it_print(&checking.text, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return result.faults ? IT_EXIT_NO : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_fsck;

const struct it_command it_cmd_store_fsck = {
	.name = "fsck",
	.synopsis = "[--store PLACE] [--checkpoint FILE] [--verifier KEY]",
	.summary = "check that a store is what its log says, and the log what it was",
	.examples = "intoto store fsck --store evidence\n"
		    "intoto store fsck --store evidence --checkpoint kept.checkpoint --verifier "
		    "kept.vkey",
	.options = fsck_options,
	.option_count = IT_COUNT_OF(fsck_options),
	.options_size = sizeof(struct fsck_options),
	.run = fsck_run,
	.manual = "intoto-store",
};
