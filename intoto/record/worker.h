/* SPDX-License-Identifier: Apache-2.0 */
/* What one thread of a pool does: takes files of the queue, hashes them and hands digests over. */
#ifndef IT_RECORD_WORKER_H
#define IT_RECORD_WORKER_H

#include "record/pool.h"
#include "record/backlog.h"

/* What all of them share. */
struct it_workshop {
	struct it_pool_options options;
	struct it_backlog queue;
	pthread_mutex_t delivery;   /* while options.done runs */
	atomic_ullong files, bytes; /* that were read */
	uint64_t delivered;	    /* bytes of files that are done; under delivery */
};

enum it_worker_kind {
	IT_WORKER_FINDER, /* does what is there, and stops for others once that takes time */
	IT_WORKER_THREAD,
	IT_WORKER_READER, /* a thread beyond the processors: it waits for the disk */
};

/*
 * Until no more work comes (the finder: until there is none).  busy is called by the finder when
 * others should help: it hashes what it has begun, which keeps it busy as long as they are where
 * files are large, and takes no more once busy says so.  A failure is told to the queue.
 */
void it_worker_run(struct it_workshop *shop, enum it_worker_kind kind,
		   bool (*busy)(void *arg, bool large), void *arg);

#endif
