/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, as our own mount namespace has it (/proc/self/mountinfo). */
#ifndef IT_RUN_MOUNTS_H
#define IT_RUN_MOUNTS_H

#include <stdint.h>

#include "base/buf.h"

struct it_mount {
	uint64_t id;
	uint64_t device;  /* major in the upper half, minor in the lower */
	const char *root; /* the folder of the file system that is shown */
	const char *point;
	const char *type; /* "ext4" */
};

/* In the order in which they were mounted: of two on one point the later one is seen. */
struct it_mounts {
	struct it_mount *items;
	size_t count;
	struct it_buf text; /* what they point into */
};

/* Refuses lines that it does not understand, and more than 100,000 mounts. */
IT_CHECK int it_mounts_read(struct it_mounts *out, struct intoto_error **err);
IT_CHECK int it_mounts_parse(struct it_mounts *out, struct it_span text, struct intoto_error **err);
void it_mounts_done(struct it_mounts *mounts);

/* NULL: none has that number. */
const struct it_mount *it_mounts_find(const struct it_mounts *mounts, uint64_t id);
/* The last one strictly below a folder; NULL: there is none. */
const struct it_mount *it_mounts_below(const struct it_mounts *mounts, const char *folder);

/*
 * Another mount that shows the folder, part of it or something that holds it under another name;
 * NULL: there is none.
 */
const struct it_mount *it_mounts_alias(const struct it_mounts *mounts, const struct it_mount *own,
				       const char *folder);

/* Whether path is folder or below it. */
bool it_mounts_within(const char *path, const char *folder);

#endif
