/* SPDX-License-Identifier: Apache-2.0 */
/* The gate "tests": what passes, what does not, and what it says of it. */
#include "gate_cases.h"

#include "layouts/gates/exceptions.h"
#include "layouts/gates/tests_demand.h"

#define GATE(more) "{\"gate\":\"tests\"" more "}"
#define BY_OTHERS(result, passed, failed)                                                          \
	"{\"result\":\"" result "\",\"configuration\":[],\"passedTests\":[" passed                 \
	"],\"failedTests\":[" failed "]}"
#define GOOD BY_OTHERS("PASSED", "\"a\",\"b\"", "")
/* a passed, f was flaky, s was skipped, x failed as expected */
#define FLAKY                                                                                      \
	"{\"result\":\"WARNED\",\"configuration\":[],\"passedTests\":[\"a\"],"                     \
	"\"warnedTests\":[\"f\"],\"failedTests\":[],\"intoto\":{\"counts\":{\"passed\":2,"         \
	"\"failed\":0,\"errors\":0,\"skipped\":1,\"flaky\":1,\"todo\":1,\"total\":4},"             \
	"\"flakyTests\":[\"f\"],\"skippedTests\":[\"s\"],\"todoTests\":[\"x\"],"                   \
	"\"reports\":[{\"name\":\"r\",\"digest\":{\"sha256\":\"00\"}}]}}"
#define PROBLEM                                                                                    \
	"{\"result\":\"FAILED\",\"configuration\":[],\"passedTests\":[\"a\"],"                     \
	"\"failedTests\":[],\"intoto\":{\"counts\":{\"passed\":1,\"failed\":0,\"errors\":0,"       \
	"\"skipped\":0,\"flaky\":0,\"todo\":0,\"total\":1},\"flakyTests\":[],"                     \
	"\"skippedTests\":[],\"todoTests\":[],\"problems\":[\"the run has no plan\"]}}"

/* With as many predicates as are given, and no exceptions. */
struct setting {
	struct gate_case it;
	struct it_exceptions exceptions;
};

static void set(struct setting *out, const char *const *predicates)
{
	*out = (struct setting){ 0 };
	case_make(&out->it, predicates);
	for (size_t i = 0; i < CASES_MAX; i++) {
		out->it.attestations[i].type = "https://in-toto.io/attestation/test-result/v0.1";
		out->it.attestations[i].making = (struct it_attested_making){
			.step = "", .attestor = "", .version = "", .sha256 = "", .outcome = "ok"
		};
	}
	out->it.input.exceptions = &out->exceptions;
}

static void comes_to(const char *gate, const char *predicate, bool passed,
		     enum it_decision_kind kind, const char *subject, const char *text)
{
	const char *const predicates[] = { predicate, NULL };
	struct setting setting;

	set(&setting, predicates);
	case_comes_to(gate, &setting.it, passed, kind, subject, text);
	case_done(&setting.it);
}

static void passes_what_passed(void **state)
{
	(void)state;
	comes_to(GATE(""), GOOD, true, IT_DECISION_FINE, "tests", "2 passed, at least 1 must");
	comes_to(GATE(",\"least\":2"), GOOD, true, IT_DECISION_FINE, "tests", "2 passed");
	comes_to(GATE(",\"least\":0"), "{\"result\":\"PASSED\",\"configuration\":[]}", true,
		 IT_DECISION_FINE, "tests", "0 passed");
}

static void never_passes_without_results(void **state)
{
	const char *const none[] = { NULL };
	struct setting setting;

	(void)state;
	set(&setting, none);
	case_comes_to(GATE(",\"least\":0"), &setting.it, false, IT_DECISION_BLOCKED, "evidence",
		      "there is no test result for this step");
	comes_to(GATE(""), "{\"result\":\"PASSED\",\"configuration\":[]}", false,
		 IT_DECISION_BLOCKED, "tests", "0 passed, and at least 1 must");
	comes_to(GATE(""), BY_OTHERS("PASSED", "", ""), false, IT_DECISION_BLOCKED, "tests",
		 "0 passed, and at least 1 must");
	comes_to(GATE(",\"least\":3"), GOOD, false, IT_DECISION_BLOCKED, "tests",
		 "2 passed, and at least 3 must");
}

