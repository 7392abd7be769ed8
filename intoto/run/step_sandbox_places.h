/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined step is shown of the file system: places, collected, then put in order. */
#ifndef IT_RUN_STEP_SANDBOX_PLACES_H
#define IT_RUN_STEP_SANDBOX_PLACES_H

#include "base/sandbox.h"

enum { IT_PLACES_MAX = 8192 };

#define IT_PLACE_INPUT (IT_SANDBOX_READ | IT_SANDBOX_EXECUTE)
#define IT_PLACE_OUTPUT (IT_SANDBOX_READ | IT_SANDBOX_EXECUTE | IT_SANDBOX_WRITE)

/* Zero-initialised is empty; the texts are owned. */
struct it_places {
	struct it_sandbox_path *items;
	size_t count;
	size_t cap;
};

void it_places_done(struct it_places *places);

/* As it is; from may be NULL.  All is copied. */
IT_CHECK int it_places_add(struct it_places *places, const struct it_sandbox_path *place,
			   struct intoto_error **err);

/* Where a path leads when all symbolic links are followed. */
struct it_place {
	char *path;   /* absolute, without links, "." and ".." */
	bool missing; /* nothing stands there */
	char *above;  /* the folder in which its first missing part would be; NULL: not missing */
};

void it_place_done(struct it_place *place);

/*
 * Finds the place of an absolute path, and adds the links on the way by name, so that the path
 * means the same inside.  Refuses the root folder itself (INTOTO_E_USAGE): nothing would be left
 * to confine.
 */
IT_CHECK int it_places_find(struct it_places *places, struct it_place *out, const char *path,
			    struct intoto_error **err);

/*
 * The nearest that is the path or above it, and shows something; NULL: none.  One with a from hides
 * what is there.
 */
const struct it_sandbox_path *it_places_above(const struct it_places *places, const char *path);

/* Sorts, those above first; makes one of several; leaves out what those above show already. */
void it_places_arrange(struct it_places *places);

/* Whether path is folder, or stands below it. */
bool it_place_is_below(const char *path, const char *folder);

#endif
