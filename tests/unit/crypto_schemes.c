/* SPDX-License-Identifier: Apache-2.0 */
/* Signing and verifying: every key against every signature, and what the schemes refuse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/key.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/text.h"
#include "tests/unit/crypto_keys.h"
#include "tests/unit/refused.h"

enum { SIGNATURE_ROOM = 4096 };

static const struct combination {
	const char *pem;
	const char *scheme;
} combinations[] = {
	{ ed25519_pem, "ed25519" },	     { p256_pem, "ecdsa-sha2-nistp256" },
	{ p384_pem, "ecdsa-sha2-nistp384" }, { p521_pem, "ecdsa-sha2-nistp521" },
	{ rsa_pem, "rsassa-pss-sha256" },    { rsa_pem, "rsassa-pss-sha384" },
	{ rsa_pem, "rsassa-pss-sha512" },    { rsa_pem, "rsassa-pss-sha224" },
	{ rsa_pem, "rsa-pkcs1v15-sha224" },  { rsa_pem, "rsa-pkcs1v15-sha256" },
	{ rsa_pem, "rsa-pkcs1v15-sha384" },  { rsa_pem, "rsa-pkcs1v15-sha512" },
};

enum { COUNT = IT_COUNT_OF(combinations) };

static struct intoto_key *key_at(size_t i)
{
	if (combinations[i].pem == ed25519_pem)
		return key_from(ed25519_pem); /* its key object holds hex, not PEM */
	return declared_as(combinations[i].pem, combinations[i].scheme);
}

static void sign(struct it_buf *out, const struct intoto_key *key, const char *data)
{
	struct intoto_error *err = NULL;

	if (it_key_sign(key, it_span_text(data), out, &err))
		fail_msg("%s", intoto_error_text(err));
}

static void assert_untrusted(const struct intoto_key *key, struct it_span data,
			     struct it_span signature)
{
	struct intoto_error *err = NULL;

	assert_refused(it_key_verify(key, data, signature, &err), &err, INTOTO_E_UNTRUSTED,
		       "the signature does not verify");
}

static void assert_trusted(const struct intoto_key *key, struct it_span data,
			   struct it_span signature)
{
	assert_int_equal(it_key_verify(key, data, signature, NULL), INTOTO_OK);
}

static void each_key_takes_only_its_own_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *signer = key_at(i);

		assert_true(intoto_key_is_private(signer));
		assert_string_equal(intoto_key_scheme(signer), combinations[i].scheme);
		sign(&signature, signer, "data");
		for (size_t k = 0; k < COUNT; k++) {
			IT_AUTO(intoto_key_freep) struct intoto_key *pair = key_at(k);
			IT_AUTO(intoto_key_freep) struct intoto_key *half = public_of(pair);

			assert_false(intoto_key_is_private(half));
			assert_true(intoto_key_same(pair, half));
			if (i == k)
				assert_trusted(half, it_span_text("data"), it_buf_span(&signature));
			else
				assert_untrusted(half, it_span_text("data"),
						 it_buf_span(&signature));
		}
	}
}

static void refuses_changed_data_and_changed_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_at(i);
		char data[] = "some bytes";
		struct it_span span = it_span(data, sizeof data - 1);

		sign(&signature, key, data);
		for (size_t bit = 0; bit < 8 * span.len; bit++) {
			data[bit / 8] ^= (char)(1 << bit % 8);
			assert_untrusted(key, span, it_buf_span(&signature));
			data[bit / 8] ^= (char)(1 << bit % 8);
		}
		for (size_t at = 0; at < signature.len; at++) {
			signature.data[at] ^= (char)(1 << at % 8);
			assert_untrusted(key, span, it_buf_span(&signature));
			signature.data[at] ^= (char)(1 << at % 8);
		}
		assert_untrusted(key, it_span(data, span.len - 1), it_buf_span(&signature));
		assert_untrusted(key, it_span(data, span.len + 1), it_buf_span(&signature));
		assert_trusted(key, span, it_buf_span(&signature));
	}
}

