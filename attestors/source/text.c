/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as the attestors of this family need them. */
#include "attestors/source/text.h"

#include <string.h>
#include <time.h>

enum { FIRST_CAPACITY = 256 };

bool at_text_begins(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return false;
	return true;
}

bool at_list_has(const char *const *list, const char *text)
{
	for (; list && *list; list++)
		if (intoto_text_same(*list, text))
			return true;
	return false;
}

/* --- bytes --- */

static bool grow(struct at_buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : FIRST_CAPACITY;
	char *data;

	if (buf->failed || more > buf->max || buf->len > buf->max - more)
		return false;
	if (buf->len + more < buf->cap)
		return true;
	while (cap <= buf->len + more)
		cap *= 2;
	/* not realloc: what may be a token is not left behind */
	data = malloc(cap);
	if (!data)
		return false;
	if (buf->data) {
		memcpy(data, buf->data, buf->len);
		explicit_bzero(buf->data, buf->cap);
		free(buf->data);
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void at_buf_add(struct at_buf *buf, const void *data, size_t len)
{
	if (!grow(buf, len)) {
		buf->failed = true;
		return;
	}
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void at_buf_text(struct at_buf *buf, const char *text)
{
	at_buf_add(buf, text, strlen(text));
}

void at_buf_done(struct at_buf *buf)
{
	free(buf->data);
	*buf = (struct at_buf){ 0 };
}

void at_buf_wipe(struct at_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	at_buf_done(buf);
}

/* --- encodings --- */

void at_hex(char *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

/* The value of a digit of base64 in one alphabet; 64 for none. */
static unsigned digit_of(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	return c == (url ? '_' : '/') ? 63 : 64;
}

/* Bits that did not make a byte yet. */
struct sextets {
	uint32_t bits;
	unsigned count; /* of bits, 0 to 6 */
};

static void take_sextet(struct at_buf *out, struct sextets *in, unsigned digit)
{
	in->bits = (in->bits << 6 | digit) & 0xffff;
	in->count += 6;
	if (in->count < 8)
		return;
	in->count -= 8;
	at_buf_add(out, &(unsigned char){ (unsigned char)(in->bits >> in->count) }, 1);
}

/* Whole bytes came out, and the bits that are left over are zero. */
static bool ends_well(const struct sextets *in)
{
	return in->count < 6 && !(in->bits & ((1U << in->count) - 1));
}

bool at_base64url(struct at_buf *out, const char *text, size_t len)
{
	struct sextets in = { 0 };

	for (size_t i = 0; i < len; i++) {
		unsigned digit = digit_of(text[i], true);

		if (digit > 63)
			return false;
		take_sextet(out, &in, digit);
	}
	return ends_well(&in) && !out->failed;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool at_base64(struct at_buf *out, const char *text, size_t len)
{
	struct sextets in = { 0 };
	size_t digits = 0, padding = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned digit = digit_of(text[i], false);

		if (is_space(text[i]))
			continue;
		if (text[i] == '=' && ++padding <= 2)
			continue;
		if (digit > 63 || padding)
			return false;
		digits++;
		take_sextet(out, &in, digit);
	}
	return ends_well(&in) && (digits + padding) % 4 == 0 && !out->failed;
}

/* --- time --- */

void at_time(char out[AT_TIME_SIZE], int64_t seconds)
{
	static const int64_t last = 253402300799; /* 9999-12-31T23:59:59Z */
	time_t when = (time_t)(seconds < 0 ? 0 : seconds > last ? last : seconds);
	struct tm parts;

	out[0] = '\0';
	if (gmtime_r(&when, &parts))
		(void)strftime(out, AT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts); /* it fits */
}

/* --- URLs --- */

char *at_url_clean(const char *url, bool whole, bool *cleaned)
{
	const char *scheme = strstr(url, "://");
	const char *authority = scheme ? scheme + 3 : NULL;
	size_t authority_len = authority ? strcspn(authority, "/?#") : 0;
	const char *rest = url;
	size_t len = strlen(url), kept = 0;
	char *out = malloc(len + 1);

	*cleaned = false;
	if (!out)
		return NULL;
	/* the last "@": a password may hold others */
	for (size_t i = authority_len; i > 0 && rest == url; i--)
		if (authority[i - 1] == '@')
			rest = authority + i;
	if (rest != url) {
		kept = (size_t)(authority - url);
		memcpy(out, url, kept);
		*cleaned = true;
	}
	len = whole && authority ? strcspn(rest, "?#") : strlen(rest);
	*cleaned |= rest[len] != '\0';
	memcpy(out + kept, rest, len);
	out[kept + len] = '\0';
	return out;
}
