/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a GraphQL document. */
#include "serve/graphql_token.h"

#include <string.h>

#include "base/text.h"
#include "serve/graphql.h"

enum { SHOWN_MAX = 40, SURROGATE_HIGH = 0xd800, SURROGATE_LOW = 0xdc00, SURROGATE_END = 0xe000 };

void it_graphql_reader_init(struct it_graphql_reader *reader, struct it_span text)
{
	*reader = (struct it_graphql_reader){ .at = text.data,
					      .end = text.data + text.len,
					      .line = 1,
					      .said = IT_BUF(IT_GRAPHQL_MAX) };
}

void it_graphql_reader_done(struct it_graphql_reader *reader)
{
	it_buf_done(&reader->said);
}

static size_t left(const struct it_graphql_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

static bool follows(const struct it_graphql_reader *reader, const char *text)
{
	size_t len = strlen(text);

	return left(reader) >= len && it_span_is(it_span(reader->at, len), text);
}

static int refuse_here(const struct it_graphql_reader *reader, const char *text,
		       struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "line %u: %s", reader->line, text);
}

int it_graphql_refuse(const struct it_graphql_reader *reader, const char *wanted,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(16 * SHOWN_MAX);
	size_t len = reader->word.len < SHOWN_MAX ? reader->word.len : SHOWN_MAX;

	if (reader->kind == IT_TOKEN_END)
		return it_err_set(err, INTOTO_E_FORMAT, "line %u: want %s, found the end",
				  reader->line, wanted);
	it_text_quote(&shown, it_span(reader->word.data, len));
	return it_err_set(err, INTOTO_E_FORMAT, "line %u: want %s, found '%s'", reader->line,
			  wanted, it_buf_text(&shown));
}

static void skip_comment(struct it_graphql_reader *reader)
{
	while (left(reader) && *reader->at != '\n' && *reader->at != '\r')
		reader->at++;
}

