/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML, which has no schema: what Surefire, pytest, Node, CTest, bats, cmocka, Gradle and
 * others write.  Tests are counted as elements.  What the attributes of suites claim is compared
 * with that (junit_totals.c), and never counted.
 *
 * A document type is refused whole: no dialect has one, and entities are how XML bites.
 */
#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"
#include "attestors/tests/junit_totals.h"

enum { DEPTH_MAX = 64 };

enum element {
	ELEMENT_SUITES,
	ELEMENT_SUITE,
	ELEMENT_CASE,
	ELEMENT_RESULT, /* of a case: failure, error, skipped … */
	ELEMENT_OTHER,
};

/* The test whose element is open. */
struct open_case {
	char *name;
	enum test_outcome status; /* as an attribute has it */
	bool failed;
	bool error;
	bool skipped;
	bool todo;
	bool flaky;
	uint64_t reruns;
};

struct reading {
	XML_Parser parser;
	struct test_results *out;
	enum element elements[DEPTH_MAX];
	unsigned depth;
	struct junit_suite suites[DEPTH_MAX];
	unsigned suite_count;
	struct open_case test;
	struct intoto_error *why;
	int failed;
};

static void stop(struct reading *reading, int rc)
{
	if (!rc || reading->failed)
		return;
	reading->failed = rc;
	XML_StopParser(reading->parser, XML_FALSE);
}

#define REFUSE(reading, code, ...)                                                                 \
	stop(reading, intoto_attestor_fail(&(reading)->why, code, __VA_ARGS__))

static bool same(const char *a, const char *b)
{
	return intoto_text_same(a, b);
}

/* NULL when it is not there. */
static const char *attribute(const char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (same(attributes[i], name))
			return attributes[i + 1];
	return NULL;
}

static int64_t number(const char **attributes, const char *name)
{
	const char *text = attribute(attributes, name);
	uint64_t thousandths;

	if (!text || !test_decimal(&thousandths, text) || thousandths / 1000 > TESTS_MAX)
		return -1;
	return (int64_t)(thousandths / 1000);
}

/* --- suites --- */

static void begin_suite(struct reading *reading, const char **attributes)
{
	struct junit_suite *suite = &reading->suites[reading->suite_count];
	const char *name = attribute(attributes, "name");
	const char *written = attribute(attributes, "timestamp");
	int64_t disabled = number(attributes, "disabled");
	int64_t time;

	*suite = (struct junit_suite){
		.said = { number(attributes, "tests"), number(attributes, "failures"),
			  number(attributes, "errors"), number(attributes, "skipped") },
		.disabled = disabled < 0 ? number(attributes, "ignored") : disabled,
	};
	if (written && intoto_time_parse(&time, written))
		test_results_written(reading->out, time);
	suite->name = strdup(name ? name : "");
	if (!suite->name)
		REFUSE(reading, INTOTO_E_NOMEM, "out of memory");
	reading->suite_count++;
}

static void end_suite(struct reading *reading)
{
	struct junit_suite *suite = &reading->suites[--reading->suite_count];
	struct junit_suite *up =
		reading->suite_count ? &reading->suites[reading->suite_count - 1] : NULL;
	int rc = junit_suite_check(reading->out, suite, &reading->why);

	if (up)
		junit_suite_fold(up, suite);
	else
		reading->out->said = suite->said;
	free(suite->name);
	suite->name = NULL;
	stop(reading, rc);
}

/* --- tests --- */

/* "OUTER > INNER > NAME": for dialects whose class names say nothing. */
static char *name_by_suites(const struct reading *reading, const char *name)
{
	char *whole = strdup(name);

	for (unsigned i = reading->suite_count; whole && i-- > 0;) {
		char *longer;

		if (!*reading->suites[i].name)
			continue;
		if (asprintf(&longer, "%s > %s", reading->suites[i].name, whole) < 0)
			longer = NULL;
		free(whole);
		whole = longer;
	}
	return whole;
}

/* Node gives every test the class "test"; CTest repeats the name. */
static char *name_of(const struct reading *reading, const char *class, const char *name)
{
	char *whole;

	if (class && *class && (!name || !*name || same(class, name)))
		return strdup(class);
	if (!class || !*class || same(class, "test"))
		return name_by_suites(reading, name ? name : "");
	return asprintf(&whole, "%s.%s", class, name) < 0 ? NULL : whole;
}

static bool has_word(const char **attributes, const char *name, const char *word)
{
	const char *value = attribute(attributes, name);

	return value && intoto_text_same_nocase(value, word);
}

