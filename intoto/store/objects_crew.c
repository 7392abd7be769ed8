/* SPDX-License-Identifier: Apache-2.0 */
#include "store/objects_crew.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	WAITING_MAX = 1024, /* objects in memory */
	WAITING_SIZE =
		512 * 1024, /* of one of them: larger ones are worth a request of their own */
	WAITING_BYTES = 32 * 1024 * 1024,
};

/* --- threads --- */

struct crew {
	it_crew_job *job;
	void *arg;
	size_t count;
	pthread_mutex_t lock; /* for what follows */
	size_t next;
	int rc;
	struct intoto_error *err;
};

struct member {
	struct crew *crew;
	unsigned number;
	pthread_t thread;
};

static bool take(struct crew *crew, size_t *number)
{
	bool more;

	(void)pthread_mutex_lock(&crew->lock); /* a plain mutex: cannot fail */
	more = !crew->rc && crew->next < crew->count;
	if (more)
		*number = crew->next++;
	(void)pthread_mutex_unlock(&crew->lock); /* the same */
	return more;
}

static void fail(struct crew *crew, int rc, struct intoto_error *err)
{
	(void)pthread_mutex_lock(&crew->lock); /* a plain mutex: cannot fail */
	if (crew->rc) {
		intoto_error_free(err);
	} else {
		crew->rc = rc;
		crew->err = err;
	}
	(void)pthread_mutex_unlock(&crew->lock); /* the same */
}

static void *work(void *arg)
{
	const struct member *member = arg;
	struct crew *crew = member->crew;
	size_t number;

	while (take(crew, &number)) {
		struct intoto_error *err = NULL;
		int rc = crew->job(crew->arg, member->number, number, &err);

		if (rc)
			fail(crew, rc, err);
		else
			intoto_error_free(err);
	}
	return NULL;
}

int it_crew_do(size_t count, it_crew_job *job, void *arg, struct intoto_error **err)
{
	struct crew crew = { .job = job, .arg = arg, .count = count };
	struct member members[IT_CREW_MAX];
	unsigned started = 1;
	int rc;

	(void)pthread_mutex_init(&crew.lock, NULL); /* of the default kind: cannot fail */
	for (unsigned i = 0; i < IT_CREW_MAX; i++)
		members[i] = (struct member){ .crew = &crew, .number = i };
	while (started < IT_CREW_MAX && started < count &&
	       !pthread_create(&members[started].thread, NULL, work, &members[started]))
		started++;
	(void)work(&members[0]); /* has no result but the crew's */
	while (--started)
		(void)pthread_join(members[started].thread, NULL); /* it was started */
	(void)pthread_mutex_destroy(&crew.lock);		   /* nobody has it */
	rc = crew.rc;
	if (rc && err)
		*err = crew.err;
	else
		intoto_error_free(crew.err);
	return rc;
}

/* --- what waits for them --- */

void it_objects_queue_done(struct it_objects_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		it_buf_done(&queue->items[i].bytes);
	free(queue->items);
	*queue = (struct it_objects_queue){ 0 };
}

int it_objects_queue_add(bool *taken, struct it_objects_queue *queue, const struct it_object_id *id,
			 const struct it_message *bytes, struct intoto_error **err)
{
	struct it_objects_waiting *item;
	int rc;

	*taken = false;
	if (bytes->len > WAITING_SIZE || it_objects_queue_is_full(queue))
		return INTOTO_OK;
	if (!queue->items)
		queue->items = calloc(WAITING_MAX, sizeof *queue->items);
	if (!queue->items)
		return it_err_nomem(err);
	item = &queue->items[queue->count];
	item->id = *id;
	item->bytes = (struct it_buf)IT_BUF(WAITING_SIZE);
	rc = it_message_read(&item->bytes, bytes, "an object", err);
	if (rc) {
		it_buf_done(&item->bytes);
		return rc;
	}
	queue->count++;
	queue->bytes += item->bytes.len;
	*taken = true;
	return INTOTO_OK;
}

bool it_objects_queue_is_full(const struct it_objects_queue *queue)
{
	return queue->count == WAITING_MAX || queue->bytes >= WAITING_BYTES;
}
