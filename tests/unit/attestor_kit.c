/* SPDX-License-Identifier: Apache-2.0 */
/* libintoto-attestor: the writer, the request and the answer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attestors/kit/answer.h"
#include "attestors/kit/events.h"
#include "attestors/kit/names.h"
#include "attestors/kit/request.h"
#include "base/error.h"
#include "base/text.h"

IT_DEFINE_AUTO(struct intoto_value, intoto_value_free);

/* --- the writer and the answer --- */

static void writes_what_reads_back(void **state)
{
	struct intoto_json_out out;

	(void)state;
	it_out_init(&out, 1000);
	intoto_out_object(&out);
	intoto_out_member(&out, "text", "a\"\\\n\x01\x7f\xc3\xa4");
	intoto_out_member(&out, "none", NULL);
	intoto_out_name(&out, "list");
	intoto_out_list(&out);
	intoto_out_int(&out, INT64_MIN);
	intoto_out_number(&out, "1.50e2", 6);
	intoto_out_bool(&out, true);
	intoto_out_null(&out);
	intoto_out_list_end(&out);
	intoto_out_object_end(&out);
	assert_int_equal(it_out_check(&out, NULL), 0);
	assert_string_equal(it_buf_text(&out.buf),
			    "{\"text\":\"a\\\"\\\\\\n\\u0001\\u007f\xc3\xa4\",\"list\":"
			    "[-9223372036854775808,1.50e2,true,null]}");
	it_out_done(&out);
}

static void replaces_bytes_that_are_no_utf8(void **state)
{
	struct intoto_json_out out;

	(void)state;
	it_out_init(&out, 1000);
	intoto_out_bytes(&out, "a\xff", 2);
	assert_string_equal(it_buf_text(&out.buf), "\"a\xef\xbf\xbd\"");
	assert_true(out.replaced);
	it_out_done(&out);
}

static void misuse(struct intoto_json_out *out, unsigned how)
{
	intoto_out_object(out);
	switch (how) {
	case 0:
		intoto_out_int(out, 1);
		break;
	case 1:
		intoto_out_list_end(out);
		break;
	case 2:
		intoto_out_name(out, "a");
		intoto_out_object_end(out);
		break;
	case 3:
		intoto_out_name(out, "a");
		intoto_out_number(out, "1x", 2);
		break;
	case 4:
		intoto_out_name(out, "a");
		intoto_out_name(out, "b");
		break;
	default:
		intoto_out_object_end(out);
		intoto_out_object_end(out);
	}
}

static void a_writer_that_is_misused_says_so(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 6; how++) {
		struct intoto_json_out out;

		it_out_init(&out, 1000);
		misuse(&out, how);
		assert_int_equal(it_out_check(&out, NULL), INTOTO_E_INTERNAL);
		it_out_done(&out);
	}
}

/* What an answer sends, as an owned text. */
static char *sent(struct intoto_answer *answer, const char *reason)
{
	int fd = memfd_create("sent", 0);
	off_t size;
	char *text;

	assert_int_equal(it_answer_send(answer, reason, fd, NULL), 0);
	size = lseek(fd, 0, SEEK_END);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)size, 0), size);
	close(fd);
	it_answer_done(answer);
	return text;
}

static void an_answer_has_its_statements_notes_and_redactions(void **state)
{
	IT_AUTO(it_freep) char *text = NULL;
	struct intoto_answer answer;
	struct intoto_json_out *out;

	(void)state;
	it_answer_init(&answer, 1000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(intoto_answer_begin(&answer, "https://x/v1", &out, NULL), 0);
		intoto_out_object(out);
		intoto_out_object_end(out);
		assert_int_equal(intoto_answer_end(&answer, NULL), 0);
	}
	assert_int_equal(intoto_answer_note(&answer, NULL, "%d notes", 1), 0);
	assert_int_equal(intoto_answer_redact(&answer, "stdout", 5, 6, "jwt", NULL), 0);
	text = sent(&answer, NULL);
	assert_string_equal(
		text,
		"{\"protocol\":1,\"outcome\":\"ok\",\"statements\":["
		"{\"predicateType\":\"https://x/v1\",\"predicate\":{}},"
		"{\"predicateType\":\"https://x/v1\",\"predicate\":{}}],\"notes\":[\"1 notes\"],"
		"\"redactions\":[{\"stream\":\"stdout\",\"offset\":5,\"length\":6,\"rule\":"
		"\"jwt\"}]}\n");
}

