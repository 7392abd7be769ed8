/* SPDX-License-Identifier: Apache-2.0 */
/* YAML: what is read as what, and what is left out, with its line and column. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "json/writer.h"
#include "json/yaml.h"
#include "refused.h"

static void reads_span(struct it_span text, const char *want)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_json_freep) struct it_json *places = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 20);
	struct it_writer writer;

	assert_int_equal(it_yaml_parse(&root, &places, "x", text, NULL), INTOTO_OK);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_value(&writer, root);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), want);
}

static void reads(const char *text, const char *want)
{
	reads_span(it_span_text(text), want);
}

static void refuses_code(const char *text, enum intoto_code code, const char *why)
{
	struct it_json *root = NULL;
	struct it_json *places = NULL;
	struct intoto_error *err = NULL;
	int rc = it_yaml_parse(&root, &places, "x", it_span_text(text), &err);

	assert_refused(rc, &err, code, why);
	assert_null(root);
	assert_null(places);
}

static void refuses(const char *text, const char *why)
{
	refuses_code(text, INTOTO_E_FORMAT, why);
}

static void reads_objects_lists_and_texts(void **state)
{
	(void)state;
	reads("a: b", "{\"a\":\"b\"}");
	reads("a:\n  - b\n  - [c, d]\n", "{\"a\":[\"b\",[\"c\",\"d\"]]}");
	reads("{a: {b: c}, d: []}", "{\"a\":{\"b\":\"c\"},\"d\":[]}");
	reads("- a\n-  b: c\n   d: e\n", "[\"a\",{\"b\":\"c\",\"d\":\"e\"}]");
	reads("a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}");
	reads("text", "\"text\"");
	reads("# a remark\na: b # another\n", "{\"a\":\"b\"}");
	reads("---\na: b\n...\n", "{\"a\":\"b\"}");
	reads("\xc3\xa4: \"\\u00f6\"", "{\"\xc3\xa4\":\"\xc3\xb6\"}");
}

static void takes_every_scalar_as_text(void **state)
{
	(void)state;
	reads("[no, yes, on, NO, true, ~, null, 1.10, 010, 1e3, 2030-01-31, .inf, 0x1f]",
	      "[\"no\",\"yes\",\"on\",\"NO\",\"true\",\"~\",\"null\",\"1.10\",\"010\",\"1e3\","
	      "\"2030-01-31\",\".inf\",\"0x1f\"]");
	reads("no: 1", "{\"no\":\"1\"}");
	reads("a: \"\"", "{\"a\":\"\"}");
	reads("<<: a", "{\"<<\":\"a\"}");
}

static void leaves_out_members_without_a_value(void **state)
{
	(void)state;
	reads("a:\nb: c\n", "{\"b\":\"c\"}");
	reads("{a: , b: c}", "{\"b\":\"c\"}");
}

static void refuses_what_can_make_little_text_much(void **state)
{
	(void)state;
	refuses("a: &x 1\nb: 2", "line 1, column 4: anchors and tags are not read");
	refuses("a: b\nc: *x", "line 2, column 4: aliases are not read");
	refuses("- &x [a]", "line 1, column 3: anchors");
	refuses("? &x a\n: b", "anchors and tags are not read");
	refuses("a: &x", "anchors and tags are not read");
	refuses("*a : b", "aliases are not read");
}

static void refuses_tags_and_directives(void **state)
{
	(void)state;
	refuses("a: !!int 1", "line 1, column 4: anchors and tags are not read");
	refuses("a: !x {}", "anchors and tags");
	refuses("a: ! 1", "anchors and tags");
	refuses("%YAML 1.1\n---\na: b\n", "directives are not read");
	refuses("%TAG ! x\n---\na: b\n", "directives are not read");
}

static void refuses_a_name_that_comes_twice(void **state)
{
	(void)state;
	refuses("a: 1\nb: 2\na: 3\n", "line 3, column 1: a member of this name was there before");
	refuses("{a: {b: 1, b: 2}}", "a member of this name was there before");
	refuses("a:\na: 1\n", "line 2, column 1: a member of this name was there before");
	refuses("a: 1\n\"a\": 2\n", "a member of this name was there before");
	reads("{a: {b: 1}, c: {b: 2}}", "{\"a\":{\"b\":\"1\"},\"c\":{\"b\":\"2\"}}");
}

static void refuses_what_is_no_name(void **state)
{
	(void)state;
	refuses("? [a]\n: b", "line 1, column 3: want a name for a member");
	refuses("? {a: b}\n: c", "want a name for a member");
	refuses(": b", "line 1, column 1: did not find expected key");
	refuses("\"a\\0b\": c", "want a name for a member");
	refuses("a: \"b\\0c\"", "line 1, column 4: a NUL character");
	refuses("- a\n-\n- b\n", "an element without a value");
}

static void refuses_text_that_is_no_yaml(void **state)
{
	(void)state;
	refuses("", "there is no document");
	refuses("# only a remark", "there is no document");
	refuses("a: b\n---\nc: d\n", "want one document, found another");
	refuses("a: [b", "did not find expected ',' or ']'");
	refuses("a: 'b", "line 1, column");
	refuses("a:\n\t- b", "line 2, column 1: found character that cannot start any token");
	refuses("a: b: c", "line 1, column 5: mapping values are not allowed");
	refuses("a: \xff", "line 1, column");
	refuses("a: \x01", "control characters are not allowed");
}

static void refuses_what_is_over_the_limits(void **state)
{
	enum { MANY = IT_YAML_VALUES_MAX + 10 };
	char deep[2 * IT_YAML_DEPTH_MAX + 3];
	IT_AUTO(it_buf_done) struct it_buf many = IT_BUF(1 << 24);

	(void)state;
	memset(deep, 0, sizeof deep);
	memset(deep, '[', IT_YAML_DEPTH_MAX);
	memset(deep + IT_YAML_DEPTH_MAX, ']', IT_YAML_DEPTH_MAX);
	{
		IT_AUTO(it_json_freep) struct it_json *root = NULL;
		IT_AUTO(it_json_freep) struct it_json *places = NULL;

		assert_int_equal(it_yaml_parse(&root, &places, "x", it_span_text(deep), NULL),
				 INTOTO_OK);
	}
	memset(deep, '[', IT_YAML_DEPTH_MAX + 1);
	memset(deep + IT_YAML_DEPTH_MAX + 1, ']', IT_YAML_DEPTH_MAX + 1);
	refuses_code(deep, INTOTO_E_LIMIT, "column 33: nested too deeply");
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(it_buf_add_text(&many, "- a\n"), 0);
	refuses_code(it_buf_text(&many), INTOTO_E_LIMIT, "too many values");
	while (many.len <= IT_YAML_BYTES_MAX)
		assert_int_equal(it_buf_add_text(&many, "# a remark that says nothing\n"), 0);
	refuses_code(it_buf_text(&many), INTOTO_E_LIMIT, "more than 4194304 bytes");
}

static void says_where_each_value_stands(void **state)
{
	static const char text[] = "steps:\n  - name: a\n    \"b c\": d\n";
	static const char *const want[][2] = { { "x", "line 1, column 1" },
					       { "x.steps", "line 1, column 1" },
					       { "x.steps[0]", "line 2, column 5" },
					       { "x.steps[0].name", "line 2, column 5" },
					       { "x.steps[0][\"b c\"]", "line 3, column 5" } };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_json_freep) struct it_json *places = NULL;

	(void)state;
	assert_int_equal(it_yaml_parse(&root, &places, "x", it_span_text(text), NULL), INTOTO_OK);
	assert_int_equal(it_json_count(places), IT_COUNT_OF(want));
	for (size_t i = 0; i < IT_COUNT_OF(want); i++)
		assert_string_equal(it_json_text(it_json_get(places, want[i][0])).data, want[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_objects_lists_and_texts),
		cmocka_unit_test(takes_every_scalar_as_text),
		cmocka_unit_test(leaves_out_members_without_a_value),
		cmocka_unit_test(refuses_what_can_make_little_text_much),
		cmocka_unit_test(refuses_tags_and_directives),
		cmocka_unit_test(refuses_a_name_that_comes_twice),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(refuses_text_that_is_no_yaml),
		cmocka_unit_test(refuses_what_is_over_the_limits),
		cmocka_unit_test(says_where_each_value_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
