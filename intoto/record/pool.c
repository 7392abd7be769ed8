/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of batches, and threads that empty it. */
#include "record/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "record/name.h"

enum {
	BATCH_FILES = 64,
	BATCH_NAMES_MAX = 4 * 1024 * 1024, /* 64 of the longest names */
	QUEUE_MAX = 32,			   /* batches; each keeps a folder open */
	BIG_FILE = 1024 * 1024,		   /* worth a thread for those behind it */
	LOOK_NS = 5 * 1000 * 1000,	   /* how often idle processors are looked for */
	NS_PER_S = 1000 * 1000 * 1000,
};

/* Files of one folder; taken one by one, by any thread. */
struct batch {
	struct batch *next;
	int at; /* the folder; or AT_FDCWD */
	struct it_buf names;
	struct {
		size_t name, path, end; /* in names */
		bool is_link;
	} files[BATCH_FILES];
	size_t count;
	atomic_size_t taken;
	unsigned users; /* threads that have files of it; under the lock */
};

struct it_pool {
	struct it_pool_options options;
	pthread_mutex_t lock;
	pthread_cond_t work;  /* a batch came, or no more will */
	pthread_cond_t space; /* a batch was taken, or a file failed, or a thread has ended */
	struct batch *first;
	struct batch *last;
	size_t queued;
	struct batch *open; /* that the finding thread fills */
	bool closed;	    /* no more batches come */
	atomic_bool failed;
	int rc;
	struct intoto_error *err; /* of the first failure */
	pthread_t threads[IT_POOL_THREADS_MAX];
	size_t thread_count;
	size_t running;
	size_t processors;
	int64_t looked; /* when idle processors were looked for, and how much was used then */
	int64_t used;
};

/* --- batches --- */

static void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	if (batch->at != AT_FDCWD)
		it_fd_close(&batch->at);
	it_buf_done(&batch->names);
	free(batch);
}

static struct it_walk_found file_of(const struct batch *batch, size_t index)
{
	const char *names = it_buf_text(&batch->names);
	size_t name = batch->files[index].name;

	return (struct it_walk_found){ it_span(names + name, batch->files[index].end - name),
				       batch->at, names + batch->files[index].path,
				       batch->files[index].is_link };
}

/* The folder stays open with the batch, whatever becomes of it for the walk. */
static int batch_new(struct batch **out, const struct it_walk_found *found,
		     struct intoto_error **err)
{
	struct batch *batch = calloc(1, sizeof *batch);

	*out = NULL;
	if (!batch)
		return it_err_nomem(err);
	batch->names.max = BATCH_NAMES_MAX + BATCH_FILES;
	batch->at = found->at == AT_FDCWD ? AT_FDCWD : fcntl(found->at, F_DUPFD_CLOEXEC, 0);
	if (batch->at < 0 && batch->at != AT_FDCWD) {
		free(batch);
		return it_name_errno(err, errno, found->name);
	}
	*out = batch;
	return INTOTO_OK;
}

static int batch_add(struct batch *batch, const struct it_walk_found *found,
		     struct intoto_error **err)
{
	size_t start = batch->names.len;
	size_t len = strlen(found->path);
	int rc;

	(void)it_buf_add_span(&batch->names, found->name); /* sticky */
	(void)it_buf_add_byte(&batch->names, '\0');	   /* sticky */
	rc = it_buf_check(&batch->names, "the names of files", err);
	if (rc)
		return rc;
	batch->files[batch->count].name = start;
	batch->files[batch->count].end = start + found->name.len;
	batch->files[batch->count].path = start + found->name.len - len;
	batch->files[batch->count].is_link = found->is_link;
	batch->count++;
	return INTOTO_OK;
}

/* --- one thread's work --- */

/* A file that is being hashed. */
struct taken {
	struct batch *batch; /* NULL: none */
	size_t index;
};

struct worker {
	struct it_pool *pool;
	struct batch *batch;   /* that it takes files from */
	struct taken taken[2]; /* one for each lane */
	bool is_thread;	       /* waits for work; the finding thread only does what is there */
};

