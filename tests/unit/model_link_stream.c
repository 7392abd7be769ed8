/* SPDX-License-Identifier: Apache-2.0 */
/* Links read without a tree: which are, that they read the same, and that the others are refused in
 * the words of the document reader. */
#include "json_expect.h"

#include <stdio.h>

#include "tests/fuzz/same_link.h"

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HASH2 "af86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SET "{\"sha256\":\"" HASH "\"}"

/* The text of an envelope around the text of a link, signed by nobody that we check. */
static void metablock_of(struct it_buf *out, const char *link)
{
	(void)it_buf_printf(out,
			    "{\"signatures\": [{\"keyid\": \"ab\", \"sig\": \"00ff\", \"cert\": "
			    "\"x\"}], \"signed\": %s}\n",
			    link); /* the readers would tell */
}

static void dsse_of(struct it_buf *out, const char *link)
{
	(void)it_buf_add_text(out, "{\"payload\": \""); /* the readers would tell */
	it_base64_encode(out, it_span_text(link));
	(void)it_buf_add_text(out, "\", \"payloadType\": \"" INTOTO_PAYLOAD_TYPE
				   "\", \"signatures\": [{\"sig\": \"AAEC\"}]}");
}

static void expect_envelope(const char *text, enum same_verdict verdict)
{
	enum same_verdict found = same_link(it_span_text(text));

	if (found != verdict)
		fail_msg("%s: %d, want %d", text, (int)found, (int)verdict);
}

static void expect_each(const char *link, enum same_verdict metablock, enum same_verdict dsse)
{
	IT_AUTO(it_buf_done) struct it_buf one = IT_BUF(1 << 24);
	IT_AUTO(it_buf_done) struct it_buf other = IT_BUF(1 << 24);

	metablock_of(&one, link);
	expect_envelope(it_buf_text(&one), metablock);
	dsse_of(&other, link);
	expect_envelope(it_buf_text(&other), dsse);
}

static void expect(const char *link, enum same_verdict verdict)
{
	expect_each(link, verdict, verdict);
}

static void takes_links_as_everybody_writes_them(void **state)
{
	(void)state;
	/* sorted, compact */
	expect("{\"_type\":\"link\",\"byproducts\":{},\"command\":[],\"environment\":{},"
	       "\"materials\":{},\"name\":\"a\",\"products\":{\"x\":" SET "}}",
	       SAME_TAKEN);
	/* Python: indented by one */
	expect("{\n \"_type\": \"link\",\n \"byproducts\": {\n  \"return-value\": 0\n },\n "
	       "\"command\": [\n  \"make\"\n ],\n \"environment\": {},\n \"materials\": {\n  "
	       "\"a\": " SET ",\n  \"b\": " SET "\n },\n \"name\": \"a\",\n \"products\": {}\n}",
	       SAME_TAKEN);
	/* Go: in the order of its struct */
	expect("{\"_type\":\"link\",\"name\":\"a\",\"materials\":{\"a\":" SET
	       "},\"products\":{\"b\":" SET "},\"byproducts\":{\"stdout\":\"x\\n\",\"stderr\":"
	       "\"\",\"return-value\":0},\"command\":[\"a\",\"b\"],\"environment\":{}}",
	       SAME_TAKEN);
	/* the optional ones absent or null */
	expect("{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_TAKEN);
	expect("{\"products\":{},\"byproducts\":null,\"command\":[],\"environment\":null,"
	       "\"materials\":{},\"name\":\"\",\"_type\":\"link\"}",
	       SAME_TAKEN);
	expect(" {\"_type\":\"l\\u0069nk\",\t\"command\":[],\r\n\"materials\":{},"
	       "\"n\\u0061me\":\"\",\"products\":{}} ",
	       SAME_TAKEN);
}

#define AROUND(materials)                                                                          \
	"{\"_type\":\"link\",\"command\":[\"c\"],\"materials\":{" materials                        \
	"},\"name\":\"a\",\"products\":{\"p\":" SET "}}"

static void takes_names_and_texts_with_escapes(void **state)
{
	(void)state;
	expect(AROUND("\"\\u0001\\n\\\"\\\\\":" SET ",\"\\u00e9\\ud83d\\ude00\":" SET), SAME_TAKEN);
	expect(AROUND("\"a\\/b\":" SET ",\"\xc3\xa9\":" SET ",\"\xf0\x9f\x98\x80\":" SET),
	       SAME_TAKEN);
	expect("{\"_type\":\"link\",\"command\":[\"\",\"\\b\\f\\n\\r\\t\\u001f\\u007f\\u2028\"],"
	       "\"materials\":{},\"name\":\"\\\"\\\\\",\"products\":{}}",
	       SAME_TAKEN);
}

static void takes_several_digests(void **state)
{
	(void)state;
	expect(AROUND("\"a\":{\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\",\"sha256\":\"" HASH
		      "\",\"sha512\":\"" HASH HASH "\",\"x-y_Z\":\"00ff\"}"),
	       SAME_TAKEN);
}

static void takes_opaque_members_with_anything_in_them(void **state)
{
	(void)state;
	expect("{\"_type\":\"link\",\"byproducts\":{\"z\":[1,-0,true,null,{\"b\":1,\"a\":\"\\n\"}"
	       "],\"ab\":\"\\u0000\",\"\xc3\xa9\":9223372036854775807},\"command\":[],"
	       "\"environment\":{\"\":\"]}\\\"\"},\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_TAKEN);
	expect("{\"_type\":\"link\",\"byproducts\":{\"a\":1,\"a\":2},\"command\":[],"
	       "\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_DECLINED);
	expect("{\"_type\":\"link\",\"byproducts\":{\"a\":1.5},\"command\":[],"
	       "\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_DECLINED);
	expect("{\"_type\":\"link\",\"byproducts\":[],\"command\":[],"
	       "\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_DECLINED);
	expect("{\"_type\":\"link\",\"byproducts\":{]},\"command\":[],"
	       "\"materials\":{},\"name\":\"\",\"products\":{}}",
	       SAME_DECLINED);
}

static void leaves_unsorted_tables_and_capital_digits_to_the_other(void **state)
{
	(void)state;
	expect(AROUND("\"b\":" SET ",\"a\":" SET), SAME_DECLINED);
	expect(AROUND("\"a\":{\"sha512\":\"" HASH HASH "\",\"sha256\":\"" HASH "\"}"),
	       SAME_DECLINED);
	expect(AROUND("\"a\":{\"sha256\":\"9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6"
		      "C15B0F00A08\"}"),
	       SAME_DECLINED);
	expect(AROUND("\"a\":{\"sha25\\u0036\":\"" HASH "\"}"), SAME_DECLINED);
}

static void does_not_take_what_is_wrong(void **state)
{
	static const char *const tables[] = {
		"\"a\":" SET ",\"a\":" SET,
		"\"a\":" SET ",\"\\u0061\":" SET,
		"\"a\":" SET ",",
		",\"a\":" SET,
		"\"a\":{}",
		"\"a\":[]",
		"\"a\":\"" HASH "\"",
		"\"a\" " SET,
		"\"a\":{\"sha256\":\"" HASH "0\"}",
		"\"a\":{\"sha256\":\"\"}",
		"\"a\":{\"\":\"00\"}",
		"\"a\":{\"x\":\"0\"}",
		"\"a\":{\"x\":\"0g\"}",
		"\"a\":{\"x\":\"0\\u0061\"}",
		"\"a\":{\"x y\":\"00\"}",
		"\"a\":{\"sha256\":\"" HASH "\",\"sha256\":\"" HASH "\"}",
		"\"\":" SET,
		"\"a\\u0000b\":" SET,
		"\"\\ud800\":" SET,
		"\"\\ud800\\u0041\":" SET,
		"\"\\udc00\":" SET,
		"\"\\u12g4\":" SET,
		"\"\\x\":" SET,
		"\"\xff\":" SET,
		"\"\xc3\":" SET,
		"\"\xed\xa0\x80\":" SET,
		"\"\n\":" SET,
		"\"a:" SET,
		"a:" SET,
	};

	(void)state;
	expect(AROUND("\"a\":" SET), SAME_TAKEN);
	for (size_t i = 0; i < IT_COUNT_OF(tables); i++) {
		IT_AUTO(it_buf_done) struct it_buf link = IT_BUF(1 << 20);

		(void)it_buf_printf(&link, AROUND("%s"), tables[i]); /* the readers would tell */
		expect(it_buf_text(&link), SAME_DECLINED);
	}
}

static void does_not_take_what_is_no_link(void **state)
{
	static const char *const documents[] = {
		"{}",
		"[]",
		"null",
		"",
		"{\"_type\":\"layout\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{"
		"}}",
		"{\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{}}",
		"{\"_type\":\"link\",\"materials\":{},\"name\":\"\",\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[],\"name\":\"\",\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\"}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{},"
		"\"more\":1}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{},"
		"\"name\":\"\"}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\\u0000\","
		"\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[1],\"materials\":{},\"name\":\"\",\"products\":{}"
		"}",
		"{\"_type\":\"link\",\"command\":\"a\",\"materials\":{},\"name\":\"\","
		"\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[\"a\",],\"materials\":{},\"name\":\"\","
		"\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":1,\"products\":{}}",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{}}"
		" x",
		"{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{}",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(documents); i++)
		expect(documents[i], SAME_DECLINED);
}

#define LINK "{\"_type\":\"link\",\"command\":[],\"materials\":{},\"name\":\"\",\"products\":{}}"
#define LINK64                                                                                     \
	"eyJfdHlwZSI6ImxpbmsiLCJjb21tYW5kIjpbXSwibWF0ZXJpYWxzIjp7fSwibmFtZSI6IiIsInByb2R1Y3RzIj"   \
	"p7fX0="
#define TYPE "\"payloadType\":\"" INTOTO_PAYLOAD_TYPE "\""

static void takes_an_envelope_by_its_members(void **state)
{
	(void)state;
	expect_envelope("{\"signed\":" LINK ",\"signatures\":[]}", SAME_TAKEN);
	expect_envelope("{\"signatures\":[],\"signed\":" LINK "}", SAME_TAKEN);
	expect_envelope("{" TYPE ",\"payload\":\"" LINK64 "\",\"signatures\":[]}", SAME_TAKEN);
	expect_envelope("{\"signatures\":[],\"payload\":\"" LINK64 "\"," TYPE "}", SAME_TAKEN);
	/* OpenPGP's form of a signature is kept for who reads it */
	expect_envelope("{\"signatures\":[{\"keyid\":\"a\",\"signature\":\"00\",\"other_headers\":"
			"\"01\"}],\"signed\":" LINK "}",
			SAME_TAKEN);
}

static void does_not_take_other_envelopes(void **state)
{
	static const char *const texts[] = {
		"{\"signed\":" LINK "}",
		"{\"signatures\":[]}",
		"{\"signed\":" LINK ",\"signatures\":{}}",
		"{\"signed\":" LINK ",\"signatures\":[{}]}",
		"{\"signed\":" LINK ",\"signatures\":[{\"sig\":\"0\"}]}",
		"{\"signed\":" LINK ",\"signatures\":[],\"signatures\":[]}",
		"{\"signed\":" LINK ",\"signatures\":[],\"signed\":" LINK "}",
		"{\"signed\":" LINK ",\"signatures\":[],\"x\":1}",
		"{\"signed\":" LINK ",\"signatures\":[]} {}",
		"{\"signed\":" LINK ",\"signatures\":[],\"payload\":\"" LINK64 "\"}",
		"{\"signed\":" LINK ",\"signatures\":[]," TYPE "}",
		"{" TYPE ",\"signatures\":[]}",
		"{\"payload\":\"" LINK64 "\",\"signatures\":[]}",
		"{\"payload\":\"" LINK64 "\"," TYPE "}",
		"{\"payload\":\"" LINK64 "\"," TYPE ",\"signatures\":[{\"sig\":\"?\"}]}",
		"{\"payload\":\"" LINK64 "\",\"payloadType\":\"text/plain\",\"signatures\":[]}",
		"{\"payload\":\"?" LINK64 "\"," TYPE ",\"signatures\":[]}",
		"{\"payload\":\"\\u0065" LINK64 "\"," TYPE ",\"signatures\":[]}",
		"{\"payload\":\"\"," TYPE ",\"signatures\":[]}",
		"[]",
		"",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++)
		expect_envelope(texts[i], SAME_DECLINED);
}

static void refusals_keep_their_words(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	struct intoto_envelope *envelope = NULL;
	struct intoto_link *link = NULL;
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	metablock_of(&text, AROUND("\"a\":" SET ",\"a\":" SET));
	rc = intoto_envelope_parse(&envelope, text.data, text.len, &err);
	assert_null(envelope);
	expect_refusal(rc, err, INTOTO_E_FORMAT,
		       "signed.materials: line 1, column 200: duplicate member \"a\"");
	it_buf_reset(&text);
	metablock_of(&text, AROUND("\"a\":{\"sha256\":\"00\"}"));
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	err = NULL;
	rc = it_envelope_take_link(envelope, &link, &err);
	assert_null(link);
	expect_refusal(rc, err, INTOTO_E_FORMAT,
		       "link.materials.a.sha256: want 64 hex digits, found 2 bytes");
	intoto_envelope_free(envelope);
}

/* Nesting and numbers of values are bounded where the document reader bounds them. */
static void bounds_are_the_same(void **state)
{
	(void)state;
	for (int depth = 27; depth < 34; depth++) {
		IT_AUTO(it_buf_done) struct it_buf link = IT_BUF(1 << 20);
		/* the opaque value stands at depth 3 of a Metablock, and 2 of a payload */
		enum same_verdict metablock = depth <= 30 - 1 ? SAME_TAKEN : SAME_DECLINED;
		enum same_verdict dsse = depth <= 31 - 1 ? SAME_TAKEN : SAME_DECLINED;

		(void)it_buf_add_text(&link,
				      "{\"_type\":\"link\",\"byproducts\":{\"a\":"); /* seen */
		for (int i = 0; i < depth; i++)
			(void)it_buf_add_byte(&link, '[');
		for (int i = 0; i < depth; i++)
			(void)it_buf_add_byte(&link, ']');
		(void)it_buf_add_text(&link, "},\"command\":[],\"materials\":{},\"name\":\"\","
					     "\"products\":{}}");
		expect_each(it_buf_text(&link), metablock, dsse);
	}
}

static void a_taken_link_leaves_what_was_signed(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct intoto_link *again = NULL;
	struct intoto_error *err = NULL;
	char *printed = NULL;
	size_t len = 0;
	int rc;

	(void)state;
	metablock_of(&text, LINK);
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	assert_null(it_envelope_body(envelope));
	assert_int_equal(it_envelope_take_link(envelope, &link, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&envelope->payload), LINK);
	assert_string_equal(intoto_envelope_type(envelope), "link");
	rc = it_envelope_take_link(envelope, &again, &err);
	expect_refusal(rc, err, INTOTO_E_INTERNAL, "the link was taken out of the envelope");
	err = NULL;
	rc = intoto_envelope_print(envelope, &printed, &len, &err);
	expect_refusal(rc, err, INTOTO_E_INTERNAL, "the link was taken out of the envelope");
}

static void a_payload_can_be_read_again(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *again = NULL;

	(void)state;
	dsse_of(&text, AROUND("\"a\":" SET));
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	assert_int_equal(it_envelope_take_link(envelope, &link, NULL), INTOTO_OK);
	assert_int_equal(it_envelope_take_link(envelope, &again, NULL), INTOTO_OK);
	assert_true(same_links(link, again));
	assert_true(prints_the_same(envelope));
}

static void agrees_on_many_artifacts(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf link = IT_BUF(1 << 24);

	(void)state;
	(void)it_buf_add_text(&link,
			      "{\"_type\":\"link\",\"command\":[],\"materials\":{"); /* seen */
	for (int i = 0; i < 5000; i++)
		(void)it_buf_printf(&link, "%s\n \"src/%06d\\u00e9.c\": {\"sha256\": \"%s\"}",
				    i ? "," : "", i, i % 3 ? HASH : HASH2);
	(void)it_buf_add_text(&link, "},\"name\":\"\",\"products\":{}}");
	expect(it_buf_text(&link), SAME_TAKEN);
}

/* Both sides at once: what is on both with the same digests, with others, and on one only. */
static void agrees_where_the_sides_share_artifacts(void **state)
{
	static const char mixed[] =
		"{\"_type\":\"link\",\"command\":[],\"materials\":{\"a\":" SET ",\"b\":" SET
		",\"d\":" SET "},\"name\":\"\",\"products\":{\"a\":" SET
		",\"b\":{\"sha256\":\"" HASH2 "\"},\"c\":" SET ",\"d\":" SET ",\"e\":" SET "}}";
	static const char turned[] =
		"{\"_type\":\"link\",\"command\":[],\"products\":{\"a\":" SET ",\"b\":" SET
		"},\"name\":\"\",\"materials\":{\"b\":" SET ",\"c\":" SET "}}";

	(void)state;
	expect(mixed, SAME_TAKEN);
	expect(turned, SAME_TAKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_links_as_everybody_writes_them),
		cmocka_unit_test(takes_names_and_texts_with_escapes),
		cmocka_unit_test(takes_several_digests),
		cmocka_unit_test(takes_opaque_members_with_anything_in_them),
		cmocka_unit_test(leaves_unsorted_tables_and_capital_digits_to_the_other),
		cmocka_unit_test(does_not_take_what_is_wrong),
		cmocka_unit_test(does_not_take_what_is_no_link),
		cmocka_unit_test(takes_an_envelope_by_its_members),
		cmocka_unit_test(does_not_take_other_envelopes),
		cmocka_unit_test(refusals_keep_their_words),
		cmocka_unit_test(bounds_are_the_same),
		cmocka_unit_test(a_taken_link_leaves_what_was_signed),
		cmocka_unit_test(a_payload_can_be_read_again),
		cmocka_unit_test(agrees_on_many_artifacts),
		cmocka_unit_test(agrees_where_the_sides_share_artifacts),
	};

	return cmocka_run_group_tests_name("model_link_stream", tests, NULL, NULL);
}