/* White space, commas, comments, and a byte order mark are nothing (section 2.1.7). */
static void skip(struct it_graphql_reader *reader)
{
	for (;;) {
		if (!left(reader))
			return;
		if (*reader->at == '#') {
			skip_comment(reader);
		} else if (follows(reader, "\xef\xbb\xbf")) {
			reader->at += 3;
		} else if (memchr(" \t\n\r,", *reader->at, 5)) {
			reader->line += *reader->at == '\n';
			reader->at++;
		} else {
			return;
		}
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void take(struct it_graphql_reader *reader, enum it_graphql_token_kind kind, size_t len)
{
	reader->kind = kind;
	reader->word = it_span(reader->at, len);
	reader->at += len;
}

static void read_name(struct it_graphql_reader *reader)
{
	size_t len = 1;

	while (len < left(reader) && (is_name_start(reader->at[len]) || is_digit(reader->at[len])))
		len++;
	take(reader, IT_TOKEN_NAME, len);
}

static size_t digits_at(const struct it_graphql_reader *reader, size_t at)
{
	size_t from = at;

	while (at < left(reader) && is_digit(reader->at[at]))
		at++;
	return at - from;
}

static char char_at(const struct it_graphql_reader *reader, size_t at)
{
	return at < left(reader) ? reader->at[at] : '\0';
}

/* Section 2.9.1: no leading zero, and no name or "." directly behind it. */
static int read_number(struct it_graphql_reader *reader, struct intoto_error **err)
{
	size_t len = char_at(reader, 0) == '-' ? 1 : 0;
	size_t digits = digits_at(reader, len);
	bool real = false;
	bool good = digits && !(digits > 1 && char_at(reader, len) == '0');

	len += digits;
	if (good && char_at(reader, len) == '.') {
		digits = digits_at(reader, len + 1);
		good = digits > 0;
		real = true;
		len += digits + 1;
	}
	if (good && (char_at(reader, len) == 'e' || char_at(reader, len) == 'E')) {
		len += char_at(reader, len + 1) == '+' || char_at(reader, len + 1) == '-' ? 2 : 1;
		digits = digits_at(reader, len);
		good = digits > 0;
		real = true;
		len += digits;
	}
	if (!good || char_at(reader, len) == '.' || is_name_start(char_at(reader, len)))
		return refuse_here(reader, "want a number", err);
	take(reader, real ? IT_TOKEN_FLOAT : IT_TOKEN_INT, len);
	return INTOTO_OK;
}

static bool hex_value(uint32_t *out, struct it_span digits)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(8);
	char even[9] = "00000000";

	if (!digits.len || digits.len > 8)
		return false;
	memcpy(even + 8 - digits.len, digits.data, digits.len);
	if (!it_hex_decode(&bytes, it_span(even, 8)))
		return false;
	*out = 0;
	for (size_t i = 0; i < bytes.len; i++)
		*out = *out << 8 | (unsigned char)bytes.data[i];
	return true;
}

static bool add_character(struct it_buf *out, uint32_t c)
{
	if (!c || c > 0x10ffff || (c >= SURROGATE_HIGH && c < SURROGATE_END))
		return false;
	if (c < 0x80) {
		(void)it_buf_add_byte(out, (char)c); /* sticky, as below */
		return true;
	}
	if (c >= 0x10000)
		(void)it_buf_add_byte(out, (char)(0xf0 | c >> 18));
	if (c >= 0x800)
		(void)it_buf_add_byte(out, (char)((c >= 0x10000 ? 0x80 : 0xe0) | (c >> 12 & 0x3f)));
	(void)it_buf_add_byte(out, (char)((c >= 0x800 ? 0x80 : 0xc0) | (c >> 6 & 0x3f)));
	(void)it_buf_add_byte(out, (char)(0x80 | (c & 0x3f)));
	return true;
}

/* Behind "\u": four digits, a pair of surrogates, or any number in braces. */
static bool read_unicode(struct it_graphql_reader *reader)
{
	uint32_t high = 0;
	uint32_t low = 0;

	if (char_at(reader, 0) == '{') {
		const char *close = memchr(reader->at, '}', left(reader));
		struct it_span digits =
			it_span(reader->at + 1, close ? (size_t)(close - reader->at) - 1 : 0);

		if (!close || !hex_value(&high, digits))
			return false;
		reader->at = close + 1;
		return add_character(&reader->said, high);
	}
	if (left(reader) < 4 || !hex_value(&high, it_span(reader->at, 4)))
		return false;
	reader->at += 4;
	if (high < SURROGATE_HIGH || high >= SURROGATE_LOW)
		return add_character(&reader->said, high);
	if (!follows(reader, "\\u") || left(reader) < 6 ||
	    !hex_value(&low, it_span(reader->at + 2, 4)) || low < SURROGATE_LOW ||
	    low >= SURROGATE_END)
		return false;
	reader->at += 6;
	return add_character(&reader->said,
			     0x10000 + ((high - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW));
}

static bool read_escape(struct it_graphql_reader *reader)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char says[] = "\"\\/\b\f\n\r\t";
	char c = char_at(reader, 1);
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c == 'u') {
		reader->at += 2;
		return read_unicode(reader);
	}
	if (!letter)
		return false;
	(void)it_buf_add_byte(&reader->said, says[letter - letters]); /* sticky */
	reader->at += 2;
	return true;
}

static int read_string(struct it_graphql_reader *reader, struct intoto_error **err)
{
	const char *from = reader->at++;

	while (left(reader) && *reader->at != '"') {
		unsigned char c = (unsigned char)*reader->at;

		if (c < ' ' && c != '\t')
			return refuse_here(reader, "want no control characters in a text", err);
		if (c == '\\') {
			if (!read_escape(reader))
				return refuse_here(reader, "want an escape that there is", err);
			continue;
		}
		(void)it_buf_add_byte(&reader->said, (char)c); /* sticky */
		reader->at++;
	}
	if (!left(reader))
		return refuse_here(reader, "want a quotation mark at the end of a text", err);
	reader->at++;
	reader->kind = IT_TOKEN_STRING;
	reader->word = it_span(from, (size_t)(reader->at - from));
	return INTOTO_OK;
}

