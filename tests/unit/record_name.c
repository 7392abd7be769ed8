/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded names: what the Python tool's normpath gives, and prefixes taken off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/name.h"

static void check_name(const char *path, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	assert_int_equal(it_buf_add_text(&out, "kept:"), INTOTO_OK);
	assert_int_equal(it_name_of_path(&out, it_span_text(path)), INTOTO_OK);
	assert_memory_equal(it_buf_text(&out), "kept:", 5);
	assert_string_equal(it_buf_text(&out) + 5, want);
}

static void names_paths_as_normpath_does(void **state)
{
	static const struct {
		const char *path, *want;
	} names[] = {
		{ "a", "a" },
		{ "./a", "a" },
		{ "././a//b/./", "a/b" },
		{ ".", "." },
		{ "./", "." },
		{ "a/..", "." },
		{ "a/../b", "b" },
		{ "a/b/../../c", "c" },
		{ "../x", "../x" },
		{ "../../x", "../../x" },
		{ "a/../../x", "../x" },
		{ "../a/..", ".." },
		{ "/", "/" },
		{ "/a/", "/a" },
		{ "/..", "/" },
		{ "/../a", "/a" },
		{ "/a/../b", "/b" },
		{ "//a", "/a" },
		{ "/a/..", "/" },
		{ "...", "..." },
		{ "a/...", "a/..." },
		{ "..a/b", "..a/b" },
		{ "a..", "a.." },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		check_name(names[i].path, names[i].want);
}

static void strips_the_longest_prefix(void **state)
{
	static const char *const items[] = { "src/", "./src/lib/", "x" };
	IT_AUTO(it_strings_done) struct it_strings prefixes = { 0 };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(items); i++)
		assert_int_equal(it_strings_add(&prefixes, items[i], NULL), INTOTO_OK);
	assert_true(it_span_is(it_name_strip(it_span_text("src/lib/a.c"), &prefixes), "a.c"));
	assert_true(it_span_is(it_name_strip(it_span_text("src/b.c"), &prefixes), "b.c"));
	assert_true(it_span_is(it_name_strip(it_span_text("x"), &prefixes), ""));
	assert_true(it_span_is(it_name_strip(it_span_text("a/src/b.c"), &prefixes), "a/src/b.c"));
	assert_true(it_span_is(it_name_strip(it_span_text("src/b.c"), NULL), "src/b.c"));
}

static void quotes_names_in_refusals(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_name_refuse(&err, INTOTO_E_IO, it_span_text("a\nb"), "is bad"),
			 INTOTO_E_IO);
	assert_string_equal(intoto_error_text(err), "a\\nb: is bad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_paths_as_normpath_does),
		cmocka_unit_test(strips_the_longest_prefix),
		cmocka_unit_test(quotes_names_in_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
