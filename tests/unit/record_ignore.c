/* SPDX-License-Identifier: Apache-2.0 */
/* Exclude patterns mean what gitignore(5) says; every verdict below was compared with git's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "record/ignore.h"
#include "record/wildcard.h"

/* Patterns are separated by newlines; a path with a slash at its end is a folder. */
static bool leaves_out(const char *lines, const char *path)
{
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	IT_AUTO(it_strings_done) struct it_strings patterns = { 0 };
	IT_AUTO(it_freep) char *copy = strdup(path);
	size_t len = strlen(copy);
	bool folder = copy[len - 1] == '/';

	for (const char *at = lines; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		assert_int_equal(
			it_strings_add_span(&patterns, it_span(at, strcspn(at, "\n")), NULL), 0);
	assert_int_equal(it_ignore_new(&ignore, &patterns, NULL), INTOTO_OK);
	if (folder)
		copy[len - 1] = '\0';
	return it_ignore_match_named(ignore, copy, folder);
}

struct verdict {
	const char *patterns;
	const char *path;
	bool left_out;
};

static const struct verdict verdicts[] = {
	/* a name without a slash holds at every depth, one with a slash from the top */
	{ "foo", "foo", true },
	{ "foo", "a/foo", true },
	{ "foo", "foo/a/b", true },
	{ "foo", "food", false },
	{ "/foo", "foo", true },
	{ "/foo", "a/foo", false },
	{ "a/foo", "a/foo", true },
	{ "a/foo", "b/a/foo", false },
	{ "a/*", "a/b", true },
	{ "a/*", "a/b/c", true },
	{ "a/*/c", "a/b/b/c", false },
	{ "/home/me/x", "x", false },
	{ "/home/me/x", "/home/me/x", true },
	{ "//home/me/x", "/home/me/x", true },
	/* a slash at the end means folders only */
	{ "foo/", "foo", false },
	{ "foo/", "foo/", true },
	{ "foo/", "foo/a", true },
	{ "foo/", "a/foo/", true },
	{ "a/foo/", "b/a/foo/", false },
	/* stars */
	{ "*.pyc", "a/b.pyc", true },
	{ "*.pyc", "b.pyc.x", false },
	{ "*.pyc", ".pyc", true },
	{ "*", "a", true },
	{ "f*o", "a/fo", true },
	{ "f*o", "f/o", false },
	{ "*a*b*", "xaxxbx", true },
	{ "*a*b*", "xbxxax", false },
	{ "?", "a", true },
	{ "?", "ab", false },
	{ "a/?", "a/", false },
	/* two stars */
	{ "**/foo", "foo", true },
	{ "**/foo", "a/b/foo", true },
	{ "**/foo/bar", "a/foo/bar", true },
	{ "**/foo/bar", "a/foo/x/bar", false },
	{ "foo/**", "foo/", false },
	{ "foo/**", "foo/a", true },
	{ "foo/**", "a/foo/a", false },
	{ "a/**/b", "a/b", true },
	{ "a/**/b", "a/x/b", true },
	{ "a/**/b", "a/x/y/b", true },
	{ "a/**/b", "a/x/y/c", false },
	{ "a/**/**/b", "a/b", true },
	{ "a/**/b/**/c", "a/x/b/b/y/c", true },
	{ "a/***/b", "a/x/y/b", true },
	{ "a**b", "axxb", true },
	{ "x/a**b", "x/a/b", false },
	{ "**", "a", true },
	{ "**/", "a", false },
	{ "**/", "a/", true },
	{ "/**", "a", true },
	/* the last that matches decides; what is in an excluded folder stays out */
	{ "*.o\n!keep.o", "keep.o", false },
	{ "*.o\n!keep.o", "a/keep.o", false },
	{ "*.o\n!keep.o", "lose.o", true },
	{ "!keep.o\n*.o", "keep.o", true },
	{ "build\n!build/keep", "build/keep", true },
	{ "build/*\n!build/keep", "build/keep", false },
	{ "/*\n!/foo\n/foo/*\n!/foo/bar", "foo/bar", false },
	{ "/*\n!/foo\n/foo/*\n!/foo/bar", "foo/baz", true },
	{ "*\n!build/", "build/", false },
	{ "*\n!build/", "build", true },
	/* comments, escapes, spaces */
	{ "#foo", "#foo", false },
	{ "\\#foo", "#foo", true },
	{ "\\!foo", "!foo", true },
	{ "", "a", false },
	{ "!", "!", false },
	{ "/", "a/", false },
	{ "foo ", "foo", true },
	{ "foo\\ ", "foo ", true },
	{ "foo\\ ", "foo", false },
	{ "foo \\  ", "foo  ", true },
	{ " foo", " foo", true },
	{ "a\\*b", "a*b", true },
	{ "a\\*b", "axb", false },
	{ "a\\/b", "a/b", true },
	{ "a\\/b", "c/a/b", false },
	{ "\\a", "a", true },
	/* classes */
	{ "[ab]", "a", true },
	{ "[ab]", "c", false },
	{ "[a-c]x", "bx", true },
	{ "[!a-c]x", "bx", false },
	{ "[^a-c]x", "dx", true },
	{ "[]a]", "]", true },
	{ "[!]a]", "b", true },
	{ "[a-]", "-", true },
	{ "[-a]", "-", true },
	{ "[\\]]", "]", true },
	{ "[a-\\d]", "c", true },
	{ "[z-a]", "z", true },
	{ "[z-a]", "m", false },
	{ "[[:digit:]]x", "5x", true },
	{ "[[:digit:]]x", "ax", false },
	{ "[![:digit:]]x", "ax", true },
	{ "[[:upper:][:digit:]_]", "_", true },
	{ "[[:]", ":", true },
	{ "[[:x]", "x", true },
	{ "[/a]b", "ab", true },
	{ "a[/]b", "a/b", false },
	{ "[[:space:]]", "\t", true },
	{ "[[:xdigit:]]", "g", false },
	{ "[[:punct:]]", "!", true },
	{ "[[:alnum:]]", "z", true },
	{ "[[:blank:]]", "\t", true },
	{ "[[:cntrl:]]", "\x01", true },
	{ "[[:graph:]]", " ", false },
	{ "[[:print:]]", " ", true },
	{ "[[:lower:]]", "A", false },
	{ "[[:alpha:]]", "A", true },
	/* above the top */
	{ "*.o", "../a.o", true },
	{ ".*", "../a", false },
	{ ".*", "..", false },
	{ ".*", ".", false },
	{ "*", ".", false },
	{ "/a", "../a", false },
};

static void judges_paths_as_git_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(verdicts); i++)
		if (leaves_out(verdicts[i].patterns, verdicts[i].path) != verdicts[i].left_out)
			fail_msg("%s on %s", verdicts[i].patterns, verdicts[i].path);
}

