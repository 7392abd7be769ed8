/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree over the leaves of a log, in the database: beside the leaves stand the hashes of all
 * complete subtrees of 256, 65,536 … leaves, so that a proof reads some hundred rows of the log,
 * however long that is.
 */
#ifndef IT_STORE_LOG_TREE_H
#define IT_STORE_LOG_TREE_H

#include "crypto/merkle.h"
#include "store/sql.h"

enum { IT_LOG_TILE = 256, IT_LOG_TILE_BITS = 8 };

/* Inside a transaction, before leaf becomes the next one of tree: adds the subtrees that it
 * completes. */
IT_CHECK int it_log_tree_grow(struct it_sql *sql, const struct it_merkle *tree,
			      const struct it_merkle_hash *leaf, struct intoto_error **err);

/* Hashes number from … of a level (0: leaves; 1: of 256 of them …), all of them or FORMAT. */
IT_CHECK int it_log_tree_read(struct it_merkle_hash *out, struct it_sql *sql, unsigned level,
			      uint64_t from, uint64_t count, struct intoto_error **err);

/* The hash of count leaves behind those before from: a range that RFC 9162 2.1 hashes. */
IT_CHECK int it_log_tree_range(struct it_merkle_hash *out, struct it_sql *sql, uint64_t from,
			       uint64_t count, struct intoto_error **err);

/* What stands beside the way from the root down to a subtree, the highest first. */
struct it_log_way {
	struct it_merkle_hash beside[IT_MERKLE_DEPTH];
	bool left[IT_MERKLE_DEPTH]; /* it stands on the left */
	size_t depth;
};

/* To the subtree of size leaves (a power of two that divides from) in a tree of count. */
IT_CHECK int it_log_tree_way(struct it_log_way *out, struct it_sql *sql, uint64_t from,
			     uint64_t size, uint64_t count, struct intoto_error **err);
/* POLICY unless hash is the one of that subtree below the root of tree. */
IT_CHECK int it_log_tree_check(const struct it_log_way *way, const struct it_merkle_hash *hash,
			       const struct it_merkle *tree, struct intoto_error **err);
/* What it says. */
IT_CHECK int it_log_tree_refuse(struct intoto_error **err);

#endif
