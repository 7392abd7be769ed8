/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing the files of batches. */
#include "record/worker.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"

enum {
	/* Both lanes' buffers stay in the cache of a core, and nearly all files fit.  Larger ones
	   save calls, and lose as much: what was read has left the cache when it is hashed. */
	BUFFER = 128 * 1024,
	/* There may be many of them, and the disk is slower than any copy. */
	BUFFER_OF_READER = 32 * 1024,
	REPORT_BYTES = 8 * 1024 * 1024, /* between two reports about a large file */
	LONG_NS = 2 * 1000 * 1000,	/* the time that some threads take to start */
	DIGESTS_MAX = 4096,
	SHA256_TEXT = sizeof "sha256:" - 1 + 2 * IT_SHA256_SIZE,
};

/* A file that was taken. */
struct taken {
	struct it_batch *batch; /* NULL: none */
	size_t index;
	bool opened; /* what options.opened said */
};

struct worker {
	struct it_workshop *shop;
	enum it_worker_kind kind;
	bool (*busy)(void *arg, bool large); /* of the finder; NULL once it has help */
	void *arg;
	int64_t start;
	bool stops;
	struct it_batch *batch;	 /* that it takes files from */
	struct it_moment opened; /* before any file of it */
	size_t small;		 /* read at once, and not reported meanwhile */
	struct taken taken[2];	 /* one for each lane */
	bool large[2];		 /* of them: not read at once */
	uint64_t unreported;	 /* bytes */
	struct it_buf digests;
};

static struct it_span name_of(const struct taken *taken)
{
	return it_batch_found(taken->batch, taken->index).name;
}

/* --- files come --- */

/* Behind files that take long there is time enough for other threads to take the next ones. */
static void call_for_help(struct worker *worker, bool large)
{
	bool (*busy)(void *arg, bool large) = worker->busy;

	worker->busy = NULL;
	if (busy)
		worker->stops = busy(worker->arg, large);
}

static bool take_batch(struct worker *worker, bool idle)
{
	worker->batch =
		it_backlog_take(&worker->shop->queue, idle && worker->kind != IT_WORKER_FINDER);
	it_moment_take(&worker->opened);
	return worker->batch;
}

/* Who stops finishes what is large, and that goes faster with a file beside it. */
static bool takes_more(const struct worker *worker)
{
	return !worker->stops || worker->large[0] || worker->large[1];
}

/* The next file of any batch; false when there is none (for now). */
static bool take(struct worker *worker, struct taken *out)
{
	struct it_backlog *queue = &worker->shop->queue;
	bool idle = !worker->taken[0].batch && !worker->taken[1].batch;

	while (!atomic_load(&queue->failed) && takes_more(worker)) {
		if (!worker->batch && !take_batch(worker, idle))
			return false;
		if (it_batch_take(worker->batch, &out->index)) {
			out->batch = worker->batch;
			return true;
		}
		it_backlog_release(queue, worker->batch);
		worker->batch = NULL;
	}
	return false;
}

static int deliver_file(struct it_workshop *shop, const struct it_batch *batch, size_t index,
			struct intoto_error **err)
{
	const struct it_batch_file *file = &batch->files[index];
	const enum it_pool_answer how = file->how;

	if (how == IT_POOL_LEFT_OUT)
		return INTOTO_OK;
	if (how == IT_POOL_READ)
		shop->delivered += (uint64_t)file->about.st_size;
	return shop->options.done(shop->options.arg, it_batch_found(batch, index).name,
				  &file->about, it_batch_digests(batch, index), how, err);
}

static void deliver(struct it_workshop *shop, struct it_batch *batch)
{
	struct intoto_error *err = NULL;
	int rc = INTOTO_OK;

	(void)pthread_mutex_lock(&shop->delivery); /* ours, and initialised: cannot fail */
	for (size_t i = 0; !rc && i < batch->count && !atomic_load(&shop->queue.failed); i++)
		rc = deliver_file(shop, batch, i, &err);
	(void)pthread_mutex_unlock(&shop->delivery);
	if (rc)
		it_backlog_fail(&shop->queue, rc, err);
	it_backlog_release(&shop->queue, batch);
}

