/* SPDX-License-Identifier: Apache-2.0 */
/* Plain runs, eight bytes at a time: links are mostly text, and this is most of the work on one. */
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

/* One byte in all eight of a word; the highest bits of those bytes of a word that are below n, of
 * which the lowest is always right (a borrow only ever goes up). */
#define EIGHT(byte) ((uint64_t)(byte)*0x0101010101010101U)
#define BELOW(word, n) (((word)-EIGHT(n)) & ~(word)&EIGHT(0x80))

/* The first byte in the lowest place, whatever the machine's order. */
static inline uint64_t load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

static inline uint64_t special_of(uint64_t word, bool controls)
{
	return BELOW(word ^ EIGHT('"'), 1) | BELOW(word ^ EIGHT('\\'), 1) |
	       (controls ? BELOW(word, 0x20) : 0);
}

size_t it_plain_end(struct it_span text, size_t from, bool controls, uint64_t *high)
{
	size_t at = from;

	for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t word = load(text.data + at);
		uint64_t special = special_of(word, controls);

		if (special) {
			uint64_t before =
				(special & -special) - 1; /* 0 where it is the first byte */

			*high |= word & before & EIGHT(0x80);
			return at + (size_t)__builtin_ctzll(special) / 8;
		}
		*high |= word & EIGHT(0x80);
	}
	for (; at < text.len && is_plain(text.data[at], controls); at++)
		*high |= (unsigned char)text.data[at] & 0x80;
	return at;
}
