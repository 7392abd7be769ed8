/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reports of tests say, whatever their format: one entry for each test that a report has, and
 * what is wrong with the report itself.  Nothing here is taken from totals that a report claims.
 */
#ifndef INTOTO_ATTESTORS_TESTS_RESULTS_H
#define INTOTO_ATTESTORS_TESTS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <intoto/attestor.h>

enum {
	TESTS_MAX = 1000 * 1000,
	TEST_NAME_MAX = 64 * 1024, /* bytes */
	TEST_PROBLEMS_MAX = 1000,  /* sentences; what comes after is counted */
};

enum test_outcome {
	TEST_PASSED,
	TEST_FAILED,
	TEST_ERROR, /* it broke rather than failed, or has no result */
	TEST_SKIPPED,
	TEST_EXPECTED, /* failed as it was expected to: the directive todo of TAP, pytest's xfail */
};

struct test_case {
	char *name;
	enum test_outcome outcome;
	bool flaky;  /* passed, and not at the first try */
	bool warned; /* passed, and was not expected to */
};

struct test_sentences {
	char **items;
	size_t count;
	size_t more; /* that are not kept */
};

/* Totals that a report claims, and how many elements it has; -1: it does not say. */
struct test_totals {
	int64_t tests;
	int64_t failures;
	int64_t errors;
	int64_t skipped;
};

struct test_results {
	struct test_case *cases;
	size_t count;
	size_t cap;
	struct test_sentences problems; /* each makes the result FAILED */
	struct test_sentences warnings; /* each makes it WARNED */
	struct test_totals said;
	uint64_t milliseconds; /* of its tests together */
	bool timed;	       /* whether any said how long it took */
	int64_t latest; /* when the report says it was written, nanoseconds; 0: it does not */
};

/* Zero-initialised and then this, before a report is read. */
void test_results_begin(struct test_results *results);
void test_results_done(struct test_results *results);

/* Copies the name; an empty one is refused. */
int test_results_add(struct test_results *results, const char *name, enum test_outcome outcome,
		     struct intoto_error **err);
/* The one added last; NULL: none. */
struct test_case *test_results_last(struct test_results *results);
/* Puts "PREFIX > " in front of the names from that index on. */
int test_results_prefix(struct test_results *results, size_t from, const char *prefix,
			struct intoto_error **err);

int test_problem(struct test_results *results, struct intoto_error **err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int test_warning(struct test_results *results, struct intoto_error **err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds "12.5" or "1,234.5" seconds to the time; anything else says nothing. */
void test_results_took(struct test_results *results, const char *seconds);
void test_results_took_ms(struct test_results *results, uint64_t milliseconds);
/* The later of what is known and that. */
void test_results_written(struct test_results *results, int64_t nanoseconds);

/* "12.5" in thousandths, as far as it is a decimal number that fits; else false. */
bool test_decimal(uint64_t *thousandths, const char *text);

/*
 * Entries of the same name as one that stood before: with last, the last one decides and is flaky
 * if it passed after one that had not; without, each counts for itself.  *twice is how many names
 * came more than once.
 */
int test_results_fold(struct test_results *results, bool last, size_t *twice,
		      struct intoto_error **err);

/* A text that the scope owns. */
static inline void test_text_free(char **text)
{
	free(*text);
}
#define TEST_TEXT __attribute__((cleanup(test_text_free))) char *

#endif