static void refuses_a_signature_that_is_cut_or_longer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_at(i);
		struct it_span data = it_span_text("data");

		sign(&signature, key, "data");
		assert_untrusted(key, data, it_span(NULL, 0));
		assert_untrusted(key, data, it_span("", 1));
		assert_untrusted(key, data, it_span(signature.data, signature.len - 1));
		assert_untrusted(key, data, it_span(signature.data + 1, signature.len - 1));
		assert_int_equal(it_buf_add_byte(&signature, '\0'), 0);
		assert_untrusted(key, data, it_buf_span(&signature));
	}
}

static void signs_nothing_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_at(i);

		assert_int_equal(it_key_sign(key, it_span(NULL, 0), &signature, NULL), INTOTO_OK);
		assert_trusted(key, it_span(NULL, 0), it_buf_span(&signature));
		assert_untrusted(key, it_span("", 1), it_buf_span(&signature));
	}
}

static void a_public_key_does_not_sign(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_wipe) struct it_buf out = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *pair = key_at(i);
		IT_AUTO(intoto_key_freep) struct intoto_key *half = public_of(pair);
		struct intoto_error *err = NULL;
		unsigned char *bytes = NULL;
		char *text = NULL;
		size_t len = 1;

		assert_refused(it_key_sign(half, it_span_text("data"), &out, &err), &err,
			       INTOTO_E_KEY, "this key is public, want the private one");
		assert_refused(intoto_key_sign(half, "data", 4, &bytes, &len, &err), &err,
			       INTOTO_E_KEY, "this key is public");
		assert_null(bytes);
		assert_int_equal(len, 0);
		assert_refused(it_key_secret_text(half, &out, &err), &err, INTOTO_E_KEY,
			       "this key is public");
		assert_refused(intoto_key_private_pem(half, NULL, 0, &text, &err), &err,
			       INTOTO_E_KEY, "this key is public");
		assert_null(text);
		assert_int_equal(out.len, 0);
	}
}

static void a_signature_that_has_no_room_is_an_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		IT_AUTO(it_buf_done) struct it_buf small = IT_BUF(16);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_at(i);
		struct intoto_error *err = NULL;

		assert_refused(it_key_sign(key, it_span_text("data"), &small, &err), &err,
			       INTOTO_E_LIMIT, "signature: more than 16 bytes");
	}
}

/* r and s of 32 bytes each, as some protocols write them, and DER with a longer length than needed.
 */
static void ecdsa_signatures_are_der_only(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(p256_pem);
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(SIGNATURE_ROOM);
	IT_AUTO(it_buf_done) struct it_buf other = IT_BUF(SIGNATURE_ROOM);
	struct it_span data = it_span_text("data");
	size_t r, s;

	(void)state;
	sign(&der, key, "data");
	r = (unsigned char)der.data[3];
	s = (unsigned char)der.data[5 + r];
	assert_int_equal(der.len, 6 + r + s);
	(void)it_buf_add(&other, "\x30\x81", 2);
	(void)it_buf_add(&other, der.data + 1, der.len - 1);
	assert_untrusted(key, data, it_buf_span(&other));
	it_buf_reset(&other);
	for (size_t i = r > 32 ? 32 : r; i < 32; i++)
		(void)it_buf_add_byte(&other, '\0');
	(void)it_buf_add(&other, der.data + 4 + (r > 32), r > 32 ? 32 : r);
	for (size_t i = s > 32 ? 32 : s; i < 32; i++)
		(void)it_buf_add_byte(&other, '\0');
	(void)it_buf_add(&other, der.data + 6 + r + (s > 32), s > 32 ? 32 : s);
	assert_int_equal(other.len, 64);
	assert_untrusted(key, data, it_buf_span(&other));
	assert_untrusted(key, data, it_span("\x30\x06\x02\x01\x00\x02\x01\x00", 8));
	assert_untrusted(key, data, it_span("\x30\x06\x02\x01\x01\x02\x01\x01", 8));
	assert_trusted(key, data, it_buf_span(&der));
}

struct recipe {
	const EVP_MD *md;
	const EVP_MD *mgf1; /* PSS */
	int padding;
	int salt;
};

