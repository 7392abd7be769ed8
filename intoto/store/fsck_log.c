/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log against itself, and the rows against the log.  Everything that was put has a row, or a
 * removal that is logged, too: what is in neither was taken out by somebody who hoped that nobody
 * would look.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/fsck_part.h"
#include "store/log_tree.h"

/* A leaf and the row of its entry, as far as they are there. */
struct pair {
	bool has_leaf;
	bool is_put;
	bool has_row;
	struct it_object_id said; /* by the leaf */
	struct it_object_id id;	  /* of the row */
	uint64_t said_size, size;
	int64_t said_time, put;
	bool kept_otherwise; /* the row has another class or lock than its put said */
	bool says_keeping;
	char *said_class;
	int64_t said_lock;
};

struct window {
	struct it_fsck *fsck;
	int64_t from;
	int64_t next; /* number of the leaf that comes next */
	struct pair pairs[IT_FSCK_BATCH];
};

static void window_clear(struct window *window)
{
	for (size_t i = 0; i < IT_FSCK_BATCH; i++)
		free(window->pairs[i].said_class);
	memset(window->pairs, 0, sizeof window->pairs);
}

static void window_freep(struct window **window)
{
	if (*window)
		window_clear(*window);
	free(*window);
}

static bool is_same(const struct it_object_id *a, const struct it_object_id *b)
{
	return it_span_eq(it_span(a->bytes, sizeof a->bytes), it_span(b->bytes, sizeof b->bytes));
}

/* --- the tree --- */

