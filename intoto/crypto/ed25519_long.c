/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 with libcrypto. */
#include "crypto/ed25519_long.h"

#include "crypto/evp.h"

enum { SIGNATURE_SIZE = 64, POINT_SIZE = 32 };

int it_ed25519_sign_long(const struct intoto_key *key, struct it_span data,
			 struct it_buf *signature, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = NULL;
	IT_AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = NULL;
	unsigned char bytes[SIGNATURE_SIZE];
	size_t len = sizeof bytes;

	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->ed25519_secret,
					    IT_KEY_SEED_SIZE);
	ctx = EVP_MD_CTX_new();
	if (!pkey || !ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) != 1 ||
	    EVP_DigestSign(ctx, bytes, &len, (const unsigned char *)data.data, data.len) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot sign");
	(void)it_buf_add(signature, bytes, len); /* sticky */
	return it_buf_check(signature, "signature", err);
}

/*
 * libsodium refuses an R of small order; libcrypto does not look.  The key is in the prime-order
 * group (it_ed25519_set_public), so the only such R that could verify is the neutral element.
 */
static bool is_neutral(struct it_span signature)
{
	static const char neutral[POINT_SIZE] = { 1 };

	return it_span_eq(it_span(signature.data, POINT_SIZE), it_span(neutral, POINT_SIZE));
}

int it_ed25519_verify_long(const struct intoto_key *key, struct it_span data,
			   struct it_span signature, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = NULL;
	IT_AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = NULL;
	int verdict = INTOTO_E_UNTRUSTED;

	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->ed25519_public, POINT_SIZE);
	ctx = EVP_MD_CTX_new();
	if (!pkey || !ctx || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot verify");
	if (!is_neutral(signature) &&
	    EVP_DigestVerify(ctx, (const unsigned char *)signature.data, signature.len,
			     (const unsigned char *)data.data, data.len) == 1)
		verdict = INTOTO_OK;
	if (verdict)
		return it_err_set(err, verdict, "the signature does not verify");
	return INTOTO_OK;
}
