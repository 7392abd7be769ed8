/* SPDX-License-Identifier: Apache-2.0 */
/* What others check: proofs of inclusion and of consistency, and the tiles of c2sp.org/tlog-tiles.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/log.h"
#include "store/schema.h"

enum { TILE = 256, LEVEL_MAX = 7, GROUP = 1000, CHECKPOINT_MAX = 16 * 1024 };

/* --- leaves --- */

struct leaves {
	struct it_merkle_hash *items;
	size_t count, wanted;
};

static void leaves_done(struct leaves *leaves)
{
	free(leaves->items);
}

static int take_leaf(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct leaves *leaves = arg;
	struct it_span hash = row->values[0].bytes;

	if (hash.len != IT_SHA256_SIZE || leaves->count == leaves->wanted)
		return it_err_set(err, INTOTO_E_FORMAT, "the log is damaged");
	memcpy(leaves->items[leaves->count++].bytes, hash.data, hash.len);
	return INTOTO_OK;
}

/* Without a gap, or not at all. */
static int read_leaves(struct leaves *leaves, struct it_store *store, uint64_t from, uint64_t count,
		       struct intoto_error **err)
{
	static const char text[] =
		"SELECT hash FROM leaf WHERE number >= $1 AND number < $2 ORDER BY number";
	const struct it_sql_value values[] = { IT_SQL_N((int64_t)from),
					       IT_SQL_N((int64_t)(from + count)) };
	int rc;

	leaves->wanted = (size_t)count;
	leaves->items = calloc((size_t)count + 1, sizeof *leaves->items);
	if (!leaves->items)
		return it_err_nomem(err);
	rc = it_sql_each(store->sql, text, values, IT_COUNT_OF(values), take_leaf, leaves, err);
	if (!rc && leaves->count != leaves->wanted)
		rc = it_err_set(err, INTOTO_E_FORMAT, "the log has a gap: leaves are missing");
	return rc;
}

/* Of the log as it is; the root of its leaves must be the one of the checkpoint that is signed. */
static int read_all(struct leaves *leaves, struct it_store *store, struct intoto_error **err)
{
	struct it_log log;
	struct it_merkle_hash root, found;
	int rc = it_log_begin(&log, store->sql, err);

	if (!rc)
		rc = read_leaves(leaves, store, 0, log.tree.count, err);
	if (rc)
		return rc;
	it_merkle_root(&root, &log.tree);
	it_merkle_root_of(&found, leaves->items, leaves->count);
	if (!it_span_eq(it_span(root.bytes, sizeof root.bytes),
			it_span(found.bytes, sizeof found.bytes)))
		return it_err_set(err, INTOTO_E_POLICY,
				  "the leaves of the log are not those that were logged");
	return INTOTO_OK;
}

/* --- proofs --- */

int it_log_prove(struct it_store *store, uint64_t number, struct it_buf *out,
		 struct intoto_error **err)
{
	IT_AUTO(leaves_done) struct leaves leaves = { 0 };
	struct it_merkle_proof proof;
	int rc = read_all(&leaves, store, err);

	if (!rc && number >= leaves.count)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "the log has no leaf of that number");
	if (rc)
		return rc;
	it_merkle_prove(&proof, leaves.items, leaves.count, (size_t)number);
	(void)it_buf_printf(out, "c2sp.org/tlog-proof@v1\nindex %ju\n",
			    (uintmax_t)number); /* sticky */
	for (size_t i = 0; i < proof.length; i++) {
		it_base64_encode(out, it_span(proof.path[i].bytes, IT_SHA256_SIZE));
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
	(void)it_buf_add_byte(out, '\n'); /* looked at by the checkpoint */
	return it_log_checkpoint(store, out, err);
}

int it_log_consistency(struct it_store *store, uint64_t first, struct it_merkle_hash *hashes,
		       size_t *count, struct intoto_error **err)
{
	IT_AUTO(leaves_done) struct leaves leaves = { 0 };
	int rc = read_all(&leaves, store, err);

	*count = 0;
	if (!rc && (!first || first > leaves.count))
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "the log never had that size: it has %zu",
				leaves.count);
	if (!rc)
		*count = it_merkle_prove_consistency(hashes, leaves.items, leaves.count,
						     (size_t)first);
	return rc;
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

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_buf *out = arg;
	struct it_span entry = row->values[0].bytes;

	/* Two bytes of its length, the greater first. */
	(void)it_buf_add_byte(out, (char)(entry.len >> 8));   /* sticky */
	(void)it_buf_add_byte(out, (char)(entry.len & 0xff)); /* sticky */
	(void)it_buf_add_span(out, entry);		      /* looked at here */
	return it_buf_check(out, "a tile", err);
}

static int print_entries(struct it_store *store, const struct tile *tile, struct it_buf *out,
			 struct intoto_error **err)
{
	static const char text[] =
		"SELECT entry FROM leaf WHERE number >= $1 AND number < $2 ORDER BY number";
	const struct it_sql_value values[] = {
		IT_SQL_N((int64_t)(tile->number * TILE)),
		IT_SQL_N((int64_t)(tile->number * TILE + tile->width)),
	};

	return it_sql_each(store->sql, text, values, IT_COUNT_OF(values), take_entry, out, err);
}

static int print_hashes(struct it_store *store, const struct tile *tile, struct it_buf *out,
			struct intoto_error **err)
{
	uint64_t span = UINT64_C(1) << (8 * tile->level);
	IT_AUTO(leaves_done) struct leaves leaves = { 0 };
	int rc = read_leaves(&leaves, store, tile->number * TILE * span, tile->width * span, err);

	for (size_t i = 0; !rc && i < tile->width; i++) {
		struct it_merkle_hash hash;

		it_merkle_root_of(&hash, leaves.items + i * span, (size_t)span);
		(void)it_buf_add(out, hash.bytes, sizeof hash.bytes); /* looked at below */
	}
	return rc ? rc : it_buf_check(out, "a tile", err);
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
	there = log.tree.count >> (8 * tile.level);
	if (tile.number > there / TILE || tile.number * TILE + tile.width > there)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such tile (yet)");
	return tile.entries ? print_entries(store, &tile, out, err)
			    : print_hashes(store, &tile, out, err);
}
