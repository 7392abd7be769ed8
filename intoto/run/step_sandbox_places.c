/* SPDX-License-Identifier: Apache-2.0 */
/* Paths followed through their links, and the list of what is shown. */
#include "run/step_sandbox_places.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { LINKS_MAX = 40, PATH_BYTES_MAX = 64 * 1024 }; /* as the kernel has it; and a bound */

void it_places_done(struct it_places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free((char *)(uintptr_t)places->items[i].path);
		free((char *)(uintptr_t)places->items[i].from);
		free((char *)(uintptr_t)places->items[i].work);
	}
	free(places->items);
	*places = (struct it_places){ 0 };
}

void it_place_done(struct it_place *place)
{
	free(place->path);
	free(place->above);
	*place = (struct it_place){ 0 };
}

static int grow(struct it_places *places, struct intoto_error **err)
{
	size_t cap = places->cap ? places->cap * 2 : 128;
	struct it_sandbox_path *items;

	if (places->count >= IT_PLACES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "sandbox: over %d files and folders to show: want folders in "
				  "place of files",
				  IT_PLACES_MAX);
	if (places->count < places->cap)
		return INTOTO_OK;
	items = reallocarray(places->items, cap, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	places->items = items;
	places->cap = cap;
	return INTOTO_OK;
}

int it_places_add(struct it_places *places, const struct it_sandbox_path *place,
		  struct intoto_error **err)
{
	struct it_sandbox_path copy = *place;
	int rc = grow(places, err);

	if (rc)
		return rc;
	copy.path = strdup(place->path);
	copy.from = place->from ? strdup(place->from) : NULL;
	copy.work = place->work ? strdup(place->work) : NULL;
	if (!copy.path || (place->from && !copy.from) || (place->work && !copy.work)) {
		free((char *)(uintptr_t)copy.path);
		free((char *)(uintptr_t)copy.from);
		free((char *)(uintptr_t)copy.work);
		return it_err_nomem(err);
	}
	places->items[places->count++] = copy;
	return INTOTO_OK;
}

bool it_place_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return it_starts_with(path, folder) &&
	       (!path[len] || path[len] == '/' || (len && folder[len - 1] == '/'));
}

const struct it_sandbox_path *it_places_above(const struct it_places *places, const char *path)
{
	const struct it_sandbox_path *best = NULL;

	for (size_t i = 0; i < places->count; i++) {
		const struct it_sandbox_path *item = &places->items[i];

		if (item->rights && !item->no_view && it_place_is_below(path, item->path) &&
		    (!best || strlen(item->path) > strlen(best->path)))
			best = item;
	}
	return best;
}

/* --- following links --- */

/* What was gone through already has no links; what is to come still may. */
struct way {
	struct it_buf done;
	char *rest;
	unsigned links;
};

static void way_done(struct way *way)
{
	it_buf_done(&way->done);
	free(way->rest);
}

static void go_up(struct way *way)
{
	while (way->done.len && way->done.data[way->done.len - 1] != '/')
		way->done.len--;
	if (way->done.len)
		way->done.len--;
	if (way->done.data)
		way->done.data[way->done.len] = '\0';
}

static int follow(struct it_places *places, struct way *way, const char *rest,
		  struct intoto_error **err)
{
	const char *link = it_buf_text(&way->done);
	char target[PATH_MAX];
	ssize_t len = readlink(link, target, sizeof target - 1);
	char *joined = NULL;
	int rc;

	if (len < 0)
		return it_err_errno(err, errno, "%s", link);
	target[len] = '\0';
	if (++way->links > LINKS_MAX)
		return it_err_errno(err, ELOOP, "%s", link);
	rc = it_places_add(places, &(struct it_sandbox_path){ .path = link }, err);
	if (rc)
		return rc;
	if (asprintf(&joined, "%s/%s", target, rest) < 0)
		return it_err_nomem(err);
	free(way->rest);
	way->rest = joined;
	go_up(way);
	if (target[0] == '/')
		it_buf_reset(&way->done);
	return INTOTO_OK;
}

