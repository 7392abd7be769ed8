/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What "go test -json" prints: a JSON object in each line.  A test has its result in an event of
 * its own, and so has a package, in an event without a test; a package without one did not come to
 * its end.  A package that fails and has no failing test (it did not build, its TestMain failed) is
 * an error of its own name.
 */
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"
#include "attestors/tests/names.h"

enum { LINE_MAX_BYTES = 4 << 20 };

struct package {
	char *name;
	bool ended;
	bool failed;
	bool test_failed;
};

struct test {
	char *name; /* "PACKAGE.TEST" */
	size_t package;
	bool open; /* it ran and has no result yet */
};

struct reading {
	struct test_results *out;
	struct test_names package_names;
	struct test_names test_names;
	struct package *packages;
	size_t package_count;
	struct test *tests;
	size_t test_count;
	unsigned long line;
	unsigned long other; /* lines that are no JSON */
	bool build_failed;
};

static void done(struct reading *reading)
{
	test_names_done(&reading->package_names);
	test_names_done(&reading->test_names);
	for (size_t i = 0; i < reading->package_count; i++)
		free(reading->packages[i].name);
	for (size_t i = 0; i < reading->test_count; i++)
		free(reading->tests[i].name);
	free(reading->packages);
	free(reading->tests);
}

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static bool same(const char *a, const char *b)
{
	return intoto_text_same(a, b);
}

/* Room for one more; the list doubles at powers of two. */
static bool grow(void **list, size_t count, size_t size)
{
	void *more;

	if (count & (count - 1) || count > TESTS_MAX)
		return count <= TESTS_MAX;
	more = reallocarray(*list, count ? count * 2 : 1, size);
	if (more)
		*list = more;
	return more;
}

static int find_package(struct reading *reading, const char *name, size_t *index,
			struct intoto_error **err)
{
	struct test_name *entry;
	char *copy;
	int rc = test_names_find(&reading->package_names, name, &entry, err);

	if (rc)
		return rc;
	if (!entry->uses) {
		copy = strdup(name);
		entry->text = copy ? copy : "";
		if (!copy || !grow((void **)&reading->packages, reading->package_count,
				   sizeof *reading->packages)) {
			free(copy);
			return no_memory(err);
		}
		entry->index = reading->package_count;
		entry->uses = 1;
		reading->packages[reading->package_count++] = (struct package){ .name = copy };
	}
	*index = entry->index;
	return INTOTO_OK;
}

static int find_test(struct reading *reading, size_t package, const char *test, size_t *index,
		     struct intoto_error **err)
{
	struct test_name *entry;
	char *name;
	int rc;

	if (asprintf(&name, "%s.%s", reading->packages[package].name, test) < 0)
		return no_memory(err);
	rc = test_names_find(&reading->test_names, name, &entry, err);
	if (!rc && entry->uses) {
		*index = entry->index;
		free(name);
		return INTOTO_OK;
	}
	if (rc || !grow((void **)&reading->tests, reading->test_count, sizeof *reading->tests)) {
		if (!rc)
			entry->text = "";
		free(name);
		return rc ? rc : no_memory(err);
	}
	entry->index = reading->test_count;
	entry->uses = 1;
	*index = reading->test_count;
	reading->tests[reading->test_count++] = (struct test){ name, package, false };
	return INTOTO_OK;
}

static int take_test(struct reading *reading, size_t package, const char *name, const char *action,
		     struct intoto_error **err)
{
	enum test_outcome outcome = same(action, "pass")   ? TEST_PASSED
				    : same(action, "skip") ? TEST_SKIPPED
							   : TEST_FAILED;
	bool ends = outcome != TEST_FAILED || same(action, "fail");
	size_t index;
	int rc;

	if (!ends && !same(action, "run"))
		return INTOTO_OK;
	rc = find_test(reading, package, name, &index, err);
	if (rc)
		return rc;
	reading->tests[index].open = !ends;
	if (!ends)
		return INTOTO_OK;
	if (outcome == TEST_FAILED)
		reading->packages[package].test_failed = true;
	return test_results_add(reading->out, reading->tests[index].name, outcome, err);
}

static void take_package(struct reading *reading, size_t index, const char *action,
			 const char *elapsed)
{
	struct package *package = &reading->packages[index];

	if (same(action, "start"))
		package->ended = false;
	if (!same(action, "pass") && !same(action, "fail") && !same(action, "skip"))
		return;
	package->ended = true;
	package->failed = same(action, "fail");
	test_results_took(reading->out, elapsed);
}

