/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys as other tools lock them: securesystemslib before 1.0 ("@@@@"), and Go's package
 * "encrypted" (scrypt and secretbox), which TUF, cosign and Sigstore use.  The first is only read.
 *
 * Neither can tell a wrong passphrase from damaged bytes: the sentence says both.
 */
#ifndef IT_CRYPTO_LEGACY_LOCK_H
#define IT_CRYPTO_LEGACY_LOCK_H

#include "crypto/unlock.h"

/*
 * Appends what is behind five fields joined by "@@@@": salt, rounds of PBKDF2-HMAC-SHA256,
 * HMAC-SHA256 of the ciphertext, IV, ciphertext (AES-256-CTR), all hex but the rounds.  Refuses
 * more rounds than take a few seconds.
 */
IT_CHECK int it_legacy_open(struct it_buf *plain, struct it_span text,
			    const struct it_passphrase_source *source, struct intoto_error **err);

/* scrypt with these numbers makes the key of a box of libsodium's. */
struct it_secretbox {
	int64_t n, r, p;
	struct it_span salt;
	struct it_span nonce;
	struct it_span box;
};

/* Appends what is in it.  LIMIT for numbers that would take more than seconds or 256 MiB. */
IT_CHECK int it_secretbox_open(struct it_buf *plain, const struct it_secretbox *box,
			       const struct it_passphrase_source *source,
			       struct intoto_error **err);

/* Appends the box (tag, then ciphertext) of plain; box->box is not looked at. */
IT_CHECK int it_secretbox_seal(struct it_buf *out, const struct it_secretbox *box,
			       struct it_span plain, struct it_span passphrase,
			       struct intoto_error **err);

#endif
