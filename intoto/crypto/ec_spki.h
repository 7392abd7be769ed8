/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DER of public keys on the NIST curves (RFC 5480), in the one form that nearly all have: the
 * curve by its name, the point uncompressed.  libcrypto's own reader and writer first ask every
 * provider for every codec, which takes ten times as long as verifying a signature.
 */
#ifndef IT_CRYPTO_EC_SPKI_H
#define IT_CRYPTO_EC_SPKI_H

#include "crypto/evp.h"

/* NULL when der has another form, or libcrypto does not take its point: then its own reader says
 * what that is. */
EVP_PKEY *it_ec_spki_read(struct it_span der);

/* Appends the DER; false, with nothing appended, when this is another kind of key. */
bool it_ec_spki_write(struct it_buf *out, const EVP_PKEY *pkey);

#endif
