/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes counted twice. */
#include "json/content.h"

#include <string.h>

#include "json/tree.h"

enum {
	ESCAPE = 2,	    /* \n */
	UNICODE_ESCAPE = 6, /* \u00e4 */
};

static unsigned hex_at(const char *digits)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)digits[i];

		value = value * 16 + (c <= '9' ? c - 0x30U : (c | 0x20U) - 'a' + 10U);
	}
	return value;
}

/* Bytes of UTF-8; half of a pair is 2 of the 4 that the whole one is (half alone is no JSON). */
static size_t unicode_size(unsigned value)
{
	if (value < 0x80)
		return 1;
	return value < 0x800 || (value >= 0xd800 && value < 0xe000) ? 2 : 3;
}

static size_t content_of_text(struct it_span inner)
{
	size_t bytes = 0;

	while (inner.len) {
		const char *slash = memchr(inner.data, '\\', inner.len);
		size_t plain = slash ? (size_t)(slash - inner.data) : inner.len;
		size_t skip = plain;

		bytes += plain;
		if (slash && inner.len - plain >= UNICODE_ESCAPE && slash[1] == 'u') {
			bytes += unicode_size(hex_at(slash + 2));
			skip += UNICODE_ESCAPE;
		} else if (slash) {
			bytes++;
			skip += inner.len - plain < ESCAPE ? 1 : ESCAPE;
		}
		inner = it_span(inner.data + skip, inner.len - skip);
	}
	return bytes;
}

static bool is_whole(struct it_span number)
{
	for (size_t i = 0; i < number.len; i++)
		if (number.data[i] == '.' || (number.data[i] | 0x20) == 'e')
			return false;
	return true;
}

size_t it_content_of_token(struct it_token token)
{
	if (token.kind == IT_TOKEN_TEXT && token.text.len >= 2)
		return content_of_text(it_span(token.text.data + 1, token.text.len - 2));
	if (token.kind != IT_TOKEN_NUMBER || !is_whole(token.text))
		return 0;
	return it_span_is(token.text, "-0") ? 1 : token.text.len;
}

static size_t content_of_int(json_int_t number)
{
	size_t digits = number < 0 ? 2 : 1;

	while (number > 9 || number < -9) {
		number /= 10;
		digits++;
	}
	return digits;
}

/* As deep as the bounds of the document allow. */
static size_t content_of(json_t *value)
{
	size_t bytes = 0;
	json_t *item;
	size_t index;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value);
	case JSON_INTEGER:
		return content_of_int(json_integer_value(value));
	case JSON_ARRAY:
		json_array_foreach(value, index, item) bytes += content_of(item);
		return bytes;
	case JSON_OBJECT:
		for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at))
			bytes += json_object_iter_key_len(at) +
				 content_of(json_object_iter_value(at));
		return bytes;
	case JSON_REAL:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
	default:
		return 0;
	}
}

size_t it_content_of(const struct it_json *value)
{
	return content_of(it_json_tree(value));
}
