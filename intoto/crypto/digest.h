/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests.  SHA-2 through libcrypto's low-level functions: the CPU's instructions without the fetch
 * that costs a short process 0.5 ms, and never libsodium's portable SHA-256 (5 times slower).
 */
#ifndef IT_CRYPTO_DIGEST_H
#define IT_CRYPTO_DIGEST_H

#include "base/buf.h"

enum { IT_DIGEST_MAX = 64, IT_SHA256_SIZE = 32 };

/*
 * Beside SHA-2 there is the git object id of a file's content, "gitBlob" in a DigestSet: by
 * SHA-256, or by SHA-1, which decides nothing.
 */

/* Large enough and aligned for every algorithm's state; initialise with it_digest_start. */
struct it_digest {
	const struct it_digest_alg *alg;
	_Alignas(16) unsigned char state[256];
};

struct it_digest_alg {
	const char *name; /* as in a DigestSet: "sha256" */
	size_t size;
	bool strong; /* collision resistant today: may decide a comparison alone */
	void (*start)(struct it_digest *digest);
	void (*add)(struct it_digest *digest, const void *data, size_t len);
	void (*finish)(struct it_digest *digest, unsigned char *out);
	const char *word; /* on command lines; NULL: the name */
	bool is_object;	  /* of git: the length stands in front of what is hashed */
};

/* By its word: sha256, sha384, sha512, gitoid, gitoid-sha1; NULL for another. */
const struct it_digest_alg *it_digest_find(const char *word);
/* By its name in a DigestSet and the number of hex digits there. */
const struct it_digest_alg *it_digest_of_set(struct it_span name, size_t digits);

/* Of so many bytes; who does not know how many starts none that is_object. */
void it_digest_start_sized(struct it_digest *digest, const struct it_digest_alg *alg,
			   uint64_t size);
void it_digest_start(struct it_digest *digest, const struct it_digest_alg *alg);
void it_digest_add(struct it_digest *digest, const void *data, size_t len);
void it_digest_finish(struct it_digest *digest, unsigned char out[IT_DIGEST_MAX]);

void it_sha256(unsigned char out[IT_SHA256_SIZE], struct it_span data);
/* Appends 64 hex digits. */
void it_sha256_hex(struct it_buf *out, struct it_span data);

#endif
