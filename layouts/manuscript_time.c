/* SPDX-License-Identifier: Apache-2.0 */
/* Dates, and spans of time from now on. */
#include "layouts/manuscript_time.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { COUNT_MAX = 100 * 366 * 24, WORD_MAX = 32, YEAR_MAX = 9999, MONTHS_MAX = 1200 };

/* Units with a length, and months, which have none. */
static const struct {
	const char *name;
	int64_t seconds;
	int months;
} units[] = {
	{ "h", 3600, 0 },	   { "hour", 3600, 0 },	     { "hours", 3600, 0 },
	{ "d", 24 * 3600, 0 },	   { "day", 24 * 3600, 0 },  { "days", 24 * 3600, 0 },
	{ "w", 7 * 24 * 3600, 0 }, { "week", 7 * 86400, 0 }, { "weeks", 7 * 86400, 0 },
	{ "month", 0, 1 },	   { "months", 0, 1 },	     { "year", 0, 12 },
	{ "years", 0, 12 },
};

/* Of our own text. */
static int number_at(const char *text, size_t digits)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

/* The same day and time some months later; the last day of a month that is too short for it. */
static bool add_months(int64_t *out, int64_t now, int months)
{
	char text[IT_TIME_SIZE];
	char later[IT_TIME_SIZE * 2];
	int year;
	int month;
	int day;

	it_time_format(text, now);
	year = number_at(text, 4);
	month = number_at(text + 5, 2);
	day = number_at(text + 8, 2);
	month += months - 1;
	year += month / 12;
	month = month % 12 + 1;
	for (; year <= YEAR_MAX && day > 0; day--) {
		(void)snprintf(later, sizeof later, "%04d-%02d-%02d%s", year, month, day,
			       text + strlen("2026-01-31")); /* fits */
		if (it_time_parse(out, it_span_text(later)))
			return true;
	}
	return false;
}

bool it_manuscript_span(int64_t *out, int64_t now, struct it_span text)
{
	char digits[WORD_MAX] = "";
	size_t len = strspn(text.data, "0123456789");
	const char *unit = text.data + len;
	uint64_t count = 0;

	if (!len || len >= sizeof digits)
		return false;
	memcpy(digits, text.data, len);
	if (!it_parse_u64(digits, COUNT_MAX, &count) || !count)
		return false;
	unit += strspn(unit, " ");
	for (size_t i = 0; i < IT_COUNT_OF(units); i++) {
		if (!it_streq(units[i].name, unit))
			continue;
		if (units[i].months)
			return count <= MONTHS_MAX / (uint64_t)units[i].months &&
			       add_months(out, now, (int)count * units[i].months);
		*out = now + (int64_t)count * units[i].seconds;
		return (int64_t)count * units[i].seconds <= (int64_t)COUNT_MAX * 3600;
	}
	return false;
}

static bool read_date(char out[IT_TIME_SIZE], struct it_span text)
{
	static const char midnight[] = "T00:00:00Z";
	size_t date = IT_TIME_SIZE - sizeof midnight;
	int64_t seconds = 0;

	if (text.len != date && text.len != IT_TIME_SIZE - 1)
		return false;
	memcpy(out, text.data, text.len);
	if (text.len == date)
		memcpy(out + date, midnight, sizeof midnight);
	out[IT_TIME_SIZE - 1] = '\0';
	return it_time_parse(&seconds, it_span_text(out));
}

int it_manuscript_expiry(char out[IT_TIME_SIZE], const struct it_json *value, int64_t now,
			 const struct it_where *where, struct intoto_error **err)
{
	bool in = it_json_kind(value) == IT_JSON_OBJECT && it_json_count(value) == 1;
	struct it_span text = it_json_text(in ? it_json_get(value, "in") : value);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(text);
	int64_t seconds = 0;

	if (!in && text.data && read_date(out, text))
		return INTOTO_OK;
	if (text.data && it_manuscript_span(&seconds, now, text)) {
		it_time_format(out, seconds);
		return INTOTO_OK;
	}
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want 2026-01-31T23:59:59Z, 2026-01-31, 90d or \"in: 6 months\", "
			       "found '%s'",
			       text.data && quoted ? quoted : it_json_kind_name(value));
}
