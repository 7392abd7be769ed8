/* SPDX-License-Identifier: Apache-2.0 */
/* The two ends of a scratch folder: filling it, and taking it away whatever was done to it. */
#ifndef IT_RUN_SCRATCH_TREE_H
#define IT_RUN_SCRATCH_TREE_H

#include <sys/stat.h>

#include "run/scratch.h"

/* What was copied, and the links that a check must look at; zero-initialised. */
struct it_scratch_copy {
	const struct it_scratch_options *options;
	const struct stat *scratch; /* never copied into itself */
	uid_t user;
	uint64_t bytes; /* so far */
	uint64_t files;
	struct it_strings links; /* below work */
};

/* Copies one path of options, from the current folder to the folder at to. */
IT_CHECK int it_scratch_copy_path(struct it_scratch_copy *copy, const char *path, int to,
				  struct intoto_error **err);

/*
 * Removes everything in a folder, however deep, without a path, memory or more than two
 * descriptors: fit for a forked child.  False when something stayed.
 */
bool it_scratch_empty(int folder);

#endif