/* Signs with libcrypto alone, as other tools would. */
static void sign_as(struct it_buf *out, const struct intoto_key *key, struct recipe recipe,
		    const char *data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *inside = NULL;
	unsigned char bytes[SIGNATURE_ROOM];
	size_t len = sizeof bytes;

	assert_int_equal(EVP_DigestSignInit(ctx, &inside, recipe.md, NULL, key->pkey), 1);
	if (recipe.padding)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(inside, recipe.padding), 1);
	if (recipe.padding == RSA_PKCS1_PSS_PADDING) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(inside, recipe.salt), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(inside, recipe.mgf1), 1);
	}
	assert_int_equal(
		EVP_DigestSign(ctx, bytes, &len, (const unsigned char *)data, strlen(data)), 1);
	assert_int_equal(it_buf_add(out, bytes, len), 0);
	EVP_MD_CTX_free(ctx);
}

static void rsa_takes_any_length_of_salt(void **state)
{
	static const int salts[] = { 0, 1, 20, 32, 64, RSA_PSS_SALTLEN_MAX };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(rsa_pem);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(salts); i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);

		sign_as(&signature, key,
			(struct recipe){ EVP_sha256(), EVP_sha256(), RSA_PKCS1_PSS_PADDING,
					 salts[i] },
			"data");
		assert_trusted(key, it_span_text("data"), it_buf_span(&signature));
		assert_untrusted(key, it_span_text("date"), it_buf_span(&signature));
	}
}

static void rsa_takes_no_other_padding_or_digest(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(rsa_pem);
	const struct recipe recipes[] = {
		{ EVP_sha256(), NULL, RSA_PKCS1_PADDING, 0 },
		{ EVP_sha512(), EVP_sha512(), RSA_PKCS1_PSS_PADDING, 32 },
		{ EVP_sha1(), EVP_sha1(), RSA_PKCS1_PSS_PADDING, 20 },
		{ EVP_sha256(), EVP_sha1(), RSA_PKCS1_PSS_PADDING, 32 },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(recipes); i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);

		sign_as(&signature, key, recipes[i], "data");
		assert_untrusted(key, it_span_text("data"), it_buf_span(&signature));
	}
}

/* One signature in 256 begins with a zero byte, and is the same number without it. */
static void rsa_keeps_its_leading_zeros(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(rsa_pem);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
	IT_AUTO(it_buf_done) struct it_buf longer = IT_BUF(SIGNATURE_ROOM);
	struct it_span data = it_span_text("data");

	(void)state;
	do {
		it_buf_reset(&signature);
		sign(&signature, key, "data");
	} while (signature.data[0]);
	assert_int_equal(signature.len, 256);
	assert_trusted(key, data, it_buf_span(&signature));
	assert_untrusted(key, data, it_span(signature.data + 1, signature.len - 1));
	(void)it_buf_add_byte(&longer, '\0');
	(void)it_buf_add_span(&longer, it_buf_span(&signature));
	assert_untrusted(key, data, it_buf_span(&longer));
}

/* Go reads no other. */
static void rsa_signs_with_a_salt_as_long_as_the_digest(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(rsa_pem);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *inside = NULL;

	(void)state;
	sign(&signature, key, "data");
	assert_int_equal(EVP_DigestVerifyInit(ctx, &inside, EVP_sha256(), NULL, key->pkey), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(inside, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(inside, 32), 1);
	assert_int_equal(EVP_DigestVerify(ctx, (const unsigned char *)signature.data, signature.len,
					  (const unsigned char *)"data", 4),
			 1);
	EVP_MD_CTX_free(ctx);
}

/* ecdsa-sha2-nistp256 declared on another curve: that curve's digest, as Go. */
static void a_curve_keeps_its_digest_under_go_s_name(void **state)
{
	static const char *const pems[] = { p384_pem, p521_pem };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(intoto_key_freep)
		struct intoto_key *key = declared_as(pems[i], "ecdsa-sha2-nistp256");
		IT_AUTO(intoto_key_freep) struct intoto_key *file = key_from(pems[i]);
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(it_buf_done) struct it_buf short_one = IT_BUF(SIGNATURE_ROOM);

		assert_string_equal(intoto_key_scheme(key), "ecdsa-sha2-nistp256");
		sign(&signature, key, "data");
		assert_trusted(key, it_span_text("data"), it_buf_span(&signature));
		assert_trusted(file, it_span_text("data"), it_buf_span(&signature));
		sign_as(&short_one, file, (struct recipe){ EVP_sha256(), NULL, 0, 0 }, "data");
		assert_untrusted(key, it_span_text("data"), it_buf_span(&short_one));
	}
}

