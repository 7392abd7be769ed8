/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink that another one is behind, in a thread of its own: who makes the bytes goes on while they
 * are taken.  In the order in which they came, and by one thread, so that the sink needs no lock.
 */
#ifndef IT_BASE_RELAY_H
#define IT_BASE_RELAY_H

#include <pthread.h>

#include "base/sink.h"

enum { IT_RELAY_ROOMS = 3 };

struct it_relay {
	const struct it_sink *next;
	bool has_thread; /* else everything is passed on at once */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *rooms; /* one behind the other */
	size_t lens[IT_RELAY_ROOMS];
	size_t filling; /* how many rooms were given away, and the number of the one that is filled
			 */
	size_t taken;
	bool ended;
	int rc; /* of next; what comes later is dropped */
	struct intoto_error *err;
};

/* For a message of some megabytes; without memory or a thread for it, it works all the same. */
void it_relay_open(struct it_relay *relay, const struct it_sink *next);
/* it_sink's take, with the relay as its argument. */
IT_CHECK int it_relay_take(void *arg, struct it_span piece, struct intoto_error **err);
/* Waits until all was taken; the sink's failure, if any.  Needed whatever happened before. */
int it_relay_close(struct it_relay *relay, struct intoto_error **err);

#endif
