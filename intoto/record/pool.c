/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that empty a queue, and the one that fills it. */
#include "record/pool.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "record/worker.h"

enum {
	LOOK_NS = 5 * 1000 * 1000, /* how often idle processors are looked for */
	NS_PER_S = 1000 * 1000 * 1000,
};

/* What the process had used up at some time. */
struct use {
	int64_t at;
	int64_t time;	/* of processors */
	uint64_t slept; /* so many times, in system calls, other than for work */
	uint64_t files; /* that were read */
};

struct it_pool {
	struct it_workshop shop;
	struct it_batch *open; /* that the finding thread fills */
	pthread_t threads[IT_POOL_THREADS_MAX];
	size_t thread_count;
	size_t joined;	/* of them */
	size_t running; /* under the lock of the queue, as what is above and below */
	bool finder_hashed;
	size_t processors;
	int descriptors; /* that may be open */
	struct use last;
};

/* --- threads --- */

static void run(struct it_pool *pool, enum it_worker_kind kind)
{
	struct it_backlog *queue = &pool->shop.queue;

	it_worker_run(&pool->shop, kind, NULL, NULL);
	(void)pthread_mutex_lock(&queue->lock); /* ours, and initialised: cannot fail; so below */
	pool->running--;
	(void)pthread_cond_broadcast(&queue->space);
	(void)pthread_mutex_unlock(&queue->lock);
}

static void *run_thread(void *arg)
{
	run(arg, IT_WORKER_THREAD);
	return NULL;
}

static void *run_reader(void *arg)
{
	run(arg, IT_WORKER_READER);
	return NULL;
}

/* Signals are for the thread that everything began in.  Under the lock. */
static bool start_thread(struct it_pool *pool)
{
	bool is_reader = pool->thread_count >= pool->processors;
	sigset_t all;
	sigset_t before;
	int number;

	if (pool->thread_count == IT_POOL_THREADS_MAX)
		return false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	number = pthread_create(&pool->threads[pool->thread_count], NULL,
				is_reader ? run_reader : run_thread, pool);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (number)
		return false; /* fewer will do */
	pool->thread_count++;
	pool->running++;
	return true;
}

/* How many threads hash as fast as they can: one for each processor. */
static bool start_threads(struct it_pool *pool, size_t count)
{
	if (count > IT_POOL_THREADS_MAX)
		count = IT_POOL_THREADS_MAX;
	while (pool->thread_count < count && start_thread(pool))
		continue;
	return pool->running;
}

/* For the finding thread, when what it hashes itself takes long: it goes on to watch.  Amidst large
   files it counts as one of them: with more threads than processors each would have one file only,
   and nothing to interleave it with. */
static bool start_help(void *arg, bool large)
{
	struct it_pool *pool = arg;
	bool started;

	(void)pthread_mutex_lock(&pool->shop.queue.lock);
	started = start_threads(pool, pool->processors - (large ? 1 : 0));
	(void)pthread_mutex_unlock(&pool->shop.queue.lock);
	return started;
}

static struct use used_now(const struct it_pool *pool)
{
	struct timespec time = { 0 };
	struct rusage usage = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time); /* else no thread is added */
	(void)getrusage(RUSAGE_SELF, &usage);
	return (struct use){ it_clock_monotonic(), (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec,
			     (uint64_t)usage.ru_nvcsw - pool->shop.queue.waits,
			     atomic_load(&pool->shop.files) };
}

/* Threads slept over their reads: one for every few files, and more than a lock would make them. */
static bool was_disk_slow(const struct it_pool *pool, const struct use *now)
{
	uint64_t slept = now->slept - pool->last.slept;

	return slept < UINT64_MAX / 2 && slept >= pool->running &&
	       slept * 4 >= now->files - pool->last.files;
}

/*
 * Processors that idle while work is queued and threads sleep over their reads wait for the disk:
 * more threads ask it for more.  (Those that others use idle, too, for us, but nobody sleeps.)
 * Under the lock.
 */
static void add_readers(struct it_pool *pool)
{
	struct use now;
	int64_t possible;

	if (it_clock_monotonic() - pool->last.at < LOOK_NS)
		return;
	now = used_now(pool);
	possible = (now.at - pool->last.at) * (int64_t)pool->processors;
	if (pool->last.at && pool->shop.queue.first && pool->thread_count &&
	    (now.time - pool->last.time) * 4 < possible * 3 && was_disk_slow(pool, &now))
		(void)start_threads(pool, pool->thread_count + (pool->running + 1) / 2);
	pool->last = now;
}

/* Waits for a change, but not long.  Under the lock. */
static void wait_a_little(struct it_pool *pool)
{
	struct it_backlog *queue = &pool->shop.queue;
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* of a condition; a jump only wakes early */
	until.tv_nsec += LOOK_NS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_nsec -= NS_PER_S;
		until.tv_sec++;
	}
	queue->waits++;
	(void)pthread_cond_timedwait(&queue->space, &queue->lock, &until);
	add_readers(pool);
}

/* --- the finding thread --- */

static size_t count_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);

	return count < 1 ? 1 : (size_t)count;
}

static int count_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > INT_MAX)
		return INT_MAX;
	return (int)limit.rlim_cur;
}

int it_pool_new(struct it_pool **out, const struct it_pool_options *options,
		struct intoto_error **err)
{
	struct it_pool *pool = calloc(1, sizeof *pool);

