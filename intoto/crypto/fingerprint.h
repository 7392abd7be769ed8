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

/* One of bytes that come piece by piece, and come again: the second time the tag must be the same.
 */
struct it_fingerprint_run {
	_Alignas(16) unsigned char state[256];
};

/* A fresh key; nothing is taken yet. */
IT_CHECK int it_fingerprint_init(struct it_fingerprint *out, struct intoto_error **err);
void it_fingerprint_begin(struct it_fingerprint_run *run, const struct it_fingerprint *by);
void it_fingerprint_add(struct it_fingerprint_run *run, struct it_span piece);
/*
 * The first time takes the fingerprint, then compares with it: INTOTO_E_UNTRUSTED, without words,
 * when the bytes are others.
 */
IT_CHECK int it_fingerprint_end(struct it_fingerprint_run *run, struct it_fingerprint *fingerprint);

IT_CHECK int it_fingerprint_take(struct it_fingerprint *out, struct it_span bytes,
				 struct intoto_error **err);
/* INTOTO_E_UNTRUSTED, without words, when the bytes are others or none were ever taken. */
IT_CHECK int it_fingerprint_check(const struct it_fingerprint *fingerprint, struct it_span bytes,
				  struct intoto_error **err);

#endif