/* Whoever is done with the last file of a batch delivers all of them. */
static int hand_over(struct worker *worker, const struct taken *taken, const struct stat *about,
		     struct it_span digests, struct intoto_error **err)
{
	int rc = it_batch_set(taken->batch, taken->index, about, digests, err);

	if (!rc && atomic_fetch_sub(&taken->batch->left, 1) == 1)
		deliver(worker->shop, taken->batch);
	return rc;
}

/* A file that is not to be read is done at once. */
static int ask(struct worker *worker, const struct taken *taken, bool *done,
	       struct intoto_error **err)
{
	const struct it_pool_options *options = &worker->shop->options;
	struct it_batch_file *file = &taken->batch->files[taken->index];
	struct it_walk_found found;
	struct stat about = { 0 };
	int rc;

	*done = false;
	file->how = IT_POOL_READ;
	if (!options->ask)
		return INTOTO_OK;
	found = it_batch_found(taken->batch, taken->index);
	it_buf_reset(&worker->digests);
	file->how = (unsigned char)options->ask(options->arg, &found, &about, &worker->digests);
	if (file->how == IT_POOL_READ)
		return INTOTO_OK;
	*done = true;
	rc = it_buf_check(&worker->digests, "the digests of a file", err);
	return rc ? rc : hand_over(worker, taken, &about, it_buf_span(&worker->digests), err);
}

/* A file whose digests are not known; taken->batch is NULL when there is none (for now). */
static int take_unknown(struct worker *worker, struct taken *taken, struct intoto_error **err)
{
	bool done = true;
	int rc = INTOTO_OK;

	while (!rc && done) {
		taken->batch = NULL;
		if (worker->busy && it_clock_monotonic() - worker->start > LONG_NS)
			call_for_help(worker, false);
		if (!take(worker, taken))
			return INTOTO_OK;
		rc = ask(worker, taken, &done, err);
	}
	return rc;
}

/* --- digests go --- */

static int file_done(struct worker *worker, struct taken *taken, int fd, const struct stat *about,
		     struct it_span digests, struct intoto_error **err)
{
	struct it_workshop *shop = worker->shop;
	const struct taken done = *taken;

	if (shop->options.was_read)
		shop->options.was_read(shop->options.arg, fd, about, taken->opened);
	atomic_fetch_add(&shop->files, 1);
	taken->batch = NULL;
	return hand_over(worker, &done, about, digests, err);
}

static void report(struct worker *worker, uint64_t bytes)
{
	struct it_workshop *shop = worker->shop;
	uint64_t read;

	call_for_help(worker, true);
	worker->unreported += bytes;
	if (worker->unreported < REPORT_BYTES)
		return;
	worker->unreported = 0;
	if (!shop->options.reading)
		return;
	(void)pthread_mutex_lock(&shop->delivery); /* ours, and initialised: cannot fail */
	read = atomic_load(&shop->bytes);
	shop->options.reading(shop->options.arg, read - shop->delivered);
	(void)pthread_mutex_unlock(&shop->delivery);
}

/* --- two files at a time --- */

static int open_taken(struct worker *worker, struct taken *taken, int *fd, struct stat *about,
		      struct intoto_error **err)
{
	const struct it_pool_options *options = &worker->shop->options;
	const struct it_walk_found found = it_batch_found(taken->batch, taken->index);
	int rc = it_walk_open(fd, about, &found, err);

	taken->opened = !rc && options->opened && options->opened(options->arg, *fd);
	return rc;
}

static int next_of_pair(void *arg, struct it_pair_file *file, struct intoto_error **err)
{
	struct worker *worker = arg;
	struct taken taken = { 0 };
	int rc = take_unknown(worker, &taken, err);

	file->fd = -1;
	if (rc || !taken.batch)
		return rc;
	file->id = worker->taken[0].batch ? 1 : 0;
	file->opened = worker->opened;
	worker->taken[file->id] = taken;
	return open_taken(worker, &worker->taken[file->id], &file->fd, NULL, err);
}

static struct it_span name_of_pair(void *arg, size_t id)
{
	const struct worker *worker = arg;

