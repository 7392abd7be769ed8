/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive show: one member, the manifest or a renewal, on standard output. */
#include <stdio.h>

#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/output.h"
#include "cmd/terminal.h"

enum { MEMBER_MAX = 256 * 1024 * 1024 };

struct show_options {
	bool raw;
};

/* clang-format off */
static const struct it_option show_options[] = {
	IT_FLAG(struct show_options, raw, 0, "raw",
		"the bytes as they are, also on a terminal"),
};
/* clang-format on */

struct showing {
	const char *name;
	struct it_buf bytes;
	bool good;
};

static void showing_done(struct showing *showing)
{
	it_buf_done(&showing->bytes);
}

static int begin(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct showing *showing = arg;

	(void)err;
	if (it_streq(member->name, showing->name))
		*sink = (struct it_sink){ it_sink_into_buf, &showing->bytes };
	return INTOTO_OK;
}

static int end(void *arg, const struct it_archive_member *member, bool good,
	       struct intoto_error **err)
{
	struct showing *showing = arg;

	(void)member;
	(void)err;
	showing->good = good;
	return INTOTO_OK;
}

/* The statement in an envelope: of the manifest, a renewal or a redaction. */
static int print_statement(const struct intoto_envelope *envelope, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_write_value(&writer, it_envelope_body(envelope));
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&text, '\n'); /* looked at by it_print_json */
	return rc ? rc : it_print_json(&text, err);
}

/* What a stranger wrote may hold what moves a terminal. */
static int print_member(const struct show_options *self, const struct it_archive *archive,
			struct showing *showing, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf tame = IT_BUF(4 * (size_t)MEMBER_MAX);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(showing->name));

	if (!it_archive_manifest_find(archive->manifest, showing->name))
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no member '%s'",
				  quoted ? quoted : "");
	if (!showing->good)
		return it_err_set(err, INTOTO_E_POLICY, "member '%s' is not what the manifest says",
				  quoted ? quoted : "");
	if (self->raw || !it_is_terminal(fileno(stdout)))
		return it_print(&showing->bytes, err);
	for (size_t at = 0; at < showing->bytes.len;) {
		const char *line = showing->bytes.data + at;
		const char *stop = memchr(line, '\n', showing->bytes.len - at);
		size_t len = stop ? (size_t)(stop - line) : showing->bytes.len - at;

		it_text_quote(&tame, it_span(line, len));
		(void)it_buf_add_byte(&tame, '\n'); /* looked at by it_print */
		at += len + 1;
	}
	return it_print(&tame, err);
}

static int show(const struct show_options *self, const struct it_archive *archive,
		struct showing *showing, struct intoto_error **err)
{
	if (!showing->name || it_streq(showing->name, IT_ARCHIVE_MANIFEST_NAME))
		return print_statement(archive->envelope, err);
	for (size_t i = 0; i < archive->addition_count; i++)
		if (it_streq(showing->name, archive->additions[i].name))
			return print_statement(archive->additions[i].envelope, err);
	return print_member(self, archive, showing, err);
}

static int show_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct show_options *self = parsed;
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(showing_done) struct showing showing = { .bytes = IT_BUF(MEMBER_MAX) };
	const struct it_archive_visitor visitor = { begin, end, &showing };
	int rc;

	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an archive");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	if (operands->count == 2)
		showing.name = operands->items[1];
	rc = it_archive_read(&archive, operands->items[0], showing.name ? &visitor : NULL, err);
	if (!rc)
		rc = show(self, archive, &showing, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_archive_show;

const struct it_command it_cmd_archive_show = {
	.name = "show",
	.synopsis = "[--raw] ARCHIVE [MEMBER]",
	.summary = "print a member of an archive, its manifest or a renewal",
	.examples = "intoto archive show app-1.4.evidence.tar.zst report/verification.json",
	.options = show_options,
	.option_count = IT_COUNT_OF(show_options),
	.options_size = sizeof(struct show_options),
	.run = show_run,
	.manual = "intoto-archive",
};
