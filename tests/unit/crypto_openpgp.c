/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of OpenPGP made by hand: what counts, and each reason for which it does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/openpgp_cases.h"

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
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
