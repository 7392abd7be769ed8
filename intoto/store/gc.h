/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing what is kept no longer (see retention.h), and objects that belong to nothing.  What the
 * index says is over stays all the same when the log says otherwise: that it is locked or held, of
 * a class that is kept for longer, or was put later.
 */
#ifndef IT_STORE_GC_H
#define IT_STORE_GC_H

#include "store/retention.h"

struct it_gc_candidate {
	uint64_t number;
	struct it_object_id id;
	uint64_t size;
	const char *kind, *name, *class;
	int64_t put;
};

struct it_gc_options {
	int64_t now;
	const char *actor, *reason; /* stand in the log */
	/* Archives first, then in the order of their numbers.  why NULL: it is removed; else it
	 * stays, because the log says so and the index does not. */
	int (*tell)(void *arg, const struct it_gc_candidate *candidate, const char *why,
		    struct intoto_error **err);
	void *arg;
};

struct it_gc_result {
	uint64_t entries; /* removed; each is a leaf of the log */
	uint64_t kept;	  /* which the index alone says are over */
	uint64_t objects, bytes;
	uint64_t
		locked; /* objects that their service does not let go yet: a later one takes them */
	uint64_t temporaries; /* of puts that were killed */
};

/* What it removed stands in the log before an object goes.  One that is killed is gone on with by
 * the next. */
/* Only tells what a collection would remove now. */
IT_CHECK int it_gc_preview(struct it_store *store, const struct it_gc_options *options,
			   struct it_gc_result *result, struct intoto_error **err);
IT_CHECK int it_gc_run(struct it_store *store, const struct it_gc_options *options,
		       struct it_gc_result *result, struct intoto_error **err);

/* Who removed an entry whose id is from low to high, when and why: the last removal, if any. */
struct it_removal {
	struct it_object_id id;
	int64_t time;
	const char *actor, *reason;
};
IT_CHECK int it_gc_removal(struct it_store *store, const struct it_object_id *low,
			   const struct it_object_id *high,
			   int (*removal)(void *arg, const struct it_removal *removal,
					  struct intoto_error **err),
			   void *arg, struct intoto_error **err);

#endif
