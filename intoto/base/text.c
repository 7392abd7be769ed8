/* SPDX-License-Identifier: Apache-2.0 */
/* Text as bytes. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool it_streq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool it_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool it_ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);

	return len >= tail && it_streq(text + len - tail, suffix);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool it_streq_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool it_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9')
			return false;
		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

/* One character: its length in bytes and its code point, or length 0 when the bytes are not UTF-8.
 */
struct character {
	size_t len;
	uint32_t point;
};

static struct character character_at(struct it_span text, size_t at)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };
	const unsigned char *bytes = (const unsigned char *)text.data + at;
	size_t left = text.len - at;

	for (size_t n = 0; n < IT_COUNT_OF(forms); n++) {
		uint32_t point = bytes[0] & (unsigned char)~forms[n].mask;

		if ((bytes[0] & forms[n].mask) != forms[n].lead)
			continue;
		if (n + 1 > left)
			break;
		for (size_t i = 1; i <= n; i++) {
			if ((bytes[i] & 0xc0) != 0x80)
				return (struct character){ 0, 0 };
			point = point << 6 | (bytes[i] & 0x3f);
		}
		if (point < forms[n].least || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			break;
		return (struct character){ n + 1, point };
	}
	return (struct character){ 0, 0 };
}

/* How many bytes from at on are ASCII, looked at eight at a time. */
static size_t ascii_run(struct it_span text, size_t at)
{
	size_t start = at;
	uint64_t word;

	for (; text.len - at >= sizeof word; at += sizeof word) {
		memcpy(&word, text.data + at, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	return at - start;
}

bool it_utf8_valid(struct it_span text)
{
	for (size_t at = ascii_run(text, 0); at < text.len; at += ascii_run(text, at)) {
		size_t len = character_at(text, at).len;

		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

bool it_utf8_replace(struct it_buf *out, struct it_span text)
{
	bool replaced = false;

	for (size_t at = 0; at < text.len;) {
		size_t len = character_at(text, at).len;

		if (len) {
			(void)it_buf_add(out, text.data + at, len); /* sticky */
		} else {
			(void)it_buf_add_text(out, "\xef\xbf\xbd"); /* U+FFFD; sticky */
			replaced = true;
		}
		at += len ? len : 1;
	}
	return replaced;
}

/* Characters that move the cursor, end a line or reorder what a reader sees. */
static bool is_treacherous(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
	       point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

void it_text_quote(struct it_buf *out, struct it_span text)
{
	for (size_t at = 0; at < text.len;) {
		struct character c = character_at(text, at);

		if (c.len == 0)
			(void)it_buf_printf(out, "\\x%02x",
					    (unsigned char)text.data[at]); /* sticky */
		else if (c.point == '\n')
			(void)it_buf_add_text(out, "\\n"); /* sticky */
		else if (is_treacherous(c.point))
			(void)it_buf_printf(out, "\\u{%x}", (unsigned)c.point); /* sticky */
		else
			(void)it_buf_add(out, text.data + at, c.len); /* sticky */
		at += c.len ? c.len : 1;
	}
}

void it_text_tame_json(struct it_buf *out, struct it_span json)
{
	size_t done = 0;

	for (size_t at = 0; at < json.len;) {
		struct character c = character_at(json, at);

		if (c.point >= 0x20 && c.len && is_treacherous(c.point)) {
			(void)it_buf_add(out, json.data + done, at - done);	/* all sticky */
			(void)it_buf_printf(out, "\\u%04x", (unsigned)c.point); /* none is larger */
			done = at + c.len;
		}
		at += c.len ? c.len : 1;
	}
	(void)it_buf_add(out, json.data + done, json.len - done);
}

char *it_text_quoted(struct it_span text)
{
	struct it_buf out = IT_BUF(SIZE_MAX / 2);

	it_text_quote(&out, text);
	if (out.failed) {
		it_buf_done(&out);
		return NULL;
	}
	return it_buf_take(&out);
}

void it_hex_encode(struct it_buf *out, struct it_span bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *to;

	if (bytes.len > SIZE_MAX / 2 || it_buf_reserve(out, bytes.len * 2))
		return; /* sticky */
	to = out->data + out->len;
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 15];
	}
	out->len += bytes.len * 2;
	*to = '\0';
}

/* Without branches that digests, which are noise, would mislead. */
static int hex_value(char c)
{
	static const signed char values[256] = {
		['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
		['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
		['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
		['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	};

	return values[(unsigned char)c] - 1;
}

bool it_hex_valid(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (hex_value(text.data[i]) < 0)
			return false;
	return text.len % 2 == 0;
}

bool it_hex_decode(struct it_buf *out, struct it_span text)
{
	char *to;

	if (!it_hex_valid(text) || it_buf_reserve(out, text.len / 2))
		return false;
	to = out->data + out->len;
	for (size_t i = 0; i < text.len; i += 2)
		*to++ = (char)(hex_value(text.data[i]) << 4 | hex_value(text.data[i + 1]));
	out->len += text.len / 2;
	*to = '\0';
	return true;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

typedef unsigned char bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

#define FOUR(c) c, c, c, c
#define SIXTEEN(c)                                                                                 \
	{                                                                                          \
		FOUR(c), FOUR(c), FOUR(c), FOUR(c)                                                 \
	}

/* Six bytes as eight numbers below 64, in order of memory; reads eight. */
static inline uint64_t sextets(const char *six)
{
	uint64_t bits;

	memcpy(&bits, six, sizeof bits);
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		bits = __builtin_bswap64(bits);
	bits >>= 16;
	bits = (bits & 0xffffff000000) << 8 | (bits & 0xffffff);
	bits = (bits & 0x00fff00000fff000) << 4 | (bits & 0x00000fff00000fff);
	bits = (bits & 0x0fc00fc00fc00fc0) << 2 | (bits & 0x003f003f003f003f);
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(bits) : bits;
}

/* Sixteen digits of twelve bytes (RFC 4648 table 1): each range of digits is the one before, moved.
   Reads fourteen. */
static inline void encode_twelve(char *out, const char *in)
{
	static const bytes16 upper = SIXTEEN(25);
	static const bytes16 letters = SIXTEEN(51);
	static const bytes16 alphanumeric = SIXTEEN(61);
	static const bytes16 last = SIXTEEN(63);
	static const bytes16 first = SIXTEEN('A');
	static const bytes16 to_lower = SIXTEEN('a' - 26 - 'A');
	static const bytes16 from_digits = SIXTEEN(('a' - 26) - ('0' - 52));
	static const bytes16 from_plus = SIXTEEN(('0' - 52) - ('+' - 62));
	static const bytes16 to_slash = SIXTEEN(('/' - 63) - ('+' - 62));
	const words2 halves = { sextets(in), sextets(in + 6) };
	const bytes16 numbers = (bytes16)halves;
	bytes16 digits = numbers + first + ((bytes16)(numbers > upper) & to_lower);
	digits -= (bytes16)(numbers > letters) & from_digits;
	digits -= (bytes16)(numbers > alphanumeric) & from_plus;
	digits += (bytes16)(numbers == last) & to_slash;
	memcpy(out, &digits, sizeof digits);
}

/* Room is there; how many bytes it has done. */
static size_t encode_twelves(char *restrict out, struct it_span bytes)
{
	size_t at = 0;

	for (; bytes.len - at >= 14; at += 12, out += 16)
		encode_twelve(out, bytes.data + at);
	return at;
}

void it_base64_encode(struct it_buf *out, struct it_span bytes)
{
	const unsigned char *in = (const unsigned char *)bytes.data;
	size_t at;

	if (bytes.len > SIZE_MAX / 2 || it_buf_reserve(out, (bytes.len + 2) / 3 * 4))
		return; /* sticky */
	at = encode_twelves(out->data + out->len, bytes);
	out->len += at / 3 * 4;
	for (; at < bytes.len; at += 3) {
		size_t left = bytes.len - at;
		uint32_t group = (uint32_t)in[at] << 16 |
				 (left > 1 ? (uint32_t)in[at + 1] << 8 : 0) |
				 (left > 2 ? in[at + 2] : 0);

		out->data[out->len++] = base64_digits[group >> 18];
		out->data[out->len++] = base64_digits[group >> 12 & 63];
		out->data[out->len++] = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		out->data[out->len++] = left > 2 ? base64_digits[group & 63] : '=';
	}
	if (out->data)
		out->data[out->len] = '\0';
}

/*
 * The six bits of each character, plus which alphabet it belongs to when it is in only one; 0xff
 * for everything else.
 */
enum { STANDARD_ONLY = 0x40, URL_SAFE_ONLY = 0x80, NO_DIGIT = 0xff };

static void fill_base64_values(unsigned char values[256])
{
	memset(values, NO_DIGIT, 256);
	for (unsigned char i = 0; i < 62; i++)
		values[(unsigned char)base64_digits[i]] = i;
	values['+'] = 62 | STANDARD_ONLY;
	values['/'] = 63 | STANDARD_ONLY;
	values['-'] = 62 | URL_SAFE_ONLY;
	values['_'] = 63 | URL_SAFE_ONLY;
}

/* The length without padding, or SIZE_MAX when the padding is wrong. */
static size_t base64_length(struct it_span text)
{
	size_t len = text.len;

	while (len && text.len - len < 2 && text.data[len - 1] == '=')
		len--;
	if (len % 4 == 1 || (len != text.len && text.len % 4 != 0))
		return SIZE_MAX;
	return len;
}

bool it_base64_decode(struct it_buf *out, struct it_span text)
{
	size_t len = base64_length(text);
	unsigned char values[256];
	unsigned alphabets = 0;
	uint32_t bits = 0;
	unsigned count = 0;

	if (len == SIZE_MAX || it_buf_reserve(out, len / 4 * 3 + 2))
		return false;
	fill_base64_values(values);
	for (size_t i = 0; i < len; i++) {
		unsigned value = values[(unsigned char)text.data[i]];

		alphabets |= value;
		if (value == NO_DIGIT)
			break; /* which is in both alphabets, and so refused below */
		bits = bits << 6 | (value & 63);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out->data[out->len++] = (char)(bits >> count & 0xff); /* reserved above */
	}
	if (out->data)
		out->data[out->len] = '\0';
	return !(alphabets & STANDARD_ONLY && alphabets & URL_SAFE_ONLY) &&
	       (bits & ((1U << count) - 1)) == 0;
}
