/* SPDX-License-Identifier: Apache-2.0 */
#include "attestors/tests/predicate.h"

struct counts {
	int64_t by[TEST_EXPECTED + 1];
	int64_t flaky;
	int64_t warned; /* flaky, or passed against expectation */
};

static struct counts count(const struct test_results *results)
{
	struct counts counts = { 0 };

	for (size_t i = 0; i < results->count; i++) {
		counts.by[results->cases[i].outcome]++;
		counts.flaky += results->cases[i].flaky;
		counts.warned += results->cases[i].flaky || results->cases[i].warned;
	}
	return counts;
}

static bool nothing_ran(const struct counts *counts)
{
	return !counts->by[TEST_PASSED] && !counts->by[TEST_FAILED] && !counts->by[TEST_ERROR] &&
	       !counts->by[TEST_EXPECTED];
}

enum test_verdict test_run_verdict(const struct test_run *run)
{
	const struct counts counts = count(run->results);

	if (counts.by[TEST_FAILED] || counts.by[TEST_ERROR] || run->results->problems.count)
		return TESTS_FAILED;
	if (nothing_ran(&counts))
		return run->empty_allowed ? TESTS_WARNED : TESTS_FAILED;
	if (counts.warned || run->results->warnings.count)
		return TESTS_WARNED;
	return TESTS_PASSED;
}

/* --- lists of names --- */

typedef bool chosen_fn(const struct test_case *one);

static bool is_passed(const struct test_case *one)
{
	return one->outcome == TEST_PASSED && !one->flaky && !one->warned;
}

static bool is_warned(const struct test_case *one)
{
	return one->outcome == TEST_PASSED && (one->flaky || one->warned);
}

static bool is_failed(const struct test_case *one)
{
	return one->outcome == TEST_FAILED || one->outcome == TEST_ERROR;
}

static bool is_error(const struct test_case *one)
{
	return one->outcome == TEST_ERROR;
}

static bool is_flaky(const struct test_case *one)
{
	return one->flaky;
}

static bool is_skipped(const struct test_case *one)
{
	return one->outcome == TEST_SKIPPED;
}

static bool is_todo(const struct test_case *one)
{
	return one->outcome == TEST_EXPECTED;
}

static void write_names(struct intoto_json_out *out, const char *name,
			const struct test_results *results, chosen_fn *chosen)
{
	intoto_out_name(out, name);
	intoto_out_list(out);
	for (size_t i = 0; i < results->count; i++)
		if (chosen(&results->cases[i]))
			intoto_out_text(out, results->cases[i].name);
	intoto_out_list_end(out);
}

/* --- the parts --- */

static void write_number(struct intoto_json_out *out, const char *name, int64_t number)
{
	intoto_out_name(out, name);
	intoto_out_int(out, number);
}

static void write_said(struct intoto_json_out *out, const char *name, int64_t number)
{
	if (number >= 0)
		write_number(out, name, number);
}

static void write_descriptor(struct intoto_json_out *out, const struct intoto_input *input)
{
	intoto_out_member(out, "name", input->name);
	intoto_out_name(out, "digest");
	intoto_out_object(out);
	intoto_out_member(out, "sha256", input->sha256);
	intoto_out_object_end(out);
}

/* Required by the predicate; there may be none. */
static void write_configuration(struct intoto_json_out *out, const struct test_run *run)
{
	intoto_out_name(out, "configuration");
	intoto_out_list(out);
	for (size_t i = 0; i < run->configuration_count; i++) {
		intoto_out_object(out);
		write_descriptor(out, run->configuration[i]);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
}

static void write_counts(struct intoto_json_out *out, const struct test_results *results)
{
	const struct counts counts = count(results);

	intoto_out_name(out, "counts");
	intoto_out_object(out);
	write_number(out, "errors", counts.by[TEST_ERROR]);
	write_number(out, "failed", counts.by[TEST_FAILED]);
	write_number(out, "flaky", counts.flaky);
	write_number(out, "passed", counts.by[TEST_PASSED]);
	write_number(out, "skipped", counts.by[TEST_SKIPPED]);
	write_number(out, "todo", counts.by[TEST_EXPECTED]);
	write_number(out, "total", (int64_t)results->count);
	intoto_out_object_end(out);
}

static void write_sentences(struct intoto_json_out *out, const char *name,
			    const struct test_sentences *list)
{
	if (!list->count)
		return;
	intoto_out_name(out, name);
	intoto_out_list(out);
	for (size_t i = 0; i < list->count; i++)
		intoto_out_text(out, list->items[i]);
	if (list->more)
		intoto_out_text(out, "and more that are not listed");
	intoto_out_list_end(out);
}

static void write_totals(struct intoto_json_out *out, const struct test_totals *said)
{
	if (said->tests < 0 && said->failures < 0 && said->errors < 0 && said->skipped < 0)
		return;
	intoto_out_name(out, "said");
	intoto_out_object(out);
	write_said(out, "errors", said->errors);
	write_said(out, "failures", said->failures);
	write_said(out, "skipped", said->skipped);
	write_said(out, "tests", said->tests);
	intoto_out_object_end(out);
}

static void write_reports(struct intoto_json_out *out, const struct test_run *run)
{
	intoto_out_name(out, "reports");
	intoto_out_list(out);
	for (size_t i = 0; i < run->source_count; i++) {
		intoto_out_object(out);
		write_descriptor(out, run->sources[i].input);
		intoto_out_member(out, "format", run->sources[i].format);
		write_number(out, "tests", (int64_t)run->sources[i].tests);
		write_totals(out, &run->sources[i].said);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
}

static void write_extensions(struct intoto_json_out *out, const struct test_run *run)
{
	const struct test_results *results = run->results;

	intoto_out_name(out, "intoto");
	intoto_out_object(out);
	write_counts(out, results);
	if (results->timed)
		write_number(out, "durationMs", (int64_t)results->milliseconds);
	write_names(out, "erroredTests", results, is_error);
	write_names(out, "flakyTests", results, is_flaky);
	write_sentences(out, "problems", &results->problems);
	write_number(out, "repeatedNames", (int64_t)run->twice);
	write_reports(out, run);
	write_names(out, "skippedTests", results, is_skipped);
	write_names(out, "todoTests", results, is_todo);
	write_sentences(out, "warnings", &results->warnings);
	intoto_out_object_end(out);
}

void test_run_write(struct intoto_json_out *out, const struct test_run *run)
{
	static const char *const words[] = { "PASSED", "WARNED", "FAILED" };
	const struct counts counts = count(run->results);

	intoto_out_object(out);
	write_configuration(out, run);
	write_names(out, "failedTests", run->results, is_failed);
	/* Numbers that Conforma's rules on this predicate read. */
	write_number(out, "failures", counts.by[TEST_FAILED] + counts.by[TEST_ERROR]);
	write_extensions(out, run);
	write_names(out, "passedTests", run->results, is_passed);
	intoto_out_member(out, "result", words[test_run_verdict(run)]);
	write_number(out, "successes", counts.by[TEST_PASSED]);
	intoto_out_member(out, "url", run->url);
	write_names(out, "warnedTests", run->results, is_warned);
	write_number(out, "warnings", counts.warned);
	intoto_out_object_end(out);
}
