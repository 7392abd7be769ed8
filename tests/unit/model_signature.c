/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures on envelopes: made, found by key and not by keyid, replaced, and refused. */
#include "json_expect.h"

#include "base/text.h"
#include "model/envelope.h"

#define TEXT "{\"_type\":\"link\",\"name\":\"a\\nb\"}"

static struct intoto_key *new_key(const char *scheme)
{
	struct intoto_key *key = NULL;

	assert_int_equal(intoto_key_generate(&key, scheme, NULL), INTOTO_OK);
	return key;
}

static struct intoto_envelope *new_envelope(enum intoto_envelope_format format)
{
	struct intoto_envelope *envelope = NULL;

	assert_int_equal(intoto_envelope_new(&envelope, format, TEXT, strlen(TEXT), NULL),
			 INTOTO_OK);
	return envelope;
}

static void sign(struct intoto_envelope *envelope, const struct intoto_key *key,
		 enum intoto_keyid_style style)
{
	struct intoto_error *err = NULL;
	int rc = intoto_envelope_sign(envelope, key, style, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
}

/* The envelope as another program would get it. */
static struct intoto_envelope *reread(const struct intoto_envelope *envelope)
{
	struct intoto_envelope *again = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_parse(&again, text, len, NULL), INTOTO_OK);
	return again;
}

static void refuse(const struct intoto_envelope *envelope, const struct intoto_key *key,
		   const char *sentence)
{
	struct intoto_error *err = NULL;
	int rc = intoto_envelope_verify(envelope, key, &err);

	expect_refusal(rc, err, INTOTO_E_UNTRUSTED, sentence);
}

/* "signature 1 of 2, by "<id>", does not verify with that key" */
static void refuse_claim(const struct intoto_envelope *envelope, const struct intoto_key *key,
			 size_t number)
{
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);

	(void)it_buf_printf(&want, "signature %zu of %zu, by \"%s\", does not verify with that key",
			    number, envelope->signature_count,
			    intoto_envelope_signature_keyid(envelope, number - 1)); /* seen below */
	refuse(envelope, key, it_buf_text(&want));
}

static void verifies_what_it_signed(void **state)
{
	static const char *const schemes[] = { "ed25519", "ecdsa-sha2-nistp256" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++) {
		for (int format = INTOTO_DSSE; format <= INTOTO_METABLOCK; format++) {
			IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key(schemes[i]);
			IT_AUTO(intoto_envelope_freep)
			struct intoto_envelope *envelope =
				new_envelope((enum intoto_envelope_format)format);
			IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = NULL;

			sign(envelope, key, INTOTO_KEYID_CURRENT);
			assert_string_equal(intoto_envelope_signature_keyid(envelope, 0),
					    intoto_key_id(key, INTOTO_KEYID_CURRENT));
			assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
			again = reread(envelope);
			assert_int_equal(intoto_envelope_verify(again, key, NULL), INTOTO_OK);
			assert_int_equal(it_envelope_verify_one(again, 0, key, NULL), INTOTO_OK);
		}
	}
}

static void refuses_a_payload_that_was_changed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");

	(void)state;
	for (int format = INTOTO_DSSE; format <= INTOTO_METABLOCK; format++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope =
			new_envelope((enum intoto_envelope_format)format);

		sign(envelope, key, INTOTO_KEYID_LEGACY);
		envelope->payload.data[envelope->payload.len - 3] ^= 1;
		refuse_claim(envelope, key, 1);
	}
}

static void refuses_a_payload_type_that_was_changed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	envelope->payload_type[0] = 'b';
	refuse_claim(envelope, key, 1);
}

static void refuses_a_signature_that_was_changed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = new_envelope(INTOTO_METABLOCK);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	envelope->signatures[0].bytes.data[0] ^= 1;
	refuse_claim(envelope, key, 1);
	it_buf_reset(&envelope->signatures[0].bytes);
	refuse_claim(envelope, key, 1);
}

