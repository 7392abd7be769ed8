/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts: what is read, what is refused and where, and that what is written reads the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/layout.h"
#include "layouts/parameters.h"
#include "model/envelope.h"
#include "refused.h"

/* clang-format off */
#define ID_A "be6371bc627318218191ce0780fd3183cce6c36da02938a477d2e4dfae1804a6"
#define ID_B "0b70eafb5d4d7c0f36a21442fcf066903d09d5050ad0c8443b18f1f232c7dcd7"
#define KEY_A \
	"{\"keyid\":\"" ID_A "\",\"keytype\":\"ed25519\",\"scheme\":\"ed25519\"," \
	"\"keyval\":{\"public\":\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"}}"
#define STEP \
	"{\"_type\":\"step\",\"name\":\"build\",\"threshold\":1,\"pubkeys\":[\"" ID_A "\"]," \
	"\"expected_command\":[\"make\"],\"expected_materials\":[[\"ALLOW\",\"*\"]]," \
	"\"expected_products\":[[\"MATCH\",\"*\",\"WITH\",\"PRODUCTS\",\"FROM\",\"build\"]]}"
#define INSPECTION \
	"{\"_type\":\"inspection\",\"name\":\"unpack\",\"run\":[\"tar\",\"-x\"]," \
	"\"expected_materials\":[],\"expected_products\":[[\"DISALLOW\",\"*\"]]}"
#define LAYOUT_OF(keys, steps, inspections) \
	"{\"_type\":\"layout\",\"expires\":\"2030-01-31T23:59:59Z\",\"inspect\":[" inspections "]," \
	"\"keys\":{" keys "},\"readme\":\"\",\"steps\":[" steps "]}"
/* clang-format on */

static const char whole[] = LAYOUT_OF("\"" ID_A "\":" KEY_A, STEP, INSPECTION);

static int read_layout(struct intoto_layout **out, const char *text, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	*out = NULL;
	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, text, strlen(text), err),
			 INTOTO_OK);
	return intoto_layout_from_envelope(out, envelope, err);
}

static struct intoto_layout *read_or_fail(const char *text)
{
	struct intoto_layout *layout = NULL;
	struct intoto_error *err = NULL;
	int rc = read_layout(&layout, text, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return layout;
}

static void refuse(const char *text, const char *why)
{
	struct intoto_layout *layout = NULL;
	struct intoto_error *err = NULL;
	int rc = read_layout(&layout, text, &err);

	assert_null(layout);
	assert_refused(rc, &err, INTOTO_E_FORMAT, why);
}

/* The whole layout with the first "from" replaced: each refusal is a twin of what is accepted. */
static void refuse_with(const char *from, const char *to, const char *why)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	const char *at = strstr(whole, from);

	assert_non_null(at);
	assert_int_equal(it_buf_add(&text, whole, (size_t)(at - whole)), 0);
	assert_int_equal(it_buf_add_text(&text, to), 0);
	assert_int_equal(it_buf_add_text(&text, at + strlen(from)), 0);
	refuse(it_buf_text(&text), why);
}

static void reads_a_layout(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = read_or_fail(whole);
	int64_t expires = 0;

	(void)state;
	assert_true(intoto_layout_expires(layout, &expires));
	assert_int_equal(expires, 1896134399);
	assert_int_equal(intoto_layout_step_count(layout), 1);
	assert_string_equal(intoto_layout_step_name(layout, 0), "build");
	assert_null(intoto_layout_step_name(layout, 1));
	assert_int_equal(intoto_layout_inspection_count(layout), 1);
	assert_string_equal(intoto_layout_inspection_name(layout, 0), "unpack");
	assert_null(intoto_layout_inspection_name(layout, 1));
	assert_int_equal(layout->steps[0].threshold, 1);
	assert_string_equal(layout->steps[0].item.command.items[0], "make");
	assert_int_equal(layout->steps[0].item.rules[INTOTO_PRODUCTS].count, 1);
	assert_string_equal(layout->inspections[0].command.items[1], "-x");
	assert_non_null(layout->keys[0].key);
	assert_ptr_equal(it_layout_find(layout, "unpack"), &layout->inspections[0]);
	assert_int_equal(it_layout_find(layout, "unpack")->index, 1);
	assert_null(it_layout_find(layout, "unpac"));
	assert_null(it_layout_find(layout, "unpack2"));
}

