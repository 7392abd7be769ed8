/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether bytes are still those that they were, for who reads a file twice: a tag that means
 * something in this process only, at less than half the cost of SHA-256.
 *
 * Poly1305 (RFC 8439 section 2.5) under a random key that is used for these bytes alone and told to
 * nobody: other bytes of n octets have the same tag with a chance of n / 2^103 at most, whoever
 * chose them.
 */
#ifndef IT_CRYPTO_FINGERPRINT_H
#define IT_CRYPTO_FINGERPRINT_H

#include "base/buf.h"

struct it_fingerprint {
	unsigned char key[32];
	unsigned char tag[16];
	bool taken;
};

IT_CHECK int it_fingerprint_take(struct it_fingerprint *out, struct it_span bytes,
				 struct intoto_error **err);
/* INTOTO_E_UNTRUSTED, without words, when the bytes are others or none were ever taken. */
IT_CHECK int it_fingerprint_check(const struct it_fingerprint *fingerprint, struct it_span bytes,
				  struct intoto_error **err);

#endif
