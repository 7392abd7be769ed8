/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the leaves of a store's log say: that something was put, removed, held or released.  A
 * leaf's entry is JSON without white space, its members in the order of their names; those that are
 * empty are left out.
 */
#ifndef IT_STORE_LEAF_H
#define IT_STORE_LEAF_H

#include "json/json.h"
#include "store/log.h"

enum it_leaf_type { IT_LEAF_PUT, IT_LEAF_REMOVAL, IT_LEAF_HOLD, IT_LEAF_RELEASE };

enum { IT_LEAF_TEXT_MAX = 1024 }; /* of a name, an actor, a reason */

struct it_leaf {
	enum it_leaf_type type;
	struct it_object_id id;
	uint64_t size;		    /* of what was put */
	const char *kind;	    /* of what was put */
	const char *name;	    /* of a hold */
	const char *actor, *reason; /* of all others than puts; NULL: not said */
	int64_t time;
};

/* "put", "removal", "hold", "release" */
const char *it_leaf_type_name(enum it_leaf_type type);

/* Appends it; INTOTO_E_USAGE for a text that is too long. */
IT_CHECK int it_leaf_print(struct it_buf *out, const struct it_leaf *leaf,
			   struct intoto_error **err);
/* Reads one: texts are borrowed from *root, which is the caller's.  FORMAT for what is no leaf. */
IT_CHECK int it_leaf_read(struct it_leaf *out, struct it_json **root, struct it_span entry,
			  struct intoto_error **err);
/* Appends it to the log, inside a transaction (it_log_begin). */
IT_CHECK int it_leaf_append(struct it_log *log, const struct it_leaf *leaf, uint64_t *number,
			    struct intoto_error **err);

#endif
