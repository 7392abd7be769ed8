/* SPDX-License-Identifier: Apache-2.0 */
/* RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), which securesystemslib knows beside PSS. */
#include <openssl/rsa.h>

#include "crypto/rsa.h"
#include "crypto/scheme.h"

static int prepare(EVP_PKEY_CTX *ctx, const struct it_scheme *scheme)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(ctx, it_rsa_md(scheme)) == 1;
}

static int sign_stream(const struct intoto_key *key, const struct it_message *message,
		       struct it_buf *signature, struct intoto_error **err)
{
	return it_rsa_sign(key, message, signature, prepare, err);
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
	return it_rsa_verify(key, data, signature, prepare, err);
}

#define RSA_PKCS1(scheme_name, digest_name)                                                        \
	{                                                                                          \
		.name = (scheme_name), .keytype = "rsa", .digest = (digest_name),                  \
		.form = &it_evp_form, .generate = it_rsa_generate, .takes = it_rsa_takes,          \
		.check = it_rsa_check, .sign = sign, .sign_stream = sign_stream, .passes = 1,      \
		.verify = verify,                                                                  \
	}

const struct it_scheme it_scheme_rsa_pkcs1_sha224 = RSA_PKCS1("rsa-pkcs1v15-sha224", "sha224");
const struct it_scheme it_scheme_rsa_pkcs1_sha256 = RSA_PKCS1("rsa-pkcs1v15-sha256", "sha256");
const struct it_scheme it_scheme_rsa_pkcs1_sha384 = RSA_PKCS1("rsa-pkcs1v15-sha384", "sha384");
const struct it_scheme it_scheme_rsa_pkcs1_sha512 = RSA_PKCS1("rsa-pkcs1v15-sha512", "sha512");
