/* SPDX-License-Identifier: Apache-2.0 */
/* Growing buffers that fail at a ceiling instead of truncating. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void it_buf_done(struct it_buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = 0;
	buf->cap = 0;
}

void it_buf_wipe(struct it_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	it_buf_done(buf);
}

void it_buf_reset(struct it_buf *buf)
{
	buf->len = 0;
	buf->failed = INTOTO_OK;
	if (buf->data)
		buf->data[0] = '\0';
}

static int fail(struct it_buf *buf, enum intoto_code code)
{
	buf->failed = code;
	return code;
}

/* Copies into fresh memory rather than realloc, so that no stale copy of a secret stays behind. */
static int grow(struct it_buf *buf, size_t cap)
{
	char *data = malloc(cap);

	if (!data)
		return fail(buf, INTOTO_E_NOMEM);
	if (buf->data) {
		memcpy(data, buf->data, buf->len + 1);
		explicit_bzero(buf->data, buf->cap); /* a reset leaves bytes behind len */
		free(buf->data);
	} else {
		data[0] = '\0';
	}
	buf->data = data;
	buf->cap = cap;
	return INTOTO_OK;
}

int it_buf_reserve(struct it_buf *buf, size_t more)
{
	size_t want;
	size_t cap;

	if (buf->failed)
		return buf->failed;
	if (buf->max < buf->len || more > buf->max - buf->len || more > SIZE_MAX - 1 - buf->len)
		return fail(buf, INTOTO_E_LIMIT);
	want = buf->len + more + 1; /* the NUL */
	if (want <= buf->cap)
		return INTOTO_OK;
	cap = buf->cap ? buf->cap : FIRST_CAPACITY;
	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	return grow(buf, cap);
}

int it_buf_add(struct it_buf *buf, const void *data, size_t len)
{
	int rc = it_buf_reserve(buf, len);

	if (rc)
		return rc;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return INTOTO_OK;
}

int it_buf_add_span(struct it_buf *buf, struct it_span span)
{
	return it_buf_add(buf, span.data, span.len);
}

int it_buf_add_text(struct it_buf *buf, const char *text)
{
	return it_buf_add_span(buf, it_span_text(text));
}

int it_buf_add_byte(struct it_buf *buf, char byte)
{
	return it_buf_add(buf, &byte, 1);
}

int it_buf_printf(struct it_buf *buf, const char *format, ...)
{
	va_list args;
	int need;
	int rc;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		return fail(buf, INTOTO_E_INTERNAL);
	rc = it_buf_reserve(buf, (size_t)need);
	if (rc)
		return rc;
	va_start(args, format);
	(void)vsnprintf(buf->data + buf->len, (size_t)need + 1, format, args); /* measured above */
	va_end(args);
	buf->len += (size_t)need;
	return INTOTO_OK;
}

int it_buf_check(const struct it_buf *buf, const char *what, struct intoto_error **err)
{
	switch ((int)buf->failed) {
	case INTOTO_OK:
		return INTOTO_OK;
	case INTOTO_E_LIMIT:
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %zu bytes", what, buf->max);
	case INTOTO_E_NOMEM:
		return it_err_nomem(err);
	default:
		return it_err_set(err, buf->failed, "%s: cannot be written", what);
	}
}

struct it_span it_buf_span(const struct it_buf *buf)
{
	return it_span(buf->data, buf->len);
}

const char *it_buf_text(const struct it_buf *buf)
{
	return buf->data ? buf->data : "";
}

char *it_buf_take(struct it_buf *buf)
{
	char *data = buf->data ? buf->data : calloc(1, 1);

	buf->data = NULL;
	buf->len = 0;
	buf->cap = 0;
	return data;
}
