/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests that are known already, and when they may be used instead of reading a file again.
 *
 * The rule (as git's index has it, with its "racily clean" case): device, inode, size, mtime and
 * ctime are those that the file had when it was read, its ctime is older than the moment that
 * reading began, and its file system keeps honest change times.  Who could cheat it: root, whoever
 * can set the clock or write to the block device; nobody else, since no system call sets a ctime.
 *
 * One object serves both snapshots of a step, and a cache file may fill it before the first.  Find
 * and remember may be called by several threads.
 */
#ifndef IT_RECORD_REUSE_H
#define IT_RECORD_REUSE_H

#include <sys/stat.h>

#include "crypto/digest.h"
#include "crypto/signer.h"

enum it_reuse_mode {
	IT_REUSE_TRUST,	 /* known digests are used */
	IT_REUSE_VERIFY, /* every file is read all the same, and what was known is compared */
};

struct it_reuse;

struct it_reuse_counts {
	uint64_t asked, used; /* files */
	uint64_t bytes;	      /* that were not read */
	uint64_t wrong;	      /* in a cache: compared, and found to be another digest */
	uint64_t untrusted; /* not used: change time too young, or a file system that is not honest
			     */
	uint64_t loaded;    /* entries of the cache file */
};

IT_CHECK int it_reuse_new(struct it_reuse **out, enum it_reuse_mode mode,
			  const struct it_digest_alg *const *algorithms, struct intoto_error **err);
void it_reuse_free(struct it_reuse *reuse);
IT_DEFINE_AUTO(struct it_reuse, it_reuse_free);

/* A snapshot begins now: what is older than this moment can be told from what changes from now on.
 */
IT_CHECK int it_reuse_begin(struct it_reuse *reuse, struct intoto_error **err);

/* The digest set of a file in that state ("sha256:<hex>…" appended to out); false: it must be read.
   fd is the folder or the file itself, for its file system. */
bool it_reuse_find(struct it_reuse *reuse, int fd, const struct stat *about, struct it_buf *out);
/* A file was read in that state; digests as above.  Without memory it is not remembered. */
void it_reuse_remember(struct it_reuse *reuse, int fd, const struct stat *about,
		       struct it_span digests);

/*
 * Further knowledge, from a trace that no write can escape: whether the file at an absolute path
 * may have changed since the first snapshot.  NULL: ask the file's state alone.
 */
void it_reuse_ask(struct it_reuse *reuse, bool (*touched)(void *arg, struct it_span path),
		  void *arg);

/*
 * The cache file: bound to the machine and to the signer's key, so that nobody else can put an
 * entry into it; one that is missing, damaged, of another key, machine or version is empty, with a
 * notice, and is never an error.
 */
IT_CHECK int it_reuse_load(struct it_reuse *reuse, const char *path, const struct it_signer *signer,
			   void (*notice)(void *arg, const char *text), void *arg,
			   struct intoto_error **err);
/* Replaces the file as a whole; what was not seen in this run and is not on disk any more goes. */
IT_CHECK int it_reuse_save(const struct it_reuse *reuse, const char *path,
			   const struct it_signer *signer, struct intoto_error **err);

void it_reuse_count(const struct it_reuse *reuse, struct it_reuse_counts *out);

#endif