static int add_node(struct it_fsck *fsck, struct intoto_error **err)
{
	if (fsck->node_count == fsck->node_cap) {
		size_t cap = fsck->node_cap ? 2 * fsck->node_cap : 1024;
		struct it_merkle_hash *grown = reallocarray(fsck->nodes, cap, sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		fsck->nodes = grown;
		fsck->node_cap = cap;
	}
	fsck->node_count++;
	return INTOTO_OK;
}

static int check_checkpoint(struct it_fsck *fsck, struct intoto_error **err)
{
	const struct it_checkpoint *checkpoint = fsck->options->checkpoint;
	struct it_merkle_hash root;

	if (!checkpoint || fsck->has_gap || checkpoint->size != fsck->tree.count)
		return INTOTO_OK;
	it_merkle_root(&root, &fsck->tree);
	if (it_span_eq(it_span(root.bytes, sizeof root.bytes),
		       it_span(checkpoint->root.bytes, sizeof checkpoint->root.bytes)))
		return INTOTO_OK;
	return it_fsck_fault(fsck, "log.checkpoint", -1, NULL, err,
			     "the first %ju leaves are not those of the checkpoint: the log was "
			     "written anew",
			     (uintmax_t)checkpoint->size);
}

/* The 256 leaves that were seen last, in a tree of their own. */
static int grow(struct it_fsck *fsck, struct it_merkle *tile, const struct it_merkle_hash *hash,
		struct intoto_error **err)
{
	int rc = INTOTO_OK;

	it_merkle_add(&fsck->tree, hash);
	it_merkle_add(tile, hash);
	if (tile->count == IT_LOG_TILE) {
		rc = add_node(fsck, err);
		if (!rc)
			it_merkle_root(&fsck->nodes[fsck->node_count - 1], tile);
		*tile = (struct it_merkle){ 0 };
	}
	return rc ? rc : check_checkpoint(fsck, err);
}

/* --- leaves --- */

static struct it_fsck_removal *find_removal(struct it_fsck *fsck, int64_t number)
{
	size_t low = 0;
	size_t high = fsck->removal_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fsck->removals[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < fsck->removal_count && fsck->removals[low].number == number
		       ? &fsck->removals[low]
		       : NULL;
}

static int take_put(struct pair *pair, const struct it_leaf *leaf, struct intoto_error **err)
{
	pair->is_put = true;
	pair->said = leaf->id;
	pair->said_size = leaf->size;
	pair->said_time = leaf->time;
	pair->says_keeping = leaf->says_keeping;
	pair->said_lock = leaf->lock_until;
	free(pair->said_class); /* of a leaf that stands there twice */
	pair->said_class = strdup(leaf->class);
	return pair->said_class ? INTOTO_OK : it_err_nomem(err);
}

static int take_leaf(struct window *window, int64_t number, struct it_span entry,
		     struct intoto_error **err)
{
	struct it_fsck *fsck = window->fsck;
	struct pair *pair = &window->pairs[number - window->from];
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_fsck_removal *removal;
	struct it_leaf leaf;
	int rc;

	pair->has_leaf = true;
	if (it_leaf_read(&leaf, &root, entry, &why))
		return it_fsck_fault(fsck, "log.leaf", number, NULL, err, "leaf: %s",
				     intoto_error_text(why));
	rc = it_retention_log_take(fsck->retention, &leaf, err);
	if (rc)
		return rc;
	switch (leaf.type) {
	case IT_LEAF_PUT:
		return take_put(pair, &leaf, err);
	case IT_LEAF_REMOVAL:
		removal = find_removal(fsck, number);
		if (!removal || !is_same(&removal->id, &leaf.id))
			return it_fsck_fault(fsck, "removal.row", number, &leaf.id, err,
					     "the log says that this was removed, the index does "
					     "not");
		removal->logged = true;
		return INTOTO_OK;
	case IT_LEAF_HOLD:
	case IT_LEAF_RELEASE:
		return it_fsck_hold_leaf(fsck, number, &leaf, err);
	case IT_LEAF_RETENTION:
	case IT_LEAF_CLASS:
	case IT_LEAF_LOCK:
	case IT_LEAF_ARCHIVE:
		break;
	}
	return INTOTO_OK;
}

struct reading {
	struct window *window;
	struct it_merkle *tile;
};

/* The hashes of what is behind a gap can be compared with nothing, what they say can. */
static int find_gap(struct window *window, int64_t number, struct intoto_error **err)
{
	if (number == window->next)
		return INTOTO_OK;
	window->fsck->has_gap = true;
	return it_fsck_fault(window->fsck, "log.gap", window->next, NULL, err,
			     "%jd leaves are missing in front of number %jd",
			     (intmax_t)(number - window->next), (intmax_t)number);
}

static int take_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct reading *reading = arg;
	struct window *window = reading->window;
	struct it_fsck *fsck = window->fsck;
	int64_t number = row->values[0].number;
	struct it_merkle_hash hash;
	struct it_span stored = row->values[1].bytes;
	int rc = find_gap(window, number, err);

	if (rc)
		return rc;
	window->next = number + 1;
	fsck->result->leaves++;
	it_merkle_leaf(&hash, row->values[2].bytes);
	if (!it_span_eq(stored, it_span(hash.bytes, sizeof hash.bytes))) {
		rc = it_fsck_fault(fsck, "log.leaf", number, NULL, err,
				   "leaf: its hash is not the one of what it says");
		if (rc)
			return rc;
	}
	rc = take_leaf(window, number, row->values[2].bytes, err);
	return rc ? rc : grow(fsck, reading->tile, &hash, err);
}

/* --- rows --- */

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct window *window = arg;
	struct it_fsck *fsck = window->fsck;
	int64_t number = row->values[0].number;
	struct pair *pair = &window->pairs[number - window->from];
	int rc = it_object_id_read(&pair->id, &row->values[1], err);

	fsck->result->entries++;
	pair->has_row = true;
	pair->size = (uint64_t)row->values[2].number;
	pair->put = row->values[3].number;
	pair->kept_otherwise =
		pair->says_keeping && (pair->said_lock != row->values[5].number ||
				       !it_streq(pair->said_class, it_sql_string(&row->values[4])));
	return rc;
}

static int compare_entry(const void *key, const void *element)
{
	const int64_t *number = key;
	const struct it_fsck_removal *const *removal = element;

	return (*number > (*removal)->entry) - (*number < (*removal)->entry);
}

static bool was_removed(const struct it_fsck *fsck, int64_t number, const struct it_object_id *id)
{
	const struct it_fsck_removal *const *found = bsearch(
		&number, fsck->gone, fsck->removal_count, sizeof *fsck->gone, compare_entry);

	return found && (*found)->number > number && is_same(&(*found)->id, id);
}

