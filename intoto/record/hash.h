/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests of one file: every algorithm in one pass over one reused buffer.  One hasher belongs to
 * one thread.
 */
#ifndef IT_RECORD_HASH_H
#define IT_RECORD_HASH_H

#include <sys/stat.h>

#include "crypto/digest.h"

enum { IT_HASH_ALGORITHMS = 8 };

struct it_hasher {
	struct it_digest digests[IT_HASH_ALGORITHMS]; /* sorted by the name of their algorithm */
	size_t count;
	unsigned char *buffer; /* made with the first file */
	/* So many bytes of a file were read; may be NULL. */
	void (*reading)(void *arg, size_t bytes);
	void *arg;
};

/* algorithms is NULL-terminated; NULL means sha256 alone.  The same one twice is once. */
IT_CHECK int it_hasher_init(struct it_hasher *hasher, const struct it_digest_alg *const *algorithms,
			    struct intoto_error **err);
void it_hasher_done(struct it_hasher *hasher);

/*
 * Reads an opened regular file from where it stands to its end and appends its digest set
 * ("sha256:<hex>,sha512:<hex>") to out.  before is its state when it was opened; a file that has
 * another state, or another length than it gave bytes, when all was read is INTOTO_E_IO: it changed
 * meanwhile.  name stands in errors.
 */
IT_CHECK int it_hash_file(struct it_hasher *hasher, int fd, const struct stat *before,
			  struct it_span name, struct it_buf *out, struct intoto_error **err);

/* The state of an opened file; INTOTO_E_IO unless it is a regular one. */
IT_CHECK int it_hash_look(int fd, struct stat *about, struct it_span name,
			  struct intoto_error **err);

/*
 * The last part of it: INTOTO_E_IO unless the file is in the state that it had before, and gave as
 * many bytes as it has.
 */
IT_CHECK int it_hash_check_unchanged(int fd, const struct stat *before, uint64_t bytes,
				     struct it_span name, struct intoto_error **err);

/* The same of bytes in memory. */
void it_hash_bytes(struct it_hasher *hasher, struct it_span bytes, struct it_buf *out);

#endif
