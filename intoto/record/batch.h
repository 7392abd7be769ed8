/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that were found one after the other, with the folders that they are in, which stay open: no
 * path is resolved twice.  One thread fills a batch; then any thread takes files of it, one by one,
 * and leaves their digests there.
 */
#ifndef IT_RECORD_BATCH_H
#define IT_RECORD_BATCH_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "record/walk.h"

enum {
	IT_BATCH_FILES = 64,
	IT_BATCH_FOLDERS = 16,
	IT_BATCH_DIGESTS = 80, /* room for "sha256:<hex>", which nearly all are */
};

struct it_batch_file {
	size_t name, path, end; /* in names */
	unsigned folder;
	bool is_link;
	unsigned char how; /* enum it_pool_answer */
	struct stat about; /* the state that it was read in */
	uint32_t digests_len;
	char digests[IT_BATCH_DIGESTS];
	char *longer; /* instead */
};

struct it_batch {
	struct it_batch *next; /* in the queue, or of the spare ones */
	struct it_batch *made; /* before this one */
	struct it_buf names;
	int folders[IT_BATCH_FOLDERS];
	size_t folder_count;
	size_t folder_max; /* fewer, where descriptors are rare */
	struct it_batch_file files[IT_BATCH_FILES];
	size_t count;
	atomic_size_t taken;
	atomic_size_t left; /* whose digests are not there yet */
	unsigned users;	    /* kept by the queue */
};

IT_CHECK int it_batch_new(struct it_batch **out, struct intoto_error **err);
void it_batch_free(struct it_batch *batch);
/* As new: its folders are closed. */
void it_batch_reset(struct it_batch *batch);

/* Whether one more file fits. */
bool it_batch_takes(const struct it_batch *batch, const struct it_walk_found *found);
IT_CHECK int it_batch_add(struct it_batch *batch, const struct it_walk_found *found,
			  struct intoto_error **err);

/* A file that nobody else takes; false when there is none left. */
bool it_batch_take(struct it_batch *batch, size_t *index);
struct it_walk_found it_batch_found(const struct it_batch *batch, size_t index);
/* Leaves what was found out about a file that was taken; its how is the caller's. */
IT_CHECK int it_batch_set(struct it_batch *batch, size_t index, const struct stat *about,
			  struct it_span digests, struct intoto_error **err);
struct it_span it_batch_digests(const struct it_batch *batch, size_t index);

#endif
