/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files hashed two at a time by one thread: while one waits for its last round, the other goes on
 * (<crypto/sha256_pair.h>).  SHA-256 alone, and only where the CPU has instructions for it; for
 * everything else there is record/hash.h.
 */
#ifndef IT_RECORD_PAIR_H
#define IT_RECORD_PAIR_H

#include <sys/stat.h>

#include "crypto/sha256_pair.h"

/* Where files come from and where digests go. */
struct it_pair_source {
	/*
	 * Opens the next file: its descriptor, which the pair closes, and its state when it was
	 * opened.  *fd is -1 when there is none any more.  id is given back with the digest.
	 */
	int (*next)(void *arg, int *fd, struct stat *about, size_t *id, struct intoto_error **err);
	int (*done)(void *arg, size_t id, const struct stat *about,
		    const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err);
	/* Its name, for errors; valid until the next call. */
	struct it_span (*name)(void *arg, size_t id);
	void *arg;
};

struct it_pair;

/* Two buffers, made once for many files. */
IT_CHECK int it_pair_new(struct it_pair **out, const struct it_sha256_kernel *kernel,
			 struct intoto_error **err);
void it_pair_free(struct it_pair *pair);
IT_DEFINE_AUTO(struct it_pair, it_pair_free);

/*
 * Hashes all files of the source.  One that changed while it was read is INTOTO_E_IO, as with
 * it_hash_file.  The first failure ends it.
 */
IT_CHECK int it_pair_hash(struct it_pair *pair, const struct it_pair_source *source,
			  struct intoto_error **err);

#endif