static void blocks_results_that_are_not_good(void **state)
{
	(void)state;
	comes_to(GATE(""), BY_OTHERS("FAILED", "\"a\"", "\"b\""), false, IT_DECISION_BLOCKED, "b",
		 "failed (a.json)");
	/* it says that it passed, and names what failed */
	comes_to(GATE(""), BY_OTHERS("PASSED", "\"a\"", "\"b\""), false, IT_DECISION_BLOCKED, "b",
		 "failed (a.json)");
	comes_to(GATE(""), "{\"result\":\"PASSED\",\"passedTests\":[\"a\"],\"failures\":2}", false,
		 IT_DECISION_BLOCKED, "a.json", "says that 2 tests failed, and names 0");
	comes_to(GATE(""), BY_OTHERS("FAILED", "\"a\"", ""), false, IT_DECISION_BLOCKED, "a.json",
		 "is FAILED, and names no test");
	comes_to(GATE(""), BY_OTHERS("ERROR", "\"a\"", ""), false, IT_DECISION_BLOCKED, "a.json",
		 "the run itself broke");
	comes_to(GATE(""), BY_OTHERS("SKIPPED", "\"a\"", ""), false, IT_DECISION_BLOCKED, "a.json",
		 "nothing ran");
	comes_to(GATE(""), BY_OTHERS("passed", "\"a\"", ""), false, IT_DECISION_UNDECIDED, "a.json",
		 "the result 'passed', which is none of");
	comes_to(GATE(""), "{\"passedTests\":[\"a\"]}", false, IT_DECISION_UNDECIDED, "a.json",
		 "cannot be read:");
	comes_to(GATE(""), PROBLEM, false, IT_DECISION_BLOCKED, "a.json",
		 "the run has a problem: the run has no plan");
}

static void takes_no_good_result_for_a_bad_one(void **state)
{
	const char *const predicates[] = { GOOD, BY_OTHERS("FAILED", "\"a\"", "\"b\""), NULL };
	struct setting setting;

	(void)state;
	set(&setting, predicates);
	case_comes_to(GATE(""), &setting.it, false, IT_DECISION_BLOCKED, "b", "failed (b.json)");
	case_done(&setting.it);
}

static void counts_the_same_result_once(void **state)
{
	const char *const same[] = { GOOD, GOOD, NULL };
	const char *const other[] = { GOOD, BY_OTHERS("PASSED", "\"c\"", ""), NULL };
	const char *const report[] = { FLAKY, FLAKY, NULL };
	struct setting setting;

	(void)state;
	set(&setting, same);
	case_comes_to(GATE(",\"least\":3"), &setting.it, false, IT_DECISION_BLOCKED, "tests",
		      "2 passed, and at least 3");
	case_comes_to(GATE(""), &setting.it, true, IT_DECISION_REMARK, "b.json", "is not counted");
	case_done(&setting.it);
	set(&setting, other);
	case_comes_to(GATE(",\"least\":3"), &setting.it, true, IT_DECISION_FINE, "tests",
		      "3 passed");
	case_done(&setting.it);
	set(&setting, report);
	case_comes_to(GATE(",\"warned\":true,\"least\":3"), &setting.it, false, IT_DECISION_BLOCKED,
		      "tests", "2 passed, and at least 3");
	case_done(&setting.it);
}

static void keeps_budgets(void **state)
{
	(void)state;
	comes_to(GATE(""), FLAKY, false, IT_DECISION_BLOCKED, "a.json",
		 "is WARNED, and the gate has no \"warned\" and no \"mostFlaky\"");
	comes_to(GATE(",\"warned\":true"), FLAKY, true, IT_DECISION_REMARK, "a.json", "is WARNED");
	comes_to(GATE(",\"mostFlaky\":1"), FLAKY, true, IT_DECISION_FINE, "tests", "2 passed");
	comes_to(GATE(",\"mostFlaky\":0"), FLAKY, false, IT_DECISION_BLOCKED, "flaky tests",
		 "1 were flaky, and at most 0 may be");
	comes_to(GATE(",\"mostFlaky\":1,\"mostSkipped\":2"), FLAKY, true, IT_DECISION_FINE, "tests",
		 "2 passed");
	comes_to(GATE(",\"mostFlaky\":1,\"mostSkipped\":1"), FLAKY, false, IT_DECISION_BLOCKED,
		 "skipped tests", "2 were skipped, and at most 1 may be");
	comes_to(GATE(",\"mostFlaky\":1,\"mostSkippedPercent\":50"), FLAKY, true, IT_DECISION_FINE,
		 "tests", "2 passed");
	comes_to(GATE(",\"mostFlaky\":1,\"mostSkippedPercent\":49"), FLAKY, false,
		 IT_DECISION_BLOCKED, "skipped tests",
		 "2 of 4 were skipped, and at most 49 % may be");
	/* who does not say it is not within it */
	comes_to(GATE(",\"mostSkipped\":9"), GOOD, false, IT_DECISION_BLOCKED, "skipped tests",
		 "does not say how many were skipped");
	comes_to(GATE(",\"mostFlaky\":9"), GOOD, false, IT_DECISION_BLOCKED, "flaky tests",
		 "does not say how many were flaky");
}

