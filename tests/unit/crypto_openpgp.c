/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of OpenPGP made by hand: what counts, and each reason for which it does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/openpgp_maker.h"

#include "tests/unit/refused.h"

enum {
	DAY = 24 * 60 * 60,
	NOW = MADE + 1000 * DAY, /* when everything is read and verified */
	SIGNED = MADE + 500 * DAY,
	OLD = 1500000000, /* when SHA-1 was still believed */
	SIGN = 0x02,
	CERTIFY = 0x01,
	ENCRYPT = 0x0c,
};

static struct maker alice, bob, sub, other_sub;
static const char uid[] = "Alice <alice@example.org>";
static const char second_uid[] = "Alice at work";

static int make_keys(void **state)
{
	(void)state;
	maker_init(&alice, 1, MADE);
	maker_init(&bob, 2, MADE);
	maker_init(&sub, 3, MADE);
	maker_init(&other_sub, 4, MADE);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	maker_done(&alice);
	maker_done(&bob);
	maker_done(&sub);
	maker_done(&other_sub);
	return 0;
}

static struct saying saying(unsigned type, uint32_t created, int flags)
{
	return (struct saying){ .type = type, .created = created, .flags = flags, .reason = NONE };
}

static struct saying certifies(uint32_t created, int flags)
{
	return saying(IT_PGP_CERTIFICATION + 3, created, flags);
}

/* Alice's main key with one user id that signs and certifies. */
static void add_alice(struct it_buf *out, int flags)
{
	struct saying self = certifies(MADE, flags);

	add_key(out, &alice, IT_PGP_PUBLIC_KEY);
	add_user_id(out, uid);
	add_signature(out, &alice, &self, &alice, uid, NULL);
}

/* A binding with a back-signature by signer; NULL for none. */
static void bind(struct it_buf *out, struct saying binding, const struct maker *signer)
{
	IT_AUTO(it_buf_done) struct it_buf back = IT_BUF(MAKER_ROOM);
	struct saying agrees = saying(IT_PGP_BACK, MADE, NONE);

	if (signer) {
		make_back(&back, signer, &alice, &sub, &agrees);
		binding.embedded = &back;
	}
	add_signature(out, &alice, &binding, &alice, NULL, &sub);
}

static void add_sub(struct it_buf *out)
{
	add_key(out, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(out, saying(IT_PGP_BINDING, MADE, SIGN), &sub);
}

static int read_key(struct intoto_key **out, const struct it_buf *packets, const char *id,
		    struct intoto_error **err)
{
	assert_int_equal(packets->failed, 0);
	return it_openpgp_read(out, it_buf_span(packets), id, NOW, err);
}

static struct intoto_key *must_read(const struct it_buf *packets, const char *id)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	if (read_key(&key, packets, id, &err))
		fail_msg("%s", intoto_error_text(err));
	return key;
}

static void refuse_to_read(const struct it_buf *packets, enum intoto_code code, const char *text)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc = read_key(&key, packets, NULL, &err);

	assert_null(key);
	assert_refused(rc, &err, code, text);
}

/* A document signature by maker, as it stands in a document. */
struct document {
	struct it_buf headers;
	struct it_buf value;
	char keyid[IT_PGP_ID_SIZE];
};

static void document_done(struct document *document)
{
	it_buf_done(&document->headers);
	it_buf_done(&document->value);
}

static struct document sign_as(const struct maker *maker, const struct saying *how,
			       const char *data)
{
	struct document out = { .headers = IT_BUF(MAKER_ROOM), .value = IT_BUF(MAKER_ROOM) };
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf packet = IT_BUF(MAKER_ROOM);
	struct intoto_error *err = NULL;

	make_signature(&body, maker, how, it_span_text(data));
	add_packet(&packet, IT_PGP_SIGNATURE, it_buf_span(&body));
	if (it_openpgp_split(it_buf_span(&packet), &out.headers, &out.value, out.keyid, &err))
		fail_msg("%s", intoto_error_text(err));
	return out;
}

static int verify_at(const struct intoto_key *key, const struct document *document, int64_t at,
		     const char *only, struct intoto_error **err)
{
	struct it_openpgp_claim claim = { document->keyid, it_buf_span(&document->headers),
					  it_buf_span(&document->value) };

	return it_openpgp_verify(key, &claim, it_span_text("data"), at, only, err);
}

