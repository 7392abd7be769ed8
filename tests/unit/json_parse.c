/* SPDX-License-Identifier: Apache-2.0 */
/* Which documents are read, and what is said about the others. */
#include "json_expect.h"

#include <stdio.h>

#include "json/content.h"

static const struct it_json_limits reals = {
	.bytes = 100, .depth = 3, .reals = true, .values = 10
};

static void refuse_bytes(struct it_span text, const struct it_json_limits *limits,
			 enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct it_json *root = NULL;
	int rc = it_json_parse(&root, text, limits, &err);

	assert_null(root);
	expect_refusal(rc, err, code, sentence);
}

static void refuse(const char *text, const char *sentence)
{
	refuse_bytes(it_span_text(text), &it_json_signed_limits, INTOTO_E_FORMAT, sentence);
}

static void reads_every_kind_of_value(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root =
		parse_or_fail(" {\"t\": \"x\", \"i\": -7, \"b\": true, \"n\": null, \"l\": [1], "
			      "\"o\": {}}\n");
	int64_t number = 0;
	bool yes = false;

	(void)state;
	assert_int_equal(it_json_kind(root), IT_JSON_OBJECT);
	assert_int_equal(it_json_count(root), 6);
	assert_true(it_span_is(it_json_text(it_json_get(root, "t")), "x"));
	assert_true(it_json_int(it_json_get(root, "i"), &number));
	assert_int_equal(number, -7);
	assert_true(it_json_bool(it_json_get(root, "b"), &yes));
	assert_true(yes);
	assert_int_equal(it_json_kind(it_json_get(root, "n")), IT_JSON_NULL);
	assert_true(it_json_int(it_json_at(it_json_get(root, "l"), 0), &number));
	assert_int_equal(number, 1);
	assert_int_equal(it_json_kind(it_json_get(root, "o")), IT_JSON_OBJECT);
}

static void finds_nothing_where_nothing_is(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *list = parse_or_fail("[\"a\"]");
	int64_t number = 5;
	bool yes = true;

	(void)state;
	assert_null(it_json_get(NULL, "a"));
	assert_null(it_json_get(list, "a"));
	assert_null(it_json_at(list, 1));
	assert_null(it_json_at(NULL, 0));
	assert_null(it_json_text(list).data);
	assert_int_equal(it_json_count(NULL), 0);
	assert_int_equal(it_json_count(it_json_at(list, 0)), 0);
	assert_false(it_json_int(list, &number));
	assert_false(it_json_int(NULL, &number));
	assert_int_equal(number, 5);
	assert_false(it_json_bool(NULL, &yes));
	assert_true(yes);
	assert_int_equal(it_json_kind(NULL), IT_JSON_NULL);
}

static void names_kinds_as_people_do(void **state)
{
	static const char *const names[] = { "null",   "a boolean", "a number",
					     "a text", "a list",    "an object" };
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail("[null, false, 0, \"\", [], {}]");

	(void)state;
	for (size_t i = 0; i < it_json_count(root); i++)
		assert_string_equal(it_json_kind_name(it_json_at(root, i)), names[i]);
	assert_string_equal(it_json_kind_name(NULL), "nothing");
}

static void reads_the_ends_of_64_bits(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail("[9223372036854775807, -9223372036854775808, -0]");
	int64_t number = 1;

	(void)state;
	assert_true(it_json_int(it_json_at(root, 0), &number));
	assert_true(number == INT64_MAX);
	assert_true(it_json_int(it_json_at(root, 1), &number));
	assert_true(number == INT64_MIN);
	assert_true(it_json_int(it_json_at(root, 2), &number));
	assert_int_equal(number, 0);
}

static void refuses_integers_beyond_64_bits(void **state)
{
	(void)state;
	refuse("{\"a\": 9223372036854775808}",
	       "a: line 1, column 7: a number that does not fit into 64 bits");
	refuse("[-9223372036854775809]",
	       "[0]: line 1, column 2: a number that does not fit into 64 bits");
}

