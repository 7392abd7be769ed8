/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP 12, 13 and 14.  A run has a plan, at its beginning or its end, and as many test points as it
 * says, numbered in order; anything else is a problem.  Test points of subtests (indented by four)
 * are counted, and the point that sums them up is not, unless it fails where they do not.
 */
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"
#include "attestors/tests/tap_line.h"

enum { LEVELS_MAX = 16, INDENT = 4, VERSION_LEAST = 12, VERSION_MOST = 14 };

struct level {
	bool planned;
	bool plan_first; /* no point stood before it */
	bool bailed;
	uint64_t plan;
	uint64_t points;
	size_t first; /* of the results that are its own or below it */
};

struct reading {
	struct test_results *out;
	struct level levels[LEVELS_MAX];
	unsigned depth; /* of the level that is open */
	unsigned long line;
	size_t yaml; /* indentation of the block that is open; 0: none */
	unsigned point_depth;
	bool after_point; /* the line before was a test point: a block may follow */
	bool any;
};

#define PROBLEM(reading, err, ...) test_problem((reading)->out, err, __VA_ARGS__)

static const char *kind_of(const struct reading *reading)
{
	return reading->depth ? "subtest" : "run";
}

/* The end of a level: whether all of its plan was run. */
static int close_level(struct reading *reading, struct intoto_error **err)
{
	const struct level *level = &reading->levels[reading->depth];

	if (level->bailed)
		return INTOTO_OK;
	if (!level->planned)
		return PROBLEM(reading, err,
			       "line %lu: the %s has no plan: it did not come to its end",
			       reading->line, kind_of(reading));
	if (level->plan != level->points)
		return PROBLEM(reading, err, "line %lu: the %s planned %llu tests and ran %llu",
			       reading->line, kind_of(reading), (unsigned long long)level->plan,
			       (unsigned long long)level->points);
	return INTOTO_OK;
}

static int open_levels(struct reading *reading, unsigned depth, struct intoto_error **err)
{
	if (depth >= LEVELS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "line %lu: more than %d levels of subtests",
					    reading->line, LEVELS_MAX);
	if (depth > reading->depth + 1)
		return PROBLEM(reading, err, "line %lu: a subtest of no subtest", reading->line);
	if (depth == reading->depth + 1)
		reading->levels[++reading->depth] = (struct level){ .first = reading->out->count };
	return INTOTO_OK;
}

/* --- points --- */

static enum test_outcome outcome_of(const struct tap_line *line)
{
	if (line->directive == TAP_SKIP)
		return TEST_SKIPPED;
	if (line->ok)
		return TEST_PASSED;
	return line->directive == TAP_EXPECTED ? TEST_EXPECTED : TEST_FAILED;
}

/* What such a point sums up may fail as it may itself. */
static void excuse(struct test_results *results, size_t first)
{
	for (size_t i = first; i < results->count; i++)
		if (results->cases[i].outcome == TEST_FAILED)
			results->cases[i].outcome = TEST_EXPECTED;
}

static bool has_failed(const struct test_results *results, size_t first)
{
	for (size_t i = first; i < results->count; i++)
		if (results->cases[i].outcome == TEST_FAILED)
			return true;
	return false;
}

static int add_point(struct reading *reading, const struct tap_line *line, const char *name,
		     struct intoto_error **err)
{
	int rc = test_results_add(reading->out, name, outcome_of(line), err);

	if (!rc && line->ok && line->directive == TAP_EXPECTED)
		test_results_last(reading->out)->warned = true;
	if (line->timed)
		test_results_took_ms(reading->out, line->milliseconds);
	return rc;
}

/* The point that stands behind a subtest, and sums it up. */
static int end_subtest(struct reading *reading, const struct tap_line *line, const char *name,
		       struct intoto_error **err)
{
	size_t first = reading->levels[reading->depth].first;
	size_t count = reading->out->count;
	int rc = close_level(reading, err);

	reading->depth--;
	if (!rc)
		rc = test_results_prefix(reading->out, first, name, err);
	if (!rc && line->directive == TAP_EXPECTED)
		excuse(reading->out, first);
	if (!rc && (first == count ||
		    (outcome_of(line) == TEST_FAILED && !has_failed(reading->out, first))))
		rc = add_point(reading, line, name, err);
	return rc;
}

static int take_number(struct reading *reading, const struct tap_line *line,
		       struct intoto_error **err)
{
	struct level *level = &reading->levels[reading->depth];

	level->points++;
	if (level->planned && !level->plan_first && level->points > level->plan)
		return PROBLEM(reading, err, "line %lu: a test behind the plan", reading->line);
	if (line->number && line->number != level->points)
		return PROBLEM(reading, err, "line %lu: test %llu stands where test %llu belongs",
			       reading->line, (unsigned long long)line->number,
			       (unsigned long long)level->points);
	return INTOTO_OK;
}

static int take_point(struct reading *reading, unsigned depth, const struct tap_line *line,
		      struct intoto_error **err)
{
	char number[32];
	const char *name = line->rest;
	bool sums_up;
	int rc = open_levels(reading, depth, err);

	if (rc || depth > reading->depth)
		return rc;
	while (!rc && reading->depth > depth + 1) {
		rc = PROBLEM(reading, err, "line %lu: no test sums up the subtest above",
			     reading->line);
		reading->depth--;
	}
	if (rc)
		return rc;
	sums_up = reading->depth == depth + 1;
	if (!*name) {
		(void)snprintf(number, sizeof number, "test %llu", /* fits */
			       (unsigned long long)reading->levels[depth].points + 1);
		name = number;
	}
	rc = sums_up ? end_subtest(reading, line, name, err) : add_point(reading, line, name, err);
	reading->after_point = true;
	reading->point_depth = depth;
	return rc ? rc : take_number(reading, line, err);
}

