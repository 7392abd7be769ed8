/* SPDX-License-Identifier: Apache-2.0 */
/* The clock and the Z form of RFC 3339 that in-toto documents use. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t it_clock_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return 0;
	return now.tv_sec;
}

int64_t it_clock_monotonic(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		return 0;
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t it_clock_files(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &now))
		return 0;
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Reads count digits at *at, or gives -1. */
static int digits(const char *at, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		value = value * 10 + (at[i] - '0');
	}
	return value;
}

static bool same_date(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
	       a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

bool it_time_parse(int64_t *out, struct it_span text)
{
	const char *at = text.data;
	struct tm want = { 0 };
	struct tm got;
	time_t seconds;

	if (text.len != IT_TIME_SIZE - 1)
		return false;
	if (at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':' ||
	    at[19] != 'Z')
		return false;
	want.tm_year = digits(at, 4) - 1900;
	want.tm_mon = digits(at + 5, 2) - 1;
	want.tm_mday = digits(at + 8, 2);
	want.tm_hour = digits(at + 11, 2);
	want.tm_min = digits(at + 14, 2);
	want.tm_sec = digits(at + 17, 2);
	if (want.tm_year < 70)
		return false;
	got = want;
	seconds = timegm(&got); /* turns a date that does not exist into one that does */
	if (!same_date(&want, &got))
		return false;
	*out = seconds;
	return true;
}

/* "Z", "+02:00" or "-05:30": how many seconds local time is ahead. */
static bool parse_offset(int64_t *out, struct it_span text)
{
	int hours;
	int minutes;

	*out = 0;
	if (text.len == 1)
		return *text.data == 'Z' || *text.data == 'z';
	if (text.len != 6 || (*text.data != '+' && *text.data != '-') || text.data[3] != ':')
		return false;
	hours = digits(text.data + 1, 2);
	minutes = digits(text.data + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*out = (*text.data == '-' ? -1 : 1) * (hours * INT64_C(3600) + minutes * INT64_C(60));
	return true;
}

bool it_time_parse_any(int64_t *out, struct it_span text)
{
	enum { WHOLE = sizeof "2026-01-31T23:59:59" - 1 };
	char whole[IT_TIME_SIZE];
	size_t at = WHOLE;
	int64_t offset = 0;
	int64_t time = 0;

	if (text.len <= WHOLE)
		return false;
	memcpy(whole, text.data, WHOLE);
	whole[WHOLE] = 'Z';
	if (whole[10] == 't' || whole[10] == ' ')
		whole[10] = 'T';
	if (text.data[at] == '.') {
		size_t first = ++at;

		while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
			at++;
		if (at == first)
			return false;
	}
	if (!parse_offset(&offset, it_span(text.data + at, text.len - at)) ||
	    !it_time_parse(&time, it_span(whole, WHOLE + 1)))
		return false;
	*out = time - offset;
	return true;
}

void it_time_format(char out[IT_TIME_SIZE], int64_t seconds)
{
	time_t when = seconds;
	struct tm parts;

	if (!gmtime_r(&when, &parts) || parts.tm_year < 70 || parts.tm_year > 8099 ||
	    strftime(out, IT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		(void)snprintf(out, IT_TIME_SIZE, "1970-01-01T00:00:00Z"); /* fits */
}
