/* SPDX-License-Identifier: Apache-2.0 */
/* Colours: only where they can be seen and nobody minds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/terminal.h"

static int master = -1;
static int slave = -1;

static bool wanted(const char *terminal, const char *no_color)
{
	assert_int_equal(terminal ? setenv("TERM", terminal, 1) : unsetenv("TERM"), 0);
	assert_int_equal(no_color ? setenv("NO_COLOR", no_color, 1) : unsetenv("NO_COLOR"), 0);
	return it_colour_wanted(slave);
}

static void a_terminal_gets_colours(void **state)
{
	(void)state;
	assert_true(it_is_terminal(slave));
	assert_true(wanted("xterm", NULL));
	assert_true(wanted("xterm", ""));
}

static void refuses_colours_where_somebody_minds(void **state)
{
	(void)state;
	assert_false(wanted("xterm", "1"));
	assert_false(wanted("xterm", "0"));
}

static void refuses_colours_on_a_terminal_without(void **state)
{
	(void)state;
	assert_false(wanted("dumb", NULL));
	assert_false(wanted("", NULL));
	assert_false(wanted(NULL, NULL));
}

static void refuses_colours_on_a_pipe(void **state)
{
	int pipes[2];

	(void)state;
	assert_true(wanted("xterm", NULL));
	assert_int_equal(pipe(pipes), 0);
	assert_false(it_is_terminal(pipes[1]));
	assert_false(it_colour_wanted(pipes[1]));
	assert_int_equal(close(pipes[0]) + close(pipes[1]), 0);
}

static void unwanted_colours_are_no_bytes(void **state)
{
	(void)state;
	assert_string_equal(it_colour_start(false, IT_COLOUR_BAD), "");
	assert_string_equal(it_colour_stop(false), "");
	assert_string_equal(it_colour_start(true, IT_COLOUR_GOOD), "\033[32m");
	assert_string_equal(it_colour_stop(true), "\033[0m");
}

static int open_terminal(void **state)
{
	(void)state;
	return openpty(&master, &slave, NULL, NULL, NULL);
}

static int close_terminal(void **state)
{
	(void)state;
	return close(slave) + close(master);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_gets_colours),
		cmocka_unit_test(refuses_colours_where_somebody_minds),
		cmocka_unit_test(refuses_colours_on_a_terminal_without),
		cmocka_unit_test(refuses_colours_on_a_pipe),
		cmocka_unit_test(unwanted_colours_are_no_bytes),
	};

	return cmocka_run_group_tests(tests, open_terminal, close_terminal);
}
