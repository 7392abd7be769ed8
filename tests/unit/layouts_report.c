/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: the verdict starts at no, and hostile text does not reach a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "json/json.h"
#include "layouts/report.h"

static struct intoto_report *new_report(void)
{
	struct intoto_report *report = NULL;

	assert_int_equal(it_report_new(&report, NULL), INTOTO_OK);
	it_report_about(report, "root.layout", 0);
	return report;
}

static void add(struct intoto_report *report, enum intoto_outcome outcome)
{
	it_report_add(report, outcome, "layout.expiry", "item", "subject", "sentence %d", 1);
}

static enum intoto_verdict verdict_of(const enum intoto_outcome *outcomes, size_t count, bool close)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	for (size_t i = 0; i < count; i++)
		add(report, outcomes[i]);
	if (close)
		it_report_close(report);
	return intoto_report_verdict(report);
}
#define VERDICT(close, ...)                                                                        \
	verdict_of((const enum intoto_outcome[]){ __VA_ARGS__ },                                   \
		   sizeof((const enum intoto_outcome[]){ __VA_ARGS__ }) /                          \
			   sizeof(enum intoto_outcome),                                            \
		   close)

static void passes_only_at_the_end_with_something_passed_and_nothing_wrong(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(NULL, 0, false), INTOTO_REFUSED);
	assert_int_equal(verdict_of(NULL, 0, true), INTOTO_REFUSED);
	assert_int_equal(VERDICT(false, INTOTO_CHECK_PASSED), INTOTO_REFUSED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_PASSED), INTOTO_PASSED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_WARNING), INTOTO_REFUSED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_SKIPPED), INTOTO_REFUSED);
	assert_int_equal(
		VERDICT(true, INTOTO_CHECK_PASSED, INTOTO_CHECK_WARNING, INTOTO_CHECK_SKIPPED),
		INTOTO_PASSED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_PASSED, INTOTO_CHECK_FAILED), INTOTO_REFUSED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_PASSED, INTOTO_CHECK_UNDECIDED),
			 INTOTO_UNDECIDED);
	assert_int_equal(VERDICT(true, INTOTO_CHECK_UNDECIDED, INTOTO_CHECK_FAILED),
			 INTOTO_REFUSED);
}

static void cannot_pass_with_a_code_outside_the_table(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	(void)state;
	add(report, INTOTO_CHECK_PASSED);
	it_report_add(report, INTOTO_CHECK_PASSED, "no.such-code", "", "", "x");
	it_report_close(report);
	assert_int_equal(intoto_report_verdict(report), INTOTO_UNDECIDED);
	assert_int_equal(it_report_cause(report), INTOTO_E_INTERNAL);
	assert_int_equal(it_report_faults(report), 1);
}

static void remembers_why_nothing_was_decided(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(intoto_error_freep) struct intoto_error *first = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *second = NULL;

	(void)state;
	assert_int_equal(it_report_cause(report), INTOTO_OK);
	(void)it_err_set(&first, INTOTO_E_FORMAT, "first");
	(void)it_err_set(&second, INTOTO_E_IO, "second");
	it_report_undecided(report, "layout.format", "", "file", first);
	it_report_undecided(report, "layout.file", "", "file", second);
	assert_int_equal(it_report_cause(report), INTOTO_E_FORMAT);
	assert_string_equal(intoto_report_at(report, 0)->text, "first");
	assert_int_equal(intoto_report_count(report), 2);
	assert_null(intoto_report_at(report, 2));
}

static void shows_hostile_text_escaped_and_failures_first(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_freep) char *verbose = NULL;

	(void)state;
	add(report, INTOTO_CHECK_PASSED);
	it_report_add(report, INTOTO_CHECK_FAILED, "rule.disallow", "a\033[2Jb", "x\ny", "%s",
		      "\xe2\x80\xae");
	it_report_add(report, INTOTO_CHECK_WARNING, "rule.unused", "", "", "unused");
	it_report_close(report);
	assert_int_equal(intoto_report_text(report, false, &text, NULL), INTOTO_OK);
	assert_string_equal(text,
			    "REFUSED: root.layout: 1 check passed, 1 failed, 1 to be looked at "
			    "(warning)\n"
			    "  failed     a\\u{1b}[2Jb: x\\ny: \\u{202e} [rule.disallow]\n"
			    "             to do:   find out where these files come from (--explain "
			    "FILE tells their story); if they belong there, have the owner add a "
			    "rule\n"
			    "  warning    layout: unused [rule.unused]\n");
	assert_int_equal(intoto_report_text(report, true, &verbose, NULL), INTOTO_OK);
	assert_non_null(
		strstr(verbose, "  passed     item: subject: sentence 1 [layout.expiry]\n"));
}

static void says_little_on_a_pass(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;

	(void)state;
	add(report, INTOTO_CHECK_PASSED);
	add(report, INTOTO_CHECK_WARNING);
	it_report_close(report);
	assert_int_equal(intoto_report_text(report, false, &text, NULL), INTOTO_OK);
	assert_string_equal(text,
			    "PASSED: root.layout: 1 check passed, 1 to be looked at (warning)\n");
}

