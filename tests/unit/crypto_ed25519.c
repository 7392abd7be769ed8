/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519: RFC 8032, and the two libraries agreeing on every verdict. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/key.h"

#include <string.h>

#include <sodium.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "tests/unit/refused.h"

/* RFC 8032 section 7.1 */
static const struct vector {
	const char *seed;
	const char *public;
	const char *message;
	const char *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
	  "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
};

enum { LONG = 64 * 1024, SIGNATURE = 64 };

static struct intoto_key *make(const char *public_hex, const char *secret_hex)
{
	struct intoto_key *key = NULL;

	assert_int_equal(it_key_from_texts(&key, "ed25519", "ed25519", it_span_text(public_hex),
					   it_span_text(secret_hex), NULL, NULL),
			 INTOTO_OK);
	return key;
}

static void unhex(struct it_buf *out, const char *hex)
{
	assert_true(it_hex_decode(out, it_span_text(hex)));
}

static void assert_untrusted(const struct intoto_key *key, struct it_span data,
			     struct it_span signature)
{
	struct intoto_error *err = NULL;

	assert_refused(it_key_verify(key, data, signature, &err), &err, INTOTO_E_UNTRUSTED,
		       "the signature does not verify");
}

static void signs_as_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(vectors); i++) {
		IT_AUTO(intoto_key_freep)
		struct intoto_key *key = make(vectors[i].public, vectors[i].seed);
		IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(100);
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);
		IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * SIGNATURE);

		unhex(&message, vectors[i].message);
		assert_int_equal(it_key_sign(key, it_buf_span(&message), &signature, NULL),
				 INTOTO_OK);
		it_hex_encode(&hex, it_buf_span(&signature));
		assert_string_equal(it_buf_text(&hex), vectors[i].signature);
		assert_int_equal(
			it_key_verify(key, it_buf_span(&message), it_buf_span(&signature), NULL),
			INTOTO_OK);
	}
}

static void refuses_the_signatures_of_other_keys_and_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(vectors); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[i].public, "");
		IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(100);

		unhex(&message, vectors[i].message);
		for (size_t k = 0; k < IT_COUNT_OF(vectors); k++) {
			IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);

			unhex(&signature, vectors[k].signature);
			if (k == i)
				assert_int_equal(it_key_verify(key, it_buf_span(&message),
							       it_buf_span(&signature), NULL),
						 INTOTO_OK);
			else
				assert_untrusted(key, it_buf_span(&message),
						 it_buf_span(&signature));
		}
	}
}

static void refuses_every_flipped_bit(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[2].public, "");
	IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(100);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);

	(void)state;
	unhex(&message, vectors[2].message);
	unhex(&signature, vectors[2].signature);
	for (size_t bit = 0; bit < 8 * signature.len; bit++) {
		signature.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_untrusted(key, it_buf_span(&message), it_buf_span(&signature));
		signature.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * message.len; bit++) {
		message.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_untrusted(key, it_buf_span(&message), it_buf_span(&signature));
		message.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void refuses_a_signature_of_another_length(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[2].public, "");
	IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(100);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE + 1);

	(void)state;
	unhex(&message, vectors[2].message);
	unhex(&signature, vectors[2].signature);
	for (size_t len = 0; len < SIGNATURE; len++)
		assert_untrusted(key, it_buf_span(&message), it_span(signature.data, len));
	assert_int_equal(it_buf_add_byte(&signature, '\0'), 0);
	assert_untrusted(key, it_buf_span(&message), it_buf_span(&signature));
	assert_untrusted(key, it_buf_span(&message), it_span(NULL, 0));
}

/* s + L verifies where nobody looks (RFC 8032 section 5.1.7 asks to look). */
static void refuses_a_signature_with_s_over_the_order(void **state)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a,	     0x63,
						 0x12, 0x58, 0xd6, 0x9c, 0xf7,	     0xa2,
						 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[1].public, vectors[1].seed);
	IT_AUTO(it_freep) char *message = calloc(1, LONG);

	(void)state;
	for (size_t len = 1; len <= LONG; len += LONG - 1) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);

		assert_int_equal(it_key_sign(key, it_span(message, len), &signature, NULL), 0);
		sodium_add((unsigned char *)signature.data + 32, order, sizeof order);
		assert_untrusted(key, it_span(message, len), it_buf_span(&signature));
	}
}