static void release(struct it_pool *pool, struct batch *batch)
{
	bool last;

	(void)pthread_mutex_lock(&pool->lock); /* ours, and initialised: cannot fail */
	last = --batch->users == 0;
	(void)pthread_mutex_unlock(&pool->lock);
	if (last)
		batch_free(batch);
}

static void use(struct it_pool *pool, struct batch *batch)
{
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	batch->users++;
	(void)pthread_mutex_unlock(&pool->lock);
}

static bool is_busy(const struct worker *worker)
{
	return worker->taken[0].batch || worker->taken[1].batch;
}

/*
 * The first batch of the queue, which stays there while it has files, so that several threads share
 * it.  Waits unless the worker has a file already; NULL when there is none (for now).
 */
static struct batch *take_batch(struct worker *worker)
{
	struct it_pool *pool = worker->pool;
	struct batch *batch = NULL;

	(void)pthread_mutex_lock(&pool->lock); /* as above, and so below */
	for (;;) {
		while (pool->first && atomic_load(&pool->first->taken) >= pool->first->count) {
			struct batch *empty = pool->first;

			pool->first = empty->next;
			pool->last = pool->first ? pool->last : NULL;
			pool->queued--;
			(void)pthread_cond_signal(&pool->space);
			if (--empty->users == 0)
				batch_free(empty);
		}
		batch = pool->first;
		if (batch || pool->closed || atomic_load(&pool->failed) || is_busy(worker) ||
		    !worker->is_thread)
			break;
		(void)pthread_cond_wait(&pool->work, &pool->lock);
	}
	if (batch)
		batch->users++;
	(void)pthread_mutex_unlock(&pool->lock);
	return batch;
}

/* The next file of any batch; false when there is none (for now). */
static bool take_file(struct worker *worker, struct taken *out)
{
	while (!atomic_load(&worker->pool->failed)) {
		if (!worker->batch)
			worker->batch = take_batch(worker);
		if (!worker->batch)
			return false;
		out->index = atomic_fetch_add(&worker->batch->taken, 1);
		if (out->index < worker->batch->count) {
			out->batch = worker->batch;
			use(worker->pool, out->batch);
			return true;
		}
		release(worker->pool, worker->batch);
		worker->batch = NULL;
	}
	return false;
}

static bool start_thread(struct it_pool *pool);

/* Behind a big file there is time enough for another thread to take the next one. */
static void share(struct worker *worker, const struct stat *about)
{
	struct it_pool *pool = worker->pool;

	if (worker->is_thread || about->st_size < BIG_FILE)
		return;
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	while (pool->thread_count + 1 < pool->processors && start_thread(pool))
		continue;
	(void)pthread_mutex_unlock(&pool->lock);
}

static int next_file(void *arg, int *fd, struct stat *about, size_t *id, struct intoto_error **err)
{
	struct worker *worker = arg;
	size_t slot = worker->taken[0].batch ? 1 : 0;
	struct taken taken = { 0 };
	struct it_walk_found found;
	int rc;

	*fd = -1;
	if (!take_file(worker, &taken))
		return INTOTO_OK;
	worker->taken[slot] = taken;
	*id = slot;
	found = file_of(taken.batch, taken.index);
	rc = it_walk_open(fd, about, &found, err);
	if (!rc)
		share(worker, about);
	return rc;
}

static struct it_span name_of(void *arg, size_t id)
{
	const struct worker *worker = arg;

	return file_of(worker->taken[id].batch, worker->taken[id].index).name;
}

static int file_done(void *arg, size_t id, const struct stat *about,
		     const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	struct worker *worker = arg;
	struct it_pool *pool = worker->pool;
	struct batch *batch = worker->taken[id].batch;
	int rc;

	(void)pthread_mutex_lock(&pool->lock); /* as above */
	rc = pool->options.done(pool->options.arg, name_of(worker, id), about, sha256, err);
	(void)pthread_mutex_unlock(&pool->lock);
	worker->taken[id].batch = NULL;
	release(pool, batch);
	return rc;
}