/* The raw text between """ and """, with \""" as """. */
static int read_raw_block(struct it_graphql_reader *reader, struct it_buf *raw,
			  struct intoto_error **err)
{
	reader->at += 3;
	while (left(reader) && !follows(reader, "\"\"\"")) {
		unsigned char c = (unsigned char)*reader->at;

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			return refuse_here(reader, "want no control characters in a text", err);
		if (follows(reader, "\\\"\"\"")) {
			(void)it_buf_add_text(raw, "\"\"\""); /* sticky, as below */
			reader->at += 4;
			continue;
		}
		reader->line += c == '\n';
		if (c != '\r')
			(void)it_buf_add_byte(raw, (char)c);
		else if (char_at(reader, 1) != '\n')
			(void)it_buf_add_byte(raw, '\n');
		reader->at++;
	}
	if (!left(reader))
		return refuse_here(reader, "want \"\"\" at the end of a text", err);
	reader->at += 3;
	return INTOTO_OK;
}

static size_t indent_of(struct it_span line)
{
	size_t indent = 0;

	while (indent < line.len && (line.data[indent] == ' ' || line.data[indent] == '\t'))
		indent++;
	return indent;
}

static struct it_span line_at(struct it_span text, size_t at)
{
	const char *end;

	if (at == text.len)
		return (struct it_span){ 0 };
	end = memchr(text.data + at, '\n', text.len - at);
	return it_span(text.data + at, end ? (size_t)(end - text.data) - at : text.len - at);
}

/* BlockStringValue (section 2.9.4): the indent that all lines but the first share is left off, and
 * so are blank lines at both ends. */
static void add_block(struct it_buf *out, struct it_span raw)
{
	size_t shared = SIZE_MAX;
	size_t blank = 0; /* blank lines that are not written yet */
	bool begun = false;

	for (size_t at = 0; at <= raw.len; at += line_at(raw, at).len + 1) {
		struct it_span line = line_at(raw, at);

		if (at && indent_of(line) < line.len && indent_of(line) < shared)
			shared = indent_of(line);
	}
	for (size_t at = 0; at <= raw.len; at += line_at(raw, at).len + 1) {
		struct it_span line = line_at(raw, at);
		size_t cut = at && shared != SIZE_MAX ? shared : 0;

		if (indent_of(line) == line.len) {
			blank += begun;
			continue;
		}
		for (; begun && blank + 1; blank--)
			(void)it_buf_add_byte(out, '\n'); /* sticky, as below */
		blank = 0;
		begun = true;
		(void)it_buf_add(out, line.data + cut, line.len - cut);
	}
}

static int read_block(struct it_graphql_reader *reader, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf raw = IT_BUF(IT_GRAPHQL_MAX);
	const char *from = reader->at;
	int rc = read_raw_block(reader, &raw, err);

	if (rc)
		return rc;
	add_block(&reader->said, it_buf_span(&raw));
	reader->kind = IT_TOKEN_STRING;
	reader->word = it_span(from, (size_t)(reader->at - from));
	return INTOTO_OK;
}

int it_graphql_next(struct it_graphql_reader *reader, struct intoto_error **err)
{
	int rc;

	it_buf_reset(&reader->said);
	skip(reader);
	if (!left(reader)) {
		take(reader, IT_TOKEN_END, 0);
		return INTOTO_OK;
	}
	if (is_name_start(*reader->at)) {
		read_name(reader);
		return INTOTO_OK;
	}
	if (follows(reader, "...")) {
		take(reader, IT_TOKEN_MARK, 3);
		return INTOTO_OK;
	}
	if (memchr("!$&():=@[]{|}", *reader->at, 13)) {
		take(reader, IT_TOKEN_MARK, 1);
		return INTOTO_OK;
	}
	if (*reader->at == '-' || is_digit(*reader->at))
		return read_number(reader, err);
	if (*reader->at != '"')
		return refuse_here(reader, "want a word of GraphQL", err);
	rc = follows(reader, "\"\"\"") ? read_block(reader, err) : read_string(reader, err);
	return rc ? rc : it_buf_check(&reader->said, "a text", err);
}
