/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 keys from their bytes; RFC 8410 files are read here so that libcrypto stays asleep. */
#ifndef IT_CRYPTO_ED25519_H
#define IT_CRYPTO_ED25519_H

#include "crypto/key.h"

/* INTOTO_E_KEY for bytes that are no point of the prime-order group. */
IT_CHECK int it_ed25519_set_public(struct intoto_key *key, struct it_span bytes,
				   struct intoto_error **err);
/* Also sets the public half. */
IT_CHECK int it_ed25519_set_seed(struct intoto_key *key, struct it_span seed,
				 struct intoto_error **err);

/* Whether der is the one DER form of an Ed25519 public key (SPKI, RFC 8410 section 4); points bytes
 * into it. */
bool it_ed25519_in_spki(struct it_span der, struct it_span *bytes);
/*
 * Whether der is one of the two PKCS8 forms of an Ed25519 private key (RFC 8410 section 7): with
 * the public half, or without (then bytes->len is 0).
 */
bool it_ed25519_in_pkcs8(struct it_span der, struct it_span *seed, struct it_span *bytes);

/*
 * Whether it is a signature of Ed25519ph, which Sigstore's tools make where the log wants a digest
 * (cosign 3 always does for keys of its own).  It is never one of the plain scheme, too.
 */
bool it_ed25519_prehashed_good(const struct intoto_key *key, struct it_span data,
			       struct it_span signature);

#endif
