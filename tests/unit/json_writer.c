/* SPDX-License-Identifier: Apache-2.0 */
/* The three styles of JSON text, and the canonical form that signatures cover. */
#include "json_expect.h"

#include "json/writer.h"

static const struct it_json_limits with_reals = {
	.bytes = 4096, .depth = 32, .reals = true, .values = 100
};

static void expect_canonical(const char *text, const char *want)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail(text);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	assert_int_equal(it_json_canonical(&out, root, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), want);
}

static void sorts_members_and_leaves_out_white_space(void **state)
{
	(void)state;
	expect_canonical("{ \"b\" : [ 1 , true , null , false ] ,\n \"a\" : { } }",
			 "{\"a\":{},\"b\":[1,true,null,false]}");
	expect_canonical("{\"aa\": 1, \"B\": 2, \"a\": {\"z\": 0, \"y\": []}}",
			 "{\"B\":2,\"a\":{\"y\":[],\"z\":0},\"aa\":1}");
}

static void sorts_members_by_utf8_bytes_and_not_by_utf16(void **state)
{
	/* U+FF5E is behind U+1F600 in UTF-16, in front of it in UTF-8. */
	(void)state;
	expect_canonical("{\"\xf0\x9f\x98\x80\": 1, \"\xef\xbd\x9e\": 2}",
			 "{\"\xef\xbd\x9e\":2,\"\xf0\x9f\x98\x80\":1}");
}

static void leaves_control_characters_raw_in_the_canonical_form(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail("\"\\u0000\\u001f\"");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	expect_canonical("\"a\\nb\\tc\\r\\b\\f\\u001b\\u007f\"", "\"a\nb\tc\r\b\f\x1b\x7f\"");
	assert_int_equal(it_json_canonical(&out, root, NULL), INTOTO_OK);
	assert_true(it_span_eq(it_buf_span(&out), it_span("\"\0\x1f\"", 4)));
}

static void escapes_only_quotes_and_backslashes_in_the_canonical_form(void **state)
{
	(void)state;
	expect_canonical("\"\\\"\\\\\\/\"", "\"\\\"\\\\/\"");
	expect_canonical("{\"q\\\"\": \"\\\\n\"}", "{\"q\\\"\":\"\\\\n\"}");
}

static void leaves_other_scripts_raw_in_the_canonical_form(void **state)
{
	(void)state;
	expect_canonical("\"\\u00e9\\u20ac\\ud83d\\ude00\\u2028\"",
			 "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x80\xa8\"");
}

static void writes_numbers_in_decimal(void **state)
{
	(void)state;
	expect_canonical("[-0, 0, -1, 9223372036854775807, -9223372036854775808]",
			 "[0,0,-1,9223372036854775807,-9223372036854775808]");
}

static void gives_no_canonical_form_to_reals(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(it_json_parse(&root, it_span_text("{\"a\": [1.5]}"), &with_reals, &err),
			 0);
	rc = it_json_canonical(&out, root, &err);
	expect_refusal(rc, err, INTOTO_E_FORMAT, "a real number has no canonical form");
}

static void says_when_the_buffer_is_too_small(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail("[\"0123456789\"]");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(8);
	struct intoto_error *err = NULL;
	int rc = it_json_canonical(&out, root, &err);

	(void)state;
	expect_refusal(rc, err, INTOTO_E_LIMIT, "document: more than 8 bytes");
}

static void expect_style(const char *text, enum it_writer_style style, const char *want)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_json_freep) struct it_json *again = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	assert_int_equal(it_json_parse(&root, it_span_text(text), &with_reals, NULL), 0);
	it_writer_init(&writer, &out, style);
	it_write_value(&writer, root);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), want);
	assert_int_equal(it_json_parse(&again, it_buf_span(&out), &with_reals, NULL), 0);
	assert_true(it_json_equal(root, again));
}