/* --- the other lines --- */

static int take_plan(struct reading *reading, unsigned depth, const struct tap_line *line,
		     struct intoto_error **err)
{
	struct level *level;
	int rc = open_levels(reading, depth, err);

	if (rc || depth != reading->depth)
		return rc ? rc
			  : PROBLEM(reading, err, "line %lu: a plan inside of a subtest's end",
				    reading->line);
	level = &reading->levels[depth];
	if (level->planned)
		return PROBLEM(reading, err, "line %lu: a second plan", reading->line);
	level->planned = true;
	level->plan_first = !level->points;
	level->plan = line->number;
	return INTOTO_OK;
}

static int take_version(struct reading *reading, unsigned depth, const struct tap_line *line,
			struct intoto_error **err)
{
	if (line->number < VERSION_LEAST || line->number > VERSION_MOST)
		return intoto_attestor_fail(err, INTOTO_E_UNSUPPORTED,
					    "line %lu: TAP version %llu; want 12, 13 or 14",
					    reading->line, (unsigned long long)line->number);
	if (!depth && reading->any)
		return PROBLEM(reading, err,
			       "line %lu: a second TAP version: two runs in one report",
			       reading->line);
	return depth ? open_levels(reading, depth, err) : INTOTO_OK;
}

static int take_bail(struct reading *reading, const struct tap_line *line,
		     struct intoto_error **err)
{
	for (unsigned i = 0; i <= reading->depth; i++)
		reading->levels[i].bailed = true;
	return PROBLEM(reading, err, "line %lu: Bail out! %s", reading->line, line->rest);
}

static int take_line(struct reading *reading, unsigned depth, const struct tap_line *line,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	reading->after_point = false;
	switch (line->kind) {
	case TAP_POINT:
		rc = take_point(reading, depth, line, err);
		break;
	case TAP_PLAN:
		rc = take_plan(reading, depth, line, err);
		break;
	case TAP_VERSION:
		rc = take_version(reading, depth, line, err);
		break;
	case TAP_BAIL:
		rc = take_bail(reading, line, err);
		break;
	/* A level opens with its first line and is named by the point behind it: "# Subtest: NAME"
	 * says nothing more. */
	case TAP_COMMENT:
	case TAP_OTHER:
		return INTOTO_OK;
	}
	reading->any = true;
	return rc;
}

/* The YAML block behind a test point (13): from "---" to "..." at the same indentation. */
static bool is_yaml(struct reading *reading, size_t indent, const char *text)
{
	if (reading->yaml) {
		if (indent == reading->yaml && intoto_text_same(text, "..."))
			reading->yaml = 0;
		return true;
	}
	if (!reading->after_point || !intoto_text_same(text, "---") ||
	    indent <= (size_t)reading->point_depth * INDENT)
		return false;
	reading->yaml = indent;
	return true;
}

static int read_line(struct reading *reading, char *text, struct intoto_error **err)
{
	size_t indent = strspn(text, " ");
	size_t length = strlen(text);
	struct tap_line line;

	reading->line++;
	if (length && text[length - 1] == '\r')
		text[length - 1] = '\0';
	if (is_yaml(reading, indent, text + indent))
		return INTOTO_OK;
	tap_line_read(&line, text + indent);
	/* What is indented otherwise is no TAP. */
	if (indent % INDENT && line.kind != TAP_BAIL)
		return INTOTO_OK;
	return take_line(reading,
			 (unsigned)(indent / INDENT > LEVELS_MAX ? LEVELS_MAX : indent / INDENT),
			 &line, err);
}

static int end(struct reading *reading, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (reading->yaml)
		rc = PROBLEM(reading, err,
			     "line %lu: a YAML block has no end: the report is cut off",
			     reading->line);
	if (!rc && reading->depth && !reading->levels[0].bailed)
		rc = PROBLEM(reading, err,
			     "line %lu: no test sums up the last subtest: the report is cut off",
			     reading->line);
	reading->depth = 0;
	return rc ? rc : close_level(reading, err);
}

static int read_tap(struct test_results *out, const struct test_report *report,
		    struct intoto_error **err)
{
	struct reading reading = { .out = out };
	TEST_TEXT copy = strdup(report->text);
	char *next;
	int rc = INTOTO_OK;

	if (!copy)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	for (char *line = copy; !rc && line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		rc = read_line(&reading, line, err);
	}
	return rc ? rc : end(&reading, err);
}

/* --- detection --- */

static bool is_mark(const char *at)
{
	char head[64];
	struct tap_line line;
	size_t length = strcspn(at, "\r\n");

	if (length >= sizeof head)
		length = sizeof head - 1;
	memcpy(head, at, length);
	head[length] = '\0';
	tap_line_read(&line, head);
	return line.kind == TAP_VERSION || line.kind == TAP_PLAN ||
	       (line.kind == TAP_POINT && line.number);
}

/* A version, a plan or a numbered point at the left margin.  In XML, which may quote what a test
 * printed, only what stands behind its end counts. */
static bool matches(const struct test_report *report)
{
	const char *at = report->text;

	if (report->tree)
		return false;
	if (at[strspn(at, " \t\r\n")] == '<') {
		at = strrchr(at, '>');
		at = at ? strchr(at, '\n') : NULL;
		at = at ? at + 1 : NULL;
	}
	while (at) {
		if (is_mark(at))
			return true;
		at = strchr(at, '\n');
		if (at)
			at++;
	}
	return false;
}

const struct test_format test_format_tap = {
	.name = "tap",
	.matches = matches,
	.read = read_tap,
};
