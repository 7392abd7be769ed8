/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of tests: what is counted, what is wrong, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attestors/tests/format.h"
#include "attestors/tests/predicate.h"

/* "passed failed errors skipped todo flaky" and the verdict. */
static void describe(char *out, size_t size, const struct test_results *results)
{
	static const char *const words[] = { "PASSED", "WARNED", "FAILED" };
	const struct test_run run = { .results = results };
	int by[TEST_EXPECTED + 1] = { 0 };
	int flaky = 0;

	for (size_t i = 0; i < results->count; i++) {
		by[results->cases[i].outcome]++;
		flaky += results->cases[i].flaky;
	}
	(void)snprintf(out, size, "%d %d %d %d %d %d %s", by[0], by[1], by[2], by[3], by[4], flaky,
		       words[test_run_verdict(&run)]);
}

static bool says(const struct test_sentences *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strstr(list->items[i], text))
			return true;
	return false;
}

static int read(struct test_results *out, const char *text, const char *as,
		struct intoto_error **err)
{
	const struct test_format *format;

	test_results_begin(out);
	return test_report_read(out, &format, text, strlen(text), as, err);
}

static void comes_to(const char *text, const char *counts)
{
	struct test_results results;
	struct intoto_error *err = NULL;
	char found[100];

	if (read(&results, text, NULL, &err))
		fail_msg("%s\n%s", text, intoto_error_text(err));
	describe(found, sizeof found, &results);
	if (!intoto_text_same(found, counts))
		fail_msg("%s\nfound %s (%s), wanted %s", text, found,
			 results.problems.count ? results.problems.items[0] : "", counts);
	test_results_done(&results);
}

/* With a sentence among the problems or the warnings. */
static void comes_to_for(const char *text, const char *counts, const char *why)
{
	struct test_results results;
	struct intoto_error *err = NULL;

	comes_to(text, counts);
	assert_int_equal(read(&results, text, NULL, &err), 0);
	if (!says(&results.problems, why) && !says(&results.warnings, why))
		fail_msg("%s\ndoes not say '%s' but '%s'", text, why,
			 results.problems.count	  ? results.problems.items[0]
			 : results.warnings.count ? results.warnings.items[0]
						  : "");
	test_results_done(&results);
}

static void refuses(const char *text, const char *as, enum intoto_code code, const char *why)
{
	struct test_results results;
	struct intoto_error *err = NULL;
	int rc = read(&results, text, as, &err);

	if (rc != (int)code || !strstr(intoto_error_text(err), why))
		fail_msg("%.200s\nfound %d %s, wanted %s", text, rc, intoto_error_text(err), why);
	test_results_done(&results);
	intoto_error_free(err);
}

static void names_it(const char *text, const char *name)
{
	struct test_results results;
	bool found = false;

	assert_int_equal(read(&results, text, NULL, NULL), 0);
	for (size_t i = 0; i < results.count; i++)
		found |= intoto_text_same(results.cases[i].name, name);
	if (!found)
		fail_msg("no '%s' but '%s' in\n%s", name,
			 results.count ? results.cases[0].name : "", text);
	test_results_done(&results);
}

/* --- JUnit XML --- */

#define SUITE(attributes, inside) "<testsuite name=\"s\" " attributes ">" inside "</testsuite>"
#define CASE(inside) "<testcase classname=\"c\" name=\"n\">" inside "</testcase>"
#define GOOD "<testcase classname=\"c\" name=\"good\"/>"

