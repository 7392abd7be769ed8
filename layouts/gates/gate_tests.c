/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "tests": tests ran, and they passed.
 *
 *   { "gate": "tests", "least": 1, "required": [PATTERN…], "mostSkipped": N,
 *     "mostSkippedPercent": N, "mostFlaky": N, "warned": false,
 *     "previous": { "functionaries": [KEYID…], "mostDrop": 0, "sameNames": false, "maxAge": "90d" }
 * }
 *
 * Every result that is there must be good: a bad one is not mended by a good one beside it.  Their
 * tests are counted together, the same result or report once.  A result that is not PASSED is good
 * only if an exception covers each test that failed; a WARNED one if flaky tests are all that it
 * warns of and "mostFlaky" allows them, or with "warned".  "*" in a pattern is any text.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/gates/exception.h"
#include "layouts/gates/tests_judging.h"

/* --- exceptions --- */

int it_tests_excused(const struct it_tests_judging *judging, const char *test,
		     const struct it_people *producers, bool *excused, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(IT_TESTS_BY);
	IT_AUTO(it_strings_done) struct it_strings why_not = { 0 };
	IT_AUTO(it_strings_done) struct it_strings ids = { 0 };
	const struct it_exception_query query = { .gate = "tests",
						  .step = judging->input->step,
						  .ids = &ids,
						  .test = test,
						  .producers = producers };
	const char *id = NULL;
	int rc = it_strings_add(&ids, test, err);

	*excused = false;
	if (!rc)
		rc = it_exceptions_find(judging->input->exceptions, &query, &id, &by, &why_not,
					err);
	if (!rc && id) {
		*excused = true;
		return it_gate_decide(judging->out, IT_DECISION_ALLOWED, test, it_buf_text(&by), id,
				      err, "did not pass");
	}
	for (size_t i = 0; !rc && i < why_not.count; i++)
		rc = it_gate_decide(judging->out, IT_DECISION_REMARK, test, NULL, NULL, err, "%s",
				    why_not.items[i]);
	return rc;
}

/* --- one result --- */

#define DECIDE(judging, kind, subject, err, ...)                                                   \
	it_gate_decide((judging)->out, kind, subject, NULL, NULL, err, __VA_ARGS__)

static int block_sentences(struct it_tests_judging *judging, const struct it_tests_one *one,
			   const struct it_json *list, const char *what, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(list) && i < IT_TESTS_TOLD; i++) {
		IT_AUTO(it_freep) char *text = it_text_quoted(it_json_text(it_json_at(list, i)));

		if (!text)
			return it_err_nomem(err);
		rc = DECIDE(judging, IT_DECISION_BLOCKED, one->evidence->name, err, "%s: %s", what,
			    text);
	}
	return rc;
}

/* Each test that failed, and whether it is excused. */
static int judge_failed(struct it_tests_judging *judging, const struct it_tests_one *one,
			struct intoto_error **err)
{
	size_t count = it_test_names(&one->result, IT_TESTS_FAILED);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		const char *name = it_test_name(&one->result, IT_TESTS_FAILED, i);
		bool excused;

		rc = it_tests_excused(judging, name, one->evidence->signers, &excused, err);
		if (!rc && !excused)
			rc = DECIDE(judging, IT_DECISION_BLOCKED, name, err, "failed (%s)",
				    one->evidence->name);
	}
	if (!rc && one->result.failed > (int64_t)count)
		rc = DECIDE(judging, IT_DECISION_BLOCKED, one->evidence->name, err,
			    "says that %lld tests failed, and names %zu",
			    (long long)one->result.failed, count);
	return rc;
}

/* Whether all that it warns of is flaky tests, which have a budget of their own. */
static bool only_flaky(const struct it_test_result *result)
{
	size_t warned = it_test_names(result, IT_TESTS_WARNED);

	return warned && !it_json_count(result->warnings) &&
	       warned == it_test_names(result, IT_TESTS_FLAKY);
}

static int judge_warned(struct it_tests_judging *judging, const struct it_tests_one *one,
			struct intoto_error **err)
{
	const char *name = one->evidence->name;

