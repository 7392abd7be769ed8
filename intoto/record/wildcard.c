/* SPDX-License-Identifier: Apache-2.0 */
/* One part of a path against one part of a pattern, without recursion. */
#include "record/wildcard.h"

static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alpha(unsigned char c)
{
	return is_upper(c) || is_lower(c);
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(unsigned char c)
{
	return is_alpha(c) || is_digit(c);
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static bool is_cntrl(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool is_graph(unsigned char c)
{
	return c > 0x20 && c < 0x7f;
}

static bool is_print(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool is_punct(unsigned char c)
{
	return is_graph(c) && !is_alnum(c);
}

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_xdigit(unsigned char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* ASCII whatever the locale: the same pattern means the same everywhere. */
static const struct {
	const char *name;
	bool (*has)(unsigned char c);
} named[] = {
	{ "alnum", is_alnum }, { "alpha", is_alpha }, { "blank", is_blank },
	{ "cntrl", is_cntrl }, { "digit", is_digit }, { "graph", is_graph },
	{ "lower", is_lower }, { "print", is_print }, { "punct", is_punct },
	{ "space", is_space }, { "upper", is_upper }, { "xdigit", is_xdigit },
};

enum { MALFORMED = -1, OTHER = 0 };

/* "[:alpha:]" at at: its length; OTHER when it is none; MALFORMED for an unknown or open one. */
static long match_named(struct it_span p, size_t at, unsigned char c, bool *hit)
{
	size_t start = at + 2;
	size_t end = start;

	if (start > p.len || p.data[at] != '[' || p.data[at + 1] != ':')
		return OTHER;
	while (end < p.len && p.data[end] != ']')
		end++;
	if (end == p.len)
		return MALFORMED;
	if (end == start || p.data[end - 1] != ':')
		return OTHER; /* "[[:]" is a set of two bytes */
	for (size_t i = 0; i < IT_COUNT_OF(named); i++) {
		if (!it_span_is(it_span(p.data + start, end - 1 - start), named[i].name))
			continue;
		*hit = *hit || named[i].has(c);
		return (long)(end + 1 - at);
	}
	return MALFORMED;
}

/* One byte of a class, escaped or not: how many bytes of the pattern it takes, 0 at the end. */
static size_t read_byte(struct it_span p, size_t at, unsigned char *byte)
{
	size_t escaped = at < p.len && p.data[at] == '\\';

	if (at + escaped >= p.len)
		return 0;
	*byte = (unsigned char)p.data[at + escaped];
	return 1 + escaped;
}

/* "a" or "a-z" at at: its length, 0 at the end of the pattern. */
static size_t match_range(struct it_span p, size_t at, unsigned char c, bool *hit)
{
	unsigned char low;
	unsigned char high;
	size_t used = read_byte(p, at, &low);
	size_t more;

	if (!used)
		return 0;
	*hit = *hit || c == low;
	if (at + used + 1 >= p.len || p.data[at + used] != '-' || p.data[at + used + 1] == ']')
		return used;
	more = read_byte(p, at + used + 1, &high);
	if (!more)
		return 0;
	*hit = *hit || (c >= low && c <= high);
	return used + 1 + more;
}

/* A whole class at at: its length, 0 when it is malformed. */
static size_t match_class(struct it_span p, size_t at, unsigned char c, bool *matched)
{
	size_t i = at + 1;
	bool negated = i < p.len && (p.data[i] == '!' || p.data[i] == '^');
	size_t first = i + negated;
	bool hit = false;

	for (i = first; i < p.len && (p.data[i] != ']' || i == first);) {
		long taken = match_named(p, i, c, &hit);
		size_t used = taken > 0 ? (size_t)taken : 0;

		if (taken == OTHER)
			used = match_range(p, i, c, &hit);
		if (!used)
			return 0;
		i += used;
	}
	if (i >= p.len)
		return 0;
	*matched = hit != negated;
	return i + 1 - at;
}

size_t it_wildcard_class(struct it_span pattern, size_t at)
{
	bool matched;

	return match_class(pattern, at, 0, &matched);
}

const char *it_wildcard_fault(struct it_span pattern)
{
	for (size_t at = 0; at < pattern.len;) {
		size_t used = 1;

		if (pattern.data[at] == '\\') {
			used = 2;
			if (at + 1 == pattern.len)
				return "ends in a backslash that escapes nothing";
		}
		if (pattern.data[at] == '[') {
			used = it_wildcard_class(pattern, at);
			if (!used)
				return "has a [ without its ], or an unknown [:class:]";
		}
		at += used;
	}
	return NULL;
}

/* Whether one byte of text fits what stands at at; then how many bytes of the pattern that was. */
static size_t match_one(struct it_span p, size_t at, unsigned char c)
{
	unsigned char byte;
	bool matched = false;
	size_t used;

	if (at >= p.len)
		return 0;
	if (p.data[at] == '?')
		return 1;
	if (p.data[at] == '[') {
		used = match_class(p, at, c, &matched);
		return matched ? used : 0;
	}
	used = read_byte(p, at, &byte);
	return used && byte == c ? used : 0;
}

/* The last star alone is tried again with one byte more: no recursion, no exponential patterns. */
bool it_wildcard_match(struct it_span pattern, struct it_span text)
{
	size_t p = 0;
	size_t behind_star = SIZE_MAX;
	size_t retry = 0;

	for (size_t t = 0; t < text.len;) {
		size_t used;

		if (p < pattern.len && pattern.data[p] == '*') {
			behind_star = ++p;
			retry = t;
			continue;
		}
		used = match_one(pattern, p, (unsigned char)text.data[t]);
		if (used) {
			p += used;
			t++;
			continue;
		}
		if (behind_star == SIZE_MAX)
			return false;
		p = behind_star;
		t = ++retry;
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}
