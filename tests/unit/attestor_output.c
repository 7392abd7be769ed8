/* SPDX-License-Identifier: Apache-2.0 */
/* What an attestor hears from programs of the system. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <intoto/attestor.h>

static void refuses(const char *program, const char *script, enum intoto_code code, const char *why)
{
	const char *const argv[] = { program, "-c", script, NULL };
	struct intoto_error *err = NULL;
	size_t length;
	char *text;

	assert_int_equal(intoto_program_output(&text, &length, argv, -1, 1000, 1, &err), code);
	assert_null(text);
	if (!strstr(intoto_error_text(err), why))
		fail_msg("found '%s', wanted '%s'", intoto_error_text(err), why);
	intoto_error_free(err);
}

static void gives_what_a_program_prints(void **state)
{
	const char *const argv[] = { "sh", "-c", "echo out; echo err >&2; cat", NULL };
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t length;
	char *text;

	(void)state;
	assert_int_equal(intoto_program_output(&text, &length, argv, in, 1000, 10, NULL), 0);
	assert_string_equal(text, "out\nerr\n");
	assert_int_equal(length, 8);
	free(text);
	(void)close(in); /* was only read */
	assert_int_equal(intoto_program_output(&text, &length, argv, -1, 8, 10, NULL), 0);
	free(text);
}

static void refuses_programs_that_do_not_answer(void **state)
{
	(void)state;
	refuses("sh", "exit 3", INTOTO_E_HELPER, "sh: ended with status 3");
	refuses("sh", "kill -9 $$", INTOTO_E_HELPER, "was ended by signal 9");
	refuses("sh", "sleep 20", INTOTO_E_HELPER, "sh: takes too long");
	/* what it has left behind holds the pipe */
	refuses("sh", "sleep 20 & exit 0", INTOTO_E_HELPER, "sh: takes too long");
	refuses("no-such-program", "", INTOTO_E_NOTFOUND, "no-such-program");
}

static void refuses_programs_that_print_too_much(void **state)
{
	(void)state;
	refuses("sh", "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
		INTOTO_E_LIMIT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_a_program_prints),
		cmocka_unit_test(refuses_programs_that_do_not_answer),
		cmocka_unit_test(refuses_programs_that_print_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
