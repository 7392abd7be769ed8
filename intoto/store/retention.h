/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long entries are kept.  A class of retention has a duration, counted from the put; an entry
 * whose class has none is kept for ever, and so is one without a class unless there is a class
 * "default".  Beyond that an entry is kept until its lock-until, as long as it is held, and as long
 * as an archive is kept that holds it.
 */
#ifndef IT_STORE_RETENTION_H
#define IT_STORE_RETENTION_H

#include "store/store.h"

#define IT_RETENTION_DEFAULT "default"

/*
 * Whether an entry's own time is over, for statements of SQL: ALIAS is that of its row, NOW the
 * parameter that holds the time.  Whether an archive keeps it is another question.
 */
#define IT_RETENTION_IS_OVER(ALIAS, NOW)                                                           \
	"(" ALIAS ".lock_until <= " NOW                                                            \
	" AND EXISTS (SELECT 1 FROM retention c WHERE c.class = CASE WHEN " ALIAS                  \
	".class = '' THEN '" IT_RETENTION_DEFAULT "' ELSE " ALIAS ".class END AND " ALIAS          \
	".put + c.duration <= " NOW                                                                \
	") AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.entry = " ALIAS ".number))"

/* How long a class is kept from now on; a leaf of the log. */
struct it_retention_rule {
	const char *class;
	int64_t duration;	    /* negative: for ever */
	const char *actor, *reason; /* stand in the log; NULL: nothing is said */
};

IT_CHECK int it_retention_define(struct it_store *store, const struct it_retention_rule *rule,
				 struct intoto_error **err);
/* The same inside a transaction of the caller's. */
IT_CHECK int it_retention_set(struct it_sql *sql, const struct it_retention_rule *rule,
			      struct intoto_error **err);

struct it_retention_class {
	const char *class; /* "": those without one, where there is no default */
	int64_t duration;  /* -1: for ever */
	uint64_t count;	   /* entries of it */
	uint64_t size;	   /* in bytes */
	uint64_t over;	   /* whose own time is over */
};

/* In the order of their names: those that have a duration or entries. */
IT_CHECK int it_retention_each(struct it_store *store, int64_t now,
			       int (*class)(void *arg, const struct it_retention_class *class,
					    struct intoto_error **err),
			       void *arg, struct intoto_error **err);

struct it_retention_change {
	const char *class;  /* NULL: stays as it is */
	int64_t lock_until; /* 0: stays as it is; it is never made earlier (USAGE) */
	const char *actor;  /* stands in the log */
};

/* Of these entries, and of what they hold if they are archives; each is a leaf of the log.  All or
 * none. */
IT_CHECK int it_retention_change(struct it_store *store, const struct it_object_id *ids,
				 size_t count, const struct it_retention_change *change,
				 struct intoto_error **err);

/* --- holds --- */

struct it_hold {
	const char *name; /* of the matter, like "case-2031-7" */
	const char *reason, *actor;
	int64_t since;
	struct it_object_id id;
	const char *entry; /* name of the entry */
	bool alone;	   /* when it is added: not what the entry holds, if it is an archive */
};

/* Holds entries and what they hold if they are archives; each is a leaf of the log.  Those that are
 * held under this name already stay so.  All or none. */
IT_CHECK int it_hold_add(struct it_store *store, const struct it_object_id *ids, size_t count,
			 const struct it_hold *hold, struct intoto_error **err);
/* Releases what this name holds: of these entries (with what they hold), or all of it when count is
 * 0; NOTFOUND when it holds nothing of it.  Each is a leaf of the log. */
IT_CHECK int it_hold_release(struct it_store *store, const struct it_object_id *ids, size_t count,
			     const struct it_hold *hold, size_t *released,
			     struct intoto_error **err);
/* In the order of their names, then of the entries; name: NULL for all. */
IT_CHECK int it_hold_each(struct it_store *store, const char *name,
			  int (*hold)(void *arg, const struct it_hold *hold,
				      struct intoto_error **err),
			  void *arg, struct intoto_error **err);

#endif
