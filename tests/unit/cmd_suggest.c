/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": near misses only. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/attr.h"
#include "cmd/suggest.h"

static const char *const names[] = { "run",    "record", "match", "layout", "metadata-directory",
				     "version" };

static const char *nearest(const char *word)
{
	struct it_suggestion suggestion = { .word = word };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		it_suggest(&suggestion, names[i]);
	return suggestion.best;
}

static void a_slip_of_one_key_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("runn"), "run");
	assert_string_equal(nearest("rn"), "run");
	assert_string_equal(nearest("recrod"), "record");
	assert_string_equal(nearest("mtach"), "match");
	assert_string_equal(nearest("layuot"), "layout");
	assert_string_equal(nearest("verison"), "version");
}

static void the_beginning_of_a_long_name_is_enough(void **state)
{
	(void)state;
	assert_string_equal(nearest("meta"), "metadata-directory");
}

static void far_words_are_nobodys_slip(void **state)
{
	char long_word[200];

	(void)state;
	memset(long_word, 'r', sizeof long_word - 1);
	long_word[sizeof long_word - 1] = '\0';
	assert_null(nearest("kubernetes"));
	assert_null(nearest("x"));
	assert_null(nearest(""));
	assert_null(nearest(long_word));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_one_key_is_found),
		cmocka_unit_test(the_beginning_of_a_long_name_is_enough),
		cmocka_unit_test(far_words_are_nobodys_slip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