static void demands_tests_by_name(void **state)
{
	(void)state;
	comes_to(GATE(",\"required\":[\"a\",\"*\"]"), GOOD, true, IT_DECISION_FINE, "a",
		 "is required, and passed");
	comes_to(GATE(",\"required\":[\"c\"]"), GOOD, false, IT_DECISION_BLOCKED, "c",
		 "is required, and no test of that name ran");
	comes_to(GATE(",\"required\":[\"a*b\"]"), GOOD, false, IT_DECISION_BLOCKED, "a*b",
		 "no test of that name ran");
	comes_to(GATE(",\"required\":[\"s\"],\"warned\":true"), FLAKY, false, IT_DECISION_BLOCKED,
		 "s", "was skipped or failed as expected");
	comes_to(GATE(",\"required\":[\"x\"],\"warned\":true"), FLAKY, false, IT_DECISION_BLOCKED,
		 "x", "was skipped or failed as expected");
	comes_to(GATE(",\"required\":[\"f\"],\"warned\":true"), FLAKY, true, IT_DECISION_FINE, "f",
		 "is required, and passed");
}

static void matches_stars_alone(void **state)
{
	(void)state;
	assert_true(it_tests_pattern_matches("test_a[x]", "test_a[x]"));
	assert_false(it_tests_pattern_matches("test_a[x]", "test_ax"));
	assert_true(it_tests_pattern_matches("a*c*e", "abcde"));
	assert_true(it_tests_pattern_matches("*", ""));
	assert_true(it_tests_pattern_matches("a**", "a"));
	assert_false(it_tests_pattern_matches("a*b", "abc"));
	assert_true(it_tests_pattern_matches("*ab", "aaab"));
	assert_false(it_tests_pattern_matches("", "a"));
	assert_false(it_tests_pattern_matches("?", "a"));
}

/* --- the result before --- */

static void make_previous(struct setting *out, const char *now, const char *before, int64_t time)
{
	const char *const predicates[] = { now, before, NULL };

	set(out, predicates);
	out->it.attestations[0].making.finished = 1769990000;
	out->it.attestations[1].making.finished = time;
	out->it.evidence[1].about = 0;
	out->it.input.count = 1;
	out->it.input.unfit = &out->it.evidence[1];
	out->it.input.unfit_count = 1;
	static const char *const why[] = { "is about nothing of this step" };
	out->it.input.unfit_why = why;
}

#define PREVIOUS(more) GATE(",\"previous\":{" more "}")
#define THREE BY_OTHERS("PASSED", "\"a\",\"b\",\"c\"", "")

static void compares_with_the_result_before(void **state)
{
	struct setting setting;

	(void)state;
	make_previous(&setting, GOOD, THREE, 1769000000);
	case_comes_to(PREVIOUS(""), &setting.it, false, IT_DECISION_BLOCKED, "tests",
		      "2 passed, and 3 did in the previous result (b.json): at most 0 fewer may");
	case_comes_to(PREVIOUS("\"mostDrop\":1"), &setting.it, true, IT_DECISION_REMARK, "c",
		      "passed in the previous result, and does not now");
	case_comes_to(PREVIOUS("\"mostDrop\":1,\"sameNames\":true"), &setting.it, false,
		      IT_DECISION_BLOCKED, "c", "passed in the previous result");
	case_comes_to(PREVIOUS("\"mostDrop\":1,\"maxAge\":\"1d\""), &setting.it, false,
		      IT_DECISION_REMARK, "b.json", "is older than the gate allows");
	case_comes_to(PREVIOUS("\"functionaries\":[\"00\"]"), &setting.it, false,
		      IT_DECISION_REMARK, "b.json", "is signed by nobody whom the gate names");
	/* about this step's own artifacts: it is a result that does not count, not the one before
	 */
	setting.it.evidence[1].about = IT_ABOUT_PRODUCT;
	case_comes_to(PREVIOUS("\"mostDrop\":1"), &setting.it, false, IT_DECISION_BLOCKED,
		      "previous result", "there is none to compare with");
	case_done(&setting.it);
	make_previous(&setting, THREE, GOOD, 1769000000);
	case_comes_to(PREVIOUS("\"sameNames\":true"), &setting.it, true, IT_DECISION_FINE, "tests",
		      "3 passed, and 2 did in the previous result");
	case_done(&setting.it);
}

