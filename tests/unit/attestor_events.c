/* SPDX-License-Identifier: Apache-2.0 */
/* libintoto-attestor: JSON as events and as trees, and what it refuses. */
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

/* --- refusals of documents --- */

static const struct {
	const char *json;
	int code;
	const char *text;
} refusals[] = {
	{ "", INTOTO_E_FORMAT, "the document is cut off" },
	{ "{\"a\":1", INTOTO_E_FORMAT, "the document is cut off" },
	{ "[1,2", INTOTO_E_FORMAT, "the document is cut off" },
	{ "\"abc", INTOTO_E_FORMAT, "the document is cut off" },
	{ "{} x", INTOTO_E_FORMAT, "trailing garbage" },
	{ "{}{}", INTOTO_E_FORMAT, "trailing garbage" },
	{ "[1]]", INTOTO_E_FORMAT, "trailing garbage" },
	{ "{\"a\":1,\"a\":2}", INTOTO_E_FORMAT, "byte 10: the name \"a\" comes twice" },
	{ "{\"a\":1,\"\\u0061\":2}", INTOTO_E_FORMAT, "the name \"a\" comes twice" },
	{ "[{\"x\":{\"b\":1,\"b\":1}}]", INTOTO_E_FORMAT, "the name \"b\" comes twice" },
	{ "{\"a\x1b[31m\":1,\"a\x1b[31m\":2}", INTOTO_E_FORMAT, "byte" },
	{ "{\"\\u001b\":1,\"\\u001b\":2}", INTOTO_E_FORMAT, "the name \"\\u{1b}\" comes twice" },
	{ "[\"\xc3\x28\"]", INTOTO_E_FORMAT, "line 1, byte 3: want UTF-8" },
	{ "[\"\xc0\x80\"]", INTOTO_E_FORMAT, "byte 2: want UTF-8" },
	{ "[\"\xe0\x80\x80\"]", INTOTO_E_FORMAT, "byte 3: want UTF-8" },
	{ "[\"\xed\xa0\x80\"]", INTOTO_E_FORMAT, "byte 3: want UTF-8" },
	{ "[\"\xf4\x90\x80\x80\"]", INTOTO_E_FORMAT, "byte 3: want UTF-8" },
	{ "[\"\xf5\x80\x80\x80\"]", INTOTO_E_FORMAT, "byte 2: want UTF-8" },
	{ "[\"\xe2\x82\"]", INTOTO_E_FORMAT, "byte 4: want UTF-8" },
	{ "\xef\xbb\xbf{}", INTOTO_E_FORMAT, "byte 0: want JSON" },
	{ "[\"\\ud800\"]", INTOTO_E_FORMAT, "half of a surrogate pair" },
	{ "[\"\\ud800x\"]", INTOTO_E_FORMAT, "half of a surrogate pair" },
	{ "[\"\\ud800\\u0041\"]", INTOTO_E_FORMAT, "half of a surrogate pair" },
	{ "[\"\\ud800\\n\"]", INTOTO_E_FORMAT, "half of a surrogate pair" },
	{ "[\"\\udc00\"]", INTOTO_E_FORMAT, "half of a surrogate pair" },
	{ "[\"a\\u0000b\"]", INTOTO_E_FORMAT, "a NUL inside a text" },
	{ "[\"\\u12g4\"]", INTOTO_E_FORMAT, "four hex digits" },
	{ "[\"\\x\"]", INTOTO_E_FORMAT, "byte" },
	{ "[\"a\nb\"]", INTOTO_E_FORMAT, "byte" },
	{ "[01]", INTOTO_E_FORMAT, "byte" },
	{ "[1,]", INTOTO_E_FORMAT, "byte" },
	{ "{\"a\"}", INTOTO_E_FORMAT, "byte" },
	{ "[nul]", INTOTO_E_FORMAT, "byte" },
	{ "// a\n{}", INTOTO_E_FORMAT, "byte" },
	{ "[NaN]", INTOTO_E_FORMAT, "byte" },
	/* What is wrong first is told. */
	{ "[1,,\"\xff\"]", INTOTO_E_FORMAT, "unallowed token" },
};

