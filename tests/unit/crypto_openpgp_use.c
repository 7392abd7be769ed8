/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP keys in use: revocation, signatures on documents, files with several keys. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/openpgp_cases.h"

/* --- revocation --- */

static void a_revoked_key_is_refused(void **state)
{
	struct saying revoked = saying(IT_PGP_REVOKED_KEY, MADE + 600 * DAY, NONE);
	struct saying retired = revoked;
	PACKETS;

	(void)state;
	retired.reason = 3;
	add_alice(&packets, SIGN);
	add_sub(&packets);
	add_signature(&packets, &bob, &revoked, &alice, NULL, NULL);
	assert_good(&packets, &alice); /* bob has no say */
	add_signature(&packets, &alice, &retired, &alice, NULL, NULL);
	assert_bad(&packets, &alice, "was revoked on 2022-05-06T12:26:40Z");
	assert_bad(&packets, &sub, "was revoked on 2022-05-06T12:26:40Z");
	{
		IT_AUTO(intoto_key_freep) struct intoto_key *key = must_read(&packets, NULL);
		IT_AUTO(document_done) struct document document = signed_by(&alice);

		/* Retired only: what was good before stays good as of before. */
		assert_int_equal(verify_at(key, &document, MADE + 599 * DAY, NULL, NULL), 0);
	}
	add_signature(&packets, &alice, &revoked, &alice, NULL, NULL);
	assert_bad_at(&packets, &alice, MADE + 599 * DAY, "was revoked on");
}

static void a_revoked_subkey_is_refused(void **state)
{
	struct saying revoked = saying(IT_PGP_REVOKED_SUBKEY, MADE + DAY, NONE);
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_sub(&packets);
	add_signature(&packets, &alice, &revoked, &alice, NULL, &sub);
	assert_bad(&packets, &sub, "was revoked on");
	assert_good(&packets, &alice);
	/* A newer binding does not bring it back. */
	bind(&packets, saying(IT_PGP_BINDING, MADE + 2 * DAY, SIGN), &sub);
	assert_bad(&packets, &sub, "was revoked on");
}

static void a_named_revoker_revokes_when_its_key_is_there(void **state)
{
	struct saying names = saying(IT_PGP_DIRECT, MADE, NONE);
	struct saying revoked = saying(IT_PGP_REVOKED_KEY, MADE + DAY, NONE);
	struct saying own = certifies(MADE, SIGN);
	PACKETS;

	(void)state;
	names.revoker = &bob;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	add_signature(&packets, &alice, &names, &alice, NULL, NULL);
	add_signature(&packets, &bob, &revoked, &alice, NULL, NULL);
	add_user_id(&packets, uid);
	add_signature(&packets, &alice, &own, &alice, uid, NULL);
	assert_good(&packets, &alice); /* nobody can tell */
	add_key(&packets, &bob, IT_PGP_PUBLIC_KEY);
	assert_bad(&packets, &alice, "was revoked on");
}

/* --- signatures on documents --- */

static void refuse_document(struct saying how, const char *text)
{
	IT_AUTO(document_done) struct document document = sign_as(&alice, &how, "data");
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;
	PACKETS;

	add_alice(&packets, SIGN);
	key = must_read(&packets, NULL);
	assert_refused(verify_at(key, &document, NOW, NULL, &err), &err, INTOTO_E_UNTRUSTED, text);
}

static void refuses_signatures_that_say_something_wrong(void **state)
{
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);

	(void)state;
	how.type = 0x01;
	refuse_document(how, "a signature of type 0x01, want one on a binary document (0x00)");
	how.type = IT_PGP_BINARY;
	how.hash = 2;
	refuse_document(how, "signed with digest algorithm 2 (SHA-1), want SHA-256");
	how.hash = 0;
	how.strange = 20;
	refuse_document(how, "a critical subpacket that is not known here");
	how.strange = 0;
	how.untimed = true;
	refuse_document(how, "does not say when it was made");
	how.untimed = false;
	how.created = NOW + DAY + 1;
	refuse_document(how, "was made on 2023-06-11T12:26:41Z, in the future");
	how.created = MADE - 1;
	refuse_document(how, "was made on 2020-09-13T12:26:39Z, before the key");
	how.created = SIGNED;
	how.lifetime = DAY;
	refuse_document(how, "the signature expired on");
}

