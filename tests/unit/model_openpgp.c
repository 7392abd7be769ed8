/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP signatures in envelopes, and OpenPGP keys as key objects. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/envelope.h"
#include "model/key_object.h"
#include "tests/unit/openpgp_cases.h"

/* A link signed by maker: { keyid, other_headers, NAME }, in either envelope. */
static struct intoto_envelope *envelope_by(const struct maker *maker,
					   enum intoto_envelope_format format, const char *member,
					   const char *tail)
{
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *bare = NULL;
	IT_AUTO(it_buf_done) struct it_buf covered = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(MAKER_ROOM);
	IT_AUTO(document_done) struct document document = { 0 };
	struct intoto_envelope *out = NULL;
	struct intoto_error *err = NULL;

	assert_int_equal(intoto_envelope_new(&bare, format, "{\"_type\":\"link\"}", 16, NULL), 0);
	assert_int_equal(it_envelope_signed_bytes(bare, &covered, NULL), INTOTO_OK);
	document = sign_as(maker, &how, it_buf_text(&covered));
	it_hex_encode(&headers, it_buf_span(&document.headers));
	if (format == INTOTO_DSSE && it_streq(member, "sig"))
		it_base64_encode(&value, it_buf_span(&document.value));
	else
		it_hex_encode(&value, it_buf_span(&document.value));
	if (format == INTOTO_DSSE)
		(void)it_buf_add_text(&text, "{\"payload\":\"eyJfdHlwZSI6ImxpbmsifQ==\","
					     "\"payloadType\":\"application/vnd.in-toto+json\",");
	else
		(void)it_buf_add_text(&text, "{\"signed\":{\"_type\":\"link\"},");
	(void)it_buf_printf(&text,
			    "\"signatures\":[{\"keyid\":\"%s\",\"other_headers\":\"%s\",\"%s\":"
			    "\"%s%s\"}]}",
			    maker->id, it_buf_text(&headers), member, it_buf_text(&value), tail);
	if (intoto_envelope_parse(&out, text.data, text.len, &err))
		fail_msg("%s", intoto_error_text(err));
	return out;
}

static struct intoto_key *alice_and_subkey(void)
{
	PACKETS;

	add_alice(&packets, SIGN);
	add_sub(&packets);
	return must_read(&packets, NULL);
}

static const struct {
	enum intoto_envelope_format format;
	const char *member;
} forms[] = {
	{ INTOTO_METABLOCK, "signature" },
	{ INTOTO_METABLOCK, "sig" },
	{ INTOTO_DSSE, "sig" },
	{ INTOTO_DSSE, "signature" },
};

static void verifies_in_every_form(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = alice_and_subkey();
	const struct it_terms terms = { .at = NOW };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(forms); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *by_main =
			envelope_by(&alice, forms[i].format, forms[i].member, "");
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *by_sub =
			envelope_by(&sub, forms[i].format, forms[i].member, "");
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *by_bob =
			envelope_by(&bob, forms[i].format, forms[i].member, "");
		struct intoto_error *err = NULL;

		assert_int_equal(it_envelope_verify_under(by_main, key, &terms, NULL), INTOTO_OK);
		assert_int_equal(it_envelope_verify_under(by_sub, key, &terms, NULL), INTOTO_OK);
		assert_refused(it_envelope_verify_under(by_bob, key, &terms, &err), &err,
			       INTOTO_E_UNTRUSTED, "no signature by key");
		by_main->payload.data[3] ^= 1;
		assert_refused(it_envelope_verify_under(by_main, key, &terms, &err), &err,
			       INTOTO_E_UNTRUSTED, "does not count: it does not verify");
	}
}

