/* SPDX-License-Identifier: Apache-2.0 */
/* Walk, knowledge and threads put together. */
#include "record/gather.h"

#include <stdio.h>

#include "base/text.h"

enum { DIGESTS_MAX = 4096 };

int it_gather_init(struct it_gather *gather, const struct it_gather_options *options,
		   struct intoto_error **err)
{
	*gather = (struct it_gather){ .options = *options, .digests = IT_BUF(DIGESTS_MAX) };
	return it_hasher_init(&gather->hasher, options->snapshot->algorithms, err);
}

void it_gather_done(struct it_gather *gather)
{
	it_pool_free(gather->pool);
	it_hasher_done(&gather->hasher);
	it_buf_done(&gather->digests);
}

/* What the pool's threads use, too. */
static void lock(const struct it_gather *gather)
{
	if (gather->pool)
		it_pool_lock(gather->pool);
}

static void unlock(const struct it_gather *gather)
{
	if (gather->pool)
		it_pool_unlock(gather->pool);
}

static void pass_notice(void *arg, const char *text)
{
	const struct it_gather *gather = arg;
	const struct it_snapshot_options *options = gather->options.snapshot;

	if (!options->notice)
		return;
	lock(gather);
	options->notice(options->arg, text);
	unlock(gather);
}

static void count_folder(void *arg)
{
	const struct it_gather *gather = arg;

	if (gather->options.snapshot->cost)
		gather->options.snapshot->cost->folders++;
}

/* --- one file; by one thread at a time --- */

static void count(struct it_snapshot_cost *cost, const struct stat *about, enum it_pool_answer how)
{
	cost->files++;
	if (how == IT_POOL_READ)
		cost->bytes += (uint64_t)about->st_size;
	if (how == IT_POOL_KNOWN) {
		cost->known_files++;
		cost->known_bytes += (uint64_t)about->st_size;
	}
}

/* Whether it was read or known, it is an artifact. */
static int take_digests(void *arg, struct it_span path, const struct stat *about,
			struct it_span digests, enum it_pool_answer how, struct intoto_error **err)
{
	struct it_gather *gather = arg;
	const struct it_snapshot_options *options = gather->options.snapshot;
	const char *kept = NULL;
	int rc = gather->options.add(gather->options.arg, path, digests, (uint64_t)about->st_size,
				     &kept, err);

	if (rc)
		return rc;
	if (options->cost)
		count(options->cost, about, how);
	if (options->reuse && how == IT_POOL_READ)
		it_reuse_remember(options->reuse, path, about, kept);
	return INTOTO_OK;
}

/* --- one file; by any thread, and several at a time --- */

/* It is in the counts, too, where a notice finds no memory. */
static void tell_left_out(const struct it_gather *gather, struct it_span name)
{
	const struct it_snapshot_options *options = gather->options.snapshot;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);
	IT_AUTO(it_freep) char *text = NULL;

	if (!options->notice || !quoted ||
	    asprintf(&text, "%s: left out, it is the cache of digests", quoted) < 0)
		return;
	lock(gather);
	options->notice(options->arg, text);
	unlock(gather);
}

static enum it_pool_answer ask(void *arg, const struct it_walk_found *found, struct stat *about,
			       struct it_buf *out)
{
	static const enum it_pool_answer answers[] = {
		[IT_REUSE_READ] = IT_POOL_READ,
		[IT_REUSE_KNOWN] = IT_POOL_KNOWN,
		[IT_REUSE_LEFT_OUT] = IT_POOL_LEFT_OUT,
	};
	const struct it_gather *gather = arg;
	enum it_reuse_answer answer =
		it_reuse_find(gather->options.snapshot->reuse, found, about, out);

	if (answer == IT_REUSE_LEFT_OUT)
		tell_left_out(gather, found->name);
	return answers[answer];
}

static bool opened(void *arg, int fd)
{
	const struct it_gather *gather = arg;

	return it_reuse_opened(gather->options.snapshot->reuse, fd);
}

static void was_read(void *arg, int fd, const struct stat *about, bool settled)
{
	const struct it_gather *gather = arg;

	it_reuse_was_read(gather->options.snapshot->reuse, fd, about, settled);
}

/* --- visitors of the walk --- */

static int visit_found(void *arg, const struct it_walk_found *found, struct intoto_error **err)
{
	struct it_gather *gather = arg;

	return it_pool_add(gather->pool, found, err);
}

static int visit_symlink(void *arg, struct it_span path, struct it_span target,
			 struct intoto_error **err)
{
	struct it_gather *gather = arg;
	const char *kept;
	int rc;

	lock(gather);
	it_buf_reset(&gather->digests);
	it_hash_bytes(&gather->hasher, target, &gather->digests);
	rc = gather->options.add(gather->options.arg, path, it_buf_span(&gather->digests), 0, &kept,
				 err);
	if (!rc && gather->options.snapshot->cost)
		gather->options.snapshot->cost->files++;
	unlock(gather);
	return rc;
}

/* --- all of them --- */

static void report_reading(void *arg, uint64_t bytes)
{
	const struct it_gather *gather = arg;

	if (gather->options.reading)
		gather->options.reading(gather->options.arg, bytes);
}

/* Only SHA-256 has a kernel for two files at once, and only on some processors. */
static int start_pool(struct it_gather *gather, struct intoto_error **err)
{
	const bool fits = gather->hasher.count == 1 &&
			  gather->hasher.digests[0].alg == it_digest_find("sha256");
	const bool reuse = gather->options.snapshot->reuse;
	const struct it_pool_options options = {
		.kernel = fits ? it_sha256_pair_kernel() : NULL,
		.algorithms = gather->options.snapshot->algorithms,
		.done = take_digests,
		.ask = reuse ? ask : NULL,
		.opened = reuse ? opened : NULL,
		.was_read = reuse ? was_read : NULL,
		.reading = report_reading,
		.arg = gather,
	};

	return it_pool_new(&gather->pool, &options, err);
}

int it_gather_walk(struct it_gather *gather, const char *path, const struct it_walk_options *walk,
		   struct intoto_error **err)
{
	const struct it_walk_visitor visitor = { .found = visit_found,
						 .symlink = visit_symlink,
						 .folder = count_folder,
						 .notice = pass_notice,
						 .arg = gather };
	int rc = gather->pool ? INTOTO_OK : start_pool(gather, err);

	return rc ? rc : it_walk(path, walk, &visitor, err);
}

static void count_threads(struct it_snapshot_cost *cost, size_t threads)
{
	if (cost->threads < threads)
		cost->threads = threads;
}

int it_gather_finish(struct it_gather *gather, struct intoto_error **err)
{
	int rc = gather->pool ? it_pool_finish(gather->pool, err) : INTOTO_OK;

	if (gather->pool && gather->options.snapshot->cost)
		count_threads(gather->options.snapshot->cost, it_pool_threads(gather->pool));
	it_pool_free(gather->pool);
	gather->pool = NULL;
	return rc;
}