static void refuses_what_is_no_clean_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(refusals); i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(intoto_value_freep) struct intoto_value *value = NULL;
		int rc = intoto_value_parse(&value, refusals[i].json, strlen(refusals[i].json),
					    &err);

		if (rc != refusals[i].code || !strstr(intoto_error_text(err), refusals[i].text))
			fail_msg("%s: %d %s", refusals[i].json, rc, intoto_error_text(err));
		assert_null(value);
	}
}

static void accepts_the_twins_of_what_is_refused(void **state)
{
	static const char *const good[] = {
		"{\"a\":1}",
		" [1,2] \n",
		"\"abc\"",
		"null",
		"{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}",
		"[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"]",
		"[\"\\ud83d\\ude00\"]",
		"[0,-1.5e+3,\"\\u00e4\"]",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(good); i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(intoto_value_freep) struct intoto_value *value = NULL;

		if (intoto_value_parse(&value, good[i], strlen(good[i]), &err))
			fail_msg("%s: %s", good[i], intoto_error_text(err));
		assert_non_null(value);
	}
}

/* "[[[…]]]" of that many levels */
static int parse_nested(unsigned levels, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(intoto_value_freep) struct intoto_value *value = NULL;

	for (unsigned i = 0; i < levels; i++)
		it_buf_add_byte(&text, '[');
	for (unsigned i = 0; i < levels; i++)
		it_buf_add_byte(&text, ']');
	return intoto_value_parse(&value, text.data, text.len, err);
}

static void refuses_more_than_64_levels(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *far = NULL;

	(void)state;
	assert_int_equal(parse_nested(64, NULL), 0);
	assert_int_equal(parse_nested(65, &err), INTOTO_E_LIMIT);
	assert_string_equal(intoto_error_text(err),
			    "line 1, byte 64: nested too deep, at most 64 are read");
	assert_int_equal(parse_nested(2000, &far), INTOTO_E_LIMIT);
}

static int nothing(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	(void)arg;
	(void)event;
	(void)err;
	return 0;
}

/* In pieces of that many bytes. */
static int read_pieces(const char *json, size_t piece, const struct intoto_event_limits *limits,
		       struct intoto_error **err)
{
	IT_AUTO(it_events_freep) struct it_events *events = NULL;
	size_t len = strlen(json);
	int rc = it_events_new(&events, limits, nothing, NULL, err);

	for (size_t at = 0; at < len && !rc; at += piece)
		rc = it_events_feed(events, it_span(json + at, len - at < piece ? len - at : piece),
				    err);
	return rc ? rc : it_events_end(events, err);
}

static void refuses_past_each_limit(void **state)
{
	const struct intoto_event_limits limits = { .bytes = 20, .depth = 2, .text = 8 };
	static const struct {
		const char *json;
		const char *text; /* NULL: is read */
	} cases[] = {
		{ "[\"1234567\"]", NULL },
		{ "[\"12345678\"]", "byte 10: a text of too many bytes, at most 8" },
		{ "[[1]]", NULL },
		{ "[[[1]]]", "byte 2: nested too deep, at most 2" },
		{ "[1,2,3,4,5,6,7,8,90]", NULL },
		{ "[1,2,3,4,5,6,7,8,901]", "byte 20: a document of too many bytes, at most 20" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++)
		for (size_t piece = 1; piece < 8; piece++) {
			IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
			int rc = read_pieces(cases[i].json, piece, &limits, &err);

			if (cases[i].text)
				assert_non_null(strstr(intoto_error_text(err), cases[i].text));
			assert_int_equal(rc, cases[i].text ? INTOTO_E_LIMIT : 0);
		}
}

static void refuses_a_number_without_end(void **state)
{
	char json[2048];

	(void)state;
	memset(json, '1', sizeof json);
	json[sizeof json - 1] = '\0';
	assert_int_equal(read_pieces(json, 100, NULL, NULL), INTOTO_E_LIMIT);
	json[1000] = '\0';
	assert_int_equal(read_pieces(json, 100, NULL, NULL), 0);
}

/* The same verdict however the bytes are cut. */
static void reads_the_same_in_any_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(refusals); i++)
		for (size_t piece = 1; piece < 5; piece++)
			assert_int_equal(read_pieces(refusals[i].json, piece, NULL, NULL),
					 refusals[i].code);
	for (size_t piece = 1; piece < 9; piece++)
		assert_int_equal(read_pieces("{\"\\ud83d\\ude00\xe2\x82\xac\":[1.5,true,null]}",
					     piece, NULL, NULL),
				 0);
}

