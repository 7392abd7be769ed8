/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log in the database: a leaf a row, and the edge of the tree (the roots of its complete
 * subtrees) in meta, so that neither an append nor a checkpoint walks over what was there before.
 */
#include "store/log.h"

#include <string.h>

#include "base/text.h"
#include "store/log_tree.h"
#include "store/schema.h"

enum { EDGE_MAX = 8 + IT_MERKLE_DEPTH * IT_SHA256_SIZE, CHECKPOINT_MAX = 16 * 1024 };

/* Eight bytes of the count, the least first, then the hashes. */
static int read_edge(struct it_merkle *tree, struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(EDGE_MAX);
	int rc = it_meta_get(sql, "edge", &bytes, err);

	*tree = (struct it_merkle){ 0 };
	if (rc)
		return rc;
	if (bytes.len < 8 || (bytes.len - 8) % IT_SHA256_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT, "the edge of the log is damaged");
	for (size_t i = 0; i < 8; i++)
		tree->count |= (uint64_t)(unsigned char)bytes.data[i] << (8 * i);
	tree->height = (bytes.len - 8) / IT_SHA256_SIZE;
	for (size_t i = 0; i < tree->height; i++)
		memcpy(tree->full[i].bytes, bytes.data + 8 + i * IT_SHA256_SIZE, IT_SHA256_SIZE);
	if ((size_t)__builtin_popcountll(tree->count) != tree->height)
		return it_err_set(err, INTOTO_E_FORMAT, "the edge of the log is damaged");
	return INTOTO_OK;
}

static int write_edge(const struct it_merkle *tree, struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(EDGE_MAX);
	int rc;

	for (size_t i = 0; i < 8; i++)
		(void)it_buf_add_byte(&bytes, (char)(tree->count >> (8 * i))); /* sticky */
	for (size_t i = 0; i < tree->height; i++)
		(void)it_buf_add(&bytes, tree->full[i].bytes, IT_SHA256_SIZE); /* below */
	rc = it_buf_check(&bytes, "the edge of the log", err);
	return rc ? rc : it_meta_set(sql, "edge", it_buf_span(&bytes), err);
}

int it_log_begin(struct it_log *log, struct it_sql *sql, struct intoto_error **err)
{
	log->sql = sql;
	return read_edge(&log->tree, sql, err);
}

int it_log_create(struct it_sql *sql, struct intoto_error **err)
{
	const struct it_merkle empty = { 0 };

	return write_edge(&empty, sql, err);
}

int it_log_append(struct it_log *log, struct it_span entry, uint64_t *number,
		  struct intoto_error **err)
{
	static const char text[] = "INSERT INTO leaf (number, hash, entry) VALUES ($1, $2, $3)";
	struct it_merkle_hash leaf;
	struct it_sql_value values[3];
	int rc;

	if (entry.len > UINT16_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "an entry of the log is longer than %d bytes", UINT16_MAX);
	it_merkle_leaf(&leaf, entry);
	*number = log->tree.count;
	values[0] = IT_SQL_N((int64_t)*number);
	values[1] = IT_SQL_B(it_span(leaf.bytes, sizeof leaf.bytes));
	values[2] = IT_SQL_B(entry);
	rc = it_sql_do(log->sql, text, values, IT_COUNT_OF(values), err);
	if (!rc)
		rc = it_log_tree_grow(log->sql, &log->tree, &leaf, err);
	if (!rc)
		it_merkle_add(&log->tree, &leaf);
	return rc;
}

int it_log_end(struct it_log *log, struct intoto_error **err)
{
	return write_edge(&log->tree, log->sql, err);
}

int it_log_sign(struct it_store *store, const struct it_merkle *tree, struct it_buf *out,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CHECKPOINT_MAX);
	struct it_checkpoint checkpoint = { .origin = store->origin, .size = tree->count };
	int rc = it_store_log_key(store, err);

	if (rc)
		return rc;
	it_merkle_root(&checkpoint.root, tree);
	rc = it_checkpoint_print(&text, &checkpoint, err);
	return rc ? rc : it_note_sign(out, it_buf_span(&text), store->origin, store->log_key, err);
}

int it_log_checkpoint(struct it_store *store, struct it_buf *out, struct intoto_error **err)
{
	struct it_merkle tree;
	int rc = read_edge(&tree, store->sql, err);

	return rc ? rc : it_log_sign(store, &tree, out, err);
}