static int compare(struct it_fsck *fsck, int64_t number, const struct pair *pair,
		   struct intoto_error **err)
{
	/* What stands there cannot be proved, and that the leaf is missing was told. */
	if (!pair->has_leaf)
		return INTOTO_OK;
	if (pair->has_row && !pair->is_put)
		return it_fsck_fault(fsck, "entry.unlogged", number, &pair->id, err,
				     "an entry of which the log does not say that it was put");
	if (!pair->is_put)
		return INTOTO_OK;
	/* Whether the removal is logged itself is looked at when all leaves are known. */
	if (!pair->has_row)
		return was_removed(fsck, number, &pair->said)
			       ? INTOTO_OK
			       : it_fsck_fault(fsck, "entry.missing", number, &pair->said, err,
					       "was put, is not there, and nobody says that he "
					       "removed it: QUIETLY REMOVED");
	if (!is_same(&pair->id, &pair->said) || pair->size != pair->said_size)
		return it_fsck_fault(fsck, "entry.changed", number, &pair->said, err,
				     "the entry is another one than was put");
	if (pair->put != pair->said_time)
		return it_fsck_fault(fsck, "entry.time", number, &pair->said, err,
				     "the index says another time of its put than the log");
	return INTOTO_OK;
}

static int check_window(struct window *window, struct it_merkle *tile, struct intoto_error **err)
{
	static const char leaves[] = "SELECT number, hash, entry FROM leaf WHERE number >= $1 AND "
				     "number < $2 ORDER BY number";
	static const char entries[] = "SELECT number, id, size, put, class, lock_until FROM "
				      "entry WHERE number >= $1 AND number < $2";
	struct it_fsck *fsck = window->fsck;
	struct reading reading = { window, tile };
	struct it_sql_value values[] = { IT_SQL_N(window->from),
					 IT_SQL_N(window->from + IT_FSCK_BATCH) };
	int rc = it_sql_each(fsck->store->sql, leaves, values, 2, take_row, &reading, err);

	if (!rc)
		rc = it_sql_each(fsck->store->sql, entries, values, 2, take_entry, window, err);
	for (size_t i = 0; !rc && i < IT_FSCK_BATCH; i++) {
		rc = compare(fsck, window->from + (int64_t)i, &window->pairs[i], err);
		/* Leaves that come later may say so, too. */
		if (!rc && window->pairs[i].kept_otherwise)
			rc = it_retention_log_add(fsck->retention, &window->pairs[i].id, err);
	}
	return rc;
}

/* --- what lies outside --- */

static int take_stranger(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_fsck *fsck = arg;
	struct it_object_id id;
	int rc = it_object_id_read(&id, &row->values[1], err);

	return rc ? rc
		  : it_fsck_fault(fsck, "entry.unlogged", row->values[0].number, &id, err,
				  "an entry of which the log does not say that it was put");
}

static int check_strangers(struct it_fsck *fsck, int64_t end, struct intoto_error **err)
{
	static const char text[] = "SELECT number, id FROM entry WHERE number < 0 OR number >= $1 "
				   "ORDER BY number";
	const struct it_sql_value value = IT_SQL_N(end);
	int rc = it_sql_each(fsck->store->sql, text, &value, 1, take_stranger, fsck, err);

	for (size_t i = 0; !rc && i < fsck->removal_count; i++)
		if (!fsck->removals[i].logged)
			rc = it_fsck_fault(fsck, "removal.unlogged", fsck->removals[i].number,
					   &fsck->removals[i].id, err,
					   "the index says that this was removed, the log does "
					   "not: QUIETLY REMOVED");
	return rc;
}

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *number = arg;

	(void)err;
	*number = row->values[0].number;
	return INTOTO_OK;
}

int it_fsck_log(struct it_fsck *fsck, struct intoto_error **err)
{
	static const char last[] = "SELECT COALESCE(MAX(number), -1) FROM leaf WHERE number >= 0";
	IT_AUTO(window_freep) struct window *window = calloc(1, sizeof *window);
	struct it_merkle tile = { 0 };
	int64_t next = 0;
	int64_t end = -1;
	int rc = window ? check_checkpoint(fsck, err) : it_err_nomem(err);

	if (!rc)
		rc = it_sql_each(fsck->store->sql, last, NULL, 0, take_number, &end, err);
	for (int64_t from = 0; !rc && from <= end; from += IT_FSCK_BATCH) {
		window_clear(window);
		window->fsck = fsck;
		window->from = from;
		window->next = next;
		rc = check_window(window, &tile, err);
		next = window->next;
	}
	return rc ? rc : check_strangers(fsck, end + 1, err);
}
