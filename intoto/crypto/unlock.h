/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for a passphrase until it is the right one. */
#ifndef IT_CRYPTO_UNLOCK_H
#define IT_CRYPTO_UNLOCK_H

#include "crypto/key.h"

struct it_passphrase_source {
	intoto_passphrase_fn ask; /* NULL: there is none */
	void *arg;
	const char *name; /* of the key, for the question */
};

enum { IT_PASSPHRASE_WRONG = 1 }; /* beside INTOTO_OK and the negative codes */

/*
 * Appends what a lock holds.  unlock answers INTOTO_OK, a code with *err set, or
 * IT_PASSPHRASE_WRONG, and then the source is asked again, up to 3 times; after that wrong is the
 * sentence (INTOTO_E_KEY).  A failed attempt leaves nothing in plain.
 */
IT_CHECK int it_unlock(struct it_buf *plain, const struct it_passphrase_source *source,
		       int (*unlock)(const void *lock, struct it_span passphrase,
				     struct it_buf *plain, struct intoto_error **err),
		       const void *lock, const char *wrong, struct intoto_error **err);

#endif
