/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links that are in memory: a few, the one that was used longest ago leaves first.  A chain of
 * neighbours needs two at a time, however long it is.
 */
#ifndef IT_LAYOUTS_SHELF_H
#define IT_LAYOUTS_SHELF_H

#include "model/link.h"

/* As many links as these bytes of documents make, but at least two.  Small ones are thousands,
 * which are found by buckets. */
enum { IT_SHELF_BYTES = 8 * 1024 * 1024, IT_SHELF_LEAST = 2, IT_SHELF_BUCKETS = 1024 };

struct it_shelved {
	const void *owner; /* whose link it is; names it here */
	struct intoto_link *link;
	size_t bytes;  /* of its document: a measure of what it takes */
	unsigned pins; /* while this is not 0 it stays */
	struct it_shelved *next, *before;
	struct it_shelved *beside; /* in the bucket */
};

struct it_shelf {
	struct it_shelved *first; /* used last */
	struct it_shelved *last;
	struct it_shelved *buckets[IT_SHELF_BUCKETS];
	size_t count;
	size_t bytes;
};

void it_shelf_done(struct it_shelf *shelf);

/* Before a link whose document has so many bytes is made: lets others go. */
void it_shelf_make_room(struct it_shelf *shelf, size_t bytes);
/* Takes link, also on failure; *out is borrowed, and stays while it is pinned or the last used. */
IT_CHECK int it_shelf_put(struct it_shelf *shelf, const void *owner, struct intoto_link *link,
			  size_t bytes, struct it_shelved **out, struct intoto_error **err);
/* NULL when it is not here (any more). */
struct it_shelved *it_shelf_find(struct it_shelf *shelf, const void *owner);
/* Forgets an owner who goes away; NULL is fine. */
void it_shelf_drop(struct it_shelf *shelf, const void *owner);

#endif