static void reads_what_may_be_left_out(void **state)
{
	IT_AUTO(intoto_layout_freep)
	struct intoto_layout *layout =
		read_or_fail("{\"_type\":\"layout\",\"inspect\":[{\"name\":\"i\"}],\"keys\":{},"
			     "\"steps\":[{\"name\":\"s\",\"threshold\":-1,"
			     "\"expected_command\":null}]}");
	int64_t expires = 0;

	(void)state;
	assert_false(intoto_layout_expires(layout, &expires));
	assert_int_equal(layout->steps[0].threshold, -1);
	assert_int_equal(layout->steps[0].pubkeys.count, 0);
	assert_int_equal(layout->inspections[0].command.count, 0);
}

static void reads_what_go_adds_for_certificates(void **state)
{
	IT_AUTO(intoto_layout_freep)
	struct intoto_layout *layout =
		read_or_fail("{\"_type\":\"layout\",\"inspect\":[],\"keys\":{},\"rootcas\":{},"
			     "\"intermediatecas\":{},\"steps\":[{\"name\":\"s\",\"threshold\":1,"
			     "\"cert_constraints\":[{}]}]}");

	(void)state;
	assert_int_equal(layout->steps[0].constraints.count, 1);
	assert_int_equal(layout->rootcas.count, 0);
}

static void keeps_keys_that_nothing_here_implements(void **state)
{
	IT_AUTO(intoto_layout_freep)
	struct intoto_layout *layout = read_or_fail(
		LAYOUT_OF("\"ab\":{\"keytype\":\"sphincs\",\"scheme\":\"sphincs-shake-128s\","
			  "\"keyval\":{\"public\":\"00\"}},"
			  "\"cd\":{\"method\":\"pgp+ecdsa\",\"type\":\"ecdsa\",\"keyval\":{}}",
			  "", ""));

	(void)state;
	assert_int_equal(layout->key_count, 2);
	assert_null(layout->keys[0].key);
	assert_non_null(strstr(layout->keys[0].why_not, "sphincs"));
	assert_null(layout->keys[1].key);
	assert_non_null(strstr(layout->keys[1].why_not, "pgp+ecdsa"));
}

static void refuses_what_is_missing(void **state)
{
	(void)state;
	refuse("{}", "layout: member \"_type\" is missing");
	refuse_with("\"inspect\"", "\"x\"", "layout: member \"inspect\" is missing");
	refuse_with("\"keys\"", "\"x\"", "layout: member \"keys\" is missing");
	refuse_with("\"steps\"", "\"x\"", "layout: member \"steps\" is missing");
	refuse_with("\"name\":\"build\",", "", "layout.steps[0]: member \"name\" is missing");
	refuse_with("\"threshold\":1,", "", "layout.steps[0]: member \"threshold\" is missing");
	refuse_with("\"name\":\"unpack\",", "", "layout.inspect[0]: member \"name\" is missing");
}

static void refuses_members_that_it_does_not_know(void **state)
{
	(void)state;
	refuse_with("\"readme\":\"\"", "\"readme\":\"\",\"more\":1",
		    "layout: unknown member \"more\"");
	refuse_with("\"threshold\":1", "\"threshold\":1,\"more\":1",
		    "layout.steps[0]: unknown member \"more\"");
	refuse_with(
		"\"run\":", "\"more\":1,\"run\":", "layout.inspect[0]: unknown member \"more\"");
}

static void refuses_wrong_types_and_names_the_place(void **state)
{
	(void)state;
	refuse("{\"_type\":\"link\"}", "layout._type: want the text \"layout\"");
	refuse_with("\"readme\":\"\"", "\"readme\":1", "layout.readme: want a text");
	refuse_with("\"2030-01-31T23:59:59Z\"", "5", "layout.expires: want a text");
	refuse_with("\"steps\":[", "\"steps\":[7,", "layout.steps[0]: want an object");
	refuse_with("\"threshold\":1", "\"threshold\":\"1\"",
		    "layout.steps[0].threshold: want a whole number, found a text");
	refuse_with("\"threshold\":1", "\"threshold\":true",
		    "layout.steps[0].threshold: want a whole number");
	refuse_with("[\"make\"]", "\"make\"", "layout.steps[0].expected_command: want a list");
	refuse_with("[\"make\"]", "[1]", "layout.steps[0].expected_command[0]: want a text");
	refuse_with("\"_type\":\"step\"", "\"_type\":\"inspection\"",
		    "layout.steps[0]._type: want the text \"step\"");
	refuse_with("\"_type\":\"inspection\"", "\"_type\":\"step\"",
		    "layout.inspect[0]._type: want the text \"inspection\"");
	refuse_with("[[\"ALLOW\",\"*\"]]", "[\"ALLOW *\"]",
		    "layout.steps[0].expected_materials[0]: want a list, found a text");
	refuse_with("[\"ALLOW\",\"*\"]", "[\"ALLOW\",5]",
		    "layout.steps[0].expected_materials[0][1]: want a text");
	refuse_with("[[\"ALLOW\",\"*\"]]", "{}",
		    "layout.steps[0].expected_materials: want a list, found an object");
	refuse_with("{\"" ID_A "\":" KEY_A "}", "[]", "layout.keys: want an object, found a list");
}

