/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attestor "tests": reports of test runs as one statement with the predicate test-result/v0.1.
 *
 * A report that cannot be read to its end, is empty, or is older than the step fails the attestor.
 * One that can be read and tells of a run that failed, or did not come to its end, is evidence of
 * that: its result is FAILED.
 */
#include <stdio.h>
#include <string.h>

#include "attestors/tests/format.h"
#include "attestors/tests/predicate.h"

enum { INPUTS_MAX = 1024 };

#define SECOND INT64_C(1000000000)

/* Reports that give their time without a zone were written within this of what they say. */
static const int64_t zones = 14 * 3600 * SECOND;

struct work {
	struct test_results results;
	struct test_source sources[INPUTS_MAX];
	size_t source_count;
	const struct intoto_input *configuration[INPUTS_MAX];
	size_t configuration_count;
	bool allow_stale;
	bool allow_empty;
	bool last;
	const char *as;
};

static void work_done(struct work **work)
{
	if (*work)
		test_results_done(&(*work)->results);
	free(*work);
}

static int refuse(struct intoto_error **err, const struct intoto_input *input, const char *why)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: %s", input->name, why);
}

/* --- options --- */

static int read_switch(bool *out, const struct intoto_request *request, const char *name,
		       struct intoto_error **err)
{
	const char *value = intoto_request_option(request, name);

	*out = intoto_text_same(value, "yes");
	if (value && !*out && !intoto_text_same(value, "no"))
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "the option \"%s\": want yes or no", name);
	return INTOTO_OK;
}

static int read_options(struct work *work, const struct intoto_request *request,
			struct intoto_error **err)
{
	const char *again = intoto_request_option(request, "reruns");
	int rc = read_switch(&work->allow_stale, request, "allow-stale", err);

	if (!rc)
		rc = read_switch(&work->allow_empty, request, "allow-empty", err);
	if (rc)
		return rc;
	work->as = intoto_request_option(request, "as");
	work->last = intoto_text_same(again, "last");
	if (again && !work->last && !intoto_text_same(again, "separate"))
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "the option \"reruns\": want last or separate");
	return INTOTO_OK;
}

/* --- how old a report is --- */

static int check_said_time(const struct intoto_input *input, int64_t latest, int64_t started,
			   struct intoto_error **err)
{
	if (!latest || latest >= started - zones)
		return INTOTO_OK;
	return refuse(err, input,
		      "says that it was written long before the step; the option allow-stale=yes "
		      "takes it all the same");
}

/* --- reports --- */

/* Joins what one report says to the rest, with its name in front of its sentences. */
static int join(struct test_results *all, struct test_results *one, const char *name,
		struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < one->problems.count; i++)
		rc = test_problem(all, err, "%s: %s", name, one->problems.items[i]);
	for (size_t i = 0; !rc && i < one->warnings.count; i++)
		rc = test_warning(all, err, "%s: %s", name, one->warnings.items[i]);
	for (size_t i = 0; !rc && i < one->count; i++) {
		rc = test_results_add(all, one->cases[i].name, one->cases[i].outcome, err);
		if (!rc) {
			test_results_last(all)->flaky = one->cases[i].flaky;
			test_results_last(all)->warned = one->cases[i].warned;
		}
	}
	if (one->timed)
		test_results_took_ms(all, one->milliseconds);
	return rc;
}

static void free_error(struct intoto_error **error)
{
	intoto_error_free(*error);
}

static int check_age(const struct intoto_request *request, const struct intoto_input *input,
		     struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int rc = intoto_input_check_fresh(request, input, &why);

	if (rc)
		rc = intoto_attestor_fail(err, (enum intoto_code)rc,
					  "%s; the option allow-stale=yes takes it all the same",
					  intoto_error_text(why));
	intoto_error_free(why);
	return rc;
}

static int read_report(struct work *work, const struct intoto_request *request,
		       const struct intoto_input *input, struct intoto_error **err)
{
	int64_t started = intoto_request_started(request);
	__attribute__((cleanup(test_results_done))) struct test_results one;
	__attribute__((cleanup(free_error))) struct intoto_error *why = NULL;
	struct test_source *source = &work->sources[work->source_count];
	const struct test_format *format = NULL;
	TEST_TEXT text = NULL;
	size_t length = 0;
	int rc = intoto_input_read(&text, &length, input, TEST_REPORT_MAX, err);

	test_results_begin(&one);
	if (!rc && !work->allow_stale)
		rc = check_age(request, input, err);
	if (rc)
		return rc;
	if (!length)
		return refuse(err, input, "is empty: what wrote it did not come to its end");
	rc = test_report_read(&one, &format, text, length, work->as, &why);
	if (rc)
		return intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", input->name,
					    intoto_error_text(why));
	if (started && !work->allow_stale)
		rc = check_said_time(input, one.latest, started, err);
	if (rc)
		return rc;
	*source = (struct test_source){ input, format->name, one.count, one.said };
	work->source_count++;
	if (!one.count && !work->allow_empty)
		rc = test_problem(&work->results, err, "%s: no test ran", input->name);
	return rc ? rc : join(&work->results, &one, input->name, err);
}

