/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling values out of a document, and where that ends. */
#include "json_expect.h"

#include "base/text.h"
#include "json/pull.h"

/* Whether a list of texts is taken as a whole, and what its texts say, joined by bars. */
static bool read_texts(struct it_buf *said, struct it_span document,
		       const struct it_json_limits *limits)
{
	struct it_pull in;
	struct it_pull_text text;
	bool good;

	it_buf_reset(said);
	it_pull_init(&in, document, limits);
	it_pull_open(&in, '[');
	while (it_pull_next(&in, ']') && it_pull_text(&in, &text)) {
		(void)it_buf_add_span(said, text.said); /* compared below */
		(void)it_buf_add_byte(said, '|');
	}
	good = it_pull_end(&in);
	it_pull_done(&in);
	return good;
}

static void expect_texts(const char *document, const char *said)
{
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(1 << 20);

	assert_true(read_texts(&found, it_span_text(document), &it_json_signed_limits));
	assert_string_equal(it_buf_text(&found), said);
}

/* Neither this reader nor the document reader takes it. */
static void refuse(const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(1 << 20);
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_span document = it_span(text, strlen(text));

	if (read_texts(&found, document, &it_json_signed_limits))
		fail_msg("%s: was taken", text);
	assert_int_not_equal(it_json_parse(&root, document, &it_json_signed_limits, NULL), 0);
}

static void reads_texts(void **state)
{
	(void)state;
	expect_texts("[]", "");
	expect_texts(" [\t]\r\n", "");
	expect_texts("[\"\"]", "|");
	expect_texts("[\"a\", \"b\"\n,\"c\"]", "a|b|c|");
	expect_texts("[\"eight or more bytes, and some\"]", "eight or more bytes, and some|");
}

static void reads_every_escape(void **state)
{
	(void)state;
	expect_texts("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t|");
	expect_texts("[\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00x\"]",
		     "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80x|");
	expect_texts("[\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"]",
		     "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf"
		     "\xbf|");
}

static void takes_nothing_that_is_no_json(void **state)
{
	static const char *const wrong[] = {
		"",
		"[",
		"]",
		"[\"a\"",
		"[\"a\",]",
		"[,\"a\"]",
		"[\"a\" \"b\"]",
		"[\"a\"}",
		"[\"a\"]]",
		"[\"a\"] x",
		"[\"a]",
		"[\"a\\\"]",
		"[\"\\x\"]",
		"[\"\\u12\"]",
		"[\"\\u123g\"]",
		"[\"\\",
		"[\"\\u",
		"[\"\n\"]",
		"[\"\x01\"]",
		"[\"\xff\"]",
		"[\"\xc3\"]",
		"[\"\xc0\x80\"]",
		"[\"\xed\xa0\x80\"]",
		"[\"\xf4\x90\x80\x80\"]",
		"[\"\\ud800\"]",
		"[\"\\udc00\"]",
		"[\"\\ud800\\ud800\"]",
		"[\"\\ud800x\"]",
		"[\"\xc3\\u00a9\"]",
		"\xef\xbb\xbf[]",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++)
		refuse(wrong[i]);
}

static void does_not_take_a_nul_or_another_value(void **state)
{
	static const char *const others[] = { "[\"\\u0000\"]", "[1]", "[null]", "{}", "[[]]" };
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(1 << 20);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(others); i++)
		assert_false(read_texts(&found, it_span_text(others[i]), &it_json_signed_limits));
}

static void names_have_a_colon(void **state)
{
	static const struct {
		const char *document;
		bool good;
	} rows[] = { { "{\"a\": \"b\"}", true }, { "{\"a\" :\"b\" }", true },
		     { "{\"a\" \"b\"}", false }, { "{\"a\",\"b\"}", false },
		     { "{a: \"b\"}", false },	 { "{\"a\": \"b\",}", false },
		     { "{\"a\": }", false },	 { "{\"a\"", false } };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(rows); i++) {
		struct it_pull_text name;
		struct it_pull_text text;
		struct it_pull in;

		it_pull_init(&in, it_span_text(rows[i].document), &it_json_signed_limits);
		it_pull_open(&in, '{');
		while (it_pull_next(&in, '}'))
			if (it_pull_name(&in, &name) && it_pull_text(&in, &text))
				assert_true(it_span_is(text.said, "b"));
		assert_int_equal(it_pull_end(&in), rows[i].good);
		it_pull_done(&in);
	}
}

