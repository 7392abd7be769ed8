/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tar_walk.h"

#include <string.h>

#include "base/text.h"

enum {
	NAME = 0,
	NAME_SIZE = 100,
	SIZE = 124,
	SIZE_SIZE = 12,
	TYPE = 156,
	MAGIC = 257,
	MAGIC_SIZE = 6,
	PREFIX = 345,
	PREFIX_SIZE = 155,
	EXTENDED_MAX = 64 * 1024,
	PATH_MAX_BYTES = 64 * 1024,
	END_BLOCKS = 2,
};

void it_tar_walk_start(struct it_tar_walk *walk)
{
	*walk = (struct it_tar_walk){
		.extended = IT_BUF(EXTENDED_MAX),
		.path = IT_BUF(PATH_MAX_BYTES),
	};
	it_digest_start(&walk->members, it_digest_find("sha256"));
}

void it_tar_walk_done(struct it_tar_walk *walk)
{
	it_buf_done(&walk->extended);
	it_buf_done(&walk->path);
}

void it_tar_walk_note(struct it_digest *members, struct it_span name, uint64_t size)
{
	it_digest_add(members, name.data, name.len);
	it_digest_add(members, "", 1);
	it_digest_add(members, &size, sizeof size);
}

static uint64_t filled(uint64_t size)
{
	return (size + IT_TAR_BLOCK - 1) / IT_TAR_BLOCK * IT_TAR_BLOCK;
}

/* --- numbers --- */

static bool read_number(uint64_t *out, struct it_span text, unsigned base)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';

		if (digit >= base || *out > ((uint64_t)INT64_MAX - digit) / base)
			return false;
		*out = *out * base + digit;
	}
	return text.len;
}

/* Octal digits, which blanks or zero bytes end. */
static bool read_size(uint64_t *out, const unsigned char *field)
{
	const char *text = (const char *)field;
	size_t len = 0;

	while (len < SIZE_SIZE && text[len] && text[len] != ' ')
		len++;
	return read_number(out, it_span(text, len), 8);
}

/* --- extended headers --- */

/* What no reader needs to find a member, and all take for the same. */
static bool is_harmless(struct it_span name)
{
	static const char *const names[] = { "mtime", "atime", "ctime",	  "uid",       "gid",
					     "uname", "gname", "comment", "hdrcharset" };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		if (it_span_is(name, names[i]))
			return true;
	return false;
}

static bool take_record(struct it_tar_walk *walk, struct it_span name, struct it_span value)
{
	if (it_span_is(name, "size")) {
		bool again = walk->has_size;

		walk->has_size = true;
		return !again && read_number(&walk->size, value, 10);
	}
	if (!it_span_is(name, "path"))
		return is_harmless(name);
	if (walk->path.len || !value.len || memchr(value.data, '\0', value.len))
		return false;
	(void)it_buf_add_span(&walk->path, value); /* looked at here */
	return !walk->path.failed;
}

/* "LENGTH NAME=VALUE\n", one behind the other */
static bool read_extended(struct it_tar_walk *walk)
{
	struct it_span text = it_buf_span(&walk->extended);

	while (text.len) {
		const char *blank = memchr(text.data, ' ', text.len);
		const char *equals;
		const char *name;
		uint64_t len = 0;

		if (!blank ||
		    !read_number(&len, it_span(text.data, (size_t)(blank - text.data)), 10) ||
		    len > text.len || len < (uint64_t)(blank - text.data) + 2 ||
		    text.data[len - 1] != '\n')
			return false;
		name = blank + 1;
		equals = memchr(name, '=', (size_t)len - (size_t)(name - text.data));
		if (!equals ||
		    !take_record(walk, it_span(name, (size_t)(equals - name)),
				 it_span(equals + 1, (size_t)(text.data + len - 1 - (equals + 1)))))
			return false;
		text = it_span(text.data + len, text.len - (size_t)len);
	}
	return true;
}

/* --- headers --- */

static bool take_extended(struct it_tar_walk *walk, uint64_t size)
{
	if (walk->has_extended || size > EXTENDED_MAX || !size)
		return false;
	walk->has_extended = true;
	walk->gather = filled(size);
	walk->gather_fill = walk->gather - size;
	return true;
}

