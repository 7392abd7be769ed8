/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys in the encrypted JSON of Go's tools (go-securesystemslib encrypted, TUF, cosign). */
#ifndef IT_MODEL_SEALED_KEY_H
#define IT_MODEL_SEALED_KEY_H

#include "crypto/key.h"
#include "crypto/unlock.h"
#include "json/json.h"

/* Whether an object is { kdf, cipher, ciphertext }. */
bool it_sealed_key_is(const struct it_json *object);

/* Appends what is in it: a key object, PKCS8, PEM …  Asks for the passphrase. */
IT_CHECK int it_sealed_key_open(struct it_buf *plain, const struct it_json *object,
				const struct it_passphrase_source *source,
				struct intoto_error **err);

/* Whether a text has a PEM block in which cosign and Sigstore keep that JSON, under either label.
 */
bool it_cosign_key_is(struct it_span text);

/*
 * Appends a private key as a cosign key file: PKCS8 under scrypt with N 65536, r 8, p 1 in a block
 * ENCRYPTED SIGSTORE PRIVATE KEY (cosign pkg/cosign/keys.go; it refuses most other numbers).  An
 * empty passphrase is one.  Wipes what it used on the way.
 */
IT_CHECK int it_cosign_key_print(struct it_buf *out, const struct intoto_key *key,
				 struct it_span passphrase, struct intoto_error **err);

#endif
