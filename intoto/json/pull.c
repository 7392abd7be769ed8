/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling values out of a document. */
#include "json/pull.h"

#include <string.h>

#include "base/text.h"
#include "json/plain.h"
#include "json/scan.h"

enum { UNICODE_DIGITS = 4 };

void it_pull_fail(struct it_pull *pull, enum intoto_code code)
{
	if (!pull->failed)
		pull->failed = code;
	pull->at = pull->end;
}

/* Not for this reader, for whatever reason. */
static void decline(struct it_pull *pull)
{
	it_pull_fail(pull, INTOTO_E_FORMAT);
}

void it_pull_init(struct it_pull *pull, struct it_span text, const struct it_json_limits *limits)
{
	*pull = (struct it_pull){ .at = text.data,
				  .end = text.data + text.len,
				  .limits = limits,
				  .scratch = IT_BUF(SIZE_MAX / 2) };
	if (text.len > limits->bytes)
		decline(pull);
}

void it_pull_done(struct it_pull *pull)
{
	it_buf_done(&pull->scratch);
}

static inline void skip_space(struct it_pull *pull)
{
	const char *at = pull->at;

	while (at < pull->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	pull->at = at;
}

/* Takes c if it is what follows. */
static inline bool take(struct it_pull *pull, char c)
{
	skip_space(pull);
	if (pull->at == pull->end || *pull->at != c)
		return false;
	pull->at++;
	return true;
}

/* As it_scan_bounds() counts: brackets that open, and commas. */
static inline void count_value(struct it_pull *pull)
{
	if (pull->values++ == pull->limits->values)
		decline(pull);
}

void it_pull_open(struct it_pull *pull, char bracket)
{
	if (!take(pull, bracket) || pull->depth == pull->limits->depth) {
		decline(pull);
		return;
	}
	pull->depth++;
	pull->fresh = true;
	count_value(pull);
}

bool it_pull_next(struct it_pull *pull, char bracket)
{
	bool fresh = pull->fresh;

	pull->fresh = false;
	if (take(pull, bracket)) {
		pull->depth--;
		return false;
	}
	if (!fresh && !take(pull, ','))
		decline(pull);
	if (!fresh)
		count_value(pull);
	return !pull->failed;
}

/* --- texts --- */

static bool read_unicode(const char *at, const char *end, uint32_t *out)
{
	uint32_t code = 0;

	if (end - at < UNICODE_DIGITS)
		return false;
	for (int i = 0; i < UNICODE_DIGITS; i++) {
		char c = at[i];
		char lower = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			code = code << 4 | (uint32_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			code = code << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return false;
	}
	*out = code;
	return true;
}

static void add_utf8(struct it_buf *out, uint32_t code)
{
	unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = { 0, 0xc0, 0xe0, 0xf0 };

	(void)it_buf_add_byte(out, (char)(leads[more] | code >> 6 * more)); /* all sticky */
	while (more--)
		(void)it_buf_add_byte(out, (char)(0x80 | (code >> 6 * more & 0x3f)));
}

/* \uXXXX, or two of them; *at stands behind the "\u".  NUL is no character that anybody wants. */
static bool unescape_unicode(struct it_buf *out, const char **at, const char *end)
{
	uint32_t code;
	uint32_t low;

	if (!read_unicode(*at, end, &code) || code == 0 || (code >= 0xdc00 && code < 0xe000))
		return false;
	*at += UNICODE_DIGITS;
	if (code >= 0xd800 && code < 0xdc00) {
		if (end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
		    !read_unicode(*at + 2, end, &low) || low < 0xdc00 || low >= 0xe000)
			return false;
		*at += 2 + UNICODE_DIGITS;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	add_utf8(out, code);
	return true;
}

/* The escape whose backslash *at stands behind. */
static bool unescape_one(struct it_buf *out, const char **at, const char *end)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (*at == end)
		return false;
	if (**at == 'u') {
		(*at)++;
		return unescape_unicode(out, at, end);
	}
	letter = memchr(letters, **at, sizeof letters - 1);
	if (!letter)
		return false;
	(*at)++;
	(void)it_buf_add_byte(out, meant[letter - letters]); /* sticky */
	return true;
}

static bool unescape(struct it_buf *out, struct it_span raw)
{
	const char *at = raw.data;
	const char *end = raw.data + raw.len;

	it_buf_reset(out);
	while (at < end) {
		const char *escape = memchr(at, '\\', (size_t)(end - at));

		(void)it_buf_add(out, at, (size_t)((escape ? escape : end) - at)); /* sticky */
		if (!escape)
			break;
		at = escape + 1;
		if (!unescape_one(out, &at, end))
			return false;
	}
	return true;
}

/* Up to the closing quote; *escaped says whether there is anything to unescape. */
static inline bool take_raw(struct it_pull *pull, struct it_span *out, bool *escaped,
			    uint64_t *high)
{
	struct it_span rest = it_span(pull->at, (size_t)(pull->end - pull->at));
	size_t at = it_plain_end(rest, 0, true, high);

	*escaped = false;
	while (at < rest.len && rest.data[at] == '\\') {
		*escaped = true;
		if (rest.len - at < 2)
			return false;
		at = it_plain_end(rest, at + 2, true, high);
	}
	if (at == rest.len || rest.data[at] != '"')
		return false;
	*out = it_span(rest.data, at);
	pull->at = rest.data + at + 1;
	return true;
}

bool it_pull_text(struct it_pull *pull, struct it_pull_text *out)
{
	uint64_t high = 0;
	bool escaped = false;

	if (!take(pull, '"') || !take_raw(pull, &out->raw, &escaped, &high)) {
		*out = (struct it_pull_text){ .raw = { "", 0 }, .said = { "", 0 } };
		decline(pull);
		return false;
	}
	out->said = out->raw;
	if (escaped) {
		if (!unescape(&pull->scratch, out->raw))
			decline(pull);
		else if (pull->scratch.failed)
			it_pull_fail(pull, INTOTO_E_NOMEM);
		out->said = it_span(it_buf_text(&pull->scratch), pull->scratch.len);
	}
	if (high && !it_utf8_valid(out->said))
		decline(pull);
	return !pull->failed;
}

bool it_pull_name(struct it_pull *pull, struct it_pull_text *out)
{
	bool found = it_pull_text(pull, out);

	if (found && !take(pull, ':'))
		decline(pull);
	return !pull->failed;
}

/* --- values --- */

/* Counts one token of a value; false for one that cannot be there. */
static bool count_token(struct it_pull *pull, enum it_token_kind kind, unsigned *level)
{
	if (kind == IT_TOKEN_END ||
	    (*level == 0 && (kind == IT_TOKEN_COMMA || kind == IT_TOKEN_COLON ||
			     kind == IT_TOKEN_OBJECT_END || kind == IT_TOKEN_LIST_END)))
		return false;
	if (kind == IT_TOKEN_OBJECT || kind == IT_TOKEN_LIST) {
		if (pull->depth + *level == pull->limits->depth)
			return false;
		++*level;
		count_value(pull);
	}
	if (kind == IT_TOKEN_COMMA)
		count_value(pull);
	if (kind == IT_TOKEN_OBJECT_END || kind == IT_TOKEN_LIST_END)
		--*level;
	return !pull->failed;
}

/*
 * Finds the end of any value by its brackets.  Only if the document reader then takes all of it was
 * that the end.
 */
static bool take_value(struct it_pull *pull, struct it_span *out)
{
	struct it_scan scan = { it_span(pull->at, (size_t)(pull->end - pull->at)), 0 };
	unsigned level = 0;

	do {
		if (!count_token(pull, it_scan_next(&scan).kind, &level))
			return false;
	} while (level);
	*out = it_span(pull->at, scan.at);
	pull->at += scan.at;
	return true;
}

bool it_pull_tree(struct it_pull *pull, struct it_json **out)
{
	struct it_json_limits limits = *pull->limits;
	struct it_span text;
	int rc;

	*out = NULL;
	if (pull->failed || !take_value(pull, &text)) {
		decline(pull);
		return false;
	}
	limits.depth -= pull->depth;
	rc = it_json_parse(out, text, &limits, NULL);
	if (rc)
		it_pull_fail(pull, rc == INTOTO_E_NOMEM ? INTOTO_E_NOMEM : INTOTO_E_FORMAT);
	return !rc;
}

bool it_pull_end(struct it_pull *pull)
{
	skip_space(pull);
	if (pull->at != pull->end || pull->depth)
		decline(pull);
	return !pull->failed;
}
