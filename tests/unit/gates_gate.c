/* SPDX-License-Identifier: Apache-2.0 */
/* Gates of a layout: how they are read, what they decide, and what is no verdict. */
#include "json_expect.h"

#include <stdio.h>

#include "base/text.h"
#include "layouts/gates/gate.h"

static int read_gates(struct it_gates *out, const char *json, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	struct it_where where = { NULL, "expectedAttributes", 0 };

	assert_int_equal(it_json_parse(&list, it_span_text(json), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	return it_gates_read(out, list, &where, err);
}

static void accept(struct it_gates *out, const char *json)
{
	struct intoto_error *err = NULL;
	int rc = read_gates(out, json, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
}

static void refuse(const char *json, const char *sentence)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	assert_int_not_equal(read_gates(&gates, json, &err), INTOTO_OK);
	if (!strstr(intoto_error_text(err), sentence))
		assert_string_equal(intoto_error_text(err), sentence);
}

#define REQUIRE(more) "[{\"gate\": \"require\", \"predicates\": [\"sbom\"]" more "}]"

static void reads_the_terms_of_a_gate(void **state)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };

	(void)state; /* not used */
	accept(&gates, REQUIRE(", \"functionaries\": [\"ab\", \"CD\"], \"threshold\": 2, "
			       "\"maxAge\": \"7d\", \"subject\": \"product\", \"warn\": true"));
	assert_int_equal(gates.count, 1);
	assert_ptr_equal(gates.items[0].kind, &it_gate_require);
	assert_int_equal(gates.items[0].terms.threshold, 2);
	assert_int_equal(gates.items[0].terms.functionaries.count, 2);
	assert_int_equal(gates.items[0].terms.max_age, 7 * 24 * 3600);
	assert_int_equal(gates.items[0].terms.about, IT_ABOUT_PRODUCT);
	assert_true(gates.items[0].terms.warn);
}

static void wants_one_signature_by_default_about_the_step(void **state)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };

	(void)state; /* not used */
	accept(&gates, REQUIRE(""));
	assert_int_equal(gates.items[0].terms.threshold, 1);
	assert_int_equal(gates.items[0].terms.functionaries.count, 0);
	assert_int_equal(gates.items[0].terms.max_age, 0);
	assert_int_equal(gates.items[0].terms.about,
			 IT_ABOUT_PRODUCT | IT_ABOUT_MATERIAL | IT_ABOUT_LINK);
	assert_false(gates.items[0].terms.warn);
}

static void refuses_gates_that_nobody_knows_or_that_demand_nothing(void **state)
{
	(void)state; /* not used */
	refuse("{}", "expectedAttributes: want a list, found an object");
	refuse("[]", "expectedAttributes: is empty; leave it out to demand nothing");
	refuse("[1]", "expectedAttributes[0]: want an object, found a number");
	refuse("[{}]", "expectedAttributes[0].gate: want a text, found nothing");
	refuse("[{\"gate\": \"prayer\"}]",
	       "expectedAttributes[0].gate: no gate is called \"prayer\"; known are ");
	refuse("[{\"gate\": \"require\"}]",
	       "expectedAttributes[0]: member \"predicates\" is missing");
	refuse("[{\"gate\": \"require\", \"predicates\": []}]",
	       "expectedAttributes[0].predicates: is empty; leave it out");
	refuse("[{\"gate\": \"require\", \"predicates\": [\"sboms\"]}]",
	       "expectedAttributes[0].predicates[0]: want a type URI or a word for one");
	refuse("[{\"gate\": \"require\", \"predicates\": [\"sbom\", \"sbom\"]}]",
	       "expectedAttributes[0].predicates[1]: is there twice");
}