static void refuses_reals_unless_asked(void **state)
{
	struct intoto_error *err = NULL;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	(void)state;
	refuse("{\"steps\": [{\"threshold\": 1.0}]}",
	       "steps[0].threshold: line 1, column 26: want a whole number, found a real number");
	refuse("[1e3]", "[0]: line 1, column 2: want a whole number, found a real number");
	refuse("[1E3]", "[0]: line 1, column 2: want a whole number, found a real number");
	refuse("-0.0", "line 1, column 1: want a whole number, found a real number");
	assert_int_equal(it_json_parse(&root, it_span_text("[1.5, 1e3]"), &reals, &err), 0);
	assert_string_equal(it_json_kind_name(it_json_at(root, 0)), "a real number");
	refuse_bytes(it_span_text("[1e999]"), &reals, INTOTO_E_FORMAT,
		     "[0]: line 1, column 2: a number that does not fit into 64 bits");
}

static void takes_what_looks_like_a_real_inside_texts(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root =
		parse_or_fail("{\"1.5\": \"\\\"2.5, 3e4\\\\\", \"true\": true, \"f\": false}");

	(void)state;
	assert_true(it_span_is(it_json_text(it_json_get(root, "1.5")), "\"2.5, 3e4\\"));
}

static void refuses_duplicate_members_at_any_depth(void **state)
{
	(void)state;
	refuse("{\"a\": 1, \"a\": 1}", "line 1, column 10: duplicate member \"a\"");
	refuse("{\"steps\": [{}, {},\n  {\"name\": 1,\n    \"name\": 2}]}",
	       "steps[2]: line 3, column 5: duplicate member \"name\"");
	refuse("{\"k\": {\"a b\": {\"x\": [0, {\"y\": 1, \"\\u0079\": 1}]}}}",
	       "k[\"a b\"].x[1]: line 1, column 34: duplicate member \"y\"");
}

static void refuses_anything_behind_the_document(void **state)
{
	(void)state;
	refuse("{} x", "line 1, column 4: something behind the end of the document");
	refuse("[1]\n[2]", "line 2, column 1: something behind the end of the document");
	refuse_bytes(it_span("[1]\0", 4), &it_json_signed_limits, INTOTO_E_FORMAT,
		     "line 1, column 4: something behind the end of the document");
}

static void refuses_a_document_that_ends_early(void **state)
{
	(void)state;
	refuse("", "line 1, column 1: the text ends too early");
	refuse(" \n ", "line 2, column 2: the text ends too early");
	refuse("{\"a\": [1, 2", "a[1]: line 1, column 12: the text ends too early");
	refuse("{\"a\": \"b", "a: line 1, column 9: the text ends too early");
	refuse("{\"a\"", "line 1, column 5: the text ends too early");
}

static void refuses_what_is_not_json(void **state)
{
	(void)state;
	refuse("{\"a\": tru}", "a: line 1, column 7: invalid token at \"tru\"");
	refuse("[1 2]", "[0]: line 1, column 4: ']' expected at \"2\"");
	refuse("[1,]", "[1]: line 1, column 4: unexpected token at \"]\"");
	refuse("{\"a\" 1}", "line 1, column 6: ':' expected at \"1\"");
	refuse("{'a': 1}", "line 1, column 2: string or '}' expected at \"'\"");
	refuse("[01]", "[0]: line 1, column 2: invalid token at \"01\"");
	refuse("[NaN]", "[0]: line 1, column 2: invalid token at \"NaN\"");
	refuse("\xef\xbb\xbf{}", "line 1, column 1: invalid token at \"\\u{feff}\"");
	refuse("[\"\\ud800\"]",
	       "[0]: line 1, column 2: invalid Unicode '\\uD800' at \"\"\\ud800\"\"");
	refuse("[\"a\x1b[2J\"]",
	       "[0]: line 1, column 2: control character 0x1b at \"\"a\\u{1b}[2J\"\"");
}