	if (judging->own->warned)
		return DECIDE(judging, IT_DECISION_REMARK, name, err, "is WARNED");
	if (only_flaky(&one->result) && judging->own->most_flaky >= 0)
		return INTOTO_OK;
	if (it_json_count(one->result.warnings))
		return block_sentences(judging, one, one->result.warnings, "is WARNED", err);
	return DECIDE(judging, IT_DECISION_BLOCKED, name, err,
		      "is WARNED, and the gate has no \"warned\"%s",
		      only_flaky(&one->result) ? " and no \"mostFlaky\"" : "");
}

/* A result that blames nobody cannot be excused. */
static int judge_unnamed(struct it_tests_judging *judging, const struct it_tests_one *one,
			 struct intoto_error **err)
{
	if (it_test_names(&one->result, IT_TESTS_FAILED) || it_json_count(one->result.problems))
		return INTOTO_OK;
	return DECIDE(judging, IT_DECISION_BLOCKED, one->evidence->name, err,
		      "is FAILED, and names no test: %s",
		      one->result.total == 0 ? "none ran" : "something else went wrong");
}

static int judge_verdict(struct it_tests_judging *judging, const struct it_tests_one *one,
			 struct intoto_error **err)
{
	const char *name = one->evidence->name;
	IT_AUTO(it_freep) char *word = NULL;

	switch (one->result.verdict) {
	case IT_TEST_PASSED:
		return INTOTO_OK;
	case IT_TEST_WARNED:
		return judge_warned(judging, one, err);
	case IT_TEST_FAILED:
		return judge_unnamed(judging, one, err);
	case IT_TEST_ERROR:
		return DECIDE(judging, IT_DECISION_BLOCKED, name, err,
			      "is ERROR: the run itself broke");
	case IT_TEST_SKIPPED:
		return DECIDE(judging, IT_DECISION_BLOCKED, name, err, "is SKIPPED: nothing ran");
	case IT_TEST_UNKNOWN:
		break;
	}
	word = it_text_quoted(one->result.word);
	return DECIDE(judging, IT_DECISION_UNDECIDED, name, err,
		      "has the result '%.100s', which is none of PASSED, WARNED and FAILED",
		      word ? word : "");
}

static int judge_one(struct it_tests_judging *judging, const struct it_tests_one *one,
		     struct intoto_error **err)
{
	int rc = judge_verdict(judging, one, err);

	if (!rc)
		rc = judge_failed(judging, one, err);
	return rc ? rc
		  : block_sentences(judging, one, one->result.problems, "the run has a problem",
				    err);
}

/* --- which results there are --- */

static const struct it_json *digest_of(const struct it_json *report)
{
	return it_json_get(it_json_get(report, "digest"), "sha256");
}

/* Whether a report of one is a report of the other, too. */
static bool share_report(const struct it_test_result *a, const struct it_test_result *b)
{
	for (size_t i = 0; i < it_json_count(a->reports) && i < IT_TESTS_REPORTS; i++) {
		struct it_span digest = it_json_text(digest_of(it_json_at(a->reports, i)));

		for (size_t k = 0;
		     digest.len && k < it_json_count(b->reports) && k < IT_TESTS_REPORTS; k++)
			if (it_span_eq(digest, it_json_text(digest_of(it_json_at(b->reports, k)))))
				return true;
	}
	return false;
}

/* Statements of the same predicate, and those from the same report, must not count twice. */
static bool is_again(const struct it_tests_judging *judging, const struct it_tests_one *one)
{
	for (size_t i = 0; i < judging->count; i++) {
		const struct it_tests_one *before = &judging->items[i];

		if (before->counts && (it_json_equal(before->evidence->attestation->predicate,
						     one->evidence->attestation->predicate) ||
				       share_report(&before->result, &one->result)))
			return true;
	}
	return false;
}

