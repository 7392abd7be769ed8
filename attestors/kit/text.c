/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and times, so that every attestor compares and reads them alike. */
#include <intoto/attestor.h>

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

bool intoto_text_same(const char *a, const char *b)
{
	return it_streq(a, b);
}

bool intoto_text_same_nocase(const char *a, const char *b)
{
	return a && b ? it_streq_nocase(a, b) : a == b;
}

bool intoto_text_begins(const char *text, const char *with)
{
	return text && it_starts_with(text, with);
}

bool intoto_text_ends(const char *text, const char *with)
{
	return text && it_ends_with(text, with);
}

char *intoto_text_quoted(const char *text)
{
	return it_text_quoted(it_span_text(text));
}

static int64_t two_digits(const char *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return -1;
	return (at[0] - '0') * 10 + (at[1] - '0');
}

/* ".123456789", rounded down; at least one digit. */
static bool read_fraction(const char **at, int64_t *nanoseconds)
{
	int64_t unit = 100000000;
	const char *digit = *at + 1;

	for (; *digit >= '0' && *digit <= '9'; digit++) {
		*nanoseconds += (*digit - '0') * unit;
		unit /= 10;
	}
	if (digit == *at + 1)
		return false;
	*at = digit;
	return true;
}

/* "Z", "+02:00", "-0700"; to its end. */
static bool read_offset(const char *at, int64_t *seconds)
{
	int64_t hours;
	int64_t minutes;
	char sign = at[0];

	if ((sign == 'Z' || sign == 'z') && !at[1])
		return true;
	if ((sign != '+' && sign != '-') || strnlen(at, 3) < 3)
		return false;
	hours = two_digits(at + 1);
	at += at[3] == ':' ? 4 : 3;
	minutes = strnlen(at, 3) == 2 ? two_digits(at) : -1;
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool intoto_time_parse(int64_t *nanoseconds, const char *text)
{
	char whole[IT_TIME_SIZE] = "0000-00-00T00:00:00Z";
	const char *at;
	int64_t fraction = 0;
	int64_t offset = 0;
	int64_t seconds;

	if (!text || strnlen(text, IT_TIME_SIZE) < IT_TIME_SIZE - 1)
		return false;
	memcpy(whole, text, IT_TIME_SIZE - 2);
	if (whole[10] == 't' || whole[10] == ' ')
		whole[10] = 'T';
	if (!it_time_parse(&seconds, it_span_text(whole)))
		return false;
	at = text + IT_TIME_SIZE - 2;
	if (*at == '.' && !read_fraction(&at, &fraction))
		return false;
	if (!read_offset(at, &offset))
		return false;
	seconds -= offset;
	if (seconds < 0 || seconds > INT64_MAX / 1000000000 - 1)
		return false;
	*nanoseconds = seconds * 1000000000 + fraction;
	return true;
}

void intoto_time_format(char out[INTOTO_TIME_SIZE], int64_t nanoseconds)
{
	it_time_format(out, nanoseconds / 1000000000 - (nanoseconds % 1000000000 < 0));
}
