/* SPDX-License-Identifier: Apache-2.0 */
/* ECDSA on the NIST curves, each with its digest; signatures are DER (RFC 3279 section 2.2.3). */
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "base/text.h"
#include "crypto/evp_key.h"
#include "crypto/scheme.h"

enum { GROUP_MAX = 64 };

static bool takes(const struct it_scheme *scheme, const struct evp_pkey_st *pkey)
{
	char group[GROUP_MAX] = "";

	return EVP_PKEY_is_a(pkey, "EC") &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
	       it_streq(group, scheme->group);
}

/*
 * A curve that is spelled out can look like a known one and have another generator
 * (CVE-2020-0601); a point must be on the curve; and a private key with another's public half would
 * sign what nobody can verify.
 */
static int check(const struct intoto_key *key, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	int spelled_out = 1;

	if (!ctx)
		return it_err_nomem(err);
	if (EVP_PKEY_get_int_param(key->pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
				   &spelled_out) != 1 ||
	    spelled_out)
		return it_err_set(err, INTOTO_E_KEY, "its curve is spelled out, want it by name");
	if (EVP_PKEY_public_check_quick(ctx) != 1)
		return it_err_set(err, INTOTO_E_KEY, "the public key is not a point of its curve");
	if (key->is_private && EVP_PKEY_pairwise_check(ctx) != 1)
		return it_err_set(err, INTOTO_E_KEY,
				  "the private and the public half do not belong together");
	/* One form for the fingerprint, whatever the file had. */
	if (EVP_PKEY_set_utf8_string_param(key->pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
					   "uncompressed") != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot decompress the point");
	return INTOTO_OK;
}

static int generate(struct intoto_key *key, struct intoto_error **err)
{
	IT_EVP_SESSION;
	EVP_PKEY *pkey = EVP_EC_gen(key->scheme->group);

	if (!pkey)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot make a key");
	return it_evp_adopt(key, pkey, true, err);
}

static int sign_stream(const struct intoto_key *key, const struct it_message *message,
		       struct it_buf *signature, struct intoto_error **err)
{
	struct it_evp_digest digest;
	int rc = it_evp_digest(&digest, key->scheme, message, err);

	return rc ? rc : it_evp_sign(key, &digest, NULL, signature, err);
}

static int sign(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		struct intoto_error **err)
{
	const struct it_message message = it_message_of(&data);

	return sign_stream(key, &message, signature, err);
}

/* libcrypto refuses a signature that is not the DER form of its numbers, or that has more behind.
 */
static int verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	return it_evp_verify(key, data, signature, NULL, err);
}

#define ECDSA(scheme_name, digest_name, group_name)                                                \
	{                                                                                          \
		.name = (scheme_name), .keytype = "ecdsa", .digest = (digest_name),                \
		.group = (group_name), .form = &it_evp_form, .generate = generate, .takes = takes, \
		.check = check, .sign = sign, .sign_stream = sign_stream, .passes = 1,             \
		.verify = verify,                                                                  \
	}

const struct it_scheme it_scheme_ecdsa_p256 = ECDSA("ecdsa-sha2-nistp256", "sha256", "prime256v1");
const struct it_scheme it_scheme_ecdsa_p384 = ECDSA("ecdsa-sha2-nistp384", "sha384", "secp384r1");
const struct it_scheme it_scheme_ecdsa_p521 = ECDSA("ecdsa-sha2-nistp521", "sha512", "secp521r1");