static int take(struct it_tests_judging *judging, const struct it_gate_evidence *evidence,
		struct intoto_error **err)
{
	static const struct it_where where = { NULL, "predicate", 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_tests_one *one = &judging->items[judging->count];
	int rc;

	if (!it_predicate_is(evidence->attestation->type, "test-result"))
		return INTOTO_OK;
	rc = it_test_result_read(&one->result, evidence->attestation->predicate, &where, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return DECIDE(judging, IT_DECISION_UNDECIDED, evidence->name, err,
			      "cannot be read: %s", intoto_error_text(why));
	one->evidence = evidence;
	one->counts = !is_again(judging, one);
	judging->count++;
	if (evidence->signers)
		rc = it_people_add_all(&judging->producers, evidence->signers, err);
	if (!rc && !one->counts)
		rc = DECIDE(judging, IT_DECISION_REMARK, evidence->name, err,
			    "is not counted: it says the same as another one");
	return rc ? rc : judge_one(judging, one, err);
}

/* --- all of them together --- */

static void sum_up(struct it_tests_judging *judging)
{
	for (size_t i = 0; i < judging->count; i++) {
		const struct it_test_result *result = &judging->items[i].result;

		if (!judging->items[i].counts)
			continue;
		judging->passed += result->passed > 0 ? result->passed : 0;
		judging->flaky += result->flaky > 0 ? result->flaky : 0;
		judging->skipped += result->skipped > 0 ? result->skipped : 0;
		judging->skipped += result->expected > 0 ? result->expected : 0;
		judging->total += result->total > 0 ? result->total : 0;
		judging->skipped_unknown |= result->skipped < 0;
		judging->flaky_unknown |= result->flaky < 0;
	}
}

static int judge_least(struct it_tests_judging *judging, struct intoto_error **err)
{
	if (judging->passed < judging->own->least)
		return DECIDE(judging, IT_DECISION_BLOCKED, "tests", err,
			      "%lld passed, and at least %lld must", (long long)judging->passed,
			      (long long)judging->own->least);
	return DECIDE(judging, IT_DECISION_FINE, "tests", err, "%lld passed, at least %lld must",
		      (long long)judging->passed, (long long)judging->own->least);
}

/* How many of a list are excused, each told. */
static int count_excused(struct it_tests_judging *judging, enum it_test_list list, int64_t *excused,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; i < judging->count; i++) {
		const struct it_tests_one *one = &judging->items[i];

		for (size_t k = 0; !rc && one->counts && k < it_test_names(&one->result, list);
		     k++) {
			bool is;

			rc = it_tests_excused(judging, it_test_name(&one->result, list, k),
					      one->evidence->signers, &is, err);
			*excused += is;
		}
	}
	return rc;
}

static int judge_flaky(struct it_tests_judging *judging, struct intoto_error **err)
{
	int64_t most = judging->own->most_flaky;
	int64_t excused = 0;
	int rc = INTOTO_OK;

	if (most < 0)
		return INTOTO_OK;
	if (judging->flaky_unknown)
		return DECIDE(judging, IT_DECISION_BLOCKED, "flaky tests", err,
			      "a result does not say how many were flaky");
	if (judging->flaky > most)
		rc = count_excused(judging, IT_TESTS_FLAKY, &excused, err);
	if (!rc && judging->flaky - excused > most)
		rc = DECIDE(judging, IT_DECISION_BLOCKED, "flaky tests", err,
			    "%lld were flaky, and at most %lld may be", (long long)judging->flaky,
			    (long long)most);
	return rc;
}

static bool is_over_percent(const struct it_tests_judging *judging, int64_t skipped)
{
	/* both at most a billion for each of some thousand results */
	return judging->own->most_skipped_percent >= 0 &&
	       skipped * 100 > judging->own->most_skipped_percent * judging->total;
}

static bool is_over(const struct it_tests_judging *judging, int64_t skipped)
{
	return (judging->own->most_skipped >= 0 && skipped > judging->own->most_skipped) ||
	       is_over_percent(judging, skipped);
}

static int judge_skipped(struct it_tests_judging *judging, struct intoto_error **err)
{
	const struct it_tests_demand *own = judging->own;
	int64_t excused = 0;
	int rc = INTOTO_OK;

	if (own->most_skipped < 0 && own->most_skipped_percent < 0)
		return INTOTO_OK;
	if (judging->skipped_unknown)
		return DECIDE(judging, IT_DECISION_BLOCKED, "skipped tests", err,
			      "a result does not say how many were skipped");
	if (is_over(judging, judging->skipped)) {
		rc = count_excused(judging, IT_TESTS_SKIPPED, &excused, err);
		if (!rc)
			rc = count_excused(judging, IT_TESTS_EXPECTED, &excused, err);
	}
	if (rc || !is_over(judging, judging->skipped - excused))
		return rc;
	if (is_over_percent(judging, judging->skipped - excused))
		return DECIDE(judging, IT_DECISION_BLOCKED, "skipped tests", err,
			      "%lld of %lld were skipped, and at most %lld %% may be",
			      (long long)judging->skipped, (long long)judging->total,
			      (long long)own->most_skipped_percent);
	return DECIDE(judging, IT_DECISION_BLOCKED, "skipped tests", err,
		      "%lld were skipped, and at most %lld may be", (long long)judging->skipped,
		      (long long)own->most_skipped);
}

/* --- required tests --- */

static bool has_match(const struct it_tests_judging *judging, enum it_test_list list,
		      const char *pattern, const char **name, const struct it_people **signers)
{
	for (size_t i = 0; i < judging->count; i++) {
		const struct it_tests_one *one = &judging->items[i];

		for (size_t k = 0; k < it_test_names(&one->result, list); k++) {
			*name = it_test_name(&one->result, list, k);
			*signers = one->evidence->signers;
			if (it_tests_pattern_matches(pattern, *name))
				return true;
		}
	}
	return false;
}

static int judge_required(struct it_tests_judging *judging, const char *pattern,
			  struct intoto_error **err)
{
	const struct it_people *signers = NULL;
	const char *name = NULL;
	bool excused = false;
	int rc = INTOTO_OK;

