/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of blocks: filled here, hashed there, handed over whole so that a lock costs nothing. */
#include "crypto/digest_aside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 * 1024, BLOCKS = 4 };

struct it_digest_aside {
	struct it_digest digest; /* the thread's, while there is one */
	unsigned char *blocks;
	size_t used; /* of the block that is being filled */
	bool alone;  /* no thread can be had */
	bool started;
	pthread_t thread;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t filled;
	pthread_cond_t emptied;
	uint64_t handed; /* blocks */
	uint64_t hashed;
	bool over;
};

int it_digest_aside_new(struct it_digest_aside **out, const struct it_digest_alg *alg,
			struct intoto_error **err)
{
	struct it_digest_aside *aside = calloc(1, sizeof *aside);

	*out = NULL;
	if (!aside)
		return it_err_nomem(err);
	aside->blocks = malloc((size_t)BLOCK * BLOCKS);
	if (!aside->blocks) {
		free(aside);
		return it_err_nomem(err);
	}
	it_digest_start(&aside->digest, alg);
	/* Without attributes none of them fails. */
	(void)pthread_mutex_init(&aside->lock, NULL);
	(void)pthread_cond_init(&aside->filled, NULL);
	(void)pthread_cond_init(&aside->emptied, NULL);
	*out = aside;
	return INTOTO_OK;
}

static unsigned char *block(const struct it_digest_aside *aside, uint64_t number)
{
	return aside->blocks + number % BLOCKS * BLOCK;
}

/* Locks and waits fail only when they are misused. */
static void *hash_blocks(void *arg)
{
	struct it_digest_aside *aside = arg;

	(void)pthread_mutex_lock(&aside->lock);
	for (;;) {
		while (aside->hashed == aside->handed && !aside->over)
			(void)pthread_cond_wait(&aside->filled, &aside->lock);
		if (aside->hashed == aside->handed)
			break;
		(void)pthread_mutex_unlock(&aside->lock);
		it_digest_add(&aside->digest, block(aside, aside->hashed), BLOCK);
		(void)pthread_mutex_lock(&aside->lock);
		aside->hashed++;
		(void)pthread_cond_signal(&aside->emptied);
	}
	(void)pthread_mutex_unlock(&aside->lock);
	return NULL;
}

static void hand_over(struct it_digest_aside *aside)
{
	if (!aside->started && !aside->alone) {
		aside->started = !pthread_create(&aside->thread, NULL, hash_blocks, aside);
		aside->alone = !aside->started;
	}
	aside->used = 0;
	if (aside->alone) {
		it_digest_add(&aside->digest, block(aside, aside->handed), BLOCK);
		return;
	}
	(void)pthread_mutex_lock(&aside->lock);
	aside->handed++;
	(void)pthread_cond_signal(&aside->filled);
	while (aside->handed - aside->hashed == BLOCKS)
		(void)pthread_cond_wait(&aside->emptied, &aside->lock);
	(void)pthread_mutex_unlock(&aside->lock);
}

void it_digest_aside_add(struct it_digest_aside *aside, const void *data, size_t len)
{
	const unsigned char *from = data;

	while (len) {
		size_t room = BLOCK - aside->used;
		size_t now = len < room ? len : room;

		memcpy(block(aside, aside->handed) + aside->used, from, now);
		aside->used += now;
		from += now;
		len -= now;
		if (aside->used == BLOCK)
			hand_over(aside);
	}
}

static void join(struct it_digest_aside *aside)
{
	if (!aside->started)
		return;
	(void)pthread_mutex_lock(&aside->lock);
	aside->over = true;
	(void)pthread_cond_signal(&aside->filled);
	(void)pthread_mutex_unlock(&aside->lock);
	(void)pthread_join(aside->thread, NULL); /* it was started, and is joined once */
	aside->started = false;
	aside->alone = true;
}

struct it_digest *it_digest_aside_end(struct it_digest_aside *aside)
{
	join(aside);
	it_digest_add(&aside->digest, block(aside, aside->handed), aside->used);
	aside->used = 0;
	return &aside->digest;
}

void it_digest_aside_free(struct it_digest_aside *aside)
{
	if (!aside)
		return;
	join(aside);
	(void)pthread_cond_destroy(&aside->filled); /* nobody waits any more */
	(void)pthread_cond_destroy(&aside->emptied);
	(void)pthread_mutex_destroy(&aside->lock);
	free(aside->blocks);
	free(aside);
}