static void counts_junit_elements(void **state)
{
	(void)state;
	comes_to(SUITE("", GOOD), "1 0 0 0 0 0 PASSED");
	comes_to(SUITE("", GOOD CASE("<failure/>")), "1 1 0 0 0 0 FAILED");
	comes_to(SUITE("", GOOD CASE("<error/>")), "1 0 1 0 0 0 FAILED");
	comes_to(SUITE("", GOOD CASE("<skipped/>")), "1 0 0 1 0 0 PASSED");
	comes_to(SUITE("", GOOD CASE("<skipped type='pytest.xfail'/>")), "1 0 0 0 1 0 PASSED");
	comes_to(SUITE("", GOOD CASE("<skipped/><failure/>")), "1 1 0 0 0 0 FAILED");
	comes_to(SUITE("", GOOD CASE("<system-out>&lt;failure/></system-out>")),
		 "2 0 0 0 0 0 PASSED");
	comes_to("<?xml version='1.0'?><!-- a --><testsuites>" SUITE("", GOOD)
			 SUITE("", GOOD) "</testsuites>\n",
		 "2 0 0 0 0 0 PASSED");
	comes_to(SUITE("", SUITE("", GOOD) GOOD), "2 0 0 0 0 0 PASSED");
}

static void reads_statuses_of_ctest_and_googletest(void **state)
{
	(void)state;
	comes_to(SUITE("", GOOD "<testcase name='a' classname='a' status='disabled'/>"
				"<testcase name='b' classname='b' status='notrun'/>"),
		 "1 0 0 2 0 0 PASSED");
	comes_to(SUITE("", GOOD "<testcase name='a' status='fail'/>"), "1 1 0 0 0 0 FAILED");
	comes_to(SUITE("", GOOD "<testcase name='a' status='notrun' result='suppressed'/>"),
		 "1 0 0 1 0 0 PASSED");
	comes_to(SUITE("", "<testcase name='a' status='run' result='completed'/>"),
		 "1 0 0 0 0 0 PASSED");
}

static void takes_reruns_of_surefire_as_one_test(void **state)
{
	(void)state;
	comes_to(SUITE("tests='1' failures='0'", CASE("<flakyFailure/><flakyError/>")),
		 "1 0 0 0 0 1 WARNED");
	comes_to(SUITE("tests='1' failures='1'", CASE("<failure/><rerunFailure/><rerunError/>")),
		 "0 1 0 0 0 0 FAILED");
	/* SUREFIRE-1627: each try is in the totals */
	comes_to_for(SUITE("tests='3' failures='2'", CASE("<flakyFailure/><flakyFailure/>")),
		     "1 0 0 0 0 1 WARNED", "says that it has 3 tests, and 1 are there");
}

static void tells_of_totals_that_disagree(void **state)
{
	(void)state;
	comes_to_for(SUITE("tests='5'", GOOD), "1 0 0 0 0 0 FAILED",
		     "\"s\" says that it has 5 tests, and 1 are there");
	comes_to_for(SUITE("tests='1' failures='1'", GOOD), "1 0 0 0 0 0 FAILED",
		     "says that it has 1 failures and errors, and 0 are there");
	comes_to_for(SUITE("tests='1' errors='1'", GOOD), "1 0 0 0 0 0 FAILED",
		     "1 failures and errors");
	comes_to_for(SUITE("tests='0'", GOOD), "1 0 0 0 0 0 WARNED", "has 0 tests, and 1 are");
	comes_to_for(SUITE("skipped='4'", GOOD), "1 0 0 0 0 0 WARNED", "4 skipped tests");
	comes_to_for("<testsuites tests='9'>" SUITE("tests='1'", GOOD) "</testsuites>",
		     "1 0 0 0 0 0 FAILED", "says that it has 9 tests");
	comes_to(SUITE("tests='1' failures='0' errors='0' skipped='0'", GOOD),
		 "1 0 0 0 0 0 PASSED");
	/* Node counts children, suites among them */
	comes_to(SUITE("tests='2'", GOOD SUITE("tests='2'", GOOD GOOD)), "3 0 0 0 0 0 PASSED");
	comes_to(SUITE("tests='2' failures='1'",
		       GOOD SUITE("tests='2' failures='2'", CASE("<failure/>") CASE("<failure/>"))),
		 "1 2 0 0 0 0 FAILED");
}

static void takes_a_failure_of_a_suite_as_a_problem(void **state)
{
	(void)state;
	comes_to_for(SUITE("", GOOD "<error>no database</error>"), "1 0 0 0 0 0 FAILED",
		     "the suite \"s\" has a error of its own");
}

