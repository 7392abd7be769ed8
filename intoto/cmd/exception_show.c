/* SPDX-License-Identifier: Apache-2.0 */
/* intoto exception show, list: what exceptions say, and whether their time is now. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "layouts/gates/exceptions.h"

enum { OUTPUT_MAX = 256 << 20, SOON_DAYS = 30, DAY = 24 * 3600 };

struct show_options {
	const char *at;
	const char *format;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct show_options, at, 0, "at", "TIME",
		 "as of 2026-01-31T23:59:59Z, or @SECONDS since 1970 (now)"),
	IT_REPORT_OPTION(struct show_options, format),
};
/* clang-format on */

/* One file on its way out. */
struct showing {
	const struct show_options *self;
	int64_t now;
	bool whole; /* show: every member */
	struct it_buf text;
	struct it_writer writer;
	size_t count;
};

static const char *state_of(const struct it_exception *exception, int64_t now)
{
	if (now >= exception->expires)
		return "expired";
	if (now < exception->not_before)
		return "pending";
	return exception->expires - now <= SOON_DAYS * (int64_t)DAY ? "expires-soon" : "valid";
}

static void write_one(struct showing *showing, const char *path, const struct it_exception *one,
		      const struct intoto_envelope *envelope)
{
	struct it_writer *writer = &showing->writer;

	it_write_object(writer);
	it_write_name(writer, "exception");
	it_exception_write(writer, one);
	it_write_name(writer, "file");
	it_write_text(writer, path);
	it_write_name(writer, "signatures");
	it_write_list(writer);
	for (size_t i = 0; i < intoto_envelope_signature_count(envelope); i++)
		it_write_text(writer, intoto_envelope_signature_keyid(envelope, i));
	it_write_list_end(writer);
	it_write_name(writer, "state");
	it_write_text(writer, state_of(one, showing->now));
	it_write_object_end(writer);
}

static void show_line(struct it_buf *out, const char *name, const char *text)
{
	(void)it_buf_printf(out, "  %-12s ", name); /* sticks in out, as the rest */
	it_text_quote(out, it_span_text(text));
	(void)it_buf_add_byte(out, '\n');
}

static void show_whole(struct it_buf *out, const struct it_exception *one,
		       const struct intoto_envelope *envelope)
{
	size_t signatures = intoto_envelope_signature_count(envelope);
	IT_AUTO(it_buf_done) struct it_buf scope = IT_BUF(OUTPUT_MAX);

	it_exception_scope(&scope, one);
	show_line(out, "owner", one->owner);
	show_line(out, "reason", one->reason);
	show_line(out, "ticket", one->ticket ? one->ticket : "none");
	show_line(out, "scope", it_buf_text(&scope));
	if (!signatures)
		show_line(out, "signed by", "nobody yet");
	for (size_t i = 0; i < signatures; i++)
		show_line(out, i ? "" : "signed by", intoto_envelope_signature_keyid(envelope, i));
}

/* "EX-7  valid  2026-01-01T00:00:00Z to …  scope" */
static void print_one(struct showing *showing, const struct it_exception *one,
		      const struct intoto_envelope *envelope)
{
	char from[IT_TIME_SIZE];
	char until[IT_TIME_SIZE];

	it_time_format(from, one->not_before);
	it_time_format(until, one->expires);
	it_text_quote(&showing->text, it_span_text(one->id));
	(void)it_buf_printf(&showing->text, " %s%s%s until %s", state_of(one, showing->now),
			    one->not_before ? " from " : "", one->not_before ? from : "",
			    until); /* sticks */
	if (!showing->whole) {
		(void)it_buf_add_text(&showing->text, " ");
		it_exception_scope(&showing->text, one);
		(void)it_buf_add_text(&showing->text, " (");
		it_text_quote(&showing->text, it_span_text(one->owner));
		(void)it_buf_add_text(&showing->text, ")");
	}
	(void)it_buf_add_byte(&showing->text, '\n');
	if (showing->whole)
		show_whole(&showing->text, one, envelope);
}

static int show_file(struct showing *showing, const char *path, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_exception_done) struct it_exception one = { 0 };
	int rc = intoto_envelope_load(&envelope, path, err);

	if (!rc)
		rc = it_err_wrap(err, it_exception_from_envelope(&one, envelope, err), "%s", path);
	if (rc)
		return rc;
	showing->count++;
	if (it_report_is_json(showing->self->format))
		write_one(showing, path, &one, envelope);
	else
		print_one(showing, &one, envelope);
	return INTOTO_OK;
}

static int show_folder(struct showing *showing, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, path, err);

	it_strings_sort(&names);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *file = NULL;

		if (!it_ends_with(names.items[i], IT_EXCEPTION_SUFFIX))
			continue;
		file = it_path_join(path, names.items[i]);
		rc = file ? show_file(showing, file, err) : it_err_nomem(err);
	}
	return rc;
}

static int show_operand(struct showing *showing, const char *path, struct intoto_error **err)
{
	struct stat about;

	if (!showing->whole && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		return show_folder(showing, path, err);
	return show_file(showing, path, err);
}

static int show_all(struct showing *showing, const struct it_strings *operands,
		    struct intoto_error **err)
{
	bool json = it_report_is_json(showing->self->format);
	int rc = INTOTO_OK;

	it_writer_init(&showing->writer, &showing->text, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&showing->writer);
	for (size_t i = 0; !rc && i < operands->count; i++)
		rc = show_operand(showing, operands->items[i], err);
	if (json)
		it_write_list_end(&showing->writer);
	if (json) {
		int finished = it_writer_finish(&showing->writer, rc ? NULL : err);

		rc = rc ? rc : finished;
	}
	if (rc)
		return rc;
	(void)it_buf_add_text(&showing->text, json ? "\n" : ""); /* looked at by it_print */
	return json ? it_print_json(&showing->text, err) : it_print(&showing->text, err);
}

static int show(const struct show_options *self, const struct it_strings *operands, bool whole,
		struct intoto_error **err)
{
	struct showing showing = { .self = self, .whole = whole, .text = IT_BUF(OUTPUT_MAX) };
	int rc = it_read_time(&showing.now, "--at", self->at, err);

	if (!rc && !operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want files of exceptions%s",
				whole ? "" : ", or folders of them");
	if (!rc)
		rc = show_all(&showing, operands, err);
	it_buf_done(&showing.text);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static int show_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	return show(parsed, operands, true, err);
}

static int list_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	return show(parsed, operands, false, err);
}

const struct it_command it_cmd_exception_show = {
	.name = "show",
	.synopsis = "FILE... [OPTIONS]",
	.summary = "print what an exception says",
	.examples = "intoto exception show EX-7.exception.json",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct show_options),
	.run = show_run,
	.manual = "intoto-exception",
};

const struct it_command it_cmd_exception_list = {
	.name = "list",
	.synopsis = "FILE|FOLDER... [OPTIONS]",
	.summary = "list exceptions, a line each, with whether their time is now",
	.examples = "intoto exception list exceptions/",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct show_options),
	.run = list_run,
	.manual = "intoto-exception",
};