static void refuses_one_format_signed_as_the_other(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = new_envelope(INTOTO_METABLOCK);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	envelope->format = INTOTO_DSSE;
	refuse_claim(envelope, key, 1);
}

static void refuses_an_injected_member_of_a_metablock(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = new_envelope(INTOTO_METABLOCK);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *twin = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_buf_done) struct it_buf changed = IT_BUF(4096);
	const char *at;
	size_t len = 0;

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
	at = strstr(text, "\"_type\"");
	assert_non_null(at);
	(void)it_buf_add(&changed, text, (size_t)(at - text)); /* seen below */
	(void)it_buf_add_text(&changed, "\"injected\": 1, ");
	(void)it_buf_add_text(&changed, at);
	assert_int_equal(intoto_envelope_parse(&twin, changed.data, changed.len, NULL), INTOTO_OK);
	refuse_claim(twin, key, 1);
}

static void says_by_whom_the_signatures_are(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *other = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *third = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);

	(void)state;
	(void)it_buf_printf(&want, "no signature by key \"%s\": 0 signatures",
			    intoto_key_id(key, INTOTO_KEYID_LEGACY)); /* seen below */
	refuse(envelope, key, it_buf_text(&want));
	sign(envelope, other, INTOTO_KEYID_LEGACY);
	sign(envelope, third, INTOTO_KEYID_CURRENT);
	it_buf_reset(&want);
	(void)it_buf_printf(&want, "no signature by key \"%s\": 2 signatures, by \"%s\", \"%s\"",
			    intoto_key_id(key, INTOTO_KEYID_LEGACY),
			    intoto_key_id(other, INTOTO_KEYID_LEGACY),
			    intoto_key_id(third, INTOTO_KEYID_CURRENT)); /* seen below */
	refuse(envelope, key, it_buf_text(&want));
}

static void names_only_some_of_many_signers_and_none_raw(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);

	(void)state;
	(void)it_buf_add_text(&text, "{\"signed\": {}, \"signatures\": [{\"keyid\": \"\\u001b\", "
				     "\"signature\": \"00\"}"); /* seen below */
	for (int i = 0; i < 9; i++)
		(void)it_buf_add_text(&text, ", {\"keyid\": \"x\", \"sig\": \"00\"}");
	(void)it_buf_add_text(&text, "]}");
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	(void)it_buf_printf(&want,
			    "no signature by key \"%s\": 10 signatures, by \"\\u{1b}\" (OpenPGP), "
			    "\"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\" and 2 more",
			    intoto_key_id(key, INTOTO_KEYID_LEGACY)); /* seen below */
	refuse(envelope, key, it_buf_text(&want));
}

static void takes_keyids_as_hints_only(void **state)
{
	static const char *const claims[] = { "", "somebody else" };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_CURRENT);
	for (size_t i = 0; i < IT_COUNT_OF(claims); i++) {
		free(envelope->signatures[0].keyid);
		envelope->signatures[0].keyid = strdup(claims[i]);
		assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	}
}

static void finds_the_good_signature_behind_a_bad_one(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *other = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);

	(void)state;
	sign(envelope, other, INTOTO_KEYID_LEGACY);
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	free(envelope->signatures[0].keyid);
	envelope->signatures[0].keyid = strdup(intoto_key_id(key, INTOTO_KEYID_LEGACY));
	assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	assert_int_equal(it_envelope_verify_one(envelope, 0, key, NULL), INTOTO_E_UNTRUSTED);
	assert_int_equal(it_envelope_verify_one(envelope, 1, key, NULL), INTOTO_OK);
}

