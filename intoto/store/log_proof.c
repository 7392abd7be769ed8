/* SPDX-License-Identifier: Apache-2.0 */
/* What others check: proofs of inclusion and of consistency, and the tiles of c2sp.org/tlog-tiles.
 */
#include <string.h>

#include "base/text.h"
#include "store/log.h"
#include "store/log_tree.h"

enum { TILE = IT_LOG_TILE, LEVEL_MAX = 7, GROUP = 1000 };

/* --- proofs --- */

static int read_leaf(struct it_merkle_hash *out, struct it_sql *sql, uint64_t number,
		     struct intoto_error **err)
{
	return it_log_tree_read(out, sql, 0, number, 1, err);
}

/* Only what leads to the root that is signed is given out. */
static int prove(struct it_log_way *way, struct it_store *store, const struct it_merkle *tree,
		 uint64_t number, struct intoto_error **err)
{
	struct it_merkle_hash leaf;
	int rc = INTOTO_OK;

	if (number >= tree->count)
		return it_err_set(err, INTOTO_E_NOTFOUND, "the log has no leaf of that number");
	rc = read_leaf(&leaf, store->sql, number, err);
	if (!rc)
		rc = it_log_tree_way(way, store->sql, number, 1, tree->count, err);
	return rc ? rc : it_log_tree_check(way, &leaf, tree, err);
}

int it_log_prove(struct it_store *store, uint64_t number, struct it_buf *out,
		 struct intoto_error **err)
{
	struct it_log_way way;
	struct it_log log;
	int rc = it_log_begin(&log, store->sql, err);

	if (!rc)
		rc = prove(&way, store, &log.tree, number, err);
	if (rc)
		return rc;
	(void)it_buf_printf(out, "c2sp.org/tlog-proof@v1\nindex %ju\n",
			    (uintmax_t)number); /* sticky */
	for (size_t i = way.depth; i-- > 0;) {
		it_base64_encode(out, it_span(way.beside[i].bytes, IT_SHA256_SIZE));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
	(void)it_buf_add_byte(out, '\n'); /* looked at by the checkpoint */
	return it_log_sign(store, &log.tree, out, err);
}

/* SUBPROOF(m, D[n], b) of RFC 9162 2.1.4.1, from the top down. */
static int walk(struct it_merkle_hash *path, size_t *length, struct it_sql *sql, uint64_t first,
		uint64_t count, struct intoto_error **err)
{
	uint64_t at = 0;
	int rc = INTOTO_OK;

	while (!rc && first != count) {
		uint64_t half = UINT64_C(1) << (63 - __builtin_clzll(count - 1));

		if (first <= half) {
			rc = it_log_tree_range(&path[(*length)++], sql, at + half, count - half,
					       err);
			count = half;
		} else {
			rc = it_log_tree_range(&path[(*length)++], sql, at, half, err);
			at += half;
			count -= half;
			first -= half;
		}
	}
	/* Unless the verifier has the root of these leaves: it is the first tree. */
	return rc || !at ? rc : it_log_tree_range(&path[(*length)++], sql, at, count, err);
}

int it_log_consistency(struct it_store *store, uint64_t first, struct it_merkle_hash *hashes,
		       size_t *count, struct intoto_error **err)
{
	struct it_merkle_hash path[IT_MERKLE_DEPTH + 1];
	struct it_merkle_size old = { .count = first };
	struct it_merkle_size now;
	size_t length = 0;
	struct it_log log;
	int rc = it_log_begin(&log, store->sql, err);

	*count = 0;
	if (!rc && (!first || first > log.tree.count))
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "the log never had that size: it has %ju",
				(uintmax_t)log.tree.count);
	if (!rc)
		rc = it_log_tree_range(&old.root, store->sql, 0, first, err);
	if (!rc)
		rc = walk(path, &length, store->sql, first, log.tree.count, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < length; i++)
		hashes[i] = path[length - 1 - i];
	now.count = log.tree.count;
	it_merkle_root(&now.root, &log.tree);
	if (!it_merkle_verify_consistency(hashes, length, &old, &now))
		return it_log_tree_refuse(err);
	*count = length;
	return INTOTO_OK;
}

/* --- tiles --- */

struct tile {
	bool entries;
	unsigned level;
	uint64_t number;
	unsigned width; /* 1 to 256 */
};

