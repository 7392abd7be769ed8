/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signature it is: a check that could not be made is no "not by this key". */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "image/verify_part.h"

static int fails_with; /* what the scheme below says */

static int verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	(void)key;
	(void)data;
	(void)signature;
	return it_err_set(err, (enum intoto_code)fails_with, "so it was told");
}

static void fails_where_a_check_could_not_be_made(void **state)
{
	static const int codes[] = { INTOTO_E_NOMEM, INTOTO_E_INTERNAL, INTOTO_E_SERVICE,
				     INTOTO_E_HELPER, INTOTO_E_IO };
	const struct it_verify_signed given = { it_span_text("bytes"), it_span_text("signature") };
	IT_AUTO(intoto_key_freep) struct intoto_key *good = NULL;
	struct it_scheme broken;
	struct intoto_key bad;
	const struct intoto_key *keys[2];

	(void)state;
	assert_int_equal(intoto_key_generate(&good, "ecdsa-sha2-nistp256", NULL), INTOTO_OK);
	broken = *good->scheme;
	broken.verify = verify;
	bad = *good;
	bad.scheme = &broken;
	keys[0] = good;
	keys[1] = &bad;
	for (size_t i = 0; i < IT_COUNT_OF(codes); i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		size_t key = 0;

		fails_with = codes[i];
		assert_int_equal(it_verify_key(&key, keys, 2, &given, &err), codes[i]);
		assert_true(key == SIZE_MAX);
		assert_non_null(
			strstr(intoto_error_text(err), "could not find out whether the key"));
		assert_non_null(strstr(intoto_error_text(err), "so it was told"));
	}
}

static void finds_no_key_where_the_signature_is_wrong(void **state)
{
	static const int codes[] = { INTOTO_E_UNTRUSTED, INTOTO_E_FORMAT, INTOTO_E_KEY };
	const struct it_verify_signed given = { it_span_text("bytes"), it_span_text("signature") };
	IT_AUTO(intoto_key_freep) struct intoto_key *good = NULL;
	struct it_scheme broken;
	struct intoto_key bad;
	const struct intoto_key *keys[1] = { &bad };

	(void)state;
	assert_int_equal(intoto_key_generate(&good, "ecdsa-sha2-nistp256", NULL), INTOTO_OK);
	broken = *good->scheme;
	broken.verify = verify;
	bad = *good;
	bad.scheme = &broken;
	for (size_t i = 0; i < IT_COUNT_OF(codes); i++) {
		size_t key = 0;

		fails_with = codes[i];
		assert_int_equal(it_verify_key(&key, keys, 1, &given, NULL), INTOTO_OK);
		assert_true(key == SIZE_MAX);
	}
}

static void finds_every_key_of_an_envelope(void **state)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_verify_keys_done) struct it_verify_keys found = { 0 };
	struct intoto_key *keys[3] = { NULL, NULL, NULL };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
			intoto_key_generate(&keys[i], i ? "ed25519" : "ecdsa-sha2-nistp256", NULL),
			INTOTO_OK);
	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, "{}", 2, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_sign(envelope, keys[2], INTOTO_KEYID_CURRENT, NULL),
			 INTOTO_OK);
	assert_int_equal(intoto_envelope_sign(envelope, keys[0], INTOTO_KEYID_CURRENT, NULL),
			 INTOTO_OK);
	assert_int_equal(it_verify_envelope_keys(&found, (const struct intoto_key *const *)keys, 3,
						 envelope, NULL),
			 INTOTO_OK);
	assert_true(found.any && found.made[0] && !found.made[1] && found.made[2]);
	for (size_t i = 0; i < 3; i++)
		intoto_key_free(keys[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails_where_a_check_could_not_be_made),
		cmocka_unit_test(finds_no_key_where_the_signature_is_wrong),
		cmocka_unit_test(finds_every_key_of_an_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