static void refuses_dates_that_do_not_exist(void **state)
{
	static const char *const dates[] = { "2030-02-30T00:00:00Z", "2030-01-31 23:59:59Z",
					     "2030-01-31T23:59:59+00:00", "2030-01-31", "" };

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
		refuse_with("2030-01-31T23:59:59Z", dates[i],
			    "layout.expires: want a date as 2026-01-31T23:59:59Z");
}

static void refuses_rules_that_do_not_parse(void **state)
{
	(void)state;
	refuse_with("[\"ALLOW\",\"*\"]", "[]",
		    "layout.steps[0].expected_materials[0]: an empty rule");
	refuse_with("[\"ALLOW\",\"*\"]", "[\"PERMIT\",\"*\"]",
		    "layout.steps[0].expected_materials[0]: want one of ALLOW");
	refuse_with("[\"ALLOW\",\"*\"]", "[\"ALLOW\",\"*\"],[\"ALLOW\"]",
		    "layout.steps[0].expected_materials[1]: want ALLOW <pattern>");
	refuse_with("\"PRODUCTS\"", "\"PRODUCT\"",
		    "layout.steps[0].expected_products[0]: want MATCH <pattern>");
	refuse_with("[\"DISALLOW\",\"*\"]", "[\"DISALLOW\",\"a\\u0000b\"]",
		    "layout.inspect[0].expected_products[0][1]: a NUL character inside a text");
}

static void refuses_names_that_come_twice(void **state)
{
	(void)state;
	refuse_with("\"name\":\"unpack\"", "\"name\":\"build\"",
		    "layout: two steps or inspections are called 'build'");
	refuse_with(STEP, STEP "," STEP, "layout: two steps or inspections are called 'build'");
}

static void refuses_names_that_are_no_file_names(void **state)
{
	static const char *const names[] = { "",       "a/b",	   "../x",  ".hidden",
					     "a\\\\b", "a\\u0007", "a\\nb", ".." };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char to[64];

		(void)snprintf(to, sizeof to, "\"name\":\"%s\"", names[i]);
		refuse_with("\"name\":\"build\"", to, "layout.steps[0].name: '");
		refuse_with("\"name\":\"unpack\"", to, "layout.inspect[0].name: '");
	}
	refuse_with("\"name\":\"build\"", "\"name\":\"a\\u0000b\"",
		    "layout.steps[0].name: a NUL character inside a name");
}

static void refuses_ids_that_are_no_hex_digits(void **state)
{
	(void)state;
	refuse_with("\"pubkeys\":[\"" ID_A "\"]", "\"pubkeys\":[\"../../etc\"]",
		    "layout.steps[0].pubkeys[0]: want hex digits, found '../../etc'");
	refuse_with("\"pubkeys\":[\"" ID_A "\"]", "\"pubkeys\":[\"\"]",
		    "layout.steps[0].pubkeys[0]: want hex digits");
	refuse_with("\"" ID_A "\":{", "\"alice\":{", "layout.keys: want hex digits, found 'alice'");
}

static void refuses_a_key_under_a_wrong_name(void **state)
{
	(void)state;
	refuse_with("\"" ID_A "\":{", "\"" ID_B "\":{", "keyid: is not the name that the key has");
}

static void refuses_a_broken_key(void **state)
{
	(void)state;
	refuse_with("\"public\":\"d75a", "\"public\":\"zzzz", "layout.keys.be6371bc");
	refuse_with("\"scheme\":\"ed25519\"", "\"scheme\":5",
		    "scheme: want a text, found a number");
}

static void refuses_another_payload_type(void **state)
{
	static const char dsse[] = "{\"payload\":\"e30=\",\"payloadType\":\"text/json\","
				   "\"signatures\":[]}";
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct intoto_layout *layout = NULL;
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(intoto_envelope_parse(&envelope, dsse, sizeof dsse - 1, NULL), INTOTO_OK);
	rc = intoto_layout_from_envelope(&layout, envelope, &err);
	assert_refused(rc, &err, INTOTO_E_FORMAT, "payloadType: want");
}

