/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys under a passphrase. */
#ifndef IT_CRYPTO_PBE_H
#define IT_CRYPTO_PBE_H

#include "crypto/key.h"

/* Appends EncryptedPrivateKeyInfo in DER around PKCS8 in DER. */
IT_CHECK int it_pbe_seal(struct it_buf *out, struct it_span pkcs8, struct it_span passphrase,
			 struct intoto_error **err);

#endif
