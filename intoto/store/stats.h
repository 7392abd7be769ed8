/* SPDX-License-Identifier: Apache-2.0 */
/* How much a store holds, of what, and how it grew. */
#ifndef IT_STORE_STATS_H
#define IT_STORE_STATS_H

#include "store/store.h"

struct it_stats {
	uint64_t entries, bytes, largest;
	uint64_t leaves;   /* of the log */
	uint64_t removals; /* of them */
	uint64_t releases; /* archives */
	uint64_t locked, held, due;
	uint64_t subjects, packages, vulnerabilities; /* rows of the index */
	int64_t first, last;			      /* puts; 0: none */
};

IT_CHECK int it_stats_read(struct it_store *store, struct it_stats *out, int64_t now,
			   struct intoto_error **err);

enum it_stats_group { IT_STATS_KIND, IT_STATS_TYPE, IT_STATS_CLASS, IT_STATS_MONTH };

struct it_stats_row {
	const char *name; /* a kind, a predicate type, a class, "2026-11" */
	uint64_t entries, bytes;
};

/* In the order of their names; those without a predicate type or a class have the name "". */
IT_CHECK int it_stats_each(struct it_store *store, enum it_stats_group group,
			   int (*row)(void *arg, const struct it_stats_row *row,
				      struct intoto_error **err),
			   void *arg, struct intoto_error **err);

#endif