static void signs_once_with_each_key(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *a = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *b = new_key("ecdsa-sha2-nistp256");
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope = new_envelope(INTOTO_METABLOCK);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = NULL;

	(void)state;
	sign(envelope, a, INTOTO_KEYID_LEGACY);
	sign(envelope, b, INTOTO_KEYID_LEGACY);
	again = reread(envelope);
	sign(again, a, INTOTO_KEYID_CURRENT);
	assert_int_equal(intoto_envelope_signature_count(again), 2);
	assert_string_equal(intoto_envelope_signature_keyid(again, 0),
			    intoto_key_id(a, INTOTO_KEYID_CURRENT));
	assert_string_equal(intoto_envelope_signature_keyid(again, 1),
			    intoto_key_id(b, INTOTO_KEYID_LEGACY));
	assert_int_equal(intoto_envelope_verify(again, a, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_verify(again, b, NULL), INTOTO_OK);
}

static void replaces_its_own_signature_under_another_name(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	free(envelope->signatures[0].keyid);
	envelope->signatures[0].keyid = strdup("alias");
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	assert_int_equal(intoto_envelope_signature_count(envelope), 1);
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 0),
			    intoto_key_id(key, INTOTO_KEYID_LEGACY));
}

static void replaces_its_own_signature_after_a_change(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *other = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	sign(envelope, other, INTOTO_KEYID_LEGACY);
	envelope->payload.data[envelope->payload.len - 3] ^= 1;
	sign(envelope, key, INTOTO_KEYID_CURRENT);
	assert_int_equal(intoto_envelope_signature_count(envelope), 2);
	assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	refuse_claim(envelope, other, 2);
}

static void does_not_sign_with_a_public_key(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_key_freep) struct intoto_key *public_key = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = new_envelope(INTOTO_DSSE);
	IT_AUTO(it_freep) char *pem = NULL;

	(void)state;
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	assert_int_equal(intoto_key_public_pem(key, &pem, NULL), INTOTO_OK);
	assert_int_equal(intoto_key_parse(&public_key, pem, strlen(pem), "k", NULL, NULL, NULL),
			 INTOTO_OK);
	assert_int_equal(intoto_envelope_sign(envelope, public_key, INTOTO_KEYID_LEGACY, NULL),
			 INTOTO_E_KEY);
	assert_int_equal(intoto_envelope_signature_count(envelope), 1);
	assert_int_equal(intoto_envelope_verify(envelope, public_key, NULL), INTOTO_OK);
}

static void does_not_read_openpgp_signatures(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key("ed25519");
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	static const char text[] = "{\"signatures\": [{\"keyid\": \"8288ef56\", \"signature\": "
				   "\"00\", \"other_headers\": \"04\"}], \"signed\": {}}";
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(intoto_envelope_parse(&envelope, text, strlen(text), NULL), INTOTO_OK);
	rc = it_envelope_verify_one(envelope, 0, key, &err);
	expect_refusal(rc, err, INTOTO_E_UNSUPPORTED, "an OpenPGP signature");
	err = NULL;
	rc = it_envelope_verify_one(envelope, 1, key, &err);
	expect_refusal(rc, err, INTOTO_E_INTERNAL, "no signature number 1");
	sign(envelope, key, INTOTO_KEYID_LEGACY);
	assert_int_equal(intoto_envelope_signature_count(envelope), 2);
	assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_it_signed),
		cmocka_unit_test(refuses_a_payload_that_was_changed),
		cmocka_unit_test(refuses_a_payload_type_that_was_changed),
		cmocka_unit_test(refuses_a_signature_that_was_changed),
		cmocka_unit_test(refuses_one_format_signed_as_the_other),
		cmocka_unit_test(refuses_an_injected_member_of_a_metablock),
		cmocka_unit_test(says_by_whom_the_signatures_are),
		cmocka_unit_test(names_only_some_of_many_signers_and_none_raw),
		cmocka_unit_test(takes_keyids_as_hints_only),
		cmocka_unit_test(finds_the_good_signature_behind_a_bad_one),
		cmocka_unit_test(signs_once_with_each_key),
		cmocka_unit_test(replaces_its_own_signature_under_another_name),
		cmocka_unit_test(replaces_its_own_signature_after_a_change),
		cmocka_unit_test(does_not_sign_with_a_public_key),
		cmocka_unit_test(does_not_read_openpgp_signatures),
	};

	return cmocka_run_group_tests_name("model_signature", tests, NULL, NULL);
}
