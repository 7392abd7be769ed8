/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive export --redact: a copy for others, without what they may not see. */
#include "base/text.h"
#include "cmd/archive_adding.h"
#include "cmd/choices.h"
#include "cmd/output.h"

struct export_options {
	struct it_strings redact;
	const char *reason;
	struct it_adding_words adding;
};

/* clang-format off */
static const struct it_option export_options[] = {
	IT_EACH(struct export_options, redact, 0, "redact", "MEMBER",
		"leave it out; the manifest still proves it to whoever has it"),
	IT_REQUIRED(struct export_options, reason, 0, "reason", "TEXT", "why; everybody can read it"),
	IT_ADDING_OPTIONS(struct export_options, adding),
};
/* clang-format on */

static void tell_text(struct it_buf *out, const char *path, const struct it_strings *withheld)
{
	(void)it_buf_add_text(out, "exported: "); /* sticky */
	it_text_quote(out, it_span_text(path));
	(void)it_buf_printf(out, ", %zu members withheld:\n", withheld->count); /* sticky */
	for (size_t i = 0; i < withheld->count; i++) {
		(void)it_buf_add_text(out, "  "); /* sticky */
		it_text_quote(out, it_span_text(withheld->items[i]));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
}

static int tell_json(struct it_buf *out, const char *path, const struct it_strings *withheld,
		     struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "archive");
	it_write_text(&writer, path);
	it_write_name(&writer, "withheld");
	it_write_list(&writer);
	for (size_t i = 0; i < withheld->count; i++)
		it_write_text(&writer, withheld->items[i]);
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

static int tell(const struct it_adding_words *words, const struct it_strings *withheld,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(words->format)) {
		tell_text(&text, words->output, withheld);
		return it_print(&text, err);
	}
	rc = tell_json(&text, words->output, withheld, err);
	return rc ? rc : it_print_json(&text, err);
}

static int export_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct export_options *self = parsed;
	IT_AUTO(it_adding_done) struct it_adding adding = { 0 };
	IT_AUTO(it_strings_done) struct it_strings withheld = { 0 };
	const char *path = NULL;
	int rc = it_archive_operand(&path, operands, err);

	if (!rc && !self->redact.count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want members to leave out (--redact MEMBER): all of an archive is "
				"exported by copying it");
	if (!rc)
		rc = it_adding_open(&adding, &self->adding, path, err);
	if (!rc)
		rc = it_archive_redact(&adding.adding, &self->redact, self->reason, &withheld, err);
	if (!rc)
		rc = tell(&self->adding, &withheld, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_archive_export;

const struct it_command it_cmd_archive_export = {
	.name = "export",
	.synopsis = "-o NEW --redact MEMBER... --reason TEXT --signing-key KEY ARCHIVE",
	.summary = "copy an archive without some members, which it still proves",
	.examples =
		"intoto archive export -o public.tar.zst --redact links/build.776a00e2.link \\\n"
		"    --reason 'names of customers' --signing-key archive.key "
		"app-1.4.evidence.tar.zst",
	.options = export_options,
	.option_count = IT_COUNT_OF(export_options),
	.options_size = sizeof(struct export_options),
	.run = export_run,
	.manual = "intoto-archive",
};