static void refuses_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	refuse("{\"a\": [\"xyz\xff\"]}", "a[0]: line 1, column 12: bytes that are not UTF-8");
	refuse("[\"\xc0\xaf\"]", "[0]: line 1, column 3: bytes that are not UTF-8");
	refuse("[\"\xed\xa0\x80\"]", "[0]: line 1, column 3: bytes that are not UTF-8");
}

static void counts_columns_in_characters(void **state)
{
	(void)state;
	refuse("[\"\xc3\xa4\xe2\x82\xac\", x]", "[1]: line 1, column 8: invalid token at \"x\"");
}

static void quotes_what_a_terminal_would_obey(void **state)
{
	(void)state;
	refuse("{\"\\u001b]0;x\": {\"b\": 1, \"b\": 2}}",
	       "[\"\\u{1b}]0;x\"]: line 1, column 25: duplicate member \"b\"");
	refuse("{\"\\u202e\": 1, \"\\u202e\": 2}",
	       "line 1, column 15: duplicate member \"\\u{202e}\"");
}

static void cuts_long_names_in_messages(void **state)
{
	char text[2048];
	char sentence[1024];
	char name[300];

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	(void)snprintf(text, sizeof text, "{\"%s\": 1, \"%s\": 2}", name, name);
	(void)snprintf(sentence, sizeof sentence,
		       "line 1, column 308: duplicate member \"%.200s...\"", name);
	refuse(text, sentence);
}

static void keeps_a_nul_in_a_text_but_not_in_a_name(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail("[\"a\\u0000b\"]");

	(void)state;
	assert_true(it_span_eq(it_json_text(it_json_at(root, 0)), it_span("a\0b", 3)));
	refuse("{\"a\\u0000b\": 1}", "line 1, column 2: a NUL character in a member name");
	refuse_bytes(it_span("[\"a\0b\"]", 7), &it_json_signed_limits, INTOTO_E_FORMAT,
		     "[0]: line 1, column 2: control character 0x0 at \"\"a\\u{0}b\"\"");
}

static void keeps_to_the_depth_that_was_asked_for(void **state)
{
	struct intoto_error *err = NULL;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	(void)state;
	assert_int_equal(it_json_parse(&root, it_span_text("[[[]]]"), &reals, &err), 0);
	refuse_bytes(it_span_text("[[[[]]]]"), &reals, INTOTO_E_LIMIT,
		     "[0][0][0]: line 1, column 4: nested deeper than 3");
	refuse_bytes(it_span_text("{\"a\": [1, {\"b\": {\"c\": 1}}]}"), &reals, INTOTO_E_LIMIT,
		     "a[1].b: line 1, column 17: nested deeper than 3");
}

static void stops_at_32_levels_in_signed_documents(void **state)
{
	char text[2 * 33 + 1] = { 0 };

	(void)state;
	memset(text, '[', 32);
	memset(text + 32, ']', 32);
	it_json_free(parse_or_fail(text));
	memset(text, '[', 33);
	memset(text + 33, ']', 33);
	refuse_bytes(it_span(text, 66), &it_json_signed_limits, INTOTO_E_LIMIT,
		     "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]"
		     "[0][0][0][0][0][0][0][0]: line 1, column 33: nested deeper than 32");
}

static void keeps_to_the_bytes_and_values_that_were_asked_for(void **state)
{
	struct intoto_error *err = NULL;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	char text[102] = "[";

	(void)state;
	memset(text + 1, ' ', sizeof text - 2);
	text[99] = ']';
	assert_int_equal(it_json_parse(&root, it_span(text, 100), &reals, &err), 0);
	refuse_bytes(it_span(text, 101), &reals, INTOTO_E_LIMIT, "more than 100 bytes");
	it_json_free(root);
	assert_int_equal(it_json_parse(&root, it_span_text("[0,1,2,3,4,5,6,7,8,9]"), &reals, &err),
			 0);
	refuse_bytes(it_span_text("[0,1,2,3,4,5,6,7,8,9,10]"), &reals, INTOTO_E_LIMIT,
		     "[9]: line 1, column 21: more than 10 values");
}