/* One value of each kind in a list of one. */
static void expect_tree(const char *value, bool good)
{
	IT_AUTO(it_buf_done) struct it_buf document = IT_BUF(1 << 20);
	IT_AUTO(it_json_freep) struct it_json *tree = NULL;
	struct it_pull in;

	(void)it_buf_printf(&document, "[ %s ]", value); /* the reader would tell */
	it_pull_init(&in, it_buf_span(&document), &it_json_signed_limits);
	it_pull_open(&in, '[');
	assert_true(it_pull_next(&in, ']'));
	assert_int_equal(it_pull_tree(&in, &tree), good);
	assert_int_equal(tree != NULL, good);
	if (good)
		assert_false(it_pull_next(&in, ']'));
	assert_int_equal(it_pull_end(&in), good);
	it_pull_done(&in);
}

static void reads_any_value_as_a_tree(void **state)
{
	(void)state;
	expect_tree("null", true);
	expect_tree("-1", true);
	expect_tree("\"]\\\"}\"", true);
	expect_tree("[[], {\"a\": [1, 2]}]", true);
	expect_tree("{}", true);
	expect_tree("1.5", false);
	expect_tree("tru", false);
	expect_tree("{]", false);
	expect_tree("[}", false);
	expect_tree(",", false);
	expect_tree("{\"a\": 1, \"a\": 1}", false);
}

static void stays_within_the_limits(void **state)
{
	struct it_json_limits limits = { .bytes = 100, .depth = 1, .values = 3 };
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(1 << 20);
	static const char three[] = "[\"a\",\"b\",\"c\"]";

	(void)state;
	assert_true(read_texts(&found, it_span_text(three), &limits));
	limits.bytes = sizeof three - 1;
	assert_true(read_texts(&found, it_span_text(three), &limits));
	limits.bytes--;
	assert_false(read_texts(&found, it_span_text(three), &limits));
	limits.bytes = 100;
	limits.values = 2;
	assert_false(read_texts(&found, it_span_text(three), &limits));
	limits.values = 3;
	limits.depth = 0;
	assert_false(read_texts(&found, it_span_text(three), &limits));
}

static void a_failure_sticks(void **state)
{
	struct it_pull_text text;
	struct it_json *tree = NULL;
	struct it_pull in;

	(void)state;
	it_pull_init(&in, it_span_text("[\"a\", \"b\"]"), &it_json_signed_limits);
	it_pull_open(&in, '[');
	it_pull_fail(&in, INTOTO_E_NOMEM);
	it_pull_fail(&in, INTOTO_E_FORMAT);
	assert_false(it_pull_next(&in, ']'));
	assert_false(it_pull_text(&in, &text));
	assert_int_equal(text.said.len, 0);
	assert_false(it_pull_name(&in, &text));
	assert_false(it_pull_tree(&in, &tree));
	assert_null(tree);
	assert_false(it_pull_end(&in));
	assert_int_equal(in.failed, INTOTO_E_NOMEM);
	it_pull_done(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_texts),
		cmocka_unit_test(reads_every_escape),
		cmocka_unit_test(takes_nothing_that_is_no_json),
		cmocka_unit_test(does_not_take_a_nul_or_another_value),
		cmocka_unit_test(names_have_a_colon),
		cmocka_unit_test(reads_any_value_as_a_tree),
		cmocka_unit_test(stays_within_the_limits),
		cmocka_unit_test(a_failure_sticks),
	};

	return cmocka_run_group_tests_name("json_pull", tests, NULL, NULL);
}
