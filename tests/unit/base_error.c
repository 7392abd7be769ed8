/* SPDX-License-Identifier: Apache-2.0 */
/* The error object. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/error.h"

#include <errno.h>

#include "tests/unit/refused.h"

static void no_error_has_no_text(void **state)
{
	(void)state;
	assert_int_equal(intoto_error_code(NULL), INTOTO_OK);
	assert_string_equal(intoto_error_text(NULL), "");
	intoto_error_free(NULL);
}

static void says_what_it_was_told(void **state)
{
	struct intoto_error *err = NULL;
	int rc = it_err_set(&err, INTOTO_E_FORMAT, "%s: want %d", "a.json", 7);

	(void)state;
	assert_refused(rc, &err, INTOTO_E_FORMAT, "a.json: want 7");
}

static void the_first_error_wins(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_err_set(&err, INTOTO_E_FORMAT, "first"), INTOTO_E_FORMAT);
	assert_int_equal(it_err_set(&err, INTOTO_E_KEY, "second"), INTOTO_E_KEY);
	assert_int_equal(it_err_errno(&err, EIO, "third"), INTOTO_E_IO);
	assert_int_equal(it_err_nomem(&err), INTOTO_E_NOMEM);
	assert_refused(INTOTO_E_FORMAT, &err, INTOTO_E_FORMAT, "first");
}

static void nobody_has_to_ask(void **state)
{
	(void)state;
	assert_int_equal(it_err_set(NULL, INTOTO_E_KEY, "x"), INTOTO_E_KEY);
	assert_int_equal(it_err_errno(NULL, ENOENT, "x"), INTOTO_E_NOTFOUND);
	assert_int_equal(it_err_nomem(NULL), INTOTO_E_NOMEM);
	assert_int_equal(it_err_wrap(NULL, INTOTO_E_KEY, "x"), INTOTO_E_KEY);
}

static void classes_follow_from_errno(void **state)
{
	static const struct {
		int number;
		enum intoto_code code;
		const char *words;
	} cases[] = {
		{ ENOENT, INTOTO_E_NOTFOUND, "f: No such file or directory" },
		{ ENOTDIR, INTOTO_E_NOTFOUND, "f: Not a directory" },
		{ ENOMEM, INTOTO_E_NOMEM, "f: " },
		{ ENOSPC, INTOTO_E_IO, "f: No space left on device" },
		{ EACCES, INTOTO_E_IO, "f: Permission denied" },
		{ 99999, INTOTO_E_IO, "f: unknown error" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		struct intoto_error *err = NULL;
		int rc = it_err_errno(&err, cases[i].number, "%s", "f");

		assert_refused(rc, &err, cases[i].code, cases[i].words);
	}
}

static void wrapping_puts_the_place_in_front(void **state)
{
	struct intoto_error *err = NULL;
	int rc = it_err_set(&err, INTOTO_E_FORMAT, "want a text");

	(void)state;
	rc = it_err_wrap(&err, rc, "steps[%d]", 2);
	rc = it_err_wrap(&err, rc, "%s", "root.layout");
	assert_string_equal(intoto_error_text(err), "root.layout: steps[2]: want a text");
	assert_refused(rc, &err, INTOTO_E_FORMAT, "root.layout");
}

static void running_out_of_memory_needs_no_memory(void **state)
{
	struct intoto_error *err = NULL;
	int rc = it_err_wrap(&err, it_err_nomem(&err), "while reading");

	(void)state;
	assert_refused(rc, &err, INTOTO_E_NOMEM, "out of memory");
}

static void every_class_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int code = INTOTO_OK; code >= INTOTO_E_SERVICE; code--)
		for (int other = code - 1; other >= INTOTO_E_SERVICE; other--)
			assert_string_not_equal(intoto_code_name((enum intoto_code)code),
						intoto_code_name((enum intoto_code)other));
	assert_string_equal(intoto_code_name(INTOTO_E_FORMAT), "format");
	assert_string_equal(intoto_code_name((enum intoto_code)(INTOTO_E_SERVICE - 1)),
			    "internal");
	assert_string_equal(intoto_code_name((enum intoto_code)1), "internal");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_error_has_no_text),
		cmocka_unit_test(says_what_it_was_told),
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(nobody_has_to_ask),
		cmocka_unit_test(classes_follow_from_errno),
		cmocka_unit_test(wrapping_puts_the_place_in_front),
		cmocka_unit_test(running_out_of_memory_needs_no_memory),
		cmocka_unit_test(every_class_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
