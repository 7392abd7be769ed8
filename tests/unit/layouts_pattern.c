/* SPDX-License-Identifier: Apache-2.0 */
/* What patterns say about each other; and never more than is true for every name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"
#include "layouts/pattern.h"

static bool covers(const char *wide, const char *narrow)
{
	struct it_name_set a = { "", wide, false, false };
	struct it_name_set b = { "", narrow, false, false };

	return it_name_set_covers(&a, &b);
}

static bool disjoint(const char *left, const char *right)
{
	struct it_name_set a = { "", left, false, false };
	struct it_name_set b = { "", right, false, false };

	return it_name_set_disjoint(&a, &b);
}

static void sees_that_a_pattern_covers_another(void **state)
{
	(void)state;
	assert_true(covers("*", "*"));
	assert_true(covers("*", ""));
	assert_true(covers("*", "src/*"));
	assert_true(covers("src/*", "src/*.c"));
	assert_true(covers("src/*", "src/a?c"));
	assert_true(covers("s*c", "src"));
	assert_true(covers("*.c", "*/*.c"));
	assert_true(covers("a**b", "a*b"));
	assert_true(covers("?", "[ab]"));
	assert_true(covers("[ab]", "a"));
	assert_true(covers("[!a]", "b"));
	assert_true(covers("[ab]", "[ab]"));
	assert_true(covers("\xc3\xa4?", "\xc3\xa4\xc3\xb6"));
	assert_true(covers("[", "["));
	assert_true(covers("*x*", "a*x"));
}

static void claims_no_cover_where_a_name_could_escape(void **state)
{
	(void)state;
	assert_false(covers("src/*", "*"));
	assert_false(covers("src/*", "src"));
	assert_false(covers("*.c", "*.h"));
	assert_false(covers("?", "*"));
	assert_false(covers("?", ""));
	assert_false(covers("a", "?"));
	assert_false(covers("[ab]", "?"));
	assert_false(covers("[ab]", "[abc]"));
	assert_false(covers("[!a]", "a"));
	assert_false(covers("", "a"));
	assert_false(covers("a*b", "a*"));
	assert_false(covers("A", "a"));
}

static void sees_that_patterns_share_no_name(void **state)
{
	(void)state;
	assert_true(disjoint("a", "b"));
	assert_true(disjoint("src/*", "out/*"));
	assert_true(disjoint("*.c", "*.h"));
	assert_true(disjoint("a?", "a"));
	assert_true(disjoint("[ab]", "c"));
	assert_true(disjoint("", "?"));
	assert_false(disjoint("*", "a"));
	assert_false(disjoint("*a", "b*"));
	assert_false(disjoint("[ab]", "[bc]"));
	assert_false(disjoint("*.c", "src/*"));
	assert_false(disjoint("", "*"));
}

static void reckons_with_folders(void **state)
{
	struct it_name_set all = { "src", "*", false, false };
	struct it_name_set slash = { "src/", "*", false, false };
	struct it_name_set pattern = { "", "src/*", false, false };
	struct it_name_set other = { "", "srcs", false, false };
	struct it_name_set star = { "s*", "x", false, false };
	struct it_name_set plain = { "", "src/x", false, false };

	(void)state;
	assert_true(it_name_set_covers(&all, &slash));
	assert_true(it_name_set_covers(&slash, &pattern));
	assert_true(it_name_set_covers(&pattern, &all));
	assert_true(it_name_set_disjoint(&all, &other));
	assert_true(it_name_set_disjoint(&star, &plain)); /* nothing is special in a folder */
}

static void takes_a_name_as_it_stands(void **state)
{
	struct it_name_set name = { "", "*", true, false };
	struct it_name_set all = { "", "*", false, false };
	struct it_name_set other = { "", "a", false, false };

	(void)state;
	assert_true(it_name_set_covers(&all, &name));
	assert_false(it_name_set_covers(&name, &other));
	assert_true(it_name_set_disjoint(&name, &other));
}

static void knows_nothing_about_what_a_parameter_will_be(void **state)
{
	struct it_name_set open = { "", "out/{name}.c", false, true };
	struct it_name_set out = { "", "out/*", false, false };
	struct it_name_set in = { "", "in/*", false, false };
	struct it_name_set file = { "", "out/*.c", false, false };
	struct it_name_set folder = { "{name}", "x", false, true };

	(void)state;
	assert_true(it_name_set_covers(&out, &open));
	assert_false(it_name_set_covers(&open, &open));
	assert_true(it_name_set_disjoint(&in, &open));
	assert_false(it_name_set_disjoint(&out, &open));
	assert_false(it_name_set_covers(&file, &open)); /* a value may hold a bracket */
	assert_false(it_name_set_disjoint(&folder, &out));
}

/* --- against the matcher, by brute force --- */

enum { PATTERNS = 3000, NAMES = 1 + 4 + 16 + 64 + 256, LONGEST = 7 };

static unsigned seed = 1;

static unsigned next_random(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

static void make_pattern(char out[LONGEST + 1])
{
	static const char alphabet[] = "ab/**?[[]]!-a";
	size_t len = next_random(LONGEST + 1);

	for (size_t i = 0; i < len; i++)
		out[i] = alphabet[next_random(sizeof alphabet - 1)];
	out[len] = '\0';
}

/* Number n of all texts over a, b, / and ]. */
static void make_name(char out[5], unsigned n)
{
	size_t len = 0;

	for (; n; n = (n - 1) / 4)
		out[len++] = "ab/]"[(n - 1) % 4];
	out[len] = '\0';
}

static bool match(const char *pattern, const char *name)
{
	struct it_glob glob = it_glob(it_span_text(pattern));

	return it_glob_match(&glob, it_span_text(name));
}

static void never_claims_what_a_name_contradicts(void **state)
{
	size_t claims = 0;

	(void)state;
	for (size_t i = 0; i < PATTERNS; i++) {
		char a[LONGEST + 1];
		char b[LONGEST + 1];
		bool covered;
		bool apart;

		make_pattern(a);
		make_pattern(b);
		covered = covers(a, b);
		apart = disjoint(a, b);
		claims += covered + apart;
		for (unsigned n = 0; n < NAMES; n++) {
			char name[5];

			make_name(name, n);
			if (covered && match(b, name) && !match(a, name))
				fail_msg("'%s' does not cover '%s': '%s'", a, b, name);
			if (apart && match(b, name) && match(a, name))
				fail_msg("'%s' and '%s' share '%s'", a, b, name);
		}
		assert_true(covers("*", a));
	}
	assert_true(claims > PATTERNS / 4);
}

static void gives_up_on_patterns_that_would_take_long(void **state)
{
	enum { LONG = 20000 };
	char *text = malloc(LONG + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', LONG);
	text[LONG] = '\0';
	assert_false(covers(text, text));
	assert_false(disjoint(text, text));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_that_a_pattern_covers_another),
		cmocka_unit_test(claims_no_cover_where_a_name_could_escape),
		cmocka_unit_test(sees_that_patterns_share_no_name),
		cmocka_unit_test(reckons_with_folders),
		cmocka_unit_test(takes_a_name_as_it_stands),
		cmocka_unit_test(knows_nothing_about_what_a_parameter_will_be),
		cmocka_unit_test(never_claims_what_a_name_contradicts),
		cmocka_unit_test(gives_up_on_patterns_that_would_take_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
