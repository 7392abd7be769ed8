/* SPDX-License-Identifier: Apache-2.0 */
/* Walk, knowledge and threads put together. */
#include "record/gather.h"

#include <stdio.h>

#include "base/file.h"
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

/* Whether it was read or known, it is an artifact. */
static int deliver(struct it_gather *gather, struct it_span path, const struct stat *about,
		   struct it_span digests, struct intoto_error **err)
{
	const struct it_snapshot_options *options = gather->options.snapshot;
	const char *kept = NULL;
	int rc = gather->options.add(gather->options.arg, path, digests, (uint64_t)about->st_size,
				     &kept, err);

	if (rc)
		return rc;
	if (options->cost)
		options->cost->files++;
	if (options->reuse)
		it_reuse_remember(options->reuse, path, about, kept);
	return INTOTO_OK;
}

static int deliver_read(struct it_gather *gather, struct it_span path, const struct stat *about,
			struct it_span digests, struct intoto_error **err)
{
	struct it_snapshot_cost *cost = gather->options.snapshot->cost;

	if (cost)
		cost->bytes += (uint64_t)about->st_size;
	return deliver(gather, path, about, digests, err);
}

static int deliver_known(struct it_gather *gather, struct it_span path, const struct stat *about,
			 struct it_span digests, struct intoto_error **err)
{
	struct it_snapshot_cost *cost = gather->options.snapshot->cost;

	if (cost) {
		cost->known_files++;
		cost->known_bytes += (uint64_t)about->st_size;
	}
	return deliver(gather, path, about, digests, err);
}

static int take_digest(void *arg, struct it_span path, const struct stat *about,
		       const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	struct it_gather *gather = arg;

	it_buf_reset(&gather->digests);
	(void)it_buf_add_text(&gather->digests, "sha256:"); /* sticky: checked by add */
	it_hex_encode(&gather->digests, it_span(sha256, IT_SHA256_SIZE));
	return deliver_read(gather, path, about, it_buf_span(&gather->digests), err);
}

static int read_file(struct it_gather *gather, const struct it_walk_found *found,
		     struct intoto_error **err)
{
	struct it_reuse *reuse = gather->options.snapshot->reuse;
	IT_AUTO(it_fd_close) int fd = -1;
	struct stat about;
	bool settled;
	int rc = it_walk_open(&fd, &about, found, err);

	if (rc)
		return rc;
	settled = reuse && it_reuse_opened(reuse, fd);
	rc = it_hash_file(&gather->hasher, fd, &about, found->name, &gather->digests, err);
	if (rc)
		return rc;
	if (reuse)
		it_reuse_was_read(reuse, fd, &about, settled);
	return deliver_read(gather, found->name, &about, it_buf_span(&gather->digests), err);
}

static int take_file(struct it_gather *gather, const struct it_walk_found *found,
		     struct intoto_error **err)
{
	struct it_reuse *reuse = gather->options.snapshot->reuse;
	enum it_reuse_answer answer = IT_REUSE_READ;
	struct stat about;

	it_buf_reset(&gather->digests);
	if (reuse)
		answer = it_reuse_find(reuse, found, &about, &gather->digests);
	if (answer == IT_REUSE_LEFT_OUT)
		return INTOTO_OK;
	return answer == IT_REUSE_KNOWN ? deliver_known(gather, found->name, &about,
							it_buf_span(&gather->digests), err)
					: read_file(gather, found, err);
}

/* --- visitors of the walk --- */

static int visit_found(void *arg, const struct it_walk_found *found, struct intoto_error **err)
{
	struct it_gather *gather = arg;

	return gather->pool ? it_pool_add(gather->pool, found, err) : take_file(gather, found, err);
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

/* Only SHA-256 has a kernel for two files at once, and only on some processors. */
static int start_pool(struct it_gather *gather, struct intoto_error **err)
{
	const struct it_pool_options options = { it_sha256_pair_kernel(), take_digest, gather };
	bool fits = gather->hasher.count == 1 &&
		    gather->hasher.digests[0].alg == it_digest_find("sha256") &&
		    !gather->options.snapshot->reuse;

	return options.kernel && fits ? it_pool_new(&gather->pool, &options, err) : INTOTO_OK;
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

int it_gather_finish(struct it_gather *gather, struct intoto_error **err)
{
	int rc = gather->pool ? it_pool_finish(gather->pool, err) : INTOTO_OK;

	it_pool_free(gather->pool);
	gather->pool = NULL;
	return rc;
}
