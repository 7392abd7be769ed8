/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: which lines are seen, and under which numbers. */
#include "json_expect.h"

#include "model/bundle.h"

struct seen {
	struct it_buf text;
	size_t stop_at;
};

static int visit(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	struct seen *seen = arg;

	if (number == seen->stop_at)
		return it_err_set(err, INTOTO_E_FORMAT, "line %zu: enough", number);
	(void)it_buf_printf(&seen->text, "%zu:", number); /* all seen by the comparison */
	(void)it_buf_add_span(&seen->text, line);
	(void)it_buf_add_byte(&seen->text, '|');
	return INTOTO_OK;
}

static void expect_lines(const char *text, const char *lines)
{
	struct seen seen = { .text = IT_BUF(1 << 20) };

	assert_int_equal(it_bundle_each(it_span_text(text), visit, &seen, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&seen.text), lines);
	it_buf_done(&seen.text);
}

static void sees_each_line_with_its_number(void **state)
{
	(void)state;
	expect_lines("", "");
	expect_lines("{}", "1:{}|");
	expect_lines("{}\n", "1:{}|");
	expect_lines("a\nb\nc", "1:a|2:b|3:c|");
	expect_lines("a\r\nb\r\n", "1:a|2:b|");
}

static void steps_over_blank_lines_but_counts_them(void **state)
{
	(void)state;
	expect_lines("\n\n", "");
	expect_lines("\n \t\r\na\n\nb", "3:a|5:b|");
}

static void keeps_bytes_that_are_no_text(void **state)
{
	struct seen seen = { .text = IT_BUF(1 << 20) };

	(void)state;
	assert_int_equal(it_bundle_each(it_span("a\0b\n\xff", 5), visit, &seen, NULL), INTOTO_OK);
	assert_int_equal(seen.text.len, 10);
	assert_memory_equal(seen.text.data, "1:a\0b|2:\xff|", 10);
	it_buf_done(&seen.text);
}

static void ends_where_the_visitor_says_so(void **state)
{
	struct seen seen = { .text = IT_BUF(1 << 20), .stop_at = 2 };
	struct intoto_error *err = NULL;
	int rc = it_bundle_each(it_span_text("a\nb\nc"), visit, &seen, &err);

	(void)state;
	expect_refusal(rc, err, INTOTO_E_FORMAT, "line 2: enough");
	assert_string_equal(it_buf_text(&seen.text), "1:a|");
	it_buf_done(&seen.text);
}

static void refuses_more_lines_than_sense(void **state)
{
	struct seen seen = { .text = IT_BUF(1 << 20) };
	static char lines[IT_BUNDLE_LINES_MAX + 1];
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	memset(lines, '\n', sizeof lines);
	assert_int_equal(it_bundle_each(it_span(lines, IT_BUNDLE_LINES_MAX), visit, &seen, NULL),
			 INTOTO_OK);
	rc = it_bundle_each(it_span(lines, sizeof lines), visit, &seen, &err);
	expect_refusal(rc, err, INTOTO_E_LIMIT, "more than 100000 lines");
	it_buf_done(&seen.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_each_line_with_its_number),
		cmocka_unit_test(steps_over_blank_lines_but_counts_them),
		cmocka_unit_test(keeps_bytes_that_are_no_text),
		cmocka_unit_test(ends_where_the_visitor_says_so),
		cmocka_unit_test(refuses_more_lines_than_sense),
	};

	return cmocka_run_group_tests_name("model_bundle", tests, NULL, NULL);
}
