/* SPDX-License-Identifier: Apache-2.0 */
/* PEM for tests: what libcrypto writes, bytes in a block, one-line checks.  Include cmocka first.
 */
#ifndef INTOTO_TESTS_UNIT_CRYPTO_PEM_H
#define INTOTO_TESTS_UNIT_CRYPTO_PEM_H

#include <string.h>

#include <openssl/bio.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "crypto/pem.h"
#include "tests/unit/crypto_keys.h"
#include "tests/unit/refused.h"

enum { ROOM = 128 * 1024 };

static const char *const pems[] = { ed25519_pem, p256_pem, p384_pem, p521_pem, rsa_pem };

static inline EVP_PKEY *pkey_from(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(pkey);
	BIO_free(bio);
	return pkey;
}

/* What libcrypto writes for a key in a structure of its naming; false if it has no such form. */
static inline bool encode(struct it_buf *out, const EVP_PKEY *pkey, int selection,
			  const char *structure)
{
	OSSL_ENCODER_CTX *ctx =
		OSSL_ENCODER_CTX_new_for_pkey(pkey, selection, "PEM", structure, NULL);
	unsigned char *data = NULL;
	size_t len = 0;
	bool done = OSSL_ENCODER_CTX_get_num_encoders(ctx) > 0 &&
		    OSSL_ENCODER_to_data(ctx, &data, &len) == 1;

	it_buf_reset(out);
	if (done)
		assert_int_equal(it_buf_add(out, data, len), 0);
	OPENSSL_free(data);
	OSSL_ENCODER_CTX_free(ctx);
	return done;
}

static inline void assert_same_key(const struct intoto_key *wanted, struct it_span text,
				   bool is_private)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	if (it_key_from_pem(&key, text, "key.pem", NULL, NULL, &err))
		fail_msg("%s\n%.*s", intoto_error_text(err), (int)text.len, text.data);
	assert_true(intoto_key_same(key, wanted));
	assert_string_equal(key->public_text, wanted->public_text);
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY),
			    intoto_key_id(wanted, INTOTO_KEYID_LEGACY));
	assert_int_equal(intoto_key_is_private(key), is_private);
	intoto_key_free(key);
}

static inline void refuse(struct it_span text, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	assert_refused(it_key_from_pem(&key, text, "key.pem", NULL, NULL, &err), &err, code,
		       sentence);
	assert_null(key);
}

/* PEM around bytes. */
static inline void wrap(struct it_buf *out, const char *label, const void *bytes, size_t len)
{
	it_buf_reset(out);
	assert_int_equal(it_pem_write(out, label, it_span(bytes, len), NULL), 0);
}

static inline void der_of(struct it_buf *out, const char *pem)
{
	struct it_pem block;

	assert_int_equal(it_pem_read(&block, it_span_text(pem), NULL), 0);
	it_buf_reset(out);
	(void)it_buf_add_span(out, it_buf_span(&block.bytes));
	it_pem_done(&block);
}

#endif