/* --- writing --- */

static void writes_what_it_reads(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = read_or_fail(whole);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *dsse = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *metablock = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *given = NULL;

	(void)state;
	assert_int_equal(it_layout_to_envelope(&dsse, layout, INTOTO_DSSE, NULL), INTOTO_OK);
	assert_int_equal(it_layout_to_envelope(&metablock, layout, INTOTO_METABLOCK, NULL),
			 INTOTO_OK);
	assert_int_equal(intoto_envelope_new(&given, INTOTO_DSSE, whole, sizeof whole - 1, NULL),
			 INTOTO_OK);
	assert_true(it_json_equal(it_envelope_body(dsse), it_envelope_body(given)));
	assert_true(it_json_equal(it_envelope_body(metablock), it_envelope_body(given)));
}

static void builds_a_layout_that_reads(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(intoto_layout_freep) struct intoto_layout *again = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct it_layout_step *step = NULL;
	struct it_item *inspection = NULL;
	const char *id = NULL;
	const char *same = NULL;

	(void)state;
	assert_int_equal(intoto_key_generate(&key, "ed25519", NULL), INTOTO_OK);
	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_key(layout, key, INTOTO_KEYID_LEGACY, &id, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_key(layout, key, INTOTO_KEYID_CURRENT, &same, NULL),
			 INTOTO_OK);
	assert_string_equal(id, same);
	assert_string_equal(id, intoto_key_id(key, INTOTO_KEYID_LEGACY));
	assert_false(intoto_key_is_private(layout->keys[0].key));
	assert_int_equal(it_layout_add_step(layout, "one", &step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&step->pubkeys, id, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_inspection(layout, "two", &inspection, NULL), INTOTO_OK);
	assert_int_equal(it_layout_to_envelope(&envelope, layout, INTOTO_DSSE, NULL), INTOTO_OK);
	assert_int_equal(intoto_layout_from_envelope(&again, envelope, NULL), INTOTO_OK);
	assert_string_equal(intoto_layout_step_name(again, 0), "one");
	assert_ptr_equal(it_layout_key(again, intoto_key_id(key, INTOTO_KEYID_CURRENT)),
			 &again->keys[0]);
	assert_null(it_layout_key(again, ID_B));
}

static void refuses_to_build_what_it_would_not_read(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	struct it_layout_step *step = NULL;
	struct it_item *inspection = NULL;
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(layout, "one", &step, NULL), INTOTO_OK);
	rc = it_layout_add_step(layout, "a/b", &step, &err);
	assert_refused(rc, &err, INTOTO_E_FORMAT, "cannot be part of a file name");
	rc = it_layout_add_inspection(layout, "one", &inspection, &err);
	assert_refused(rc, &err, INTOTO_E_FORMAT, "has a step or inspection 'one' already");
}

/* --- parameters --- */

static int substitute(struct intoto_layout *layout, const struct intoto_parameter *items,
		      size_t count, bool *used, struct intoto_error **err)
{
	struct it_parameters parameters = { items, count, used };

	return it_parameters_apply(&parameters, layout, err);
}

#define PARAMETRIC                                                                                 \
	LAYOUT_OF("",                                                                              \
		  "{\"name\":\"{a}\",\"threshold\":1,\"expected_command\":[\"x{a}y\",\"{{a}}\"],"  \
		  "\"expected_materials\":[[\"MATCH\",\"{a}/{b}\",\"IN\",\"{b}\",\"WITH\","        \
		  "\"PRODUCTS\",\"IN\",\"{a}{a}\",\"FROM\",\"{b}\"]]}",                            \
		  "{\"name\":\"i\",\"run\":[\"{b}\"]}")

static void puts_parameters_everywhere_but_into_names(void **state)
{
	static const struct intoto_parameter items[] = { { "a", "1 *" }, { "b", "{a}" } };
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = read_or_fail(PARAMETRIC);
	const struct it_rule *rule = &layout->steps[0].item.rules[INTOTO_MATERIALS].items[0];
	bool used[2] = { false, false };

	(void)state;
	assert_int_equal(substitute(layout, items, 2, used, NULL), INTOTO_OK);
	assert_string_equal(layout->steps[0].item.name, "{a}");
	assert_string_equal(layout->steps[0].item.command.items[0], "x1 *y");
	assert_string_equal(layout->steps[0].item.command.items[1], "{a}");
	/* simultaneous: a value is not looked at again */
	assert_string_equal(rule->pattern, "1 */{a}");
	assert_string_equal(rule->source, "{a}");
	assert_string_equal(rule->destination, "1 *1 *");
	assert_string_equal(rule->from, "{a}");
	assert_string_equal(layout->inspections[0].command.items[0], "{a}");
	assert_true(used[0] && used[1]);
}

