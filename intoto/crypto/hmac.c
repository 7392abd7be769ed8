/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hmac.h"

#include <sodium.h>

void it_hmac_sha256(unsigned char out[IT_SHA256_SIZE], struct it_span key, struct it_span message)
{
	crypto_auth_hmacsha256_state state;

	/* None of them fails (libsodium's documentation: they return 0). */
	(void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.data, key.len);
	(void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)message.data,
					    message.len);
	(void)crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}