static void takes_no_result_from_later_or_from_strangers(void **state)
{
	const struct it_person alice = { .fingerprint = "aa", .name = "alice" };
	struct it_people somebody = { 0 };
	struct setting setting;

	(void)state;
	make_previous(&setting, GOOD, GOOD, 1769999000);
	case_comes_to(PREVIOUS(""), &setting.it, false, IT_DECISION_REMARK, "b.json",
		      "is newer than the present result");
	setting.it.attestations[1].making.finished = 0;
	case_comes_to(PREVIOUS(""), &setting.it, false, IT_DECISION_REMARK, "b.json",
		      "does not say when it was made");
	setting.it.attestations[1].making.finished = 1769000000;
	case_comes_to(PREVIOUS(""), &setting.it, true, IT_DECISION_FINE, "tests", "2 passed");
	assert_int_equal(it_people_add(&somebody, &alice, NULL), INTOTO_OK);
	setting.it.evidence[0].signers = &somebody;
	case_comes_to(PREVIOUS(""), &setting.it, false, IT_DECISION_REMARK, "b.json",
		      "is signed by nobody who signed the present result");
	setting.it.evidence[1].signers = &somebody;
	case_comes_to(PREVIOUS(""), &setting.it, true, IT_DECISION_FINE, "tests", "2 passed");
	setting.it.attestations[1].making.outcome = "failed";
	case_comes_to(PREVIOUS(""), &setting.it, false, IT_DECISION_REMARK, "b.json",
		      "record of an attestor that failed");
	case_done(&setting.it);
	it_people_done(&somebody);
}

/* --- exceptions --- */

static void excuses_tests_by_name(void **state)
{
	static char name[] = "b";
	static char *names[] = { name, NULL };
	const char *const predicates[] = { BY_OTHERS("FAILED", "\"a\"", "\"b\""), NULL };
	const char *const both[] = { BY_OTHERS("FAILED", "\"a\"", "\"b\",\"c\""), NULL };
	const char *const broken[] = { PROBLEM, NULL };
	const struct it_exception_terms terms = { .given = true, .threshold = 0 };
	size_t used = 0;
	struct it_exception_item item = {
		.exception = { .id = (char *)(uintptr_t) "EX-7",
			       .owner = (char *)(uintptr_t) "alice",
			       .reason = (char *)(uintptr_t) "known",
			       .expires = 1880000000,
			       .gate = (char *)(uintptr_t) "tests",
			       .tests = { names, 1, 2 } },
		.name = (char *)(uintptr_t) "ex.json",
		.used = &used,
	};
	struct setting setting;

	(void)state;
	set(&setting, predicates);
	setting.exceptions = (struct it_exceptions){ &terms, &item, 1, setting.it.input.now };
	case_comes_to(GATE(""), &setting.it, true, IT_DECISION_ALLOWED, "b", "did not pass");
	assert_true(used > 0);
	item.why_not = (char *)(uintptr_t) "has expired";
	case_comes_to(GATE(""), &setting.it, false, IT_DECISION_BLOCKED, "b", "failed");
	case_comes_to(GATE(""), &setting.it, false, IT_DECISION_REMARK, "b", "has expired");
	item.why_not = NULL;
	case_done(&setting.it);
	set(&setting, both);
	setting.exceptions = (struct it_exceptions){ &terms, &item, 1, setting.it.input.now };
	case_comes_to(GATE(""), &setting.it, false, IT_DECISION_BLOCKED, "c", "failed");
	case_done(&setting.it);
	/* a run that broke off has no name to excuse */
	set(&setting, broken);
	setting.exceptions = (struct it_exceptions){ &terms, &item, 1, setting.it.input.now };
	case_comes_to(GATE(""), &setting.it, false, IT_DECISION_BLOCKED, "a.json",
		      "the run has a problem");
	case_done(&setting.it);
}

