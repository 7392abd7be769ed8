/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of keys: every form that other tools write gives the same key, and keys that are refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/crypto_pem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

static void reads_all_that_libcrypto_writes(void **state)
{
	static const struct {
		const char *structure;
		bool is_private;
	} forms[] = {
		{ "PrivateKeyInfo", true },
		{ "type-specific", true },
		{ "SubjectPublicKeyInfo", false },
		{ "type-specific", false },
	};
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(pems[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		EVP_PKEY *pkey = pkey_from(pems[i]);

		for (size_t k = 0; k < IT_COUNT_OF(forms); k++) {
			if (!encode(&text, pkey,
				    forms[k].is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
				    forms[k].structure) ||
			    strstr(text.data, "PARAMETERS"))
				continue;
			assert_same_key(wanted, it_buf_span(&text), forms[k].is_private);
			seen++;
		}
		EVP_PKEY_free(pkey);
	}
	/* PKCS8 and SPKI of all five, SEC1 of three, PKCS1 of one key. */
	assert_int_equal(seen, 10 + 3 + 2);
}

static void writes_exactly_what_libcrypto_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(pems[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		IT_AUTO(it_freep) char *public_pem = NULL;
		IT_AUTO(it_freep) char *private_pem = NULL;
		EVP_PKEY *pkey = pkey_from(pems[i]);

		assert_int_equal(intoto_key_public_pem(key, &public_pem, NULL), INTOTO_OK);
		assert_true(encode(&text, pkey, EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo"));
		assert_string_equal(public_pem, it_buf_text(&text));
		assert_int_equal(intoto_key_private_pem(key, NULL, 0, &private_pem, NULL), 0);
		assert_true(encode(&text, pkey, EVP_PKEY_KEYPAIR, "PrivateKeyInfo"));
		assert_string_equal(private_pem, it_buf_text(&text));
		assert_string_equal(private_pem, pems[i]);
		EVP_PKEY_free(pkey);
	}
}

static void reads_ec_parameters_in_front(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(p256_pem);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf sec1 = IT_BUF(ROOM);
	EVP_PKEY *pkey = pkey_from(p256_pem);

	(void)state;
	assert_true(encode(&sec1, pkey, EVP_PKEY_KEYPAIR, "type-specific"));
	(void)it_buf_add_text(&text, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
				     "-----END EC PARAMETERS-----\n");
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "found a broken BEGIN line");
	(void)it_buf_add_span(&text, it_buf_span(&sec1));
	assert_same_key(wanted, it_buf_span(&text), true);
	EVP_PKEY_free(pkey);
}

static void a_compressed_point_gives_the_same_key(void **state)
{
	static const char *const curves[] = { p256_pem, p384_pem, p521_pem };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(curves); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(curves[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		EVP_PKEY *pkey = pkey_from(curves[i]);

		assert_int_equal(
			EVP_PKEY_set_utf8_string_param(
				pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
			1);
		assert_true(encode(&text, pkey, EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo"));
		assert_true(text.len < strlen(wanted->public_text));
		assert_same_key(wanted, it_buf_span(&text), false);
		assert_true(encode(&text, pkey, EVP_PKEY_KEYPAIR, "PrivateKeyInfo"));
		assert_same_key(wanted, it_buf_span(&text), true);
		EVP_PKEY_free(pkey);
	}
}

static void refuses_a_curve_that_is_spelled_out(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	EVP_PKEY *pkey = pkey_from(p256_pem);

	(void)state;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING,
							OSSL_PKEY_EC_ENCODING_EXPLICIT),
			 1);
	assert_true(encode(&text, pkey, EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo"));
	refuse(it_buf_span(&text), INTOTO_E_KEY,
	       "key.pem: its curve is spelled out, want it by name");
	assert_true(encode(&text, pkey, EVP_PKEY_KEYPAIR, "type-specific"));
	refuse(it_buf_span(&text), INTOTO_E_KEY, "its curve is spelled out");
	EVP_PKEY_free(pkey);
}

static void refuses_a_point_that_is_not_on_the_curve(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(p256_pem);
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	der_of(&der, key->public_text);
	der.data[der.len - 1] ^= 1;
	wrap(&text, "PUBLIC KEY", der.data, der.len);
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: the base64 holds no such key");
	/* The point at infinity: one zero byte. */
	der.data[1] = 0x19;
	der.data[24] = 0x02;
	der.data[26] = 0x00;
	wrap(&text, "PUBLIC KEY", der.data, 27);
	refuse(it_buf_span(&text), INTOTO_E_KEY,
	       "key.pem: the public key is not a point of its curve");
}

static void refuses_halves_that_do_not_belong_together(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *other = NULL;
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf spki = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	assert_int_equal(intoto_key_generate(&other, "ecdsa-sha2-nistp256", NULL), 0);
	der_of(&spki, other->public_text);
	der_of(&der, p256_pem);
	memcpy(der.data + der.len - 64, spki.data + spki.len - 64, 64);
	wrap(&text, "PRIVATE KEY", der.data, der.len);
	refuse(it_buf_span(&text), INTOTO_E_KEY,
	       "key.pem: the private and the public half do not belong together");
}

/* An RSA key whose private exponent was damaged: the signature never gets out. */
static void refuses_to_sign_with_a_damaged_rsa_key(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(ROOM);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;

	(void)state;
	der_of(&der, rsa_pem);
	for (size_t at = 350; at < der.len - 4; at += 100) /* in d, p, q, dp, dq and qinv */
		der.data[at] ^= 2;
	wrap(&text, "PRIVATE KEY", der.data, der.len);
	assert_int_equal(it_key_from_pem(&key, it_buf_span(&text), "x", NULL, NULL, NULL), 0);
	assert_refused(it_key_sign(key, it_span_text("data"), &signature, &err), &err, INTOTO_E_KEY,
		       "the private and the public half do not belong together");
	assert_int_equal(signature.len, 0);
}

static void reads_ed25519_with_its_public_half(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(ed25519_pem);
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	der_of(&der, ed25519_pem);
	der.data[1] = 0x51;
	der.data[4] = 1;
	(void)it_buf_add(&der, "\x81\x21\x00", 3);
	(void)it_buf_add(&der, wanted->ed25519_public, 32);
	wrap(&text, "PRIVATE KEY", der.data, der.len);
	assert_same_key(wanted, it_buf_span(&text), true);
	der.data[der.len - 1] ^= 1;
	wrap(&text, "PRIVATE KEY", der.data, der.len);
	refuse(it_buf_span(&text), INTOTO_E_KEY,
	       "the private and the public half do not belong together");
	(void)it_buf_add_byte(&der, '\0');
	wrap(&text, "PRIVATE KEY", der.data, der.len);
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: the base64 holds no key");
}

/* n bits, all odd numbers. */
static void rsa_public(struct it_buf *out, int bits, const char *exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	BIGNUM *n = BN_new();
	BIGNUM *e = NULL;
	OSSL_PARAM *params;

	assert_int_equal(BN_set_bit(n, bits - 1), 1);
	assert_int_equal(BN_set_bit(n, 0), 1);
	assert_true(BN_hex2bn(&e, exponent) > 0);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	assert_true(encode(out, pkey, EVP_PKEY_PUBLIC_KEY, "SubjectPublicKeyInfo"));
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	BN_free(n);
	BN_free(e);
}

static void rsa_keys_have_bounds(void **state)
{
	static const struct {
		int bits;
		const char *exponent;
		const char *refusal; /* NULL: fine */
	} keys[] = {
		{ 2048, "10001", NULL },
		{ 2047, "10001", "key.pem: an RSA key of 2047 bits, want 2048 to 16384" },
		{ 512, "10001", "an RSA key of 512 bits" },
		{ 16384, "10001", NULL },
		{ 16385, "10001", "an RSA key of 16385 bits" },
		{ 3072, "3", NULL },
		{ 3072, "1", "an RSA key whose exponent is even, below 3 or over 64 bits" },
		{ 3072, "10000", "whose exponent is even" },
		{ 3072, "FFFFFFFFFFFFFFFF", NULL },
		{ 3072, "1FFFFFFFFFFFFFFFF", "or over 64 bits" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(keys); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		rsa_public(&text, keys[i].bits, keys[i].exponent);
		if (keys[i].refusal) {
			refuse(it_buf_span(&text), INTOTO_E_KEY, keys[i].refusal);
		} else {
			IT_AUTO(intoto_key_freep)
			struct intoto_key *key = key_from(it_buf_text(&text));

			assert_string_equal(intoto_key_type(key), "rsa");
		}
	}
	refuse(it_span_text(rsa1024_public_pem), INTOTO_E_KEY, "an RSA key of 1024 bits");
}

static void refuses_other_kinds_of_key_by_name(void **state)
{
	(void)state;
	refuse(it_span_text(secp256k1_public_pem), INTOTO_E_UNSUPPORTED,
	       "key.pem: a key on the curve secp256k1, want P-256, P-384 or P-521");
	refuse(it_span_text(x25519_public_pem), INTOTO_E_UNSUPPORTED,
	       "key.pem: a key of kind X25519, want Ed25519, ECDSA or RSA");
	refuse(it_span_text(x25519_pem), INTOTO_E_UNSUPPORTED, "a key of kind X25519");
}

/* PKCS8 under the label of PKCS1 or SEC1, and the other way round. */
static void refuses_a_key_under_a_wrong_label(void **state)
{
	static const char *const labels[] = { "PUBLIC KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY",
					      "RSA PUBLIC KEY" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		der_of(&der, pems[i]);
		for (size_t k = 0; k < IT_COUNT_OF(labels); k++) {
			wrap(&text, labels[k], der.data, der.len);
			refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: the base64 holds no");
		}
	}
}

static void refuses_bytes_behind_a_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(pems[i]);
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		IT_AUTO(it_freep) char *public_pem = NULL;

		der_of(&der, pems[i]);
		(void)it_buf_add_byte(&der, '\0');
		wrap(&text, "PRIVATE KEY", der.data, der.len);
		refuse(it_buf_span(&text), INTOTO_E_FORMAT, "the base64 holds no key");
		assert_int_equal(intoto_key_public_pem(key, &public_pem, NULL), 0);
		der_of(&der, public_pem);
		(void)it_buf_add_byte(&der, '\0');
		wrap(&text, "PUBLIC KEY", der.data, der.len);
		refuse(it_buf_span(&text), INTOTO_E_FORMAT, "the base64 holds no key");
	}
}

static void refuses_bytes_behind_a_pkcs1_public_key(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	EVP_PKEY *pkey = pkey_from(rsa_pem);

	(void)state;
	assert_true(encode(&text, pkey, EVP_PKEY_PUBLIC_KEY, "type-specific"));
	der_of(&der, it_buf_text(&text));
	(void)it_buf_add_byte(&der, '\0');
	it_buf_reset(&text);
	wrap(&text, "RSA PUBLIC KEY", der.data, der.len);
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: the base64 holds more than a key");
	EVP_PKEY_free(pkey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_that_libcrypto_writes),
		cmocka_unit_test(writes_exactly_what_libcrypto_writes),
		cmocka_unit_test(reads_ec_parameters_in_front),
		cmocka_unit_test(a_compressed_point_gives_the_same_key),
		cmocka_unit_test(refuses_a_curve_that_is_spelled_out),
		cmocka_unit_test(refuses_a_point_that_is_not_on_the_curve),
		cmocka_unit_test(refuses_halves_that_do_not_belong_together),
		cmocka_unit_test(refuses_to_sign_with_a_damaged_rsa_key),
		cmocka_unit_test(reads_ed25519_with_its_public_half),
		cmocka_unit_test(rsa_keys_have_bounds),
		cmocka_unit_test(refuses_other_kinds_of_key_by_name),
		cmocka_unit_test(refuses_a_key_under_a_wrong_label),
		cmocka_unit_test(refuses_bytes_behind_a_key),
		cmocka_unit_test(refuses_bytes_behind_a_pkcs1_public_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
