/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the log says of how long entries are kept, whatever the rows of the index say: the leaf of a
 * put has class and lock, later ones change them, and classes have their durations.  Leaves of puts
 * of before the log told of this say nothing but their time.
 */
#ifndef IT_STORE_RETENTION_LOG_H
#define IT_STORE_RETENTION_LOG_H

#include "store/leaf.h"

struct it_retention_log;

IT_CHECK int it_retention_log_new(struct it_retention_log **out, struct intoto_error **err);
void it_retention_log_free(struct it_retention_log *log);
IT_DEFINE_AUTO(struct it_retention_log, it_retention_log_free);

/* The next leaf, of any type. */
IT_CHECK int it_retention_log_take(struct it_retention_log *log, const struct it_leaf *leaf,
				   struct intoto_error **err);
/* The leaves that came since the last call; FORMAT for what is no leaf. */
IT_CHECK int it_retention_log_read(struct it_retention_log *log, struct it_sql *sql,
				   struct intoto_error **err);

/* Of an entry. */
struct it_retention_said {
	bool is_put; /* the leaf of its number says that it was put */
	int64_t put;
	bool has_class;
	char *class;	    /* when it has; "": none */
	int64_t lock_until; /* 0: none */
	size_t holds;	    /* that are open */
	bool is_archive;
};

void it_retention_said_done(struct it_retention_said *said);
IT_CHECK int it_retention_log_entry(struct it_retention_said *out,
				    const struct it_retention_log *log, struct it_sql *sql,
				    int64_t number, const struct it_object_id *id,
				    struct intoto_error **err);
/* Of a class; -1: for ever.  False: it says nothing. */
bool it_retention_log_class(const struct it_retention_log *log, const char *class,
			    int64_t *duration);

/* --- for who compares all of it --- */

/* Among those that are gone through, whatever leaves say of it. */
IT_CHECK int it_retention_log_add(struct it_retention_log *log, const struct it_object_id *id,
				  struct intoto_error **err);
/* Entries that leaves behind their puts speak of, or that were added. */
IT_CHECK int it_retention_log_each(struct it_retention_log *log,
				   int (*entry)(void *arg, const struct it_object_id *id,
						struct intoto_error **err),
				   void *arg, struct intoto_error **err);
IT_CHECK int it_retention_log_each_class(struct it_retention_log *log,
					 int (*class)(void *arg, const char *class,
						      int64_t duration, struct intoto_error **err),
					 void *arg, struct intoto_error **err);
/* Leaves of puts were taken that do not say how long. */
bool it_retention_log_is_old(const struct it_retention_log *log);

#endif