/* A required test that is in no result is looked up, too, by the text that the gate has. */
static void excuses_required_tests_that_did_not_run(void **state)
{
	static char name[] = "login_*";
	static char *names[] = { name, NULL };
	const char *const predicates[] = { GOOD, BY_OTHERS("PASSED", "\"c\"", ""), NULL };
	const struct it_exception_terms terms = { .given = true, .threshold = 1 };
	struct it_person eve = { .fingerprint = "e1", .name = "eve" };
	struct it_people signers = { 0 };
	size_t used = 0;
	struct it_exception_item item = {
		.exception = { .id = (char *)(uintptr_t) "EX-8",
			       .owner = (char *)(uintptr_t) "alice",
			       .reason = (char *)(uintptr_t) "no browser there",
			       .expires = 1880000000,
			       .gate = (char *)(uintptr_t) "tests",
			       .tests = { names, 1, 2 } },
		.name = (char *)(uintptr_t) "ex.json",
		.used = &used,
	};
	struct setting setting;

	(void)state;
	assert_int_equal(it_people_add(&item.signers, &eve, NULL), 0);
	assert_int_equal(it_people_add(&signers, &eve, NULL), 0);
	set(&setting, predicates);
	setting.exceptions = (struct it_exceptions){ &terms, &item, 1, setting.it.input.now };
	case_comes_to(GATE(",\"required\":[\"login_*\"]"), &setting.it, true, IT_DECISION_ALLOWED,
		      "login_*", "did not pass");
	assert_true(used > 0);
	/* another one is not meant, not even one that the text would match as a pattern */
	case_comes_to(GATE(",\"required\":[\"login_a\"]"), &setting.it, false, IT_DECISION_BLOCKED,
		      "login_a", "no test of that name ran");
	item.why_not = (char *)(uintptr_t) "has expired";
	case_comes_to(GATE(",\"required\":[\"login_*\"]"), &setting.it, false, IT_DECISION_REMARK,
		      "login_*", "has expired");
	item.why_not = NULL;
	/* nobody excuses what is missing in a result of their own, whichever it is */
	setting.it.evidence[1].signers = &signers;
	case_comes_to(GATE(",\"required\":[\"login_*\"]"), &setting.it, false, IT_DECISION_BLOCKED,
		      "login_*", "no test of that name ran");
	case_done(&setting.it);
	it_people_done(&item.signers);
	it_people_done(&signers);
}

static void refuses_demands_that_make_no_sense(void **state)
{
	(void)state;
	case_refuses(GATE(",\"least\":-1"), "gate.least: want a number from 0");
	case_refuses(GATE(",\"mostSkippedPercent\":101"), "want a number from 0 to 100");
	case_refuses(GATE(",\"required\":[]"), "gate.required: is empty");
	case_refuses(GATE(",\"warned\":1"), "gate.warned: want true or false");
	case_refuses(GATE(",\"most\":1"), "most");
	case_refuses(PREVIOUS("\"maxAge\":\"soon\""), "gate.previous.maxAge: want a duration");
	case_refuses(PREVIOUS("\"file\":\"x\""), "file");
	case_refuses(GATE(",\"previous\":true"), "gate.previous: want an object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_what_passed),
		cmocka_unit_test(never_passes_without_results),
		cmocka_unit_test(blocks_results_that_are_not_good),
		cmocka_unit_test(takes_no_good_result_for_a_bad_one),
		cmocka_unit_test(counts_the_same_result_once),
		cmocka_unit_test(keeps_budgets),
		cmocka_unit_test(demands_tests_by_name),
		cmocka_unit_test(matches_stars_alone),
		cmocka_unit_test(compares_with_the_result_before),
		cmocka_unit_test(takes_no_result_from_later_or_from_strangers),
		cmocka_unit_test(excuses_tests_by_name),
		cmocka_unit_test(excuses_required_tests_that_did_not_run),
		cmocka_unit_test(refuses_demands_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
