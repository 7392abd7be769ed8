/* SPDX-License-Identifier: Apache-2.0 */
/* Services answer slowly, and many at a time: the same thing done with each of many objects, by
 * several threads that each have a connection. */
#ifndef IT_STORE_OBJECTS_CREW_H
#define IT_STORE_OBJECTS_CREW_H

#include "store/objects.h"

enum { IT_CREW_MAX = 8 };

/* Called by any thread, with its number (below IT_CREW_MAX): no two with the same at a time. */
typedef int it_crew_job(void *arg, unsigned member, size_t number, struct intoto_error **err);

/*
 * Does it for the numbers below count.  What fails first comes back, and no more is begun; with no
 * more than one number, or when no thread can be had, it is done here as member 0.
 */
IT_CHECK int it_crew_do(size_t count, it_crew_job *job, void *arg, struct intoto_error **err);

/* Small objects that wait for the crew, in memory. */
struct it_objects_queue {
	struct it_objects_waiting {
		struct it_object_id id;
		struct it_buf bytes;
	} * items;
	size_t count;
	uint64_t bytes;
};

void it_objects_queue_done(struct it_objects_queue *queue);
/* *taken: false when it is too large to wait. */
IT_CHECK int it_objects_queue_add(bool *taken, struct it_objects_queue *queue,
				  const struct it_object_id *id, const struct it_message *bytes,
				  struct intoto_error **err);
/* It is time to work it off. */
bool it_objects_queue_is_full(const struct it_objects_queue *queue);

#endif
