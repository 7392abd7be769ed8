/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519ph (RFC 8032 section 5.1, without context), with libsodium. */
#include <sodium.h>

#include "crypto/ed25519.h"

bool it_ed25519_prehashed_good(const struct intoto_key *key, struct it_span data,
			       struct it_span signature)
{
	crypto_sign_state state;

	if (sodium_init() < 0 || key->pkey || signature.len != crypto_sign_BYTES)
		return false;
	crypto_sign_init(&state);
	crypto_sign_update(&state, (const unsigned char *)data.data, data.len);
	return crypto_sign_final_verify(&state, (const unsigned char *)signature.data,
					key->ed25519_public) == 0;
}
