/* SPDX-License-Identifier: Apache-2.0 */
/* Globs: the verdicts of Python's fnmatch, as a table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/glob.h"

struct verdict {
	const char *pattern;
	const char *name;
	bool matches;
};

static void check_all(const struct verdict *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct it_glob glob = it_glob(it_span_text(table[i].pattern));

		if (it_glob_match(&glob, it_span_text(table[i].name)) != table[i].matches)
			fail_msg("'%s' %s '%s'", table[i].pattern,
				 table[i].matches ? "must match" : "must not match", table[i].name);
	}
}
#define CHECK(table) check_all(table, sizeof(table) / sizeof *(table))

static void matches_slashes_and_dots_with_star_and_question_mark(void **state)
{
	static const struct verdict table[] = {
		{ "*", "", true },
		{ "*", "a/b/.c", true },
		{ "**", "a/b", true },
		{ "*.py", ".py", true },
		{ "*.py", "a/.b.py", true },
		{ "*.py", "a.pyc", false },
		{ "?", "/", true },
		{ "?", ".", true },
		{ "?", "", false },
		{ "?", "ab", false },
		{ "a?b", "a/b", true },
		{ "foo*", "foo/bar", true },
		{ "*/b", "a/x/b", true },
		{ "*/b", "b", false },
		{ "a*b*c", "a--b--c", true },
		{ "a*b*c", "a--c--b", false },
		{ "*a", "b\na", true },
	};

	(void)state;
	CHECK(table);
}

static void takes_literal_patterns_literally(void **state)
{
	static const struct verdict table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "foo", "foo", true },
		{ "foo", "Foo", false },
		{ "foo", "foo/", false },
		{ "./foo", "foo", false },
		{ "./foo", "./foo", true },
		{ "foo//bar", "foo/bar", false },
		{ "foo/", "foo", false },
		{ "d/./f", "d/f", false },
		{ "{a,b}", "a", false },
		{ "{a,b}", "{a,b}", true },
		{ "\\*", "*", false },
		{ "\\*", "\\", true },
		{ "\\*", "\\anything", true },
		{ "a.c", "abc", false },
		{ "a+", "aa", false },
		{ "(a|b)", "a", false },
	};

	(void)state;
	CHECK(table);
}

static void reads_classes_as_python_does(void **state)
{
	static const struct verdict table[] = {
		{ "[abc]", "b", true },	       { "[abc]", "d", false }, { "[abc]", "", false },
		{ "[a-c]", "b", true },	       { "[a-c]", "d", false }, { "[!a]", "b", true },
		{ "[!a]", "a", false },	       { "[!a]", "/", true },	{ "[^a]", "^", true },
		{ "[^a]", "a", true },	       { "[^a]", "b", false },	{ "[]a]", "]", true },
		{ "[]a]", "a", true },	       { "[]a]", "b", false },	{ "[!]a]", "]", false },
		{ "[!]a]", "b", true },	       { "[a-]", "-", true },	{ "[a-]", "b", false },
		{ "[-a]", "-", true },	       { "[-a]", "a", true },	{ "[\\]]", "\\]", true },
		{ "[\\]]", "]", false },       { "[!-a]", "-", false }, { "[a-c-e]", "d", false },
		{ "[a-c-e]", "-", true },      { "[--/]", ".", true },	{ "x[0-9]y", "x5y", true },
		{ "x[0-9]*y", "x5--y", true },
	};

	(void)state;
	CHECK(table);
}

static void drops_backward_ranges_as_python_does(void **state)
{
	static const struct verdict table[] = {
		{ "[z-a]", "z", false },   { "[z-a]", "m", false },    { "[!z-a]", "m", true },
		{ "[z-ab]", "b", true },   { "[z-a!b]", "b", false },  { "[z-a!b]", "c", true },
		{ "[z-a!]", "q", true },   { "[z-a!-b]", "-", false }, { "[z-a!-b]", "b", false },
		{ "[z-a!-b]", "#", true },
	};

	(void)state;
	CHECK(table);
}

static void takes_an_unclosed_bracket_for_itself(void **state)
{
	static const struct verdict table[] = {
		{ "[", "[", true },	   { "[a", "[a", true },	   { "a[", "a[", true },
		{ "*[", "x[", true },	   { "[]", "[]", true },	   { "[!]", "[!]", true },
		{ "[secret", "s", false }, { "[secret", "[secret", true }, { "[!", "[!", true },
		{ "[a]b[", "ab[", true },
	};

	(void)state;
	CHECK(table);
}

static void counts_characters_not_bytes(void **state)
{
	static const struct verdict table[] = {
		{ "?", "\xc3\xa9", true },
		{ "??", "\xc3\xa9", false },
		{ "[\xc3\xa0-\xc3\xaf]", "\xc3\xa9", true },
		{ "[\xc3\xa0-\xc3\xaf]", "\xc3\xb8", false },
		{ "[!a]", "\xf0\x9f\x98\x80", true },
		{ "[a-\xf4\x8f\xbf\xbf]", "\xf0\x9f\x98\x80", true },
		{ "\xc3\xa9*", "\xc3\xa9t\xc3\xa9", true },
	};

	(void)state;
	CHECK(table);
}

static void tells_an_unclosed_bracket(void **state)
{
	static const char *const closed[] = { "",      "a",   "*", "[a]", "[]a]",
					      "[!]a]", "[[]", "]", "a]*" };
	static const char *const open[] = { "[", "[a", "a[", "*[", "[]", "[!]", "[a]b[", "[!" };

	(void)state;
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		struct it_glob glob = it_glob(it_span_text(closed[i]));

		assert_true(it_glob_is_closed(&glob));
	}
	for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
		struct it_glob glob = it_glob(it_span_text(open[i]));

		assert_false(it_glob_is_closed(&glob));
	}
}

static void gives_the_literal_prefix(void **state)
{
	struct it_glob glob = it_glob(it_span_text("src/[ab]*.c"));
	struct it_glob literal = it_glob(it_span_text("src/a.c"));
	struct it_glob star = it_glob(it_span_text("*"));

	(void)state;
	assert_true(it_span_is(it_glob_prefix(&glob), "src/"));
	assert_true(it_span_is(it_glob_prefix(&literal), "src/a.c"));
	assert_int_equal(it_glob_prefix(&star).len, 0);
}

/* Would take longer than the age of the universe if each star could be tried again. */
static void needs_no_exponential_time(void **state)
{
	char pattern[201];
	char name[401];
	struct it_glob glob;

	(void)state;
	for (size_t i = 0; i < 200; i += 2) {
		pattern[i] = '*';
		pattern[i + 1] = 'a';
	}
	for (size_t i = 0; i < 400; i++)
		name[i] = 'a';
	pattern[200] = '?';
	name[399] = 'b';
	glob = it_glob(it_span(pattern, 200));
	assert_false(it_glob_match(&glob, it_span(name, 400)));
	assert_true(it_glob_match(&glob, it_span(name, 399)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_slashes_and_dots_with_star_and_question_mark),
		cmocka_unit_test(takes_literal_patterns_literally),
		cmocka_unit_test(reads_classes_as_python_does),
		cmocka_unit_test(drops_backward_ranges_as_python_does),
		cmocka_unit_test(takes_an_unclosed_bracket_for_itself),
		cmocka_unit_test(counts_characters_not_bytes),
		cmocka_unit_test(tells_an_unclosed_bracket),
		cmocka_unit_test(gives_the_literal_prefix),
		cmocka_unit_test(needs_no_exponential_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
