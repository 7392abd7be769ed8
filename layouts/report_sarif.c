/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as SARIF 2.1.0 (OASIS), for code scanning services: what failed, what is undecided,
 * and warnings, each with the file to look at.  What passed is no finding.
 */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "layouts/report_format.h"
#include "layouts/report_groups.h"
#include "layouts/report_place.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

enum { TEXT_LIMIT = 64 * 1024 * 1024 };

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

/* Whoever shows it does not expect a name to turn the line around. */
static void write_quoted(struct it_writer *writer, const char *name, const char *text)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	if (!quoted)
		writer->out->failed = INTOTO_E_NOMEM;
	write_member(writer, name, quoted ? quoted : "");
}

/* { "text": ... }, quoted: these are shown to people. */
static void write_message(struct it_writer *writer, const char *name, const struct it_buf *text)
{
	it_write_name(writer, name);
	it_write_object(writer);
	it_write_name(writer, "text");
	it_write_text_span(writer, it_buf_span(text));
	it_write_object_end(writer);
}

static void write_words(struct it_writer *writer, const char *name, const char *words)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	(void)it_buf_add_text(&text, words); /* short */
	write_message(writer, name, &text);
}

/* --- rules --- */

/* "RuleDisallow" of "rule.disallow" */
static void write_rule_name(struct it_writer *writer, const char *code)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_LIMIT);
	bool upper = true;

	for (const char *c = code; *c; c++) {
		bool letter = isalnum((unsigned char)*c);

		if (letter)
			(void)it_buf_add_byte(
				&name, (char)(upper ? toupper((unsigned char)*c) : *c)); /* short */
		upper = !letter;
	}
	write_member(writer, "name", it_buf_text(&name));
}

static void write_rule(struct it_writer *writer, const struct it_report_code *code)
{
	const char *advice = it_report_advice(code->code);
	IT_AUTO(it_buf_done) struct it_buf meaning = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf help = IT_BUF(TEXT_LIMIT);

	(void)it_buf_printf(&meaning, "Checks that %s.", code->meaning); /* short, as the rest */
	(void)it_buf_printf(&help, "Checks that %s.", code->meaning);
	if (*advice)
		(void)it_buf_printf(&help, " If not: %s.", advice);
	it_write_object(writer);
	write_message(writer, "fullDescription", &meaning);
	write_message(writer, "help", &help);
	write_member(writer, "id", code->code);
	write_rule_name(writer, code->code);
	write_message(writer, "shortDescription", &meaning);
	it_write_object_end(writer);
}

static void write_tool(struct it_writer *writer)
{
	it_write_name(writer, "tool");
	it_write_object(writer);
	it_write_name(writer, "driver");
	it_write_object(writer);
	write_member(writer, "informationUri", "https://in-toto.io/");
	write_member(writer, "name", "intoto");
	it_write_name(writer, "rules");
	it_write_list(writer);
	for (size_t i = 0; i < it_report_code_count; i++)
		write_rule(writer, &it_report_codes[i]);
	it_write_list_end(writer);
	write_member(writer, "semanticVersion", intoto_version());
	write_member(writer, "version", intoto_version());
	it_write_object_end(writer);
	it_write_object_end(writer);
}

/* --- results --- */

static void write_location(struct it_writer *writer, const struct it_report_view *view,
			   const struct intoto_check *check)
{
	IT_AUTO(it_report_place_done) struct it_report_place place;
	IT_AUTO(it_buf_done) struct it_buf uri = IT_BUF(TEXT_LIMIT);

	it_report_place_find(&place, view, check);
	it_report_place_uri(&uri, it_buf_span(&place.path));
	it_write_name(writer, "locations");
	it_write_list(writer);
	it_write_object(writer);
	it_write_name(writer, "logicalLocations");
	it_write_list(writer);
	it_write_object(writer);
	write_quoted(writer, "fullyQualifiedName", *check->item ? check->item : "layout");
	it_write_object_end(writer);
	it_write_list_end(writer);
	it_write_name(writer, "physicalLocation");
	it_write_object(writer);
	it_write_name(writer, "artifactLocation");
	it_write_object(writer);
	write_member(writer, "uri", it_buf_text(&uri));
	it_write_object_end(writer);
	it_write_name(writer, "region");
	it_write_object(writer);
	it_write_name(writer, "startLine");
	it_write_int(writer, place.line ? (int64_t)place.line : 1);
	it_write_object_end(writer);
	it_write_object_end(writer);
	it_write_object_end(writer);
	it_write_list_end(writer);
}

