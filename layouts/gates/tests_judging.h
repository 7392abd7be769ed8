/* SPDX-License-Identifier: Apache-2.0 */
/* A gate "tests" at work: the results that there are, and what they come to together. */
#ifndef IT_LAYOUTS_GATES_TESTS_JUDGING_H
#define IT_LAYOUTS_GATES_TESTS_JUDGING_H

#include "layouts/gates/tests_demand.h"
#include "model/test_result.h"

enum {
	IT_TESTS_TOLD = 20,	 /* sentences of one kind */
	IT_TESTS_REPORTS = 1024, /* of one result; our attestor writes no more */
	IT_TESTS_BY = 64 * 1024,
};

struct it_tests_one {
	struct it_test_result result;
	const struct it_gate_evidence *evidence;
	bool counts; /* not the same as another one */
};

struct it_tests_judging {
	struct it_gate_verdict *out;
	const struct it_tests_demand *own;
	const struct it_gate_input *input;
	struct it_tests_one *items;
	size_t count;
	struct it_people producers; /* who signed any of them: for what is in none of them */
	int64_t passed;		    /* of those that count, as the following */
	int64_t skipped;
	int64_t flaky;
	int64_t total;
	bool skipped_unknown;
	bool flaky_unknown;
};

/* Whether an exception covers a test that did not pass; told if so, and why not where one nearly
 * does. */
IT_CHECK int it_tests_excused(const struct it_tests_judging *judging, const char *test,
			      const struct it_people *producers, bool *excused,
			      struct intoto_error **err);

/* "previous": whether fewer tests passed than before. */
IT_CHECK int it_tests_judge_previous(struct it_tests_judging *judging, struct intoto_error **err);

#endif
