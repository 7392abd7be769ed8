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

/* Of a batch: what its puts point to. */
struct page {
	struct it_buf text;
	char **names;
};

struct lines {
	const struct it_put_words *words;
	struct it_put_row *row;
	const char *name; /* of the file */
	int fd;
	struct page pages[2]; /* one is being put while the other one is filled */
	struct page *page;
	size_t begin;	 /* of the line that is not whole yet */
	size_t looked;	 /* up to here that has no end */
	uint64_t number; /* of lines so far */
	struct line *items;
	size_t count;
};

static void page_done(struct page *page)
{
	it_buf_done(&page->text);
	for (size_t i = 0; page->names && i < IT_PUT_BATCH; i++)
		free(page->names[i]);
	free(page->names);
}

static void lines_done(struct lines *lines)
{
	if (lines->fd > STDERR_FILENO)
		it_fd_close(&lines->fd);
	page_done(&lines->pages[0]);
	page_done(&lines->pages[1]);
	free(lines->items);
}

/* --- a batch --- */

static int name_lines(struct lines *lines, struct intoto_error **err)
{
	char **names = lines->page->names;

	for (size_t i = 0; i < lines->count; i++) {
		free(names[i]);
		if (asprintf(&names[i], "%s:%ju", lines->name, (uintmax_t)lines->items[i].number) <
		    0) {
			names[i] = NULL;
			return it_err_nomem(err);
		}
	}
	return INTOTO_OK;
}

static int give(struct lines *lines, struct intoto_error **err)
{
	IT_AUTO(it_freep) void *block = calloc(lines->count, sizeof(struct it_store_put));
	struct it_store_put *puts = block;
	int rc = puts ? name_lines(lines, err) : it_err_nomem(err);

	for (size_t i = 0; !rc && i < lines->count; i++)
		puts[i] = (struct it_store_put){
			.bytes = it_span(lines->page->text.data + lines->items[i].at,
					 lines->items[i].len),
			.name = lines->page->names[i],
			.actor = lines->words->actor,
			.retention = lines->words->retention,
			.lock_until = lines->words->lock_until,
		};
	return rc ? rc : it_put_row_give(lines->row, puts, lines->count, err);
}

/* The line that is not whole yet goes to the other page. */
static int turn(struct lines *lines, struct intoto_error **err)
{
	struct page *next = &lines->pages[lines->page == lines->pages];

	it_buf_reset(&next->text);
	(void)it_buf_add(&next->text, lines->page->text.data + lines->begin,
			 lines->page->text.len - lines->begin); /* looked at below */
	lines->page = next;
	lines->looked -= lines->begin;
	lines->begin = 0;
	lines->count = 0;
	return it_buf_check(&next->text, "a line", err);
}

static int put_all(struct lines *lines, struct intoto_error **err)
{
	int rc;

	if (!lines->count)
		return INTOTO_OK;
	rc = give(lines, err);
	if (rc)
		return it_err_wrap(err, rc, "%s: line %ju and those behind it", lines->name,
				   (uintmax_t)lines->items[0].number);
	return turn(lines, err);
}

/* --- lines --- */

static int add_line(struct lines *lines, size_t end, struct intoto_error **err)
{
	struct line line = { lines->begin, end - lines->begin, ++lines->number };

	lines->begin = end < lines->page->text.len ? end + 1 : end;
	if (line.len && lines->page->text.data[line.at + line.len - 1] == '\r')
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

	while (!rc && (end = memchr(lines->page->text.data + lines->looked, '\n',
				    lines->page->text.len - lines->looked))) {
		size_t at = (size_t)(end - lines->page->text.data);

		lines->looked = at + 1;
		rc = add_line(lines, at, err);
	}
	lines->looked = lines->page->text.len;
	return rc;
}

/* Nothing more for now: what there is is not kept waiting. */
static int wait_for_more(struct lines *lines, struct intoto_error **err)
{
	struct pollfd wanted = { .fd = lines->fd, .events = POLLIN };

	int rc;

	if (poll(&wanted, 1, PATIENCE_MS))
		return INTOTO_OK; /* a failure is the read's to tell */
	rc = put_all(lines, err);
	return rc ? rc : it_put_row_finish(lines->row, err);
}

static int read_piece(struct lines *lines, bool *more, struct intoto_error **err)
{
	ssize_t got;
	int rc = wait_for_more(lines, err);

	if (rc)
		return rc;
	(void)it_buf_reserve(&lines->page->text, PIECE); /* looked at here */
	rc = it_buf_check(&lines->page->text, "a line", err);
	if (rc)
		return it_err_wrap(err, rc, "%s:%ju", lines->name, (uintmax_t)lines->number + 1);
	got = TEMP_FAILURE_RETRY(
		read(lines->fd, lines->page->text.data + lines->page->text.len, PIECE));
	if (got < 0)
		return it_err_errno(err, errno, "%s", lines->name);
	*more = got > 0;
	lines->page->text.len += (size_t)got;
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
	if (!rc && lines->begin < lines->page->text.len)
		rc = add_line(lines, lines->page->text.len, err);
	return rc ? rc : put_all(lines, err);
}

static int make_pages(struct lines *lines, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(lines->pages); i++) {
		lines->pages[i].text.max = (size_t)IT_STORE_DOCUMENT_MAX + BATCH_BYTES + 2 * PIECE;
		lines->pages[i].names = calloc(IT_PUT_BATCH, sizeof(char *));
		if (!lines->pages[i].names)
			return it_err_nomem(err);
	}
	lines->page = lines->pages;
	lines->items = calloc(IT_PUT_BATCH, sizeof *lines->items);
	return lines->items ? INTOTO_OK : it_err_nomem(err);
}

int it_put_lines(const struct it_put_words *self, struct it_put_row *row, const char *path,
		 struct intoto_error **err)
{
	bool input = it_streq(path, "-");
	IT_AUTO(lines_done)
	struct lines lines = {
		.words = self,
		.row = row,
		.name = input ? "standard input" : path,
		.fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY),
	};
	int finished;
	int rc;

	if (lines.fd < 0)
		return it_err_errno(err, errno, "%s", path);
	rc = make_pages(&lines, err);
	if (!rc)
		rc = read_all(&lines, err);
	/* The pages go with this; what was given before a failure is put and told. */
	finished = it_put_row_finish(row, rc ? NULL : err);
	return rc ? rc : finished;
}
