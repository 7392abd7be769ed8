/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store export: what a store holds as a folder, with the proof that it is what was put. */
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/store_conditions.h"
#include "cmd/store_options.h"
#include "json/writer.h"
#include "store/transfer.h"

enum { OUTPUT_MAX = 64 * 1024 };

struct export_options {
	struct it_store_words store;
	struct it_store_conditions conditions;
	const char *format;
	bool quiet;
};

/* clang-format off */
static const struct it_option export_options[] = {
	IT_STORE_OPTIONS(struct export_options, store),
	IT_STORE_LOG_KEY_OPTION(struct export_options, store),
	IT_STORE_CONDITIONS(struct export_options, conditions),
	IT_FLAG(struct export_options, quiet, 'q', "quiet", "no progress, and no word when all went well"),
	IT_REPORT_OPTION(struct export_options, format),
};
/* clang-format on */

static void advance(void *arg, size_t entries, uint64_t bytes)
{
	it_progress_files(arg, entries, bytes);
}

static int export(struct export_options *self, const char *folder, struct it_export_result *result,
		  struct intoto_error **err)
{
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	struct it_progress progress = { 0 };
	bool all = it_store_conditions_none(&self->conditions);
	const struct it_export_options options = {
		.folder = folder,
		.query = all ? NULL : &self->conditions.query,
		.progress = { advance, &progress },
	};
	struct it_store_options place = { .read_only = true };
	int rc = it_store_conditions_read(&self->conditions, err);

	if (!rc)
		rc = it_store_words_read(&place, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &place, err);
	it_progress_start(&progress, "intoto store export", self->quiet);
	if (!rc)
		rc = it_store_export(store, &options, result, err);
	it_progress_end(&progress);
	return rc;
}

static int write(struct it_buf *out, const struct it_export_result *result,
		 struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "bytes");
	it_write_int(&writer, (int64_t)result->bytes);
	it_write_name(&writer, "entries");
	it_write_int(&writer, (int64_t)result->entries);
	it_write_name(&writer, "leaves");
	it_write_int(&writer, (int64_t)result->leaves);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int export_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct export_options *self = parsed;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	struct it_export_result result = { 0 };
	bool json = it_report_is_json(self->format);
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a folder to export into");
	else if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = export(self, operands->items[0], &result, err);
	if (!rc && json)
		rc = write(&text, &result, err);
	else if (!rc && !self->quiet)
		(void)it_buf_printf(&text, "exported %ju entries (%ju bytes), as of %ju leaves\n",
				    (uintmax_t)result.entries, (uintmax_t)result.bytes,
				    (uintmax_t)result.leaves); /* looked at by who prints */
	if (!rc)
		rc = json ? it_print_json(&text, err) : it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_export;

const struct it_command it_cmd_store_export = {
	.name = "export",
	.synopsis = "[--store PLACE] [CONDITION]... FOLDER",
	.summary = "write all entries, or some, into a folder, with the proof of the log",
	.examples = "intoto store export --store evidence moving\n"
		    "intoto store export --store evidence --product app for-the-auditor",
	.options = export_options,
	.option_count = IT_COUNT_OF(export_options),
	.options_size = sizeof(struct export_options),
	.run = export_run,
	.manual = "intoto-store",
};
