/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/path.h"

#include <string.h>

static void joins_with_one_slash(void **state)
{
	static const struct {
		const char *dir, *name, *want;
	} cases[] = {
		{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "/", "b", "/b" },	  { "", "b", "b" },
		{ ".", "b", "b" },   { NULL, "b", "b" },   { "..", "b", "../b" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_freep) char *got = it_path_join(cases[i].dir, cases[i].name);

		assert_string_equal(got, cases[i].want);
	}
}

static void cleans_dots_and_slashes_but_keeps_parents(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "", "." },	      { ".", "." },	      { "./", "." },
		{ "././.", "." },     { "/", "/" },	      { "//", "/" },
		{ "/.", "/" },	      { "a", "a" },	      { "./a", "a" },
		{ "a/", "a" },	      { "a//b", "a/b" },      { "a/./b/.", "a/b" },
		{ "/a//b/", "/a/b" }, { "../a", "../a" },     { "a/../b", "a/../b" },
		{ "/..", "/.." },     { ".a/..b", ".a/..b" }, { "a/.../b", "a/.../b" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(100);

		assert_int_equal(it_path_clean(&out, it_span_text(cases[i].path)), 0);
		assert_string_equal(it_buf_text(&out), cases[i].want);
	}
}

static void cleaning_appends(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(100);

	(void)state;
	assert_int_equal(it_buf_add_text(&out, "file:"), 0);
	assert_int_equal(it_path_clean(&out, it_span_text("./a/")), 0);
	assert_string_equal(it_buf_text(&out), "file:a");
}

static void cleaning_says_when_there_is_no_room(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(2);

	(void)state;
	assert_int_equal(it_path_clean(&out, it_span_text("abc")), INTOTO_E_LIMIT);
}

static void base_is_behind_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(it_path_base("a/b/c"), "c");
	assert_string_equal(it_path_base("c"), "c");
	assert_string_equal(it_path_base("a/"), "");
}

static void takes_names_that_can_be_files(void **state)
{
	static const char *const good[] = { "a",	"build-1.2", "a b", "gr\xc3\xbc\xc3\x9f",
					    "\xc2\xa0", "a..b",	     "*",   "-" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(good); i++)
		assert_true(it_name_is_safe(it_span_text(good[i])));
}

static void refuses_names_that_leave_the_folder_or_lie(void **state)
{
	static const char *const bad[] = { "",	       ".",	  "..",	   ".hidden",
					   "a/b",      "/a",	  "a\\b",  "a\nb",
					   "a\x7f",    "\x1b[0m", "a\xff", "\xc2\x85", /* NEL */
					   "a\xc2\x9b" /* CSI */ };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++)
		assert_false(it_name_is_safe(it_span_text(bad[i])));
	assert_false(it_name_is_safe(it_span("a\0b", 3)));
}

static void a_name_has_a_longest_length(void **state)
{
	char name[IT_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof name);
	assert_true(it_name_is_safe(it_span(name, IT_NAME_MAX)));
	assert_false(it_name_is_safe(it_span(name, IT_NAME_MAX + 1)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_with_one_slash),
		cmocka_unit_test(cleans_dots_and_slashes_but_keeps_parents),
		cmocka_unit_test(cleaning_appends),
		cmocka_unit_test(cleaning_says_when_there_is_no_room),
		cmocka_unit_test(base_is_behind_the_last_slash),
		cmocka_unit_test(takes_names_that_can_be_files),
		cmocka_unit_test(refuses_names_that_leave_the_folder_or_lie),
		cmocka_unit_test(a_name_has_a_longest_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
