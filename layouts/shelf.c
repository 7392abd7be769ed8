/* SPDX-License-Identifier: Apache-2.0 */
/* A list sorted by last use, and buckets to find an entry by its owner. */
#include "layouts/shelf.h"

enum { BUCKET_SHIFT = 6 /* of addresses; below it allocations look alike */ };

static void shelved_free(struct it_shelved *shelved)
{
	intoto_link_free(shelved->link);
	free(shelved);
}

void it_shelf_done(struct it_shelf *shelf)
{
	while (shelf->first) {
		struct it_shelved *next = shelf->first->next;

		shelved_free(shelf->first);
		shelf->first = next;
	}
	*shelf = (struct it_shelf){ 0 };
}

static struct it_shelved **bucket_of(struct it_shelf *shelf, const void *owner)
{
	uintptr_t address = (uintptr_t)owner >> BUCKET_SHIFT;

	return &shelf->buckets[(address ^ address / IT_SHELF_BUCKETS) % IT_SHELF_BUCKETS];
}

/* What points to the entry in its bucket; to NULL when it is not there. */
static struct it_shelved **find(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved **at = bucket_of(shelf, owner);

	while (*at && (*at)->owner != owner)
		at = &(*at)->beside;
	return at;
}

/* --- the list --- */

static void unlink_one(struct it_shelf *shelf, struct it_shelved *one)
{
	*(one->before ? &one->before->next : &shelf->first) = one->next;
	*(one->next ? &one->next->before : &shelf->last) = one->before;
}

static void link_first(struct it_shelf *shelf, struct it_shelved *one)
{
	one->before = NULL;
	one->next = shelf->first;
	*(one->next ? &one->next->before : &shelf->last) = one;
	shelf->first = one;
}

/* The one that was used longest ago and is not pinned; NULL when there is none. */
static struct it_shelved *find_oldest(struct it_shelf *shelf)
{
	struct it_shelved *oldest = shelf->last;

	while (oldest && oldest->pins)
		oldest = oldest->before;
	return oldest;
}

static void take_out(struct it_shelf *shelf, struct it_shelved *gone)
{
	struct it_shelved **at = bucket_of(shelf, gone->owner);

	while (*at != gone)
		at = &(*at)->beside;
	*at = gone->beside;
	unlink_one(shelf, gone);
	shelf->count--;
	shelf->bytes -= gone->bytes;
	shelved_free(gone);
}

/* --- what others call --- */

void it_shelf_make_room(struct it_shelf *shelf, size_t bytes)
{
	while (shelf->count >= IT_SHELF_LEAST &&
	       (bytes > IT_SHELF_BYTES || shelf->bytes > IT_SHELF_BYTES - bytes)) {
		struct it_shelved *oldest = find_oldest(shelf);

		if (!oldest)
			return;
		take_out(shelf, oldest);
	}
}

int it_shelf_put(struct it_shelf *shelf, const void *owner, struct intoto_link *link, size_t bytes,
		 struct it_shelved **out, struct intoto_error **err)
{
	struct it_shelved *shelved = calloc(1, sizeof *shelved);
	struct it_shelved **bucket = bucket_of(shelf, owner);

	*out = shelved;
	if (!shelved) {
		intoto_link_free(link);
		return it_err_nomem(err);
	}
	*shelved = (struct it_shelved){
		.owner = owner, .link = link, .bytes = bytes, .beside = *bucket
	};
	*bucket = shelved;
	link_first(shelf, shelved);
	shelf->count++;
	shelf->bytes += bytes;
	return INTOTO_OK;
}

struct it_shelved *it_shelf_find(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved *found = *find(shelf, owner);

	if (!found)
		return NULL;
	unlink_one(shelf, found);
	link_first(shelf, found);
	return found;
}

void it_shelf_drop(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved *found = *find(shelf, owner);

	if (found)
		take_out(shelf, found);
}