static void writes_compact_json_that_reads_back(void **state)
{
	(void)state;
	expect_style("{\"b\": [1, {\"c\": null}], \"a\": \"x\"}", IT_WRITE_COMPACT,
		     "{\"a\":\"x\",\"b\":[1,{\"c\":null}]}");
	expect_style("\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\\u007f\\\"\\\\\\/\"", IT_WRITE_COMPACT,
		     "\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\x7f\\\"\\\\/\"");
	expect_style("\"\\u00e9\\ud83d\\ude00\"", IT_WRITE_COMPACT, "\"\xc3\xa9\xf0\x9f\x98\x80\"");
	expect_style("[1.5, 25e-2, -0.0]", IT_WRITE_COMPACT, "[1.5,0.25,-0.0]");
}

/* In front of it only plain characters, of every kind that could be mistaken for another. */
static void finds_what_to_escape_at_every_place(void **state)
{
	static const struct {
		char c;
		const char *compact, *canonical;
	} cases[] = {
		{ '"', "\\\"", "\\\"" },
		{ '\\', "\\\\", "\\\\" },
		{ '\n', "\\n", "\n" },
		{ '\x1f', "\\u001f", "\x1f" },
		{ '\x01', "\\u0001", "\x01" },
		{ ' ', " ", " " },
		{ '!', "!", "!" },
		{ '\x7f', "\x7f", "\x7f" },
	};
	static const char plain[] = "\xc3\xbf !#[]~\x7f\xc2\xa0/ab#!\xc3\xa2\xf0\x9f\x98\x80";

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases) * sizeof plain; i++) {
		size_t before = i % sizeof plain;
		size_t which = i / sizeof plain;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
		struct it_writer writer;

		if (((unsigned char)plain[before] & 0xc0) == 0x80)
			continue; /* inside a character */
		(void)it_buf_printf(&text, "%.*s%c%s", (int)before, plain, cases[which].c, plain);
		(void)it_buf_printf(&want, "\"%.*s%s%s\"\"%.*s%s%s\"", (int)before, plain,
				    cases[which].compact, plain, (int)before, plain,
				    cases[which].canonical, plain); /* all seen below */
		it_writer_init(&writer, &out, IT_WRITE_COMPACT);
		it_write_text_span(&writer, it_buf_span(&text));
		assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
		it_writer_init(&writer, &out, IT_WRITE_CANONICAL);
		it_write_text_span(&writer, it_buf_span(&text));
		assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
		assert_string_equal(it_buf_text(&out), it_buf_text(&want));
	}
}

static void finds_bytes_that_are_not_utf8_at_every_place(void **state)
{
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
		struct intoto_error *err = NULL;
		struct it_writer writer;
		int rc;

		memset(text, 'a', sizeof text);
		text[i] = '\xff';
		it_writer_init(&writer, &out, IT_WRITE_COMPACT);
		it_write_text_span(&writer, it_span(text, sizeof text));
		rc = it_writer_finish(&writer, &err);
		expect_refusal(rc, err, INTOTO_E_FORMAT, "a text is not UTF-8");
	}
}

static void writes_pretty_json_that_reads_back(void **state)
{
	(void)state;
	expect_style("{\"b\": [1, {\"c\": null}, [], {}], \"a\": \"x\"}", IT_WRITE_PRETTY,
		     "{\n"
		     "  \"a\": \"x\",\n"
		     "  \"b\": [\n"
		     "    1,\n"
		     "    {\n"
		     "      \"c\": null\n"
		     "    },\n"
		     "    [],\n"
		     "    {}\n"
		     "  ]\n"
		     "}");
}

static void expect_misuse(struct it_writer *writer)
{
	struct intoto_error *err = NULL;
	int rc = it_writer_finish(writer, &err);

	expect_refusal(rc, err, INTOTO_E_INTERNAL, "a document was written in the wrong order");
}

static void indents_deep_documents_too(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail("[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]");
	IT_AUTO(it_json_freep) struct it_json *again = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(65536);
	struct it_writer writer;
	const char *line;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	it_write_value(&writer, root);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	line = strchr(it_buf_text(&out), '1');
	assert_non_null(line);
	for (int i = 1; i <= 50; i++)
		assert_int_equal(line[-i], ' ');
	assert_int_equal(line[-51], '\n');
	again = parse_or_fail(it_buf_text(&out));
	assert_true(it_json_equal(root, again));
}

