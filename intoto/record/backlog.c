/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of batches.  A lock of ours that was initialised cannot fail to be taken or given back,
 * nor can a condition be waited for or signalled in vain: their results are dropped.
 */
#include "record/backlog.h"

void it_backlog_init(struct it_backlog *queue)
{
	*queue = (struct it_backlog){ 0 };
	/* With default attributes these cannot fail in the C libraries that we know. */
	(void)pthread_mutex_init(&queue->lock, NULL);
	(void)pthread_cond_init(&queue->work, NULL);
	(void)pthread_cond_init(&queue->space, NULL);
}

void it_backlog_done(struct it_backlog *queue)
{
	while (queue->made) {
		struct it_batch *before = queue->made->made;

		it_batch_free(queue->made);
		queue->made = before;
	}
	intoto_error_free(queue->err);
	(void)pthread_cond_destroy(&queue->space);
	(void)pthread_cond_destroy(&queue->work);
	(void)pthread_mutex_destroy(&queue->lock);
}

int it_backlog_batch(struct it_backlog *queue, struct it_batch **out, struct intoto_error **err)
{
	int rc;

	(void)pthread_mutex_lock(&queue->lock);
	*out = queue->spare;
	if (*out)
		queue->spare = (*out)->next;
	(void)pthread_mutex_unlock(&queue->lock);
	if (*out)
		return INTOTO_OK;
	rc = it_batch_new(out, err);
	if (rc)
		return rc;
	(void)pthread_mutex_lock(&queue->lock);
	(*out)->made = queue->made;
	queue->made = *out;
	(void)pthread_mutex_unlock(&queue->lock);
	return INTOTO_OK;
}

void it_backlog_put(struct it_backlog *queue, struct it_batch *batch)
{
	batch->next = NULL;
	batch->users = 2; /* the queue, and the digests that are to be delivered */
	atomic_store(&batch->left, batch->count);
	(void)pthread_mutex_lock(&queue->lock);
	if (queue->last)
		queue->last->next = batch;
	else
		queue->first = batch;
	queue->last = batch;
	queue->queued++;
	if (queue->waiting)
		(void)pthread_cond_signal(&queue->work);
	(void)pthread_mutex_unlock(&queue->lock);
}

/* The folders of a batch are closed without the lock. */
void it_backlog_release(struct it_backlog *queue, struct it_batch *batch)
{
	bool last;

	(void)pthread_mutex_lock(&queue->lock);
	last = --batch->users == 0;
	(void)pthread_mutex_unlock(&queue->lock);
	if (!last)
		return;
	it_batch_reset(batch);
	(void)pthread_mutex_lock(&queue->lock);
	batch->next = queue->spare;
	queue->spare = batch;
	(void)pthread_mutex_unlock(&queue->lock);
}

/* Takes the first batch out; who has files of it keeps it.  Under the lock. */
static void drop_first(struct it_backlog *queue, struct it_batch **empty)
{
	struct it_batch *batch = queue->first;

	queue->first = batch->next;
	queue->last = queue->first ? queue->last : NULL;
	queue->queued--;
	if (queue->finder_waits && queue->queued <= IT_BACKLOG_MAX / 2)
		(void)pthread_cond_signal(&queue->space);
	if (batch->users > 1) {
		batch->users--;
		return;
	}
	batch->next = *empty;
	*empty = batch;
}

struct it_batch *it_backlog_take(struct it_backlog *queue, bool wait)
{
	struct it_batch *empty = NULL;
	struct it_batch *batch;

	(void)pthread_mutex_lock(&queue->lock);
	for (;;) {
		while (queue->first && atomic_load(&queue->first->taken) >= queue->first->count)
			drop_first(queue, &empty);
		batch = queue->first;
		if (batch || queue->closed || atomic_load(&queue->failed) || !wait)
			break;
		queue->waiting++;
		queue->waits++;
		(void)pthread_cond_wait(&queue->work, &queue->lock);
		queue->waiting--;
	}
	if (batch)
		batch->users++;
	(void)pthread_mutex_unlock(&queue->lock);
	while (empty) {
		struct it_batch *next = empty->next;

		it_backlog_release(queue, empty);
		empty = next;
	}
	return batch;
}

void it_backlog_close(struct it_backlog *queue)
{
	(void)pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	(void)pthread_cond_broadcast(&queue->work);
	(void)pthread_mutex_unlock(&queue->lock);
}

void it_backlog_fail(struct it_backlog *queue, int rc, struct intoto_error *err)
{
	(void)pthread_mutex_lock(&queue->lock);
	if (queue->rc) {
		intoto_error_free(err);
	} else {
		queue->rc = rc;
		queue->err = err;
	}
	atomic_store(&queue->failed, true);
	(void)pthread_cond_broadcast(&queue->work);
	(void)pthread_cond_broadcast(&queue->space);
	(void)pthread_mutex_unlock(&queue->lock);
}

int it_backlog_failure(struct it_backlog *queue, struct intoto_error **err)
{
	int rc;

	(void)pthread_mutex_lock(&queue->lock);
	rc = queue->rc;
	if (rc)
		rc = it_err_set(err, queue->rc, "%s", intoto_error_text(queue->err));
	(void)pthread_mutex_unlock(&queue->lock);
	return rc;
}

bool it_backlog_has_ended(struct it_backlog *queue)
{
	bool ended;

	(void)pthread_mutex_lock(&queue->lock);
	ended = atomic_load(&queue->failed) || (queue->closed && !queue->first);
	(void)pthread_mutex_unlock(&queue->lock);
	return ended;
}