/* CTest and GoogleTest say by "status" and "result" what others say by an element. */
static enum test_outcome status_of(const char **attributes)
{
	static const struct {
		const char *word;
		enum test_outcome outcome;
	} words[] = {
		{ "disabled", TEST_SKIPPED },	{ "notrun", TEST_SKIPPED },
		{ "skipped", TEST_SKIPPED },	{ "ignored", TEST_SKIPPED },
		{ "suppressed", TEST_SKIPPED }, { "fail", TEST_FAILED },
		{ "failed", TEST_FAILED },	{ "failure", TEST_FAILED },
		{ "error", TEST_ERROR },	{ "errored", TEST_ERROR },
	};
	enum test_outcome outcome = TEST_PASSED;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_word(attributes, "status", words[i].word) ||
		    has_word(attributes, "result", words[i].word))
			outcome = words[i].outcome;
	return outcome;
}

static void begin_case(struct reading *reading, const char **attributes)
{
	char *name =
		name_of(reading, attribute(attributes, "classname"), attribute(attributes, "name"));

	reading->test = (struct open_case){ .name = name, .status = status_of(attributes) };
	if (!name)
		REFUSE(reading, INTOTO_E_NOMEM, "out of memory");
	test_results_took(reading->out, attribute(attributes, "time"));
}

static enum test_outcome outcome_of(const struct open_case *test)
{
	if (test->failed)
		return TEST_FAILED;
	if (test->error)
		return TEST_ERROR;
	if (test->todo)
		return TEST_EXPECTED;
	if (test->skipped)
		return TEST_SKIPPED;
	return test->status;
}

static void end_case(struct reading *reading)
{
	struct open_case *test = &reading->test;
	enum test_outcome outcome = outcome_of(test);
	int rc;

	rc = test_results_add(reading->out, test->name, outcome, &reading->why);
	if (!rc && outcome == TEST_PASSED)
		test_results_last(reading->out)->flaky = test->flaky;
	if (reading->suite_count)
		junit_suite_add(&reading->suites[reading->suite_count - 1], outcome, test->reruns);
	free(test->name);
	test->name = NULL;
	stop(reading, rc);
}

/* Surefire: a test that passed in the end keeps its failures as flaky…, one that never passed has a
 * failure and the others as rerun… (SUREFIRE-1087). */
static enum element begin_result(struct reading *reading, const char *name, const char **attributes)
{
	struct open_case *test = &reading->test;
	const char *type = attribute(attributes, "type");

	if (same(name, "failure"))
		test->failed = true;
	else if (same(name, "error"))
		test->error = true;
	else if (same(name, "skipped") && (same(type, "pytest.xfail") || same(type, "todo")))
		test->todo = true;
	else if (same(name, "skipped"))
		test->skipped = true;
	else if (same(name, "flakyFailure") || same(name, "flakyError"))
		test->flaky = true;
	else if (!same(name, "rerunFailure") && !same(name, "rerunError") && !same(name, "rerun"))
		return ELEMENT_OTHER;
	if (intoto_text_begins(name, "rerun") || intoto_text_begins(name, "flaky"))
		test->reruns++;
	return ELEMENT_RESULT;
}

/* --- elements --- */

static enum element begin_in_suite(struct reading *reading, const char *name,
				   const char **attributes)
{
	const char *suite =
		reading->suite_count ? reading->suites[reading->suite_count - 1].name : "";

	if (same(name, "testcase")) {
		begin_case(reading, attributes);
		return ELEMENT_CASE;
	}
	if (same(name, "testsuite")) {
		begin_suite(reading, attributes);
		return ELEMENT_SUITE;
	}
	if (same(name, "failure") || same(name, "error"))
		stop(reading, test_problem(reading->out, &reading->why,
					   "the suite \"%s\" has a %s of its own", suite, name));
	return ELEMENT_OTHER;
}

static enum element begin_root(struct reading *reading, const char *name, const char **attributes)
{
	bool suites = same(name, "testsuites");

	if (!suites && !same(name, "testsuite"))
		REFUSE(reading, INTOTO_E_FORMAT, "want <testsuites> or <testsuite>, found <%.40s>",
		       name);
	else
		begin_suite(reading, attributes);
	return suites ? ELEMENT_SUITES : ELEMENT_SUITE;
}

static bool is_counted(const char *name)
{
	return same(name, "testcase") || same(name, "testsuite") || same(name, "testsuites") ||
	       same(name, "failure") || same(name, "error");
}