static void lists_members_sorted_by_bytes(void **state)
{
	static const char *const names[] = {
		"", "A", "a", "aa", "b", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"
	};
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail(
		"{\"\xf0\x9f\x98\x80\": 7, \"b\": 4, \"a\": 2, \"\xc3\xa9\": 5, \"aa\": 3, "
		"\"A\": 1, \"\xe2\x82\xac\": 6, \"\": 0}");
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(it_json_members(&members, &count, root, NULL), 0);
	assert_int_equal(count, IT_COUNT_OF(names));
	for (size_t i = 0; i < count; i++) {
		int64_t number = -1;

		assert_true(it_span_is(members[i].name, names[i]));
		assert_true(it_json_int(members[i].value, &number));
		assert_int_equal(number, i);
	}
}

static void lists_no_members_of_what_has_none(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail("[{}, 1]");
	struct it_json_member *members = NULL;
	size_t count = 1;

	(void)state;
	assert_int_equal(it_json_members(&members, &count, it_json_at(root, 0), NULL), 0);
	assert_int_equal(count, 0);
	assert_null(members);
	assert_int_equal(it_json_members(&members, &count, it_json_at(root, 1), NULL), 0);
	assert_int_equal(count, 0);
}

static void compares_values_whatever_their_order(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *a = parse_or_fail("{\"x\": [1, null], \"y\": 2}");
	IT_AUTO(it_json_freep) struct it_json *b = parse_or_fail("{\"y\": 2, \"x\": [1, null]}");
	IT_AUTO(it_json_freep) struct it_json *c = parse_or_fail("{\"y\": 2, \"x\": [null, 1]}");

	(void)state;
	assert_true(it_json_equal(a, b));
	assert_false(it_json_equal(a, c));
	assert_false(it_json_equal(a, NULL));
	assert_false(it_json_equal(NULL, a));
	assert_true(it_json_equal(NULL, NULL));
	assert_true(it_json_equal(NULL, it_json_at(it_json_get(a, "x"), 1)));
}

static void keeps_a_part_alive_without_its_document(void **state)
{
	struct it_json *root = parse_or_fail("{\"a\": {\"b\": \"c\"}}");
	IT_AUTO(it_json_freep) struct it_json *part = it_json_ref(it_json_get(root, "a"));

	(void)state;
	it_json_free(root);
	assert_true(it_span_is(it_json_text(it_json_get(part, "b")), "c"));
}

static void builds_what_it_would_have_read(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *want = parse_or_fail("{\"a\": [\"\xc3\xa9\", -1, true], \"b\": {}}");
	IT_AUTO(it_json_freep) struct it_json *root = it_json_new_object();
	struct it_json *list = it_json_new_list();

	(void)state;
	assert_int_equal(
		it_json_append_take(list, it_json_new_text(it_span_text("\xc3\xa9")), NULL), 0);
	assert_int_equal(it_json_append_take(list, it_json_new_int(-1), NULL), 0);
	assert_int_equal(it_json_append_take(list, it_json_new_bool(true), NULL), 0);
	assert_int_equal(it_json_set_take(root, "a", list, NULL), 0);
	assert_int_equal(it_json_set_take(root, "b", it_json_new_object(), NULL), 0);
	assert_true(it_json_equal(root, want));
}

static void builds_nothing_out_of_bytes_that_are_not_utf8(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = it_json_new_object();
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_null(it_json_new_text(it_span_text("\xff")));
	rc = it_json_set_take(root, "a", it_json_new_text(it_span_text("\xff")), &err);
	expect_refusal(rc, err, INTOTO_E_NOMEM, "out of memory");
	err = NULL;
	rc = it_json_set_take(root, "\xff", it_json_new_int(1), &err);
	expect_refusal(rc, err, INTOTO_E_INTERNAL, "a member name that is not UTF-8");
	assert_int_equal(it_json_count(root), 0);
}