static void gives_programs_valid_json_whatever_is_in_it(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *check;
	int64_t count = 0;

	(void)state;
	it_report_about(report, "not\xffutf-8", 86399);
	it_report_add(report, INTOTO_CHECK_FAILED, "link.file", "a\"b", "c\x80", "\x01");
	add(report, INTOTO_CHECK_SKIPPED);
	assert_int_equal(intoto_report_json(report, &text, NULL), INTOTO_OK);
	assert_int_equal(it_json_parse(&root, it_span_text(text), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	assert_true(it_span_is(it_json_text(it_json_get(root, "verdict")), "refused"));
	assert_true(it_span_is(it_json_text(it_json_get(root, "layout")), "not\xef\xbf\xbdutf-8"));
	assert_true(it_span_is(it_json_text(it_json_get(root, "time")), "1970-01-01T23:59:59Z"));
	assert_true(it_json_int(it_json_get(root, "version"), &count));
	assert_int_equal(count, 1);
	assert_true(it_json_int(it_json_get(it_json_get(root, "counts"), "failed"), &count));
	assert_int_equal(count, 1);
	assert_true(it_json_int(it_json_get(it_json_get(root, "counts"), "passed"), &count));
	assert_int_equal(count, 0);
	check = it_json_at(it_json_get(root, "checks"), 0);
	assert_true(it_span_is(it_json_text(it_json_get(check, "code")), "link.file"));
	assert_true(it_span_is(it_json_text(it_json_get(check, "item")), "a\"b"));
	assert_true(it_span_is(it_json_text(it_json_get(check, "outcome")), "failed"));
	assert_true(it_span_is(it_json_text(it_json_get(check, "subject")), "c\xef\xbf\xbd"));
	assert_true(it_span_is(it_json_text(it_json_get(check, "text")), "\x01"));
}

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void remembers_each_input_once_and_sorted(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	(void)state;
	assert_int_equal(it_report_input_count(report), 0);
	it_report_add_input(report, "z", SHA_A);
	it_report_add_input(report, "a", SHA_B);
	it_report_add_input(report, "z", SHA_A);
	it_report_add_input(report, "a", SHA_A);
	it_report_close(report);
	assert_int_equal(it_report_input_count(report), 3);
	assert_string_equal(it_report_input_at(report, 0)->uri, "a");
	assert_string_equal(it_report_input_at(report, 0)->sha256, SHA_A);
	assert_string_equal(it_report_input_at(report, 1)->sha256, SHA_B);
	assert_string_equal(it_report_input_at(report, 2)->uri, "z");
	assert_null(it_report_input_at(report, 3));
}

static void cannot_pass_with_an_input_that_is_no_sha256(void **state)
{
	static const char *const wrong[] = { "", "aa", (SHA_A "a"), ("sha256:" SHA_A) };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

		add(report, INTOTO_CHECK_PASSED);
		it_report_add_input(report, "a", wrong[i]);
		it_report_close(report);
		assert_int_equal(intoto_report_verdict(report), INTOTO_UNDECIDED);
		assert_int_equal(it_report_cause(report), INTOTO_E_INTERNAL);
		assert_int_equal(it_report_input_count(report), 0);
	}
}

static void lists_every_code_once_and_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < it_report_code_count; i++)
		assert_true(it_span_cmp(it_span_text(it_report_codes[i - 1].code),
					it_span_text(it_report_codes[i].code)) < 0);
}

static void names_outcomes(void **state)
{
	(void)state;
	assert_string_equal(intoto_outcome_name(INTOTO_CHECK_FAILED), "failed");
	assert_string_equal(intoto_outcome_name(INTOTO_CHECK_PASSED), "passed");
	assert_string_equal(intoto_outcome_name(INTOTO_CHECK_WARNING), "warning");
	assert_string_equal(intoto_outcome_name(INTOTO_CHECK_UNDECIDED), "undecided");
	assert_string_equal(intoto_outcome_name(INTOTO_CHECK_SKIPPED), "skipped");
	assert_string_equal(intoto_outcome_name((enum intoto_outcome)99), "failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_only_at_the_end_with_something_passed_and_nothing_wrong),
		cmocka_unit_test(cannot_pass_with_a_code_outside_the_table),
		cmocka_unit_test(remembers_why_nothing_was_decided),
		cmocka_unit_test(shows_hostile_text_escaped_and_failures_first),
		cmocka_unit_test(says_little_on_a_pass),
		cmocka_unit_test(gives_programs_valid_json_whatever_is_in_it),
		cmocka_unit_test(remembers_each_input_once_and_sorted),
		cmocka_unit_test(cannot_pass_with_an_input_that_is_no_sha256),
		cmocka_unit_test(lists_every_code_once_and_sorted),
		cmocka_unit_test(names_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
