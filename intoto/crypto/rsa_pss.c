/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSASSA-PSS (RFC 8017 section 8.1) with MGF1 over the same digest.  Signs with a salt as long as
 * the digest, which every peer reads; verifies any salt, because older Python signed with the
 * longest possible.
 */
#include <openssl/rsa.h>

#include "crypto/rsa.h"
#include "crypto/scheme.h"

static int prepare(EVP_PKEY_CTX *ctx, const struct it_scheme *scheme, int salt)
{
	const EVP_MD *md = it_rsa_md(scheme);

	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) == 1;
}

static int prepare_sign(EVP_PKEY_CTX *ctx, const struct it_scheme *scheme)
{
	return prepare(ctx, scheme, RSA_PSS_SALTLEN_DIGEST);
}

static int prepare_verify(EVP_PKEY_CTX *ctx, const struct it_scheme *scheme)
{
	return prepare(ctx, scheme, RSA_PSS_SALTLEN_AUTO);
}

static int sign_stream(const struct intoto_key *key, const struct it_message *message,
		       struct it_buf *signature, struct intoto_error **err)
{
	return it_rsa_sign(key, message, signature, prepare_sign, err);
}

static int sign(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		struct intoto_error **err)
{
	const struct it_message message = it_message_of(&data);

	return sign_stream(key, &message, signature, err);
}

static int verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	return it_rsa_verify(key, data, signature, prepare_verify, err);
}

#define RSA_PSS(scheme_name, digest_name)                                                          \
	{                                                                                          \
		.name = (scheme_name), .keytype = "rsa", .digest = (digest_name),                  \
		.form = &it_evp_form, .generate = it_rsa_generate, .takes = it_rsa_takes,          \
		.check = it_rsa_check, .sign = sign, .sign_stream = sign_stream, .passes = 1,      \
		.verify = verify,                                                                  \
	}

const struct it_scheme it_scheme_rsa_pss_sha224 = RSA_PSS("rsassa-pss-sha224", "sha224");
const struct it_scheme it_scheme_rsa_pss_sha256 = RSA_PSS("rsassa-pss-sha256", "sha256");
const struct it_scheme it_scheme_rsa_pss_sha384 = RSA_PSS("rsassa-pss-sha384", "sha384");
const struct it_scheme it_scheme_rsa_pss_sha512 = RSA_PSS("rsassa-pss-sha512", "sha512");
