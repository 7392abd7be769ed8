/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a long stream, computed on a thread of its own while this one moves the bytes: for
 * what comes or goes faster than one processor moves and hashes it.  What is short is hashed here.
 */
#ifndef IT_CRYPTO_DIGEST_ASIDE_H
#define IT_CRYPTO_DIGEST_ASIDE_H

#include "crypto/digest.h"

struct it_digest_aside;

IT_CHECK int it_digest_aside_new(struct it_digest_aside **out, const struct it_digest_alg *alg,
				 struct intoto_error **err);
void it_digest_aside_free(struct it_digest_aside *aside);
IT_DEFINE_AUTO(struct it_digest_aside, it_digest_aside_free);

/* Copies the bytes; waits when the other thread is a mebibyte behind. */
void it_digest_aside_add(struct it_digest_aside *aside, const void *data, size_t len);

/* Waits for all of them.  Borrowed; to be finished once, and nothing is added afterwards. */
struct it_digest *it_digest_aside_end(struct it_digest_aside *aside);

#endif
