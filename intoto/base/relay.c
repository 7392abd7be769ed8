/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rooms that one thread fills and the other empties.  A lock of ours that was initialised cannot
 * fail to be taken or given back, nor can a condition be waited for or signalled in vain: their
 * results are dropped.
 */
#include "base/relay.h"

#include <signal.h>
#include <string.h>

#include "base/text.h"

enum { ROOM = 128 * 1024 }; /* stays in the cache that both cores see */

static char *room_of(const struct it_relay *relay, size_t number)
{
	return relay->rooms + number % IT_RELAY_ROOMS * ROOM;
}

/* --- the thread --- */

static void *run(void *arg)
{
	struct it_relay *relay = arg;

	(void)pthread_mutex_lock(&relay->lock);
	for (;;) {
		size_t number = relay->taken;
		struct it_span piece;
		int rc;

		while (relay->taken == relay->filling && !relay->ended)
			(void)pthread_cond_wait(&relay->changed, &relay->lock);
		if (relay->taken == relay->filling)
			break;
		piece = it_span(room_of(relay, number), relay->lens[number % IT_RELAY_ROOMS]);
		rc = relay->rc;
		(void)pthread_mutex_unlock(&relay->lock);
		if (!rc)
			rc = it_sink_take(relay->next, piece, &relay->err);
		(void)pthread_mutex_lock(&relay->lock);
		relay->rc = rc;
		relay->taken++;
		(void)pthread_cond_signal(&relay->changed);
	}
	(void)pthread_mutex_unlock(&relay->lock);
	return NULL;
}

/* Signals are for the thread that everything began in. */
static bool start_thread(struct it_relay *relay)
{
	sigset_t all;
	sigset_t before;
	int number;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	number = pthread_create(&relay->thread, NULL, run, relay);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return number == 0;
}

/* --- who fills --- */

void it_relay_open(struct it_relay *relay, const struct it_sink *next)
{
	*relay = (struct it_relay){ .next = next, .rooms = malloc(IT_RELAY_ROOMS * ROOM) };
	if (!relay->rooms)
		return;
	/* With default attributes these cannot fail in the C libraries that we know. */
	(void)pthread_mutex_init(&relay->lock, NULL);
	(void)pthread_cond_init(&relay->changed, NULL);
	relay->has_thread = start_thread(relay);
}

/* Gives the room away that is filled, and waits for another one. */
static int hand_over(struct it_relay *relay)
{
	int rc;

	(void)pthread_mutex_lock(&relay->lock);
	relay->filling++;
	(void)pthread_cond_signal(&relay->changed);
	while (relay->filling - relay->taken == IT_RELAY_ROOMS)
		(void)pthread_cond_wait(&relay->changed, &relay->lock);
	relay->lens[relay->filling % IT_RELAY_ROOMS] = 0;
	rc = relay->rc;
	(void)pthread_mutex_unlock(&relay->lock);
	return rc;
}

int it_relay_take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct it_relay *relay = arg;
	int rc = INTOTO_OK;

	if (!relay->has_thread)
		return it_sink_take(relay->next, piece, err);
	while (!rc && piece.len) {
		size_t *len = &relay->lens[relay->filling % IT_RELAY_ROOMS];
		size_t some = piece.len < ROOM - *len ? piece.len : ROOM - *len;

		memcpy(room_of(relay, relay->filling) + *len, piece.data, some);
		*len += some;
		piece = it_span(piece.data + some, piece.len - some);
		if (*len == ROOM)
			rc = hand_over(relay);
	}
	return rc; /* the error is told at the end */
}

static void end_thread(struct it_relay *relay)
{
	(void)pthread_mutex_lock(&relay->lock);
	if (relay->lens[relay->filling % IT_RELAY_ROOMS])
		relay->filling++;
	relay->ended = true;
	(void)pthread_cond_signal(&relay->changed);
	(void)pthread_mutex_unlock(&relay->lock);
	(void)pthread_join(relay->thread, NULL); /* it is there, and ends now */
	relay->has_thread = false;
}

int it_relay_close(struct it_relay *relay, struct intoto_error **err)
{
	int rc;

	if (relay->has_thread)
		end_thread(relay);
	if (relay->rooms) {
		(void)pthread_cond_destroy(&relay->changed);
		(void)pthread_mutex_destroy(&relay->lock);
	}
	free(relay->rooms);
	relay->rooms = NULL;
	rc = relay->rc;
	if (rc && relay->err)
		rc = it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(relay->err));
	intoto_error_free(relay->err);
	relay->err = NULL;
	return rc;
}
