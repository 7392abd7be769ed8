/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the signature schemes offer to the table in scheme.c. */
#ifndef IT_CRYPTO_SCHEME_H
#define IT_CRYPTO_SCHEME_H

#include "crypto/key.h"

extern const struct it_scheme it_scheme_ed25519;
extern const struct it_scheme it_scheme_ecdsa_p256;
extern const struct it_scheme it_scheme_ecdsa_p384;
extern const struct it_scheme it_scheme_ecdsa_p521;
extern const struct it_scheme it_scheme_rsa_pkcs1_sha224;
extern const struct it_scheme it_scheme_rsa_pkcs1_sha256;
extern const struct it_scheme it_scheme_rsa_pkcs1_sha384;
extern const struct it_scheme it_scheme_rsa_pkcs1_sha512;
extern const struct it_scheme it_scheme_rsa_pss_sha224;
extern const struct it_scheme it_scheme_rsa_pss_sha256;
extern const struct it_scheme it_scheme_rsa_pss_sha384;
extern const struct it_scheme it_scheme_rsa_pss_sha512;

#endif