/* What makes a finding the same in the next run: not its sentence, which may hold counts. */
static void write_fingerprint(struct it_writer *writer, const struct it_grouped *grouped)
{
	IT_AUTO(it_buf_done) struct it_buf parts = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(TEXT_LIMIT);

	/* With their NULs between; sticks. */
	(void)it_buf_add(&parts, grouped->check->code, strlen(grouped->check->code) + 1);
	(void)it_buf_add(&parts, grouped->check->item, strlen(grouped->check->item) + 1);
	(void)it_buf_add(&parts, grouped->check->subject, strlen(grouped->check->subject) + 1);
	(void)it_buf_printf(&parts, "%zu", grouped->ordinal);
	it_sha256_hex(&hex, it_buf_span(&parts));
	it_write_name(writer, "partialFingerprints");
	it_write_object(writer);
	write_member(writer, "intotoCheck/v1", it_buf_text(&hex));
	it_write_object_end(writer);
}

static int64_t rule_index(const char *code)
{
	size_t i = 0;

	while (i < it_report_code_count && !it_streq(it_report_codes[i].code, code))
		i++;
	return (int64_t)i;
}

/* "build: DISALLOW *: products: 1 artifact is left" */
static void add_sentence(struct it_buf *out, const struct intoto_check *check)
{
	it_text_quote(out, it_span_text(*check->item ? check->item : "layout"));
	(void)it_buf_add_text(out, ": "); /* sticks in out, as the rest */
	if (*check->subject) {
		it_text_quote(out, it_span_text(check->subject));
		(void)it_buf_add_text(out, ": ");
	}
	it_text_quote(out, it_span_text(check->text));
}

static void write_result(struct it_writer *writer, const struct it_report_view *view,
			 const struct it_grouped *grouped)
{
	const struct intoto_check *check = grouped->check;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	add_sentence(&text, check);
	if (text.failed)
		writer->out->failed = text.failed;
	it_write_object(writer);
	write_member(writer, "level", check->outcome == INTOTO_CHECK_WARNING ? "warning" : "error");
	write_location(writer, view, check);
	write_message(writer, "message", &text);
	write_fingerprint(writer, grouped);
	write_member(writer, "ruleId", check->code);
	it_write_name(writer, "ruleIndex");
	it_write_int(writer, rule_index(check->code));
	it_write_object_end(writer);
}

static bool is_finding(const struct intoto_check *check)
{
	return check->outcome == INTOTO_CHECK_FAILED || check->outcome == INTOTO_CHECK_UNDECIDED ||
	       check->outcome == INTOTO_CHECK_WARNING;
}

/* --- all --- */

static void write_invocation(struct it_writer *writer, const struct intoto_report *report)
{
	enum intoto_verdict verdict = intoto_report_verdict(report);

	it_write_name(writer, "invocations");
	it_write_list(writer);
	it_write_object(writer);
	it_write_name(writer, "executionSuccessful");
	it_write_bool(writer, verdict != INTOTO_UNDECIDED);
	it_write_name(writer, "toolExecutionNotifications");
	it_write_list(writer);
	if (verdict == INTOTO_UNDECIDED) {
		it_write_object(writer);
		write_member(writer, "level", "error");
		write_words(writer, "message", "Something could not be read: nothing was decided.");
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	it_write_object_end(writer);
	it_write_list_end(writer);
}

static void write_properties(struct it_writer *writer, const struct intoto_report *report)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, it_report_time(report));
	it_write_name(writer, "properties");
	it_write_object(writer);
	write_quoted(writer, "layout", it_report_layout(report));
	write_member(writer, "time", time);
	write_member(writer, "verdict", it_verdict_name(intoto_report_verdict(report)));
	it_write_object_end(writer);
}

static void write_run(struct it_writer *writer, const struct it_report_view *view,
		      const struct it_report_groups *groups)
{
	it_write_object(writer);
	write_member(writer, "columnKind", "unicodeCodePoints");
	write_invocation(writer, view->report);
	write_properties(writer, view->report);
	it_write_name(writer, "results");
	it_write_list(writer);
	for (size_t i = 0; i < groups->check_count; i++)
		if (is_finding(groups->checks[i].check))
			write_result(writer, view, &groups->checks[i]);
	it_write_list_end(writer);
	write_tool(writer);
	it_write_object_end(writer);
}

static int print_sarif(struct it_buf *out, const struct it_report_view *view,
		       struct intoto_error **err)
{
	IT_AUTO(it_report_groups_done) struct it_report_groups groups = { 0 };
	struct it_writer writer;
	int rc = it_report_groups_make(&groups, view->report, err);

	if (rc)
		return rc;
	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_member(&writer, "$schema", SCHEMA);
	it_write_name(&writer, "runs");
	it_write_list(&writer);
	write_run(&writer, view, &groups);
	it_write_list_end(&writer);
	write_member(&writer, "version", "2.1.0");
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* sticks in out */
	return it_writer_finish(&writer, err);
}

const struct it_report_format it_report_format_sarif = { "sarif", print_sarif };
