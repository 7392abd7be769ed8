/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look at a tar file, block by block and by the letter (POSIX.1-2001, pax): whether every
 * reader finds the same members in it.  What some readers obey and others pass over is refused:
 * global headers, headers of GNU for long names, unknown types, attributes that say where a
 * member's bytes are.
 */
#ifndef IT_STORE_TAR_WALK_H
#define IT_STORE_TAR_WALK_H

#include "base/buf.h"
#include "crypto/digest.h"

enum { IT_TAR_BLOCK = 512 };

struct it_tar_walk {
	unsigned char block[IT_TAR_BLOCK];
	size_t have;	      /* of that block */
	uint64_t skip;	      /* bytes of a content, with its filling; */
	uint64_t skip_fill;   /* of these the filling */
	uint64_t gather;      /* of an extended header, with its filling; */
	uint64_t gather_fill; /* of these the filling */
	struct it_buf extended;
	struct it_buf path; /* that the next member has; empty: none */
	uint64_t size;
	bool has_extended, has_size;
	uint64_t zeros; /* blocks at the end */
	bool bad;
	bool hides;		  /* something in a filling, which no reader shows */
	struct it_digest members; /* of names and sizes */
};

void it_tar_walk_start(struct it_tar_walk *walk);
void it_tar_walk_done(struct it_tar_walk *walk);
/* Of the members that a reader found: what the walk is to find, too. */
void it_tar_walk_note(struct it_digest *members, struct it_span name, uint64_t size);
void it_tar_walk_take(struct it_tar_walk *walk, struct it_span piece);
/* Whether the mark of the end stood there, and nothing but zeros behind it. */
bool it_tar_walk_ended(const struct it_tar_walk *walk);

#endif