static void never_passes_without_a_test(void **state)
{
	(void)state;
	comes_to("<testsuites/>", "0 0 0 0 0 0 FAILED");
	comes_to(SUITE("tests='0'", ""), "0 0 0 0 0 0 FAILED");
	comes_to(SUITE("", CASE("<skipped/>")), "0 0 0 1 0 0 FAILED");
	comes_to("1..0 # SKIP nothing here\n", "0 0 0 0 0 0 FAILED");
}

static void names_junit_tests_by_class_or_suites(void **state)
{
	(void)state;
	names_it(SUITE("", GOOD), "c.good");
	names_it(SUITE("", "<testcase name='a'/>"), "s > a");
	names_it(SUITE("", SUITE("", "<testcase name='a' classname='test'/>")), "s > s > a");
	names_it(SUITE("", "<testcase name='a' classname='a'/>"), "a");
	names_it(SUITE("", "<testcase name='' classname='c'><error/></testcase>"), "c");
	names_it(SUITE("", "<testcase name='a &lt;&#x20ac;' classname='c'/>"), "c.a <\xe2\x82\xac");
}

static void refuses_broken_xml(void **state)
{
	(void)state;
	refuses("<testsuites><testsuite name='s'>" GOOD, NULL, INTOTO_E_FORMAT,
		"the report is cut off");
	refuses("<testsuite name='s'>" GOOD "<testcase na", NULL, INTOTO_E_FORMAT,
		"the report is cut off");
	refuses(SUITE("", GOOD) SUITE("", GOOD), NULL, INTOTO_E_FORMAT, "junk after");
	refuses("<testsuite><testcase></testsuite>", NULL, INTOTO_E_FORMAT, "mismatched tag");
	refuses("<html><testsuite/></html>", NULL, INTOTO_E_FORMAT,
		"want <testsuites> or <testsuite>, found <html>");
	refuses(SUITE("", "<group>" GOOD "</group>"), NULL, INTOTO_E_FORMAT,
		"<testcase> stands where none belongs");
	refuses(SUITE("", CASE(GOOD)), NULL, INTOTO_E_FORMAT, "stands where none belongs");
	refuses(SUITE("", CASE("<properties><failure/></properties>")), NULL, INTOTO_E_FORMAT,
		"<failure> stands where none belongs");
	refuses("<testsuite><testcase/></testsuite>", NULL, INTOTO_E_FORMAT,
		"a test without a name");
}

static void refuses_document_types_and_entities(void **state)
{
	(void)state;
	refuses("<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><testsuite name='&c;'/>",
		NULL, INTOTO_E_FORMAT, "a document type (<!DOCTYPE)");
	refuses("<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" SUITE("", CASE("&x;")),
		NULL, INTOTO_E_FORMAT, "a document type (<!DOCTYPE)");
	refuses("<!DOCTYPE t SYSTEM \"http://localhost/t.dtd\">" SUITE("", GOOD), NULL,
		INTOTO_E_FORMAT, "a document type (<!DOCTYPE)");
	refuses(SUITE("", CASE("&x;")), NULL, INTOTO_E_FORMAT, "undefined entity");
}

static void refuses_2000_elements_in_one_another(void **state)
{
	char text[2000 * 12 + 1] = "";

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		memcpy(text + i * 12, "<testsuite >", 13);
	refuses(text, NULL, INTOTO_E_LIMIT, "more than 64 elements in one another");
	for (size_t i = 0; i < 2000; i++)
		memcpy(text + i * 6, "{\"a\": ", 7);
	refuses(text, NULL, INTOTO_E_FORMAT, "nested too deep, at most 64");
}

/* --- TAP --- */

