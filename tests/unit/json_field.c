/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of fields, and the paths that their refusals begin with. */
#include "json_expect.h"

#include "json/field.h"

struct sample {
	char *name;
	struct it_strings command;
	int64_t threshold;
	bool strict;
	const struct it_json *any;
	const struct it_json *keys;
	const struct it_json *steps;
	size_t doubled;
};

static void sample_done(struct sample *sample)
{
	free(sample->name);
	it_strings_done(&sample->command);
}

static int read_doubled(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct sample *sample = target;
	int64_t number = 0;

	if (!it_json_int(value, &number) || number < 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a number to double");
	sample->doubled = (size_t)number * 2;
	return INTOTO_OK;
}

static const struct it_field fields[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct sample, name), NULL },
	{ "command", IT_FIELD_TEXTS, false, offsetof(struct sample, command), NULL },
	{ "threshold", IT_FIELD_INT, false, offsetof(struct sample, threshold), NULL },
	{ "strict", IT_FIELD_BOOL, false, offsetof(struct sample, strict), NULL },
	{ "any", IT_FIELD_VALUE, false, offsetof(struct sample, any), NULL },
	{ "keys", IT_FIELD_OBJECT, false, offsetof(struct sample, keys), NULL },
	{ "steps", IT_FIELD_LIST, false, offsetof(struct sample, steps), NULL },
	{ "doubled", IT_FIELD_CUSTOM, false, 0, read_doubled },
};

static const struct it_where root_where = { NULL, "layout", 0 };
static const struct it_where steps_where = { &root_where, "steps", 0 };
static const struct it_where step_where = { &steps_where, NULL, 2 };

static int read_sample(struct sample *sample, const struct it_json *root, unsigned flags,
		       struct intoto_error **err)
{
	return it_fields_read(sample, root, fields, IT_COUNT_OF(fields), flags, &step_where, err);
}

static void refuse(const char *text, const char *sentence)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail(text);
	IT_AUTO(sample_done) struct sample sample = { 0 };
	struct intoto_error *err = NULL;
	int rc = read_sample(&sample, root, IT_FIELDS_CLOSED, &err);

	expect_refusal(rc, err, INTOTO_E_FORMAT, sentence);
}

static void fills_a_struct_by_its_table(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail(
		"{\"name\": \"build\", \"command\": [\"make\", \"all\"], \"threshold\": 2, "
		"\"strict\": true, \"any\": 5, \"keys\": {}, \"steps\": [1], \"doubled\": 21}");
	IT_AUTO(sample_done) struct sample sample = { 0 };

	(void)state;
	assert_int_equal(read_sample(&sample, root, IT_FIELDS_CLOSED, NULL), INTOTO_OK);
	assert_string_equal(sample.name, "build");
	assert_int_equal(sample.command.count, 2);
	assert_string_equal(sample.command.items[1], "all");
	assert_null(sample.command.items[2]);
	assert_int_equal(sample.threshold, 2);
	assert_true(sample.strict);
	assert_ptr_equal(sample.any, it_json_get(root, "any"));
	assert_ptr_equal(sample.keys, it_json_get(root, "keys"));
	assert_ptr_equal(sample.steps, it_json_get(root, "steps"));
	assert_int_equal(sample.doubled, 42);
}

static void leaves_absent_and_null_members_untouched(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root =
		parse_or_fail("{\"name\": \"x\", \"threshold\": null, \"any\": null}");
	IT_AUTO(sample_done) struct sample sample = { .threshold = 7, .strict = true };

	(void)state;
	assert_int_equal(read_sample(&sample, root, 0, NULL), INTOTO_OK);
	assert_int_equal(sample.threshold, 7);
	assert_true(sample.strict);
	assert_null(sample.any);
}

static void replaces_a_text_that_was_there(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail("{\"name\": \"new\", \"command\": [\"b\"]}");
	IT_AUTO(sample_done) struct sample sample = { .name = strdup("old") };

	(void)state;
	assert_int_equal(it_strings_add(&sample.command, "a", NULL), INTOTO_OK);
	assert_int_equal(read_sample(&sample, root, 0, NULL), INTOTO_OK);
	assert_string_equal(sample.name, "new");
	assert_int_equal(sample.command.count, 1);
	assert_string_equal(sample.command.items[0], "b");
}