static void judges_under_terms(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_by(&sub, INTOTO_METABLOCK, "signature", "");
	struct saying binding = saying(IT_PGP_BINDING, MADE, SIGN);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct it_terms terms = { .at = SIGNED };
	struct intoto_error *err = NULL;
	PACKETS;

	(void)state;
	binding.key_lifetime = 600 * DAY;
	add_alice(&packets, SIGN);
	add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(&packets, binding, &sub);
	key = must_read(&packets, NULL);
	assert_int_equal(it_envelope_verify_under(envelope, key, &terms, NULL), INTOTO_OK);
	terms.only = sub.id;
	assert_int_equal(it_envelope_verify_under(envelope, key, &terms, NULL), INTOTO_OK);
	terms.only = alice.id;
	assert_refused(it_envelope_verify_under(envelope, key, &terms, &err), &err,
		       INTOTO_E_UNTRUSTED, "signed, and only");
	terms = (struct it_terms){ .at = NOW };
	assert_refused(it_envelope_verify_under(envelope, key, &terms, &err), &err,
		       INTOTO_E_UNTRUSTED, "expired on 2022-05-06T12:26:40Z");
	/* Which is long ago for the clock, too. */
	assert_refused(intoto_envelope_verify(envelope, key, &err), &err, INTOTO_E_UNTRUSTED,
		       "expired on 2022-05-06T12:26:40Z");
}

static void keeps_kinds_of_keys_apart(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *openpgp = envelope_by(&alice, INTOTO_METABLOCK, "sig", "");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *plain = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *key = alice_and_subkey();
	struct intoto_error *err = NULL;

	(void)state;
	/* The same numbers as an ordinary key. */
	assert_refused(it_envelope_verify_one(openpgp, 0, alice.key, &err), &err,
		       INTOTO_E_UNSUPPORTED, "an OpenPGP signature");
	assert_int_equal(intoto_envelope_new(&plain, INTOTO_DSSE, "{}", 2, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_sign(plain, alice.key, INTOTO_KEYID_LEGACY, NULL), 0);
	assert_refused(it_envelope_verify_one(plain, 0, key, &err), &err, INTOTO_E_UNTRUSTED,
		       "is no OpenPGP signature");
	assert_refused(it_key_sign(key, it_span_text("x"), NULL, &err), &err, INTOTO_E_KEY,
		       "this key is public");
}

static void refuses_what_is_no_hex(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = envelope_by(&alice, INTOTO_METABLOCK, "signature", "zz");
	IT_AUTO(intoto_key_freep) struct intoto_key *key = alice_and_subkey();
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(intoto_envelope_verify(envelope, key, &err), &err, INTOTO_E_UNTRUSTED,
		       "does not count: signature: want hex digits, found another text");
}

/* --- key objects --- */

static void write_object(struct it_buf *out, const struct intoto_key *key)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_key_object_write(&writer, key, INTOTO_KEYID_LEGACY, true);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
}

static void writes_what_it_reads(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = alice_and_subkey();
	IT_AUTO(intoto_key_freep) struct intoto_key *again = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf twice = IT_BUF(MAKER_ROOM);
	IT_AUTO(document_done) struct document document = signed_by(&sub);

	(void)state;
	write_object(&text, key);
	assert_int_equal(intoto_key_parse(&again, text.data, text.len, "key", NULL, NULL, NULL), 0);
	assert_string_equal(intoto_key_id(again, INTOTO_KEYID_CURRENT), alice.id);
	assert_string_equal(intoto_key_type(again), "eddsa");
	assert_string_equal(intoto_key_scheme(again), "pgp+eddsa-ed25519");
	assert_true(it_key_answers_to(again, it_span_text(sub.id)));
	assert_true(intoto_key_same(key, again));
	assert_int_equal(verify_at(again, &document, NOW, NULL, NULL), INTOTO_OK);
	write_object(&twice, again);
	assert_string_equal(it_buf_text(&twice), it_buf_text(&text));
}

