/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files hashed by as many threads as there are processors, and by more while those wait for the
 * disk: a cold tree is read 4 to 6 times faster with 32 requests in flight than with one.
 *
 * One thread finds files and hands them over in batches that keep their folders open, so that no
 * path is resolved twice.  For a few small files no thread is started.
 */
#ifndef IT_RECORD_POOL_H
#define IT_RECORD_POOL_H

#include "crypto/digest.h"
#include "record/pair.h"
#include "record/walk.h"

enum { IT_POOL_THREADS_MAX = 48 };

/* What becomes of a file. */
enum it_pool_answer {
	IT_POOL_READ,
	IT_POOL_KNOWN,	  /* its digests are known without reading it */
	IT_POOL_LEFT_OUT, /* it is none that counts */
};

struct it_pool;

struct it_pool_options {
	/* Two files at a time, SHA-256 alone; NULL: one at a time with these algorithms (as those
	   of it_hasher_init). */
	const struct it_sha256_kernel *kernel;
	const struct it_digest_alg *const *algorithms;
	/*
	 * One file is done: its name, the state that it has and its digest set ("sha256:<hex>");
	 * how is IT_POOL_READ or IT_POOL_KNOWN.  Called by any thread, but never by two at a time;
	 * files of one folder that were added in a row come mostly in that order.
	 */
	int (*done)(void *arg, struct it_span name, const struct stat *about,
		    struct it_span digests, enum it_pool_answer how, struct intoto_error **err);
	/*
	 * These may be NULL, and are called by any thread, and by several at a time.  Before a file
	 * is opened: what becomes of it; its state now and its digests are appended to out when
	 * they are known.  When it was opened, before the first read: what the next one is told.
	 * After it was read in that state.
	 */
	enum it_pool_answer (*ask)(void *arg, const struct it_walk_found *found, struct stat *about,
				   struct it_buf *out);
	bool (*opened)(void *arg, int fd);
	void (*was_read)(void *arg, int fd, const struct stat *about, bool opened);
	/* Amidst a large file, as done: bytes were read of files that are not done.  May be NULL.
	 */
	void (*reading)(void *arg, uint64_t bytes);
	void *arg;
};

IT_CHECK int it_pool_new(struct it_pool **out, const struct it_pool_options *options,
			 struct intoto_error **err);
/* Ends its threads; what is still to be hashed is not. */
void it_pool_free(struct it_pool *pool);
IT_DEFINE_AUTO(struct it_pool, it_pool_free);

/* Takes a file; fails when one before it has failed. */
IT_CHECK int it_pool_add(struct it_pool *pool, const struct it_walk_found *found,
			 struct intoto_error **err);
/* Waits until all files are hashed, and says what went wrong with the first that failed. */
IT_CHECK int it_pool_finish(struct it_pool *pool, struct intoto_error **err);

/* While held, done is not called: for what the finding thread shares with it. */
void it_pool_lock(struct it_pool *pool);
void it_pool_unlock(struct it_pool *pool);

/* After it_pool_finish: how many threads hashed, the finding one among them where it did. */
size_t it_pool_threads(const struct it_pool *pool);
/* Bytes that were read, and how many files had to be. */
void it_pool_read(const struct it_pool *pool, uint64_t *files, uint64_t *bytes);

#endif