static void a_failed_answer_drops_what_was_begun(void **state)
{
	IT_AUTO(it_freep) char *text = NULL;
	struct intoto_answer answer;
	struct intoto_json_out *out;

	(void)state;
	it_answer_init(&answer, 1000);
	assert_int_equal(intoto_answer_begin(&answer, "https://x/v1", &out, NULL), 0);
	intoto_out_object(out);
	intoto_out_name(out, "half");
	text = sent(&answer, "it \"broke\"");
	assert_string_equal(
		text, "{\"protocol\":1,\"outcome\":\"failed\",\"reason\":\"it \\\"broke\\\"\","
		      "\"statements\":[],\"notes\":[],\"redactions\":[]}\n");
}

static void a_large_answer_leaves_memory_and_comes_whole(void **state)
{
	enum { COUNT = 300000 };
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(intoto_value_freep) struct intoto_value *root = NULL;
	const struct intoto_value *list;
	struct intoto_answer answer;
	struct intoto_json_out *out;

	(void)state;
	it_answer_init(&answer, 10 << 20);
	assert_int_equal(intoto_answer_begin(&answer, "https://x/v1", &out, NULL), 0);
	intoto_out_object(out);
	intoto_out_name(out, "list");
	intoto_out_list(out);
	for (int i = 0; i < COUNT; i++)
		intoto_out_int(out, i);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	assert_true(answer.statements.fd >= 0);
	assert_true(answer.statements.buf.cap < 4 << 20);
	assert_int_equal(intoto_answer_end(&answer, NULL), 0);
	text = sent(&answer, NULL);
	assert_int_equal(intoto_value_parse(&root, text, strlen(text), NULL), 0);
	list = intoto_value_at(intoto_value_get(root, "statements"), 0);
	list = intoto_value_get(intoto_value_get(list, "predicate"), "list");
	assert_int_equal(intoto_value_count(list), COUNT);
	assert_string_equal(intoto_value_number(intoto_value_at(list, COUNT - 1)), "299999");
}

static void refuses_an_answer_over_its_limit(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct intoto_answer answer;
	struct intoto_json_out *out;

	(void)state;
	it_answer_init(&answer, 100);
	assert_int_equal(intoto_answer_begin(&answer, "https://x/v1", &out, NULL), 0);
	intoto_out_object(out);
	for (int i = 0; i < 10; i++)
		intoto_out_member(out, "x", "0123456789");
	intoto_out_object_end(out);
	assert_int_equal(intoto_answer_end(&answer, &err), INTOTO_E_LIMIT);
	assert_string_equal(intoto_error_text(err), "the answer is over 100 bytes");
	it_answer_done(&answer);
}

static void refuses_a_predicate_that_is_not_one_object(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		struct intoto_answer answer;
		struct intoto_json_out *out;

		it_answer_init(&answer, 1000);
		assert_int_equal(intoto_answer_begin(&answer, "https://x/v1", &out, NULL), 0);
		if (how == 1)
			intoto_out_int(out, 1);
		if (how == 2)
			intoto_out_object(out);
		if (how == 3) {
			intoto_out_list(out);
			intoto_out_list_end(out);
		}
		assert_int_equal(intoto_answer_end(&answer, NULL), INTOTO_E_INTERNAL);
		it_answer_done(&answer);
	}
}

/* --- the request --- */

static const struct intoto_attestor_option options[] = {
	{ "as", "FORMAT", "the format", false },
	{ "name", "NAME", "names", true },
	{ NULL, NULL, NULL, false },
};
static const struct intoto_attestor demo = {
	.name = "demo",
	.inputs_most = 1,
	.options = options,
};

static void a_request_gives_its_members(void **state)
{
	static const char json[] =
		"{\"protocol\":1,\"folder\":\"/w\",\"step\":{\"name\":\"build\",\"started\":"
		"\"1000\",\"finished\":\"2000\"},\"inputs\":[{\"name\":\"a\",\"path\":\"/w/a\","
		"\"sha256\":\"00\",\"size\":3,\"modified\":\"-5\"}],\"options\":{\"as\":[\"x\"],"
		"\"name\":[\"1\",\"2\"]}}";
	IT_AUTO(it_request_freep) struct intoto_request *request = NULL;

	(void)state;
	assert_int_equal(it_request_parse(&request, it_span_text(json), &demo, NULL), 0);
	assert_string_equal(intoto_request_folder(request), "/w");
	assert_string_equal(intoto_request_step(request), "build");
	assert_int_equal(intoto_request_started(request), 1000);
	assert_int_equal(intoto_request_finished(request), 2000);
	assert_int_equal(intoto_request_input_count(request), 1);
	assert_int_equal(intoto_request_input(request, 0)->modified, -5);
	assert_null(intoto_request_input(request, 1));
	assert_string_equal(intoto_request_option(request, "as"), "x");
	assert_string_equal(intoto_request_option(request, "name"), "2");
	assert_string_equal(intoto_request_option_at(request, "name", 0), "1");
	assert_null(intoto_request_option(request, "no"));
}

