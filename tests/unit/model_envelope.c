/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes as text: what is read, what is refused, what is kept. */
#include "json_expect.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "model/envelope.h"

/* {"_type":"link"} */
#define LINK "eyJfdHlwZSI6ImxpbmsifQ=="
#define TYPE "\"payloadType\": \"application/vnd.in-toto+json\""

static int parse(struct intoto_envelope **out, const char *text, struct intoto_error **err)
{
	return intoto_envelope_parse(out, text, strlen(text), err);
}

static struct intoto_envelope *envelope_or_fail(const char *text)
{
	struct intoto_error *err = NULL;
	struct intoto_envelope *envelope = NULL;
	int rc = parse(&envelope, text, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return envelope;
}

static void refuse_code(const char *text, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_envelope *envelope = NULL;
	int rc = parse(&envelope, text, &err);

	assert_null(envelope);
	expect_refusal(rc, err, code, sentence);
}

static void refuse(const char *text, const char *sentence)
{
	refuse_code(text, INTOTO_E_FORMAT, sentence);
}

static void expect_print(const struct intoto_envelope *envelope, const char *want)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
	assert_string_equal(text, want);
	assert_int_equal(len, strlen(want));
}

static void reads_a_dsse_envelope(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": [{\"keyid\": \"ab\", "
		"\"sig\": \"AAEC\"}, {\"sig\": \"\"}, {\"keyid\": null, \"sig\": \"/w\"}], "
		"\"unknown\": 1}");

	(void)state;
	assert_int_equal(intoto_envelope_format(envelope), INTOTO_DSSE);
	assert_string_equal(intoto_envelope_type(envelope), "link");
	assert_string_equal(intoto_envelope_payload_type(envelope), INTOTO_PAYLOAD_TYPE);
	assert_string_equal(it_buf_text(&envelope->payload), "{\"_type\":\"link\"}");
	assert_int_equal(intoto_envelope_signature_count(envelope), 3);
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 0), "ab");
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 1), "");
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 2), "");
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 3), "");
	assert_true(it_span_eq(it_buf_span(&envelope->signatures[0].bytes), it_span("\0\1\2", 3)));
}

static void reads_both_base64_alphabets(void **state)
{
	/* {"_type":"layout","readme":"~~~???"} */
	static const char *const forms[] = {
		"eyJfdHlwZSI6ImxheW91dCIsInJlYWRtZSI6In5+fj8/PyJ9",
		"eyJfdHlwZSI6ImxheW91dCIsInJlYWRtZSI6In5-fj8_PyJ9",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(forms); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
		IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

		(void)it_buf_printf(&text, "{\"payload\": \"%s\", " TYPE ", \"signatures\": []}",
				    forms[i]); /* seen below */
		envelope = envelope_or_fail(it_buf_text(&text));
		assert_string_equal(intoto_envelope_type(envelope), "layout");
		assert_true(it_span_is(
			it_json_text(it_json_get(it_envelope_body(envelope), "readme")), "~~~???"));
	}
}

static void reads_a_metablock(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"signatures\": [{\"keyid\": \"cd\", \"sig\": \"00fF\"}], \"signed\": {\"b\": "
		"\"\\n\", \"_type\": \"layout\"}}");

	(void)state;
	assert_int_equal(intoto_envelope_format(envelope), INTOTO_METABLOCK);
	assert_string_equal(intoto_envelope_type(envelope), "layout");
	assert_string_equal(intoto_envelope_payload_type(envelope), "");
	assert_string_equal(it_buf_text(&envelope->payload), "{\"_type\":\"layout\",\"b\":\"\n\"}");
	assert_true(it_span_eq(it_buf_span(&envelope->signatures[0].bytes), it_span("\0\xff", 2)));
}

static void refuses_what_is_no_envelope(void **state)
{
	(void)state;
	refuse("", "line 1, column 1: the text ends too early");
	refuse("[]", "envelope: want an object, found a list");
	refuse("{}", "envelope: neither \"payload\" (DSSE) nor \"signed\" (Metablock)");
	refuse("{\"signatures\": []}",
	       "envelope: neither \"payload\" (DSSE) nor \"signed\" (Metablock)");
	refuse("{\"payload\": \"\", \"signed\": {}}",
	       "envelope: both \"payload\" (DSSE) and \"signed\" (Metablock)");
	refuse("{\"payloadType\": \"\", \"signed\": {}}",
	       "envelope: both \"payload\" (DSSE) and \"signed\" (Metablock)");
	refuse("{\"signed\": {}, \"signed\": {}, \"signatures\": []}",
	       "line 1, column 16: duplicate member \"signed\"");
	refuse("{\"signed\": {}, \"signatures\": []} {}",
	       "line 1, column 34: something behind the end of the document");
}

