/* SPDX-License-Identifier: Apache-2.0 */
/* Poly1305 with libcrypto, for fingerprint.c. */
#ifndef IT_CRYPTO_FINGERPRINT_LONG_H
#define IT_CRYPTO_FINGERPRINT_LONG_H

#include "base/buf.h"

IT_CHECK int it_poly1305_long(unsigned char tag[16], const unsigned char key[32],
			      struct it_span bytes, struct intoto_error **err);

#endif
