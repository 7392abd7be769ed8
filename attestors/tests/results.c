/* SPDX-License-Identifier: Apache-2.0 */
/* Tests and what became of them, as they are collected from a report. */
#include "attestors/tests/results.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attestors/tests/names.h"

static void sentences_done(struct test_sentences *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

void test_results_begin(struct test_results *results)
{
	*results = (struct test_results){ .said = { -1, -1, -1, -1 } };
}

void test_results_done(struct test_results *results)
{
	for (size_t i = 0; i < results->count; i++)
		free(results->cases[i].name);
	free(results->cases);
	sentences_done(&results->problems);
	sentences_done(&results->warnings);
	test_results_begin(results);
}

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static int make_room(struct test_results *results, struct intoto_error **err)
{
	size_t cap = results->cap ? results->cap * 2 : 64;
	struct test_case *cases;

	if (results->count == TESTS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d tests", TESTS_MAX);
	if (results->count < results->cap)
		return INTOTO_OK;
	cases = reallocarray(results->cases, cap, sizeof *cases);
	if (!cases)
		return no_memory(err);
	results->cases = cases;
	results->cap = cap;
	return INTOTO_OK;
}

static int check_name(const char *name, struct intoto_error **err)
{
	if (!*name)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "a test without a name");
	if (strlen(name) > TEST_NAME_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "a test's name of more than %d bytes", TEST_NAME_MAX);
	return INTOTO_OK;
}

int test_results_add(struct test_results *results, const char *name, enum test_outcome outcome,
		     struct intoto_error **err)
{
	int rc = check_name(name, err);
	char *copy;

	if (!rc)
		rc = make_room(results, err);
	if (rc)
		return rc;
	copy = strdup(name);
	if (!copy)
		return no_memory(err);
	results->cases[results->count++] = (struct test_case){ copy, outcome, false, false };
	return INTOTO_OK;
}

struct test_case *test_results_last(struct test_results *results)
{
	return results->count ? &results->cases[results->count - 1] : NULL;
}

int test_results_prefix(struct test_results *results, size_t from, const char *prefix,
			struct intoto_error **err)
{
	for (size_t i = from; i < results->count; i++) {
		struct test_case *one = &results->cases[i];
		char *name;
		int rc;

		if (asprintf(&name, "%s > %s", prefix, one->name) < 0)
			return no_memory(err);
		free(one->name);
		one->name = name;
		rc = check_name(name, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

__attribute__((format(printf, 3, 0))) static int add_sentence(struct test_sentences *list,
							      struct intoto_error **err,
							      const char *format, va_list args)
{
	char **items;
	char *text;

	if (list->count == TEST_PROBLEMS_MAX) {
		list->more++;
		return INTOTO_OK;
	}
	items = reallocarray(list->items, list->count + 1, sizeof *items);
	if (!items)
		return no_memory(err);
	list->items = items;
	if (vasprintf(&text, format, args) < 0)
		return no_memory(err);
	items[list->count++] = text;
	return INTOTO_OK;
}

int test_problem(struct test_results *results, struct intoto_error **err, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = add_sentence(&results->problems, err, format, args);
	va_end(args);
	return rc;
}

int test_warning(struct test_results *results, struct intoto_error **err, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = add_sentence(&results->warnings, err, format, args);
	va_end(args);
	return rc;
}

/* --- time --- */

bool test_decimal(uint64_t *thousandths, const char *text)
{
	uint64_t whole = 0;
	uint64_t unit = 100;
	bool digits = false;

	/* Surefire groups thousands: "1,234.567". */
	for (; (*text >= '0' && *text <= '9') || (*text == ',' && digits); text++) {
		if (*text == ',')
			continue;
		digits = true;
		whole = whole * 10 + (uint64_t)(*text - '0');
		if (whole > UINT32_MAX)
			return false;
	}
	whole *= 1000;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++) {
			digits = true;
			whole += (uint64_t)(*text - '0') * unit;
			unit /= 10;
		}
	if (*text || !digits)
		return false;
	*thousandths = whole;
	return true;
}

void test_results_took_ms(struct test_results *results, uint64_t milliseconds)
{
	if (milliseconds > UINT32_MAX * UINT64_C(1000) ||
	    results->milliseconds > (uint64_t)INT64_MAX - milliseconds)
		return;
	results->milliseconds += milliseconds;
	results->timed = true;
}

void test_results_took(struct test_results *results, const char *seconds)
{
	uint64_t thousandths;

	if (seconds && test_decimal(&thousandths, seconds))
		test_results_took_ms(results, thousandths);
}

void test_results_written(struct test_results *results, int64_t nanoseconds)
{
	if (nanoseconds > results->latest)
		results->latest = nanoseconds;
}

/* --- the same name twice --- */

static bool is_bad(const struct test_case *one)
{
	return one->outcome == TEST_FAILED || one->outcome == TEST_ERROR;
}

static void take_later(struct test_case *before, struct test_case *later)
{
	bool recovered = is_bad(before) || before->flaky;

	free(before->name);
	*before = *later;
	later->name = NULL;
	if (before->outcome == TEST_PASSED && recovered)
		before->flaky = true;
}

int test_results_fold(struct test_results *results, bool last, size_t *twice,
		      struct intoto_error **err)
{
	TEST_NAMES names = { 0 };
	size_t kept = 0;

	*twice = 0;
	for (size_t i = 0; i < results->count; i++) {
		struct test_case *one = &results->cases[i];
		struct test_name *name;
		int rc = test_names_find(&names, one->name, &name, err);

		if (rc)
			return rc;
		*twice += name->uses++ == 1;
		if (last && name->uses > 1) {
			take_later(&results->cases[name->index], one);
			/* the table borrows its names from the entries */
			name->text = results->cases[name->index].name;
			continue;
		}
		if (name->uses == 1)
			name->index = kept;
		results->cases[kept++] = *one;
		if (kept - 1 != i)
			one->name = NULL;
	}
	results->count = kept;
	return INTOTO_OK;
}