static void refuses_terms_that_nothing_can_meet(void **state)
{
	(void)state; /* not used */
	refuse(REQUIRE(", \"threshold\": 0"), "threshold: want a number from 1 to 1000, found 0");
	refuse(REQUIRE(", \"threshold\": \"2\""), "threshold: want a whole number, found a text");
	refuse(REQUIRE(", \"threshold\": 2, \"functionaries\": [\"ab\"]"),
	       "threshold: 2 people can never sign: \"functionaries\" names 1");
	refuse(REQUIRE(", \"functionaries\": [\"alice\"]"),
	       "functionaries[0]: want the id of a key, hex digits, found 'alice'");
	refuse(REQUIRE(", \"functionaries\": []"), "functionaries: is empty; leave it out");
	refuse(REQUIRE(", \"maxAge\": 7"),
	       "maxAge: want a duration as \"90s\", \"15m\", \"36h\" or "
	       "\"7d\", found a number");
	refuse(REQUIRE(", \"maxAge\": \"0d\""), "maxAge: want a duration");
	refuse(REQUIRE(", \"maxAge\": \"7 d\""), "maxAge: want a duration");
	refuse(REQUIRE(", \"maxAge\": \"-7d\""), "maxAge: want a duration");
	refuse(REQUIRE(", \"maxAge\": \"99999999d\""), "maxAge: want a duration");
	refuse(REQUIRE(", \"subject\": \"me\""), "subject: want \"step\", \"product\"");
	refuse(REQUIRE(", \"warn\": \"yes\""), "warn: want true or false, found a text");
	refuse(REQUIRE(", \"least\": 3, \"most\": 2"), "\"least\" 3 is over \"most\" 2");
	refuse(REQUIRE(", \"least\": 0"), "a \"least\" of 0 without \"most\" demands nothing");
	refuse(REQUIRE(", \"leest\": 1"), "unknown member \"leest\"");
}

static void decides_nothing_by_remarks_alone(void **state)
{
	IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };

	(void)state; /* not used */
	assert_int_equal(it_gate_conclude(&verdict, NULL, "nothing"), INTOTO_OK);
	assert_false(verdict.passed);
	assert_int_equal(it_gate_decide(&verdict, IT_DECISION_REMARK, "a", NULL, NULL, NULL, "b"),
			 INTOTO_OK);
	assert_int_equal(it_gate_conclude(&verdict, NULL, "nothing"), INTOTO_OK);
	assert_false(verdict.passed);
	assert_int_equal(it_gate_decide(&verdict, IT_DECISION_FINE, "a", NULL, NULL, NULL, "b"),
			 INTOTO_OK);
	assert_int_equal(it_gate_conclude(&verdict, NULL, "fine"), INTOTO_OK);
	assert_true(verdict.passed);
}

static void refuses_for_one_that_blocks_or_is_open(void **state)
{
	static const enum it_decision_kind bad[] = { IT_DECISION_BLOCKED, IT_DECISION_UNDECIDED };

	(void)state; /* not used */
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };

		assert_int_equal(
			it_gate_decide(&verdict, IT_DECISION_FINE, "a", "x", "y", NULL, "%d", 1),
			INTOTO_OK);
		assert_int_equal(it_gate_decide(&verdict, bad[i], "a", NULL, NULL, NULL, "b"),
				 INTOTO_OK);
		assert_int_equal(it_gate_conclude(&verdict, NULL, "no"), INTOTO_OK);
		assert_false(verdict.passed);
		assert_string_equal(verdict.decisions[0].by, "x");
		assert_string_equal(verdict.decisions[0].exception, "y");
		assert_string_equal(verdict.summary, "no");
	}
}

static void has_a_sorted_table_of_kinds(void **state)
{
	(void)state; /* not used */
	for (size_t i = 0; it_gate_kinds[i]; i++) {
		assert_ptr_equal(it_gate_kind_find(it_span_text(it_gate_kinds[i]->name)),
				 it_gate_kinds[i]);
		if (i)
			assert_true(it_span_cmp(it_span_text(it_gate_kinds[i - 1]->name),
						it_span_text(it_gate_kinds[i]->name)) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_terms_of_a_gate),
		cmocka_unit_test(wants_one_signature_by_default_about_the_step),
		cmocka_unit_test(refuses_gates_that_nobody_knows_or_that_demand_nothing),
		cmocka_unit_test(refuses_terms_that_nothing_can_meet),
		cmocka_unit_test(decides_nothing_by_remarks_alone),
		cmocka_unit_test(refuses_for_one_that_blocks_or_is_open),
		cmocka_unit_test(has_a_sorted_table_of_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
