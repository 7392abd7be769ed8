/* SPDX-License-Identifier: Apache-2.0 */
/* A short list, sorted by last use. */
#include "layouts/shelf.h"

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

/* The link to the entry that was used longest ago and is not pinned; NULL when there is none. */
static struct it_shelved **find_oldest(struct it_shelf *shelf)
{
	struct it_shelved **oldest = NULL;

	for (struct it_shelved **at = &shelf->first; *at; at = &(*at)->next)
		if (!(*at)->pins)
			oldest = at;
	return oldest;
}

static void take_out(struct it_shelf *shelf, struct it_shelved **at)
{
	struct it_shelved *gone = *at;

	*at = gone->next;
	shelf->count--;
	shelf->bytes -= gone->bytes;
	shelved_free(gone);
}

void it_shelf_make_room(struct it_shelf *shelf, size_t bytes)
{
	while (shelf->count >= IT_SHELF_LEAST &&
	       (bytes > IT_SHELF_BYTES || shelf->bytes > IT_SHELF_BYTES - bytes)) {
		struct it_shelved **oldest = find_oldest(shelf);

		if (!oldest)
			return;
		take_out(shelf, oldest);
	}
}

int it_shelf_put(struct it_shelf *shelf, const void *owner, struct intoto_link *link, size_t bytes,
		 struct it_shelved **out, struct intoto_error **err)
{
	struct it_shelved *shelved = calloc(1, sizeof *shelved);

	*out = shelved;
	if (!shelved) {
		intoto_link_free(link);
		return it_err_nomem(err);
	}
	*shelved = (struct it_shelved){ owner, link, bytes, 0, shelf->first };
	shelf->first = shelved;
	shelf->count++;
	shelf->bytes += bytes;
	return INTOTO_OK;
}

static struct it_shelved **find(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved **at = &shelf->first;

	while (*at && (*at)->owner != owner)
		at = &(*at)->next;
	return at;
}

struct it_shelved *it_shelf_find(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved **at = find(shelf, owner);
	struct it_shelved *found = *at;

	if (!found)
		return NULL;
	*at = found->next;
	found->next = shelf->first;
	shelf->first = found;
	return found;
}

void it_shelf_drop(struct it_shelf *shelf, const void *owner)
{
	struct it_shelved **at = find(shelf, owner);

	if (*at)
		take_out(shelf, at);
}
