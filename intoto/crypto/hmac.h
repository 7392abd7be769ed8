/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC with SHA-256 (RFC 2104), for protocols that want it; short messages. */
#ifndef IT_CRYPTO_HMAC_H
#define IT_CRYPTO_HMAC_H

#include "crypto/digest.h"

void it_hmac_sha256(unsigned char out[IT_SHA256_SIZE], struct it_span key, struct it_span message);

#endif