static void wipes_texts_before_it_frees(void **state)
{
	struct it_json *root = parse_or_fail("{\"a\": [\"secret\", {\"b\": \"more\"}]}");
	IT_AUTO(it_json_freep)
	struct it_json *text = it_json_ref(it_json_at(it_json_get(root, "a"), 0));

	(void)state;
	it_json_wipe(root);
	it_json_wipe(NULL);
	assert_true(it_span_eq(it_json_text(text), it_span("\0\0\0\0\0\0", 6)));
}

static size_t content_of_text(const char *text)
{
	struct it_scan scan = { it_span_text(text), 0 };
	size_t bytes = 0;

	for (;;) {
		struct it_token token = it_scan_next(&scan);

		if (token.kind == IT_TOKEN_END)
			return bytes;
		bytes += it_content_of_token(token);
	}
}

static void counts_the_same_bytes_in_a_text_and_in_its_tree(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
	} cases[] = {
		{ "[]", 0 },
		{ "[true, null, {\"\": \"\"}]", 0 },
		{ "[0, -0, 9, 10, -10, 9223372036854775807, -9223372036854775808]", 47 },
		{ "{\"name\": \"value\"}", 9 },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 8 },
		{ "\"\\\\u00e4\"", 6 },
		{ "\"\\u0000\\u007f\\u0080\\u07FF\\u0800\\uffff\"", 12 },
		{ "\"\\ud83d\\uDE00 \xf0\x9f\x98\x80\"", 9 },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail(cases[i].text);

		assert_int_equal(content_of_text(cases[i].text), cases[i].bytes);
		assert_int_equal(it_content_of(root), cases[i].bytes);
	}
}

/* As jansson reads it when there is no memory for more. */
static void counts_a_byte_that_was_left_out(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail("[\"link-unfinised\", 12]");

	(void)state;
	assert_int_equal(it_content_of(root) + 1, content_of_text("[\"link-unfinished\", 12]"));
	assert_int_equal(it_content_of(root) + 1, content_of_text("[\"link-unfinised\", 123]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_of_value),
		cmocka_unit_test(finds_nothing_where_nothing_is),
		cmocka_unit_test(names_kinds_as_people_do),
		cmocka_unit_test(reads_the_ends_of_64_bits),
		cmocka_unit_test(refuses_integers_beyond_64_bits),
		cmocka_unit_test(refuses_reals_unless_asked),
		cmocka_unit_test(takes_what_looks_like_a_real_inside_texts),
		cmocka_unit_test(refuses_duplicate_members_at_any_depth),
		cmocka_unit_test(refuses_anything_behind_the_document),
		cmocka_unit_test(refuses_a_document_that_ends_early),
		cmocka_unit_test(refuses_what_is_not_json),
		cmocka_unit_test(refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(counts_columns_in_characters),
		cmocka_unit_test(quotes_what_a_terminal_would_obey),
		cmocka_unit_test(cuts_long_names_in_messages),
		cmocka_unit_test(keeps_a_nul_in_a_text_but_not_in_a_name),
		cmocka_unit_test(keeps_to_the_depth_that_was_asked_for),
		cmocka_unit_test(stops_at_32_levels_in_signed_documents),
		cmocka_unit_test(keeps_to_the_bytes_and_values_that_were_asked_for),
		cmocka_unit_test(lists_members_sorted_by_bytes),
		cmocka_unit_test(lists_no_members_of_what_has_none),
		cmocka_unit_test(compares_values_whatever_their_order),
		cmocka_unit_test(keeps_a_part_alive_without_its_document),
		cmocka_unit_test(builds_what_it_would_have_read),
		cmocka_unit_test(builds_nothing_out_of_bytes_that_are_not_utf8),
		cmocka_unit_test(wipes_texts_before_it_frees),
		cmocka_unit_test(counts_the_same_bytes_in_a_text_and_in_its_tree),
		cmocka_unit_test(counts_a_byte_that_was_left_out),
	};

	return cmocka_run_group_tests_name("json_parse", tests, NULL, NULL);
}
