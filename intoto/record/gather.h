/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files below a path with their digests: found by a walk, known already or read by as many
 * threads as there are cores, and handed over one at a time.
 */
#ifndef IT_RECORD_GATHER_H
#define IT_RECORD_GATHER_H

#include "record/hash.h"
#include "record/pool.h"
#include "record/reuse.h"

struct it_gather_options {
	const struct it_snapshot_options *snapshot; /* algorithms, reuse, cost, notice */
	/*
	 * One file or symbolic link.  *kept is set to the text of its digests as it stays in a
	 * table of artifacts that shares with the one that reuse knows; never by two threads at
	 * once.
	 */
	int (*add)(void *arg, struct it_span path, struct it_span digests, uint64_t bytes,
		   const char **kept, struct intoto_error **err);
	/* Amidst a large file: so many bytes were read of files that are not added yet; may be
	   NULL. */
	void (*reading)(void *arg, uint64_t bytes);
	void *arg;
};

struct it_gather {
	struct it_gather_options options;
	struct it_hasher hasher;
	struct it_pool *pool; /* from the first walk until it is finished */
	struct it_buf digests;
};

IT_CHECK int it_gather_init(struct it_gather *gather, const struct it_gather_options *options,
			    struct intoto_error **err);
void it_gather_done(struct it_gather *gather);

/* path is clean (it_name_of_path).  Some files may still be on their way afterwards. */
IT_CHECK int it_gather_walk(struct it_gather *gather, const char *path,
			    const struct it_walk_options *walk, struct intoto_error **err);
/* Waits for them; says what went wrong with the first that failed. */
IT_CHECK int it_gather_finish(struct it_gather *gather, struct intoto_error **err);

#endif
