/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/commits.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"

enum { TOGETHER_MAX = 64 };

/* One that waits, on the stack of its thread. */
struct waiting {
	const struct it_store_put *put;
	struct it_store_receipt *receipt;
	struct intoto_error *err;
	int rc;
	bool done;
	struct waiting *next;
};

struct it_commits {
	pthread_mutex_t lock;
	pthread_cond_t settled;
	struct waiting *first, **last;
	bool busy; /* somebody puts */
};

int it_commits_new(struct it_commits **out, struct intoto_error **err)
{
	struct it_commits *commits = calloc(1, sizeof *commits);

	*out = commits;
	if (!commits)
		return it_err_nomem(err);
	commits->last = &commits->first;
	(void)pthread_mutex_init(&commits->lock, NULL);	  /* of the default kind: cannot fail */
	(void)pthread_cond_init(&commits->settled, NULL); /* the same */
	return INTOTO_OK;
}

void it_commits_free(struct it_commits *commits)
{
	if (!commits)
		return;
	(void)pthread_cond_destroy(&commits->settled); /* nobody waits, nobody holds it */
	(void)pthread_mutex_destroy(&commits->lock);
	free(commits);
}

/* At most so many of those that wait, which are then no longer in the list. */
static size_t take(struct it_commits *commits, struct waiting *out[TOGETHER_MAX])
{
	size_t count = 0;

	while (commits->first && count < TOGETHER_MAX) {
		out[count++] = commits->first;
		commits->first = commits->first->next;
	}
	if (!commits->first)
		commits->last = &commits->first;
	return count;
}

static void put_each(struct it_store *store, struct waiting *all[TOGETHER_MAX], size_t count)
{
	for (size_t i = 0; i < count; i++)
		all[i]->rc = it_store_put(store, all[i]->put, 1, all[i]->receipt, &all[i]->err);
}

/* All or none; if none, one of them may be why. */
static void put_all(struct it_store *store, struct waiting *all[TOGETHER_MAX], size_t count)
{
	struct it_store_put puts[TOGETHER_MAX] = { 0 };
	struct it_store_receipt receipts[TOGETHER_MAX];

	for (size_t i = 0; i < count; i++)
		puts[i] = *all[i]->put;
	if (count == 1 || it_store_put(store, puts, count, receipts, NULL)) {
		put_each(store, all, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		*all[i]->receipt = receipts[i];
}

/* Under the lock, as before and after; not while it puts. */
static void lead(struct it_commits *commits, struct it_store *store)
{
	struct waiting *all[TOGETHER_MAX];
	size_t count = take(commits, all);

	commits->busy = true;
	(void)pthread_mutex_unlock(&commits->lock); /* a plain mutex: cannot fail */
	put_all(store, all, count);
	(void)pthread_mutex_lock(&commits->lock); /* the same */
	commits->busy = false;
	for (size_t i = 0; i < count; i++)
		all[i]->done = true; /* from here on it is gone when the lock is */
	(void)pthread_cond_broadcast(&commits->settled); /* the same */
}

int it_commits_put(struct it_commits *commits, struct it_store *store,
		   const struct it_store_put *put, struct it_store_receipt *receipt,
		   struct intoto_error **err)
{
	struct waiting self = { .put = put, .receipt = receipt };

	(void)pthread_mutex_lock(&commits->lock); /* a plain mutex: cannot fail */
	*commits->last = &self;
	commits->last = &self.next;
	while (!self.done) {
		if (commits->busy)
			(void)pthread_cond_wait(&commits->settled, &commits->lock); /* the same */
		else
			lead(commits, store);
	}
	(void)pthread_mutex_unlock(&commits->lock); /* the same */
	if (err)
		*err = self.err;
	else
		intoto_error_free(self.err);
	return self.rc;
}
