/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout lint: what looks like a mistake. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "json/writer.h"
#include "layouts/lint.h"

enum { REPORT_MAX = 1024 * 1024 * 1024 };

struct lint_options {
	const char *expires_within;
	const char *at;
	struct it_strings parameters;
	struct it_strings ignored;
	struct it_strings exceptions;
	struct it_strings reports;
	const char *format;
	bool strict;
	bool list_codes;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct lint_options, ignored, 0, "ignore", "CODE", "do not tell about this"),
	IT_FLAG(struct lint_options, strict, 0, "strict", "warnings are refused as errors are"),
	IT_VALUE(struct lint_options, expires_within, 0, "expires-within", "TIME",
		 "what expires within that time expires soon: 12h, 90d, 8w (30d)"),
	IT_VALUE(struct lint_options, at, 0, "at", "TIME",
		 "look as of 2026-01-31T23:59:59Z, or @SECONDS since 1970"),
	IT_EACH(struct lint_options, parameters, 0, "param", "NAME=VALUE",
		"put VALUE for {NAME} in the layout"),
	IT_EACH(struct lint_options, exceptions, 0, "exceptions", "PATH",
		"look at these exceptions too, files or folders"),
	IT_EACH(struct lint_options, reports, 0, "used-in", "REPORT",
		"a report of intoto verify, in JSON: exceptions must have been used in one"),
	IT_REPORT_OPTION(struct lint_options, format),
	IT_FLAG(struct lint_options, list_codes, 0, "list-codes", "print every code and what it means"),
	IT_FLAG(struct lint_options, quiet, 'q', "quiet", "leave out notes"),
};
/* clang-format on */

/* Everything that was found in one file. */
struct lint {
	const char *path;
	struct it_findings findings;
};

struct lints {
	struct lint *items;
	size_t count;
};

static void lints_done(struct lints *lints)
{
	for (size_t i = 0; i < lints->count; i++)
		it_findings_done(&lints->items[i].findings);
	free(lints->items);
}

static size_t tally(const struct lints *lints, enum it_lint_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < lints->count; i++)
		count += it_findings_tally(&lints->items[i].findings, level);
	return count;
}

/* --- looking --- */

static int lint_file(struct lint *lint, const struct it_lint_options *wanted,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = it_layout_envelope_load(&envelope, lint->path, err);

	return rc ? rc : it_lint(&lint->findings, envelope, wanted, err);
}

