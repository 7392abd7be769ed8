/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 over messages that are not held in memory. */
#ifndef IT_CRYPTO_ED25519_STREAM_H
#define IT_CRYPTO_ED25519_STREAM_H

#include "crypto/key.h"

/*
 * The signature that libsodium and libcrypto make of the same bytes.  Pours the message twice (RFC
 * 8032 section 5.1.6), and gives no signature away when pouring it fails; that both times it is the
 * same is for the message to see to: over two that differ, the signature would tell the key.
 */
IT_CHECK int it_ed25519_sign_stream(const struct intoto_key *key, const struct it_message *message,
				    struct it_buf *signature, struct intoto_error **err);

#endif
