/* SPDX-License-Identifier: Apache-2.0 */
/* The predicate test-result: of ours, of others, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/test_result.h"

static struct it_json *parse(const char *text)
{
	struct it_json *value = NULL;
	struct intoto_error *err = NULL;

	if (it_json_parse(&value, it_span_text(text), &it_json_signed_limits, &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	return value;
}

static void refuses(const char *text, const char *why)
{
	IT_AUTO(it_json_freep) struct it_json *value = parse(text);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	const struct it_where where = { NULL, "predicate", 0 };
	struct it_test_result result;

	assert_int_equal(it_test_result_read(&result, value, &where, &err), INTOTO_E_FORMAT);
	if (!strstr(intoto_error_text(err), why))
		fail_msg("%s\nfound %s\nwanted %s", text, intoto_error_text(err), why);
}

static void has_verdict(const char *text, enum it_test_verdict verdict)
{
	IT_AUTO(it_json_freep) struct it_json *value = parse(text);
	struct it_test_result result;

	assert_int_equal(it_test_result_read(&result, value, NULL, NULL), INTOTO_OK);
	assert_int_equal(result.verdict, verdict);
}

#define COUNTS(passed, failed, skipped, total)                                                     \
	"\"counts\":{\"passed\":" passed ",\"failed\":" failed                                     \
	",\"errors\":0,\"skipped\":" skipped ",\"flaky\":1,\"todo\":0,\"total\":" total "}"
#define OURS(counts)                                                                               \
	"{\"result\":\"FAILED\",\"configuration\":[],\"passedTests\":[\"a\"],"                     \
	"\"warnedTests\":[\"f\"],\"failedTests\":[\"b\"],\"intoto\":{" counts                      \
	",\"flakyTests\":[\"f\"],\"skippedTests\":[\"s\"],\"todoTests\":[],"                       \
	"\"problems\":[\"p\"],\"reports\":[]}}"

static void reads_what_our_attestor_writes(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *value = parse(OURS(COUNTS("2", "1", "1", "4")));
	struct it_test_result result;

	(void)state;
	assert_int_equal(it_test_result_read(&result, value, NULL, NULL), INTOTO_OK);
	assert_int_equal(result.passed, 2);
	assert_int_equal(result.failed, 1);
	assert_int_equal(result.skipped, 1);
	assert_int_equal(result.flaky, 1);
	assert_int_equal(result.total, 4);
	assert_int_equal(it_test_names(&result, IT_TESTS_FAILED), 1);
	assert_string_equal(it_test_name(&result, IT_TESTS_FAILED, 0), "b");
	assert_int_equal(it_json_count(result.problems), 1);
}

static void reads_what_others_write(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *bare = parse("{\"result\":\"PASSED\"}");
	IT_AUTO(it_json_freep)
	struct it_json *conforma = parse(
		"{\"result\":\"PASSED\",\"successes\":7,\"failures\":0,\"passedTests\":null}");
	struct it_test_result result;

	(void)state;
	assert_int_equal(it_test_result_read(&result, bare, NULL, NULL), INTOTO_OK);
	assert_int_equal(result.passed, -1);
	assert_int_equal(it_test_names(&result, IT_TESTS_PASSED), 0);
	assert_int_equal(it_test_result_read(&result, conforma, NULL, NULL), INTOTO_OK);
	assert_int_equal(result.passed, 7);
	assert_int_equal(result.failed, 0);
	assert_int_equal(result.skipped, -1);
	has_verdict("{\"result\":\"WARNED\"}", IT_TEST_WARNED);
	has_verdict("{\"result\":\"FAILED\"}", IT_TEST_FAILED);
	has_verdict("{\"result\":\"ERROR\"}", IT_TEST_ERROR);
	has_verdict("{\"result\":\"SKIPPED\"}", IT_TEST_SKIPPED);
	has_verdict("{\"result\":\"passed\"}", IT_TEST_UNKNOWN);
	has_verdict("{\"result\":\"SUCCESS\"}", IT_TEST_UNKNOWN);
	has_verdict("{\"result\":\"\"}", IT_TEST_UNKNOWN);
}

static void refuses_what_is_no_result(void **state)
{
	(void)state;
	refuses("{}", "result");
	refuses("{\"result\":true}", "predicate.result: want a text, found");
	refuses("{\"result\":\"PASSED\",\"passedTests\":3}",
		"predicate.passedTests: want a list, found a number");
	refuses("{\"result\":\"PASSED\",\"failedTests\":[3]}",
		"predicate.failedTests[0]: want a text, found");
	refuses("{\"result\":\"PASSED\",\"failedTests\":[\"a\\u0000b\"]}", "NUL character");
	refuses("{\"result\":\"PASSED\",\"intoto\":[]}", "predicate.intoto: want an object");
	refuses("{\"result\":\"PASSED\",\"intoto\":{}}", "counts");
}

static void refuses_numbers_that_disagree(void **state)
{
	(void)state;
	refuses(OURS(COUNTS("2", "1", "1", "5")), "the total is not the sum of its parts");
	refuses(OURS(COUNTS("3", "1", "1", "5")), "says that 3 tests passed, and lists 2");
	refuses(OURS(COUNTS("2", "0", "1", "3")), "says that 0 tests failed, and lists 1");
	refuses(OURS(COUNTS("2", "1", "0", "3")), "says that 0 tests were skipped, and lists 1");
	refuses(OURS(COUNTS("-2", "1", "1", "0")), "want numbers from 0 to");
	refuses(OURS(COUNTS("9223372036854775807", "1", "1", "1")), "want numbers from 0 to");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_our_attestor_writes),
		cmocka_unit_test(reads_what_others_write),
		cmocka_unit_test(refuses_what_is_no_result),
		cmocka_unit_test(refuses_numbers_that_disagree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