/* One part of the path; *missing when nothing stands there. */
static int step(struct it_places *places, struct way *way, bool *missing, struct intoto_error **err)
{
	size_t skip = strspn(way->rest, "/");
	struct it_span part = it_span(way->rest + skip, strcspn(way->rest + skip, "/"));
	const char *rest = part.data + part.len;
	struct stat about;

	if (it_span_is(part, "..")) {
		go_up(way);
	} else if (part.len && !it_span_is(part, ".")) {
		(void)it_buf_add_text(&way->done, "/"); /* sticky */
		(void)it_buf_add_span(&way->done, part);
		if (it_buf_check(&way->done, "path", err))
			return INTOTO_E_LIMIT;
		*missing = lstat(it_buf_text(&way->done), &about) != 0;
		if (*missing && errno != ENOENT)
			return it_err_errno(err, errno, "%s", it_buf_text(&way->done));
		if (!*missing && S_ISLNK(about.st_mode))
			return follow(places, way, rest, err);
	}
	memmove(way->rest, rest, strlen(rest) + 1);
	return INTOTO_OK;
}

/* Behind the first part that is missing there is nothing to look at. */
static int end_missing(struct it_place *out, struct way *way, struct intoto_error **err)
{
	size_t above = (size_t)(strrchr(it_buf_text(&way->done), '/') - way->done.data);
	const char *at = way->rest;

	out->missing = true;
	out->above = above ? strndup(way->done.data, above) : strdup("/");
	if (!out->above)
		return it_err_nomem(err);
	while (*(at += strspn(at, "/"))) {
		struct it_span part = it_span(at, strcspn(at, "/"));

		if (it_span_is(part, ".."))
			return it_err_errno(err, ENOENT, "%s", it_buf_text(&way->done));
		if (!it_span_is(part, ".")) {
			(void)it_buf_add_text(&way->done, "/"); /* sticky, checked below */
			(void)it_buf_add_span(&way->done, part);
		}
		at += part.len;
	}
	return it_buf_check(&way->done, "path", err) ? INTOTO_E_LIMIT : INTOTO_OK;
}

int it_places_find(struct it_places *places, struct it_place *out, const char *path,
		   struct intoto_error **err)
{
	IT_AUTO(way_done) struct way way = { .done = IT_BUF(PATH_BYTES_MAX) };
	bool missing = false;
	int rc = INTOTO_OK;

	*out = (struct it_place){ 0 };
	way.rest = strdup(path);
	if (!way.rest)
		return it_err_nomem(err);
	while (!rc && !missing && way.rest[strspn(way.rest, "/")])
		rc = step(places, &way, &missing, err);
	if (!rc && !way.done.len)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"%s: is the root folder: with all of it declared there is nothing "
				"to confine",
				path);
	if (!rc && missing)
		rc = end_missing(out, &way, err);
	if (!rc)
		out->path = it_buf_take(&way.done);
	if (!rc && !out->path)
		rc = it_err_nomem(err);
	if (rc)
		it_place_done(out);
	return rc;
}

/* --- order --- */

static int compare(const void *a, const void *b)
{
	const struct it_sandbox_path *one = a;
	const struct it_sandbox_path *two = b;
	int order = it_span_cmp(it_span_text(one->path), it_span_text(two->path));

	if (!order)
		order = (int)one->no_view - (int)two->no_view;
	return order;
}

/* What is put there by us counts more than what was there. */
static void merge(struct it_sandbox_path *into, struct it_sandbox_path *from)
{
	into->rights |= from->rights;
	if (!into->from) {
		into->from = from->from;
		into->work = from->work;
		from->from = from->work = NULL;
	}
	free((char *)(uintptr_t)from->work);
	free((char *)(uintptr_t)from->path);
	free((char *)(uintptr_t)from->from);
}

static bool is_shown_already(const struct it_places *places, const struct it_sandbox_path *item)
{
	const struct it_sandbox_path *above = it_places_above(places, item->path);

	return above && !above->from && !item->from && !item->no_view &&
	       (item->rights & above->rights) == item->rights;
}

void it_places_arrange(struct it_places *places)
{
	size_t count = places->count;

	if (count)
		qsort(places->items, count, sizeof *places->items, compare);
	places->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct it_sandbox_path item = places->items[i];
		struct it_sandbox_path *last =
			places->count ? &places->items[places->count - 1] : NULL;

		if (last && it_streq(last->path, item.path) && last->no_view == item.no_view) {
			merge(last, &item);
		} else if (is_shown_already(places, &item)) {
			free((char *)(uintptr_t)item.path);
		} else {
			places->items[places->count++] = item;
		}
	}
}
