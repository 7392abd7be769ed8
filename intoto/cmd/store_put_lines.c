/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document a line.  Lines are put by the thousand, and at once when no more come: who writes
 * into a pipe and waits for the answer gets it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/store_put.h"

enum { PIECE = 1024 * 1024, BATCH_BYTES = 64 * 1024 * 1024, PATIENCE_MS = 200, NAME_ROOM = 32 };

struct line {
	size_t at, len; /* in the text */
	uint64_t number;
};

struct lines {
	const struct it_put_words *words;
	struct it_store *store;
	const char *name; /* of the file, quoted by who shows it */
	int fd;
	struct it_buf text;
	size_t begin;	 /* of the line that is not whole yet */
	size_t looked;	 /* up to here that has no end */
	uint64_t number; /* of lines so far */
	struct line *items;
	size_t count;
	char **names;
};

static void lines_done(struct lines *lines)
{
	if (lines->fd > STDERR_FILENO)
		it_fd_close(&lines->fd);
	it_buf_done(&lines->text);
	free(lines->items);
	for (size_t i = 0; lines->names && i < IT_PUT_BATCH; i++)
		free(lines->names[i]);
	free(lines->names);
}

/* --- a batch --- */

static const char *name_at(const void *arg, size_t i)
{
	const struct lines *lines = arg;

	return lines->names[i];
}

static int name_lines(struct lines *lines, struct intoto_error **err)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->names[i]);
		if (asprintf(&lines->names[i], "%s:%ju", lines->name,
			     (uintmax_t)lines->items[i].number) < 0) {
			lines->names[i] = NULL;
			return it_err_nomem(err);
		}
	}
	return INTOTO_OK;
}

static int put(struct lines *lines, struct it_store_put *puts, struct it_store_receipt *receipts,
	       struct intoto_error **err)
{
	int rc = name_lines(lines, err);

	for (size_t i = 0; !rc && i < lines->count; i++)
		puts[i] = (struct it_store_put){
			.bytes =
				it_span(lines->text.data + lines->items[i].at, lines->items[i].len),
			.name = lines->names[i],
			.actor = lines->words->actor,
			.retention = lines->words->retention,
			.lock_until = lines->words->lock_until,
		};
	if (!rc)
		rc = it_store_put(lines->store, puts, lines->count, receipts, err);
	return rc ? rc : it_put_tell(lines->words, name_at, lines, receipts, lines->count, err);
}

static int put_all(struct lines *lines, struct intoto_error **err)
{
	IT_AUTO(it_freep) void *block = calloc(lines->count + 1, sizeof(struct it_store_put));
	IT_AUTO(it_freep) void *answers = calloc(lines->count + 1, sizeof(struct it_store_receipt));
	int rc;

	if (!block || !answers)
		return it_err_nomem(err);
	if (!lines->count)
		return INTOTO_OK;
	rc = put(lines, block, answers, err);
	if (rc)
		return it_err_wrap(err, rc, "%s: none of the lines %ju to %ju was put", lines->name,
				   (uintmax_t)lines->items[0].number,
				   (uintmax_t)lines->items[lines->count - 1].number);
	/* What was put is forgotten. */
	memmove(lines->text.data, lines->text.data + lines->begin, lines->text.len - lines->begin);
	lines->text.len -= lines->begin;
	lines->looked -= lines->begin;
	lines->begin = 0;
	lines->count = 0;
	return INTOTO_OK;
}

/* --- lines --- */

static int add_line(struct lines *lines, size_t end, struct intoto_error **err)
{
	struct line line = { lines->begin, end - lines->begin, ++lines->number };

	lines->begin = end < lines->text.len ? end + 1 : end;
	if (line.len && lines->text.data[line.at + line.len - 1] == '\r')
		line.len--;
	if (!line.len)
		return INTOTO_OK; /* an empty one is no document */
	lines->items[lines->count++] = line;
	if (lines->count < IT_PUT_BATCH && lines->begin < BATCH_BYTES)
		return INTOTO_OK;
	return put_all(lines, err);
}

static int cut(struct lines *lines, struct intoto_error **err)
{
	const char *end;
	int rc = INTOTO_OK;

	while (!rc && (end = memchr(lines->text.data + lines->looked, '\n',
				    lines->text.len - lines->looked))) {
		size_t at = (size_t)(end - lines->text.data);

		lines->looked = at + 1;
		rc = add_line(lines, at, err);
	}
	lines->looked = lines->text.len;
	return rc;
}

/* Nothing more for now: what there is is not kept waiting. */
static int wait_for_more(struct lines *lines, struct intoto_error **err)
{
	struct pollfd wanted = { .fd = lines->fd, .events = POLLIN };

	if (!lines->count || poll(&wanted, 1, PATIENCE_MS))
		return INTOTO_OK; /* a failure is the read's to tell */
	return put_all(lines, err);
}

static int read_piece(struct lines *lines, bool *more, struct intoto_error **err)
{
	ssize_t got;
	int rc = wait_for_more(lines, err);

	if (rc)
		return rc;
	(void)it_buf_reserve(&lines->text, PIECE); /* looked at here */
	rc = it_buf_check(&lines->text, "a line", err);
	if (rc)
		return it_err_wrap(err, rc, "%s:%ju", lines->name, (uintmax_t)lines->number + 1);
	got = TEMP_FAILURE_RETRY(read(lines->fd, lines->text.data + lines->text.len, PIECE));
	if (got < 0)
		return it_err_errno(err, errno, "%s", lines->name);
	*more = got > 0;
	lines->text.len += (size_t)got;
	return INTOTO_OK;
}

static int read_all(struct lines *lines, struct intoto_error **err)
{
	bool more = true;
	int rc = INTOTO_OK;

	while (!rc && more) {
		rc = read_piece(lines, &more, err);
		if (!rc && more)
			rc = cut(lines, err);
	}
	/* The last one may do without an end. */
	if (!rc && lines->begin < lines->text.len)
		rc = add_line(lines, lines->text.len, err);
	return rc ? rc : put_all(lines, err);
}

int it_put_lines(const struct it_put_words *self, struct it_store *store, const char *path,
		 struct intoto_error **err)
{
	bool input = it_streq(path, "-");
	IT_AUTO(lines_done)
	struct lines lines = {
		.words = self,
		.store = store,
		.name = input ? "standard input" : path,
		.fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY),
		.text = IT_BUF((size_t)IT_STORE_DOCUMENT_MAX + BATCH_BYTES + 2 * PIECE),
		.items = calloc(IT_PUT_BATCH, sizeof(struct line)),
		.names = calloc(IT_PUT_BATCH, sizeof(char *)),
	};

	if (lines.fd < 0)
		return it_err_errno(err, errno, "%s", path);
	if (!lines.items || !lines.names)
		return it_err_nomem(err);
	return read_all(&lines, err);
}
