/* SPDX-License-Identifier: Apache-2.0 */
/* Batches on their way from the thread that finds files to those that read them. */
#ifndef IT_RECORD_BACKLOG_H
#define IT_RECORD_BACKLOG_H

#include <pthread.h>

#include "record/batch.h"

enum { IT_BACKLOG_MAX = 32 }; /* batches; each keeps folders open */

struct it_backlog {
	pthread_mutex_t lock;
	pthread_cond_t work; /* a batch came, or no more will */
	pthread_cond_t
		space; /* half of the queue is empty, or something failed, or a thread ended */
	struct it_batch *first, *last;
	struct it_batch *spare; /* to be used again */
	struct it_batch *made;	/* all of them */
	size_t queued;
	size_t waiting;	   /* threads, for work */
	bool finder_waits; /* for space */
	uint64_t waits;	   /* so many times until now, of any thread for any of this */
	bool closed;	   /* no more batches come */
	atomic_bool failed;
	int rc;
	struct intoto_error *err; /* of the first failure */
};

void it_backlog_init(struct it_backlog *queue);
/* No thread may use it any more. */
void it_backlog_done(struct it_backlog *queue);

/* An empty one, until it is put. */
IT_CHECK int it_backlog_batch(struct it_backlog *queue, struct it_batch **out,
			      struct intoto_error **err);
void it_backlog_put(struct it_backlog *queue, struct it_batch *batch);
/*
 * The first batch, which stays there while it has files, so that several threads share it; the
 * caller releases it.  NULL when there is none (for now, or with wait: any more).
 */
struct it_batch *it_backlog_take(struct it_backlog *queue, bool wait);
/* Also once when all digests of a batch were delivered. */
void it_backlog_release(struct it_backlog *queue, struct it_batch *batch);

/* Whoever waits for work ends. */
void it_backlog_close(struct it_backlog *queue);
/* Takes err.  The first failure counts. */
void it_backlog_fail(struct it_backlog *queue, int rc, struct intoto_error *err);
/* What was told to it_backlog_fail. */
IT_CHECK int it_backlog_failure(struct it_backlog *queue, struct intoto_error **err);
bool it_backlog_has_ended(struct it_backlog *queue);

#endif
