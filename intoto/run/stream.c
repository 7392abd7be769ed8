/* SPDX-License-Identifier: Apache-2.0 */
/* One output stream: read, keep, show, one step at a time. */
#include "run/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "run/command.h"

enum { HALF = IT_STREAM_KEPT / 2 };

/* A full pipe or terminal takes at least PIPE_BUF bytes once poll says so (pipe(7)); files never
 * wait. */
static size_t chunk_for(int fd)
{
	struct stat about;

	return fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? IT_STREAM_CHUNK
									   : PIPE_BUF;
}

int it_stream_open(struct it_stream *stream, const char *name, int show, int *child_end,
		   struct intoto_error **err)
{
	int ends[2];

	*stream = (struct it_stream){
		.name = name, .from = -1, .to = show, .chunk = chunk_for(show)
	};
	it_digest_start(&stream->sha256, it_digest_find("sha256"));
	/* Now, so that nothing can fail while the command runs; untouched pages cost nothing. */
	stream->buffer = malloc(IT_STREAM_CHUNK);
	stream->kept = malloc(IT_STREAM_KEPT);
	if (!stream->buffer || !stream->kept)
		return it_err_nomem(err);
	if (pipe2(ends, O_CLOEXEC))
		return it_err_errno(err, errno, "pipe for %s", name);
	stream->from = ends[0];
	*child_end = ends[1];
	if (fcntl(stream->from, F_SETFL, O_NONBLOCK))
		return it_err_errno(err, errno, "pipe for %s", name);
	return INTOTO_OK;
}

void it_stream_done(struct it_stream *stream)
{
	it_fd_close(&stream->from);
	free(stream->buffer);
	free(stream->kept);
	stream->buffer = NULL;
	stream->kept = NULL;
}

static bool has_pending(const struct it_stream *stream)
{
	return stream->start < stream->end;
}

bool it_stream_ended(const struct it_stream *stream)
{
	return stream->from < 0 && !has_pending(stream);
}

struct pollfd it_stream_wants(const struct it_stream *stream)
{
	if (has_pending(stream))
		return (struct pollfd){ .fd = stream->to, .events = POLLOUT };
	return (struct pollfd){ .fd = stream->from, .events = POLLIN };
}

/* Byte number n stands at kept[n] in the head, and goes round in the second half behind it. */
static void keep(struct it_stream *stream, const unsigned char *bytes, size_t len)
{
	it_digest_add(&stream->sha256, bytes, len);
	while (len) {
		uint64_t n = stream->length;
		size_t at = n < HALF ? (size_t)n : HALF + (size_t)(n % HALF);
		size_t room = (at < HALF ? HALF : IT_STREAM_KEPT) - at;
		size_t part = len < room ? len : room;

		memcpy(stream->kept + at, bytes, part);
		stream->length += part;
		bytes += part;
		len -= part;
	}
}

/* Control characters, those behind U+0080 in UTF-8 too, become question marks; lines stay lines. */
static void tame(struct it_stream *stream, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = stream->buffer[i];
		bool control = byte < 0x20 || byte == 0x7f ||
			       (stream->last == 0xc2 && byte >= 0x80 && byte < 0xa0);

		stream->last = byte;
		if (control && byte != '\n' && byte != '\t')
			stream->buffer[i] = '?';
	}
}

static void read_some(struct it_stream *stream)
{
	size_t want = stream->bounded && stream->left < IT_STREAM_CHUNK ? (size_t)stream->left
									: IT_STREAM_CHUNK;
	ssize_t got = want ? read(stream->from, stream->buffer, want) : 0;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		stream->left_open |= got < 0; /* not the end of it */
		it_fd_close(&stream->from);
		return;
	}
	keep(stream, stream->buffer, (size_t)got);
	if (stream->tame)
		tame(stream, (size_t)got);
	stream->left -= stream->bounded ? (uint64_t)got : 0;
	if (stream->to >= 0) {
		stream->start = 0;
		stream->end = (size_t)got;
	}
	if (stream->bounded && !stream->left)
		it_fd_close(&stream->from);
}

/* SIGPIPE is blocked; the one that our write raised must not stay for later. */
static void swallow_sigpipe(void)
{
	int number = errno;
	const struct timespec now = { 0, 0 };
	sigset_t set;

	(void)sigemptyset(&set);	      /* cannot fail */
	(void)sigaddset(&set, SIGPIPE);	      /* a signal that exists */
	(void)sigtimedwait(&set, NULL, &now); /* EAGAIN when it is ignored */
	errno = number;
}

void it_stream_hide(struct it_stream *stream, int number)
{
	if (stream->to < 0)
		return;
	stream->show_errno = number;
	stream->to = -1;
	stream->start = stream->end = 0;
}

static void show_some(struct it_stream *stream)
{
	size_t len = stream->end - stream->start;
	ssize_t put = write(stream->to, stream->buffer + stream->start,
			    len < stream->chunk ? len : stream->chunk);

	if (put >= 0)
		stream->start += (size_t)put;
	else if (errno == EPIPE)
		swallow_sigpipe();
	if (put < 0 && errno != EINTR && errno != EAGAIN)
		it_stream_hide(stream, errno);
}

void it_stream_step(struct it_stream *stream, short revents)
{
	if (!revents)
		return;
	if (!has_pending(stream))
		read_some(stream);
	else if (revents & POLLNVAL)
		it_stream_hide(stream, EBADF);
	else
		show_some(stream);
}

void it_stream_finish(struct it_stream *stream)
{
	int waiting = 0;

	if (stream->from < 0 || stream->bounded)
		return;
	stream->left_open = true;
	stream->bounded = true;
	if (ioctl(stream->from, FIONREAD, &waiting) == 0 && waiting > 0)
		stream->left = (uint64_t)waiting;
	else
		it_fd_close(&stream->from);
}
