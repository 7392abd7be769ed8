/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of JUnit XML beside its elements. */
#include "attestors/tests/junit_totals.h"

static int64_t sum(int64_t a, int64_t b)
{
	return (a < 0 ? 0 : a) + (b < 0 ? 0 : b);
}

void junit_suite_add(struct junit_suite *suite, enum test_outcome outcome, uint64_t reruns)
{
	struct junit_counts one = {
		.tests = 1,
		.bad = outcome == TEST_FAILED || outcome == TEST_ERROR,
		.skipped = outcome == TEST_SKIPPED || outcome == TEST_EXPECTED,
	};

	suite->own.tests += one.tests;
	suite->own.bad += one.bad;
	suite->own.skipped += one.skipped;
	suite->all.tests += one.tests;
	suite->all.bad += one.bad;
	suite->all.skipped += one.skipped;
	suite->reruns += (int64_t)reruns; /* one each element, of at most 64 MiB */
}

static void add_said(int64_t *below, int64_t said)
{
	if (said >= 0)
		*below = sum(*below, said);
}

void junit_suite_fold(struct junit_suite *up, const struct junit_suite *suite)
{
	up->all.tests += suite->all.tests;
	up->all.bad += suite->all.bad;
	up->all.skipped += suite->all.skipped;
	up->suites++;
	up->bad_suites += suite->all.bad > 0;
	up->reruns += suite->reruns;
	add_said(&up->below.tests, suite->said.tests);
	add_said(&up->below.failures, suite->said.failures);
	add_said(&up->below.errors, suite->said.errors);
	add_said(&up->below.skipped, suite->said.skipped);
}

/* A claim, what it may mean, and the most that it can mean. */
struct claim {
	const char *of; /* "tests" */
	int64_t said;	/* -1: nothing */
	int64_t may[4];
	int64_t most;
	bool grave; /* when it is more than that */
};

static int check(struct test_results *out, const struct junit_suite *suite,
		 const struct claim *claim, struct intoto_error **err)
{
	if (claim->said < 0)
		return INTOTO_OK;
	for (size_t i = 0; i < sizeof claim->may / sizeof *claim->may; i++)
		if (claim->said == claim->may[i])
			return INTOTO_OK;
	if (claim->grave && claim->said > claim->most)
		return test_problem(
			out, err, "the suite \"%s\" says that it has %lld %s, and %lld are there",
			suite->name, (long long)claim->said, claim->of, (long long)claim->may[0]);
	return test_warning(
		out, err, "the suite \"%s\" says that it has %lld %s, and %lld are there",
		suite->name, (long long)claim->said, claim->of, (long long)claim->may[0]);
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void fill(int64_t *said, int64_t below, int64_t suites)
{
	if (*said < 0 && suites)
		*said = below;
}

int junit_suite_check(struct test_results *out, struct junit_suite *suite,
		      struct intoto_error **err)
{
	const struct junit_counts *all = &suite->all;
	const struct junit_counts *own = &suite->own;
	bool says_bad = suite->said.failures >= 0 || suite->said.errors >= 0;
	const struct claim claims[] = {
		{ "tests",
		  suite->said.tests,
		  { all->tests, own->tests, own->tests + suite->suites, all->tests },
		  larger(all->tests + suite->reruns, own->tests + suite->suites),
		  true },
		{ "failures and errors",
		  says_bad ? sum(suite->said.failures, suite->said.errors) : -1,
		  { all->bad, own->bad, own->bad + suite->bad_suites, all->bad },
		  larger(all->bad + suite->reruns, own->bad + suite->bad_suites),
		  true },
		{ "skipped tests",
		  suite->said.skipped,
		  { all->skipped, own->skipped, all->skipped - larger(suite->disabled, 0),
		    all->skipped },
		  all->skipped,
		  false },
	};
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < sizeof claims / sizeof *claims; i++)
		rc = check(out, suite, &claims[i], err);
	fill(&suite->said.tests, suite->below.tests, suite->suites);
	fill(&suite->said.failures, suite->below.failures, suite->suites);
	fill(&suite->said.errors, suite->below.errors, suite->suites);
	fill(&suite->said.skipped, suite->below.skipped, suite->suites);
	return rc;
}
