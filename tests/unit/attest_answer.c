/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of attestors: what is taken, and each thing that is not, with its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attest/answer.h"
#include "attest/environment.h"
#include "attest/secrets.h"
#include "base/text.h"
#include "refused.h"

#define TYPE "https://example.org/a/v1"
#define STATEMENT "{\"predicateType\":\"" TYPE "\",\"predicate\":{\"n\":1.50}}"

static char *types[] = { (char *)(uintptr_t)TYPE, NULL };
static const struct it_manifest manifest = { .predicates = { types, 1, 1 },
					     .needs = IT_NEEDS_OUTPUT };

static int take(struct it_answer *out, const char *text, const struct it_manifest *of,
		struct intoto_error **err)
{
	struct it_buf buf = IT_BUF(1 << 20);

	assert_int_equal(it_buf_add_text(&buf, text), 0);
	return it_answer_take(out, &buf, of, err);
}

static void refuses(const char *text, enum intoto_code code, const char *why)
{
	struct intoto_error *err = NULL;
	struct it_answer answer;
	int rc = take(&answer, text, &manifest, &err);

	assert_refused(rc, &err, code, why);
	it_answer_done(&answer);
}

static void keeps_predicates_as_they_stand(void **state)
{
	struct it_answer answer;

	(void)state;
	assert_int_equal(take(&answer,
			      " {\"statements\" : [ " STATEMENT ", " STATEMENT
			      " ], \"protocol\": 1, \"outcome\": \"ok\", \"notes\": [\"x\"]} ",
			      &manifest, NULL),
			 INTOTO_OK);
	assert_false(answer.failed);
	assert_int_equal(answer.count, 2);
	assert_true(it_span_is(answer.statements[1].predicate, "{\"n\":1.50}"));
	assert_string_equal(answer.notes.items[0], "x");
	it_answer_done(&answer);
}

static void takes_a_failure_with_its_reason(void **state)
{
	struct it_answer answer;

	(void)state;
	assert_int_equal(take(&answer,
			      "{\"protocol\":1,\"outcome\":\"failed\",\"reason\":\"too old\"}",
			      &manifest, NULL),
			 INTOTO_OK);
	assert_true(answer.failed);
	assert_string_equal(answer.reason, "too old");
	it_answer_done(&answer);
	refuses("{\"protocol\":1,\"outcome\":\"failed\"}", INTOTO_E_FORMAT,
		"answer.reason: is missing");
	refuses("{\"protocol\":1,\"outcome\":\"ok\",\"reason\":\"x\",\"statements\":[" STATEMENT
		"]}",
		INTOTO_E_FORMAT, "goes with the outcome \"failed\" only");
	refuses("{\"protocol\":1,\"outcome\":\"failed\",\"reason\":\"\"}", INTOTO_E_FORMAT,
		"want 1 to 4096 bytes");
}

static void refuses_what_is_no_answer(void **state)
{
	(void)state;
	refuses("", INTOTO_E_FORMAT, "answer: is empty");
	refuses("[]", INTOTO_E_FORMAT, "answer: ");
	refuses("{\"protocol\":1,\"outcome\":\"fine\"}", INTOTO_E_FORMAT,
		"answer.outcome: want ok or failed, found \"fine\"");
	refuses("{\"outcome\":\"ok\"}", INTOTO_E_FORMAT, "answer.protocol: is missing");
	refuses("{\"protocol\":1}", INTOTO_E_FORMAT, "answer.outcome: is missing");
	refuses("{\"protocol\":\"1\",\"outcome\":\"ok\"}", INTOTO_E_FORMAT,
		"want the number 1, found a text");
	refuses("{\"protocol\":1,\"outcome\":7}", INTOTO_E_FORMAT, "is no text");
	refuses("{\"protocol\":1,\"verdict\":\"PASSED\"}", INTOTO_E_FORMAT,
		"answer: want protocol, outcome");
	refuses("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":{}}", INTOTO_E_FORMAT,
		"answer: ");
}

static void refuses_names_that_are_the_same_when_read(void **state)
{
	(void)state;
	refuses("{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":\"" TYPE
		"\",\"predicate\":{\"a\":1,\"\\u0061\":2}}]}",
		INTOTO_E_FORMAT, "two members of one object have the same name");
	refuses("{\"protocol\":1,\"proto\\u0063ol\":1}", INTOTO_E_FORMAT,
		"two members of one object have the same name");
}

static void takes_the_same_name_in_different_objects(void **state)
{
	struct it_answer answer;

	(void)state;
	assert_int_equal(take(&answer,
			      "{\"protocol\":1,\"outcome\":\"ok\",\"statements\":["
			      "{\"predicateType\":\"" TYPE
			      "\",\"predicate\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}}]}",
			      &manifest, NULL),
			 INTOTO_OK);
	it_answer_done(&answer);
}