static void takes_every_strong_digest_and_no_issuer(void **state)
{
	static const unsigned hashes[] = { 8, 9, 10 };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	key = must_read(&packets, NULL);
	for (size_t i = 0; i < IT_COUNT_OF(hashes); i++) {
		struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);
		IT_AUTO(document_done) struct document document = { 0 };

		how.hash = hashes[i];
		how.anonymous = true;
		document = sign_as(&alice, &how, "data");
		assert_string_equal(document.keyid, "");
		assert_int_equal(verify_at(key, &document, NOW, NULL, NULL), INTOTO_OK);
	}
}

/* A number has no leading zeros in a packet, and half a signature has all its bytes. */
static void pads_short_halves(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);
	bool met[2] = { false, false };
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	key = must_read(&packets, NULL);
	for (uint32_t i = 0; i < 20000 && !(met[0] && met[1]); i++) {
		IT_AUTO(document_done) struct document document = { 0 };

		how.created = SIGNED + i;
		document = sign_as(&alice, &how, "data");
		if (document.value.data[0] && document.value.data[32])
			continue;
		met[0] |= !document.value.data[0];
		met[1] |= !document.value.data[32];
		assert_int_equal(document.value.len, 64);
		assert_int_equal(verify_at(key, &document, NOW, NULL, NULL), INTOTO_OK);
	}
	assert_true(met[0] && met[1]);
}

static void refuses_damaged_headers_and_values(void **state)
{
	IT_AUTO(document_done) struct document document = signed_by(&alice);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;
	size_t len = document.headers.len;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	key = must_read(&packets, NULL);
	for (document.headers.len = 0; document.headers.len < len; document.headers.len++)
		assert_refused(verify_at(key, &document, NOW, NULL, &err), &err, INTOTO_E_UNTRUSTED,
			       "other_headers: the OpenPGP signature is malformed: it ");
	for (size_t i = 0; i < len; i++) {
		document.headers.data[i] ^= 1;
		assert_int_equal(verify_at(key, &document, NOW, NULL, NULL), INTOTO_E_UNTRUSTED);
		document.headers.data[i] ^= 1;
	}
	for (document.value.len = 0; document.value.len < 64; document.value.len++)
		assert_refused(verify_at(key, &document, NOW, NULL, &err), &err, INTOTO_E_UNTRUSTED,
			       "it does not verify");
	assert_int_equal(verify_at(key, &document, NOW, NULL, NULL), INTOTO_OK);
}

/* --- files --- */

static void chooses_among_several_keys(void **state)
{
	struct saying own = certifies(MADE, SIGN);
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_sub(&packets);
	add_key(&packets, &bob, IT_PGP_PUBLIC_KEY);
	add_user_id(&packets, uid);
	add_signature(&packets, &bob, &own, &bob, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "several OpenPGP keys, want one");
	key = must_read(&packets, bob.id + 24);
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), bob.id);
	intoto_key_free(key);
	key = must_read(&packets, sub.id);
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_CURRENT), alice.id);
	intoto_key_free(key);
	assert_refused(read_key(&key, &packets, bob.id + 32, &err), &err, INTOTO_E_USAGE,
		       "has 16 to 40 hex digits");
	assert_refused(read_key(&key, &packets, other_sub.id, &err), &err, INTOTO_E_NOTFOUND,
		       "0 OpenPGP keys with the id");
}

