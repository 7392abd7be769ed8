/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of reports: one file and one descriptor each. */
#ifndef INTOTO_ATTESTORS_TESTS_FORMAT_H
#define INTOTO_ATTESTORS_TESTS_FORMAT_H

#include "attestors/tests/results.h"

enum {
	TEST_REPORT_MAX = 64 << 20, /* bytes of one report */
	TEST_TREE_MAX = 24 << 20,   /* of one that is read as a tree */
};

/* A whole report; text[length] is a NUL. */
struct test_report {
	const char *text;
	size_t length;
	const struct intoto_value *tree; /* when the whole of it is JSON; else NULL */
};

struct test_format {
	const char *name;
	/* Whether it has what only this format has. */
	bool (*matches)(const struct test_report *report);
	/* Adds what it says.  An error: it cannot be read, or not to its end. */
	int (*read)(struct test_results *out, const struct test_report *report,
		    struct intoto_error **err);
};

extern const struct test_format test_format_ctrf;
extern const struct test_format test_format_go;
extern const struct test_format test_format_junit;
extern const struct test_format test_format_pytest;
extern const struct test_format test_format_tap;
extern const struct test_format *const test_formats[]; /* sorted by name, NULL-terminated */

/*
 * Reads a report in the format called as, or, when that is NULL, in the only one that it matches:
 * none and two are refused.  *format says which it was.
 */
int test_report_read(struct test_results *out, const struct test_format **format, const char *text,
		     size_t length, const char *as, struct intoto_error **err);

#endif
