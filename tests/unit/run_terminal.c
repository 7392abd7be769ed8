/* SPDX-License-Identifier: Apache-2.0 */
/* A command on a terminal: who has it, when it interrupts and when it stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pty.h>
#include <signal.h>
#include <sys/wait.h>

#include "run_script.h"
#include "workspace.h"

/* Runs a script on a new terminal; returns its process, *fd is the other side. */
static pid_t on_terminal(int *fd, const char *script, bool recorded)
{
	pid_t pid = forkpty(fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		IT_AUTO(run_done) struct run run = RUN;

		usual_signals();
		run.options.quiet = false;
		run.options.record_streams = recorded;
		run_script(&run, script);
		if (tcgetpgrp(STDIN_FILENO) != getpgrp())
			_exit(98);
		_exit(run.result.status);
	}
	return pid;
}

static void read_until(int fd, const char *text)
{
	char line[4096];
	size_t len = 0;

	while (len < sizeof line - 1) {
		ssize_t got = read(fd, line + len, sizeof line - 1 - len);

		if (got <= 0)
			fail_msg("no \"%s\" on the terminal: %.*s", text, (int)len, line);
		len += (size_t)got;
		line[len] = '\0';
		if (strstr(line, text))
			return;
	}
	fail_msg("no \"%s\" on the terminal", text);
}

static int end_of(pid_t pid, int fd)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(close(fd), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void gives_the_terminal_and_takes_it_back(void **state)
{
	int fd;
	pid_t pid;

	(void)state;
	pid = on_terminal(&fd, "read line; echo \"got $line\"; exit 11", false);
	assert_int_equal(write(fd, "words\n", 6), 6);
	read_until(fd, "got words");
	assert_int_equal(end_of(pid, fd), 11);
	pid = on_terminal(&fd, "read line; echo \"got $line\"; exit 12", true);
	assert_int_equal(write(fd, "words\n", 6), 6);
	read_until(fd, "got words");
	assert_int_equal(end_of(pid, fd), 12);
}

static void lets_the_terminal_interrupt_the_command(void **state)
{
	int fd;
	pid_t pid;

	(void)state;
	pid = on_terminal(&fd, "trap 'exit 13' INT; echo ready; while :; do sleep 0.05; done",
			  false);
	read_until(fd, "ready");
	assert_int_equal(write(fd, "\x03", 1), 1);
	assert_int_equal(end_of(pid, fd), 13);
}

static void stops_with_the_command_and_goes_on_with_it(void **state)
{
	int status;
	int fd;
	pid_t pid;

	(void)state;
	pid = on_terminal(&fd, "echo ready; read line; echo \"got $line\"; exit 14", false);
	read_until(fd, "ready");
	assert_int_equal(write(fd, "\x1a", 1), 1);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(tcgetpgrp(fd), pid);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(write(fd, "words\n", 6), 6);
	read_until(fd, "got words");
	assert_int_equal(end_of(pid, fd), 14);
}

/* With output in a pipe the terminal is not given at the start, but when it is asked for. */
static void gives_the_terminal_to_who_reads_from_it_later(void **state)
{
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	(void)state;
	assert_true(pid >= 0);
	if (!pid) {
		IT_AUTO(run_done) struct run run = RUN;
		int null = open("/dev/null", O_WRONLY);

		if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
			_exit(97);
		run_script(&run, "read line; test \"$line\" = words");
		_exit(run.result.status);
	}
	assert_int_equal(write(fd, "words\n", 6), 6);
	assert_int_equal(end_of(pid, fd), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_the_terminal_and_takes_it_back),
		TEST(lets_the_terminal_interrupt_the_command),
		TEST(stops_with_the_command_and_goes_on_with_it),
		TEST(gives_the_terminal_to_who_reads_from_it_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