static void leaves_braces_alone_without_parameters(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = read_or_fail(PARAMETRIC);

	(void)state;
	assert_int_equal(substitute(layout, NULL, 0, NULL, NULL), INTOTO_OK);
	assert_string_equal(layout->steps[0].item.command.items[1], "{{a}}");
}

static void refuses_a_placeholder_without_a_value(void **state)
{
	static const struct intoto_parameter items[] = { { "a", "1" } };
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = read_or_fail(PARAMETRIC);
	struct intoto_error *err = NULL;
	bool used[1] = { false };
	int rc = substitute(layout, items, 1, used, &err);

	(void)state;
	assert_refused(rc, &err, INTOTO_E_POLICY,
		       "layout.steps[0].expected_materials[0]: '{a}/{b}' has a brace");
}

static void refuses_malformed_braces(void **state)
{
	static const char *const words[] = { "{",     "}",	"a{", "{a",   "a}",  "{a!r}",
					     "{a.b}", "{a[0]}", "{}", "{ a}", "{{a}" };
	static const struct intoto_parameter items[] = { { "a", "1" } };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
		struct intoto_error *err = NULL;
		bool used[1] = { false };
		char text[512];
		int rc;

		(void)snprintf(text, sizeof text,
			       LAYOUT_OF("", "", "{\"name\":\"i\",\"run\":[\"ok\",\"%s\"]}"),
			       words[i]);
		layout = read_or_fail(text);
		rc = substitute(layout, items, 1, used, &err);
		assert_refused(rc, &err, INTOTO_E_POLICY, "layout.inspect[0].run[1]: '");
	}
}

static void refuses_parameters_that_make_no_sense(void **state)
{
	static const struct {
		struct intoto_parameter items[2];
		const char *why;
	} rows[] = {
		{ { { "", "1" }, { "b", "" } }, "want a name of letters" },
		{ { { "a b", "1" }, { "b", "" } }, "want a name of letters" },
		{ { { "\xc3\xa9", "1" }, { "b", "" } }, "want a name of letters" },
		{ { { "a", "1\n" }, { "b", "" } }, "without control characters" },
		{ { { "a", "\x7f" }, { "b", "" } }, "without control characters" },
		{ { { "a", "\xff" }, { "b", "" } }, "in UTF-8" },
		{ { { "a", "1" }, { "a", "2" } }, "'a' is given twice" },
	};
	static const struct intoto_parameter good[] = { { "a-Z_0", "" }, { "b", "* \xc3\xa9" } };

	(void)state;
	assert_int_equal(it_parameters_check(good, 2, NULL), INTOTO_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct intoto_error *err = NULL;
		int rc = it_parameters_check(rows[i].items, 2, &err);

		assert_refused(rc, &err, INTOTO_E_USAGE, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_layout),
		cmocka_unit_test(reads_what_may_be_left_out),
		cmocka_unit_test(reads_what_go_adds_for_certificates),
		cmocka_unit_test(keeps_keys_that_nothing_here_implements),
		cmocka_unit_test(refuses_what_is_missing),
		cmocka_unit_test(refuses_members_that_it_does_not_know),
		cmocka_unit_test(refuses_wrong_types_and_names_the_place),
		cmocka_unit_test(refuses_dates_that_do_not_exist),
		cmocka_unit_test(refuses_rules_that_do_not_parse),
		cmocka_unit_test(refuses_names_that_come_twice),
		cmocka_unit_test(refuses_names_that_are_no_file_names),
		cmocka_unit_test(refuses_ids_that_are_no_hex_digits),
		cmocka_unit_test(refuses_a_key_under_a_wrong_name),
		cmocka_unit_test(refuses_a_broken_key),
		cmocka_unit_test(refuses_another_payload_type),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(builds_a_layout_that_reads),
		cmocka_unit_test(refuses_to_build_what_it_would_not_read),
		cmocka_unit_test(puts_parameters_everywhere_but_into_names),
		cmocka_unit_test(leaves_braces_alone_without_parameters),
		cmocka_unit_test(refuses_a_placeholder_without_a_value),
		cmocka_unit_test(refuses_malformed_braces),
		cmocka_unit_test(refuses_parameters_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
