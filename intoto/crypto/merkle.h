/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle trees as certificate transparency has them (RFC 9162 section 2.1, the same as RFC 6962):
 * SHA-256, a leaf behind a zero byte, a node behind a one.
 */
#ifndef IT_CRYPTO_MERKLE_H
#define IT_CRYPTO_MERKLE_H

#include "crypto/digest.h"

enum { IT_MERKLE_DEPTH = 64 }; /* no proof is longer */

struct it_merkle_hash {
	unsigned char bytes[IT_SHA256_SIZE];
};

void it_merkle_leaf(struct it_merkle_hash *out, struct it_span entry);

/* A tree that grows leaf by leaf; starts as { 0 }. */
struct it_merkle {
	uint64_t count;
	struct it_merkle_hash full[IT_MERKLE_DEPTH]; /* of complete subtrees, the largest first */
	size_t height;				     /* how many of them */
};

void it_merkle_add(struct it_merkle *tree, const struct it_merkle_hash *leaf);
/* Of an empty tree, the hash of nothing. */
void it_merkle_root(struct it_merkle_hash *out, const struct it_merkle *tree);

/* The neighbours of a leaf, from the lowest up. */
struct it_merkle_proof {
	uint64_t index;
	size_t length;
	struct it_merkle_hash path[IT_MERKLE_DEPTH];
};

/* index is below count, which is not 0. */
void it_merkle_prove(struct it_merkle_proof *out, const struct it_merkle_hash *leaves, size_t count,
		     size_t index);
/* Whether leaf is number proof->index of the count leaves below root (section 2.1.3.2). */
bool it_merkle_verify(const struct it_merkle_proof *proof, const struct it_merkle_hash *leaf,
		      uint64_t count, const struct it_merkle_hash *root);

/* Of so many leaves; none: the hash of nothing. */
void it_merkle_root_of(struct it_merkle_hash *out, const struct it_merkle_hash *leaves,
		       size_t count);

/*
 * That the tree of the first leaves is the beginning of the tree of count (section 2.1.4).  first is
 * from 1 to count; for count itself the proof is empty.  out holds 2 * IT_MERKLE_DEPTH.
 */
size_t it_merkle_prove_consistency(struct it_merkle_hash *out, const struct it_merkle_hash *leaves,
				   size_t count, size_t first);
struct it_merkle_size {
	uint64_t count;
	struct it_merkle_hash root;
};
bool it_merkle_verify_consistency(const struct it_merkle_hash *proof, size_t length,
				  const struct it_merkle_size *first,
				  const struct it_merkle_size *second);

#endif
