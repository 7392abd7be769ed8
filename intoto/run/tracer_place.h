/* SPDX-License-Identifier: Apache-2.0 */
/* Where a name of the step leads to, seen from its own root folder. */
#ifndef IT_RUN_TRACER_PLACE_H
#define IT_RUN_TRACER_PLACE_H

#include <limits.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/buf.h"

struct it_tracer_place {
	int root;	   /* the step's root folder where it is another than ours, else -1 */
	int mounts;	   /* likewise its namespace of mounts, which would end with it */
	atomic_bool blind; /* the step has moved roots or mounts: names are kept as they are, and
		       nothing is looked up (in a file system of its own making, we would wait for
		       it while it waits for us) */
};

enum it_place {
	IT_PLACE_THERE,
	IT_PLACE_MISSING, /* but the folder that it would be in is there */
	IT_PLACE_NOWHERE, /* nor can it be made */
};

void it_tracer_place_open(struct it_tracer_place *place, pid_t pid);
void it_tracer_place_done(struct it_tracer_place *place);

/*
 * Finds an absolute path; out gets it without links, "." and ".." as far as that is there.  about
 * is set when it is.
 */
enum it_place it_tracer_place_find(const struct it_tracer_place *place, const char *path,
				   bool follow, char out[PATH_MAX], struct stat *about);

/* The first bytes of the program at path, for what else becomes part of it; -1: unreadable. */
ssize_t it_tracer_place_read(const struct it_tracer_place *place, const char *path, char *out,
			     size_t size);

/* Takes ".", ".." and doubled slashes out of an absolute path, as text. */
void it_tracer_place_clean(char *path);

#endif