static void refuses_requests_that_make_no_sense(void **state)
{
	static const struct {
		const char *json;
		int code;
		const char *text;
	} cases[] = {
		{ "[]", INTOTO_E_FORMAT, "want an object" },
		{ "{", INTOTO_E_FORMAT, "request: byte" },
		{ "{}", INTOTO_E_FORMAT, "protocol: want" },
		{ "{\"protocol\":2}", INTOTO_E_UNSUPPORTED, "protocol 2, this attestor speaks 1" },
		{ "{\"protocol\":1,\"step\":{\"name\":\"a\",\"started\":1}}", INTOTO_E_FORMAT,
		  "started: want nanoseconds" },
		{ "{\"protocol\":1,\"inputs\":[{},{}]}", INTOTO_E_USAGE,
		  "2 inputs: demo takes 0 to 1" },
		{ "{\"protocol\":1,\"inputs\":[{}]}", INTOTO_E_FORMAT, "inputs[]: want" },
		{ "{\"protocol\":1,\"options\":{\"to\":[]}}", INTOTO_E_USAGE,
		  "option to: demo has none of this name" },
		{ "{\"protocol\":1,\"options\":{\"as\":[\"a\",\"b\"]}}", INTOTO_E_USAGE,
		  "is given 2 times" },
		{ "{\"protocol\":1,\"options\":{\"as\":\"a\"}}", INTOTO_E_FORMAT, "a list" },
		{ "{\"protocol\":1,\"options\":{\"as\":[1]}}", INTOTO_E_FORMAT, "a list" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_request_freep) struct intoto_request *request = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc = it_request_parse(&request, it_span_text(cases[i].json), &demo, &err);

		if (rc != cases[i].code || !strstr(intoto_error_text(err), cases[i].text))
			fail_msg("%s: %d %s", cases[i].json, rc, intoto_error_text(err));
		assert_null(request);
	}
}

/* --- times --- */

static void reads_times_in_every_dialect(void **state)
{
	static const struct {
		const char *text;
		int64_t nanoseconds; /* 0: is refused */
	} cases[] = {
		{ "2026-01-31T23:59:59Z", 1769903999000000000 },
		{ "2026-01-31T23:59:59.5Z", 1769903999500000000 },
		{ "2026-01-31T23:59:59.123456789Z", 1769903999123456789 },
		{ "2026-01-31T23:59:59.1234567891Z", 1769903999123456789 },
		{ "2026-02-01T01:59:59+02:00", 1769903999000000000 },
		{ "2026-01-31 22:29:59-0130", 1769903999000000000 },
		{ "2026-01-31T23:59:59", 0 },
		{ "2026-01-31T23:59:59.Z", 0 },
		{ "2026-01-31T23:59:59+2:00", 0 },
		{ "2026-01-31T23:59:59+02:00x", 0 },
		{ "2026-02-31T23:59:59Z", 0 },
		{ "2026-01-31", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		int64_t got = 0;
		bool good = intoto_time_parse(&got, cases[i].text);

		if (got != cases[i].nanoseconds || good != (got != 0))
			fail_msg("%s: %lld", cases[i].text, (long long)got);
	}
	assert_false(intoto_time_parse(&(int64_t){ 0 }, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_reads_back),
		cmocka_unit_test(replaces_bytes_that_are_no_utf8),
		cmocka_unit_test(a_writer_that_is_misused_says_so),
		cmocka_unit_test(an_answer_has_its_statements_notes_and_redactions),
		cmocka_unit_test(a_failed_answer_drops_what_was_begun),
		cmocka_unit_test(a_large_answer_leaves_memory_and_comes_whole),
		cmocka_unit_test(refuses_an_answer_over_its_limit),
		cmocka_unit_test(refuses_a_predicate_that_is_not_one_object),
		cmocka_unit_test(a_request_gives_its_members),
		cmocka_unit_test(refuses_requests_that_make_no_sense),
		cmocka_unit_test(reads_times_in_every_dialect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
