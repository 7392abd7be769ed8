/* SPDX-License-Identifier: Apache-2.0 */
/* The predicate test-result/v0.1 with our extensions, which intoto-attestors(7) lists. */
#ifndef INTOTO_ATTESTORS_TESTS_PREDICATE_H
#define INTOTO_ATTESTORS_TESTS_PREDICATE_H

#include "attestors/tests/results.h"

#define TEST_RESULT_TYPE "https://in-toto.io/attestation/test-result/v0.1"

/* One report, for the list of them. */
struct test_source {
	const struct intoto_input *input;
	const char *format;
	size_t tests; /* that it has */
	struct test_totals said;
};

struct test_run {
	const struct test_results *results; /* of all reports */
	const struct test_source *sources;
	size_t source_count;
	const struct intoto_input *const *configuration; /* files that configure the run */
	size_t configuration_count;
	const char *url; /* NULL: none */
	size_t twice;	 /* names that came more than once */
	bool empty_allowed;
};

enum test_verdict { TESTS_PASSED, TESTS_WARNED, TESTS_FAILED };

/*
 * FAILED: a test failed or broke, a report has a problem, or nothing ran (unless that is allowed).
 * WARNED: a test was flaky or passed against expectation, a report has a warning, or nothing ran.
 * PASSED: everything else.
 */
enum test_verdict test_run_verdict(const struct test_run *run);
void test_run_write(struct intoto_json_out *out, const struct test_run *run);

#endif
