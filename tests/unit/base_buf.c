/* SPDX-License-Identifier: Apache-2.0 */
/* Spans and buffers: the ceiling holds, failures stick. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "tests/unit/refused.h"

static void spans_are_ordered_bytewise_and_shorter_first(void **state)
{
	static const char *const sorted[] = { "", "A", "Aa", "B", "a", "a\x7f", "a\xc3\xa9", "b" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(sorted); i++)
		for (size_t j = 0; j < IT_COUNT_OF(sorted); j++) {
			int order = it_span_cmp(it_span_text(sorted[i]), it_span_text(sorted[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(
				it_span_eq(it_span_text(sorted[i]), it_span_text(sorted[j])),
				i == j);
		}
}

static void a_span_counts_bytes_behind_a_nul(void **state)
{
	(void)state;
	assert_false(it_span_eq(it_span("a\0b", 3), it_span("a\0c", 3)));
	assert_false(it_span_is(it_span("a\0", 2), "a"));
	assert_true(it_span_is(it_span("ab", 1), "a"));
}

static void an_empty_span_needs_no_data(void **state)
{
	(void)state;
	assert_int_equal(it_span_text(NULL).len, 0);
	assert_true(it_span_eq(it_span(NULL, 0), it_span("", 0)));
	assert_true(it_span_is(it_span(NULL, 0), ""));
}

static void a_fresh_buffer_reads_as_empty_text(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(10);

	(void)state;
	assert_string_equal(it_buf_text(&buf), "");
	assert_int_equal(it_buf_span(&buf).len, 0);
}

static void additions_are_kept_in_order_and_terminated(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(1000);

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "a"), 0);
	assert_int_equal(it_buf_add_byte(&buf, 'b'), 0);
	assert_int_equal(it_buf_add(&buf, "c\0d", 3), 0);
	assert_int_equal(it_buf_printf(&buf, "%d%s", 42, "!"), 0);
	assert_int_equal(it_buf_add(&buf, NULL, 0), 0);
	assert_true(it_span_eq(it_buf_span(&buf), it_span("abc\0d42!", 8)));
	assert_int_equal(buf.data[buf.len], 0);
}

static void a_buffer_can_be_filled_to_its_ceiling(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "abcd"), 0);
	assert_int_equal(it_buf_check(&buf, "x", &err), 0);
	assert_null(err);
}

static void refuses_a_byte_over_the_ceiling_and_keeps_what_was_there(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "abc"), 0);
	assert_int_equal(it_buf_add_text(&buf, "de"), INTOTO_E_LIMIT);
	assert_string_equal(it_buf_text(&buf), "abc");
	assert_refused(it_buf_check(&buf, "a.json", &err), &err, INTOTO_E_LIMIT,
		       "a.json: more than 4 bytes");
}

static void a_failure_sticks_until_reset(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(4);

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "abcde"), INTOTO_E_LIMIT);
	assert_int_equal(it_buf_add_byte(&buf, 'a'), INTOTO_E_LIMIT);
	assert_int_equal(it_buf_printf(&buf, "a"), INTOTO_E_LIMIT);
	assert_int_equal(buf.len, 0);
	it_buf_reset(&buf);
	assert_int_equal(it_buf_add_byte(&buf, 'a'), 0);
	assert_string_equal(it_buf_text(&buf), "a");
}

static void refuses_a_length_that_would_wrap_around(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(SIZE_MAX);

	(void)state;
	assert_int_equal(it_buf_add_byte(&buf, 'a'), 0);
	assert_int_equal(it_buf_reserve(&buf, SIZE_MAX - 1), INTOTO_E_LIMIT);
	it_buf_reset(&buf);
	assert_int_equal(it_buf_reserve(&buf, SIZE_MAX), INTOTO_E_LIMIT);
}

static void refuses_anything_when_no_ceiling_was_given(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = { 0 };

	(void)state;
	assert_int_equal(it_buf_add_byte(&buf, 'a'), INTOTO_E_LIMIT);
}

static void printf_is_measured_before_it_is_written(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(100000);

	(void)state;
	assert_int_equal(it_buf_printf(&buf, "%*d", 70000, 1), 0);
	assert_int_equal(buf.len, 70000);
	assert_int_equal(it_buf_printf(&buf, "%*d", 30001, 1), INTOTO_E_LIMIT);
	assert_int_equal(buf.len, 70000);
}

static void growth_keeps_every_byte(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(1 << 20);

	(void)state;
	for (int i = 0; i < 100000; i++)
		assert_int_equal(it_buf_add_byte(&buf, (char)(i % 251)), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], (char)(i % 251));
}

static void taking_hands_over_the_bytes_and_empties(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(100);
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_freep) char *nothing = NULL;

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "abc"), 0);
	text = it_buf_take(&buf);
	nothing = it_buf_take(&buf);
	assert_string_equal(text, "abc");
	assert_string_equal(nothing, "");
	assert_int_equal(it_buf_add_text(&buf, "d"), 0);
	assert_string_equal(it_buf_text(&buf), "d");
}

static void wiping_leaves_an_empty_buffer(void **state)
{
	struct it_buf buf = IT_BUF(100);

	(void)state;
	assert_int_equal(it_buf_add_text(&buf, "secret"), 0);
	it_buf_wipe(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	it_buf_wipe(&buf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_ordered_bytewise_and_shorter_first),
		cmocka_unit_test(a_span_counts_bytes_behind_a_nul),
		cmocka_unit_test(an_empty_span_needs_no_data),
		cmocka_unit_test(a_fresh_buffer_reads_as_empty_text),
		cmocka_unit_test(additions_are_kept_in_order_and_terminated),
		cmocka_unit_test(a_buffer_can_be_filled_to_its_ceiling),
		cmocka_unit_test(refuses_a_byte_over_the_ceiling_and_keeps_what_was_there),
		cmocka_unit_test(a_failure_sticks_until_reset),
		cmocka_unit_test(refuses_a_length_that_would_wrap_around),
		cmocka_unit_test(refuses_anything_when_no_ceiling_was_given),
		cmocka_unit_test(printf_is_measured_before_it_is_written),
		cmocka_unit_test(growth_keeps_every_byte),
		cmocka_unit_test(taking_hands_over_the_bytes_and_empties),
		cmocka_unit_test(wiping_leaves_an_empty_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