/* "x001/x234/067", groups of three digits of which all but the last begin with "x". */
static const char *read_number(uint64_t *out, const char *text)
{
	bool more = true;

	for (*out = 0; more; text += 3) {
		more = *text == 'x';
		text += more;
		if (strspn(text, "0123456789") < 3 || *out > UINT32_MAX)
			return NULL;
		*out = *out * GROUP +
		       (unsigned)((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
		if (more && text[3] != '/')
			return NULL;
		text += more;
	}
	return text;
}

static bool read_path(struct tile *tile, const char *path)
{
	const char *at;
	uint64_t width = TILE;

	if (!it_starts_with(path, "tile/"))
		return false;
	path += strlen("tile/");
	tile->entries = it_starts_with(path, "entries/");
	if (!tile->entries && (path[0] < '0' || path[0] > '0' + LEVEL_MAX || path[1] != '/'))
		return false;
	tile->level = tile->entries ? 0 : (unsigned)(path[0] - '0');
	at = read_number(&tile->number, path + (tile->entries ? strlen("entries/") : 2));
	if (!at)
		return false;
	if (*at && (!it_starts_with(at, ".p/") || !it_parse_u64(at + 3, TILE - 1, &width) ||
		    !width || at[3] == '0'))
		return false;
	tile->width = (unsigned)width;
	return true;
}

struct reading {
	struct it_buf *out;
	struct it_merkle_hash *hashes;
	uint64_t count, wanted;
	unsigned width; /* how many of them are printed */
};

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct reading *reading = arg;
	struct it_span entry = row->values[0].bytes;

	if (reading->count == reading->wanted || entry.len > UINT16_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "the log is damaged");
	it_merkle_leaf(&reading->hashes[reading->count++], entry);
	if (reading->count > reading->width)
		return INTOTO_OK;
	/* Two bytes of its length, the greater first. */
	(void)it_buf_add_byte(reading->out, (char)(entry.len >> 8));   /* sticky */
	(void)it_buf_add_byte(reading->out, (char)(entry.len & 0xff)); /* sticky */
	(void)it_buf_add_span(reading->out, entry);		       /* looked at here */
	return it_buf_check(reading->out, "a tile", err);
}

static int read_entries(struct reading *reading, struct it_sql *sql, const struct tile *tile,
			struct intoto_error **err)
{
	static const char text[] =
		"SELECT entry FROM leaf WHERE number >= $1 AND number < $2 ORDER BY number";
	const struct it_sql_value values[] = {
		IT_SQL_N((int64_t)(tile->number * TILE)),
		IT_SQL_N((int64_t)(tile->number * TILE + reading->wanted)),
	};
	int rc = it_sql_each(sql, text, values, IT_COUNT_OF(values), take_entry, reading, err);

	if (!rc && reading->count != reading->wanted)
		rc = it_err_set(err, INTOTO_E_FORMAT, "the log has a gap: leaves are missing");
	return rc;
}

static int read_hashes(struct reading *reading, struct it_sql *sql, const struct tile *tile,
		       struct intoto_error **err)
{
	int rc = it_log_tree_read(reading->hashes, sql, tile->level, tile->number * TILE,
				  reading->wanted, err);

	for (size_t i = 0; !rc && i < reading->width; i++)
		(void)it_buf_add(reading->out, reading->hashes[i].bytes,
				 IT_SHA256_SIZE); /* sticky */
	return rc ? rc : it_buf_check(reading->out, "a tile", err);
}

/* The last tile of a level, as far as it goes: its subtrees are those of the edge. */
static int check_edge(const struct it_merkle *tree, const struct tile *tile,
		      const struct it_merkle *found, struct intoto_error **err)
{
	unsigned above = IT_LOG_TILE_BITS * (tile->level + 1);
	size_t before =
		(size_t)__builtin_popcountll(above < IT_MERKLE_DEPTH ? tree->count >> above : 0);

	for (size_t i = 0; i < found->height; i++)
		if (!it_span_eq(it_span(found->full[i].bytes, IT_SHA256_SIZE),
				it_span(tree->full[before + i].bytes, IT_SHA256_SIZE)))
			return it_log_tree_refuse(err);
	return INTOTO_OK;
}

/* Against the root that is signed, as a proof is. */
static int check_tile(struct it_store *store, const struct it_merkle *tree, const struct tile *tile,
		      const struct reading *reading, struct intoto_error **err)
{
	uint64_t size;
	struct it_merkle found = { 0 };
	struct it_log_way way;
	int rc;

	for (uint64_t i = 0; i < reading->count; i++)
		it_merkle_add(&found, &reading->hashes[i]);
	if (reading->count < TILE)
		return check_edge(tree, tile, &found, err);
	size = UINT64_C(1) << (IT_LOG_TILE_BITS *
			       (tile->level + 1)); /* at most as many as leaves */
	rc = it_log_tree_way(&way, store->sql, tile->number * size, size, tree->count, err);
	return rc ? rc : it_log_tree_check(&way, &found.full[0], tree, err);
}

static int read_tile(struct it_store *store, const struct it_merkle *tree, const struct tile *tile,
		     struct it_buf *out, struct intoto_error **err)
{
	struct it_merkle_hash hashes[TILE];
	uint64_t there = (tree->count >> (IT_LOG_TILE_BITS * tile->level)) - tile->number * TILE;
	struct reading reading = { .out = out,
				   .hashes = hashes,
				   .wanted = there < TILE ? there : TILE,
				   .width = tile->width };
	int rc = tile->entries ? read_entries(&reading, store->sql, tile, err)
			       : read_hashes(&reading, store->sql, tile, err);

	reading.count = reading.wanted;
	return rc ? rc : check_tile(store, tree, tile, &reading, err);
}

int it_log_tile(struct it_store *store, const char *path, struct it_buf *out,
		struct intoto_error **err)
{
	struct tile tile = { 0 };
	struct it_log log;
	uint64_t there;
	int rc;

	if (!read_path(&tile, path))
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such tile");
	rc = it_log_begin(&log, store->sql, err);
	if (rc)
		return rc;
	/* "Partial tiles are never hashed upward": only whole subtrees stand in a higher one. */
	there = log.tree.count >> (IT_LOG_TILE_BITS * tile.level);
	if (tile.number > there / TILE || tile.number * TILE + tile.width > there)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such tile (yet)");
	return read_tile(store, &log.tree, &tile, out, err);
}
