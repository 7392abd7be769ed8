/* SPDX-License-Identifier: Apache-2.0 */
/* The short way with public keys on the NIST curves; libcrypto's own codec is the oracle. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/ec_spki.h"

enum { ROOM = 1024 };

static const char *const groups[] = { "prime256v1", "secp384r1", "secp521r1" };

static void print(struct it_buf *out, EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);

	assert_true(len > 0);
	assert_int_equal(it_buf_add(out, der, (size_t)len), INTOTO_OK);
	OPENSSL_free(der);
}

static void set_form(EVP_PKEY *pkey, const char *form)
{
	assert_int_equal(EVP_PKEY_set_utf8_string_param(
				 pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form),
			 1);
}

static void writes_what_libcrypto_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(groups); i++) {
		IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = EVP_EC_gen(groups[i]);
		IT_AUTO(it_buf_done) struct it_buf theirs = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf ours = IT_BUF(ROOM);

		assert_non_null(pkey);
		print(&theirs, pkey);
		assert_true(it_ec_spki_write(&ours, pkey));
		assert_true(it_span_eq(it_buf_span(&ours), it_buf_span(&theirs)));
	}
}

static void reads_what_libcrypto_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(groups); i++) {
		IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = EVP_EC_gen(groups[i]);
		IT_AUTO(EVP_PKEY_freep) EVP_PKEY *read = NULL;
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		int explicit = 1;

		print(&der, pkey);
		read = it_ec_spki_read(it_buf_span(&der));
		assert_non_null(read);
		assert_int_equal(EVP_PKEY_eq(pkey, read), 1);
		assert_int_equal(
			EVP_PKEY_get_int_param(
				read, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit),
			1);
		assert_int_equal(explicit, 0);
	}
}

static void leaves_other_forms_to_libcrypto(void **state)
{
	IT_AUTO(EVP_PKEY_freep) EVP_PKEY *rsa = EVP_RSA_gen(1024);
	IT_AUTO(EVP_PKEY_freep) EVP_PKEY *koblitz = EVP_EC_gen("secp256k1");
	IT_AUTO(EVP_PKEY_freep) EVP_PKEY *compressed = EVP_EC_gen("prime256v1");
	EVP_PKEY *const keys[] = { rsa, koblitz, compressed };

	(void)state;
	set_form(compressed, "compressed");
	for (size_t i = 0; i < IT_COUNT_OF(keys); i++) {
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf ours = IT_BUF(ROOM);

		print(&der, keys[i]);
		assert_null(it_ec_spki_read(it_buf_span(&der)));
		assert_false(it_ec_spki_write(&ours, keys[i]));
		assert_int_equal(ours.len, 0);
	}
	assert_null(it_ec_spki_read(it_span(NULL, 0)));
}

static void refuses_every_change_of_the_head_and_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(groups); i++) {
		IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = EVP_EC_gen(groups[i]);
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		size_t head;

		print(&der, pkey);
		head = der.len - (i == 0 ? 64 : i == 1 ? 96 : 132);
		for (size_t at = 0; at < head; at++) {
			der.data[at] ^= 1;
			assert_null(it_ec_spki_read(it_buf_span(&der)));
			der.data[at] ^= 1;
		}
		assert_null(it_ec_spki_read(it_span(der.data, der.len - 1)));
		assert_int_equal(it_buf_add_byte(&der, '\0'), INTOTO_OK);
		assert_null(it_ec_spki_read(it_buf_span(&der)));
	}
}

/* Else a signature could be forged for a key that is no point of its curve. */
static void refuses_a_point_that_is_not_on_the_curve(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(groups); i++) {
		IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = EVP_EC_gen(groups[i]);
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);

		print(&der, pkey);
		der.data[der.len - 1] ^= 1;
		assert_null(it_ec_spki_read(it_buf_span(&der)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_libcrypto_writes),
		cmocka_unit_test(reads_what_libcrypto_writes),
		cmocka_unit_test(leaves_other_forms_to_libcrypto),
		cmocka_unit_test(refuses_every_change_of_the_head_and_every_length),
		cmocka_unit_test(refuses_a_point_that_is_not_on_the_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