static void says_which_member_is_of_the_wrong_kind(void **state)
{
	(void)state;
	refuse("[]", "layout.steps[2]: want an object, found a list");
	refuse("{\"name\": 1}", "layout.steps[2].name: want a text, found a number");
	refuse("{\"name\": \"x\", \"command\": \"make\"}",
	       "layout.steps[2].command: want a list, found a text");
	refuse("{\"name\": \"x\", \"command\": [\"make\", null]}",
	       "layout.steps[2].command[1]: want a text, found null");
	refuse("{\"name\": \"x\", \"threshold\": \"1\"}",
	       "layout.steps[2].threshold: want a whole number, found a text");
	refuse("{\"name\": \"x\", \"threshold\": true}",
	       "layout.steps[2].threshold: want a whole number, found a boolean");
	refuse("{\"name\": \"x\", \"strict\": 1}",
	       "layout.steps[2].strict: want a boolean, found a number");
	refuse("{\"name\": \"x\", \"keys\": []}",
	       "layout.steps[2].keys: want an object, found a list");
	refuse("{\"name\": \"x\", \"steps\": {}}",
	       "layout.steps[2].steps: want a list, found an object");
	refuse("{\"name\": \"x\", \"doubled\": \"1\"}",
	       "layout.steps[2].doubled: want a number to double");
}

static void says_which_member_is_missing(void **state)
{
	(void)state;
	refuse("{}", "layout.steps[2]: member \"name\" is missing");
	refuse("{\"name\": null}", "layout.steps[2].name: want a text, found null");
}

static void refuses_a_nul_inside_a_text(void **state)
{
	(void)state;
	refuse("{\"name\": \"a\\u0000b\"}", "layout.steps[2].name: a NUL character inside a text");
	refuse("{\"name\": \"x\", \"command\": [\"\\u0000\"]}",
	       "layout.steps[2].command[0]: a NUL character inside a text");
}

static void refuses_an_unknown_member_only_when_closed(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *root = parse_or_fail("{\"name\": \"x\", \"extra\": 1}");
	IT_AUTO(sample_done) struct sample sample = { 0 };

	(void)state;
	assert_int_equal(read_sample(&sample, root, 0, NULL), INTOTO_OK);
	refuse("{\"name\": \"x\", \"zz\": 1, \"ex\\u001btra\": 1}",
	       "layout.steps[2]: unknown member \"ex\\u{1b}tra\"");
}

static void expect_path(const struct it_where *where, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	it_where_print(&out, where);
	assert_string_equal(it_buf_text(&out), want);
}

static void prints_paths_that_a_person_can_follow(void **state)
{
	struct it_where keys = { NULL, "keys", 0 };
	struct it_where spaced = { &keys, "a b", 0 };
	struct it_where under = { &spaced, "_type", 0 };
	struct it_where digit = { &keys, "7f", 0 };
	struct it_where dash = { &keys, "return-value", 0 };
	struct it_where hostile = { &keys, "a\x1b[2J\n\xff", 0 };
	struct it_where empty = { &keys, "", 0 };
	struct it_where top = { NULL, NULL, 3 };

	(void)state;
	expect_path(NULL, "");
	expect_path(&step_where, "layout.steps[2]");
	expect_path(&under, "keys[\"a b\"]._type");
	expect_path(&digit, "keys[\"7f\"]");
	expect_path(&dash, "keys.return-value");
	expect_path(&hostile, "keys[\"a\\u{1b}[2J\\n\\xff\"]");
	expect_path(&empty, "keys[\"\"]");
	expect_path(&top, "[3]");
}

static void appends_a_path_behind_other_words(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	assert_int_equal(it_buf_add_text(&out, "in "), INTOTO_OK);
	it_where_print(&out, &step_where);
	assert_string_equal(it_buf_text(&out), "in layout.steps[2]");
}

static void refuses_without_a_place_too(void **state)
{
	struct intoto_error *err = NULL;
	int rc = it_where_refuse(NULL, INTOTO_E_LIMIT, &err, "too much: %d", 5);

	(void)state;
	expect_refusal(rc, err, INTOTO_E_LIMIT, "too much: 5");
	assert_int_equal(it_where_refuse(NULL, INTOTO_E_LIMIT, NULL, "x"), INTOTO_E_LIMIT);
}

static void cuts_quoted_text_between_characters(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	char text[301];

	(void)state;
	for (size_t i = 0; i < 300; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3); /* 200 is no multiple of 3 */
	text[300] = '\0';
	it_where_quote(&out, it_span_text(text));
	assert_int_equal(out.len, 198 + 5);
	assert_true(
		it_span_eq(it_span(out.data + out.len - 7, 7), it_span("\xe2\x82\xac...\"", 7)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_a_struct_by_its_table),
		cmocka_unit_test(leaves_absent_and_null_members_untouched),
		cmocka_unit_test(replaces_a_text_that_was_there),
		cmocka_unit_test(says_which_member_is_of_the_wrong_kind),
		cmocka_unit_test(says_which_member_is_missing),
		cmocka_unit_test(refuses_a_nul_inside_a_text),
		cmocka_unit_test(refuses_an_unknown_member_only_when_closed),
		cmocka_unit_test(prints_paths_that_a_person_can_follow),
		cmocka_unit_test(appends_a_path_behind_other_words),
		cmocka_unit_test(refuses_without_a_place_too),
		cmocka_unit_test(cuts_quoted_text_between_characters),
	};

	return cmocka_run_group_tests_name("json_field", tests, NULL, NULL);
}