static int take_event(struct reading *reading, const struct intoto_value *event,
		      struct intoto_error **err)
{
	const char *action = intoto_value_text(intoto_value_get(event, "Action"));
	const char *name = intoto_value_text(intoto_value_get(event, "Package"));
	const char *test = intoto_value_text(intoto_value_get(event, "Test"));
	const char *time = intoto_value_text(intoto_value_get(event, "Time"));
	int64_t when;
	size_t package;
	int rc;

	if (!action)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "line %lu: an event without \"Action\"", reading->line);
	if (time && intoto_time_parse(&when, time))
		test_results_written(reading->out, when);
	if (same(action, "build-fail"))
		reading->build_failed = true;
	if (!name) /* an event of the build */
		return INTOTO_OK;
	rc = find_package(reading, name, &package, err);
	if (rc)
		return rc;
	if (test)
		return take_test(reading, package, test, action, err);
	take_package(reading, package, action,
		     intoto_value_number(intoto_value_get(event, "Elapsed")));
	return INTOTO_OK;
}

static void free_value(struct intoto_value **value)
{
	intoto_value_free(*value);
}

static void free_error(struct intoto_error **error)
{
	intoto_error_free(*error);
}

static int read_line(struct reading *reading, const char *line, size_t length,
		     struct intoto_error **err)
{
	__attribute__((cleanup(free_value))) struct intoto_value *event = NULL;
	__attribute__((cleanup(free_error))) struct intoto_error *why = NULL;

	reading->line++;
	if (length > LINE_MAX_BYTES)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "line %lu: more than %d bytes in one line",
					    reading->line, LINE_MAX_BYTES);
	if (!length || *line != '{') {
		reading->other += length > 0;
		return INTOTO_OK;
	}
	if (intoto_value_parse(&event, line, length, &why))
		return intoto_attestor_fail(err, intoto_error_code(why),
					    "line %lu: is no whole event: %s", reading->line,
					    intoto_error_text(why));
	return take_event(reading, event, err);
}

/* Tests that ran and have no result: the package broke off. */
static int end_tests(struct reading *reading, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < reading->test_count; i++) {
		if (!reading->tests[i].open)
			continue;
		reading->packages[reading->tests[i].package].test_failed = true;
		rc = test_results_add(reading->out, reading->tests[i].name, TEST_ERROR, err);
	}
	return rc;
}

static int end_packages(struct reading *reading, struct intoto_error **err)
{
	bool failed = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < reading->package_count; i++) {
		const struct package *package = &reading->packages[i];

		failed |= package->failed;
		if (!package->ended)
			rc = test_problem(reading->out, err,
					  "the package %s has no result: the report is cut off",
					  package->name);
		else if (package->failed && !package->test_failed)
			rc = test_results_add(reading->out, package->name, TEST_ERROR, err);
	}
	if (!rc && reading->build_failed && !failed)
		rc = test_problem(reading->out, err, "a build failed, and no package did");
	if (!rc && reading->other)
		rc = test_warning(reading->out, err, "%lu lines are no events", reading->other);
	return rc;
}

static int read_go(struct test_results *out, const struct test_report *report,
		   struct intoto_error **err)
{
	__attribute__((cleanup(done))) struct reading reading = { .out = out };
	const char *line = report->text;
	int rc = INTOTO_OK;

	while (!rc && *line) {
		size_t length = strcspn(line, "\n");
		const char *next = line + length + (line[length] == '\n');

		if (length && line[length - 1] == '\r')
			length--;
		rc = read_line(&reading, line, length, err);
		line = next;
	}
	if (!rc && !reading.package_count)
		rc = test_problem(out, err, "no package: the report is cut off");
	if (!rc)
		rc = end_tests(&reading, err);
	return rc ? rc : end_packages(&reading, err);
}

/* The first line that begins an object is a whole one with "Action". */
static bool matches(const struct test_report *report)
{
	__attribute__((cleanup(free_value))) struct intoto_value *event = NULL;
	const char *line = report->text;

	while (line && *line != '{') {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return false;
	if (intoto_value_parse(&event, line, strcspn(line, "\r\n"), NULL))
		return false;
	return intoto_value_text(intoto_value_get(event, "Action"));
}

const struct test_format test_format_go = {
	.name = "go",
	.matches = matches,
	.read = read_go,
};
