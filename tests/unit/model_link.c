/* SPDX-License-Identifier: Apache-2.0 */
/* Links: which are read, what is said about the others, and what ours look like. */
#include "json_expect.h"

#include "base/text.h"
#include "model/envelope.h"
#include "model/link.h"

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define MEMBERS                                                                                    \
	"\"_type\": \"link\", \"name\": \"build\", \"command\": [\"make\", \"all\"], "             \
	"\"materials\": {\"a.c\": {\"sha256\": \"" HASH "\"}}, \"products\": {}"

static int read_link(struct intoto_link **out, const char *json, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, json, strlen(json), NULL),
			 INTOTO_OK);
	return intoto_link_from_envelope(out, envelope, err);
}

static struct intoto_link *link_or_fail(const char *json)
{
	struct intoto_error *err = NULL;
	struct intoto_link *link = NULL;
	int rc = read_link(&link, json, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return link;
}

static void refuse(const char *json, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_link *link = NULL;
	int rc = read_link(&link, json, &err);

	assert_null(link);
	expect_refusal(rc, err, INTOTO_E_FORMAT, sentence);
}

static void reads_a_link(void **state)
{
	IT_AUTO(intoto_link_freep)
	struct intoto_link *link = link_or_fail(
		"{" MEMBERS ", \"byproducts\": {\"return-value\": 0}, \"environment\": {}}");

	(void)state;
	assert_string_equal(intoto_link_name(link), "build");
	assert_int_equal(intoto_link_command_count(link), 2);
	assert_string_equal(intoto_link_command_at(link, 1), "all");
	assert_null(intoto_link_command_at(link, 2));
	assert_int_equal(intoto_link_artifact_count(link, INTOTO_MATERIALS), 1);
	assert_int_equal(intoto_link_artifact_count(link, INTOTO_PRODUCTS), 0);
	assert_string_equal(intoto_link_artifact_name(link, INTOTO_MATERIALS, 0), "a.c");
	assert_string_equal(intoto_link_artifact_digests(link, INTOTO_MATERIALS, 0),
			    "sha256:" HASH);
	assert_null(intoto_link_artifact_name(link, INTOTO_PRODUCTS, 0));
	assert_null(intoto_link_artifact_digests(link, INTOTO_MATERIALS, 1));
}

static void takes_absent_and_null_byproducts_and_environment(void **state)
{
	int64_t value;

	(void)state;
	for (int i = 0; i < 2; i++) {
		IT_AUTO(intoto_link_freep)
		struct intoto_link *link = link_or_fail(
			i ? "{" MEMBERS "}"
			  : "{" MEMBERS ", \"byproducts\": null, \"environment\": null}");

		assert_null(link->byproducts);
		assert_null(link->environment);
		assert_false(it_link_return_value(link, &value));
		assert_false(it_link_return_accepted(link));
	}
}

static void refuses_what_is_no_link(void **state)
{
	(void)state;
	refuse("{\"_type\": \"layout\"}", "want a link, found a layout");
	refuse("{\"_type\": \"https://in-toto.io/Statement/v1\"}",
	       "want a link, found a statement");
	refuse("{}", "want a link, found another document");
}

static void refuses_missing_members(void **state)
{
	(void)state;
	refuse("{\"_type\": \"link\"}", "link: member \"name\" is missing");
	refuse("{\"_type\": \"link\", \"name\": \"x\"}", "link: member \"command\" is missing");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": []}",
	       "link: member \"materials\" is missing");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": [], \"materials\": {}}",
	       "link: member \"products\" is missing");
}

static void refuses_members_of_the_wrong_kind(void **state)
{
	(void)state;
	refuse("{\"_type\": \"link\", \"name\": 1}", "link.name: want a text, found a number");
	refuse("{\"_type\": \"link\", \"name\": \"a\\u0000\"}",
	       "link.name: a NUL character inside a text");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": \"make\"}",
	       "link.command: want a list, found a text");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": null}",
	       "link.command: want a list, found null");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": [1]}",
	       "link.command[0]: want a text, found a number");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": [], \"materials\": []}",
	       "link.materials: want an object, found a list");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": [], \"materials\": "
	       "{\"src/a\": {\"sha256\": 5}}}",
	       "link.materials[\"src/a\"].sha256: want hex digits, found a number");
	refuse("{\"_type\": \"link\", \"name\": \"x\", \"command\": [], \"materials\": {}, "
	       "\"products\": {\"a\": {}}}",
	       "link.products.a: no digest");
	refuse("{" MEMBERS ", \"byproducts\": []}",
	       "link.byproducts: want an object, found a list");
	refuse("{" MEMBERS ", \"environment\": \"\"}",
	       "link.environment: want an object, found a text");
}

static void refuses_members_that_a_link_has_not(void **state)
{
	(void)state;
	refuse("{" MEMBERS ", \"extra\": 1}", "link: unknown member \"extra\"");
	refuse("{" MEMBERS ", \"Name\": \"x\"}", "link: unknown member \"Name\"");
}

static void keeps_byproducts_after_the_envelope_is_gone(void **state)
{
	IT_AUTO(intoto_link_freep)
	struct intoto_link *link = link_or_fail(
		"{" MEMBERS ", \"byproducts\": {\"return-value\": -9, \"stdout\": \"x\"}}");
	int64_t value = 0;

	(void)state;
	assert_true(it_link_return_value(link, &value));
	assert_int_equal(value, -9);
	assert_false(it_link_return_accepted(link));
}