static void refuses_texts_that_do_not_fit_together(void **state)
{
	static const struct misfit {
		const char *keytype;
		const char *scheme;
		const char *pem;
		enum intoto_code code;
		const char *text;
	} misfits[] = {
		{ "dsa", "rsassa-pss-sha256", rsa_pem, INTOTO_E_UNSUPPORTED,
		  "keytype: found \"dsa\", want ed25519, ecdsa or rsa" },
		{ "\x1b[31m", "rsassa-pss-sha256", rsa_pem, INTOTO_E_UNSUPPORTED,
		  "keytype: found \"\\u{1b}[31m\"" },
		{ "", "rsassa-pss-sha256", rsa_pem, INTOTO_E_UNSUPPORTED, "keytype: found \"\"" },
		{ "rsa", "rsassa-pss-md5", rsa_pem, INTOTO_E_UNSUPPORTED,
		  "scheme: found \"rsassa-pss-md5\", want one of ed25519, "
		  "ecdsa-sha2-nistp256, " },
		{ "rsa", "x\n", rsa_pem, INTOTO_E_UNSUPPORTED, "scheme: found \"x\\n\"" },
		{ "rsa", "ed25519", rsa_pem, INTOTO_E_FORMAT,
		  "scheme: \"ed25519\" does not fit keytype \"rsa\"" },
		{ "ed25519", "rsassa-pss-sha256", rsa_pem, INTOTO_E_FORMAT,
		  "scheme: \"rsassa-pss-sha256\" does not fit keytype \"ed25519\"" },
		{ "ecdsa", "rsassa-pss-sha256", rsa_pem, INTOTO_E_FORMAT,
		  "scheme: \"rsassa-pss-sha256\" does not fit keytype \"ecdsa\"" },
		{ "rsa", "rsassa-pss-sha256", p256_pem, INTOTO_E_FORMAT,
		  "keyval.public: a key for ecdsa-sha2-nistp256, which does not fit scheme "
		  "\"rsassa-pss-sha256\"" },
		{ "ecdsa", "ecdsa-sha2-nistp256", rsa_pem, INTOTO_E_FORMAT,
		  "keyval.public: a key for rsassa-pss-sha256, which does not fit" },
		{ "ecdsa", "ecdsa-sha2-nistp384", p256_pem, INTOTO_E_FORMAT,
		  "keyval.public: a key for ecdsa-sha2-nistp256, which does not fit scheme "
		  "\"ecdsa-sha2-nistp384\"" },
		{ "ecdsa", "ecdsa-sha2-nistp521", p384_pem, INTOTO_E_FORMAT,
		  "keyval.public: a key for ecdsa-sha2-nistp384, which does not fit" },
		{ "rsa", "rsassa-pss-sha256", ed25519_pem, INTOTO_E_FORMAT,
		  "keyval.public: a key for ed25519, which does not fit" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(misfits); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *pair = key_from(misfits[i].pem);
		struct intoto_error *err = NULL;
		struct intoto_key *key = NULL;
		char *public_pem = NULL;

		assert_int_equal(intoto_key_public_pem(pair, &public_pem, NULL), INTOTO_OK);
		assert_refused(it_key_from_texts(&key, misfits[i].keytype, misfits[i].scheme,
						 it_span_text(public_pem), it_span(NULL, 0), NULL,
						 &err),
			       &err, misfits[i].code, misfits[i].text);
		assert_null(key);
		free(public_pem);
	}
}

static void refuses_a_private_text_of_another_key(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *rsa = key_from(rsa_pem);
	IT_AUTO(intoto_key_freep) struct intoto_key *fresh = NULL;
	IT_AUTO(it_buf_wipe) struct it_buf other = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(intoto_key_freep) struct intoto_key *p256 = key_from(p256_pem);
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	assert_int_equal(intoto_key_generate(&fresh, "ecdsa-sha2-nistp256", NULL), INTOTO_OK);
	assert_int_equal(it_key_secret_text(fresh, &other, NULL), INTOTO_OK);
	assert_refused(it_key_from_texts(&key, "ecdsa", "ecdsa-sha2-nistp256",
					 it_span_text(p256->public_text), it_buf_span(&other), NULL,
					 &err),
		       &err, INTOTO_E_KEY, "keyval.private: does not belong to keyval.public");
	assert_null(key);
	assert_refused(it_key_from_texts(&key, "ecdsa", "ecdsa-sha2-nistp256",
					 it_span_text(p256->public_text),
					 it_span_text(rsa->public_text), NULL, &err),
		       &err, INTOTO_E_FORMAT,
		       "keyval.private: found a PEM block \"PUBLIC KEY\", want a private");
	assert_null(key);
}

static void generates_keys_for_every_scheme(void **state)
{
	static const char *const names[] = { "ed25519", "ecdsa-sha2-nistp256",
					     "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
					     "rsassa-pss-sha512" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		IT_AUTO(intoto_key_freep) struct intoto_key *half = NULL;

		assert_int_equal(intoto_key_generate(&key, names[i], NULL), INTOTO_OK);
		assert_true(intoto_key_is_private(key));
		assert_string_equal(intoto_key_scheme(key), names[i]);
		half = public_of(key);
		sign(&signature, key, "data");
		assert_trusted(half, it_span_text("data"), it_buf_span(&signature));
	}
}

static void generates_nothing_for_an_unknown_scheme(void **state)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	assert_refused(intoto_key_generate(&key, "rsa", &err), &err, INTOTO_E_UNSUPPORTED,
		       "found \"rsa\", want one of ed25519, ecdsa-sha2-nistp256, "
		       "ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, rsassa-pss-sha256, "
		       "rsassa-pss-sha384, rsassa-pss-sha512, rsassa-pss-sha224, "
		       "rsa-pkcs1v15-sha256, rsa-pkcs1v15-sha384, rsa-pkcs1v15-sha512, "
		       "rsa-pkcs1v15-sha224");
	assert_null(key);
}