static bool note_member(struct it_tar_walk *walk, uint64_t size)
{
	const char *name = (const char *)walk->block + NAME;
	const char *prefix = (const char *)walk->block + PREFIX;
	struct it_buf *path = &walk->path;

	if (!path->len) {
		/* Where GNU has its magic word, other things stand in the place of the prefix. */
		if (!walk->block[MAGIC + MAGIC_SIZE - 1] && *prefix) {
			(void)it_buf_add(path, prefix, strnlen(prefix, PREFIX_SIZE)); /* sticky */
			(void)it_buf_add_byte(path, '/');			      /* sticky */
		}
		(void)it_buf_add(path, name, strnlen(name, NAME_SIZE)); /* below */
	}
	if (path->failed)
		return false;
	it_tar_walk_note(&walk->members, it_buf_span(path), size);
	it_buf_reset(path);
	it_buf_reset(&walk->extended);
	walk->has_extended = walk->has_size = false;
	walk->skip = filled(size);
	walk->skip_fill = walk->skip - size;
	return true;
}

static bool is_zero(const void *bytes, size_t len)
{
	const unsigned char *block = bytes;

	for (size_t i = 0; i < len; i++)
		if (block[i])
			return false;
	return true;
}

static bool take_header(struct it_tar_walk *walk)
{
	uint64_t size = 0;

	if (is_zero(walk->block, IT_TAR_BLOCK)) {
		walk->zeros++;
		return !walk->has_extended;
	}
	if (walk->zeros ||
	    !it_span_is(it_span((const char *)walk->block + MAGIC, MAGIC_SIZE - 1), "ustar"))
		return false;
	if (walk->block[TYPE] == 'x')
		return read_size(&size, walk->block + SIZE) && take_extended(walk, size);
	if (walk->block[TYPE] != '0')
		return false;
	if (walk->has_size)
		size = walk->size;
	else if (!read_size(&size, walk->block + SIZE))
		return false;
	return note_member(walk, size);
}

/* One block; gather counts it still. */
static void take_gathered(struct it_tar_walk *walk)
{
	const char *block = (const char *)walk->block;
	size_t fill = walk->gather == IT_TAR_BLOCK ? (size_t)walk->gather_fill : 0;
	size_t len = IT_TAR_BLOCK - fill;

	(void)it_buf_add(&walk->extended, block, len); /* below */
	walk->hides = walk->hides || !is_zero(block + len, fill);
}

/* --- what others call --- */

/* How much of piece is no header, and was taken. */
static size_t take_content(struct it_tar_walk *walk, struct it_span piece)
{
	size_t len = piece.len < walk->skip ? piece.len : (size_t)walk->skip;
	uint64_t content = walk->skip > walk->skip_fill ? walk->skip - walk->skip_fill : 0;

	if (content < len)
		walk->hides = walk->hides || !is_zero(piece.data + content, len - (size_t)content);
	walk->skip -= len;
	return len;
}

static size_t take_block(struct it_tar_walk *walk, struct it_span piece)
{
	size_t room = IT_TAR_BLOCK - walk->have;
	size_t len = piece.len < room ? piece.len : room;

	memcpy(walk->block + walk->have, piece.data, len);
	walk->have += len;
	if (walk->have < IT_TAR_BLOCK)
		return len;
	walk->have = 0;
	if (!walk->gather) {
		walk->bad = walk->bad || !take_header(walk);
		return len;
	}
	take_gathered(walk);
	walk->gather -= IT_TAR_BLOCK;
	if (!walk->gather)
		walk->bad = walk->bad || walk->extended.failed || !read_extended(walk);
	return len;
}

void it_tar_walk_take(struct it_tar_walk *walk, struct it_span piece)
{
	while (piece.len && !walk->bad) {
		size_t len = walk->skip ? take_content(walk, piece) : take_block(walk, piece);

		piece.data += len;
		piece.len -= len;
	}
}

bool it_tar_walk_ended(const struct it_tar_walk *walk)
{
	return is_zero(walk->block, walk->have) && !walk->skip && !walk->gather &&
	       !walk->has_extended && walk->zeros >= END_BLOCKS;
}
