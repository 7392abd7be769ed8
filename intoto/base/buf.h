/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed bytes (span) and owned bytes with a mandatory ceiling (buf). */
#ifndef IT_BASE_BUF_H
#define IT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/* Bytes that somebody else owns.  Not terminated; may hold NUL. */
struct it_span {
	const char *data;
	size_t len;
};

/* These are a line each and stand in every inner loop, so they are here. */
static inline struct it_span it_span(const void *data, size_t len)
{
	return (struct it_span){ data, len };
}

/* Of a C string, without its NUL; NULL gives an empty span. */
static inline struct it_span it_span_text(const char *text)
{
	return it_span(text, text ? strlen(text) : 0);
}

static inline bool it_span_eq(struct it_span a, struct it_span b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool it_span_is(struct it_span a, const char *text)
{
	return it_span_eq(a, it_span_text(text));
}

/* Bytewise, shorter first: the order of keys and paths everywhere. */
static inline int it_span_cmp(struct it_span a, struct it_span b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared ? memcmp(a.data, b.data, shared) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/*
 * Bytes that grow up to max and then fail.  Failures stick: after one, additions do nothing and
 * it_buf_check() says why, so a writer may look once at the end.  data is NUL-terminated whenever
 * it is not NULL (the NUL is not part of len).
 */
struct it_buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	enum intoto_code failed;
};

/* IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096); */
#define IT_BUF(ceiling)                                                                            \
	{                                                                                          \
		.max = (ceiling)                                                                   \
	}

void it_buf_done(struct it_buf *buf);
/* For secrets: wipes before it frees.  Growth wipes the old copy of every buffer already. */
void it_buf_wipe(struct it_buf *buf);
/* Empties without freeing; a sticky failure is forgotten. */
void it_buf_reset(struct it_buf *buf);

/* Each returns 0 or the sticky code. */
int it_buf_reserve(struct it_buf *buf, size_t more);
int it_buf_add(struct it_buf *buf, const void *data, size_t len);
int it_buf_add_span(struct it_buf *buf, struct it_span span);
int it_buf_add_text(struct it_buf *buf, const char *text);
int it_buf_add_byte(struct it_buf *buf, char byte);
int it_buf_printf(struct it_buf *buf, const char *format, ...) IT_PRINTF(2, 3);

/* 0, or sets err to "WHAT is over N bytes" or out of memory. */
int it_buf_check(const struct it_buf *buf, const char *what, struct intoto_error **err);

struct it_span it_buf_span(const struct it_buf *buf);
/* The contents as a C string, "" when empty; borrowed. */
const char *it_buf_text(const struct it_buf *buf);
/* Hands the bytes over (NUL-terminated, caller frees; never NULL unless memory ran out); buf is
 * empty after. */
char *it_buf_take(struct it_buf *buf);

#endif