/* --- names --- */

/* Appendix of the SipHash paper has 64 bits; these are of the reference for 128: vectors_sip128. */
static void hashes_as_the_reference_of_siphash(void **state)
{
	const struct it_name_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char bytes[16];
	struct it_name_hash hash;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)i;
	hash = it_name_hash(&key, it_span(bytes, 0));
	assert_true(hash.a == 0xe6a825ba047f81a3 && hash.b == 0x930255c71472f66d);
	hash = it_name_hash(&key, it_span(bytes, 1));
	assert_true(hash.a == 0x44af996bd8c187da && hash.b == 0x45fc229b11597634);
}

static void finds_a_name_among_many_that_comes_twice(void **state)
{
	struct it_names names = { 0 };
	const struct it_name_key key = { 1, 2 };

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		unsigned count = round == 1 ? 5000 : 17;

		for (unsigned i = 0; i < count; i++)
			assert_int_equal(
				it_names_add(&names, it_name_hash(&key, it_span(&i, sizeof i))), 0);
		for (unsigned i = 0; i < count; i++)
			assert_int_equal(
				it_names_add(&names, it_name_hash(&key, it_span(&i, sizeof i))),
				INTOTO_E_FORMAT);
		it_names_reset(&names);
	}
	it_names_done(&names);
}

/* --- events --- */

struct told {
	struct it_buf text;
	const char *skip;
	const char *collect;
};

static int tell_value(void *arg, const struct intoto_value *value, struct intoto_error **err)
{
	struct told *told = arg;
	struct intoto_json_out out;

	(void)err;
	it_out_init(&out, 10000);
	intoto_out_value(&out, value);
	it_buf_printf(&told->text, "collected %s\n", it_buf_text(&out.buf));
	it_out_done(&out);
	return 0;
}

static int tell_event(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct told *told = arg;

	it_buf_printf(&told->text, "%u %s (%s)%s %s\n", event->depth, event->path, event->name,
		      event->end ? " end" : "", event->text ? event->text : "");
	if (told->skip && it_streq(event->path, told->skip) && !event->end)
		return INTOTO_EVENT_SKIP;
	if (told->collect && it_streq(event->path, told->collect) && !event->end)
		return intoto_events_collect(event, tell_value, told, err);
	return 0;
}

static void tells(const char *json, struct told *told, const char *want)
{
	IT_AUTO(it_events_freep) struct it_events *events = NULL;

	told->text = (struct it_buf)IT_BUF(100000);
	assert_int_equal(it_events_new(&events, NULL, tell_event, told, NULL), 0);
	assert_int_equal(it_events_feed(events, it_span_text(json), NULL), 0);
	assert_int_equal(it_events_end(events, NULL), 0);
	assert_string_equal(it_buf_text(&told->text), want);
	it_buf_done(&told->text);
}

static void events_have_the_path_of_their_value(void **state)
{
	struct told told = { 0 };

	(void)state;
	tells("{\"a\":[1,{\"b\":\"x\"},[true]],\"c\":{}}", &told,
	      "0  () \n"
	      "1 a (a) \n"
	      "2 a/[] ([]) 1\n"
	      "2 a/[] ([]) \n"
	      "3 a/[]/b (b) x\n"
	      "2 a/[] ([]) end \n"
	      "2 a/[] ([]) \n"
	      "3 a/[]/[] ([]) \n"
	      "2 a/[] ([]) end \n"
	      "1 a (a) end \n"
	      "1 c (c) \n"
	      "1 c (c) end \n"
	      "0  () end \n");
}

static void no_name_looks_like_a_path(void **state)
{
	struct told told = { 0 };

	(void)state;
	tells("{\"a/[]/b\":1,\"[]\":2,\"x~1\":3}", &told,
	      "0  () \n"
	      "1 a~1[]~1b (a~1[]~1b) 1\n"
	      "1 ~2 (~2) 2\n"
	      "1 x~01 (x~01) 3\n"
	      "0  () end \n");
}

