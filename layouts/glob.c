/* SPDX-License-Identifier: Apache-2.0 */
/* Glob patterns as Python's fnmatch reads them. */
#include "layouts/glob.h"

#include <string.h>

#define NOWHERE SIZE_MAX
enum { NOT_UTF8 = 0x110000 }; /* plus the byte: equal only to itself, inside no range of text */

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

struct it_glob it_glob(struct it_span pattern)
{
	struct it_glob glob = { .pattern = pattern };
	size_t behind = pattern.len;

	while (glob.prefix < pattern.len && !is_one_of(pattern.data[glob.prefix], "*?["))
		glob.prefix++;
	while (behind > glob.prefix && !is_one_of(pattern.data[behind - 1], "*?[]"))
		behind--;
	glob.suffix = glob.prefix < pattern.len ? pattern.len - behind : 0;
	for (glob.close_end = pattern.len;
	     glob.close_end > 0 && pattern.data[glob.close_end - 1] != ']';)
		glob.close_end--;
	return glob;
}

struct it_span it_glob_prefix(const struct it_glob *glob)
{
	return it_span(glob->pattern.data, glob->prefix);
}

/* Decodes one character of text that was checked to be UTF-8, and steps over it. */
static uint32_t next_char(const char *text, size_t end, size_t *at)
{
	unsigned char lead = (unsigned char)text[(*at)++];
	uint32_t code = lead;
	unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;

	if (lead < 0x80)
		return code;
	if (!more || *at + more > end)
		return NOT_UTF8 + code;
	code &= 0x3fu >> more;
	for (; more; more--)
		code = code << 6 | ((unsigned char)text[(*at)++] & 0x3f);
	return code;
}

/* Where the members of the class that opens at "at" begin, behind "[!"; a first ] is a member. */
static size_t class_begin(const struct it_glob *glob, size_t at)
{
	return at + (at + 1 < glob->pattern.len && glob->pattern.data[at + 1] == '!' ? 2 : 1);
}

static bool class_is_closed(const struct it_glob *glob, size_t at)
{
	return glob->close_end > class_begin(glob, at) + 1;
}

/* Position of the ] that closes a closed class. */
static size_t class_end(const struct it_glob *glob, size_t at)
{
	size_t end = class_begin(glob, at) + 1;

	while (glob->pattern.data[end] != ']')
		end++;
	return end;
}

/*
 * Whether a class holds c.  Python drops ranges like z-a before it looks for the "!" of a negated
 * class, so that [z-a!x] is [!x]; a range that begins with that "!" falls apart into "-" and its
 * end.
 */
static bool class_has(const struct it_glob *glob, size_t at, size_t end, uint32_t c)
{
	const char *text = glob->pattern.data;
	size_t next = class_begin(glob, at);
	bool negated = next == at + 2;
	bool first = !negated;
	bool found = false;

	while (next < end) {
		uint32_t low = next_char(text, end, &next);
		uint32_t high = low;
		bool range = next + 1 < end && text[next] == '-';

		if (range) {
			next++;
			high = next_char(text, end, &next);
		}
		if (low > high)
			continue;
		if (first && low == '!') {
			negated = true;
			found = range && (c == '-' || c == high);
		} else if (low <= c && c <= high) {
			found = true;
		}
		first = false;
	}
	return found != negated;
}

/* Whether the element at *at, which is no star, matches c; if so, steps over it. */
static bool match_one(const struct it_glob *glob, size_t *at, uint32_t c)
{
	const char *text = glob->pattern.data;
	size_t next = *at;
	uint32_t want;

	if (text[next] == '[' && class_is_closed(glob, next)) {
		size_t end = class_end(glob, next);

		if (!class_has(glob, next, end, c))
			return false;
		*at = end + 1;
		return true;
	}
	want = next_char(text, glob->pattern.len, &next);
	if (want != '?' && want != c)
		return false;
	*at = next;
	return true;
}

/*
 * The first place from n on where the element at p, behind a star, can match: for a plain character
 * that is where its first byte is, which is never inside another one.  NOWHERE if there is none.
 */
static size_t next_start(const struct it_glob *glob, size_t p, const char *name, size_t n,
			 size_t name_end)
{
	char first = glob->pattern.data[p];
	const char *found;

	if (is_one_of(first, "*?["))
		return n;
	found = memchr(name + n, first, name_end - n);
	return found ? (size_t)(found - name) : NOWHERE;
}

/*
 * Matches the elements between prefix and suffix against the same part of the name.  Only the last
 * star is ever tried again: what an earlier one took need not change (so no exponential time).
 */
static bool match_middle(const struct it_glob *glob, const char *name, size_t n, size_t name_end)
{
	const char *text = glob->pattern.data;
	size_t end = glob->pattern.len - glob->suffix;
	size_t p = glob->prefix;
	size_t star = NOWHERE;
	size_t retry = n;

	while (n < name_end) {
		size_t next = n;

		if (p < end && text[p] == '*') {
			star = ++p;
			if (p == end)
				return true;
			retry = next_start(glob, p, name, n, name_end);
		} else if (p < end && match_one(glob, &p, next_char(name, name_end, &next))) {
			n = next;
			continue;
		} else if (star != NOWHERE) {
			(void)next_char(name, name_end, &retry); /* only to step over it */
			retry = next_start(glob, star, name, retry, name_end);
			p = star;
		} else {
			return false;
		}
		if (retry == NOWHERE)
			return false;
		n = retry;
	}
	while (p < end && text[p] == '*')
		p++;
	return p == end;
}

bool it_glob_match(const struct it_glob *glob, struct it_span name)
{
	struct it_span pattern = glob->pattern;
	size_t name_end;

	if (name.len < glob->prefix + glob->suffix)
		return false;
	name_end = name.len - glob->suffix;
	if (!it_span_eq(it_glob_prefix(glob), it_span(name.data, glob->prefix)) ||
	    !it_span_eq(it_span(pattern.data + pattern.len - glob->suffix, glob->suffix),
			it_span(name.data + name_end, glob->suffix)))
		return false;
	return match_middle(glob, name.data, glob->prefix, name_end);
}

bool it_glob_is_closed(const struct it_glob *glob)
{
	for (size_t at = glob->prefix; at < glob->pattern.len; at++) {
		if (glob->pattern.data[at] != '[')
			continue;
		if (!class_is_closed(glob, at))
			return false;
		at = class_end(glob, at);
	}
	return true;
}