/* Takes err. */
static void fail(struct it_pool *pool, int rc, struct intoto_error *err)
{
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	if (pool->rc) {
		intoto_error_free(err);
	} else {
		pool->rc = rc;
		pool->err = err;
	}
	atomic_store(&pool->failed, true);
	(void)pthread_cond_broadcast(&pool->work);
	(void)pthread_cond_broadcast(&pool->space);
	(void)pthread_mutex_unlock(&pool->lock);
}

static void worker_done(struct worker *worker)
{
	struct batch *const batches[] = { worker->batch, worker->taken[0].batch,
					  worker->taken[1].batch };

	for (size_t i = 0; i < IT_COUNT_OF(batches); i++)
		if (batches[i])
			release(worker->pool, batches[i]);
}

static bool has_ended(struct it_pool *pool)
{
	bool ended;

	(void)pthread_mutex_lock(&pool->lock); /* as above */
	ended = atomic_load(&pool->failed) || (pool->closed && !pool->first);
	(void)pthread_mutex_unlock(&pool->lock);
	return ended;
}

static void work(struct it_pool *pool, bool is_thread)
{
	IT_AUTO(worker_done) struct worker worker = { .pool = pool, .is_thread = is_thread };
	const struct it_pair_source source = { next_file, file_done, name_of, &worker };
	IT_AUTO(it_pair_freep) struct it_pair *pair = NULL;
	struct intoto_error *err = NULL;
	int rc = it_pair_new(&pair, pool->options.kernel, &err);

	if (!rc)
		rc = it_pair_hash(pair, &source, &err);
	while (!rc && is_thread && !has_ended(pool))
		rc = it_pair_hash(pair, &source, &err);
	if (rc)
		fail(pool, rc, err);
}

/* --- threads --- */

static void *run_thread(void *arg)
{
	struct it_pool *pool = arg;

	work(pool, true);
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	pool->running--;
	(void)pthread_cond_broadcast(&pool->space);
	(void)pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Signals are for the thread that everything began in.  Under the lock. */
static bool start_thread(struct it_pool *pool)
{
	sigset_t all;
	sigset_t before;
	int number;

	if (pool->thread_count == IT_POOL_THREADS_MAX)
		return false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	number = pthread_create(&pool->threads[pool->thread_count], NULL, run_thread, pool);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (number)
		return false; /* fewer will do */
	pool->thread_count++;
	pool->running++;
	return true;
}

static int64_t processor_time(void)
{
	struct timespec time = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time); /* then no thread is added */
	return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Processors that idle while work is queued wait for the disk: one more thread asks it for more.
   Under the lock. */
static void add_reader(struct it_pool *pool)
{
	int64_t now = it_clock_monotonic();
	int64_t used = processor_time();
	int64_t possible = (now - pool->looked) * (int64_t)pool->processors;

	if (now - pool->looked < LOOK_NS)
		return;
	if (pool->looked && pool->first && pool->thread_count &&
	    (used - pool->used) * 4 < possible * 3)
		(void)start_thread(pool); /* it is only faster with it */
	pool->looked = now;
	pool->used = used;
}

/* Waits for a change, but not long.  Under the lock. */
static void wait_a_little(struct it_pool *pool)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until); /* of a condition; a jump only wakes early */
	until.tv_nsec += LOOK_NS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_nsec -= NS_PER_S;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&pool->space, &pool->lock, &until);
	add_reader(pool);
}

/* --- the finding thread --- */

static size_t count_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);

	return count < 1 ? 1 : (size_t)count;
}

int it_pool_new(struct it_pool **out, const struct it_pool_options *options,
		struct intoto_error **err)
{
	struct it_pool *pool = calloc(1, sizeof *pool);

	*out = pool;
	if (!pool)
		return it_err_nomem(err);
	pool->options = *options;
	/* With default attributes these cannot fail in the C libraries that we know. */
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->work, NULL);
	(void)pthread_cond_init(&pool->space, NULL);
	pool->processors = count_processors();
	return INTOTO_OK;
}

/* Until fewer than so many batches are queued; does the work itself where no thread could be
   started. */