static void leaves_out_subkeys_that_must_not_sign(void **state)
{
	struct saying revoked = saying(IT_PGP_REVOKED_SUBKEY, MADE, NONE);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(MAKER_ROOM);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_sub(&packets);
	add_signature(&packets, &alice, &revoked, &alice, NULL, &sub);
	key = must_read(&packets, NULL);
	write_object(&text, key);
	assert_null(strstr(it_buf_text(&text), sub.id));
	assert_null(strstr(it_buf_text(&text), "subkeys"));
}

static void refuse_object(const char *text, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	assert_refused(intoto_key_parse(&key, text, strlen(text), "key", NULL, NULL, &err), &err,
		       code, sentence);
	assert_null(key);
}

#define ID "0123456789abcdef0123456789abcdef01234567"
#define POINT "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"
#define EDDSA(rest)                                                                                \
	"{\"type\":\"eddsa\",\"method\":\"pgp+eddsa-ed25519\",\"hashes\":[\"pgp+SHA2\"]," rest "}"
#define KEYVAL(q) "\"keyval\":{\"private\":\"\",\"public\":{\"q\":\"" q "\"}}"

static void takes_an_object_that_does_not_say_when_it_was_made(void **state)
{
	static const char text[] = EDDSA("\"keyid\":\"" ID "\"," KEYVAL(POINT));
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;

	(void)state;
	assert_int_equal(intoto_key_parse(&key, text, sizeof text - 1, "key", NULL, NULL, NULL), 0);
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), ID);
}

static void refuses_malformed_objects(void **state)
{
	(void)state;
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"creation_time\":1600000000," KEYVAL(POINT)),
		      INTOTO_E_KEY, "key: keyid: is not the fingerprint of this key");
	refuse_object(EDDSA("\"keyid\":\"00\"," KEYVAL(POINT)), INTOTO_E_FORMAT,
		      "key.keyid: want the fingerprint of an OpenPGP key (40 hex digits)");
	refuse_object(EDDSA("\"keyid\":\"" ID "\"," KEYVAL("00")), INTOTO_E_FORMAT,
		      "keyval.public.q: want 32 bytes, found 1");
	refuse_object(EDDSA("\"keyid\":\"" ID "\"," KEYVAL("xy")), INTOTO_E_FORMAT,
		      "key.keyval.public.q: want hex digits, found another text");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"keyval\":{}"), INTOTO_E_FORMAT,
		      "key.keyval.public.q: want hex digits, found");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"creation_time\":-1," KEYVAL(POINT)),
		      INTOTO_E_FORMAT,
		      "key.creation_time: want whole seconds from 0 to 4294967295");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"validity_period\":\"1\"," KEYVAL(POINT)),
		      INTOTO_E_FORMAT, "key.validity_period: want whole seconds");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"validity_period\":1," KEYVAL(POINT)),
		      INTOTO_E_FORMAT, "key: \"validity_period\" without \"creation_time\"");
	refuse_object("{\"type\":\"rsa\",\"method\":\"pgp+eddsa-ed25519\",\"keyid\":\"" ID
		      "\"," KEYVAL(POINT) "}",
		      INTOTO_E_FORMAT, "key.type: want \"eddsa\", which is what \"method\" says");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"subkeys\":{\"00\":1}," KEYVAL(POINT)),
		      INTOTO_E_FORMAT, "key.subkeys[\"00\"]: want an object, found");
	refuse_object(EDDSA("\"keyid\":\"" ID "\",\"subkeys\":{\"00\":" EDDSA(
			      "\"keyid\":\"" ID "\"," KEYVAL(POINT)) "}," KEYVAL(POINT)),
		      INTOTO_E_FORMAT, "is not the keyid that stands in it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_in_every_form),
		cmocka_unit_test(judges_under_terms),
		cmocka_unit_test(keeps_kinds_of_keys_apart),
		cmocka_unit_test(refuses_what_is_no_hex),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(leaves_out_subkeys_that_must_not_sign),
		cmocka_unit_test(takes_an_object_that_does_not_say_when_it_was_made),
		cmocka_unit_test(refuses_malformed_objects),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
