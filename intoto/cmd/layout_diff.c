/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout diff: what two layouts say differently. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"
#include "json/writer.h"
#include "layouts/diff.h"
#include "model/envelope.h"

enum { REPORT_MAX = 1024 * 1024 * 1024 };

struct diff_options {
	const char *format;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_REPORT_OPTION(struct diff_options, format),
	IT_FLAG(struct diff_options, quiet, 'q', "quiet", "print nothing; the status tells"),
};
/* clang-format on */

struct pair {
	struct it_layout_file before;
	struct it_layout_file after;
	struct it_differences differences;
};

static void pair_done(struct pair *pair)
{
	it_layout_file_done(&pair->before);
	it_layout_file_done(&pair->after);
	it_differences_done(&pair->differences);
}

static int compare(struct pair *pair, const struct it_strings *paths, struct intoto_error **err)
{
	int rc = it_layout_file_load(&pair->before, paths->items[0], err);

	if (!rc)
		rc = it_layout_file_load(&pair->after, paths->items[1], err);
	if (rc)
		return rc;
	return it_diff(&pair->differences,
		       &(struct it_diff_side){ pair->before.layout,
					       it_envelope_body(pair->before.envelope) },
		       &(struct it_diff_side){ pair->after.layout,
					       it_envelope_body(pair->after.envelope) },
		       err);
}

/* --- for people; all additions stick and are looked at by it_print --- */

static void write_text_difference(struct it_buf *out, const struct it_difference *difference)
{
	if (*difference->item) {
		it_text_quote(out, it_span_text(difference->item));
		(void)it_buf_add_text(out, ": ");
	}
	if (*difference->part)
		(void)it_buf_printf(out, "%s: ", difference->part);
	(void)it_buf_printf(out, "%s (%s)\n", difference->what, it_effect_name(difference->effect));
	if (*difference->before) {
		(void)it_buf_add_text(out, "  - ");
		it_text_quote(out, it_span_text(difference->before));
		(void)it_buf_add_byte(out, '\n');
	}
	if (*difference->after) {
		(void)it_buf_add_text(out, "  + ");
		it_text_quote(out, it_span_text(difference->after));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void write_text(struct it_buf *out, const struct pair *pair)
{
	for (size_t i = 0; i < pair->differences.count; i++)
		write_text_difference(out, &pair->differences.items[i]);
}

/* --- for programs --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_json_difference(struct it_writer *writer, const struct it_difference *difference)
{
	it_write_object(writer);
	write_member(writer, "after", difference->after);
	write_member(writer, "before", difference->before);
	write_member(writer, "effect", it_effect_name(difference->effect));
	write_member(writer, "item", difference->item);
	write_member(writer, "part", difference->part);
	write_member(writer, "what", difference->what);
	it_write_object_end(writer);
}

static int write_json(struct it_buf *out, const struct pair *pair, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_path(&writer, "after", pair->after.path);
	it_write_path(&writer, "before", pair->before.path);
	it_write_name(&writer, "differences");
	it_write_list(&writer);
	for (size_t i = 0; i < pair->differences.count; i++)
		write_json_difference(&writer, &pair->differences.items[i]);
	it_write_list_end(&writer);
	it_write_name(&writer, "same");
	it_write_bool(&writer, !pair->differences.count);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return rc;
}

static int print(const struct pair *pair, const struct diff_options *self,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (self->quiet)
		return INTOTO_OK;
	if (!it_report_is_json(self->format)) {
		write_text(&out, pair);
		return it_print(&out, err);
	}
	rc = write_json(&out, pair, err);
	return rc ? rc : it_print_json(&out, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(pair_done) struct pair pair = { 0 };
	int rc = INTOTO_OK;

	if (operands->count < 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want two layout files");
	if (operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	if (!rc)
		rc = compare(&pair, operands, err);
	if (!rc)
		rc = print(&pair, parsed, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return pair.differences.count ? IT_EXIT_NO : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_diff = {
	.name = "diff",
	.synopsis = "OLD NEW [--format=json]",
	.summary = "tell what two layouts say differently",
	.examples = "intoto layout diff old.layout new.layout",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct diff_options),
	.run = run,
	.manual = "intoto-layout",
};