/* A program around us may have errors of its own in the queue. */
static void leaves_libcrypto_s_errors_as_they_were(void **state)
{
	struct intoto_key *key = NULL;
	unsigned long before;

	(void)state;
	assert_int_equal(ERR_peek_error(), 0);
	for (size_t i = 0; i < 2; i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *rsa = key_from(rsa_pem);
		IT_AUTO(intoto_key_freep) struct intoto_key *p256 = key_from(p256_pem);
		char garbage[256] = "\x30";

		before = ERR_peek_last_error();
		assert_untrusted(rsa, it_span_text("data"), it_span(garbage, sizeof garbage));
		assert_untrusted(p256, it_span_text("data"), it_span(garbage, sizeof garbage));
		assert_int_equal(it_key_from_pem(&key, it_span_text(rsa1024_public_pem), "x", NULL,
						 NULL, NULL),
				 INTOTO_E_KEY);
		assert_int_equal(
			it_key_from_pem(&key, it_span_text(x25519_pem), "x", NULL, NULL, NULL),
			INTOTO_E_UNSUPPORTED);
		assert_int_equal(ERR_peek_last_error(), before);
		ERR_raise(ERR_LIB_USER, 1);
	}
	ERR_clear_error();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_libcrypto_s_errors_as_they_were),
		cmocka_unit_test(each_key_takes_only_its_own_signature),
		cmocka_unit_test(refuses_changed_data_and_changed_signatures),
		cmocka_unit_test(refuses_a_signature_that_is_cut_or_longer),
		cmocka_unit_test(signs_nothing_at_all),
		cmocka_unit_test(a_public_key_does_not_sign),
		cmocka_unit_test(a_signature_that_has_no_room_is_an_error),
		cmocka_unit_test(ecdsa_signatures_are_der_only),
		cmocka_unit_test(rsa_takes_any_length_of_salt),
		cmocka_unit_test(rsa_keeps_its_leading_zeros),
		cmocka_unit_test(rsa_takes_no_other_padding_or_digest),
		cmocka_unit_test(rsa_signs_with_a_salt_as_long_as_the_digest),
		cmocka_unit_test(a_curve_keeps_its_digest_under_go_s_name),
		cmocka_unit_test(refuses_texts_that_do_not_fit_together),
		cmocka_unit_test(refuses_a_private_text_of_another_key),
		cmocka_unit_test(generates_keys_for_every_scheme),
		cmocka_unit_test(generates_nothing_for_an_unknown_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