	return name_of(&worker->taken[id]);
}

static void print_sha256(char out[SHA256_TEXT], const unsigned char sha256[IT_SHA256_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	static const char label[] = "sha256:";
	size_t at = 0;

	for (; label[at]; at++)
		out[at] = label[at];
	for (size_t i = 0; i < IT_SHA256_SIZE; i++) {
		out[at++] = digits[sha256[i] >> 4];
		out[at++] = digits[sha256[i] & 15];
	}
}

static int pair_done(void *arg, const struct it_pair_file *file, const struct stat *about,
		     const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	struct worker *worker = arg;
	char digests[SHA256_TEXT];

	worker->large[file->id] = false;
	print_sha256(digests, sha256);
	if ((uint64_t)about->st_size <= worker->small)
		atomic_fetch_add(&worker->shop->bytes, (uint64_t)about->st_size);
	return file_done(worker, &worker->taken[file->id], file->fd, about,
			 it_span(digests, sizeof digests), err);
}

static void reading_pair(void *arg, size_t id, size_t bytes)
{
	struct worker *worker = arg;

	worker->large[id] = true;
	atomic_fetch_add(&worker->shop->bytes, bytes);
	report(worker, bytes);
}

static int hash_pairs(struct worker *worker, struct intoto_error **err)
{
	const struct it_pair_source source = { next_of_pair, pair_done, reading_pair, name_of_pair,
					       worker };
	const struct it_pair_options options = {
		worker->shop->options.kernel,
		worker->kind == IT_WORKER_READER ? BUFFER_OF_READER : BUFFER,
	};
	IT_AUTO(it_pair_freep) struct it_pair *pair = NULL;
	int rc = it_pair_new(&pair, &options, err);

	worker->small = options.buffer;
	if (!rc)
		rc = it_pair_hash(pair, &source, err);
	while (!rc && worker->kind != IT_WORKER_FINDER &&
	       !it_backlog_has_ended(&worker->shop->queue))
		rc = it_pair_hash(pair, &source, err);
	return rc;
}

/* --- one file at a time --- */

static void reading_one(void *arg, size_t bytes)
{
	struct worker *worker = arg;

	atomic_fetch_add(&worker->shop->bytes, bytes);
	report(worker, bytes);
}

static int hash_one(struct worker *worker, struct it_hasher *hasher, struct intoto_error **err)
{
	struct taken *taken = &worker->taken[0];
	IT_AUTO(it_fd_close) int fd = -1;
	struct stat about;
	int rc = open_taken(worker, taken, &fd, &about, err);

	it_buf_reset(&worker->digests);
	if (!rc)
		rc = it_hash_file(hasher, fd, &about, name_of(taken), &worker->digests, err);
	if (!rc)
		rc = it_buf_check(&worker->digests, "the digests of a file", err);
	return rc ? rc : file_done(worker, taken, fd, &about, it_buf_span(&worker->digests), err);
}

static int hash_singly(struct worker *worker, struct intoto_error **err)
{
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	int rc = it_hasher_init(&hasher, worker->shop->options.algorithms, err);

	hasher.reading = reading_one;
	hasher.arg = worker;
	while (!rc) {
		rc = take_unknown(worker, &worker->taken[0], err);
		if (rc || !worker->taken[0].batch)
			break;
		rc = hash_one(worker, &hasher, err);
	}
	return rc;
}

void it_worker_run(struct it_workshop *shop, enum it_worker_kind kind,
		   bool (*busy)(void *arg, bool large), void *arg)
{
	struct worker worker = { .shop = shop,
				 .kind = kind,
				 .busy = busy,
				 .arg = arg,
				 .start = it_clock_monotonic(),
				 .digests = IT_BUF(DIGESTS_MAX) };
	struct intoto_error *err = NULL;
	int rc = shop->options.kernel ? hash_pairs(&worker, &err) : hash_singly(&worker, &err);

	if (worker.batch)
		it_backlog_release(&shop->queue, worker.batch);
	it_buf_done(&worker.digests);
	if (rc)
		it_backlog_fail(&shop->queue, rc, err);
}
