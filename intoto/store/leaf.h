/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the leaves of a store's log say: that something was put, removed, held or released, that its
 * class, its lock, or how long a class is kept was changed, that it is an archive whose release was
 * noted.  A leaf's entry is JSON without white space, its members in the order of their names;
 * those that are empty are left out.
 */
#ifndef IT_STORE_LEAF_H
#define IT_STORE_LEAF_H

#include "json/json.h"
#include "store/log.h"

enum it_leaf_type {
	IT_LEAF_PUT,
	IT_LEAF_REMOVAL,
	IT_LEAF_HOLD,
	IT_LEAF_RELEASE,
	IT_LEAF_RETENTION, /* of no entry: how long a class is kept, from now on */
	IT_LEAF_CLASS,	   /* the class of an entry, from now on */
	IT_LEAF_LOCK,	   /* its lock, which is never made earlier */
	IT_LEAF_ARCHIVE,   /* its bytes are one, and the index says what it holds */
};

enum { IT_LEAF_TEXT_MAX = 1024 }; /* of a name, an actor, a reason */

struct it_leaf {
	enum it_leaf_type type;
	struct it_object_id id;
	uint64_t size;		    /* of what was put */
	const char *kind;	    /* of what was put */
	const char *name;	    /* of a hold */
	const char *actor, *reason; /* of all others than puts; NULL: not said */
	const char *class;	    /* of a put, an entry's change, a class of retention */
	int64_t lock_until;	    /* of a put, a lock; 0: none */
	int64_t duration;	    /* of a class of retention; -1: for ever */
	bool says_keeping; /* that was read: a put with class and lock, which old ones do not say */
	int64_t time;
};

/* "put", "removal", "hold", "release", "retention", "class", "lock", "archive" */
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
