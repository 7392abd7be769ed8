/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command: its status, its signals, its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "refused.h"
#include "run_script.h"
#include "workspace.h"

static void tells_the_exit_status(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run_script(&run, "exit 7");
	assert_int_equal(run.result.status, 7);
	assert_int_equal(run.result.signal, 0);
	assert_false(run.result.accepted);
	check_int(&run, "return-value", 7);
	lacks(&run, "signal");
	lacks(&run, "timed-out");
	lacks(&run, "accepted-return-values");
}

static void tells_the_signal_as_python_does(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run_script(&run, "kill -KILL $$");
	assert_int_equal(run.result.signal, SIGKILL);
	assert_false(run.result.accepted);
	check_int(&run, "return-value", -SIGKILL);
	check_text(&run, "signal", "SIGKILL");
}

static void accepts_further_statuses(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	IT_AUTO(run_done) struct run other = RUN;
	const struct it_json *list;
	int64_t number;

	(void)state;
	assert_int_equal(it_strings_add(&run.accept, "2", NULL), 0);
	assert_int_equal(it_strings_add(&run.accept, "100", NULL), 0);
	run_script(&run, "exit 100");
	assert_true(run.result.accepted);
	assert_int_equal(run.result.status, 100);
	list = it_json_get(run.result.byproducts, "accepted-return-values");
	assert_int_equal(it_json_count(list), 2);
	assert_true(it_json_int(it_json_at(list, 0), &number) && number == 2);
	assert_true(it_json_int(it_json_at(list, 1), &number) && number == 100);
	assert_int_equal(it_strings_add(&other.accept, "2", NULL), 0);
	run_script(&other, "exit 3");
	assert_false(other.result.accepted);
}

static void refuses_a_status_that_cannot_be(void **state)
{
	static const char *const bad[] = { "256", "-1", "two", "" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		IT_AUTO(run_done) struct run run = RUN;
		struct intoto_error *err = NULL;

		assert_int_equal(it_strings_add(&run.accept, bad[i], NULL), 0);
		prepare(&run, "true");
		assert_refused(it_command_run(&run.result, &run.options, &err), &err,
			       INTOTO_E_USAGE, "accepted status: want a number from 0 to 255");
	}
}

static void refuses_a_command_that_is_not_there(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	struct intoto_error *err = NULL;

	(void)state;
	if (workspace_vfork_is_fork())
		return;
	assert_int_equal(it_strings_add(&run.argv, "no-such-command", NULL), 0);
	run.options.argv = run.argv.items;
	assert_refused(it_command_run(&run.result, &run.options, &err), &err, INTOTO_E_NOTFOUND,
		       "no-such-command: command not found");
	assert_null(run.result.byproducts);
}

static void ends_a_command_that_takes_too_long(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run.options.timeout_ms = 200;
	run_script(&run, "echo started; sleep 30");
	assert_true(run.result.timed_out);
	assert_int_equal(run.result.signal, SIGTERM);
	assert_false(run.result.accepted);
	assert_true(has_true(&run, "timed-out"));
	check_text(&run, "stdout", "started\n");
}

static void ends_a_command_that_does_not_listen(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run.options.timeout_ms = 200;
	run_script(&run, "trap '' TERM; sleep 30");
	assert_true(run.result.timed_out);
	assert_int_equal(run.result.signal, SIGKILL);
}

static void does_not_accept_a_timeout_that_ended_well(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run.options.timeout_ms = 200;
	run_script(&run, "trap 'exit 0' TERM; while :; do sleep 0.05; done");
	assert_true(run.result.timed_out);
	assert_int_equal(run.result.status, 0);
	assert_false(run.result.accepted);
}

