/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a report has. */
#include "attestors/tests/format.h"

#include <stdio.h>
#include <string.h>

const struct test_format *const test_formats[] = {
	&test_format_ctrf,   &test_format_go,  &test_format_junit,
	&test_format_pytest, &test_format_tap, NULL,
};

static int refuse(struct intoto_error **err, const char *why)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s", why);
}

static void free_tree(struct intoto_value **tree)
{
	intoto_value_free(*tree);
}

static void free_error(struct intoto_error **error)
{
	intoto_error_free(*error);
}

static const struct test_format *find(const char *name)
{
	for (size_t i = 0; test_formats[i]; i++)
		if (intoto_text_same(test_formats[i]->name, name))
			return test_formats[i];
	return NULL;
}

static int choose(const struct test_format **out, const struct test_report *report,
		  struct intoto_error *why, struct intoto_error **err)
{
	const struct test_format *found = NULL;

	for (size_t i = 0; test_formats[i]; i++) {
		if (!test_formats[i]->matches(report))
			continue;
		if (found)
			return intoto_attestor_fail(err, INTOTO_E_FORMAT,
						    "looks like %s and like %s: say which it is "
						    "with the option \"as\"",
						    found->name, test_formats[i]->name);
		found = test_formats[i];
	}
	if (!found && why)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s", intoto_error_text(why));
	if (!found)
		return refuse(err, "is none of ctrf, go, junit, pytest and tap; the option \"as\" "
				   "says which a report is that does not show it");
	*out = found;
	return INTOTO_OK;
}

static const char *first_byte(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

static bool is_all_blank(const struct test_report *report)
{
	return !*first_byte(report->text);
}

/* A report that is one JSON document; one that is a JSON document for each line is none. */
static int parse_tree(struct intoto_value **tree, const struct test_report *report,
		      struct intoto_error **err)
{
	const char first = *first_byte(report->text);

	if (first != '{' && first != '[')
		return INTOTO_OK;
	if (test_format_go.matches(report))
		return INTOTO_OK;
	if (report->length > TEST_TREE_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "a JSON report of %zu bytes; at most %d are read",
					    report->length, TEST_TREE_MAX);
	return intoto_value_parse(tree, report->text, report->length, err);
}

int test_report_read(struct test_results *out, const struct test_format **format, const char *text,
		     size_t length, const char *as, struct intoto_error **err)
{
	struct test_report report = { text, length, NULL };
	__attribute__((cleanup(free_tree))) struct intoto_value *tree = NULL;
	__attribute__((cleanup(free_error))) struct intoto_error *why = NULL;
	int rc;

	*format = as ? find(as) : NULL;
	if (as && !*format)
		return refuse(err, "the option \"as\": want ctrf, go, junit, pytest or tap");
	if (length > TEST_REPORT_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "a report of %zu bytes; at most %d are read", length,
					    TEST_REPORT_MAX);
	/* UTF-16 has NUL bytes, and expat knows it by its byte order mark. */
	if (memchr(text, '\0', length) && (unsigned char)*text < 0xfe)
		return refuse(err, "a NUL byte: this is no text");
	if (is_all_blank(&report))
		return refuse(err, "is empty: what wrote it did not come to its end");
	rc = parse_tree(&tree, &report, &why);
	report.tree = tree;
	if (!rc && !as)
		rc = choose(format, &report, NULL, err);
	else if (!as)
		rc = choose(format, &report, why, err);
	else if (rc && *format != &test_format_go && *format != &test_format_tap)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s", intoto_error_text(why));
	else
		rc = INTOTO_OK;
	return rc ? rc : (*format)->read(out, &report, err);
}