static void leaves_out_links_and_git_by_default(void **state)
{
	static const char *const out[] = { "a.link", "x/.a.0123abcd.link-unfinished", ".git/HEAD",
					   "a/b.pyc~", "m/n.pyc" };
	static const char *const in[] = { "es.string.link.js", ".gitignore", "link", "a.links" };
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;

	(void)state;
	assert_int_equal(it_ignore_new(&ignore, NULL, NULL), INTOTO_OK);
	for (size_t i = 0; i < IT_COUNT_OF(out); i++)
		assert_true(it_ignore_match_named(ignore, out[i], false));
	for (size_t i = 0; i < IT_COUNT_OF(in); i++)
		assert_false(it_ignore_match_named(ignore, in[i], false));
}

static void check_refused(const char *pattern, const char *want)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	IT_AUTO(it_strings_done) struct it_strings patterns = { 0 };

	assert_int_equal(it_strings_add(&patterns, pattern, NULL), INTOTO_OK);
	assert_int_equal(it_ignore_new(&ignore, &patterns, &err), INTOTO_E_USAGE);
	assert_null(ignore);
	assert_string_equal(intoto_error_text(err), want);
}

static void refuses_a_class_that_is_never_closed(void **state)
{
	(void)state;
	check_refused("a[b", "exclude pattern 'a[b': has a [ without its ], or an unknown "
			     "[:class:]");
	check_refused("[[:alhpa:]]", "exclude pattern '[[:alhpa:]]': has a [ without its ], or an "
				     "unknown [:class:]");
	check_refused("[a-", "exclude pattern '[a-': has a [ without its ], or an unknown "
			     "[:class:]");
	check_refused("[]", "exclude pattern '[]': has a [ without its ], or an unknown [:class:]");
}

static void refuses_a_backslash_at_the_end(void **state)
{
	(void)state;
	check_refused("a\\", "exclude pattern 'a\\': ends in a backslash that escapes nothing");
	check_refused("a\\/", "exclude pattern 'a\\/': ends in a backslash that escapes nothing");
}

static void quotes_what_a_bad_pattern_would_do_to_a_terminal(void **state)
{
	(void)state;
	check_refused("\x1b[", "exclude pattern '\\u{1b}[': has a [ without its ], or an unknown "
			       "[:class:]");
}

static void takes_many_stars_without_exponential_time(void **state)
{
	char pattern[201];
	char text[4001];

	(void)state;
	for (size_t i = 0; i < sizeof pattern - 1; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[sizeof pattern - 2] = 'b';
	pattern[sizeof pattern - 1] = '\0';
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_false(it_wildcard_match(it_span_text(pattern), it_span_text(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_paths_as_git_does),
		cmocka_unit_test(leaves_out_links_and_git_by_default),
		cmocka_unit_test(refuses_a_class_that_is_never_closed),
		cmocka_unit_test(refuses_a_backslash_at_the_end),
		cmocka_unit_test(quotes_what_a_bad_pattern_would_do_to_a_terminal),
		cmocka_unit_test(takes_many_stars_without_exponential_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