	/* What failed is blocked already, under its own name; a match that was skipped is not made
	   good by another that passed. */
	if (has_match(judging, IT_TESTS_SKIPPED, pattern, &name, &signers) ||
	    has_match(judging, IT_TESTS_EXPECTED, pattern, &name, &signers))
		rc = it_tests_excused(judging, name, signers, &excused, err);
	else if (has_match(judging, IT_TESTS_PASSED, pattern, &name, &signers) ||
		 has_match(judging, IT_TESTS_WARNED, pattern, &name, &signers))
		return DECIDE(judging, IT_DECISION_FINE, pattern, err, "is required, and passed");
	else if (has_match(judging, IT_TESTS_FAILED, pattern, &name, &signers))
		return INTOTO_OK; /* told already */
	else
		name = NULL;
	if (!rc && !name) /* by the name, or the pattern, as the gate has it */
		rc = it_tests_excused(judging, pattern, &judging->producers, &excused, err);
	if (rc || excused)
		return rc;
	return DECIDE(judging, IT_DECISION_BLOCKED, name ? name : pattern, err,
		      name ? "is required, and was skipped or failed as expected"
			   : "is required, and no test of that name ran");
}

/* --- the gate --- */

static int judge_together(struct it_tests_judging *judging, struct intoto_error **err)
{
	int rc;

	sum_up(judging);
	rc = judge_least(judging, err);
	if (!rc)
		rc = judge_skipped(judging, err);
	if (!rc)
		rc = judge_flaky(judging, err);
	for (size_t i = 0; !rc && i < judging->own->required.count; i++)
		rc = judge_required(judging, judging->own->required.items[i], err);
	return rc ? rc : it_tests_judge_previous(judging, err);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	struct it_tests_judging judging = { .out = out, .own = demand, .input = input };
	IT_AUTO(it_freep)
	struct it_tests_one *items = calloc(input->count + 1, sizeof *judging.items);
	int rc = INTOTO_OK;

	if (!items)
		return it_err_nomem(err);
	judging.items = items;
	for (size_t i = 0; !rc && i < input->count; i++)
		rc = take(&judging, &input->evidence[i], err);
	if (!rc && !judging.count)
		rc = it_gate_block_for_nothing(out, &it_gate_tests, input, "test result", err);
	else if (!rc)
		rc = judge_together(&judging, err);
	it_people_done(&judging.producers);
	return rc ? rc
		  : it_gate_conclude(out, err, "%lld tests passed in %zu result%s",
				     (long long)judging.passed, judging.count,
				     judging.count == 1 ? "" : "s");
}

static const char *const predicates[] = { "test-result", NULL };

const struct it_gate_kind it_gate_tests = {
	.name = "tests",
	.summary = "tests ran, and they passed",
	.read = it_tests_demand_read,
	.free = it_tests_demand_free,
	.clauses = it_tests_demand_clauses,
	.predicates = predicates,
	.judge = judge,
};
