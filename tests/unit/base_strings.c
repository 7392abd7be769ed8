/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of strings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/strings.h"

#include <stdio.h>

#include "tests/unit/refused.h"

static void a_zeroed_list_is_empty(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	(void)state;
	assert_false(it_strings_has(&list, "a"));
	it_strings_sort(&list);
	assert_int_equal(list.count, 0);
}

static void keeps_copies_and_a_null_behind_them(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };
	char text[16] = "";

	(void)state;
	for (int i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof text, "%d", i); /* fits */
		assert_int_equal(it_strings_add(&list, text, NULL), 0);
		assert_int_equal(list.count, i + 1);
		assert_null(list.items[list.count]);
	}
	assert_string_equal(list.items[0], "0");
	assert_string_equal(list.items[99], "99");
}

static void a_span_is_copied_to_its_length(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	(void)state;
	assert_int_equal(it_strings_add_span(&list, it_span("abc", 2), NULL), 0);
	assert_int_equal(it_strings_add_span(&list, it_span(NULL, 0), NULL), 0);
	assert_string_equal(list.items[0], "ab");
	assert_string_equal(list.items[1], "");
}

static void refuses_a_nul_inside_and_adds_nothing(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };
	struct intoto_error *err = NULL;
	int rc = it_strings_add_span(&list, it_span("a\0b", 3), &err);

	(void)state;
	assert_refused(rc, &err, INTOTO_E_FORMAT, "NUL");
	assert_int_equal(list.count, 0);
}

static void finds_whole_strings_only(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	(void)state;
	assert_int_equal(it_strings_add(&list, "abc", NULL), 0);
	assert_true(it_strings_has(&list, "abc"));
	assert_false(it_strings_has(&list, "ab"));
	assert_false(it_strings_has(&list, "abcd"));
}

static void sorts_by_bytes(void **state)
{
	static const char *const words[] = { "b", "\xc3\xa9", "a/b", "a", "B", "a.b", "" };
	static const char *const want[] = { "", "B", "a", "a.b", "a/b", "b", "\xc3\xa9" };
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		assert_int_equal(it_strings_add(&list, words[i], NULL), 0);
	it_strings_sort(&list);
	for (size_t i = 0; i < IT_COUNT_OF(want); i++)
		assert_string_equal(list.items[i], want[i]);
	assert_null(list.items[list.count]);
}

static void finds_where_a_text_would_stand(void **state)
{
	static const char *const words[] = { "a", "ab", "ab.c", "b" };
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	(void)state;
	assert_int_equal(it_strings_from(&list, "a"), 0);
	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		assert_int_equal(it_strings_add(&list, words[i], NULL), 0);
	assert_int_equal(it_strings_from(&list, ""), 0);
	assert_int_equal(it_strings_from(&list, "ab"), 1);
	assert_int_equal(it_strings_from(&list, "aa"), 1);
	assert_int_equal(it_strings_from(&list, "b"), 3);
	assert_int_equal(it_strings_from(&list, "c"), 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_list_is_empty),
		cmocka_unit_test(keeps_copies_and_a_null_behind_them),
		cmocka_unit_test(a_span_is_copied_to_its_length),
		cmocka_unit_test(refuses_a_nul_inside_and_adds_nothing),
		cmocka_unit_test(finds_whole_strings_only),
		cmocka_unit_test(sorts_by_bytes),
		cmocka_unit_test(finds_where_a_text_would_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
