/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lanes, each with a file; whichever runs dry reads on, or takes the next file.
 *
 * A small file that rests takes four system calls: it is opened, read at once, looked at once
 * (record/moment.h), and closed.  One that was changed lately is read again from its begin, now
 * that its state is known, and looked at again at its end; so is, without the first, a larger one.
 */
#include "record/pair.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "record/hash.h"
#include "record/name.h"

struct lane {
	struct it_sha256_stream stream;
	unsigned char *buffer;
	size_t size;	   /* of it, without the room for the padding */
	size_t start, end; /* what of it is still to be hashed */
	struct it_pair_file file;
	struct stat about; /* when it was looked at first */
	uint64_t bytes;	   /* read so far */
	bool looked;
	bool ended; /* all was read, and the padding stands behind it */
};

struct it_pair {
	struct it_pair_options options;
	struct it_moment_stamps stamps;
	struct lane lanes[2];
};

/* Pages of its own, which go back to the system with it. */
static unsigned char *make_buffer(size_t size)
{
	void *buffer = mmap(NULL, size + IT_SHA256_PADDING, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return buffer == MAP_FAILED ? NULL : buffer;
}

static void free_buffer(struct lane *lane)
{
	if (lane->buffer)
		(void)munmap(lane->buffer, lane->size + IT_SHA256_PADDING); /* ours */
}

int it_pair_new(struct it_pair **out, const struct it_pair_options *options,
		struct intoto_error **err)
{
	IT_AUTO(it_pair_freep) struct it_pair *pair = calloc(1, sizeof *pair);

	*out = NULL;
	if (!pair)
		return it_err_nomem(err);
	pair->options = *options;
	for (size_t i = 0; i < 2; i++) {
		pair->lanes[i].file.fd = -1;
		pair->lanes[i].size = options->buffer;
		pair->lanes[i].buffer = make_buffer(options->buffer);
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
		it_fd_close(&pair->lanes[i].file.fd);
		free_buffer(&pair->lanes[i]);
	}
	free(pair);
}

static size_t blocks_of(const struct lane *lane)
{
	return (lane->end - lane->start) / IT_SHA256_BLOCK;
}

/* Less than a block is left, and moves to the front. */
static void make_room(struct lane *lane)
{
	size_t left = lane->end - lane->start;

	for (size_t i = 0; i < left; i++)
		lane->buffer[i] = lane->buffer[lane->start + i];
	lane->start = 0;
	lane->end = left;
}

/* Everything was read, and nothing changed since the first look. */
static void end(struct lane *lane)
{
	size_t left = (lane->end - lane->start) % IT_SHA256_BLOCK;

	lane->end += it_sha256_pad(lane->buffer + lane->end - left, left, lane->bytes) - left;
	lane->ended = true;
}

static int look(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		struct intoto_error **err)
{
	struct it_span name = source->name(source->arg, lane->file.id);
	int rc = it_hash_look(lane->file.fd, &lane->about, name, err);

	if (rc)
		return rc;
	lane->looked = true;
	if (!it_moment_rests(&lane->file.opened, &pair->stamps, lane->file.fd, &lane->about)) {
		lane->bytes = 0; /* nothing of it was hashed yet */
		lane->start = lane->end = 0;
	} else if (lane->bytes == (uint64_t)lane->about.st_size) {
		end(lane);
	}
	return INTOTO_OK;
}

static int read_some(struct lane *lane, size_t *got, const struct it_pair_source *source,
		     struct intoto_error **err)
{
	ssize_t count;

	do {
		count = pread(lane->file.fd, lane->buffer + lane->end, lane->size - lane->end,
			      (off_t)lane->bytes);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return it_name_errno(err, errno, source->name(source->arg, lane->file.id));
	*got = (size_t)count;
	lane->end += *got;
	lane->bytes += *got;
	return INTOTO_OK;
}

/* Stops at the size that the file had: whatever is behind it shows in the state afterwards. */
static int read_on(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		   struct intoto_error **err)
{
	bool looked = lane->looked;
	size_t got = 0;
	int rc;

	make_room(lane);
	rc = read_some(lane, &got, source, err);
	if (rc)
		return rc;
	if (!looked)
		rc = look(pair, lane, source, err);
	if (!rc && got && lane->bytes && (uint64_t)lane->about.st_size > pair->options.buffer)
		source->reading(source->arg, lane->file.id, got);
	if (rc || !looked)
		return rc;
	if (got && lane->bytes < (uint64_t)lane->about.st_size)
		return INTOTO_OK;
	rc = it_hash_check_unchanged(lane->file.fd, &lane->about, lane->bytes,
				     source->name(source->arg, lane->file.id), err);
	if (!rc)
		end(lane);
	return rc;
}

static int finish(struct lane *lane, const struct it_pair_source *source, struct intoto_error **err)
{
	unsigned char sha256[IT_SHA256_SIZE];
	int rc;

	it_sha256_stream_value(&lane->stream, sha256);
	rc = source->done(source->arg, &lane->file, &lane->about, sha256, err);
	it_fd_close(&lane->file.fd);
	return rc;
}

static int take_next(struct lane *lane, const struct it_pair_source *source,
		     struct intoto_error **err)
{
	lane->start = lane->end = 0;
	lane->bytes = 0;
	lane->looked = lane->ended = false;
	it_sha256_stream_start(&lane->stream);
	return source->next(source->arg, &lane->file, err);
}

/* Until the lane has a block to hash, or there is nothing left for it. */
static int fill(struct it_pair *pair, struct lane *lane, const struct it_pair_source *source,
		struct intoto_error **err)
{
	int rc = INTOTO_OK;

	while (!rc && !blocks_of(lane)) {
		if (lane->file.fd < 0) {
			rc = take_next(lane, source, err);
			if (lane->file.fd < 0)
				return rc;
		} else if (lane->ended) {
			rc = finish(lane, source, err);
		} else {
			rc = read_on(pair, lane, source, err);
		}
	}
	return rc;
}

static void run(const struct it_pair *pair, struct lane *a, struct lane *b)
{
	struct it_sha256_stream *const streams[2] = { &a->stream, &b->stream };
	const unsigned char *const data[2] = { a->buffer + a->start, b->buffer + b->start };
	size_t blocks = blocks_of(a) < blocks_of(b) ? blocks_of(a) : blocks_of(b);

	pair->options.kernel->two(streams, data, blocks);
	a->start += blocks * IT_SHA256_BLOCK;
	b->start += blocks * IT_SHA256_BLOCK;
}

static void run_alone(const struct it_pair *pair, struct lane *lane)
{
	size_t blocks = blocks_of(lane);

	pair->options.kernel->one(&lane->stream, lane->buffer + lane->start, blocks);
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
		if (rc || (a->file.fd < 0 && b->file.fd < 0))
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
	int rc = hash_all(pair, source, err);

	for (size_t i = 0; i < 2; i++) {
		it_fd_close(&pair->lanes[i].file.fd);
		pair->lanes[i].start = pair->lanes[i].end = 0;
	}
	return rc;
}