static void counts_test_points(void **state)
{
	(void)state;
	comes_to("TAP version 13\n1..3\nok 1 - a\nok 2 b # SKIP why\nok\n", "2 0 0 1 0 0 PASSED");
	comes_to("ok 1 a\nnot ok 2 b\n1..2\n", "1 1 0 0 0 0 FAILED");
	comes_to("1..2\nok 1\nnot ok 2 # todo later\n", "1 0 0 0 1 0 PASSED");
	comes_to("1..1\nok 1 # todo later\n", "1 0 0 0 0 0 WARNED");
	/* cmocka */
	comes_to("1..2\nok 1 - a\nnot ok 2 # SKIP b\n", "1 0 0 1 0 0 PASSED");
	comes_to("1..1\r\nok 1 - a\r\n", "1 0 0 0 0 0 PASSED");
	comes_to("# noise\n1..1\nsomething printed\nokay\nok 1 a\n  indented by two\n",
		 "1 0 0 0 0 0 PASSED");
}

static void names_test_points(void **state)
{
	(void)state;
	names_it("1..1\nok 1 - adds # in 12 ms\n", "adds");
	names_it("1..1\nok 1 - a \\# b # SKIP c\n", "a # b");
	names_it("1..1\nok 1 - issue #12 is fixed\n", "issue #12 is fixed");
	names_it("1..2\nok 1 a\nok 2\n", "test 2");
	names_it("1..1\n    ok 1 - in\n    1..1\nok 1 - out\n", "out > in");
	names_it("1..1\nok 1 - todolist # todolist\n", "todolist # todolist");
}

static void counts_what_subtests_have(void **state)
{
	(void)state;
	comes_to("TAP version 14\n# Subtest: a\n    ok 1 - x\n    ok 2 - y\n    1..2\nok 1 - a\n"
		 "ok 2 - b\n1..2\n",
		 "3 0 0 0 0 0 PASSED");
	comes_to("    ok 1 - x\n    not ok 2 - y\n    1..2\nnot ok 1 - a\n1..1\n",
		 "1 1 0 0 0 0 FAILED");
	/* it fails, and nothing below it: the failure is its own */
	comes_to("    ok 1 - x\n    1..1\nnot ok 1 - a\n1..1\n", "1 1 0 0 0 0 FAILED");
	comes_to("    not ok 1 - x\n    1..1\nnot ok 1 - a # todo\nok 2\n1..2\n",
		 "1 0 0 0 1 0 PASSED");
	comes_to("    1..0 # SKIP none\nok 1 - a # SKIP none\nok 2\n1..2\n", "1 0 0 1 0 0 PASSED");
	/* a failure below what says that it is good stays one */
	comes_to("    not ok 1 - x\n    1..1\nok 1 - a\n1..1\n", "0 1 0 0 0 0 FAILED");
	comes_to_for("    ok 1 - x\n    1..2\nok 1 - a\n1..1\n", "1 0 0 0 0 0 FAILED",
		     "the subtest planned 2 tests and ran 1");
	comes_to_for("1..1\n    ok 1 - x\n    1..1\n", "1 0 0 0 0 0 FAILED",
		     "no test sums up the last subtest");
}

static void passes_over_diagnostics(void **state)
{
	(void)state;
	comes_to("TAP version 13\nok 1 - a\n  ---\n  message: 'x'\n  not ok 9\nnot ok 7\n"
		 "  ...\n1..1\n",
		 "1 0 0 0 0 0 PASSED");
	comes_to_for("ok 1 - a\n  ---\n  message: 'x'\n1..1\n", "1 0 0 0 0 0 FAILED",
		     "a YAML block has no end");
}

static void tells_of_a_run_that_broke_off(void **state)
{
	(void)state;
	comes_to_for("ok 1 a\nok 2 b\n", "2 0 0 0 0 0 FAILED", "the run has no plan");
	comes_to_for("1..3\nok 1 a\nok 2 b\n", "2 0 0 0 0 0 FAILED",
		     "the run planned 3 tests and ran 2");
	comes_to_for("1..1\nok 1 a\nok 2 b\n", "2 0 0 0 0 0 FAILED", "planned 1 tests and ran 2");
	comes_to_for("1..2\nok 1 a\nok 1 b\n", "2 0 0 0 0 0 FAILED",
		     "test 1 stands where test 2 belongs");
	comes_to_for("1..2\nok 1 a\nBail out! no disk\n", "1 0 0 0 0 0 FAILED",
		     "Bail out! no disk");
	comes_to_for("1..1\nok 1\n1..1\nok 1\n", "2 0 0 0 0 0 FAILED", "a second plan");
	comes_to_for("TAP version 13\n1..1\nok 1\nTAP version 13\n", "1 0 0 0 0 0 FAILED",
		     "two runs in one report");
	refuses("TAP version 99\n1..1\nok 1\n", NULL, INTOTO_E_UNSUPPORTED, "TAP version 99");
}

