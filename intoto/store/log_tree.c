/* SPDX-License-Identifier: Apache-2.0 */
#include "store/log_tree.h"

#include <string.h>

#include "base/text.h"

enum { HALF_TILE = IT_LOG_TILE / 2, LOW = IT_LOG_TILE - 1 };

int it_log_tree_refuse(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_POLICY,
			  "the leaves of the log are not those that were logged");
}

/* --- growing --- */

static int add_node(struct it_sql *sql, unsigned level, uint64_t number,
		    const struct it_merkle_hash *hash, struct intoto_error **err)
{
	static const char text[] = "INSERT INTO node (level, number, hash) VALUES ($1, $2, $3)";
	const struct it_sql_value values[] = { IT_SQL_N(level), IT_SQL_N((int64_t)number),
					       IT_SQL_B(it_span(hash->bytes, sizeof hash->bytes)) };

	return it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
}

/* The last tile of a level wants one more: its seven or eight subtrees are the edge's. */
int it_log_tree_grow(struct it_sql *sql, const struct it_merkle *tree,
		     const struct it_merkle_hash *leaf, struct intoto_error **err)
{
	struct it_merkle_hash top = *leaf;
	uint64_t count = tree->count;
	size_t end = tree->height;
	int rc = INTOTO_OK;

	for (unsigned level = 1; !rc && (count & LOW) == LOW; level++) {
		struct it_merkle tile = { .count = LOW, .height = IT_LOG_TILE_BITS };

		end -= IT_LOG_TILE_BITS;
		memcpy(tile.full, &tree->full[end], IT_LOG_TILE_BITS * sizeof tile.full[0]);
		it_merkle_add(&tile, &top);
		top = tile.full[0];
		count >>= IT_LOG_TILE_BITS;
		rc = add_node(sql, level, count, &top, err);
	}
	return rc;
}

/* --- reading --- */

struct taking {
	struct it_merkle_hash *out;
	uint64_t count, wanted;
};

static int take(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct taking *taking = arg;
	struct it_span hash = row->values[0].bytes;

	if (hash.len != IT_SHA256_SIZE || taking->count == taking->wanted)
		return it_err_set(err, INTOTO_E_FORMAT, "the log is damaged");
	memcpy(taking->out[taking->count++].bytes, hash.data, hash.len);
	return INTOTO_OK;
}

int it_log_tree_read(struct it_merkle_hash *out, struct it_sql *sql, unsigned level, uint64_t from,
		     uint64_t count, struct intoto_error **err)
{
	static const char leaves[] =
		"SELECT hash FROM leaf WHERE number >= $1 AND number < $2 ORDER BY number";
	static const char nodes[] = "SELECT hash FROM node WHERE number >= $1 AND number < $2 AND "
				    "level = $3 ORDER BY number";
	const struct it_sql_value values[] = { IT_SQL_N((int64_t)from),
					       IT_SQL_N((int64_t)(from + count)), IT_SQL_N(level) };
	struct taking taking = { .out = out, .wanted = count };
	int rc =
		it_sql_each(sql, level ? nodes : leaves, values, level ? 3 : 2, take, &taking, err);

	if (!rc && taking.count != count)
		rc = it_err_set(err, INTOTO_E_FORMAT, "the log has a gap: leaves are missing");
	return rc;
}

/* A complete subtree of 2^bits leaves: of at most 128 hashes of one level. */
static int read_subtree(struct it_merkle_hash *out, struct it_sql *sql, uint64_t from,
			unsigned bits, struct intoto_error **err)
{
	struct it_merkle_hash hashes[HALF_TILE];
	unsigned level = bits / IT_LOG_TILE_BITS;
	uint64_t width = UINT64_C(1) << bits % IT_LOG_TILE_BITS;
	int rc = it_log_tree_read(hashes, sql, level, from >> (IT_LOG_TILE_BITS * level), width,
				  err);

	if (!rc)
		it_merkle_root_of(out, hashes, (size_t)width);
	return rc;
}

int it_log_tree_range(struct it_merkle_hash *out, struct it_sql *sql, uint64_t from, uint64_t count,
		      struct intoto_error **err)
{
	struct it_merkle tree = { .count = count };
	int rc = INTOTO_OK;

	for (unsigned bit = IT_MERKLE_DEPTH; !rc && bit-- > 0;) {
		uint64_t size = UINT64_C(1) << bit;

		if (!(count & size))
			continue;
		rc = read_subtree(&tree.full[tree.height++], sql, from, bit, err);
		from += size;
	}
	if (!rc)
		it_merkle_root(out, &tree);
	return rc;
}

/* --- ways --- */

/* The largest power of two below count, which is over 1. */
static uint64_t split(uint64_t count)
{
	return UINT64_C(1) << (IT_MERKLE_DEPTH - 1 - __builtin_clzll(count - 1));
}

int it_log_tree_way(struct it_log_way *out, struct it_sql *sql, uint64_t from, uint64_t size,
		    uint64_t count, struct intoto_error **err)
{
	uint64_t at = 0;
	int rc = INTOTO_OK;

	out->depth = 0;
	while (!rc && count > size) {
		uint64_t half = split(count);
		bool left = from - at >= half;
		struct it_merkle_hash *beside = &out->beside[out->depth];

		out->left[out->depth++] = left;
		if (left) {
			rc = it_log_tree_range(beside, sql, at, half, err);
			at += half;
			count -= half;
		} else {
			rc = it_log_tree_range(beside, sql, at + half, count - half, err);
			count = half;
		}
	}
	return rc;
}

int it_log_tree_check(const struct it_log_way *way, const struct it_merkle_hash *hash,
		      const struct it_merkle *tree, struct intoto_error **err)
{
	struct it_merkle_hash top = *hash;
	struct it_merkle_hash root;

	for (size_t i = way->depth; i-- > 0;) {
		const struct it_merkle_hash pair[2] = { way->left[i] ? way->beside[i] : top,
							way->left[i] ? top : way->beside[i] };

		it_merkle_root_of(&top, pair, 2);
	}
	it_merkle_root(&root, tree);
	if (it_span_eq(it_span(root.bytes, sizeof root.bytes),
		       it_span(top.bytes, sizeof top.bytes)))
		return INTOTO_OK;
	return it_log_tree_refuse(err);
}
