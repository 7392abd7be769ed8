/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store gc: removes what is kept no longer, and says so in the log. */
#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/store_entries.h"
#include "json/writer.h"
#include "store/gc.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024, ID_MAX = 128 };

struct gc_options {
	struct it_store_words store;
	const char *actor, *reason;
	const char *format;
	bool dry_run;
};

/* clang-format off */
static const struct it_option gc_options[] = {
	IT_STORE_OPTIONS(struct gc_options, store),
	IT_VALUE(struct gc_options, actor, 0, "by", "WHO", "who removes it, for the log"),
	IT_VALUE(struct gc_options, reason, 0, "reason", "TEXT", "why, for the log"),
	IT_FLAG(struct gc_options, dry_run, 'n', "dry-run", "only say what would be removed"),
	IT_REPORT_OPTION(struct gc_options, format),
};
/* clang-format on */

struct telling {
	struct it_buf text;
	bool json;
};

static void telling_done(struct telling *telling)
{
	it_buf_done(&telling->text);
}

static void print(struct it_buf *out, const struct it_gc_candidate *candidate, const char *why)
{
	char put[IT_TIME_SIZE];

	if (why)
		(void)it_buf_add_text(out, "stays: "); /* sticky */
	it_time_format(put, candidate->put);
	it_object_id_print(out, &candidate->id);
	(void)it_buf_printf(out, "  %ju  %s  %s  ", (uintmax_t)candidate->number, put,
			    candidate->kind); /* sticky */
	it_text_quote(out,
		      it_span_text(*candidate->class ? candidate->class : IT_RETENTION_DEFAULT));
	(void)it_buf_add_text(out, "  "); /* sticky */
	it_text_quote(out, it_span_text(candidate->name));
	if (why)
		(void)it_buf_printf(out, ": %s, and the index that its time is over",
				    why); /* sticky */
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

/* An object a line. */
static int write(struct it_buf *out, const struct it_gc_candidate *candidate, const char *why,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;

	it_object_id_print(&id, &candidate->id);
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "class");
	it_write_text(&writer, candidate->class);
	it_write_name(&writer, "id");
	it_write_text(&writer, it_buf_text(&id));
	it_write_name(&writer, "kind");
	it_write_text(&writer, candidate->kind);
	it_write_name(&writer, "name");
	it_write_text(&writer, candidate->name);
	it_write_name(&writer, "number");
	it_write_int(&writer, (int64_t)candidate->number);
	it_write_name(&writer, "put");
	it_write_int(&writer, candidate->put);
	it_write_name(&writer, "size");
	it_write_int(&writer, (int64_t)candidate->size);
	if (why) {
		it_write_name(&writer, "stays");
		it_write_text(&writer, why);
	}
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_gc_candidate *candidate, const char *why,
		struct intoto_error **err)
{
	struct telling *telling = arg;

	if (telling->json)
		return write(&telling->text, candidate, why, err);
	print(&telling->text, candidate, why);
	return INTOTO_OK;
}

static void print_result(struct it_buf *out, const struct it_gc_result *result)
{
	(void)it_buf_printf(out, "removed: %ju entries, %ju objects (%ju bytes)",
			    (uintmax_t)result->entries, (uintmax_t)result->objects,
			    (uintmax_t)result->bytes); /* sticky */
	if (result->kept)
		(void)it_buf_printf(out, ", %ju entries stay: see store fsck",
				    (uintmax_t)result->kept); /* sticky */
	if (result->locked)
		(void)it_buf_printf(out, ", %ju objects stay that their service has locked",
				    (uintmax_t)result->locked); /* sticky */
	if (result->temporaries)
		(void)it_buf_printf(out, ", %ju files of puts that were killed",
				    (uintmax_t)result->temporaries); /* sticky */
	(void)it_buf_add_byte(out, '\n');			     /* looked at by it_print */
}

/* The last line: what was removed in all. */
static int write_result(struct it_buf *out, const struct it_gc_result *result,
			struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "bytes");
	it_write_int(&writer, (int64_t)result->bytes);
	it_write_name(&writer, "entries");
	it_write_int(&writer, (int64_t)result->entries);
	it_write_name(&writer, "kept");
	it_write_int(&writer, (int64_t)result->kept);
	it_write_name(&writer, "locked");
	it_write_int(&writer, (int64_t)result->locked);
	it_write_name(&writer, "objects");
	it_write_int(&writer, (int64_t)result->objects);
	it_write_name(&writer, "temporaries");
	it_write_int(&writer, (int64_t)result->temporaries);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int collect(const struct gc_options *self, struct it_store *store, struct telling *telling,
		   struct it_gc_result *result, struct intoto_error **err)
{
	const struct it_gc_options options = { .now = it_clock_now(),
					       .actor = self->actor,
					       .reason = self->reason,
					       .tell = tell,
					       .arg = telling };
	int rc;

	if (self->dry_run)
		return it_gc_preview(store, &options, result, err);
	rc = it_gc_run(store, &options, result, err);
	if (rc)
		return rc;
	if (telling->json)
		return write_result(&telling->text, result, err);
	print_result(&telling->text, result);
	return INTOTO_OK;
}

static int gc_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct gc_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(telling_done) struct telling telling = { .text = IT_BUF(OUTPUT_MAX) };
	struct it_store_options options = { .read_only = self->dry_run };
	struct it_gc_result result = { 0 };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	/* Nobody removes evidence without a name and a reason. */
	if (!self->dry_run && (!self->actor || !*self->actor || !self->reason || !*self->reason)) {
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want --by WHO and --reason TEXT, which stand in the log, or "
				"--dry-run");
		return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
	}
	telling.json = it_report_is_json(self->format);
	rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = collect(self, store, &telling, &result, err);
	if (!rc)
		rc = telling.json ? it_print_json(&telling.text, err)
				  : it_print(&telling.text, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return result.kept ? IT_EXIT_NO : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_gc;

const struct it_command it_cmd_store_gc = {
	.name = "gc",
	.synopsis = "[--store PLACE] --by WHO --reason TEXT",
	.summary = "remove what is kept no longer, and say so in the log",
	.examples = "intoto store gc --store evidence --dry-run\n"
		    "intoto store gc --store evidence --by alice --reason 'retention of 10 years "
		    "is over'",
	.options = gc_options,
	.option_count = IT_COUNT_OF(gc_options),
	.options_size = sizeof(struct gc_options),
	.run = gc_run,
	.manual = "intoto-store",
};