/* The scalar of a secret key, and the challenge of a signature (RFC 8032 section 5.1.6). */
static void scalar_of(unsigned char out[32], const struct intoto_key *key)
{
	unsigned char hash[64] = { 0 };

	crypto_hash_sha512(hash, key->ed25519_secret, 32);
	hash[0] &= 248;
	hash[31] &= 127;
	hash[31] |= 64;
	memset(hash + 32, 0, 32);
	crypto_core_ed25519_scalar_reduce(out, hash);
}

static void challenge_of(unsigned char out[32], const unsigned char r[32],
			 const struct intoto_key *key, struct it_span message)
{
	crypto_hash_sha512_state hash;
	unsigned char wide[64];

	crypto_hash_sha512_init(&hash);
	crypto_hash_sha512_update(&hash, r, 32);
	crypto_hash_sha512_update(&hash, key->ed25519_public, 32);
	crypto_hash_sha512_update(&hash, (const unsigned char *)message.data, message.len);
	crypto_hash_sha512_final(&hash, wide);
	crypto_core_ed25519_scalar_reduce(out, wide);
}

/* With nonce 0 the equation holds, and R is the neutral element: libsodium refuses, libcrypto alone
 * would not. */
static void refuses_a_neutral_r_at_every_length(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[1].public, vectors[1].seed);
	IT_AUTO(it_freep) char *message = calloc(1, LONG);
	unsigned char signature[SIGNATURE] = { 1 };

	(void)state;
	for (size_t len = 1; len <= LONG; len += LONG - 1) {
		unsigned char secret[32], challenge[32];

		scalar_of(secret, key);
		challenge_of(challenge, signature, key, it_span(message, len));
		crypto_core_ed25519_scalar_mul(signature + 32, challenge, secret);
		assert_untrusted(key, it_span(message, len), it_span(signature, SIGNATURE));
	}
}

static void long_messages_get_the_same_signature(void **state)
{
	static const size_t lengths[] = { LONG - 1, LONG, LONG + 1, 1024 * 1024 };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = make(vectors[0].public, vectors[0].seed);
	IT_AUTO(it_freep) char *message = calloc(1, 1024 * 1024);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(lengths); i++) {
		IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);
		struct it_span data = it_span(message, lengths[i]);
		unsigned char theirs[SIGNATURE];

		message[i] = 'x';
		assert_int_equal(it_key_sign(key, data, &signature, NULL), INTOTO_OK);
		crypto_sign_detached(theirs, NULL, (const unsigned char *)data.data, data.len,
				     key->ed25519_secret);
		assert_memory_equal(signature.data, theirs, SIGNATURE);
		assert_int_equal(it_key_verify(key, data, it_buf_span(&signature), NULL), 0);
		signature.data[i] ^= 1;
		assert_untrusted(key, data, it_buf_span(&signature));
		signature.data[i] ^= 1;
		message[lengths[i] - 1] ^= 1;
		assert_untrusted(key, data, it_buf_span(&signature));
		message[lengths[i] - 1] ^= 1;
		assert_untrusted(key, data, it_span(signature.data, SIGNATURE - 1));
	}
}

static void refuses_weak_and_impossible_public_keys(void **state)
{
	static const char *const weak[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0200000000000000000000000000000000000000000000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(weak); i++) {
		struct intoto_error *err = NULL;
		struct intoto_key *key = NULL;

		assert_refused(it_key_from_texts(&key, "ed25519", "ed25519", it_span_text(weak[i]),
						 it_span(NULL, 0), NULL, &err),
			       &err, INTOTO_E_KEY,
			       "keyval.public: a weak or impossible Ed25519 public key");
		assert_null(key);
	}
}

static void refuses_public_texts_that_are_no_hex_of_32_bytes(void **state)
{
	static const char *const wrong[] = {
		"",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511g",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511\n",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++) {
		struct intoto_error *err = NULL;
		struct intoto_key *key = NULL;

		assert_refused(it_key_from_texts(&key, "ed25519", "ed25519", it_span_text(wrong[i]),
						 it_span(NULL, 0), NULL, &err),
			       &err, INTOTO_E_FORMAT, "keyval.public: not an Ed25519 public key");
	}
}

