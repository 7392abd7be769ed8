/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests that are known already, and when they may be used instead of reading a file again.
 *
 * The rule (as git's index has it, with its "racily clean" case): device, inode, size, mtime and
 * ctime are those that the file had when it was read; its ctime is older than the moment when the
 * snapshot that read it began; nobody had it open for writing then; its file system keeps honest
 * change times (reuse_system.c says which do, and why).  Who could cheat it: root, whoever can set
 * the clock or write to the block device; nobody else, since no system call sets a ctime.
 *
 * One object serves both snapshots of a step, and a cache file may fill it before the first.  Find,
 * opened and remember may be called by several threads.
 */
#ifndef IT_RECORD_REUSE_H
#define IT_RECORD_REUSE_H

#include "crypto/digest.h"
#include "crypto/signer.h"
#include "model/artifacts.h"
#include "record/walk.h"

enum it_reuse_mode {
	IT_REUSE_TRUST,	 /* known digests are used */
	IT_REUSE_VERIFY, /* every file is read all the same, and what was known is compared */
};

struct it_reuse;

struct it_reuse_counts {
	uint64_t asked, used; /* files */
	uint64_t wrong;	      /* compared, and found to be another digest */
	/* Read, and not to be used later: changed too lately, open for writing, another's file, or
	   a file system that is not honest. */
	uint64_t untrusted;
	uint64_t loaded;   /* entries of the cache file */
	uint64_t left_out; /* files that are the cache itself */
};

IT_CHECK int it_reuse_new(struct it_reuse **out, enum it_reuse_mode mode,
			  const struct it_digest_alg *const *algorithms, struct intoto_error **err);
void it_reuse_free(struct it_reuse *reuse);
IT_DEFINE_AUTO(struct it_reuse, it_reuse_free);

/*
 * A snapshot begins now: what is older than this moment can be told from what changes from now on.
 * The texts of its artifacts will live as long as reuse does.  scope stands for what the snapshot
 * looks at: whoever looks at the same again knows which files of it are gone.
 */
IT_CHECK int it_reuse_begin(struct it_reuse *reuse, struct it_artifacts *artifacts, uint32_t scope,
			    struct intoto_error **err);
/* It ended well: everything in its scope was seen. */
void it_reuse_end(struct it_reuse *reuse);

enum it_reuse_answer {
	IT_REUSE_READ,	   /* the file must be opened and read */
	IT_REUSE_KNOWN,	   /* its digests were appended to out, "sha256:<hex>..." */
	IT_REUSE_LEFT_OUT, /* it is the cache file, which is never an artifact */
};

/* Asks for the state of a file that was found, and no more when it is known. */
enum it_reuse_answer it_reuse_find(struct it_reuse *reuse, const struct it_walk_found *found,
				   struct stat *about, struct it_buf *out);
/*
 * Three calls for a file that must be read.  It is open, and nothing of it was read: whether nobody
 * else has it open for writing, which the next one wants to know.
 */
bool it_reuse_opened(struct it_reuse *reuse, int fd);
/* All of it was read, in that state, which did not change meanwhile. */
void it_reuse_was_read(struct it_reuse *reuse, int fd, const struct stat *about, bool settled);
/*
 * Its digests, as a text of the artifacts that it_reuse_begin was given.  Without memory the file
 * is not remembered.
 */
void it_reuse_remember(struct it_reuse *reuse, struct it_span name, const struct stat *about,
		       const char *digests);

/*
 * Further knowledge, from a trace that no write can escape: whether the file at an absolute path
 * may have changed since the first snapshot; asked by any thread.  A file that was touched is
 * always read.  NULL: ask the file's state alone.
 */
void it_reuse_ask(struct it_reuse *reuse, bool (*touched)(void *arg, struct it_span path),
		  void *arg);

/*
 * The cache file: bound to the machine, to its running since it was started, and to the signer's
 * key, so that nobody else can put an entry into it; one that is missing, damaged, of another key,
 * machine, version or list of digests is empty, with a notice, and is never an error.  notice is
 * kept: wrong entries are told through it.
 */
IT_CHECK int it_reuse_load(struct it_reuse *reuse, const char *path, const struct it_signer *signer,
			   void (*notice)(void *arg, const char *text), void *arg,
			   struct intoto_error **err);
/*
 * Replaces the file as a whole, when there is something new to say.  What was not seen goes: at
 * once when a snapshot of the same scope ended, else after 30 days.
 */
IT_CHECK int it_reuse_save(struct it_reuse *reuse, const char *path, const struct it_signer *signer,
			   struct intoto_error **err);

void it_reuse_count(struct it_reuse *reuse, struct it_reuse_counts *out);
enum it_reuse_mode it_reuse_mode(const struct it_reuse *reuse);
/* Whether a cache file was asked for. */
bool it_reuse_has_cache(const struct it_reuse *reuse);

#endif
