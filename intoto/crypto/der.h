/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Just enough DER to look at a key before libcrypto is handed it: what libcrypto does with some
 * kinds of key (a power modulo a hostile number) has no bound.
 */
#ifndef IT_CRYPTO_DER_H
#define IT_CRYPTO_DER_H

#include "base/buf.h"

enum { IT_DER_INTEGER = 0x02, IT_DER_OID = 0x06, IT_DER_SEQUENCE = 0x30 };

/* Takes one element off the front: definite, shortest length only.  False leaves *in untouched. */
bool it_der_take(struct it_span *in, unsigned char tag, struct it_span *content);

/* Whether der is one SEQUENCE, without trailing bytes, that begins with a one-byte INTEGER: PKCS8,
 * PKCS1 and SEC1 private keys are. */
bool it_der_is_private_key(struct it_span der);

/* The algorithm's OID (its contents) in a SubjectPublicKeyInfo or a PKCS8 PrivateKeyInfo. */
bool it_der_spki_oid(struct it_span der, struct it_span *oid);
bool it_der_pkcs8_oid(struct it_span der, struct it_span *oid);

#endif
