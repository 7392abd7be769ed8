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
#include "record/moment.h"

/* A file to be hashed. */
struct it_pair_file {
	int fd;			 /* which the pair closes; -1: there is no file (for now) */
	struct it_moment opened; /* or some time before */
	size_t id;		 /* given back with the digest: 0 or 1, which no other has now */
};

/* Where files come from and where digests go. */
struct it_pair_source {
	int (*next)(void *arg, struct it_pair_file *file, struct intoto_error **err);
	/* about is the state that it was read in; fd is open for the last time. */
	int (*done)(void *arg, const struct it_pair_file *file, const struct stat *about,
		    const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err);
	/* So many bytes of a file that is not small were read. */
	void (*reading)(void *arg, size_t id, size_t bytes);
	/* Its name, for errors; valid until the next call. */
	struct it_span (*name)(void *arg, size_t id);
	void *arg;
};

struct it_pair_options {
	const struct it_sha256_kernel *kernel;
	size_t buffer; /* bytes of each of the two; a file of no more is small */
};

struct it_pair;

/* Two buffers, made once for many files. */
IT_CHECK int it_pair_new(struct it_pair **out, const struct it_pair_options *options,
			 struct intoto_error **err);
void it_pair_free(struct it_pair *pair);
IT_DEFINE_AUTO(struct it_pair, it_pair_free);

/*
 * Hashes files until the source has none for either of the two.  One that changed while it was
 * read is INTOTO_E_IO, as with it_hash_file.  The first failure ends it.
 */
IT_CHECK int it_pair_hash(struct it_pair *pair, const struct it_pair_source *source,
			  struct intoto_error **err);

#endif