static void takes_capitals_and_gives_the_normal_form(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key =
		make("D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A", "");

	(void)state;
	assert_string_equal(key->public_text, vectors[0].public);
	assert_false(intoto_key_is_private(key));
}

static void takes_a_seed_with_its_public_key_behind(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf both = IT_BUF(200);
	IT_AUTO(it_buf_done) struct it_buf secret = IT_BUF(200);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;
	struct intoto_key *none = NULL;

	(void)state;
	assert_int_equal(it_buf_printf(&both, "%s%s", vectors[0].seed, vectors[0].public), 0);
	key = make(vectors[0].public, it_buf_text(&both));
	assert_true(intoto_key_is_private(key));
	assert_int_equal(it_key_secret_text(key, &secret, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&secret), vectors[0].seed);
	it_buf_reset(&both);
	assert_int_equal(it_buf_printf(&both, "%s%s", vectors[0].seed, vectors[1].public), 0);
	assert_refused(
		it_key_from_texts(&none, "ed25519", "ed25519", it_span_text(vectors[0].public),
				  it_buf_span(&both), NULL, &err),
		&err, INTOTO_E_KEY, "keyval.private: the seed and the public key behind it differ");
}

static void refuses_a_seed_of_another_key(void **state)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	assert_refused(it_key_from_texts(&key, "ed25519", "ed25519",
					 it_span_text(vectors[0].public),
					 it_span_text(vectors[1].seed), NULL, &err),
		       &err, INTOTO_E_KEY, "keyval.private: does not belong to keyval.public");
	assert_null(key);
	assert_refused(it_key_from_texts(&key, "ed25519", "ed25519",
					 it_span_text(vectors[0].public), it_span_text("abcd"),
					 NULL, &err),
		       &err, INTOTO_E_FORMAT, "keyval.private: not an Ed25519 private key");
}

static void generates_a_new_key_each_time(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *a = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *b = NULL;
	unsigned char *signature = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(intoto_key_generate(&a, "ed25519", NULL), INTOTO_OK);
	assert_int_equal(intoto_key_generate(&b, "ed25519", NULL), INTOTO_OK);
	assert_true(intoto_key_is_private(a));
	assert_false(intoto_key_same(a, b));
	assert_int_equal(intoto_key_sign(a, "data", 4, &signature, &len, NULL), INTOTO_OK);
	assert_int_equal(len, SIGNATURE);
	assert_int_equal(intoto_key_verify(a, "data", 4, signature, len, NULL), INTOTO_OK);
	assert_int_equal(intoto_key_verify(b, "data", 4, signature, len, NULL), INTOTO_E_UNTRUSTED);
	free(signature);
}

/* --- messages that are poured --- */

struct pieces {
	struct it_span bytes;
	size_t size; /* of a piece; the first has one byte more */
	int fail_at; /* the pass that fails, from 1 */
	int pass;
};

static int pour_pieces(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct pieces *pieces = self;
	struct it_span left = pieces->bytes;
	size_t size = pieces->size + 1;
	int rc = INTOTO_OK;

	pieces->pass++;
	for (; !rc && left.len; size = pieces->size) {
		size_t len = size < left.len ? size : left.len;

		if (pieces->pass == pieces->fail_at)
			return it_err_set(err, INTOTO_E_IO, "a pass that fails");
		rc = it_sink_take(sink, it_span(left.data, len), err);
		left = it_span(left.data + len, left.len - len);
	}
	return rc;
}

static void assert_signs_alike(const struct intoto_key *key, struct it_span data, size_t size)
{
	struct pieces pieces = { data, size, 0, 0 };
	const struct it_message message = { .pour = pour_pieces, .self = &pieces, .len = data.len };
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);
	unsigned char expected[SIGNATURE];

	assert_int_equal(crypto_sign_detached(expected, NULL, (const unsigned char *)data.data,
					      data.len, key->ed25519_secret),
			 0);
	assert_int_equal(it_key_sign_stream(key, &message, &signature, NULL), INTOTO_OK);
	assert_int_equal(signature.len, SIGNATURE);
	assert_memory_equal(signature.data, expected, SIGNATURE);
	assert_int_equal(pieces.pass, 2);
}