	*out = pool;
	if (!pool)
		return it_err_nomem(err);
	pool->shop.options = *options;
	it_backlog_init(&pool->shop.queue);
	(void)pthread_mutex_init(&pool->shop.delivery, NULL); /* as those of the queue */
	pool->processors = count_processors();
	pool->descriptors = count_descriptors();
	return INTOTO_OK;
}

/* What is queued, by this thread: it stops when it got help. */
static void work(struct it_pool *pool)
{
	pool->finder_hashed = true;
	it_worker_run(&pool->shop, IT_WORKER_FINDER, start_help, pool);
}

/*
 * Until so few batches are queued; does the work itself where no thread could be started.  What is
 * waited for is half of the queue, so that this thread wakes seldom.
 */
static void wait_for_space(struct it_pool *pool, size_t most)
{
	struct it_backlog *queue = &pool->shop.queue;
	bool alone;

	(void)pthread_mutex_lock(&queue->lock);
	alone = !pool->running;
	queue->finder_waits = true;
	while (!alone && queue->queued > most && !atomic_load(&queue->failed))
		wait_a_little(pool);
	queue->finder_waits = false;
	alone = alone && queue->queued > most;
	(void)pthread_mutex_unlock(&queue->lock);
	if (alone)
		work(pool);
}

static bool is_full(struct it_pool *pool)
{
	bool full;

	(void)pthread_mutex_lock(&pool->shop.queue.lock);
	full = pool->shop.queue.queued >= IT_BACKLOG_MAX;
	(void)pthread_mutex_unlock(&pool->shop.queue.lock);
	return full;
}

/* Hands the open batch over; waits while the queue is full. */
static void hand_over(struct it_pool *pool)
{
	struct it_backlog *queue = &pool->shop.queue;
	struct it_batch *batch = pool->open;

	pool->open = NULL;
	if (!batch)
		return;
	if (is_full(pool))
		wait_for_space(pool, IT_BACKLOG_MAX / 2);
	it_backlog_put(queue, batch);
	(void)pthread_mutex_lock(&queue->lock);
	/* The second batch says that there are many files. */
	if (queue->queued > 1 && pool->thread_count < pool->processors)
		(void)start_threads(pool, pool->thread_count + 1);
	(void)pthread_mutex_unlock(&queue->lock);
}

/* Whether queue and threads leave enough of them for a deep tree: the numbers that are given are
   the lowest that are free. */
static bool has_descriptors(const struct it_pool *pool, const struct it_walk_found *found)
{
	int reserve = 2 * IT_BATCH_FOLDERS + 2 * (int)pool->processors;

	return found->at == AT_FDCWD || found->at < pool->descriptors / 2 - reserve;
}

static int open_batch(struct it_pool *pool, const struct it_walk_found *found,
		      struct intoto_error **err)
{
	bool few = !has_descriptors(pool, found);
	int rc;

	hand_over(pool);
	if (few)
		wait_for_space(pool, 0);
	rc = it_backlog_batch(&pool->shop.queue, &pool->open, err);
	if (!rc)
		pool->open->folder_max = few ? 1 : IT_BATCH_FOLDERS;
	return rc;
}

int it_pool_add(struct it_pool *pool, const struct it_walk_found *found, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (atomic_load(&pool->shop.queue.failed))
		return it_backlog_failure(&pool->shop.queue, err);
	if (!pool->open || !it_batch_takes(pool->open, found))
		rc = open_batch(pool, found, err);
	return rc ? rc : it_batch_add(pool->open, found, err);
}

static void join_all(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->shop.queue.lock);
	while (pool->running)
		wait_a_little(pool);
	(void)pthread_mutex_unlock(&pool->shop.queue.lock);
	for (; pool->joined < pool->thread_count; pool->joined++)
		(void)pthread_join(pool->threads[pool->joined], NULL); /* it has ended */
}

/* Where the finding thread hashed, and there is more. */
static void start_rest(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->shop.queue.lock);
	if (pool->thread_count && pool->shop.queue.first && !atomic_load(&pool->shop.queue.failed))
		(void)start_threads(pool, pool->processors);
	(void)pthread_mutex_unlock(&pool->shop.queue.lock);
}

/* With threads there, this one watches whether they wait for the disk. */
int it_pool_finish(struct it_pool *pool, struct intoto_error **err)
{
	hand_over(pool);
	(void)pthread_mutex_lock(&pool->shop.queue.lock);
	pool->last = used_now(pool);
	(void)pthread_mutex_unlock(&pool->shop.queue.lock);
	it_backlog_close(&pool->shop.queue);
	if (!pool->thread_count)
		work(pool);
	start_rest(pool);
	join_all(pool);
	return it_backlog_failure(&pool->shop.queue, err);
}

void it_pool_free(struct it_pool *pool)
{
	if (!pool)
		return;
	atomic_store(&pool->shop.queue.failed, true);
	it_backlog_close(&pool->shop.queue);
	join_all(pool);
	it_backlog_done(&pool->shop.queue);
	(void)pthread_mutex_destroy(&pool->shop.delivery);
	free(pool);
}

void it_pool_lock(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->shop.delivery);
}

void it_pool_unlock(struct it_pool *pool)
{
	(void)pthread_mutex_unlock(&pool->shop.delivery);
}

size_t it_pool_threads(const struct it_pool *pool)
{
	return pool->thread_count + (pool->finder_hashed ? 1 : 0);
}

void it_pool_read(const struct it_pool *pool, uint64_t *files, uint64_t *bytes)
{
	*files = atomic_load(&pool->shop.files);
	*bytes = atomic_load(&pool->shop.bytes);
}
