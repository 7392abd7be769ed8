/* SPDX-License-Identifier: Apache-2.0 */
/* A small automaton over the bytes: texts with their escapes and UTF-8, nesting, lengths. */
#include "attestors/kit/screen.h"

#include <inttypes.h>

enum {
	BETWEEN, /* tokens */
	IN_TEXT,
	AFTER_BACKSLASH,
	IN_ESCAPE,
	IN_UTF8,
};
enum {
	WORD_MOST = 1024, /* digits of a number: longer ones name nothing */
};

static int refuse(const struct it_screen *screen, enum intoto_code code, const char *why,
		  struct intoto_error **err)
{
	return it_err_set(err, code, "line %" PRIu64 ", byte %" PRIu64 ": %s", screen->lines + 1,
			  screen->at, why);
}

static int refuse_limit(const struct it_screen *screen, const char *what, uint64_t most,
			struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_LIMIT,
			  "line %" PRIu64 ", byte %" PRIu64 ": %s, at most %" PRIu64 " are read",
			  screen->lines + 1, screen->at, what, most);
}

/* RFC 3629 section 4. */
static int begin_utf8(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	screen->low = 0x80;
	screen->high = 0xbf;
	if (byte >= 0xc2 && byte <= 0xdf) {
		screen->more = 1;
	} else if (byte >= 0xe0 && byte <= 0xef) {
		screen->more = 2;
		if (byte == 0xe0)
			screen->low = 0xa0;
		if (byte == 0xed)
			screen->high = 0x9f;
	} else if (byte >= 0xf0 && byte <= 0xf4) {
		screen->more = 3;
		if (byte == 0xf0)
			screen->low = 0x90;
		if (byte == 0xf4)
			screen->high = 0x8f;
	} else {
		return refuse(screen, INTOTO_E_FORMAT, "want UTF-8, found another byte", err);
	}
	screen->place = IN_UTF8;
	return 0;
}

static int in_utf8(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	if (byte < screen->low || byte > screen->high)
		return refuse(screen, INTOTO_E_FORMAT, "want UTF-8, found another byte", err);
	screen->low = 0x80;
	screen->high = 0xbf;
	if (!--screen->more)
		screen->place = IN_TEXT;
	return 0;
}

static int in_text(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	if (screen->pair && byte != '\\')
		return refuse(screen, INTOTO_E_FORMAT, "half of a surrogate pair", err);
	if (byte == '"')
		screen->place = BETWEEN;
	else if (byte == '\\')
		screen->place = AFTER_BACKSLASH;
	else if (byte >= 0x80)
		return begin_utf8(screen, byte, err);
	return 0;
}

static int after_backslash(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	if (byte == 'u') {
		screen->place = IN_ESCAPE;
		screen->more = 4;
		screen->code = 0;
		return 0;
	}
	if (screen->pair)
		return refuse(screen, INTOTO_E_FORMAT, "half of a surrogate pair", err);
	screen->place = IN_TEXT; /* whether it is an escape, the parser says */
	return 0;
}

static int digit_of(unsigned char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static int in_escape(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	int digit = digit_of(byte);
	bool low;

	if (digit < 0)
		return refuse(screen, INTOTO_E_FORMAT, "want four hex digits after \\u", err);
	screen->code = screen->code << 4 | (unsigned)digit;
	if (--screen->more)
		return 0;
	screen->place = IN_TEXT;
	low = screen->code >= 0xdc00 && screen->code <= 0xdfff;
	if (low != screen->pair)
		return refuse(screen, INTOTO_E_FORMAT, "half of a surrogate pair", err);
	screen->pair = screen->code >= 0xd800 && screen->code <= 0xdbff;
	if (!screen->code)
		return refuse(screen, INTOTO_E_FORMAT, "a NUL inside a text", err);
	return 0;
}

static int between(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	switch (byte) {
	case '"':
		screen->place = IN_TEXT;
		screen->run = 0;
		return 0;
	case '{':
	case '[':
		if (screen->depth++ >= screen->limits->depth)
			return refuse_limit(screen, "nested too deep", screen->limits->depth, err);
		break;
	case '}':
	case ']':
		/* one too many is the parser's to say */
		screen->depth -= screen->depth > 0;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case ',':
	case ':':
		break;
	default:
		if (byte >= 0x80)
			return refuse(screen, INTOTO_E_FORMAT, "want JSON, found another byte",
				      err);
		if (screen->run++ >= WORD_MOST)
			return refuse_limit(screen, "a number of too many digits", WORD_MOST, err);
		return 0;
	}
	screen->run = 0;
	return 0;
}

static int one(struct it_screen *screen, unsigned char byte, struct intoto_error **err)
{
	if (screen->place != BETWEEN && screen->run++ >= screen->limits->text)
		return refuse_limit(screen, "a text of too many bytes", screen->limits->text, err);
	switch (screen->place) {
	case IN_TEXT:
		return in_text(screen, byte, err);
	case AFTER_BACKSLASH:
		return after_backslash(screen, byte, err);
	case IN_ESCAPE:
		return in_escape(screen, byte, err);
	case IN_UTF8:
		return in_utf8(screen, byte, err);
	default:
		return between(screen, byte, err);
	}
}

/* Most bytes of a report are plain characters of a text: how many come, as far as the limits go. */
static size_t plain(const struct it_screen *screen, struct it_span rest)
{
	uint64_t most = screen->limits->bytes - screen->at;
	size_t count = 0;

	if (screen->place != IN_TEXT || screen->pair)
		return 0;
	if (most > screen->limits->text - screen->run)
		most = screen->limits->text - screen->run;
	if (most > rest.len)
		most = rest.len;
	while (count < most) {
		unsigned char byte = (unsigned char)rest.data[count];

		if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\')
			break;
		count++;
	}
	return count;
}

int it_screen_feed(struct it_screen *screen, struct it_span piece, size_t *good,
		   struct intoto_error **err)
{
	for (size_t i = 0; i < piece.len; i++) {
		size_t skip = plain(screen, it_span(piece.data + i, piece.len - i));
		int rc;

		screen->run += skip;
		screen->at += skip;
		i += skip;
		if (i == piece.len)
			break;
		if (screen->at >= screen->limits->bytes)
			rc = refuse_limit(screen, "a document of too many bytes",
					  screen->limits->bytes, err);
		else
			rc = one(screen, (unsigned char)piece.data[i], err);
		if (rc) {
			*good = i;
			return rc;
		}
		screen->lines += piece.data[i] == '\n';
		screen->at++;
	}
	*good = piece.len;
	return 0;
}