static void knows_accepted_return_values(void **state)
{
	static const struct {
		const char *byproducts;
		bool accepted;
	} cases[] = {
		{ "{\"return-value\": 3, \"accepted-return-values\": [1, 3]}", true },
		{ "{\"return-value\": 2, \"accepted-return-values\": [1, 3]}", false },
		{ "{\"return-value\": 3, \"accepted-return-values\": 3}", false },
		{ "{\"return-value\": 3, \"accepted-return-values\": [\"3\"]}", false },
		{ "{\"return-value\": \"3\", \"accepted-return-values\": [3]}", false },
		{ "{\"accepted-return-values\": [3]}", false },
		{ "{}", false },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;

		assert_int_equal(it_link_new(&link, "x", NULL), INTOTO_OK);
		link->byproducts = parse_or_fail(cases[i].byproducts);
		assert_int_equal(it_link_return_accepted(link), cases[i].accepted);
	}
}

static struct intoto_link *sample(void)
{
	struct intoto_link *link = NULL;

	assert_int_equal(it_link_new(&link, "build", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "echo", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "a\n\"b\"", NULL), INTOTO_OK);
	assert_int_equal(it_artifacts_add(&link->products, it_span_text("out"),
					  it_span_text("sha256:" HASH), NULL),
			 INTOTO_OK);
	assert_int_equal(it_artifacts_seal(&link->products, NULL), INTOTO_OK);
	return link;
}

static void writes_the_seven_members_sorted(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = sample();
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_link_write(&writer, link);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out),
			    "{\"_type\":\"link\",\"byproducts\":{},\"command\":[\"echo\","
			    "\"a\\n\\\"b\\\"\"],\"environment\":{},\"materials\":{},"
			    "\"name\":\"build\",\"products\":{\"out\":{\"sha256\":\"" HASH "\"}}}");
}

static void reads_back_what_it_put_into_an_envelope(void **state)
{
	(void)state;
	for (int format = INTOTO_DSSE; format <= INTOTO_METABLOCK; format++) {
		IT_AUTO(intoto_link_freep) struct intoto_link *link = sample();
		IT_AUTO(intoto_link_freep) struct intoto_link *again = NULL;
		IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

		assert_int_equal(it_link_to_envelope(&envelope, link,
						     (enum intoto_envelope_format)format, NULL),
				 INTOTO_OK);
		assert_string_equal(intoto_envelope_type(envelope), "link");
		assert_int_equal(intoto_link_from_envelope(&again, envelope, NULL), INTOTO_OK);
		assert_string_equal(intoto_link_name(again), "build");
		assert_string_equal(intoto_link_command_at(again, 1), "a\n\"b\"");
		assert_true(it_artifacts_equal(&link->products, &again->products));
		assert_true(it_artifacts_equal(&link->materials, &again->materials));
	}
}

static void covers_raw_control_characters_in_a_metablock(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = sample();
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(it_link_to_envelope(&envelope, link, INTOTO_METABLOCK, NULL), INTOTO_OK);
	assert_non_null(strstr(it_buf_text(&envelope->payload), "\"a\n\\\"b\\\"\""));
	assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
	assert_non_null(strstr(text, "\"a\\n\\\"b\\\"\""));
}

static void refuses_to_write_a_command_that_is_not_utf8(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = sample();
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(it_strings_add(&link->command, "\xff", NULL), INTOTO_OK);
	rc = it_link_to_envelope(&envelope, link, INTOTO_DSSE, &err);
	assert_null(envelope);
	expect_refusal(rc, err, INTOTO_E_FORMAT, "link: a text is not UTF-8");
}

static void names_files_by_step_and_keyid(void **state)
{
	static const char id[] = "776a00e29f3559e0141b3b096f696abc6cfb0c657ab40f441132b345b08453f5";
	IT_AUTO(it_freep) char *name = it_link_file_name("write-code", id);
	IT_AUTO(it_freep) char *unfinished = it_link_unfinished_name("write-code", id);
	IT_AUTO(it_freep) char *brief = it_link_file_name("s", "ab");

	(void)state;
	assert_string_equal(name, "write-code.776a00e2.link");
	assert_string_equal(unfinished, ".write-code.776a00e2.link-unfinished");
	assert_string_equal(brief, "s.ab.link");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_link),
		cmocka_unit_test(takes_absent_and_null_byproducts_and_environment),
		cmocka_unit_test(refuses_what_is_no_link),
		cmocka_unit_test(refuses_missing_members),
		cmocka_unit_test(refuses_members_of_the_wrong_kind),
		cmocka_unit_test(refuses_members_that_a_link_has_not),
		cmocka_unit_test(keeps_byproducts_after_the_envelope_is_gone),
		cmocka_unit_test(knows_accepted_return_values),
		cmocka_unit_test(writes_the_seven_members_sorted),
		cmocka_unit_test(reads_back_what_it_put_into_an_envelope),
		cmocka_unit_test(covers_raw_control_characters_in_a_metablock),
		cmocka_unit_test(refuses_to_write_a_command_that_is_not_utf8),
		cmocka_unit_test(names_files_by_step_and_keyid),
	};

	return cmocka_run_group_tests_name("model_link", tests, NULL, NULL);
}
