/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys under a passphrase. */
#ifndef IT_CRYPTO_PBE_H
#define IT_CRYPTO_PBE_H

#include "crypto/key.h"
#include "crypto/pem.h"
#include "crypto/unlock.h"

/*
 * Appends the DER that an encrypted block holds: PKCS8 (PBES2, PBES1, PKCS12), or OpenSSL's old
 * encryption of whole PEM blocks when there are header lines.  Asks again, up to 3 times, while the
 * passphrase is wrong (INTOTO_E_KEY).  Refuses more passphrase hashing than a few seconds' worth.
 */
IT_CHECK int it_pbe_open(struct it_buf *plain, const struct it_pem *pem,
			 const struct it_passphrase_source *source, struct intoto_error **err);

/*
 * Appends EncryptedPrivateKeyInfo in DER around PKCS8 in DER: PBKDF2-HMAC-SHA256 with that many
 * rounds, AES-256-CBC.
 */
IT_CHECK int it_pbe_seal(struct it_buf *out, struct it_span pkcs8, struct it_span passphrase,
			 int rounds, struct intoto_error **err);

#endif