static struct document signed_by(const struct maker *maker)
{
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);

	return sign_as(maker, &how, "data");
}

static void assert_good(const struct it_buf *packets, const struct maker *maker)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = must_read(packets, alice.id);
	IT_AUTO(document_done) struct document document = signed_by(maker);
	struct intoto_error *err = NULL;

	if (verify_at(key, &document, NOW, NULL, &err))
		fail_msg("%s", intoto_error_text(err));
}

static void assert_bad_at(const struct it_buf *packets, const struct maker *maker, int64_t at,
			  const char *text)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = must_read(packets, alice.id);
	IT_AUTO(document_done) struct document document = signed_by(maker);
	struct intoto_error *err = NULL;

	assert_refused(verify_at(key, &document, at, NULL, &err), &err, INTOTO_E_UNTRUSTED, text);
}

static void assert_bad(const struct it_buf *packets, const struct maker *maker, const char *text)
{
	assert_bad_at(packets, maker, NOW, text);
}

#define PACKETS IT_AUTO(it_buf_done) struct it_buf packets = IT_BUF(MAKER_ROOM)

/* --- the main key --- */

static void reads_a_key_and_verifies_with_it(void **state)
{
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN | CERTIFY);
	assert_good(&packets, &alice);
	assert_bad(&packets, &bob, "the signature names another key as its maker");
}

static void refuses_another_document(void **state)
{
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);
	IT_AUTO(document_done) struct document document = sign_as(&alice, &how, "other data");
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	key = must_read(&packets, NULL);
	assert_refused(verify_at(key, &document, NOW, NULL, &err), &err, INTOTO_E_UNTRUSTED,
		       "it does not verify");
}

