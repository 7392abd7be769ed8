/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive diff: what changed from one release to another. */
#include "archive/diff.h"

#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/choices.h"
#include "cmd/output.h"

struct diff_options {
	const char *format;
};

/* clang-format off */
static const struct it_option diff_options[] = {
	IT_REPORT_OPTION(struct diff_options, format),
};
/* clang-format on */

/* --- for people --- */

static void print_archive(struct it_buf *out, const char *head, const char *path,
			  const struct it_archive *archive)
{
	(void)it_buf_add_text(out, head); /* sticky */
	it_text_quote(out, it_span_text(path));
	if (*archive->manifest->product || *archive->manifest->release) {
		(void)it_buf_add_text(out, ": "); /* sticky */
		it_text_quote(out, it_span_text(archive->manifest->product));
		(void)it_buf_add_text(out, " "); /* sticky */
		it_text_quote(out, it_span_text(archive->manifest->release));
	}
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

static void print_group(struct it_buf *out, const struct it_archive_diff *diff, size_t first,
			size_t end)
{
	enum it_archive_diff_group group = diff->rows[first].group;

	(void)it_buf_printf(out, "%s: %zu differ, %zu the same\n",
			    it_archive_diff_group_name(group), end - first,
			    diff->same[group]); /* sticky */
	for (size_t i = first; i < end; i++) {
		const struct it_archive_diff_row *row = &diff->rows[i];

		(void)it_buf_printf(out, "  %-9s ",
				    it_archive_diff_change_word(row->change)); /* sticky */
		it_text_quote(out, it_span_text(row->name));
		(void)it_buf_add_text(out, ": "); /* sticky */
		it_text_quote(out, it_span_text(row->before));
		if (*row->before && *row->after)
			(void)it_buf_add_text(out, " -> "); /* sticky */
		it_text_quote(out, it_span_text(row->after));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
}

static void print(struct it_buf *out, const struct it_archive_diff *diff,
		  const struct it_strings *paths)
{
	size_t first = 0;

	if (!diff->count)
		return;
	print_archive(out, "from ", paths->items[0], diff->before);
	print_archive(out, "to   ", paths->items[1], diff->after);
	for (size_t i = 1; i <= diff->count; i++)
		if (i == diff->count || diff->rows[i].group != diff->rows[first].group) {
			print_group(out, diff, first, i);
			first = i;
		}
}

/* --- for programs --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_archive(struct it_writer *writer, const char *name, const char *path,
			  const struct it_archive *archive)
{
	it_write_name(writer, name);
	it_write_object(writer);
	write_member(writer, "archive", path);
	write_member(writer, "product", archive->manifest->product);
	write_member(writer, "release", archive->manifest->release);
	write_member(writer, "sha256", archive->sha256);
	it_write_object_end(writer);
}

static void write_rows(struct it_writer *writer, const struct it_archive_diff *diff)
{
	it_write_name(writer, "changes");
	it_write_list(writer);
	for (size_t i = 0; i < diff->count; i++) {
		const struct it_archive_diff_row *row = &diff->rows[i];

		it_write_object(writer);
		write_member(writer, "after", row->after);
		write_member(writer, "before", row->before);
		write_member(writer, "change", it_archive_diff_change_word(row->change));
		write_member(writer, "group", it_archive_diff_group_name(row->group));
		write_member(writer, "name", row->name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_same(struct it_writer *writer, const struct it_archive_diff *diff)
{
	it_write_name(writer, "same");
	it_write_list(writer);
	for (size_t i = 0; i < IT_DIFF_GROUPS; i++) {
		it_write_object(writer);
		it_write_name(writer, "count");
		it_write_int(writer, (int64_t)diff->same[i]);
		write_member(writer, "group",
			     it_archive_diff_group_name((enum it_archive_diff_group)i));
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int write(struct it_buf *out, const struct it_archive_diff *diff,
		 const struct it_strings *paths, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_archive(&writer, "after", paths->items[1], diff->after);
	write_archive(&writer, "before", paths->items[0], diff->before);
	write_rows(&writer, diff);
	it_write_name(&writer, "differ");
	it_write_bool(&writer, diff->count != 0);
	write_same(&writer, diff);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

static int tell(const struct diff_options *self, const struct it_archive_diff *diff,
		const struct it_strings *paths, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(self->format)) {
		print(&text, diff, paths);
		return it_print(&text, err);
	}
	rc = write(&text, diff, paths, err);
	return rc ? rc : it_print_json(&text, err);
}

static int diff_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct diff_options *self = parsed;
	IT_AUTO(it_archive_diff_freep) struct it_archive_diff *diff = NULL;
	int rc = INTOTO_OK;

	if (operands->count != 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want two archives, found %zu words",
				operands->count);
	if (!rc)
		rc = it_archive_diff_read(&diff, operands->items[0], operands->items[1], err);
	if (!rc)
		rc = tell(self, diff, operands, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return diff->count ? IT_EXIT_NO : IT_EXIT_YES;
}

extern const struct it_command it_cmd_archive_diff;

const struct it_command it_cmd_archive_diff = {
	.name = "diff",
	.synopsis = "[--format=FORMAT] BEFORE AFTER",
	.summary = "tell what changed between two releases; signatures are not looked at",
	.examples = "intoto archive diff app-1.4.evidence.tar.zst app-1.5.evidence.tar.zst",
	.options = diff_options,
	.option_count = IT_COUNT_OF(diff_options),
	.options_size = sizeof(struct diff_options),
	.run = diff_run,
	.manual = "intoto-archive",
};