static void wait_for_space(struct it_pool *pool, size_t most)
{
	bool alone;

	(void)pthread_mutex_lock(&pool->lock); /* as above */
	alone = !pool->running;
	while (!alone && pool->queued >= most && !atomic_load(&pool->failed))
		wait_a_little(pool);
	alone = alone && pool->queued >= most;
	(void)pthread_mutex_unlock(&pool->lock);
	if (alone)
		work(pool, false);
}

/* Hands the open batch over; waits while the queue is full. */
static void hand_over(struct it_pool *pool)
{
	struct batch *batch = pool->open;

	pool->open = NULL;
	if (!batch)
		return;
	wait_for_space(pool, QUEUE_MAX);
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	batch->users = 1;		       /* the queue */
	if (pool->last)
		pool->last->next = batch;
	else
		pool->first = batch;
	pool->last = batch;
	pool->queued++;
	/* The second batch says that there are many files. */
	if (pool->queued > 1 && pool->thread_count < pool->processors)
		(void)start_thread(pool); /* without it, this one does the work at the end */
	(void)pthread_cond_signal(&pool->work);
	(void)pthread_mutex_unlock(&pool->lock);
}

static bool takes(const struct batch *batch, const struct it_walk_found *found)
{
	struct it_walk_found last;
	size_t head;

	if (!batch || batch->count == BATCH_FILES)
		return false;
	last = file_of(batch, batch->count - 1);
	head = found->name.len - strlen(found->path);
	return last.name.len - strlen(last.path) == head &&
	       it_span_eq(it_span(last.name.data, head), it_span(found->name.data, head)) &&
	       (found->at == AT_FDCWD) == (batch->at == AT_FDCWD);
}

static int failure_of(struct it_pool *pool, struct intoto_error **err)
{
	int rc;

	(void)pthread_mutex_lock(&pool->lock); /* as above */
	rc = pool->rc;
	if (rc)
		rc = it_err_set(err, pool->rc, "%s", intoto_error_text(pool->err));
	(void)pthread_mutex_unlock(&pool->lock);
	return rc;
}

/* Whether queue and threads leave enough of them for a deep tree. */
static bool has_descriptors(const struct it_pool *pool, const struct it_walk_found *found)
{
	int reserve = QUEUE_MAX + 2 * (int)pool->processors;
	int fd = found->at == AT_FDCWD ? 0 : fcntl(found->at, F_DUPFD_CLOEXEC, found->at + reserve);

	if (fd > 0)
		(void)close(fd); /* only asked for */
	return fd >= 0;
}

int it_pool_add(struct it_pool *pool, const struct it_walk_found *found, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (atomic_load(&pool->failed))
		return failure_of(pool, err);
	if (!takes(pool->open, found)) {
		hand_over(pool);
		if (!has_descriptors(pool, found))
			wait_for_space(pool, 1);
		rc = batch_new(&pool->open, found, err);
	}
	return rc ? rc : batch_add(pool->open, found, err);
}

/* No more files come.  Whoever waits for some ends. */
static void close_queue(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	pool->closed = true;
	(void)pthread_cond_broadcast(&pool->work);
	(void)pthread_mutex_unlock(&pool->lock);
}

static void join_all(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock); /* as above */
	while (pool->running)
		wait_a_little(pool);
	(void)pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->thread_count; i++)
		(void)pthread_join(pool->threads[i], NULL); /* it has ended */
	pool->thread_count = 0;
}

int it_pool_finish(struct it_pool *pool, struct intoto_error **err)
{
	hand_over(pool);
	close_queue(pool);
	work(pool, false);
	join_all(pool);
	return failure_of(pool, err);
}

void it_pool_free(struct it_pool *pool)
{
	if (!pool)
		return;
	atomic_store(&pool->failed, true);
	close_queue(pool);
	join_all(pool);
	batch_free(pool->open);
	while (pool->first) {
		struct batch *next = pool->first->next;

		batch_free(pool->first);
		pool->first = next;
	}
	intoto_error_free(pool->err);
	(void)pthread_cond_destroy(&pool->space); /* nobody waits any more */
	(void)pthread_cond_destroy(&pool->work);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void it_pool_lock(struct it_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock); /* as above */
}

void it_pool_unlock(struct it_pool *pool)
{
	(void)pthread_mutex_unlock(&pool->lock); /* as above */
}
