/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people: the verdict, then what is wrong, then (verbose) everything else. */
#include <string.h>

#include "base/text.h"
#include "layouts/report_format.h"

static void add_quoted(struct it_buf *out, const char *text)
{
	it_text_quote(out, it_span_text(text));
}

/* An error of the library names its file already. */
static bool names_subject(const struct intoto_check *check)
{
	size_t len = strlen(check->subject);

	return it_starts_with(check->text, check->subject) && check->text[len] == ':';
}

/* "  failed     build: root/build.12345678.link: sentence [code]" */
static void add_check(struct it_buf *out, const struct intoto_check *check)
{
	(void)it_buf_printf(out, "  %-10s ", intoto_outcome_name(check->outcome)); /* sticks */
	add_quoted(out, *check->item ? check->item : "layout");
	(void)it_buf_add_text(out, ": ");
	if (*check->subject && !names_subject(check)) {
		add_quoted(out, check->subject);
		(void)it_buf_add_text(out, ": ");
	}
	add_quoted(out, check->text);
	(void)it_buf_printf(out, " [%s]\n", check->code);
}

static void add_all(struct it_buf *out, const struct intoto_report *report,
		    enum intoto_outcome outcome)
{
	for (size_t i = 0; i < intoto_report_count(report); i++)
		if (intoto_report_at(report, i)->outcome == outcome)
			add_check(out, intoto_report_at(report, i));
}

static void add_count(struct it_buf *out, const struct intoto_report *report,
		      enum intoto_outcome outcome, const char *what)
{
	size_t count = it_report_tally(report, outcome);

	if (count)
		(void)it_buf_printf(out, ", %zu %s", count, what); /* sticks in out */
}

static void add_headline(struct it_buf *out, const struct intoto_report *report)
{
	enum intoto_verdict verdict = intoto_report_verdict(report);
	size_t passed = it_report_tally(report, INTOTO_CHECK_PASSED);

	(void)it_buf_add_text(out, verdict == INTOTO_PASSED	 ? "PASSED: "
				   : verdict == INTOTO_UNDECIDED ? "UNDECIDED: "
								 : "REFUSED: "); /* sticks */
	add_quoted(out, it_report_layout(report));
	(void)it_buf_printf(out, ": %zu check%s passed", passed, passed == 1 ? "" : "s");
	add_count(out, report, INTOTO_CHECK_FAILED, "failed");
	add_count(out, report, INTOTO_CHECK_UNDECIDED, "undecided");
	add_count(out, report, INTOTO_CHECK_SKIPPED, "skipped");
	add_count(out, report, INTOTO_CHECK_WARNING, "to be looked at (warning)");
	(void)it_buf_add_byte(out, '\n');
}

static int print_text(struct it_buf *out, const struct it_report_view *view,
		      struct intoto_error **err)
{
	const struct intoto_report *report = view->report;

	(void)err; /* nothing but memory can fail, and that sticks in out */
	add_headline(out, report);
	add_all(out, report, INTOTO_CHECK_FAILED);
	add_all(out, report, INTOTO_CHECK_UNDECIDED);
	/* A warning may explain a failure; on a pass it waits until it is asked for. */
	if (view->verbose || intoto_report_verdict(report) != INTOTO_PASSED)
		add_all(out, report, INTOTO_CHECK_WARNING);
	if (view->verbose) {
		add_all(out, report, INTOTO_CHECK_SKIPPED);
		add_all(out, report, INTOTO_CHECK_PASSED);
	}
	for (size_t i = 0; view->stories && i < view->stories->count; i++)
		it_story_print(out, &view->stories->items[i], report);
	return INTOTO_OK;
}

const struct it_report_format it_report_format_text = { "text", print_text };