static void make_deep(char *out, size_t size, int levels)
{
	static const char open[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
	static const char close[] = "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";

	(void)snprintf(out, size,
		       "{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[{\"predicateType\":"
		       "\"" TYPE "\",\"predicate\":{\"a\":%.*s%.*s}}]}",
		       levels, open, levels, close);
}

/* The statement around a predicate of 31 levels has the 32 that its readers take. */
static void takes_as_many_levels_as_readers_do(void **state)
{
	struct it_answer answer;
	char text[512];

	(void)state;
	make_deep(text, sizeof text, 30);
	assert_int_equal(take(&answer, text, &manifest, NULL), INTOTO_OK);
	it_answer_done(&answer);
	make_deep(text, sizeof text, 31);
	refuses(text, INTOTO_E_FORMAT, "nested more than 34 levels deep");
}

static void refuses_redactions_that_make_no_sense(void **state)
{
#define WITH(redaction)                                                                            \
	"{\"protocol\":1,\"outcome\":\"ok\",\"statements\":[" STATEMENT                            \
	"],\"redactions\":[{" redaction "}]}"
	static const struct it_manifest deaf = { .predicates = { types, 1, 1 } };
	struct intoto_error *err = NULL;
	struct it_answer answer;

	(void)state;
	refuses(WITH("\"stream\":\"stdin\",\"offset\":0,\"length\":1,\"rule\":\"r\""),
		INTOTO_E_FORMAT, "want stdout or stderr");
	refuses(WITH("\"stream\":\"stdout\",\"offset\":-1,\"length\":1,\"rule\":\"r\""),
		INTOTO_E_FORMAT, "want an offset from 0 on");
	refuses(WITH("\"stream\":\"stdout\",\"offset\":1,\"length\":0,\"rule\":\"r\""),
		INTOTO_E_FORMAT, "a length from 1 on");
	refuses(WITH("\"stream\":\"stdout\",\"offset\":9223372036854775807,\"length\":2,\"rule\":"
		     "\"r\""),
		INTOTO_E_FORMAT, "want an offset from 0 on");
	refuses(WITH("\"stream\":\"stdout\",\"offset\":1,\"length\":1,\"rule\":\"a]b\""),
		INTOTO_E_FORMAT, "as the rule");
	assert_refused(take(&answer,
			    WITH("\"stream\":\"stdout\",\"offset\":1,\"length\":1,\"rule\":\"r\""),
			    &deaf, &err),
		       &err, INTOTO_E_FORMAT, "its manifest has no need");
	it_answer_done(&answer);
}

/* --- secrets --- */

static void knows_names_that_say_secret(void **state)
{
	static const char *const secret[] = {
		"GITHUB_TOKEN", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY",
		"api_key",	"MYTOKEN",     "SIGNING_KEY"
	};
	static const char *const open[] = { "PWD",    "PATH",	 "CI_COMMIT_SHA", "MONKEY",
					    "KEYMAP", "COMPASS", "AUTHOR" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(secret); i++)
		assert_true(it_variable_looks_secret(it_span_text(secret[i])));
	for (size_t i = 0; i < IT_COUNT_OF(open); i++)
		assert_false(it_variable_looks_secret(it_span_text(open[i])));
}

static void masks(const char *text, const char *want)
{
	struct it_secret items[] = { { "LONG", { "abcdefgh", 8 }, 0 },
				     { "PART", { "cdefgh", 6 }, 0 } };
	struct it_secrets secrets = { .items = items, .count = 2 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	assert_int_equal(it_secrets_mask(&out, it_span_text(text), &secrets), want != NULL);
	if (want)
		assert_string_equal(it_buf_text(&out), want);
}

static void masks_the_longest_of_what_begins_first(void **state)
{
	(void)state;
	masks("x", NULL);
	masks("", NULL);
	masks("abcdefgh", "[redacted: LONG]");
	masks("1 cdefgh abcdefgh 2", "1 [redacted: PART] [redacted: LONG] 2");
	masks("abcdefghabcdefgh", "[redacted: LONG][redacted: LONG]");
	masks("abcdefg", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_predicates_as_they_stand),
		cmocka_unit_test(takes_a_failure_with_its_reason),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(refuses_names_that_are_the_same_when_read),
		cmocka_unit_test(takes_the_same_name_in_different_objects),
		cmocka_unit_test(takes_as_many_levels_as_readers_do),
		cmocka_unit_test(refuses_redactions_that_make_no_sense),
		cmocka_unit_test(knows_names_that_say_secret),
		cmocka_unit_test(masks_the_longest_of_what_begins_first),
	};

	return cmocka_run_group_tests_name("attest_answer", tests, NULL, NULL);
}