static void refuses_members_that_are_not_sorted(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "b");
	it_write_int(&writer, 1);
	it_write_name(&writer, "a");
	it_write_int(&writer, 1);
	it_write_object_end(&writer);
	expect_misuse(&writer);
}

static void refuses_the_same_member_twice(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "");
	it_write_int(&writer, 1);
	it_write_name(&writer, "");
	it_write_int(&writer, 1);
	it_write_object_end(&writer);
	expect_misuse(&writer);
}

static void remembers_the_order_of_the_outer_object(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "b");
	it_write_object(&writer);
	it_write_name(&writer, "a");
	it_write_null(&writer);
	it_write_object_end(&writer);
	it_write_name(&writer, "c");
	it_write_bool(&writer, false);
	it_write_object_end(&writer);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), "{\"b\":{\"a\":null},\"c\":false}");
}

static void refuses_calls_in_the_wrong_order(void **state)
{
	static void (*const wrong[])(struct it_writer *) = {
		it_write_null,	 it_write_list,	      it_write_list_end,
		it_write_object, it_write_object_end,
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
		struct it_writer writer;

		it_writer_init(&writer, &out, IT_WRITE_COMPACT);
		it_write_null(&writer);
		wrong[i](&writer);
		expect_misuse(&writer);
	}
}

static void refuses_a_value_without_a_name_and_a_name_without_a_value(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_int(&writer, 1);
	it_write_object_end(&writer);
	expect_misuse(&writer);
	it_buf_reset(&out);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "a");
	it_write_object_end(&writer);
	expect_misuse(&writer);
	it_buf_reset(&out);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_list(&writer);
	it_write_name(&writer, "a");
	it_write_list_end(&writer);
	expect_misuse(&writer);
}

static void refuses_a_document_that_is_not_finished(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	expect_misuse(&writer);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_list(&writer);
	expect_misuse(&writer);
}

static void refuses_text_that_is_not_utf8(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct intoto_error *err = NULL;
	struct it_writer writer;
	int rc;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_CANONICAL);
	it_write_text(&writer, "a\xff");
	rc = it_writer_finish(&writer, &err);
	expect_refusal(rc, err, INTOTO_E_FORMAT, "a text is not UTF-8");
}

static void refuses_to_nest_without_end(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	for (int i = 0; i < IT_WRITER_DEPTH - 1; i++)
		it_write_list(&writer);
	assert_false(writer.misused);
	it_write_list(&writer);
	for (int i = 0; i < IT_WRITER_DEPTH; i++)
		it_write_list_end(&writer);
	expect_misuse(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_members_and_leaves_out_white_space),
		cmocka_unit_test(sorts_members_by_utf8_bytes_and_not_by_utf16),
		cmocka_unit_test(leaves_control_characters_raw_in_the_canonical_form),
		cmocka_unit_test(escapes_only_quotes_and_backslashes_in_the_canonical_form),
		cmocka_unit_test(leaves_other_scripts_raw_in_the_canonical_form),
		cmocka_unit_test(writes_numbers_in_decimal),
		cmocka_unit_test(gives_no_canonical_form_to_reals),
		cmocka_unit_test(says_when_the_buffer_is_too_small),
		cmocka_unit_test(writes_compact_json_that_reads_back),
		cmocka_unit_test(finds_what_to_escape_at_every_place),
		cmocka_unit_test(finds_bytes_that_are_not_utf8_at_every_place),
		cmocka_unit_test(writes_pretty_json_that_reads_back),
		cmocka_unit_test(indents_deep_documents_too),
		cmocka_unit_test(refuses_members_that_are_not_sorted),
		cmocka_unit_test(refuses_the_same_member_twice),
		cmocka_unit_test(remembers_the_order_of_the_outer_object),
		cmocka_unit_test(refuses_calls_in_the_wrong_order),
		cmocka_unit_test(refuses_a_value_without_a_name_and_a_name_without_a_value),
		cmocka_unit_test(refuses_a_document_that_is_not_finished),
		cmocka_unit_test(refuses_text_that_is_not_utf8),
		cmocka_unit_test(refuses_to_nest_without_end),
	};

	return cmocka_run_group_tests_name("json_writer", tests, NULL, NULL);
}