static int lint_files(struct lints *lints, const struct it_strings *paths,
		      const struct it_lint_options *wanted, struct intoto_error **err)
{
	const struct it_parameters *given = wanted->parameters;

	for (size_t i = 0; i < paths->count; i++) {
		int rc;

		lints->items[i].path = paths->items[i];
		for (size_t j = 0; j < given->count; j++)
			given->used[j] = false;
		rc = lint_file(&lints->items[i], wanted, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* --- telling --- */

/* All additions stick, and are looked at by it_print. */
static void write_finding(struct it_buf *out, const char *path, const struct it_finding *finding)
{
	it_text_quote(out, it_span_text(path));
	(void)it_buf_add_text(out, ": ");
	it_text_quote(out, it_span_text(finding->place));
	(void)it_buf_printf(out, ": %s: ", it_lint_level_name(finding->code->level));
	it_text_quote(out, it_span_text(finding->subject));
	(void)it_buf_add_text(out, *finding->subject ? ": " : "");
	it_text_quote(out, it_span_text(finding->text));
	(void)it_buf_printf(out, " [%s]\n    %s\n", finding->code->code, finding->code->advice);
}

static void write_text(struct it_buf *out, const struct lints *lints, bool quiet)
{
	for (size_t i = 0; i < lints->count; i++) {
		const struct it_findings *findings = &lints->items[i].findings;

		for (size_t j = 0; j < findings->count; j++)
			if (!quiet || findings->items[j].code->level != IT_LINT_NOTE)
				write_finding(out, lints->items[i].path, &findings->items[j]);
	}
	if (!quiet)
		(void)it_buf_printf(out, "%zu errors, %zu warnings, %zu notes\n",
				    tally(lints, IT_LINT_ERROR), tally(lints, IT_LINT_WARNING),
				    tally(lints, IT_LINT_NOTE));
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_json_finding(struct it_writer *writer, const char *path,
			       const struct it_finding *finding)
{
	it_write_object(writer);
	write_member(writer, "advice", finding->code->advice);
	write_member(writer, "code", finding->code->code);
	it_write_path(writer, "file", path);
	write_member(writer, "item", finding->item);
	write_member(writer, "level", it_lint_level_name(finding->code->level));
	write_member(writer, "place", finding->place);
	write_member(writer, "subject", finding->subject);
	write_member(writer, "text", finding->text);
	it_write_object_end(writer);
}

static int write_json(struct it_buf *out, const struct lints *lints, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "errors");
	it_write_int(&writer, (int64_t)tally(lints, IT_LINT_ERROR));
	it_write_name(&writer, "findings");
	it_write_list(&writer);
	for (size_t i = 0; i < lints->count; i++)
		for (size_t j = 0; j < lints->items[i].findings.count; j++)
			write_json_finding(&writer, lints->items[i].path,
					   &lints->items[i].findings.items[j]);
	it_write_list_end(&writer);
	it_write_name(&writer, "notes");
	it_write_int(&writer, (int64_t)tally(lints, IT_LINT_NOTE));
	it_write_name(&writer, "warnings");
	it_write_int(&writer, (int64_t)tally(lints, IT_LINT_WARNING));
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return rc;
}

static int print(const struct lints *lints, const struct lint_options *self,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (!it_report_is_json(self->format)) {
		write_text(&out, lints, self->quiet);
		return it_print(&out, err);
	}
	rc = write_json(&out, lints, err);
	return rc ? rc : it_print_json(&out, err);
}

static int print_codes(struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);

	for (size_t i = 0; i < it_lint_code_count; i++)
		(void)it_buf_printf(&out, "%-28s %-8s %s\n", it_lint_codes[i].code,
				    it_lint_level_name(it_lint_codes[i].level),
				    it_lint_codes[i].meaning); /* looked at by it_print */
	return it_print(&out, err) ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

/* --- the command --- */

/* What is no layout cannot be passed over: nothing else could be said about it. */
static int check_ignored(const struct it_strings *codes, struct intoto_error **err)
{
	for (size_t i = 0; i < codes->count; i++) {
		if (!it_lint_code_named(codes->items[i]))
			return it_refuse_value("--ignore", "a code of --list-codes",
					       codes->items[i], err);
		if (it_streq(codes->items[i], "layout.format"))
			return it_err_set(err, INTOTO_E_USAGE,
					  "--ignore: layout.format cannot be ignored");
	}
	return INTOTO_OK;
}

static int read_options(struct it_lint_options *wanted, struct it_given *given,
			const struct lint_options *self, struct intoto_error **err)
{
	int rc = check_ignored(&self->ignored, err);

	wanted->parameters = &given->parameters;
	wanted->exceptions = &self->exceptions;
	wanted->reports = &self->reports;
	if (!rc)
		rc = it_read_time(&wanted->now, "--at", self->at, err);
	if (!rc)
		rc = it_read_span(&wanted->soon, "--expires-within",
				  self->expires_within ? self->expires_within : "30d", err);
	return rc ? rc : it_given_read(given, &self->parameters, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct lint_options *self = parsed;
	IT_AUTO(it_given_done) struct it_given given = { 0 };
	IT_AUTO(lints_done) struct lints lints = { 0 };
	struct it_lint_options wanted = { 0 };
	int rc = INTOTO_OK;

	if (self->list_codes)
		return print_codes(err);
	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the name of a layout file");
	if (!rc)
		rc = read_options(&wanted, &given, self, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	lints.items = calloc(operands->count, sizeof *lints.items);
	lints.count = lints.items ? operands->count : 0;
	for (size_t i = 0; i < lints.count; i++)
		lints.items[i].findings.ignored = &self->ignored;
	rc = lints.items ? lint_files(&lints, operands, &wanted, err) : it_err_nomem(err);
	if (rc || print(&lints, self, err))
		return IT_EXIT_FROM_ERROR;
	return tally(&lints, IT_LINT_ERROR) || (self->strict && tally(&lints, IT_LINT_WARNING))
		       ? IT_EXIT_NO
		       : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_lint = {
	.name = "lint",
	.synopsis = "FILE... [OPTIONS]",
	.summary = "find what looks like a mistake in layouts",
	.examples = "intoto layout lint root.layout\n"
		    "intoto layout lint --strict --ignore layout.unsigned root.layout",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct lint_options),
	.run = run,
	.manual = "intoto-layout",
};