static void leaves_nothing_of_the_group_after_a_timeout(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	const struct timespec moment = { 0, 10 * 1000 * 1000 };
	pid_t left;

	(void)state;
	run.options.timeout_ms = 300;
	run_script(&run, "(trap '' TERM; exec sleep 30 >/dev/null 2>&1) & echo $!; wait");
	left = (pid_t)strtol(text_of(&run, "stdout").data, NULL, 10);
	assert_true(left > 0);
	for (int i = 0; i < 500 && kill(left, 0) == 0; i++) {
		IT_AUTO(it_freep) char *path = NULL;
		IT_AUTO(it_buf_done) struct it_buf stat = IT_BUF(4096);

		/* In a container nobody may fetch it: then it stays as a zombie. */
		assert_true(asprintf(&path, "/proc/%d/stat", (int)left) > 0);
		if (it_file_read(&stat, path, NULL) || strstr(it_buf_text(&stat), ") Z "))
			return;
		assert_int_equal(nanosleep(&moment, NULL), 0);
	}
	assert_int_equal(kill(left, 0), -1);
}

static void ends_in_time_when_there_is_no_hurry(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run.options.timeout_ms = UINT64_MAX;
	run_script(&run, "exit 0");
	assert_false(run.result.timed_out);
	assert_true(run.result.accepted);
}

/* Starts body in a process of its own, waits until it printed a line, and sends it a signal. */
static int signalled(void (*body)(void), int number)
{
	char byte;
	int ends[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (dup2(ends[1], STDOUT_FILENO) < 0)
			_exit(99);
		usual_signals();
		body();
		_exit(0);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(kill(pid, number), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run_until_told(void)
{
	IT_AUTO(run_done) struct run run = RUN;

	run.options.quiet = false;
	run.options.record_streams = false;
	run_script(&run, "trap 'exit 42' TERM HUP QUIT USR1; trap 'exit 43' INT; echo ready; "
			 "while :; do sleep 0.05; done");
	_exit(run.result.status);
}

static void passes_signals_on_and_waits_for_the_end(void **state)
{
	(void)state;
	assert_int_equal(signalled(run_until_told, SIGTERM), 42);
	assert_int_equal(signalled(run_until_told, SIGHUP), 42);
	assert_int_equal(signalled(run_until_told, SIGQUIT), 42);
	assert_int_equal(signalled(run_until_told, SIGUSR1), 42);
	assert_int_equal(signalled(run_until_told, SIGINT), 43);
}

static void run_group_until_told(void)
{
	IT_AUTO(run_done) struct run run = RUN;

	run.options.quiet = false;
	run_script(&run, "(trap 'echo heard; exit' TERM; echo ready; "
			 "while :; do sleep 0.05; done) & wait");
	_exit(strstr(text_of(&run, "stdout").data, "heard") ? 44 : 45);
}

static void passes_signals_on_to_the_whole_group(void **state)
{
	(void)state;
	assert_int_equal(signalled(run_group_until_told, SIGTERM), 44);
}

static void run_immune(void)
{
	IT_AUTO(run_done) struct run run = RUN;

	assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
	run.options.quiet = false;
	run_script(&run, "echo ready; sleep 0.3; kill -HUP $$; exit 46");
	_exit(run.result.status);
}

static void leaves_ignored_signals_ignored(void **state)
{
	(void)state;
	assert_int_equal(signalled(run_immune, SIGHUP), 46);
}

static void leaves_signals_as_they_were(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	sigset_t before;
	sigset_t after;

	(void)state;
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &before), 0);
	run_script(&run, "exit 9");
	assert_int_equal(run.result.status, 9);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
	assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
	assert_int_equal(sigismember(&after, SIGCHLD), sigismember(&before, SIGCHLD));
	assert_true(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_the_exit_status),
		TEST(tells_the_signal_as_python_does),
		TEST(accepts_further_statuses),
		TEST(refuses_a_status_that_cannot_be),
		TEST(refuses_a_command_that_is_not_there),
		TEST(ends_a_command_that_takes_too_long),
		TEST(ends_a_command_that_does_not_listen),
		TEST(does_not_accept_a_timeout_that_ended_well),
		TEST(leaves_nothing_of_the_group_after_a_timeout),
		TEST(ends_in_time_when_there_is_no_hurry),
		TEST(passes_signals_on_and_waits_for_the_end),
		TEST(passes_signals_on_to_the_whole_group),
		TEST(leaves_ignored_signals_ignored),
		TEST(leaves_signals_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