/* --- CTRF --- */

#define CTRF(summary, tests)                                                                       \
	"{\"reportFormat\":\"CTRF\",\"results\":{\"tool\":{\"name\":\"t\"},\"summary\":{" summary  \
	"},\"tests\":[" tests "]}}"
#define ONE(status) "{\"name\":\"a\",\"status\":\"" status "\",\"duration\":3}"

static void counts_ctrf_tests(void **state)
{
	(void)state;
	comes_to(CTRF("\"tests\":1,\"passed\":1,\"failed\":0", ONE("passed")),
		 "1 0 0 0 0 0 PASSED");
	comes_to(CTRF("", ONE("passed") "," ONE("failed") "," ONE("pending") "," ONE(
				  "skipped") "," ONE("other") "," ONE("new")),
		 "1 1 2 2 0 0 FAILED");
	comes_to(CTRF("", "{\"name\":\"a\",\"status\":\"passed\",\"flaky\":true}"),
		 "1 0 0 0 0 1 WARNED");
	comes_to("{\"results\":{\"tool\":{},\"summary\":{},\"tests\":[" ONE("passed") "]}}",
		 "1 0 0 0 0 0 PASSED");
	names_it(CTRF("", "{\"name\":\"a\",\"status\":\"passed\",\"suite\":\"s\"}"), "s > a");
	names_it(CTRF("", "{\"name\":\"a\",\"status\":\"passed\",\"suite\":[\"s\",\"t\"]}"),
		 "s > t > a");
	comes_to_for(CTRF("\"tests\":2", ONE("passed")), "1 0 0 0 0 0 FAILED",
		     "the summary says 2 tests, and 1 are there");
	comes_to_for(CTRF("\"failed\":1", ONE("passed")), "1 0 0 0 0 0 FAILED", "1 failed tests");
	comes_to_for(CTRF("\"passed\":0", ONE("passed")), "1 0 0 0 0 0 WARNED", "0 passed tests");
	comes_to(CTRF("\"tests\":0", ""), "0 0 0 0 0 0 FAILED");
	refuses(CTRF("", "{\"name\":\"a\"}"), NULL, INTOTO_E_FORMAT,
		"results.tests[0].status: want a text");
	refuses("{\"reportFormat\":\"CTRF\",\"results\":{}}", NULL, INTOTO_E_FORMAT,
		"results.tests: want a list");
	refuses("{\"reportFormat\":\"CTRF\",\"results\":{\"tests\":[", NULL, INTOTO_E_FORMAT, "");
}

/* --- go test -json --- */

#define EVENT(action, more) "{\"Action\":\"" action "\",\"Package\":\"p\"" more "}\n"
#define TEST(action, name) EVENT(action, ",\"Test\":\"" name "\"")