static void skips_a_value_with_its_end(void **state)
{
	struct told told = { .skip = "a" };

	(void)state;
	tells("{\"a\":[1,{\"b\":[]}],\"c\":2}", &told,
	      "0  () \n"
	      "1 a (a) \n"
	      "1 c (c) 2\n"
	      "0  () end \n");
}

static void collects_a_value_as_a_tree(void **state)
{
	struct told told = { .collect = "a/[]" };

	(void)state;
	tells("{\"a\":[{\"b\":[1,null,\"\\u00e4\"]},{},3],\"c\":2}", &told,
	      "0  () \n"
	      "1 a (a) \n"
	      "2 a/[] ([]) \n"
	      "collected {\"b\":[1,null,\"\xc3\xa4\"]}\n"
	      "2 a/[] ([]) \n"
	      "collected {}\n"
	      "2 a/[] ([]) 3\n"
	      "collected 3\n"
	      "1 a (a) end \n"
	      "1 c (c) 2\n"
	      "0  () end \n");
}

static int object(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	(void)arg;
	return event->depth == 2 ? intoto_attestor_fail(err, INTOTO_E_POLICY, "not this one") : 0;
}

static void an_error_of_the_reader_ends_the_reading(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int fd = memfd_create("json", 0);

	(void)state;
	assert_int_equal(write(fd, "[[1]", 4), 4);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(intoto_events_read(fd, NULL, object, NULL, &err), INTOTO_E_POLICY);
	assert_string_equal(intoto_error_text(err), "byte 3: not this one");
	close(fd);
}

/* --- trees --- */

static void a_tree_gives_what_stands_in_it(void **state)
{
	static const char json[] =
		"{\"n\":-42,\"t\":\"x\",\"b\":true,\"z\":null,\"f\":1.50,\"l\":[1,2],"
		"\"m1\":1,\"m2\":2,\"m3\":3,\"m4\":4,\"m5\":5}";
	IT_AUTO(intoto_value_freep) struct intoto_value *root = NULL;
	int64_t number = 7;
	bool truth = false;

	(void)state;
	assert_int_equal(intoto_value_parse(&root, json, strlen(json), NULL), 0);
	assert_int_equal(intoto_value_count(root), 11);
	assert_true(intoto_value_int(intoto_value_get(root, "n"), &number));
	assert_int_equal(number, -42);
	assert_false(intoto_value_int(intoto_value_get(root, "f"), &number));
	assert_string_equal(intoto_value_number(intoto_value_get(root, "f")), "1.50");
	assert_string_equal(intoto_value_text(intoto_value_get(root, "t")), "x");
	assert_null(intoto_value_text(intoto_value_get(root, "n")));
	assert_true(intoto_value_bool(intoto_value_get(root, "b"), &truth) && truth);
	assert_int_equal(intoto_value_kind(intoto_value_get(root, "z")), INTOTO_VALUE_NULL);
	assert_non_null(intoto_value_get(root, "z"));
	assert_null(intoto_value_get(root, "no"));
	assert_null(intoto_value_get(intoto_value_get(root, "t"), "x"));
	assert_string_equal(intoto_value_name(root, 1), "t");
	assert_null(intoto_value_name(root, 11));
	assert_null(intoto_value_name(intoto_value_get(root, "l"), 0));
	assert_string_equal(intoto_value_number(intoto_value_at(intoto_value_get(root, "l"), 1)),
			    "2");
	assert_null(intoto_value_at(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_clean_json),
		cmocka_unit_test(accepts_the_twins_of_what_is_refused),
		cmocka_unit_test(refuses_more_than_64_levels),
		cmocka_unit_test(refuses_past_each_limit),
		cmocka_unit_test(refuses_a_number_without_end),
		cmocka_unit_test(reads_the_same_in_any_pieces),
		cmocka_unit_test(hashes_as_the_reference_of_siphash),
		cmocka_unit_test(finds_a_name_among_many_that_comes_twice),
		cmocka_unit_test(events_have_the_path_of_their_value),
		cmocka_unit_test(no_name_looks_like_a_path),
		cmocka_unit_test(skips_a_value_with_its_end),
		cmocka_unit_test(collects_a_value_as_a_tree),
		cmocka_unit_test(an_error_of_the_reader_ends_the_reading),
		cmocka_unit_test(a_tree_gives_what_stands_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
