/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive list: what is in an archive, and whether all of it is. */
#include "archive/later.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/choices.h"
#include "cmd/output.h"

struct list_options {
	const char *format;
};

/* clang-format off */
static const struct it_option list_options[] = {
	IT_REPORT_OPTION(struct list_options, format),
};
/* clang-format on */

static void print_time(struct it_buf *out, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	if (!seconds)
		return;
	it_time_format(text, seconds);
	it_archive_line(out, name, text);
}

static void print_head(struct it_buf *out, const struct it_archive_manifest *manifest)
{
	it_archive_line(out, "product", manifest->product);
	it_archive_line(out, "release", manifest->release);
	print_time(out, "packed", manifest->time);
	it_archive_line(out, "by", manifest->tool);
	it_archive_line(out, "verdict", manifest->verdict);
	it_archive_line(out, "keeping", manifest->retention);
	print_time(out, "until", manifest->lock_until);
	it_archive_line(out, "previous", manifest->previous);
	for (size_t i = 0; i < manifest->step_count; i++) {
		const struct it_archive_step *step = &manifest->steps[i];

		(void)it_buf_add_text(out, "  step      "); /* sticky */
		it_text_quote(out, it_span_text(step->name));
		(void)it_buf_printf(out,
				    step->evidence.count ? ": evidence by %zu, %u wanted\n"
							 : ": no evidence (%zu), %u wanted\n",
				    step->evidence.count, step->threshold); /* sticky */
	}
}

/* Nothing that cannot be read is told as what it says it is. */
static void print_later(struct it_buf *out, const struct it_archive_addition *addition)
{
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	char time[IT_TIME_SIZE];

	if (it_archive_later_read(&later, addition->envelope, NULL)) {
		it_archive_line(out, "unknown", addition->name);
		return;
	}
	it_time_format(time, later->time);
	(void)it_buf_printf(out, "  %-10s",
			    later->redaction ? "redaction" : "renewal"); /* sticky */
	it_text_quote(out, it_span_text(addition->name));
	(void)it_buf_printf(out, " of %s", time); /* sticky */
	if (later->timestamp.len)
		(void)it_buf_add_text(out, ", with a timestamp"); /* sticky */
	if (later->redaction)
		(void)it_buf_printf(out, ", withholds %zu: ", later->withheld_count); /* sticky */
	it_text_quote(out, it_span_text(later->reason));
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

static void print(struct it_buf *out, const char *path, const struct it_archive *archive)
{
	const struct it_archive_manifest *manifest = archive->manifest;

	it_text_quote(out, it_span_text(path));
	(void)it_buf_printf(out, ": %zu members, sha256:%s\n", manifest->member_count,
			    archive->sha256); /* sticky */
	print_head(out, manifest);
	for (size_t i = 0; i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		(void)it_buf_printf(out, "%10ju  %-12s ", (uintmax_t)member->size,
				    it_archive_role_name(member->role)); /* sticky */
		it_text_quote(out, it_span_text(member->name));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
	for (size_t i = 0; i < archive->addition_count; i++)
		print_later(out, &archive->additions[i]);
	if (!it_archive_is_whole(archive))
		(void)it_buf_add_text(out, "it is not whole:\n"); /* sticky */
	it_archive_faults_print(out, archive);
}

static void write_members(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "members");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		it_write_object(writer);
		it_write_name(writer, "mediaType");
		it_write_text(writer, member->media_type);
		it_write_name(writer, "name");
		it_write_text(writer, member->name);
		it_write_name(writer, "role");
		it_write_text(writer, it_archive_role_name(member->role));
		it_write_name(writer, "sha256");
		it_write_text(writer, member->sha256);
		it_write_name(writer, "sha512");
		it_write_text(writer, member->sha512);
		it_write_name(writer, "size");
		it_write_int(writer, (int64_t)member->size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* As they say it themselves. */
static void write_later(struct it_writer *writer, const struct it_archive *archive)
{
	it_write_name(writer, "later");
	it_write_list(writer);
	for (size_t i = 0; i < archive->addition_count; i++) {
		const struct it_json *body = it_envelope_body(archive->additions[i].envelope);

		it_write_object(writer);
		it_write_name(writer, "name");
		it_write_text(writer, archive->additions[i].name);
		it_write_name(writer, "sha512");
		it_write_text(writer, archive->additions[i].sha512);
		it_write_name(writer, "statement");
		it_write_value(writer, body);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int write(struct it_buf *out, const char *path, const struct it_archive *archive,
		 struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "archive");
	it_write_text(&writer, path);
	it_archive_faults_write(&writer, archive);
	write_later(&writer, archive);
	/* As the manifest says it: times, steps, keeping and the chain of archives. */
	it_write_name(&writer, "manifest");
	it_write_value(&writer, it_json_get(it_envelope_body(archive->envelope), "predicate"));
	write_members(&writer, archive->manifest);
	it_write_name(&writer, "sha256");
	it_write_text(&writer, archive->sha256);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

static int list_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct list_options *self = parsed;
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	const char *path = NULL;
	int rc = it_archive_operand(&path, operands, err);

	if (!rc)
		rc = it_archive_read(&archive, path, NULL, err);
	if (!rc && it_report_is_json(self->format)) {
		rc = write(&text, path, archive, err);
		if (!rc)
			rc = it_print_json(&text, err);
	} else if (!rc) {
		print(&text, path, archive);
		rc = it_print(&text, err);
	}
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return it_archive_is_whole(archive) ? IT_EXIT_YES : IT_EXIT_NO;
}

extern const struct it_command it_cmd_archive_list;

const struct it_command it_cmd_archive_list = {
	.name = "list",
	.synopsis = "[--format=FORMAT] ARCHIVE",
	.summary = "tell what is in an archive; signatures are not looked at",
	.examples = "intoto archive list app-1.4.evidence.tar.zst",
	.options = list_options,
	.option_count = IT_COUNT_OF(list_options),
	.options_size = sizeof(struct list_options),
	.run = list_run,
	.manual = "intoto-archive",
};
