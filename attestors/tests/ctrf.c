/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CTRF (Common Test Report Format).  Older reports have no "reportFormat".  A status that is none
 * of the five is an error, and so is "other": a test of which nobody says that it passed did not.
 */
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"

static const struct intoto_value *get(const struct intoto_value *object, const char *name)
{
	return intoto_value_get(object, name);
}

static const char *text(const struct intoto_value *object, const char *name)
{
	return intoto_value_text(get(object, name));
}

static enum test_outcome outcome_of(const char *status)
{
	static const struct {
		const char *word;
		enum test_outcome outcome;
	} words[] = {
		{ "passed", TEST_PASSED },
		{ "failed", TEST_FAILED },
		{ "skipped", TEST_SKIPPED },
		{ "pending", TEST_SKIPPED },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (intoto_text_same(status, words[i].word))
			return words[i].outcome;
	return TEST_ERROR;
}

/* A suite is a text, or (later) a list of texts from the outside in. */
static int name_of(char **out, const struct intoto_value *test, size_t index,
		   struct intoto_error **err)
{
	const struct intoto_value *suite = get(test, "suite");
	const char *name = text(test, "name");
	size_t count =
		intoto_value_kind(suite) == INTOTO_VALUE_LIST ? intoto_value_count(suite) : 1;

	if (!name)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "results.tests[%zu].name: want a text", index);
	*out = strdup(name);
	for (size_t i = count; *out && i-- > 0;) {
		const struct intoto_value *part = intoto_value_kind(suite) == INTOTO_VALUE_LIST
							  ? intoto_value_at(suite, i)
							  : suite;
		TEST_TEXT shorter = *out;

		*out = NULL;
		if (!intoto_value_text(part) || !*intoto_value_text(part)) {
			*out = shorter;
			shorter = NULL;
		} else if (asprintf(out, "%s > %s", intoto_value_text(part), shorter) < 0) {
			*out = NULL;
		} else if (strlen(*out) > TEST_NAME_MAX) {
			break; /* refused when it is added */
		}
	}
	return *out ? INTOTO_OK : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static int read_test(struct test_results *out, const struct intoto_value *test, size_t index,
		     struct intoto_error **err)
{
	TEST_TEXT name = NULL;
	const char *status = text(test, "status");
	bool flaky = false;
	uint64_t thousandths;
	const char *took = intoto_value_number(get(test, "duration"));
	int rc;

	if (!status)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "results.tests[%zu].status: want a text", index);
	rc = name_of(&name, test, index, err);
	if (!rc)
		rc = test_results_add(out, name, outcome_of(status), err);
	if (rc)
		return rc;
	if (took && test_decimal(&thousandths, took))
		test_results_took_ms(out, thousandths / 1000);
	(void)intoto_value_bool(get(test, "flaky"), &flaky); /* it may be absent */
	if (test_results_last(out)->outcome == TEST_PASSED)
		test_results_last(out)->flaky = flaky;
	return INTOTO_OK;
}

/* --- the summary --- */

struct counts {
	int64_t tests;
	int64_t passed;
	int64_t failed;
	int64_t skipped; /* and pending */
};

static int64_t number(const struct intoto_value *summary, const char *name)
{
	int64_t value = -1;

	return intoto_value_int(get(summary, name), &value) && value >= 0 && value <= TESTS_MAX
		       ? value
		       : -1;
}

static int compare(struct test_results *out, const char *of, int64_t said, int64_t found,
		   bool grave, struct intoto_error **err)
{
	if (said < 0 || said == found)
		return INTOTO_OK;
	if (grave && said > found)
		return test_problem(out, err, "the summary says %lld %s, and %lld are there",
				    (long long)said, of, (long long)found);
	return test_warning(out, err, "the summary says %lld %s, and %lld are there",
			    (long long)said, of, (long long)found);
}

static int check_summary(struct test_results *out, const struct intoto_value *summary,
			 struct intoto_error **err)
{
	struct counts found = { (int64_t)out->count, 0, 0, 0 };
	int64_t pending = number(summary, "pending");
	int64_t skipped = number(summary, "skipped");
	int rc;

	for (size_t i = 0; i < out->count; i++) {
		found.passed += out->cases[i].outcome == TEST_PASSED;
		found.failed += out->cases[i].outcome == TEST_FAILED;
		found.skipped += out->cases[i].outcome == TEST_SKIPPED;
	}
	out->said = (struct test_totals){ number(summary, "tests"), number(summary, "failed"), -1,
					  skipped };
	if (skipped >= 0 && pending > 0)
		skipped += pending;
	rc = compare(out, "tests", out->said.tests, found.tests, true, err);
	if (!rc)
		rc = compare(out, "failed tests", out->said.failures, found.failed, true, err);
	if (!rc)
		rc = compare(out, "passed tests", number(summary, "passed"), found.passed, false,
			     err);
	return rc ? rc : compare(out, "skipped tests", skipped, found.skipped, false, err);
}

static int read_ctrf(struct test_results *out, const struct test_report *report,
		     struct intoto_error **err)
{
	const struct intoto_value *results = get(report->tree, "results");
	const struct intoto_value *tests = get(results, "tests");
	const struct intoto_value *summary = get(results, "summary");
	int64_t stop;
	int rc = INTOTO_OK;

	if (intoto_value_kind(tests) != INTOTO_VALUE_LIST)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "results.tests: want a list");
	if (intoto_value_kind(summary) != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "results.summary: want an object");
	for (size_t i = 0; !rc && i < intoto_value_count(tests); i++)
		rc = read_test(out, intoto_value_at(tests, i), i, err);
	/* milliseconds since 1970; reports that know no time have 0 */
	if (intoto_value_int(get(summary, "stop"), &stop) && stop > 0 && stop < INT64_MAX / 1000000)
		test_results_written(out, stop * 1000000);
	return rc ? rc : check_summary(out, summary, err);
}

static bool matches(const struct test_report *report)
{
	const struct intoto_value *results = get(report->tree, "results");

	return intoto_text_same(text(report->tree, "reportFormat"), "CTRF") ||
	       (intoto_value_kind(get(results, "tool")) == INTOTO_VALUE_OBJECT &&
		intoto_value_kind(get(results, "summary")) == INTOTO_VALUE_OBJECT);
}

const struct test_format test_format_ctrf = {
	.name = "ctrf",
	.matches = matches,
	.read = read_ctrf,
};