static void counts_events_of_go(void **state)
{
	(void)state;
	comes_to(EVENT("start", "") TEST("run", "A") TEST("pass", "A") TEST("run", "B")
			 TEST("skip", "B") EVENT("pass", ",\"Elapsed\":0.1"),
		 "1 0 0 1 0 0 PASSED");
	comes_to(TEST("run", "A") TEST("fail", "A") EVENT("fail", ""), "0 1 0 0 0 0 FAILED");
	names_it(TEST("pass", "A/b") EVENT("pass", ""), "p.A/b");
	/* a test that broke its package off */
	comes_to(TEST("run", "A") EVENT("fail", ""), "0 0 1 0 0 0 FAILED");
	/* a package that does not build */
	comes_to("{\"ImportPath\":\"p\",\"Action\":\"build-fail\"}\n" EVENT(
			 "fail", ",\"FailedBuild\":\"p\""),
		 "0 0 1 0 0 0 FAILED");
	comes_to_for(TEST("run", "A") TEST("pass", "A"), "1 0 0 0 0 0 FAILED",
		     "the package p has no result: the report is cut off");
	comes_to_for("# p\n" TEST("pass", "A") EVENT("pass", ""), "1 0 0 0 0 0 WARNED",
		     "1 lines are no events");
	refuses(TEST("pass", "A") "{\"Action\":\"pa", NULL, INTOTO_E_FORMAT,
		"line 2: is no whole event");
	refuses(TEST("pass", "A") "{}\n", NULL, INTOTO_E_FORMAT, "line 2: an event without");
}

/* --- pytest-json-report --- */

#define PYTEST(code, summary, tests)                                                               \
	"{\"created\":1518371686.7981803,\"exitcode\":" code ",\"summary\":{" summary              \
	"},\"tests\":[" tests "]}"
#define NODE(outcome) "{\"nodeid\":\"f.py::a\",\"outcome\":\"" outcome "\"}"

static void counts_tests_of_pytest(void **state)
{
	(void)state;
	comes_to(PYTEST("0", "\"total\":1", NODE("passed")), "1 0 0 0 0 0 PASSED");
	comes_to(PYTEST("1", "",
			NODE("passed") "," NODE("failed") "," NODE("error") "," NODE(
				"skipped") "," NODE("xfailed") "," NODE("xpassed")),
		 "2 1 1 1 1 0 FAILED");
	comes_to(PYTEST("0", "", NODE("xpassed")), "1 0 0 0 0 0 WARNED");
	comes_to_for(PYTEST("2", "", NODE("passed")), "1 0 0 0 0 0 FAILED", "the exit code 2");
	comes_to_for(PYTEST("1", "", NODE("passed")), "1 0 0 0 0 0 FAILED", "the exit code 1");
	comes_to_for(PYTEST("0", "\"total\":1,\"collected\":4", NODE("passed")),
		     "1 0 0 0 0 0 FAILED", "4 tests were collected, and 1 are there");
	comes_to(PYTEST("0", "\"total\":1,\"collected\":4,\"deselected\":3", NODE("passed")),
		 "1 0 0 0 0 0 PASSED");
	comes_to(PYTEST("5", "\"total\":0", ""), "0 0 0 0 0 0 FAILED");
	refuses(PYTEST("0", "", NODE("weird")), NULL, INTOTO_E_FORMAT, "tests[0].outcome");
	refuses(PYTEST("\"0\"", "", NODE("passed")), "pytest", INTOTO_E_FORMAT,
		"exitcode: want a whole number");
}

/* --- formats --- */

static void refuses_two_formats_in_one_report(void **state)
{
	(void)state;
	refuses(SUITE("", GOOD) "\n1..1\nok 1 a\n", NULL, INTOTO_E_FORMAT,
		"looks like junit and like tap");
	refuses("1..1\nok 1 a\n" SUITE("", GOOD) "\n", NULL, INTOTO_E_FORMAT,
		"looks like junit and like tap");
	refuses("{\"exitcode\":0,\"summary\":{},\"tests\":[],\"results\":{\"tool\":{},"
		"\"summary\":{}}}",
		NULL, INTOTO_E_FORMAT, "looks like ctrf and like pytest");
	refuses(TEST("pass", "A") EVENT("pass", "") "1..1\nok 1 - a\n", NULL, INTOTO_E_FORMAT,
		"looks like go and like tap");
	/* a test's output may hold anything */
	comes_to(SUITE("", CASE("<system-out><![CDATA[\n1..1\nok 1 a\n]]></system-out>")),
		 "1 0 0 0 0 0 PASSED");
}