static void refuses_a_file_that_is_cut_short(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf whole = IT_BUF(MAKER_ROOM);
	size_t good = 0;

	(void)state;
	add_alice(&whole, SIGN);
	add_sub(&whole);
	for (size_t len = 0; len < whole.len; len++) {
		struct intoto_key *key = NULL;
		int rc = it_openpgp_read(&key, it_span(whole.data, len), NULL, NOW, NULL);

		good += rc == INTOTO_OK; /* between two packets: a smaller certificate */
		assert_true(rc == INTOTO_OK || rc == INTOTO_E_FORMAT || rc == INTOTO_E_KEY);
		intoto_key_free(key);
	}
	assert_int_equal(good, 2);
}

static void refuses_more_signatures_than_it_looks_at(void **state)
{
	struct saying self = certifies(MADE, SIGN);
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	for (int i = 0; i < 1000; i++)
		add_signature(&packets, &alice, &self, &alice, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_LIMIT, "more self-signatures than are looked at");
}

static void refuses_what_is_no_public_key(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf old = IT_BUF(MAKER_ROOM);
	PACKETS;

	(void)state;
	add_user_id(&packets, uid);
	refuse_to_read(&packets, INTOTO_E_FORMAT,
		       "byte 0: want an OpenPGP public key, found a packet of type 13");
	it_buf_reset(&packets);
	add_key(&packets, &alice, IT_PGP_SECRET_KEY);
	refuse_to_read(&packets, INTOTO_E_UNSUPPORTED, "a private OpenPGP key");
	it_buf_reset(&packets);
	(void)it_buf_add_span(&old, it_buf_span(&alice.body));
	old.data[0] = 3;
	add_packet(&packets, IT_PGP_PUBLIC_KEY, it_buf_span(&old));
	refuse_to_read(&packets, INTOTO_E_UNSUPPORTED, "a key of version 3, want 4");
	it_buf_reset(&packets);
	old.data[0] = 4;
	old.data[5] = 19;
	add_packet(&packets, IT_PGP_PUBLIC_KEY, it_buf_span(&old));
	refuse_to_read(&packets, INTOTO_E_UNSUPPORTED,
		       "a key of ECDSA (19), want RSA, DSA or EdDSA");
}

/* --- who is who --- */

static void tells_people_apart_by_what_signs(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *with = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *without = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *encrypting = NULL;
	IT_AUTO(it_buf_done) struct it_buf both = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf third = IT_BUF(MAKER_ROOM);
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_alice(&both, SIGN);
	add_sub(&both);
	add_alice(&third, SIGN);
	add_key(&third, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(&third, saying(IT_PGP_BINDING, MADE, ENCRYPT), NULL);
	without = must_read(&packets, NULL);
	with = must_read(&both, NULL);
	encrypting = must_read(&third, NULL);
	assert_true(intoto_key_same(with, without));
	assert_true(intoto_key_same(alice.key, without));
	assert_false(intoto_key_same(bob.key, with));
	assert_true(intoto_key_same(sub.key, with));
	assert_true(intoto_key_same(with, sub.key));
	assert_false(intoto_key_same(sub.key, without));
	assert_false(intoto_key_same(sub.key, encrypting));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revoked_key_is_refused),
		cmocka_unit_test(a_revoked_subkey_is_refused),
		cmocka_unit_test(a_named_revoker_revokes_when_its_key_is_there),
		cmocka_unit_test(refuses_signatures_that_say_something_wrong),
		cmocka_unit_test(takes_every_strong_digest_and_no_issuer),
		cmocka_unit_test(pads_short_halves),
		cmocka_unit_test(refuses_damaged_headers_and_values),
		cmocka_unit_test(chooses_among_several_keys),
		cmocka_unit_test(refuses_a_file_that_is_cut_short),
		cmocka_unit_test(refuses_more_signatures_than_it_looks_at),
		cmocka_unit_test(refuses_what_is_no_public_key),
		cmocka_unit_test(tells_people_apart_by_what_signs),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