static void signs_what_is_poured_as_libsodium_signs_it_whole(void **state)
{
	static const size_t sizes[] = { 1, 7, 64, 127, 128, 4096, LONG };
	IT_AUTO(it_buf_done) struct it_buf data = IT_BUF(3 * LONG);

	(void)state;
	for (size_t len = 0; len <= 2 * LONG + 1; len += len < 300 ? 1 : len / 3) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;

		assert_int_equal(intoto_key_generate(&key, "ed25519", NULL), INTOTO_OK);
		while (data.len < len)
			assert_int_equal(it_buf_add_byte(&data, (char)(data.len * 31)), INTOTO_OK);
		for (size_t i = 0; i < IT_COUNT_OF(sizes); i++)
			assert_signs_alike(key, it_span(data.data, len), sizes[i]);
	}
}

static void gives_no_signature_when_a_pass_fails(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = make(vectors[0].public, vectors[0].seed);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE);
	struct intoto_error *err = NULL;

	(void)state;
	for (int pass = 1; pass <= 2; pass++) {
		struct pieces pieces = { it_span_text("message"), 3, pass, 0 };
		const struct it_message message = { .pour = pour_pieces,
						    .self = &pieces,
						    .len = 7 };

		assert_refused(it_key_sign_stream(key, &message, &signature, &err), &err,
			       INTOTO_E_IO, "a pass that fails");
		assert_int_equal(signature.len, 0);
	}
	key->is_private = false;
	{
		struct it_span bytes = it_span_text("message");
		const struct it_message message = it_message_of(&bytes);

		assert_refused(it_key_sign_stream(key, &message, &signature, &err), &err,
			       INTOTO_E_KEY, "this key is public");
	}
}

/* RFC 8032 section 7.3, of "abc" */
static void knows_a_signature_of_the_prehashed_kind(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf seed = IT_BUF(64);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(64);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	struct it_span abc = it_span_text("abc");

	(void)state;
	assert_non_null(key);
	assert_true(it_hex_decode(&seed, it_span_text("833fe62409237b9d62ec77587520911e"
						      "9a759cec1d19755b7da901b96dca3d42")));
	assert_true(it_hex_decode(
		&signature,
		it_span_text("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e"
			     "6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad1"
			     "1c2a26083406")));
	assert_int_equal(it_ed25519_set_seed(key, it_buf_span(&seed), NULL), INTOTO_OK);
	key->scheme = it_scheme_find("ed25519");
	assert_true(it_ed25519_prehashed_good(key, abc, it_buf_span(&signature)));
	assert_int_equal(it_key_verify(key, abc, it_buf_span(&signature), NULL),
			 INTOTO_E_UNTRUSTED);
	assert_false(it_ed25519_prehashed_good(key, it_span_text("abd"), it_buf_span(&signature)));
	assert_false(it_ed25519_prehashed_good(key, abc, it_span(signature.data, 63)));
	signature.data[7] ^= 1;
	assert_false(it_ed25519_prehashed_good(key, abc, it_buf_span(&signature)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_what_is_poured_as_libsodium_signs_it_whole),
		cmocka_unit_test(gives_no_signature_when_a_pass_fails),
		cmocka_unit_test(signs_as_the_rfc),
		cmocka_unit_test(knows_a_signature_of_the_prehashed_kind),
		cmocka_unit_test(refuses_the_signatures_of_other_keys_and_messages),
		cmocka_unit_test(refuses_every_flipped_bit),
		cmocka_unit_test(refuses_a_signature_of_another_length),
		cmocka_unit_test(refuses_a_signature_with_s_over_the_order),
		cmocka_unit_test(refuses_a_neutral_r_at_every_length),
		cmocka_unit_test(long_messages_get_the_same_signature),
		cmocka_unit_test(refuses_weak_and_impossible_public_keys),
		cmocka_unit_test(refuses_public_texts_that_are_no_hex_of_32_bytes),
		cmocka_unit_test(takes_capitals_and_gives_the_normal_form),
		cmocka_unit_test(takes_a_seed_with_its_public_key_behind),
		cmocka_unit_test(refuses_a_seed_of_another_key),
		cmocka_unit_test(generates_a_new_key_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
