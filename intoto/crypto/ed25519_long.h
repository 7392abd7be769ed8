/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 with libcrypto, for long messages; ed25519.c chooses. */
#ifndef IT_CRYPTO_ED25519_LONG_H
#define IT_CRYPTO_ED25519_LONG_H

#include "crypto/key.h"

IT_CHECK int it_ed25519_sign_long(const struct intoto_key *key, struct it_span data,
				  struct it_buf *signature, struct intoto_error **err);
/* signature has 64 bytes.  The same verdicts as libsodium's. */
IT_CHECK int it_ed25519_verify_long(const struct intoto_key *key, struct it_span data,
				    struct it_span signature, struct intoto_error **err);

#endif
