/* SPDX-License-Identifier: Apache-2.0 */
/* What stands beside the leaves so that nobody needs to read all of them, against the leaves. */
#include <stdlib.h>

#include "base/text.h"
#include "store/fsck_part.h"
#include "store/log_tree.h"

struct checking {
	struct it_fsck *fsck;
	unsigned level;
	size_t next;
};

static int take_node(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct checking *checking = arg;
	const struct it_fsck *fsck = checking->fsck;
	size_t number = checking->next++;

	if (number < fsck->node_count && row->values[0].number == (int64_t)number &&
	    it_span_eq(row->values[1].bytes,
		       it_span(fsck->nodes[number].bytes, sizeof fsck->nodes[number].bytes)))
		return INTOTO_OK;
	return it_fsck_fault(checking->fsck, "log.node", row->values[0].number, NULL, err,
			     "a hash of level %u is not that of its leaves", checking->level);
}

static int check_level(struct it_fsck *fsck, unsigned level, struct intoto_error **err)
{
	static const char text[] = "SELECT number, hash FROM node WHERE level = $1 ORDER BY number";
	const struct it_sql_value value = IT_SQL_N(level);
	struct checking checking = { fsck, level, 0 };
	int rc = it_sql_each(fsck->store->sql, text, &value, 1, take_node, &checking, err);

	if (!rc && checking.next < fsck->node_count)
		rc = it_fsck_fault(fsck, "log.node", (int64_t)checking.next, NULL, err,
				   "a hash of level %u is missing", level);
	return rc;
}

/* Each level is made of the one below, in its place. */
static int check_nodes(struct it_fsck *fsck, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (unsigned level = 1; !rc && fsck->node_count; level++) {
		rc = check_level(fsck, level, err);
		fsck->node_count /= IT_LOG_TILE;
		for (size_t i = 0; i < fsck->node_count; i++)
			it_merkle_root_of(&fsck->nodes[i], fsck->nodes + i * IT_LOG_TILE,
					  IT_LOG_TILE);
	}
	return rc;
}

static int check_edge(struct it_fsck *fsck, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_merkle_hash root;
	struct it_merkle_hash found;
	struct it_log log;

	if (it_log_begin(&log, fsck->store->sql, &why))
		return it_fsck_fault(fsck, "log.edge", -1, NULL, err, "%s", intoto_error_text(why));
	it_merkle_root(&root, &log.tree);
	it_merkle_root(&found, &fsck->tree);
	if (log.tree.count == fsck->tree.count &&
	    it_span_eq(it_span(root.bytes, sizeof root.bytes),
		       it_span(found.bytes, sizeof found.bytes)))
		return INTOTO_OK;
	return it_fsck_fault(fsck, "log.edge", -1, NULL, err,
			     "the log is signed as %ju leaves, and has %ju, or others",
			     (uintmax_t)log.tree.count, (uintmax_t)fsck->tree.count);
}

static int check_length(struct it_fsck *fsck, struct intoto_error **err)
{
	const struct it_checkpoint *checkpoint = fsck->options->checkpoint;

	if (!checkpoint || checkpoint->size <= fsck->tree.count)
		return INTOTO_OK;
	return it_fsck_fault(fsck, "log.checkpoint", -1, NULL, err,
			     "the log had %ju leaves once, and has %ju: its end was cut off",
			     (uintmax_t)checkpoint->size, (uintmax_t)fsck->tree.count);
}

int it_fsck_tree(struct it_fsck *fsck, struct intoto_error **err)
{
	int rc;

	if (fsck->has_gap) /* told already */
		return INTOTO_OK;
	rc = check_edge(fsck, err);

	if (!rc)
		rc = check_length(fsck, err);
	return rc ? rc : check_nodes(fsck, err);
}