static void refuses_dsse_with_wrong_members(void **state)
{
	(void)state;
	refuse("{\"payloadType\": \"x\", \"signatures\": []}",
	       "envelope: member \"payload\" is missing");
	refuse("{\"payload\": \"\", \"signatures\": []}",
	       "envelope: member \"payloadType\" is missing");
	refuse("{\"payload\": \"" LINK "\", " TYPE "}",
	       "envelope: member \"signatures\" is missing");
	refuse("{\"payload\": {}, " TYPE ", \"signatures\": []}",
	       "envelope.payload: want base64, found an object");
	refuse("{\"payload\": \"!\", " TYPE ", \"signatures\": []}",
	       "envelope.payload: want base64, found another text");
	refuse("{\"payload\": \"ey-+\", " TYPE ", \"signatures\": []}",
	       "envelope.payload: want base64, found another text");
	refuse("{\"payload\": \"\", \"payloadType\": 1, \"signatures\": []}",
	       "envelope.payloadType: want a text, found a number");
	refuse("{\"payload\": \"\", \"payloadType\": \"a\\u0000\", \"signatures\": []}",
	       "envelope.payloadType: a NUL character inside a text");
	refuse("{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": {}}",
	       "envelope.signatures: want a list, found an object");
}

static void refuses_signatures_that_are_none(void **state)
{
	(void)state;
	refuse("{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": [{\"sig\": \"\"}, 5]}",
	       "envelope.signatures[1]: want an object, found a number");
	refuse("{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": [{\"keyid\": \"a\"}]}",
	       "envelope.signatures[0]: member \"sig\" is missing");
	refuse("{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": [{\"sig\": \"00ff0\"}]}",
	       "envelope.signatures[0].sig: want base64, found another text");
	refuse("{\"payload\": \"" LINK "\", " TYPE
	       ", \"signatures\": [{\"keyid\": 5, \"sig\": \"\"}]}",
	       "envelope.signatures[0].keyid: want a text, found a number");
	refuse("{\"signed\": {}, \"signatures\": [{\"keyid\": \"\", \"sig\": \"0g\"}]}",
	       "envelope.signatures[0].sig: want hex digits, found another text");
	refuse("{\"signed\": {}, \"signatures\": [{\"keyid\": \"\", \"sig\": \"012\"}]}",
	       "envelope.signatures[0].sig: want hex digits, found another text");
	refuse("{\"signed\": {}, \"signatures\": [{\"keyid\": \"\", \"sig\": null}]}",
	       "envelope.signatures[0].sig: want hex digits, found null");
	refuse("{\"signed\": {}, \"signatures\": [{\"keyid\": \"\"}]}",
	       "envelope.signatures[0]: member \"sig\" is missing");
}

static void refuses_metablocks_with_wrong_members(void **state)
{
	(void)state;
	refuse("{\"signed\": {}}", "envelope: member \"signatures\" is missing");
	refuse("{\"signed\": [], \"signatures\": []}",
	       "envelope.signed: want an object, found a list");
	refuse("{\"signed\": null, \"signatures\": []}",
	       "envelope.signed: want an object, found null");
	refuse("{\"signed\": {\"steps\": [{\"threshold\": 1.0}]}, \"signatures\": []}",
	       "signed.steps[0].threshold: line 1, column 37: want a whole number, found a real "
	       "number");
}

static void refuse_payload(const char *payload, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	(void)it_buf_add_text(&text, "{\"payload\": \""); /* seen below */
	it_base64_encode(&text, it_span_text(payload));
	(void)it_buf_add_text(&text, "\", " TYPE ", \"signatures\": []}");
	refuse(it_buf_text(&text), sentence);
}

static void refuses_payloads_as_strictly_as_files(void **state)
{
	(void)state;
	refuse_payload("", "payload: line 1, column 1: the text ends too early");
	refuse_payload("hello world", "payload: line 1, column 1: invalid token at \"hello\"");
	refuse_payload("[]", "payload: want an object, found a list");
	refuse_payload("{\"a\": 1}\n{}",
		       "payload: line 2, column 1: something behind the end of the document");
	refuse_payload("{\"name\": 1, \"name\": 1}",
		       "payload: line 1, column 13: duplicate member \"name\"");
	refuse_payload("{\"_type\": \"link\", \"a\": 0.5}",
		       "payload: a: line 1, column 24: want a whole number, found a real number");
	refuse_payload("{\"_type\": \"https://in-toto.io/Statement/v1\", \"a\": 0.5, \"a\": 1}",
		       "payload: a: line 1, column 51: want a whole number, found a real number");
	refuse_payload("{\"a\": 0.5}",
		       "payload: a: line 1, column 7: want a whole number, found a real number");
	refuse_payload("{\"byproducts\": {\"stdout\": \"a\n\"}}",
		       "payload: byproducts.stdout: line 1, column 27: unexpected newline at "
		       "\"\"a\\n\"\"");
}

static void loads_other_payload_types_without_a_meaning(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *json = envelope_or_fail(
		"{\"payload\": \"" LINK "\", \"payloadType\": \"application/vnd.x+json\", "
		"\"signatures\": []}");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *text = envelope_or_fail(
		"{\"payload\": \"aGVsbG8gd29ybGQ=\", \"payloadType\": \"text/plain\", "
		"\"signatures\": []}");

	(void)state;
	assert_null(intoto_envelope_type(json));
	assert_non_null(it_envelope_body(json));
	assert_null(intoto_envelope_type(text));
	assert_null(it_envelope_body(text));
	assert_string_equal(intoto_envelope_payload_type(text), "text/plain");
	refuse("{\"payload\": \"aGVsbG8gd29ybGQ=\", \"payloadType\": \"application/json\", "
	       "\"signatures\": []}",
	       "payload: line 1, column 1: invalid token at \"hello\"");
}

static void refuses_more_signatures_than_sense(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);

	(void)state;
	(void)it_buf_add_text(&text, "{\"signed\": {}, \"signatures\": [{\"sig\": \"\"}");
	for (int i = 1; i < IT_SIGNATURES_MAX; i++)
		(void)it_buf_add_text(&text, ", {\"sig\": \"\"}"); /* seen below */
	(void)it_buf_add_text(&text, "]}");
	intoto_envelope_free(envelope_or_fail(it_buf_text(&text)));
	text.len -= 2;
	(void)it_buf_add_text(&text, ", {\"sig\": \"\"}]}");
	refuse_code(it_buf_text(&text), INTOTO_E_LIMIT,
		    "envelope.signatures: more than 1024 signatures");
}

static void refuses_a_signature_that_is_too_long(void **state)
{
	static char zeros[2 * (IT_SIGNATURE_BYTES_MAX + 1) + 1];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);

	(void)state;
	memset(zeros, '0', sizeof zeros - 1);
	(void)it_buf_printf(&text, "{\"signed\": {}, \"signatures\": [{\"sig\": \"%s\"}]}",
			    zeros); /* seen below */
	refuse_code(it_buf_text(&text), INTOTO_E_LIMIT,
		    "envelope.signatures[0].sig: more than 65536 bytes");
}

static void prints_dsse_on_one_line(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"signatures\": [{\"sig\": \"AAEC\", \"keyid\": \"ab\"}],\n \"payload\": \"" LINK
		"\",\n " TYPE "}");

	(void)state;
	expect_print(envelope,
		     "{\"payload\":\"" LINK "\",\"payloadType\":\"application/vnd.in-toto+json\","
		     "\"signatures\":[{\"keyid\":\"ab\",\"sig\":\"AAEC\"}]}\n");
}

static void keeps_members_of_signatures_that_it_does_not_know(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *dsse = envelope_or_fail(
		"{\"payload\": \"" LINK "\", " TYPE ", \"signatures\": [{\"sig\": \"AA==\", "
		"\"cert\": \"-----BEGIN\\n\", \"x\": [1]}]}");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *metablock = envelope_or_fail(
		"{\"signed\": {\"z\": 1, \"a\": []}, \"signatures\": [{\"sig\": \"00\", "
		"\"cert\": \"c\"}]}");

	(void)state;
	expect_print(dsse, "{\"payload\":\"" LINK
			   "\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":["
			   "{\"cert\":\"-----BEGIN\\n\",\"sig\":\"AA==\",\"x\":[1]}]}\n");
	expect_print(metablock, "{\n"
				"  \"signatures\": [\n"
				"    {\n"
				"      \"cert\": \"c\",\n"
				"      \"sig\": \"00\"\n"
				"    }\n"
				"  ],\n"
				"  \"signed\": {\n"
				"    \"a\": [],\n"
				"    \"z\": 1\n"
				"  }\n"
				"}\n");
}

static void keeps_openpgp_signatures_unread(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"signatures\": [{\"keyid\": \"8288ef56\", \"signature\": \"zz\", "
		"\"other_headers\": \"04\"}], \"signed\": {}}");

	(void)state;
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 0), "8288ef56");
	expect_print(envelope, "{\n"
			       "  \"signatures\": [\n"
			       "    {\n"
			       "      \"keyid\": \"8288ef56\",\n"
			       "      \"other_headers\": \"04\",\n"
			       "      \"signature\": \"zz\"\n"
			       "    }\n"
			       "  ],\n"
			       "  \"signed\": {}\n"
			       "}\n");
	refuse("{\"payload\": \"" LINK "\", " TYPE
	       ", \"signatures\": [{\"keyid\": \"\", \"signature\": \"00\"}]}",
	       "envelope.signatures[0]: member \"sig\" is missing");
}

static void makes_new_envelopes(void **state)
{
	static const char text[] = "{ \"b\": 1, \"_type\": \"layout\" }";
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *dsse = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *metablock = NULL;

	(void)state;
	assert_int_equal(intoto_envelope_new(&dsse, INTOTO_DSSE, text, strlen(text), NULL), 0);
	assert_int_equal(
		intoto_envelope_new(&metablock, INTOTO_METABLOCK, text, strlen(text), NULL), 0);
	assert_string_equal(it_buf_text(&dsse->payload), text);
	assert_string_equal(it_buf_text(&metablock->payload), "{\"_type\":\"layout\",\"b\":1}");
	assert_string_equal(intoto_envelope_type(dsse), "layout");
	assert_string_equal(intoto_envelope_type(metablock), "layout");
	assert_int_equal(intoto_envelope_signature_count(dsse), 0);
}

static void makes_no_envelope_around_what_it_would_not_read(void **state)
{
	static const struct {
		const char *text;
		const char *dsse, *metablock;
	} cases[] = {
		{ "{", "payload: line 1, column 2: the text ends too early",
		  "signed: line 1, column 2: the text ends too early" },
		{ "[]", "payload: want an object, found a list",
		  "signed: want an object, found a list" },
		{ "{\"a\": 1e3}",
		  "payload: a: line 1, column 7: want a whole number, found a real number",
		  "signed: a: line 1, column 7: want a whole number, found a real number" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		struct intoto_envelope *envelope = NULL;
		struct intoto_error *err = NULL;
		size_t len = strlen(cases[i].text);
		int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, cases[i].text, len, &err);

		assert_null(envelope);
		expect_refusal(rc, err, INTOTO_E_FORMAT, cases[i].dsse);
		err = NULL;
		rc = intoto_envelope_new(&envelope, INTOTO_METABLOCK, cases[i].text, len, &err);
		assert_null(envelope);
		expect_refusal(rc, err, INTOTO_E_FORMAT, cases[i].metablock);
	}
}

static void leaves_a_level_for_the_metablock_around(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
	struct intoto_envelope *envelope = NULL;
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	(void)it_buf_add_text(&text, "{\"a\":"); /* all seen below */
	(void)it_buf_add_text(&want, "signed: a");
	for (int i = 0; i < 31; i++)
		(void)it_buf_add_byte(&text, '[');
	for (int i = 0; i < 30; i++)
		(void)it_buf_add_text(&want, "[0]");
	(void)it_buf_add_text(&want, ": line 1, column 36: nested deeper than 31");
	for (int i = 0; i < 31; i++)
		(void)it_buf_add_byte(&text, ']');
	(void)it_buf_add_text(&text, "}");
	rc = intoto_envelope_new(&envelope, INTOTO_METABLOCK, text.data, text.len, &err);
	assert_null(envelope);
	expect_refusal(rc, err, INTOTO_E_LIMIT, it_buf_text(&want));
	rc = intoto_envelope_new(&envelope, INTOTO_DSSE, text.data, text.len, NULL);
	assert_int_equal(rc, INTOTO_OK);
	intoto_envelope_free(envelope);
}

static void signs_the_pae_of_the_dsse_protocol(void **state)
{
	/* secure-systems-lab/dsse protocol.md, test vectors. */
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope =
		envelope_or_fail("{\"payload\": \"aGVsbG8gd29ybGQ=\", \"payloadType\": "
				 "\"http://example.com/HelloWorld\", \"signatures\": []}");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	assert_int_equal(it_envelope_signed_bytes(envelope, &out, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out),
			    "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

static void counts_bytes_and_keeps_nul_in_the_pae(void **state)
{
	/* payload: U+00E9, NUL, "x"; type: two characters, three bytes. */
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"payload\": \"w6kAeA==\", \"payloadType\": \"\\u00e9t\", \"signatures\": []}");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	assert_int_equal(it_envelope_signed_bytes(envelope, &out, NULL), INTOTO_OK);
	assert_true(it_span_eq(it_buf_span(&out), it_span("DSSEv1 3 \xc3\xa9t 4 \xc3\xa9\0x", 19)));
}

static void covers_the_canonical_form_of_a_metablock(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_or_fail(
		"{\"signed\": {\"b\": \"\\t\\\"\", \"a\": -0}, \"signatures\": []}");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	assert_int_equal(it_envelope_signed_bytes(envelope, &out, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), "{\"a\":0,\"b\":\"\t\\\"\"}");
}

static void saves_and_loads_a_file(void **state)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = NULL;
	char folder[] = "/tmp/intoto-envelope-XXXXXX";
	IT_AUTO(it_freep) char *path = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = it_path_join(folder, "a.link");
	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, "{}", 2, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_save(envelope, path, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_load(&again, path, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&again->payload), "{}");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void begins_errors_with_the_file(void **state)
{
	struct intoto_envelope *envelope = NULL;
	struct intoto_error *err = NULL;
	char path[] = "/tmp/intoto-envelope-XXXXXX";
	IT_AUTO(it_fd_close) int fd = mkstemp(path);
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
	int rc;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(it_fd_write(fd, it_span_text("{\"signed\": 1}"), NULL), INTOTO_OK);
	rc = intoto_envelope_load(&envelope, path, &err);
	(void)it_buf_printf(&want, "%s: envelope: member \"signatures\" is missing",
			    path); /* seen below */
	expect_refusal(rc, err, INTOTO_E_FORMAT, it_buf_text(&want));
	assert_int_equal(unlink(path), 0);
	err = NULL;
	rc = intoto_envelope_load(&envelope, "/nowhere/at/all", &err);
	assert_null(envelope);
	expect_refusal(rc, err, INTOTO_E_NOTFOUND, "/nowhere/at/all: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_dsse_envelope),
		cmocka_unit_test(reads_both_base64_alphabets),
		cmocka_unit_test(reads_a_metablock),
		cmocka_unit_test(refuses_what_is_no_envelope),
		cmocka_unit_test(refuses_dsse_with_wrong_members),
		cmocka_unit_test(refuses_signatures_that_are_none),
		cmocka_unit_test(refuses_metablocks_with_wrong_members),
		cmocka_unit_test(refuses_payloads_as_strictly_as_files),
		cmocka_unit_test(loads_other_payload_types_without_a_meaning),
		cmocka_unit_test(refuses_more_signatures_than_sense),
		cmocka_unit_test(refuses_a_signature_that_is_too_long),
		cmocka_unit_test(prints_dsse_on_one_line),
		cmocka_unit_test(keeps_members_of_signatures_that_it_does_not_know),
		cmocka_unit_test(keeps_openpgp_signatures_unread),
		cmocka_unit_test(makes_new_envelopes),
		cmocka_unit_test(makes_no_envelope_around_what_it_would_not_read),
		cmocka_unit_test(leaves_a_level_for_the_metablock_around),
		cmocka_unit_test(signs_the_pae_of_the_dsse_protocol),
		cmocka_unit_test(counts_bytes_and_keeps_nul_in_the_pae),
		cmocka_unit_test(covers_the_canonical_form_of_a_metablock),
		cmocka_unit_test(saves_and_loads_a_file),
		cmocka_unit_test(begins_errors_with_the_file),
	};

	return cmocka_run_group_tests_name("model_envelope", tests, NULL, NULL);
}
