/* SPDX-License-Identifier: Apache-2.0 */
/* One report of tests, read as one format and as whatever it looks like. */
#ifndef INTOTO_TESTS_FUZZ_REPORTS_H
#define INTOTO_TESTS_FUZZ_REPORTS_H

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "attestors/tests/format.h"
#include "attestors/tests/predicate.h"

static void read_as(const char *text, size_t size, const char *as)
{
	const struct test_format *format = NULL;
	struct intoto_error *err = NULL;
	struct test_results results;
	struct test_run run = { .results = &results };
	size_t twice;
	size_t count;
	int rc;

	test_results_begin(&results);
	rc = test_report_read(&results, &format, text, size, as, &err);
	if ((rc == 0) != (err == NULL))
		abort();
	for (size_t i = 0; i < results.count; i++)
		if (!*results.cases[i].name)
			abort();
	count = results.count;
	/* nothing that failed may come out as passed */
	for (size_t i = 0; !rc && i < results.count; i++)
		if ((results.cases[i].outcome == TEST_FAILED || results.problems.count) &&
		    test_run_verdict(&run) != TESTS_FAILED)
			abort();
	if (!rc && (test_results_fold(&results, true, &twice, NULL) || results.count > count))
		abort();
	test_results_done(&results);
	intoto_error_free(err);
}

static inline int read_report(const uint8_t *data, size_t size, const char *as)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	read_as(text, size, as);
	read_as(text, size, NULL);
	free(text);
	return 0;
}

#endif
