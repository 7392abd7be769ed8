/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that look into the store. */
#include "serve/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct it_workers {
	const struct it_service *service;
	void (*answered)(void *arg, struct it_exchange *exchange);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct it_exchange *first, **last;
	bool stopping;
	struct it_commits *commits;
	unsigned count;
	struct thread {
		struct it_workers *workers;
		struct it_worker worker;
		pthread_t id;
		bool runs;
	} threads[IT_WORKERS_MAX];
};

static struct it_exchange *take(struct it_workers *workers)
{
	struct it_exchange *exchange;

	(void)pthread_mutex_lock(&workers->lock); /* a plain mutex: cannot fail */
	while (!workers->first && !workers->stopping)
		(void)pthread_cond_wait(&workers->filled, &workers->lock); /* the same */
	exchange = workers->first;
	if (exchange) {
		workers->first = exchange->next;
		exchange->next = NULL;
		if (!workers->first)
			workers->last = &workers->first;
	}
	(void)pthread_mutex_unlock(&workers->lock); /* the same */
	return exchange;
}

/* A connection that broke is made anew for the next request. */
static int open_store(struct it_worker *worker, struct intoto_error **err)
{
	return worker->store ? INTOTO_OK
			     : it_store_open(&worker->store, &worker->service->store, err);
}

static void answer(struct it_worker *worker, struct it_exchange *exchange)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = open_store(worker, &err);

	if (!rc)
		rc = exchange->route->answer(exchange, worker, &err);
	if (rc == INTOTO_E_SERVICE || rc == INTOTO_E_IO || rc == INTOTO_E_INTERNAL) {
		it_store_close(worker->store);
		worker->store = NULL;
	}
	if (rc)
		it_exchange_fail(exchange, err);
	else if (!exchange->status)
		exchange->status = IT_HTTP_OK;
}

static void *run(void *arg)
{
	struct thread *thread = arg;
	struct it_exchange *exchange;

	while ((exchange = take(thread->workers))) {
		answer(&thread->worker, exchange);
		thread->workers->answered(thread->workers->arg, exchange);
	}
	return NULL;
}

static int start(struct it_workers *workers, struct thread *thread, struct intoto_error **err)
{
	int rc;

	thread->workers = workers;
	thread->worker.service = workers->service;
	thread->worker.commits = workers->commits;
	rc = open_store(&thread->worker, err);
	if (rc)
		return rc;
	rc = pthread_create(&thread->id, NULL, run, thread);
	if (rc)
		return it_err_errno(err, rc, "a thread");
	thread->runs = true;
	return INTOTO_OK;
}

int it_workers_start(struct it_workers **out, const struct it_service *service, unsigned count,
		     void (*answered)(void *arg, struct it_exchange *exchange), void *arg,
		     struct intoto_error **err)
{
	struct it_workers *workers = calloc(1, sizeof *workers);
	int rc;

	*out = NULL;
	if (!workers)
		return it_err_nomem(err);
	workers->service = service;
	workers->answered = answered;
	workers->arg = arg;
	workers->last = &workers->first;
	(void)pthread_mutex_init(&workers->lock, NULL);	 /* of the default kind: cannot fail */
	(void)pthread_cond_init(&workers->filled, NULL); /* the same */
	rc = it_commits_new(&workers->commits, err);
	for (; !rc && workers->count < count; workers->count++)
		rc = start(workers, &workers->threads[workers->count], err);
	if (rc) {
		it_workers_stop(workers);
		it_workers_free(workers);
		return rc;
	}
	*out = workers;
	return INTOTO_OK;
}

bool it_workers_give(struct it_workers *workers, struct it_exchange *exchange)
{
	bool taken;

	(void)pthread_mutex_lock(&workers->lock); /* a plain mutex: cannot fail */
	taken = !workers->stopping;
	if (taken) {
		*workers->last = exchange;
		workers->last = &exchange->next;
		(void)pthread_cond_signal(&workers->filled); /* the same */
	}
	(void)pthread_mutex_unlock(&workers->lock); /* the same */
	return taken;
}

void it_workers_stop(struct it_workers *workers)
{
	if (!workers)
		return;
	(void)pthread_mutex_lock(&workers->lock); /* a plain mutex: cannot fail */
	workers->stopping = true;
	(void)pthread_cond_broadcast(&workers->filled); /* the same, as below */
	(void)pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->count; i++) {
		if (workers->threads[i].runs)
			(void)pthread_join(workers->threads[i].id, NULL); /* it ends */
		workers->threads[i].runs = false;
	}
}

void it_workers_free(struct it_workers *workers)
{
	if (!workers)
		return;
	for (unsigned i = 0; i < workers->count; i++)
		it_store_close(workers->threads[i].worker.store);
	it_commits_free(workers->commits);
	(void)pthread_cond_destroy(&workers->filled); /* nobody waits, nobody holds it */
	(void)pthread_mutex_destroy(&workers->lock);
	free(workers);
}
