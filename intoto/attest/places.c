/* SPDX-License-Identifier: Apache-2.0 */
/* The list of what is shown.  A hidden file is left out by showing everything beside it. */
#include "attest/places.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

enum { PLACES_MAX = 16 * 1024, HIDDEN_MAX = 64 };

/* A manifest may ask for these itself: they are everybody's to read, and hold no secret. */
static const char *const asked[] = {
	"/proc",
	"/sys",
	"/usr",
	"/var/lib/dpkg",
	"/var/lib/rpm",
	"/var/lib/apk",
	"/var/lib/pacman",
	"/lib/apk/db",
	"/etc/os-release",
	"/etc/lsb-release",
	"/etc/debian_version",
	"/etc/redhat-release",
	"/etc/SuSE-release",
	"/etc/alpine-release",
	"/etc/arch-release",
	"/etc/machine-id",
	"/etc/hostname",
	"/etc/apt/sources.list.d",
	"/etc/dpkg",
	"/etc/rpm",
	"/run/systemd/container",
	"/run/ostree-booted",
};

void it_attest_places_done(struct it_attest_places *places)
{
	free(places->items);
	it_strings_done(&places->kept);
	*places = (struct it_attest_places){ 0 };
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return it_starts_with(path, folder) && (!path[len] || path[len] == '/');
}

static int add(struct it_attest_places *places, const char *path, unsigned rights,
	       struct intoto_error **err)
{
	struct it_sandbox_path *grown = places->items;
	int rc;

	if (places->count == PLACES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "over %d files and folders to show to an attestor", PLACES_MAX);
	if (places->count == places->cap) {
		size_t cap = places->cap ? places->cap * 2 : 32;

		grown = reallocarray(places->items, cap, sizeof *grown);
		if (!grown)
			return it_err_nomem(err);
		places->items = grown;
		places->cap = cap;
	}
	rc = it_strings_add(&places->kept, path, err);
	if (rc)
		return rc;
	grown[places->count++] =
		(struct it_sandbox_path){ .path = places->kept.items[places->kept.count - 1],
					  .rights = rights };
	return INTOTO_OK;
}

/* --- the work folder --- */

static bool hides(const struct it_strings *hidden, const char *path)
{
	for (size_t i = 0; i < hidden->count; i++)
		if (is_below(hidden->items[i], path))
			return true;
	return false;
}

static int add_visible(struct it_attest_places *places, const char *path, unsigned rights,
		       const struct it_strings *hidden, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc;

	if (!hides(hidden, path))
		return add(places, path, rights, err);
	if (it_strings_has(hidden, path))
		return INTOTO_OK;
	rc = it_dir_list(&names, path, err);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *inner = it_path_join(path, names.items[i]);

		rc = inner ? add_visible(places, inner, rights, hidden, err) : it_err_nomem(err);
	}
	return rc;
}

static int resolve(struct it_strings *out, const struct it_strings *paths,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && paths && i < paths->count; i++) {
		IT_AUTO(it_freep) char *real = realpath(paths->items[i], NULL);

		if (real)
			rc = it_strings_add(out, real, err);
	}
	return rc;
}

/* --- the rest --- */

static bool may_ask(const char *path)
{
	for (size_t i = 0; i < IT_COUNT_OF(asked); i++)
		if (is_below(path, asked[i]))
			return true;
	return false;
}

static int add_asked(struct it_attest_places *places, const struct it_attest_order *order,
		     const struct it_strings *hidden, unsigned rights, struct intoto_error **err)
{
	const struct it_manifest *manifest = &order->attestor->manifest;
	IT_AUTO(it_strings_done) struct it_strings granted = { 0 };
	int rc = resolve(&granted, order->paths, err);

	for (size_t i = 0; !rc && i < manifest->paths.count; i++)
		if (may_ask(manifest->paths.items[i]) &&
		    !is_below(manifest->paths.items[i], "/proc"))
			rc = add(places, manifest->paths.items[i], rights, err);
	for (size_t i = 0; !rc && i < granted.count; i++)
		rc = add_visible(places, granted.items[i], rights, hidden, err);
	return rc;
}

int it_attest_places_fill(struct it_attest_places *places, const struct it_attest_order *order,
			  const struct it_attest_inputs *inputs, const char *folder,
			  const struct it_strings *hidden, struct intoto_error **err)
{
	unsigned needs = order->attestor->manifest.needs;
	unsigned rights = IT_SANDBOX_READ | (needs & IT_NEEDS_PROGRAMS ? IT_SANDBOX_EXECUTE : 0);
	IT_AUTO(it_strings_done) struct it_strings out_of_sight = { 0 };
	int rc = resolve(&out_of_sight, hidden, err);

	if (!rc && (needs & IT_NEEDS_FOLDER))
		rc = add_visible(places, folder, rights, &out_of_sight, err);
	for (size_t i = 0; !rc && i < inputs->count; i++)
		rc = add(places, inputs->items[i].path, IT_SANDBOX_READ, err);
	return rc ? rc : add_asked(places, order, &out_of_sight, rights, err);
}
