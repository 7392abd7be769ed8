/* SPDX-License-Identifier: Apache-2.0 */
/* Plain runs, sixteen bytes at a time: links are mostly text, and this is most of the work on one.
 */
#include "json/plain.h"

#include <string.h>

/*
 * JSON (RFC 8259 section 7) escapes quotes, backslashes and control characters; OLPC canonical JSON
 * only the first two (securesystemslib formats.py).
 */
static bool is_plain(char c, bool controls)
{
	return c != '"' && c != '\\' && !(controls && (unsigned char)c < 0x20);
}

typedef unsigned char bytes16 __attribute__((vector_size(16)));

#define FOUR(c) c, c, c, c
#define SIXTEEN(c)                                                                                 \
	{                                                                                          \
		FOUR(c), FOUR(c), FOUR(c), FOUR(c)                                                 \
	}
#define HIGH_BITS 0x8080808080808080U

/* Eight of sixteen bytes, the first in the lowest place whatever the machine's order. */
static inline uint64_t half_of(bytes16 bytes, size_t half)
{
	uint64_t halves[2];

	memcpy(halves, &bytes, sizeof halves);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(halves[half])
						      : halves[half];
}

/* All bits of the bytes that end a run. */
static inline bytes16 special_of(bytes16 bytes, bool controls)
{
	static const bytes16 quotes = SIXTEEN('"');
	static const bytes16 backslashes = SIXTEEN('\\');
	static const bytes16 blanks = SIXTEEN(' ');
	bytes16 special = (bytes16)(bytes == quotes) | (bytes16)(bytes == backslashes);

	return controls ? special | (bytes16)(bytes < blanks) : special;
}

/* How many bytes stand before the first special one of eight; their highest bits go to *high. */
static inline size_t count_before(uint64_t special, uint64_t bytes, uint64_t *high)
{
	uint64_t before = (special & -special) - 1; /* 0 where it is the first byte */

	*high |= bytes & before & HIGH_BITS;
	return (size_t)__builtin_ctzll(special) / 8;
}

/* Whether all sixteen bytes are plain; else *at goes on to the first that is not. */
static inline bool sixteen_plain(struct it_span text, size_t *at, bool controls, uint64_t *high)
{
	bytes16 bytes;
	bytes16 special;

	memcpy(&bytes, text.data + *at, sizeof bytes);
	special = special_of(bytes, controls);
	if (half_of(special, 0)) {
		*at += count_before(half_of(special, 0), half_of(bytes, 0), high);
		return false;
	}
	*high |= half_of(bytes, 0) & HIGH_BITS;
	if (half_of(special, 1)) {
		*at += 8 + count_before(half_of(special, 1), half_of(bytes, 1), high);
		return false;
	}
	*high |= half_of(bytes, 1) & HIGH_BITS;
	return true;
}

size_t it_plain_end(struct it_span text, size_t from, bool controls, uint64_t *high)
{
	size_t at = from;

	for (; text.len - at >= sizeof(bytes16); at += sizeof(bytes16))
		if (!sixteen_plain(text, &at, controls, high))
			return at;
	if (at < text.len && at > from) { /* the last sixteen, of which some were plain before */
		at = text.len - sizeof(bytes16);
		return sixteen_plain(text, &at, controls, high) ? text.len : at;
	}
	for (; at < text.len && is_plain(text.data[at], controls); at++)
		*high |= (unsigned char)text.data[at] & 0x80;
	return at;
}