static void wants_a_self_signature(void **state)
{
	struct saying by_bob = certifies(MADE, SIGN);
	PACKETS;

	(void)state;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
	add_user_id(&packets, uid);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
	add_signature(&packets, &bob, &by_bob, &alice, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
	/* On another user id than the one it stands behind. */
	add_signature(&packets, &alice, &by_bob, &alice, second_uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
	add_signature(&packets, &alice, &by_bob, &alice, uid, NULL);
	assert_good(&packets, &alice);
}

static void passes_over_self_signatures_that_must_not_be_believed(void **state)
{
	struct saying strange = certifies(MADE, SIGN);
	struct saying future = certifies(NOW + 2 * DAY, SIGN);
	struct saying ended = certifies(MADE, SIGN);
	struct saying untimed = certifies(MADE, SIGN);
	PACKETS;

	(void)state;
	strange.strange = 60;
	ended.lifetime = DAY;
	untimed.untimed = true;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	add_user_id(&packets, uid);
	add_signature(&packets, &alice, &strange, &alice, uid, NULL);
	add_signature(&packets, &alice, &future, &alice, uid, NULL);
	add_signature(&packets, &alice, &ended, &alice, uid, NULL);
	add_signature(&packets, &alice, &untimed, &alice, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
}

static void the_newest_self_signature_decides(void **state)
{
	struct saying shorter = certifies(MADE + DAY, SIGN);
	struct saying longer = certifies(MADE + 2 * DAY, SIGN);
	PACKETS;

	(void)state;
	shorter.key_lifetime = 600 * DAY;
	longer.key_lifetime = 2000 * DAY;
	add_alice(&packets, SIGN);
	add_signature(&packets, &alice, &shorter, &alice, uid, NULL);
	assert_bad(&packets, &alice, "expired on 2022-05-06T12:26:40Z");
	assert_bad_at(&packets, &alice, MADE + 600 * DAY, "expired on");
	add_signature(&packets, &alice, &longer, &alice, uid, NULL);
	assert_good(&packets, &alice);
}

static void the_primary_user_id_comes_first(void **state)
{
	struct saying primary = certifies(MADE, SIGN);
	struct saying newer = certifies(MADE + DAY, SIGN);
	PACKETS;

	(void)state;
	primary.primary = 1;
	primary.key_lifetime = 600 * DAY;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	add_user_id(&packets, second_uid);
	add_signature(&packets, &alice, &newer, &alice, second_uid, NULL);
	add_user_id(&packets, uid);
	add_signature(&packets, &alice, &primary, &alice, uid, NULL);
	assert_bad(&packets, &alice, "expired on");
}

static void user_ids_that_were_revoked_do_not_count(void **state)
{
	struct saying gone = saying(IT_PGP_REVOKED_CERTIFICATION, MADE + DAY, NONE);
	struct saying again = certifies(MADE + 2 * DAY, SIGN);
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_signature(&packets, &bob, &gone, &alice, uid, NULL);
	assert_good(&packets, &alice); /* it was not hers to revoke */
	add_signature(&packets, &alice, &gone, &alice, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "no self-signature of it is valid");
	add_signature(&packets, &alice, &again, &alice, uid, NULL);
	assert_good(&packets, &alice);
}

static void a_signature_on_the_key_alone_counts(void **state)
{
	struct saying direct = saying(IT_PGP_DIRECT, MADE, SIGN);
	PACKETS;

	(void)state;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	add_signature(&packets, &alice, &direct, &alice, NULL, NULL);
	assert_good(&packets, &alice);
}

static void of_two_ends_the_earlier_counts(void **state)
{
	struct saying direct = saying(IT_PGP_DIRECT, MADE, NONE);
	struct saying self = certifies(MADE, SIGN);
	PACKETS;

	(void)state;
	direct.key_lifetime = 600 * DAY;
	self.key_lifetime = 2000 * DAY;
	add_key(&packets, &alice, IT_PGP_PUBLIC_KEY);
	add_signature(&packets, &alice, &direct, &alice, NULL, NULL);
	add_user_id(&packets, uid);
	add_signature(&packets, &alice, &self, &alice, uid, NULL);
	assert_bad(&packets, &alice, "expired on");
}

static void a_key_that_must_not_sign_does_not(void **state)
{
	PACKETS;

	(void)state;
	add_alice(&packets, CERTIFY | ENCRYPT);
	assert_bad(&packets, &alice, "must not sign: its key flags say so");
}

/* --- SHA-1 --- */

static void believes_sha1_of_old_only(void **state)
{
	struct saying weak = { 0 };
	struct maker aged;
	PACKETS;

	(void)state;
	maker_init(&aged, 9, OLD);
	weak = certifies(OLD, SIGN);
	weak.hash = 2;
	add_key(&packets, &aged, IT_PGP_PUBLIC_KEY);
	add_user_id(&packets, uid);
	add_signature(&packets, &aged, &weak, &aged, uid, NULL);
	intoto_key_free(must_read(&packets, NULL));
	weak.created = MADE;
	add_signature(&packets, &aged, &weak, &aged, uid, NULL);
	refuse_to_read(&packets, INTOTO_E_KEY, "its newest self-signature is made with SHA-1");
	weak.hash = 8;
	weak.created = MADE + 1;
	add_signature(&packets, &aged, &weak, &aged, uid, NULL);
	intoto_key_free(must_read(&packets, NULL));
	maker_done(&aged);
}

static void a_subkey_is_not_bound_with_sha1(void **state)
{
	struct saying weak = saying(IT_PGP_BINDING, MADE, SIGN);
	PACKETS;

	(void)state;
	weak.hash = 2;
	add_alice(&packets, SIGN);
	add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(&packets, weak, &sub);
	assert_bad(&packets, &sub, "is bound to its main key with SHA-1 only");
}

static void believes_a_revocation_with_sha1(void **state)
{
	struct saying revoked = saying(IT_PGP_REVOKED_KEY, MADE, NONE);
	PACKETS;

	(void)state;
	revoked.hash = 2;
	add_alice(&packets, SIGN);
	add_signature(&packets, &alice, &revoked, &alice, NULL, NULL);
	assert_bad(&packets, &alice, "was revoked on");
}

/* --- subkeys --- */

static void verifies_with_a_subkey(void **state)
{
	PACKETS;

	(void)state;
	add_alice(&packets, CERTIFY);
	assert_bad(&packets, &sub, "the signature names another key as its maker");
	add_sub(&packets);
	assert_good(&packets, &sub);
	assert_bad(&packets, &alice, "must not sign");
}

static void leaves_out_subkeys_that_are_not_bound(void **state)
{
	struct saying binding = saying(IT_PGP_BINDING, MADE, SIGN);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
	add_signature(&packets, &bob, &binding, &alice, NULL, &sub);
	add_signature(&packets, &alice, &binding, &alice, NULL, &other_sub);
	key = must_read(&packets, NULL);
	assert_int_equal(key->openpgp->count, 1);
	assert_false(it_key_answers_to(key, it_span_text(sub.id)));
	assert_bad(&packets, &sub, "the signature names another key as its maker");
}

static void a_signing_subkey_must_agree(void **state)
{
	const struct maker *const signers[] = { NULL, &alice, &other_sub };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(signers); i++) {
		PACKETS;

		add_alice(&packets, SIGN);
		add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
		bind(&packets, saying(IT_PGP_BINDING, MADE, SIGN), signers[i]);
		assert_bad(&packets, &sub, "must not sign: it has no valid back-signature");
	}
}

static void a_subkey_for_encryption_does_not_sign(void **state)
{
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(&packets, saying(IT_PGP_BINDING, MADE, ENCRYPT), &sub);
	assert_bad(&packets, &sub, "must not sign: its key flags say so");
}

static void subkeys_expire(void **state)
{
	struct saying binding = saying(IT_PGP_BINDING, MADE, SIGN);
	PACKETS;

	(void)state;
	binding.key_lifetime = 600 * DAY;
	add_alice(&packets, SIGN);
	add_key(&packets, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(&packets, binding, &sub);
	assert_bad(&packets, &sub, "expired on 2022-05-06T12:26:40Z");
	assert_bad_at(&packets, &sub, MADE + 600 * DAY, "expired on");
	binding.created = MADE + 1;
	binding.key_lifetime = 0;
	bind(&packets, binding, &sub); /* the newest decides */
	assert_good(&packets, &sub);
	binding.created = MADE + 2;
	binding.lifetime = DAY;
	bind(&packets, binding, &sub);
	assert_bad(&packets, &sub, "is bound to its main key no longer");
}

static void subkeys_end_with_their_main_key(void **state)
{
	struct saying shorter = certifies(MADE + 1, SIGN);
	char text[128];
	PACKETS;

	(void)state;
	shorter.key_lifetime = 600 * DAY;
	add_alice(&packets, SIGN);
	add_signature(&packets, &alice, &shorter, &alice, uid, NULL);
	add_sub(&packets);
	(void)snprintf(text, sizeof text, "the key %s expired on", alice.id);
	assert_bad(&packets, &sub, text);
}

static void may_be_told_which_subkey_must_have_signed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(document_done) struct document by_sub = signed_by(&sub);
	IT_AUTO(document_done) struct document by_main = signed_by(&alice);
	struct intoto_error *err = NULL;
	PACKETS;

	(void)state;
	add_alice(&packets, SIGN);
	add_sub(&packets);
	key = must_read(&packets, NULL);
	assert_int_equal(verify_at(key, &by_sub, NOW, sub.id, NULL), INTOTO_OK);
	assert_int_equal(verify_at(key, &by_main, NOW, alice.id, NULL), INTOTO_OK);
	assert_refused(verify_at(key, &by_main, NOW, sub.id, &err), &err, INTOTO_E_UNTRUSTED,
		       "signed, and only");
	assert_refused(verify_at(key, &by_sub, NOW, alice.id, &err), &err, INTOTO_E_UNTRUSTED,
		       "signed, and only");
}

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
		cmocka_unit_test(reads_a_key_and_verifies_with_it),
		cmocka_unit_test(refuses_another_document),
		cmocka_unit_test(wants_a_self_signature),
		cmocka_unit_test(passes_over_self_signatures_that_must_not_be_believed),
		cmocka_unit_test(the_newest_self_signature_decides),
		cmocka_unit_test(the_primary_user_id_comes_first),
		cmocka_unit_test(user_ids_that_were_revoked_do_not_count),
		cmocka_unit_test(a_signature_on_the_key_alone_counts),
		cmocka_unit_test(of_two_ends_the_earlier_counts),
		cmocka_unit_test(a_key_that_must_not_sign_does_not),
		cmocka_unit_test(believes_sha1_of_old_only),
		cmocka_unit_test(a_subkey_is_not_bound_with_sha1),
		cmocka_unit_test(believes_a_revocation_with_sha1),
		cmocka_unit_test(verifies_with_a_subkey),
		cmocka_unit_test(leaves_out_subkeys_that_are_not_bound),
		cmocka_unit_test(a_signing_subkey_must_agree),
		cmocka_unit_test(a_subkey_for_encryption_does_not_sign),
		cmocka_unit_test(subkeys_expire),
		cmocka_unit_test(subkeys_end_with_their_main_key),
		cmocka_unit_test(may_be_told_which_subkey_must_have_signed),
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
