/* SPDX-License-Identifier: Apache-2.0 */
/* Times: only dates that exist, in the one form that documents use. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

static const struct {
	const char *text;
	int64_t seconds;
} dates[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1999-12-31T23:59:59Z", 946684799 },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2024-02-29T00:00:00Z", 1709164800 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "2100-03-01T00:00:00Z", 4107542400 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
};

static void reads_and_writes_dates_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(dates); i++) {
		char text[IT_TIME_SIZE];
		int64_t got = -1;

		assert_true(it_time_parse(&got, it_span_text(dates[i].text)));
		assert_true(got == dates[i].seconds);
		it_time_format(text, dates[i].seconds);
		assert_string_equal(text, dates[i].text);
	}
}

static void refuses_dates_that_do_not_exist_and_other_forms(void **state)
{
	static const char *const bad[] = {
		"",
		"2024-01-01",
		"2024-01-01T00:00:00",
		"2024-01-01T00:00:00z",
		"2024-01-01t00:00:00Z",
		"2024-01-01 00:00:00Z",
		"2024-01-01T00:00:00ZZ",
		"2024-01-01T00:00:00+0",
		"2024-01-01T00:00:0 Z",
		"2024-01-01T00:00:-1Z",
		"2024-1-01T00:00:000Z",
		"+024-01-01T00:00:00Z",
		"2024/01/01T00:00:00Z",
		"2024-01-01T00-00-00Z",
		"2024-00-10T00:00:00Z",
		"2024-13-10T00:00:00Z",
		"2024-01-00T00:00:00Z",
		"2024-01-32T00:00:00Z",
		"2024-04-31T00:00:00Z",
		"2023-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2024-01-01T24:00:00Z",
		"2024-01-01T00:60:00Z",
		"2024-01-01T00:00:60Z", /* Python refuses leap seconds too */
		"1969-12-31T23:59:59Z",
		"0000-01-01T00:00:00Z",
		"2024-01-0aT00:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		int64_t got = 77;

		if (it_time_parse(&got, it_span_text(bad[i])))
			fail_msg("took \"%s\"", bad[i]);
		assert_int_equal(got, 77);
	}
	assert_false(it_time_parse(&(int64_t){ 0 }, it_span("2024-01-01T00:00:0\0Z", 20)));
}

static void a_time_that_cannot_be_written_is_the_epoch(void **state)
{
	static const int64_t far[] = { -1, 253402300800, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(far); i++) {
		char text[IT_TIME_SIZE];

		it_time_format(text, far[i]);
		assert_string_equal(text, "1970-01-01T00:00:00Z");
	}
}

static void clocks_run(void **state)
{
	int64_t before = it_clock_monotonic();

	(void)state;
	assert_true(it_clock_now() > 1700000000);
	assert_true(it_clock_monotonic() >= before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_dates_that_exist),
		cmocka_unit_test(refuses_dates_that_do_not_exist_and_other_forms),
		cmocka_unit_test(a_time_that_cannot_be_written_is_the_epoch),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
