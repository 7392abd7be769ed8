/* SPDX-License-Identifier: Apache-2.0 */
/* Holds: what the log says was held and not released, against the table of holds. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/fsck_part.h"
#include "store/retention.h"

struct open_hold {
	struct it_object_id id;
	char *name;
	int64_t number; /* of its leaf */
	bool seen;	/* in the table */
};

static int compare(const void *a, const void *b)
{
	const struct open_hold *one = a;
	const struct open_hold *two = b;
	int order = memcmp(one->id.bytes, two->id.bytes, sizeof one->id.bytes);

	return order ? order : it_span_cmp(it_span_text(one->name), it_span_text(two->name));
}

static void forget(void *arg)
{
	struct open_hold *hold = arg;

	free(hold->name);
	free(hold);
}

void it_fsck_holds_done(struct it_fsck *fsck)
{
	tdestroy(fsck->holds, forget);
	fsck->holds = NULL;
}

static int open_one(struct it_fsck *fsck, int64_t number, const struct it_leaf *leaf,
		    struct intoto_error **err)
{
	struct open_hold *hold = calloc(1, sizeof *hold);
	struct open_hold **found;

	if (!hold)
		return it_err_nomem(err);
	hold->id = leaf->id;
	hold->number = number;
	hold->name = strdup(leaf->name);
	found = hold->name ? tsearch(hold, &fsck->holds, compare) : NULL;
	if (!found || *found != hold)
		forget(hold);
	return found ? INTOTO_OK : it_err_nomem(err);
}

int it_fsck_hold_leaf(struct it_fsck *fsck, int64_t number, const struct it_leaf *leaf,
		      struct intoto_error **err)
{
	struct open_hold wanted = { .id = leaf->id };
	struct open_hold **found;
	struct open_hold *hold;

	if (leaf->type == IT_LEAF_HOLD)
		return open_one(fsck, number, leaf, err);
	wanted.name = (char *)(uintptr_t)leaf->name; /* is only compared */
	found = tfind(&wanted, &fsck->holds, compare);
	if (!found)
		return it_fsck_fault(fsck, "hold.release", number, &leaf->id, err,
				     "a release of what was not held");
	hold = *found;
	(void)tdelete(&wanted, &fsck->holds, compare); /* it was found just now */
	forget(hold);
	return INTOTO_OK;
}

static int take_hold(void *arg, const struct it_hold *row, struct intoto_error **err)
{
	struct it_fsck *fsck = arg;
	struct open_hold wanted = { .id = row->id, .name = (char *)(uintptr_t)row->name };
	struct open_hold **found = tfind(&wanted, &fsck->holds, compare);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(row->name));

	if (!found)
		return it_fsck_fault(fsck, "hold.unlogged", -1, &row->id, err,
				     "is held for %s, of which the log says nothing",
				     quoted ? quoted : "");
	(*found)->seen = true;
	return INTOTO_OK;
}

struct telling {
	struct it_fsck *fsck;
	struct intoto_error **err;
	int rc;
};

static void tell(const void *node, VISIT visit, void *arg)
{
	const struct open_hold *hold = *(struct open_hold *const *)node;
	struct telling *telling = arg;
	IT_AUTO(it_freep) char *quoted = NULL;

	if ((visit != postorder && visit != leaf) || hold->seen || telling->rc)
		return;
	quoted = it_text_quoted(it_span_text(hold->name));
	telling->rc =
		it_fsck_fault(telling->fsck, "hold.missing", hold->number, &hold->id, telling->err,
			      "was held for %s, is not held, and nobody says that he "
			      "released it: QUIETLY RELEASED",
			      quoted ? quoted : "");
}

int it_fsck_holds(struct it_fsck *fsck, struct intoto_error **err)
{
	struct telling telling = { fsck, err, INTOTO_OK };
	int rc = it_hold_each(fsck->store, NULL, take_hold, fsck, err);

	if (rc)
		return rc;
	twalk_r(fsck->holds, tell, &telling);
	return telling.rc;
}
