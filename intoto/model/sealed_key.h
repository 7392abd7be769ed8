/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys in the encrypted JSON of Go's tools (go-securesystemslib encrypted, TUF, cosign). */
#ifndef IT_MODEL_SEALED_KEY_H
#define IT_MODEL_SEALED_KEY_H

#include "crypto/unlock.h"
#include "json/json.h"

/* Whether an object is { kdf, cipher, ciphertext }. */
bool it_sealed_key_is(const struct it_json *object);

/* Appends what is in it: a key object, PKCS8, PEM …  Asks for the passphrase. */
IT_CHECK int it_sealed_key_open(struct it_buf *plain, const struct it_json *object,
				const struct it_passphrase_source *source,
				struct intoto_error **err);

#endif
