/* SPDX-License-Identifier: Apache-2.0 */
/* The report of pytest-json-report.  Its exit code is pytest's own word on the run. */
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"

enum { EXIT_FAILED = 1, EXIT_EMPTY = 5 };

static const struct intoto_value *get(const struct intoto_value *object, const char *name)
{
	return intoto_value_get(object, name);
}

static const char *text(const struct intoto_value *object, const char *name)
{
	return intoto_value_text(get(object, name));
}

static bool outcome_of(const char *word, enum test_outcome *out)
{
	static const struct {
		const char *word;
		enum test_outcome outcome;
	} words[] = {
		{ "passed", TEST_PASSED },    { "failed", TEST_FAILED },
		{ "error", TEST_ERROR },      { "skipped", TEST_SKIPPED },
		{ "xfailed", TEST_EXPECTED }, { "xpassed", TEST_PASSED },
		{ "rerun", TEST_ERROR }, /* never the last word */
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (intoto_text_same(word, words[i].word)) {
			*out = words[i].outcome;
			return true;
		}
	return false;
}

static int read_test(struct test_results *out, const struct intoto_value *test, size_t index,
		     struct intoto_error **err)
{
	static const char *const stages[] = { "setup", "call", "teardown" };
	const char *name = text(test, "nodeid");
	const char *word = text(test, "outcome");
	enum test_outcome outcome = TEST_ERROR;
	int rc;

	if (!name)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "tests[%zu].nodeid: want a text",
					    index);
	if (!word || !outcome_of(word, &outcome))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "tests[%zu].outcome: want passed, failed, error, "
					    "skipped, xfailed or xpassed",
					    index);
	rc = test_results_add(out, name, outcome, err);
	if (!rc)
		test_results_last(out)->warned = intoto_text_same(word, "xpassed");
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
		test_results_took(out, intoto_value_number(get(get(test, stages[i]), "duration")));
	return rc;
}

/* --- what the run says of itself --- */

static int check_exit(struct test_results *out, const struct intoto_value *report,
		      struct intoto_error **err)
{
	bool bad = false;
	int64_t code;

	if (!intoto_value_int(get(report, "exitcode"), &code))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "exitcode: want a whole number");
	for (size_t i = 0; i < out->count; i++)
		bad |= out->cases[i].outcome == TEST_FAILED || out->cases[i].outcome == TEST_ERROR;
	if (code == 0 || (code == EXIT_FAILED && bad) || (code == EXIT_EMPTY && !out->count))
		return INTOTO_OK;
	return test_problem(out, err, "pytest ended with the exit code %lld", (long long)code);
}

static int check_collectors(struct test_results *out, const struct intoto_value *collectors,
			    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < intoto_value_count(collectors); i++) {
		const struct intoto_value *one = intoto_value_at(collectors, i);
		const char *name = text(one, "nodeid");

		if (!intoto_text_same(text(one, "outcome"), "passed") &&
		    !intoto_text_same(text(one, "outcome"), "skipped"))
			rc = test_problem(out, err, "the tests of \"%s\" could not be collected",
					  name ? name : "");
	}
	return rc;
}

static int64_t number(const struct intoto_value *summary, const char *name)
{
	int64_t value = -1;

	return intoto_value_int(get(summary, name), &value) && value >= 0 && value <= TESTS_MAX
		       ? value
		       : -1;
}

static int compare(struct test_results *out, const char *of, int64_t said, int64_t found,
		   struct intoto_error **err)
{
	if (said < 0 || said == found)
		return INTOTO_OK;
	if (said > found)
		return test_problem(out, err, "the summary says %lld %s, and %lld are there",
				    (long long)said, of, (long long)found);
	return test_warning(out, err, "the summary says %lld %s, and %lld are there",
			    (long long)said, of, (long long)found);
}

static int check_summary(struct test_results *out, const struct intoto_value *summary,
			 struct intoto_error **err)
{
	int64_t found[TEST_EXPECTED + 1] = { 0 };
	int64_t collected = number(summary, "collected");
	int64_t deselected = number(summary, "deselected");
	int rc;

	for (size_t i = 0; i < out->count; i++)
		found[out->cases[i].outcome]++;
	if (deselected > 0)
		collected = collected > deselected ? collected - deselected : -1;
	out->said = (struct test_totals){ number(summary, "total"), number(summary, "failed"),
					  number(summary, "error"), number(summary, "skipped") };
	rc = compare(out, "tests", out->said.tests, (int64_t)out->count, err);
	if (!rc && collected > (int64_t)out->count)
		rc = test_problem(out, err, "%lld tests were collected, and %zu are there",
				  (long long)collected, out->count);
	if (!rc)
		rc = compare(out, "failed tests", out->said.failures, found[TEST_FAILED], err);
	if (!rc)
		rc = compare(out, "errors", out->said.errors, found[TEST_ERROR], err);
	return rc;
}

static int read_pytest(struct test_results *out, const struct test_report *report,
		       struct intoto_error **err)
{
	const struct intoto_value *tests = get(report->tree, "tests");
	const char *created = intoto_value_number(get(report->tree, "created"));
	uint64_t thousandths;
	int rc = INTOTO_OK;

	if (intoto_value_kind(tests) != INTOTO_VALUE_LIST)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "tests: want a list");
	for (size_t i = 0; !rc && i < intoto_value_count(tests); i++)
		rc = read_test(out, intoto_value_at(tests, i), i, err);
	if (created && test_decimal(&thousandths, created))
		test_results_written(out, (int64_t)thousandths * 1000000);
	if (!rc)
		rc = check_exit(out, report->tree, err);
	if (!rc)
		rc = check_collectors(out, get(report->tree, "collectors"), err);
	return rc ? rc : check_summary(out, get(report->tree, "summary"), err);
}

static bool matches(const struct test_report *report)
{
	return intoto_value_kind(get(report->tree, "exitcode")) == INTOTO_VALUE_NUMBER &&
	       intoto_value_kind(get(report->tree, "summary")) == INTOTO_VALUE_OBJECT &&
	       intoto_value_kind(get(report->tree, "tests")) == INTOTO_VALUE_LIST;
}

const struct test_format test_format_pytest = {
	.name = "pytest",
	.matches = matches,
	.read = read_pytest,
};
