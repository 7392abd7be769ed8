/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON.  Faults stick: a writer looks once, at the end. */
#include "attestors/kit/out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"

enum {
	IN_MEMORY = 1 << 20, /* past it bytes go to the file */
};

void it_out_init(struct intoto_json_out *out, uint64_t most)
{
	*out = (struct intoto_json_out){ .fd = -1, .most = most };
	out->buf.max = SIZE_MAX / 2; /* is emptied in time; most is the limit */
}

void it_out_done(struct intoto_json_out *out)
{
	it_buf_done(&out->buf);
	if (out->fd >= 0)
		(void)close(out->fd); /* nobody else has it */
	out->fd = -1;
}

static void fail(struct intoto_json_out *out, enum intoto_code code, const char *why)
{
	if (out->failed)
		return;
	out->failed = code;
	out->why = why;
}

int it_out_check(const struct intoto_json_out *out, struct intoto_error **err)
{
	if (out->failed == INTOTO_E_NOMEM || out->buf.failed)
		return it_err_nomem(err);
	if (out->failed == INTOTO_E_IO)
		return it_err_errno(err, out->number, "%s", out->why);
	if (out->failed == INTOTO_E_LIMIT)
		return it_err_set(err, INTOTO_E_LIMIT, "the answer is over %" PRIu64 " bytes",
				  out->most);
	if (out->failed)
		return it_err_set(err, out->failed, "the writer of the answer: %s", out->why);
	return 0;
}

int it_out_write(int fd, struct it_span piece, struct intoto_error **err)
{
	while (piece.len) {
		ssize_t put = write(fd, piece.data, piece.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return it_err_errno(err, errno, "write");
		piece.data += put;
		piece.len -= (size_t)put;
	}
	return 0;
}

/* A file without a name: there may be no folder where one could be made. */
static void spill(struct intoto_json_out *out)
{
	if (out->fd < 0)
		out->fd = memfd_create("answer", MFD_CLOEXEC);
	if (out->fd < 0 || it_out_write(out->fd, it_buf_span(&out->buf), NULL)) {
		out->number = errno;
		fail(out, INTOTO_E_IO, "the answer is kept until it is whole");
	}
	out->written += out->buf.len;
	it_buf_reset(&out->buf);
}

static void settle(struct intoto_json_out *out)
{
	if (out->buf.failed)
		fail(out, out->buf.failed, "out of memory");
	if (out->written + out->buf.len > out->most)
		fail(out, INTOTO_E_LIMIT, "too long");
	if (out->buf.len > IN_MEMORY && !out->failed)
		spill(out);
}

static int pour_file(struct intoto_json_out *out, int fd, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *piece = malloc(IN_MEMORY / 16);
	off_t at = 0;

	if (!piece)
		return it_err_nomem(err);
	while ((uint64_t)at < out->written) {
		ssize_t got = pread(out->fd, piece, IN_MEMORY / 16, at);
		int rc;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return it_err_errno(err, got ? errno : EIO, "the kept answer");
		rc = it_out_write(fd, it_span(piece, (size_t)got), err);
		if (rc)
			return rc;
		at += got;
	}
	return 0;
}

int it_out_pour(struct intoto_json_out *out, int fd, struct intoto_error **err)
{
	int rc = it_out_check(out, err);

	if (!rc && out->fd >= 0)
		rc = pour_file(out, fd, err);
	return rc ? rc : it_out_write(fd, it_buf_span(&out->buf), err);
}

/* --- places --- */

/* A value comes: the comma in front of it, and whether it may stand here. */
static bool place(struct intoto_json_out *out, char kind)
{
	bool in_object = out->depth && out->kinds[out->depth - 1] == '{';

	if (out->failed)
		return false;
	if (in_object != out->named) {
		fail(out, INTOTO_E_INTERNAL, "a member without its name");
		return false;
	}
	if (out->depth == out->floor) {
		out->roots++;
		out->root_object = kind == '{';
	}
	if (!out->named && out->depth) {
		if (out->filled[out->depth - 1])
			it_buf_add_byte(&out->buf, ',');
		out->filled[out->depth - 1] = true;
	}
	out->named = false;
	return true;
}

static void begin(struct intoto_json_out *out, char kind)
{
	if (!place(out, kind))
		return;
	if (out->depth == IT_OUT_DEEPEST) {
		fail(out, INTOTO_E_LIMIT, "nested too deep");
		return;
	}
	out->kinds[out->depth] = kind;
	out->filled[out->depth++] = false;
	it_buf_add_byte(&out->buf, kind);
}

static void end(struct intoto_json_out *out, char kind)
{
	if (out->failed)
		return;
	if (out->depth <= out->floor || out->kinds[out->depth - 1] != kind || out->named) {
		fail(out, INTOTO_E_INTERNAL, "an end without its begin");
		return;
	}
	out->depth--;
	it_buf_add_byte(&out->buf, kind == '{' ? '}' : ']');
	settle(out);
}

void intoto_out_object(struct intoto_json_out *out)
{
	begin(out, '{');
}

void intoto_out_object_end(struct intoto_json_out *out)
{
	end(out, '{');
}

void intoto_out_list(struct intoto_json_out *out)
{
	begin(out, '[');
}

void intoto_out_list_end(struct intoto_json_out *out)
{
	end(out, '[');
}

/* --- values --- */

static void add_escape(struct it_buf *buf, unsigned char byte)
{
	switch (byte) {
	case '"':
		it_buf_add_text(buf, "\\\"");
		return;
	case '\\':
		it_buf_add_text(buf, "\\\\");
		return;
	case '\n':
		it_buf_add_text(buf, "\\n");
		return;
	case '\t':
		it_buf_add_text(buf, "\\t");
		return;
	default:
		it_buf_printf(buf, "\\u%04x", byte);
		return;
	}
}

static void add_quoted(struct it_buf *buf, struct it_span text)
{
	size_t plain = 0;

	it_buf_add_byte(buf, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f)
			continue;
		it_buf_add(buf, text.data + plain, i - plain);
		add_escape(buf, byte);
		plain = i + 1;
	}
	it_buf_add(buf, text.data + plain, text.len - plain);
	it_buf_add_byte(buf, '"');
}