static void refuses_what_is_no_report(void **state)
{
	(void)state;
	refuses("", NULL, INTOTO_E_FORMAT, "is empty");
	refuses(" \n\t\n", NULL, INTOTO_E_FORMAT, "is empty");
	refuses("hello\n", NULL, INTOTO_E_FORMAT, "is none of ctrf, go, junit, pytest and tap");
	refuses("{}", NULL, INTOTO_E_FORMAT, "is none of");
	refuses("{\"a\":1,\"a\":2}", NULL, INTOTO_E_FORMAT, "");
	refuses("1..1\nok 1\n", "junit4", INTOTO_E_FORMAT, "the option \"as\": want");
	refuses("1..1\nok 1\n", "junit", INTOTO_E_FORMAT, "line 1:");
	refuses("1..1\nok 1\n", "ctrf", INTOTO_E_FORMAT, "results.tests");
	refuses("{\"a\": tru", "pytest", INTOTO_E_FORMAT, "");
}

/* --- the same name twice --- */

static void folds_reruns_only_when_asked(void **state)
{
	static const char text[] = "1..4\nnot ok 1 a\nok 2 a\nok 3 b\nok 4 b\n";
	struct test_results results;
	size_t twice;

	(void)state;
	assert_int_equal(read(&results, text, NULL, NULL), 0);
	assert_int_equal(test_results_fold(&results, false, &twice, NULL), 0);
	assert_int_equal(results.count, 4);
	assert_int_equal(twice, 2);
	assert_int_equal(test_results_fold(&results, true, &twice, NULL), 0);
	assert_int_equal(results.count, 2);
	assert_int_equal(results.cases[0].outcome, TEST_PASSED);
	assert_true(results.cases[0].flaky);
	assert_false(results.cases[1].flaky);
	test_results_done(&results);
	/* the last one decides, also for the worse */
	assert_int_equal(read(&results, "1..2\nok 1 a\nnot ok 2 a\n", NULL, NULL), 0);
	assert_int_equal(test_results_fold(&results, true, &twice, NULL), 0);
	assert_int_equal(results.count, 1);
	assert_int_equal(results.cases[0].outcome, TEST_FAILED);
	test_results_done(&results);
}

static void adds_times_up(void **state)
{
	struct test_results results;
	uint64_t thousandths;

	(void)state;
	assert_int_equal(read(&results,
			      SUITE("", "<testcase name='a' time='1,234.5'/><testcase name='b' "
					"time='0.25'/><testcase name='c' time='1e9'/>"),
			      NULL, NULL),
			 0);
	assert_int_equal(results.milliseconds, 1234750);
	test_results_done(&results);
	assert_false(test_decimal(&thousandths, ""));
	assert_false(test_decimal(&thousandths, "."));
	assert_false(test_decimal(&thousandths, "-1"));
	assert_false(test_decimal(&thousandths, "99999999999999999999999"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_junit_elements),
		cmocka_unit_test(reads_statuses_of_ctest_and_googletest),
		cmocka_unit_test(takes_reruns_of_surefire_as_one_test),
		cmocka_unit_test(tells_of_totals_that_disagree),
		cmocka_unit_test(takes_a_failure_of_a_suite_as_a_problem),
		cmocka_unit_test(never_passes_without_a_test),
		cmocka_unit_test(names_junit_tests_by_class_or_suites),
		cmocka_unit_test(refuses_broken_xml),
		cmocka_unit_test(refuses_document_types_and_entities),
		cmocka_unit_test(refuses_2000_elements_in_one_another),
		cmocka_unit_test(counts_test_points),
		cmocka_unit_test(names_test_points),
		cmocka_unit_test(counts_what_subtests_have),
		cmocka_unit_test(passes_over_diagnostics),
		cmocka_unit_test(tells_of_a_run_that_broke_off),
		cmocka_unit_test(counts_ctrf_tests),
		cmocka_unit_test(counts_events_of_go),
		cmocka_unit_test(counts_tests_of_pytest),
		cmocka_unit_test(refuses_two_formats_in_one_report),
		cmocka_unit_test(refuses_what_is_no_report),
		cmocka_unit_test(folds_reruns_only_when_asked),
		cmocka_unit_test(adds_times_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
