/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys, and what both paddings have in common. */
#include "crypto/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "base/text.h"

IT_DEFINE_AUTO(BIGNUM, BN_free);

enum {
	BITS_MIN = 2048,
	BITS_MAX = 16384, /* libcrypto's own limit for using a key */
	BITS_NEW = 3072,  /* of a key that we make: 128-bit strength (NIST SP 800-57) */
	EXPONENT_MIN = 3,
	EXPONENT_BITS_MAX = 64, /* libcrypto's own limit for keys over 3072 bits */
	SIGNATURE_MAX = BITS_MAX / 8,
};

bool it_rsa_takes(const struct it_scheme *scheme, const struct evp_pkey_st *pkey)
{
	(void)scheme; /* every RSA key fits every digest */
	return EVP_PKEY_is_a(pkey, "RSA");
}

int it_rsa_check(const struct intoto_key *key, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(BN_freep) BIGNUM *modulus = NULL;
	IT_AUTO(BN_freep) BIGNUM *exponent = NULL;
	int bits = EVP_PKEY_get_bits(key->pkey);

	if (bits < BITS_MIN || bits > BITS_MAX)
		return it_err_set(err, INTOTO_E_KEY, "an RSA key of %d bits, want %d to %d", bits,
				  BITS_MIN, BITS_MAX);
	if (EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1 ||
	    EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto hides the RSA key's numbers");
	if (!BN_is_odd(modulus))
		return it_err_set(err, INTOTO_E_KEY, "an RSA key with an even modulus");
	if (!BN_is_odd(exponent) || BN_get_word(exponent) < EXPONENT_MIN ||
	    BN_num_bits(exponent) > EXPONENT_BITS_MAX)
		return it_err_set(err, INTOTO_E_KEY,
				  "an RSA key whose exponent is even, below %d or over %d bits",
				  EXPONENT_MIN, EXPONENT_BITS_MAX);
	return INTOTO_OK;
}

int it_rsa_generate(struct intoto_key *key, struct intoto_error **err)
{
	IT_EVP_SESSION;
	EVP_PKEY *pkey = EVP_RSA_gen(BITS_NEW);

	if (!pkey)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot make a key");
	return it_evp_adopt(key, pkey, true, err);
}

const EVP_MD *it_rsa_md(const struct it_scheme *scheme)
{
	if (it_streq(scheme->digest, "sha512"))
		return EVP_sha512();
	if (it_streq(scheme->digest, "sha384"))
		return EVP_sha384();
	return it_streq(scheme->digest, "sha224") ? EVP_sha224() : EVP_sha256();
}

/* libcrypto would take a PSS signature without its leading zero bytes (RFC 8017 sections 8.1.2 and
 * 8.2.2, step 1: its length is the modulus'). */
int it_rsa_verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  it_evp_prepare_fn *prepare, struct intoto_error **err)
{
	if (signature.len != (size_t)EVP_PKEY_get_size(key->pkey))
		return it_err_set(err, INTOTO_E_UNTRUSTED, "the signature does not verify");
	return it_evp_verify(key, data, signature, prepare, err);
}

/* Looks at its own work: a damaged private key, or a fault while computing, must not get out (a
 * faulty RSA signature can give the key away). */
int it_rsa_sign(const struct intoto_key *key, const struct it_message *message,
		struct it_buf *signature, it_evp_prepare_fn *prepare, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf fresh = IT_BUF(SIGNATURE_MAX);
	struct it_evp_digest digest;
	int rc = it_evp_digest(&digest, key->scheme, message, err);

	if (!rc)
		rc = it_evp_sign(key, &digest, prepare, &fresh, err);
	if (rc)
		return rc;
	if (it_evp_verify_digest(key, &digest, it_buf_span(&fresh), prepare, NULL))
		return it_err_set(err, INTOTO_E_KEY,
				  "the private and the public half do not belong together");
	(void)it_buf_add_span(signature, it_buf_span(&fresh)); /* sticky */
	return it_buf_check(signature, "signature", err);
}
