/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as JUnit XML, for CI servers: a suite for each item, a case for each check.  Only
 * elements and attributes that the schemas of Surefire and Jenkins both have.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/report_format.h"
#include "layouts/report_groups.h"
#include "layouts/xml.h"

static const char *name_of(const char *item)
{
	return *item ? item : "layout";
}

static void add_number(struct it_buf *out, const char *name, size_t number)
{
	(void)it_buf_printf(out, " %s=\"%zu\"", name, number); /* sticks in out, as the rest */
}

static void add_totals(struct it_buf *out, size_t all, const size_t tally[IT_OUTCOME_COUNT])
{
	add_number(out, "tests", all);
	add_number(out, "failures", tally[INTOTO_CHECK_FAILED]);
	add_number(out, "errors", tally[INTOTO_CHECK_UNDECIDED]);
}

/* "rule.allow: ALLOW * (2)" */
static void add_case_name(struct it_buf *out, const struct it_grouped *grouped)
{
	(void)it_buf_printf(out, "    <testcase name=\"%s", grouped->check->code);
	if (*grouped->check->subject) {
		(void)it_buf_add_text(out, ": ");
		it_xml_add(out, grouped->check->subject);
	}
	if (grouped->ordinal)
		(void)it_buf_printf(out, " (%zu)", grouped->ordinal + 1);
	(void)it_buf_add_byte(out, '"');
}

static void add_result(struct it_buf *out, const char *element, const struct intoto_check *check)
{
	const char *advice = it_report_advice(check->code);

	(void)it_buf_printf(out, "<%s type=\"%s\"", element, check->code);
	it_xml_attribute(out, "message", check->text);
	(void)it_buf_add_byte(out, '>');
	it_xml_add(out, check->text);
	if (*advice && check->outcome != INTOTO_CHECK_SKIPPED) {
		(void)it_buf_add_text(out, "\nto do: ");
		it_xml_add(out, advice);
	}
	(void)it_buf_printf(out, "</%s>", element);
}

static void add_case(struct it_buf *out, const struct it_grouped *grouped)
{
	const struct intoto_check *check = grouped->check;

	add_case_name(out, grouped);
	it_xml_attribute(out, "classname", name_of(check->item));
	(void)it_buf_add_text(out, " time=\"0\">");
	if (check->outcome == INTOTO_CHECK_FAILED)
		add_result(out, "failure", check);
	else if (check->outcome == INTOTO_CHECK_UNDECIDED)
		add_result(out, "error", check);
	else if (check->outcome == INTOTO_CHECK_SKIPPED)
		add_result(out, "skipped", check);
	else {
		(void)it_buf_printf(out, "<system-out>%s: ", intoto_outcome_name(check->outcome));
		it_xml_add(out, check->text);
		(void)it_buf_add_text(out, "</system-out>");
	}
	(void)it_buf_add_text(out, "</testcase>\n");
}

static void add_suite(struct it_buf *out, const struct it_report_group *group, const char *time)
{
	(void)it_buf_add_text(out, "  <testsuite");
	it_xml_attribute(out, "name", name_of(group->item));
	add_totals(out, group->count, group->tally);
	add_number(out, "skipped", group->tally[INTOTO_CHECK_SKIPPED]);
	(void)it_buf_printf(out, " time=\"0\" timestamp=\"%s\">\n", time);
	for (size_t i = 0; i < group->count; i++)
		add_case(out, &group->checks[i]);
	(void)it_buf_add_text(out, "  </testsuite>\n");
}

/* A report that did not pass must not look green, whatever its checks say. */
static void add_verdict(struct it_buf *out, const struct it_report_view *view, const char *time)
{
	enum intoto_verdict verdict = intoto_report_verdict(view->report);
	bool passed = verdict == INTOTO_PASSED;

	(void)it_buf_printf(
		out,
		"  <testsuite name=\"verdict\" tests=\"1\" failures=\"%d\" "
		"errors=\"%d\" skipped=\"0\" time=\"0\" timestamp=\"%s\">\n"
		"    <testcase name=\"the chain passes\" classname=\"verdict\" time=\"0\">",
		verdict == INTOTO_REFUSED, verdict == INTOTO_UNDECIDED, time);
	if (!passed) {
		const char *element = verdict == INTOTO_REFUSED ? "failure" : "error";

		(void)it_buf_printf(out, "<%s type=\"verdict\" message=\"%s\">", element,
				    it_verdict_name(verdict));
		it_xml_add(out, it_report_layout(view->report));
		(void)it_buf_printf(out, "</%s>", element);
	}
	(void)it_buf_add_text(out, "</testcase>\n  </testsuite>\n");
}

static int print_junit(struct it_buf *out, const struct it_report_view *view,
		       struct intoto_error **err)
{
	IT_AUTO(it_report_groups_done) struct it_report_groups groups = { 0 };
	enum intoto_verdict verdict = intoto_report_verdict(view->report);
	size_t tally[IT_OUTCOME_COUNT];
	char time[IT_TIME_SIZE];
	int rc = it_report_groups_make(&groups, view->report, err);

	if (rc)
		return rc;
	it_time_format(time, it_report_time(view->report));
	for (size_t i = 0; i < IT_OUTCOME_COUNT; i++)
		tally[i] = it_report_tally(view->report, (enum intoto_outcome)i);
	tally[INTOTO_CHECK_FAILED] += verdict == INTOTO_REFUSED;
	tally[INTOTO_CHECK_UNDECIDED] += verdict == INTOTO_UNDECIDED;
	(void)it_buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	it_xml_attribute(out, "name", it_report_layout(view->report));
	add_totals(out, groups.check_count + 1, tally);
	(void)it_buf_add_text(out, " time=\"0\">\n");
	add_verdict(out, view, time);
	for (size_t i = 0; i < groups.count; i++)
		add_suite(out, &groups.items[i], time);
	(void)it_buf_add_text(out, "</testsuites>\n"); /* all of it sticks in out */
	return INTOTO_OK;
}

const struct it_report_format it_report_format_junit = { "junit", print_junit };