/* The same report twice would count twice. */
static bool is_again(const struct work *work, const struct intoto_input *input)
{
	for (size_t i = 0; i < work->source_count; i++)
		if (intoto_text_same(work->sources[i].input->sha256, input->sha256))
			return true;
	return false;
}

/* Inputs that the option "configuration" names are no reports. */
static bool is_configuration(const struct intoto_request *request, const struct intoto_input *input)
{
	size_t count = intoto_request_option_count(request, "configuration");

	for (size_t i = 0; i < count; i++)
		if (intoto_text_same(intoto_request_option_at(request, "configuration", i),
				     input->name))
			return true;
	return false;
}

static int read_inputs(struct work *work, const struct intoto_request *request,
		       struct intoto_answer *answer, struct intoto_error **err)
{
	size_t count = intoto_request_input_count(request);
	int rc = INTOTO_OK;

	if (count > INPUTS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d reports",
					    INPUTS_MAX);
	for (size_t i = 0; !rc && i < count; i++) {
		const struct intoto_input *input = intoto_request_input(request, i);

		if (is_configuration(request, input))
			work->configuration[work->configuration_count++] = input;
		else if (is_again(work, input))
			rc = intoto_answer_note(answer, err, "%s: the same report came before",
						input->name);
		else
			rc = read_report(work, request, input, err);
	}
	if (!rc &&
	    work->configuration_count != intoto_request_option_count(request, "configuration"))
		rc = intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"the option \"configuration\": want the name of an input, "
			"each once");
	if (!rc && !work->source_count)
		rc = intoto_attestor_fail(err, INTOTO_E_USAGE, "no report");
	return rc;
}

static int note_result(struct intoto_answer *answer, const struct test_run *run,
		       struct intoto_error **err)
{
	const struct test_results *results = run->results;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < results->problems.count && i < 10; i++)
		rc = intoto_answer_note(answer, err, "%s", results->problems.items[i]);
	for (size_t i = 0; !rc && i < results->warnings.count && i < 10; i++)
		rc = intoto_answer_note(answer, err, "%s", results->warnings.items[i]);
	return rc;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	__attribute__((cleanup(work_done))) struct work *work = calloc(1, sizeof *work);
	struct intoto_json_out *out;
	struct test_run run;
	size_t twice = 0;
	int rc;

	if (!work)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	test_results_begin(&work->results);
	rc = read_options(work, request, err);
	if (!rc)
		rc = read_inputs(work, request, answer, err);
	if (!rc)
		rc = test_results_fold(&work->results, work->last, &twice, err);
	if (rc)
		return rc;
	run = (struct test_run){ &work->results,
				 work->sources,
				 work->source_count,
				 work->configuration,
				 work->configuration_count,
				 intoto_request_option(request, "url"),
				 twice,
				 work->allow_empty };
	rc = intoto_answer_begin(answer, TEST_RESULT_TYPE, &out, err);
	if (rc)
		return rc;
	test_run_write(out, &run);
	rc = intoto_answer_end(answer, err);
	return rc ? rc : note_result(answer, &run, err);
}

static const char *const predicates[] = { TEST_RESULT_TYPE, NULL };

static const struct intoto_attestor_option options[] = {
	{ "allow-empty", "yes|no", "take a report without tests, as WARNED", false },
	{ "allow-stale", "yes|no", "take a report that is older than the step", false },
	{ "as", "FORMAT", "read every report as ctrf, go, junit, pytest or tap", false },
	{ "configuration", "INPUT", "this input is no report but configures the run", true },
	{ "reruns", "last|separate", "of tests with the same name, the last decides", false },
	{ "url", "URL", "where the run is shown", false },
	{ 0 },
};

static const struct intoto_attestor attestor = {
	.name = "tests",
	.summary = "results of tests from JUnit XML, TAP, CTRF, go test -json and pytest",
	.predicates = predicates,
	.options = options,
	.inputs_least = 1,
	.inputs_most = INPUTS_MAX,
	.memory_bytes = UINT64_C(768) << 20,
	.attest = attest,
};

int main(int argc, char **argv)
{
	return intoto_attestor_main(argc, argv, &attestor);
}
