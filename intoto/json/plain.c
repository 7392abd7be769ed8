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

/* One byte in all eight of a word; the highest bits of those bytes of a word that are below n. */
#define EIGHT(byte) ((uint64_t)(byte)*0x0101010101010101U)
#define BELOW(word, n) (((word)-EIGHT(n)) & ~(word)&EIGHT(0x80))

size_t it_plain_end(struct it_span text, size_t from, bool controls, uint64_t *high)
{
	size_t at = from;
	uint64_t word;

	for (; text.len - at >= sizeof word; at += sizeof word) {
		memcpy(&word, text.data + at, sizeof word);
		if (BELOW(word ^ EIGHT('"'), 1) | BELOW(word ^ EIGHT('\\'), 1) |
		    (controls ? BELOW(word, 0x20) : 0))
			break;
		*high |= word & EIGHT(0x80);
	}
	for (; at < text.len && is_plain(text.data[at], controls); at++)
		*high |= (unsigned char)text.data[at] & 0x80;
	return at;
}
