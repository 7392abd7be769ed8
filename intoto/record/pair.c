/* SPDX-License-Identifier: Apache-2.0 */
/* Two lanes, each with a file; whichever runs dry reads on, or takes the next file. */
#include "record/pair.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "record/hash.h"
#include "record/name.h"

/* Both lanes' buffers stay in the cache of a core. */
enum { BUFFER_SIZE = 128 * 1024 };

struct lane {
	struct it_sha256_stream stream;
	unsigned char *buffer;
	size_t start, end; /* what of buffer is still to be hashed */
	int fd;		   /* -1: no file */
	size_t id;
	struct stat about; /* when it was opened */
	uint64_t bytes;	   /* read so far */
	bool tried;	   /* to read: a file that claims to be empty may not be (/proc) */
};

struct it_pair {
	const struct it_sha256_kernel *kernel;
	struct lane lanes[2];
	bool exhausted; /* the source has no more files */
};

int it_pair_new(struct it_pair **out, const struct it_sha256_kernel *kernel,
		struct intoto_error **err)
{
	IT_AUTO(it_pair_freep) struct it_pair *pair = calloc(1, sizeof *pair);

	*out = NULL;
	if (!pair)
		return it_err_nomem(err);
	pair->kernel = kernel;
	for (size_t i = 0; i < 2; i++) {
		pair->lanes[i].fd = -1;
		pair->lanes[i].buffer = malloc(BUFFER_SIZE);
		if (!pair->lanes[i].buffer)
			return it_err_nomem(err);
	}
	*out = pair;
	pair = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_pair_free(struct it_pair *pair)
{
	if (!pair)
		return;
	for (size_t i = 0; i < 2; i++) {
		it_fd_close(&pair->lanes[i].fd);
		free(pair->lanes[i].buffer);
	}
	free(pair);
}

static size_t blocks_of(const struct lane *lane)
{
	return (lane->end - lane->start) / IT_SHA256_BLOCK;
}

/* Everything was read, up to the size that the file had. */
static bool is_read(const struct lane *lane)
{
	return lane->tried && lane->bytes >= (uint64_t)lane->about.st_size;
}

/* Only when less than a block is left; that moves to the front. */
static int read_on(struct lane *lane, const struct it_pair_source *source, bool *ended,
		   struct intoto_error **err)
{
	size_t left = lane->end - lane->start;
	ssize_t got;

	for (size_t i = 0; i < left; i++)
		lane->buffer[i] = lane->buffer[lane->start + i];
	lane->start = 0;
	lane->end = left;
	do {
		got = read(lane->fd, lane->buffer + left, BUFFER_SIZE - left);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return it_name_errno(err, errno, source->name(source->arg, lane->id));
	lane->end += (size_t)got;
	lane->bytes += (uint64_t)got;
	lane->tried = true;
	*ended = got == 0;
	return INTOTO_OK;
}

static int finish(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		  struct intoto_error **err)
{
	unsigned char sha256[IT_SHA256_SIZE];
	int rc = it_hash_check_unchanged(lane->fd, &lane->about, lane->bytes,
					 source->name(source->arg, lane->id), err);

	if (rc)
		return rc;
	it_sha256_stream_finish(&lane->stream, pair->kernel, lane->buffer + lane->start,
				lane->end - lane->start, sha256);
	it_fd_close(&lane->fd);
	return source->done(source->arg, lane->id, &lane->about, sha256, err);
}

static int take_next(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		     struct intoto_error **err)
{
	int rc;

	lane->start = lane->end = 0;
	lane->bytes = 0;
	lane->tried = false;
	it_sha256_stream_start(&lane->stream);
	rc = source->next(source->arg, &lane->fd, &lane->about, &lane->id, err);
	pair->exhausted = pair->exhausted || lane->fd < 0;
	return rc;
}

/* Until the lane has a block to hash, or there is nothing left for it. */
static int fill(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		struct intoto_error **err)
{
	bool ended = false;
	int rc = INTOTO_OK;

	while (!rc && !blocks_of(lane)) {
		if (lane->fd < 0 && pair->exhausted)
			return INTOTO_OK;
		if (lane->fd < 0)
			rc = take_next(pair, lane, source, err);
		else if (is_read(lane) || ended)
			rc = finish(pair, lane, source, err);
		else
			rc = read_on(lane, source, &ended, err);
		ended = ended && lane->fd >= 0;
	}
	return rc;
}

static void run(const struct it_pair *pair, struct lane *a, struct lane *b)
{
	struct it_sha256_stream *const streams[2] = { &a->stream, &b->stream };
	const unsigned char *const data[2] = { a->buffer + a->start, b->buffer + b->start };
	size_t blocks = blocks_of(a) < blocks_of(b) ? blocks_of(a) : blocks_of(b);

	pair->kernel->two(streams, data, blocks);
	a->start += blocks * IT_SHA256_BLOCK;
	b->start += blocks * IT_SHA256_BLOCK;
}

static void run_alone(const struct it_pair *pair, struct lane *lane)
{
	size_t blocks = blocks_of(lane);

	pair->kernel->one(&lane->stream, lane->buffer + lane->start, blocks);
	lane->start += blocks * IT_SHA256_BLOCK;
}

static int hash_all(struct it_pair *pair, const struct it_pair_source *source,
		    struct intoto_error **err)
{
	struct lane *a = &pair->lanes[0];
	struct lane *b = &pair->lanes[1];

	for (;;) {
		int rc = fill(pair, a, source, err);

		if (!rc)
			rc = fill(pair, b, source, err);
		if (rc || (a->fd < 0 && b->fd < 0))
			return rc;
		if (blocks_of(a) && blocks_of(b))
			run(pair, a, b);
		else
			run_alone(pair, blocks_of(a) ? a : b);
	}
}

int it_pair_hash(struct it_pair *pair, const struct it_pair_source *source,
		 struct intoto_error **err)
{
	int rc;

	pair->exhausted = false;
	rc = hash_all(pair, source, err);
	it_fd_close(&pair->lanes[0].fd);
	it_fd_close(&pair->lanes[1].fd);
	return rc;
}
