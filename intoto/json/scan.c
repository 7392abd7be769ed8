/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, and the bounds of a document before it is parsed. */
#include "json/scan.h"

#include <string.h>

#include "json/content.h"
#include "json/place.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       ((unsigned char)c & 0x80) || is_of_number(c);
}

static enum it_token_kind kind_of(char c)
{
	static const struct {
		char c;
		enum it_token_kind kind;
	} marks[] = { { '{', IT_TOKEN_OBJECT }, { '}', IT_TOKEN_OBJECT_END },
		      { '[', IT_TOKEN_LIST },	{ ']', IT_TOKEN_LIST_END },
		      { ',', IT_TOKEN_COMMA },	{ ':', IT_TOKEN_COLON },
		      { '"', IT_TOKEN_TEXT },	{ '-', IT_TOKEN_NUMBER } };

	for (size_t i = 0; i < IT_COUNT_OF(marks); i++)
		if (marks[i].c == c)
			return marks[i].kind;
	return c >= '0' && c <= '9' ? IT_TOKEN_NUMBER : IT_TOKEN_WORD;
}

/* Behind the closing quote of the text that opens at at: a quote after an even run of backslashes.
 */
static size_t text_end(struct it_span text, size_t at)
{
	size_t from = at + 1;

	for (;;) {
		const char *quote =
			from < text.len ? memchr(text.data + from, '"', text.len - from) : NULL;
		size_t end = quote ? (size_t)(quote - text.data) : text.len;
		size_t run = 0;

		if (!quote)
			return text.len;
		while (end - run > from && text.data[end - run - 1] == '\\')
			run++;
		if (run % 2 == 0)
			return end + 1;
		from = end + 1;
	}
}

static size_t run_end(struct it_span text, size_t at, bool (*is_part)(char))
{
	size_t end = at + 1;

	while (end < text.len && is_part(text.data[end]))
		end++;
	return end;
}

static size_t token_end(struct it_span text, size_t at, enum it_token_kind kind)
{
	if (kind == IT_TOKEN_TEXT)
		return text_end(text, at);
	if (kind == IT_TOKEN_NUMBER)
		return run_end(text, at, is_of_number);
	if (kind == IT_TOKEN_WORD && is_of_word(text.data[at]))
		return run_end(text, at, is_of_word);
	return at + 1;
}

struct it_token it_scan_next(struct it_scan *scan)
{
	struct it_token token = { IT_TOKEN_END, 0, { NULL, 0 } };

	while (scan->at < scan->text.len && is_space(scan->text.data[scan->at]))
		scan->at++;
	token.at = scan->at;
	if (scan->at == scan->text.len)
		return token;
	token.kind = kind_of(scan->text.data[scan->at]);
	scan->at = token_end(scan->text, scan->at, token.kind);
	token.text = it_span(scan->text.data + token.at, scan->at - token.at);
	return token;
}

static bool is_real(struct it_token token)
{
	for (size_t i = 0; i < token.text.len; i++)
		if (token.text.data[i] == '.' || token.text.data[i] == 'e' ||
		    token.text.data[i] == 'E')
			return true;
	return false;
}

struct bounds {
	unsigned depth;
	size_t values; /* at least as many as there are */
};

static int count_token(struct bounds *seen, struct it_token token, struct it_span text,
		       const struct it_json_limits *limits, struct intoto_error **err)
{
	bool opens = token.kind == IT_TOKEN_OBJECT || token.kind == IT_TOKEN_LIST;
	bool closes = token.kind == IT_TOKEN_OBJECT_END || token.kind == IT_TOKEN_LIST_END;

	if (token.kind == IT_TOKEN_NUMBER && !limits->reals && is_real(token))
		return it_place_refuse(text, token.at, INTOTO_E_FORMAT, err,
				       "want a whole number, found a real number");
	if (opens && seen->depth++ == limits->depth)
		return it_place_refuse(text, token.at, INTOTO_E_LIMIT, err, "nested deeper than %u",
				       limits->depth);
	if (closes && seen->depth)
		seen->depth--;
	if ((opens || token.kind == IT_TOKEN_COMMA) && seen->values++ == limits->values)
		return it_place_refuse(text, token.at, INTOTO_E_LIMIT, err, "more than %zu values",
				       limits->values);
	return INTOTO_OK;
}

int it_scan_bounds(struct it_span text, const struct it_json_limits *limits, size_t *content,
		   struct intoto_error **err)
{
	struct it_scan scan = { text, 0 };
	struct bounds seen = { 0 };

	*content = 0;
	if (text.len > limits->bytes)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %zu bytes", limits->bytes);
	for (;;) {
		struct it_token token = it_scan_next(&scan);
		int rc;

		if (token.kind == IT_TOKEN_END)
			return INTOTO_OK;
		rc = count_token(&seen, token, text, limits, err);
		if (rc)
			return rc;
		*content += it_content_of_token(token);
	}
}