static enum element begin_element(struct reading *reading, const char *name,
				  const char **attributes)
{
	enum element up = reading->depth ? reading->elements[reading->depth - 1] : ELEMENT_OTHER;

	if (!reading->depth)
		return begin_root(reading, name, attributes);
	if ((up == ELEMENT_SUITE || up == ELEMENT_SUITES) && !same(name, "testsuites"))
		return begin_in_suite(reading, name, attributes);
	if (up == ELEMENT_CASE && !same(name, "testcase") && !same(name, "testsuite"))
		return begin_result(reading, name, attributes);
	/* A test that is hidden in something else would be passed over. */
	if (is_counted(name))
		REFUSE(reading, INTOTO_E_FORMAT, "<%s> stands where none belongs", name);
	return ELEMENT_OTHER;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct reading *reading = arg;
	enum element element;

	if (reading->failed)
		return;
	if (reading->depth == DEPTH_MAX) {
		REFUSE(reading, INTOTO_E_LIMIT, "more than %d elements in one another", DEPTH_MAX);
		return;
	}
	element = begin_element(reading, name, attributes);
	reading->elements[reading->depth++] = element;
}

static void XMLCALL on_end(void *arg, const char *name)
{
	struct reading *reading = arg;
	enum element element;

	(void)name; /* expat has matched it with its beginning */
	if (reading->failed)
		return;
	element = reading->elements[--reading->depth];
	if (element == ELEMENT_CASE)
		end_case(reading);
	else if (element == ELEMENT_SUITE || element == ELEMENT_SUITES)
		end_suite(reading);
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system, const char *public,
			       int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal; /* whatever it says */
	REFUSE((struct reading *)arg, INTOTO_E_FORMAT,
	       "a document type (<!DOCTYPE): entities are not read, and no test report has them");
}

/* --- the report --- */

static int refuse_xml(struct reading *reading, struct intoto_error **err)
{
	enum XML_Error error = XML_GetErrorCode(reading->parser);
	unsigned long line = XML_GetCurrentLineNumber(reading->parser);
	bool cut = error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN ||
		   error == XML_ERROR_UNCLOSED_CDATA_SECTION || error == XML_ERROR_PARTIAL_CHAR;
	int rc = reading->failed		? reading->failed
		 : error == XML_ERROR_NO_MEMORY ? INTOTO_E_NOMEM
						: INTOTO_E_FORMAT;

	if (!reading->failed && cut)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "line %lu: the report is cut off: %s", line,
					    XML_ErrorString(error));
	return intoto_attestor_fail(err, (enum intoto_code)rc, "line %lu: %s", line,
				    reading->failed ? intoto_error_text(reading->why)
						    : XML_ErrorString(error));
}

static void reading_done(struct reading *reading)
{
	while (reading->suite_count)
		free(reading->suites[--reading->suite_count].name);
	free(reading->test.name);
	intoto_error_free(reading->why);
	if (reading->parser)
		XML_ParserFree(reading->parser);
}

static int read_junit(struct test_results *out, const struct test_report *report,
		      struct intoto_error **err)
{
	__attribute__((cleanup(reading_done))) struct reading reading = { .out = out };

	reading.parser = XML_ParserCreate(NULL);
	if (!reading.parser)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
	/* at most TEST_REPORT_MAX, which is an int */
	if (XML_Parse(reading.parser, report->text, (int)report->length, XML_TRUE) != XML_STATUS_OK)
		return refuse_xml(&reading, err);
	return INTOTO_OK;
}

/* XML at the beginning, or in a line of its own after something else. */
static bool matches(const struct test_report *report)
{
	static const char *const marks[] = { "<?xml", "<testsuites", "<testsuite" };
	const char *at = report->text;
	size_t blank;

	/* the byte order marks of UTF-8 and UTF-16 */
	if (intoto_text_begins(at, "\xef\xbb\xbf"))
		at += 3;
	if ((unsigned char)*at >= 0xfe)
		return true;
	blank = strspn(at, " \t\r\n");
	if (at[blank] == '<')
		return true;
	if (report->tree)
		return false;
	for (; at; at = strchr(at, '\n')) {
		at += strspn(at, " \t\r\n");
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			if (intoto_text_begins(at, marks[i]))
				return true;
	}
	return false;
}

const struct test_format test_format_junit = {
	.name = "junit",
	.matches = matches,
	.read = read_junit,
};
