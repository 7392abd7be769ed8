/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The predicate test-result/v0.1 as anyone writes it, with the members that our attestor adds below
 * "intoto" where they are there, and the numbers and values that Conforma knows.
 */
#ifndef IT_MODEL_TEST_RESULT_H
#define IT_MODEL_TEST_RESULT_H

#include "json/json.h"
#include "json/where.h"

enum it_test_verdict {
	IT_TEST_UNKNOWN = 0, /* a word that nobody has defined */
	IT_TEST_PASSED,
	IT_TEST_WARNED,
	IT_TEST_FAILED,
	IT_TEST_ERROR,	 /* Conforma: the run itself broke */
	IT_TEST_SKIPPED, /* Conforma: nothing ran */
};

/* Names of tests: a list of texts without NUL.  NULL: the document has no such list. */
enum it_test_list {
	IT_TESTS_PASSED = 0,
	IT_TESTS_WARNED,
	IT_TESTS_FAILED,
	IT_TESTS_SKIPPED,  /* ours, as those that follow */
	IT_TESTS_EXPECTED, /* failed as they were expected to */
	IT_TESTS_FLAKY,
	IT_TEST_LISTS,
};

/* Everything is borrowed from the predicate.  -1: it does not say. */
struct it_test_result {
	enum it_test_verdict verdict;
	struct it_span word; /* for verdict, as it stands */
	const struct it_json *lists[IT_TEST_LISTS];
	const struct it_json *problems; /* of the run or its report, sentences; NULL: none */
	const struct it_json *warnings;
	const struct it_json *reports; /* { "name", "digest" … } that it was made from */
	int64_t passed;		       /* with a warning or without */
	int64_t failed;		       /* or broke */
	int64_t skipped;
	int64_t expected;
	int64_t flaky;
	int64_t total;
};

/*
 * Reads the predicate.  Lists that are none, and numbers that disagree with the lists beside them,
 * are FORMAT: half of a result is none.  What it says may still be anything.
 */
IT_CHECK int it_test_result_read(struct it_test_result *out, const struct it_json *predicate,
				 const struct it_where *where, struct intoto_error **err);

/* How many names a list has; 0 for one that is not there. */
size_t it_test_names(const struct it_test_result *result, enum it_test_list list);
const char *it_test_name(const struct it_test_result *result, enum it_test_list list, size_t index);

#endif
