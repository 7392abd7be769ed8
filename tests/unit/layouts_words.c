/* SPDX-License-Identifier: Apache-2.0 */
/* Words with shell quoting. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/words.h"
#include "refused.h"

static void splits(const char *text, size_t count, const char *const *words)
{
	IT_AUTO(it_strings_done) struct it_strings out = { 0 };

	assert_int_equal(it_words_split(&out, text, NULL), INTOTO_OK);
	assert_int_equal(out.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(out.items[i], words[i]);
}
#define SPLITS(text, ...)                                                                          \
	splits(text, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
	       (const char *[]){ __VA_ARGS__ })

static void splits_at_blanks(void **state)
{
	(void)state;
	splits("", 0, NULL);
	splits(" \t\n", 0, NULL);
	SPLITS("a", "a");
	SPLITS(" a  b\tc\n", "a", "b", "c");
}

static void keeps_what_is_quoted_together(void **state)
{
	(void)state;
	SPLITS("'a b' \"c d\"", "a b", "c d");
	SPLITS("a'b c'd", "ab cd");
	SPLITS("'' \"\"", "", "");
	SPLITS("'a\\b' \"a\\\"b\" \"a\\nb\" a\\ b", "a\\b", "a\"b", "a\\nb", "a b");
	SPLITS("'$HOME' *", "$HOME", "*");
}

static void refuses_quotes_without_an_end(void **state)
{
	static const char *const texts[] = { "'a", "\"a", "a'", "a\\", "\"a\\\"" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		IT_AUTO(it_strings_done) struct it_strings out = { 0 };
		struct intoto_error *err = NULL;
		int rc = it_words_split(&out, texts[i], &err);

		assert_refused(rc, &err, INTOTO_E_FORMAT, "protects nothing");
	}
}

static void joins_what_it_splits(void **state)
{
	static const char *const texts[] = {
		"", "a", "a b", "\"a b\" c", "\"\"", "\"a\\\"b\"", "\"a\\\\b\" \"it's\""
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		IT_AUTO(it_strings_done) struct it_strings words = { 0 };
		IT_AUTO(it_buf_done) struct it_buf joined = IT_BUF(4096);

		assert_int_equal(it_words_split(&words, texts[i], NULL), INTOTO_OK);
		it_words_join(&joined, &words);
		assert_string_equal(it_buf_text(&joined), texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_at_blanks),
		cmocka_unit_test(keeps_what_is_quoted_together),
		cmocka_unit_test(refuses_quotes_without_an_end),
		cmocka_unit_test(joins_what_it_splits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
