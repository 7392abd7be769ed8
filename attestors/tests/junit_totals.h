/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a suite claims in its attributes, beside the elements that are there.
 *
 * Dialects count differently: Node counts a suite's own children, suites included; most count all
 * tests below; Surefire counts each try of a test (SUREFIRE-1627).  A claim that one of these
 * explains agrees.  One that is larger than all of them, of tests or of failures, means that
 * something is missing, and is a problem; any other difference is a warning.
 */
#ifndef INTOTO_ATTESTORS_TESTS_JUNIT_TOTALS_H
#define INTOTO_ATTESTORS_TESTS_JUNIT_TOTALS_H

#include "attestors/tests/results.h"

struct junit_counts {
	int64_t tests;
	int64_t bad; /* failures and errors */
	int64_t skipped;
};

struct junit_suite {
	char *name;		  /* owned by whoever reads */
	struct test_totals said;  /* attributes, or else those of the suites below */
	int64_t disabled;	  /* likewise, -1: not said */
	struct junit_counts all;  /* below it, at any depth */
	struct junit_counts own;  /* tests that are its children */
	int64_t suites;		  /* that are its children */
	int64_t bad_suites;	  /* with a failure in them */
	int64_t reruns;		  /* tries of tests beside the last */
	struct test_totals below; /* sums of what the suites below it said */
};

void junit_suite_add(struct junit_suite *suite, enum test_outcome outcome, uint64_t reruns);
/* Takes the counts of a suite that has ended into the one above it. */
void junit_suite_fold(struct junit_suite *up, const struct junit_suite *suite);
/* At the end of a suite: compares, and fills what it did not say from those below. */
int junit_suite_check(struct test_results *out, struct junit_suite *suite,
		      struct intoto_error **err);

#endif