static void add_text(struct intoto_json_out *out, struct it_span text)
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(SIZE_MAX / 2);

	if (it_utf8_valid(text)) {
		add_quoted(&out->buf, text);
		return;
	}
	it_utf8_replace(&clean, text);
	if (clean.failed)
		fail(out, clean.failed, "out of memory");
	out->replaced = true;
	add_quoted(&out->buf, it_buf_span(&clean));
}

void intoto_out_name(struct intoto_json_out *out, const char *name)
{
	if (out->failed)
		return;
	if (!out->depth || out->kinds[out->depth - 1] != '{' || out->named || !name) {
		fail(out, INTOTO_E_INTERNAL, "a name outside of an object");
		return;
	}
	if (out->filled[out->depth - 1])
		it_buf_add_byte(&out->buf, ',');
	out->filled[out->depth - 1] = true;
	add_text(out, it_span_text(name));
	it_buf_add_byte(&out->buf, ':');
	out->named = true;
}

void intoto_out_bytes(struct intoto_json_out *out, const char *text, size_t length)
{
	if (!place(out, '"'))
		return;
	add_text(out, it_span(text, length));
	settle(out);
}

void intoto_out_text(struct intoto_json_out *out, const char *text)
{
	if (text)
		intoto_out_bytes(out, text, strlen(text));
	else
		intoto_out_null(out);
}

static void add_word(struct intoto_json_out *out, const char *word)
{
	if (!place(out, 'w'))
		return;
	it_buf_add_text(&out->buf, word);
	settle(out);
}

void intoto_out_int(struct intoto_json_out *out, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%" PRId64, number); /* fits: 20 and a NUL */
	add_word(out, digits);
}

/* RFC 8259 section 6. */
static bool is_number(struct it_span text)
{
	size_t at = 0;
	size_t first;

	at += at < text.len && text.data[at] == '-';
	first = at;
	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	if (at == first || (text.data[first] == '0' && at - first > 1))
		return false;
	if (at < text.len && text.data[at] == '.') {
		first = ++at;
		while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
			at++;
		if (at == first)
			return false;
	}
	if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
		at++;
		at += at < text.len && (text.data[at] == '-' || text.data[at] == '+');
		first = at;
		while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
			at++;
		if (at == first)
			return false;
	}
	return at == text.len;
}

void intoto_out_number(struct intoto_json_out *out, const char *digits, size_t length)
{
	if (!is_number(it_span(digits, length))) {
		fail(out, INTOTO_E_INTERNAL, "digits that are no number");
		return;
	}
	if (!place(out, 'w'))
		return;
	it_buf_add(&out->buf, digits, length);
	settle(out);
}

void intoto_out_bool(struct intoto_json_out *out, bool value)
{
	add_word(out, value ? "true" : "false");
}

void intoto_out_null(struct intoto_json_out *out)
{
	add_word(out, "null");
}

void intoto_out_member(struct intoto_json_out *out, const char *name, const char *text)
{
	if (!text)
		return;
	intoto_out_name(out, name);
	intoto_out_text(out, text);
}
