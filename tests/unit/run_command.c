/* SPDX-License-Identifier: Apache-2.0 */
/* Running a command: its status, its output, its signals, its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "refused.h"
#include "run/command.h"
#include "workspace.h"

#define MS INT64_C(1000000)

enum { KEPT = IT_STREAM_KEPT, HALF = KEPT / 2 };

/* One run of a shell script; quiet and recorded unless a test changes it. */
struct run {
	struct it_command_options options;
	struct it_command_result result;
	struct it_strings argv;
	struct it_strings accept;
};

#define RUN                                                                                        \
	{                                                                                          \
		.options = {.record_streams = true, .quiet = true }                                \
	}

static void run_done(struct run *run)
{
	it_command_result_done(&run->result);
	it_strings_done(&run->argv);
	it_strings_done(&run->accept);
}

static void prepare(struct run *run, const char *script)
{
	const char *words[] = { "sh", "-c", script };

	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		assert_int_equal(it_strings_add(&run->argv, words[i], NULL), 0);
	run->options.argv = run->argv.items;
	run->options.accept = &run->accept;
}

static void run_script(struct run *run, const char *script)
{
	struct intoto_error *err = NULL;

	prepare(run, script);
	if (it_command_run(&run->result, &run->options, &err))
		fail_msg("%s", intoto_error_text(err));
}

static struct it_span text_of(const struct run *run, const char *member)
{
	return it_json_text(it_json_get(run->result.byproducts, member));
}

static void check_text(const struct run *run, const char *member, const char *want)
{
	struct it_span found = text_of(run, member);

	assert_non_null(found.data);
	assert_string_equal(found.data, want);
	assert_int_equal(found.len, strlen(want));
}

static void check_int(const struct run *run, const char *member, int64_t want)
{
	int64_t found;

	assert_true(it_json_int(it_json_get(run->result.byproducts, member), &found));
	assert_true(found == want);
}

static bool has_true(const struct run *run, const char *member)
{
	bool found = false;

	return it_json_bool(it_json_get(run->result.byproducts, member), &found) && found;
}

static void lacks(const struct run *run, const char *member)
{
	assert_null(it_json_get(run->result.byproducts, member));
}

/* how a command ended */

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
		skip();
	assert_int_equal(it_strings_add(&run.argv, "no-such-command", NULL), 0);
	run.options.argv = run.argv.items;
	assert_refused(it_command_run(&run.result, &run.options, &err), &err, INTOTO_E_NOTFOUND,
		       "no-such-command: command not found");
	assert_null(run.result.byproducts);
}

/* what a command printed */

static void records_both_streams(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run_script(&run, "echo out; echo err >&2");
	check_text(&run, "stdout", "out\n");
	check_text(&run, "stderr", "err\n");
	lacks(&run, "stdout-base64");
	lacks(&run, "stdout-length");
	lacks(&run, "stdout-sha256");
	lacks(&run, "stdout-open");
	assert_int_equal(run.result.show_errno, 0);
}

static void records_no_streams_unless_asked(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run.options.record_streams = false;
	run_script(&run, "echo out; echo err >&2");
	lacks(&run, "stdout");
	lacks(&run, "stderr");
	check_int(&run, "return-value", 0);
}

static void check_digest(const struct run *run, const char *member, char byte, size_t len)
{
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(128);
	IT_AUTO(it_freep) char *bytes = malloc(len);

	assert_non_null(bytes);
	memset(bytes, byte, len);
	it_sha256_hex(&want, it_span(bytes, len));
	check_text(run, member, it_buf_text(&want));
}

static void loses_nothing_of_64_mib_on_both_streams(void **state)
{
	enum { SIZE = 64 * 1024 * 1024 };
	IT_AUTO(run_done) struct run run = RUN;
	struct it_span text;
	const char *line;

	(void)state;
	run_script(&run, "head -c 67108864 /dev/zero | tr '\\0' o & "
			 "head -c 67108864 /dev/zero | tr '\\0' e >&2; wait");
	check_int(&run, "stdout-length", SIZE);
	check_int(&run, "stderr-length", SIZE);
	check_digest(&run, "stdout-sha256", 'o', SIZE);
	check_digest(&run, "stderr-sha256", 'e', SIZE);
	text = text_of(&run, "stdout");
	line = memchr(text.data, '\n', text.len);
	assert_non_null(line);
	assert_int_equal(line - text.data, HALF);
	assert_memory_equal(line, "\n[... 66060288 bytes are not recorded here ...]\n", 48);
	assert_int_equal(text.len, KEPT + 48);
	lacks(&run, "stdout-base64");
}

static void records_a_stream_whole_up_to_the_bound(void **state)
{
	IT_AUTO(run_done) struct run whole = RUN;
	IT_AUTO(run_done) struct run longer = RUN;

	(void)state;
	run_script(&whole, "head -c 1048576 /dev/zero | tr '\\0' x");
	assert_int_equal(text_of(&whole, "stdout").len, KEPT);
	assert_null(memchr(text_of(&whole, "stdout").data, '\n', KEPT));
	lacks(&whole, "stdout-length");
	run_script(&longer, "printf a; head -c 1048575 /dev/zero | tr '\\0' x; printf z");
	check_int(&longer, "stdout-length", KEPT + 1);
	assert_non_null(
		strstr(text_of(&longer, "stdout").data, "[... 1 bytes are not recorded here ...]"));
	assert_int_equal(text_of(&longer, "stdout").data[0], 'a');
	assert_int_equal(text_of(&longer, "stdout").data[text_of(&longer, "stdout").len - 1], 'z');
}

/* The tail is a ring: its order must survive every length. */
static void keeps_the_tail_in_order(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	struct it_span text;

	(void)state;
	run_script(&run, "seq 1 300000");
	text = text_of(&run, "stdout");
	assert_memory_equal(text.data, "1\n2\n3\n", 6);
	assert_true(it_ends_with(text.data, "\n299998\n299999\n300000\n"));
	assert_null(strstr(strstr(text.data, "recorded here"), "299998\n300000"));
}

static void cuts_no_character_in_half(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	/* 3-byte characters behind 1 byte: the cut goes through one at both ends. */
	run_script(&run, "printf a; yes '\xe2\x82\xac' | tr -d '\\n' | head -c 1500000");
	lacks(&run, "stdout-base64");
	check_int(&run, "stdout-length", 1500001);
	assert_null(strstr(text_of(&run, "stdout").data, "\xef\xbf\xbd"));
}

static void records_bytes_that_are_not_utf8(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run_script(&run, "printf 'a\\377b\\000c'");
	assert_int_equal(text_of(&run, "stdout").len, 7);
	assert_memory_equal(text_of(&run, "stdout").data,
			    "a\xef\xbf\xbd"
			    "b\0c",
			    7);
	check_text(&run, "stdout-base64", "Yf9iAGM=");
	lacks(&run, "stderr-base64");
}

static void waits_for_what_a_child_prints_late(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)state;
	run_script(&run, "(sleep 0.3; echo late) & echo early");
	check_text(&run, "stdout", "early\nlate\n");
	lacks(&run, "stdout-open");
}

static void does_not_wait_for_ever_for_a_child_that_stays(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	int64_t start = it_clock_monotonic();

	(void)state;
	run_script(&run, "sleep 30 >&2 & echo done");
	assert_true(it_clock_monotonic() - start < 20000 * MS);
	check_text(&run, "stdout", "done\n");
	lacks(&run, "stdout-open");
	assert_true(has_true(&run, "stderr-open"));
}

static void does_not_read_for_ever_what_a_child_prints_on(void **state)
{
	IT_AUTO(run_done) struct run run = RUN;
	int64_t start = it_clock_monotonic();

	(void)state;
	run_script(&run, "yes & echo done");
	assert_true(it_clock_monotonic() - start < 20000 * MS);
	assert_true(has_true(&run, "stdout-open"));
}

/* where the output goes */

/* Runs inside a process of its own, whose standard output is fd; returns its exit status. */
static int in_process(int fd, void (*body)(void *arg), void *arg)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (dup2(fd, STDOUT_FILENO) < 0)
			_exit(99);
		body(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void print_and_record(void *arg)
{
	IT_AUTO(run_done) struct run run = RUN;

	run.options.quiet = false;
	run.options.record_streams = arg == NULL;
	run_script(&run, "echo shown");
	if (!arg)
		check_text(&run, "stdout", "shown\n");
}

static void shows_the_output_recorded_or_not(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	IT_AUTO(it_fd_close) int fd = open("out", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char not_recorded;

	(void)state;
	assert_int_equal(in_process(fd, print_and_record, NULL), 0);
	assert_int_equal(in_process(fd, print_and_record, &not_recorded), 0);
	assert_int_equal(it_file_read(&text, "out", NULL), 0);
	assert_string_equal(it_buf_text(&text), "shown\nshown\n");
}

static void print_to_nobody(void *arg)
{
	IT_AUTO(run_done) struct run run = RUN;
	sigset_t pending;

	(void)arg;
	run.options.quiet = false;
	run_script(&run, "seq 1 100000");
	assert_int_equal(run.result.show_errno, EPIPE);
	assert_int_equal(run.result.status, 0);
	assert_true(it_ends_with(text_of(&run, "stdout").data, "\n99999\n100000\n"));
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 0);
}

static void records_on_when_the_reader_is_gone(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(in_process(ends[1], print_to_nobody, NULL), 0);
	assert_int_equal(close(ends[1]), 0);
}

static void print_to_full_disk(void *arg)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)arg;
	run.options.quiet = false;
	run_script(&run, "echo shown");
	assert_int_equal(run.result.show_errno, ENOSPC);
	check_text(&run, "stdout", "shown\n");
}

static void records_on_when_the_disk_of_the_log_is_full(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(in_process(fd, print_to_full_disk, NULL), 0);
	assert_int_equal(close(fd), 0);
}

static void print_to_sleeper(void *arg)
{
	IT_AUTO(run_done) struct run run = RUN;

	(void)arg;
	run.options.quiet = false;
	run.options.timeout_ms = 300;
	run_script(&run, "yes");
	assert_true(run.result.timed_out);
	assert_int_equal(run.result.show_errno, ETIMEDOUT);
}

static void keeps_the_time_limit_when_the_reader_sleeps(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(in_process(ends[1], print_to_sleeper, NULL), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
}

/* time and signals */

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

/* the terminal */

/* Runs a script on a new terminal; returns its process, *fd is the other side. */
static pid_t on_terminal(int *fd, const char *script, bool recorded)
{
	pid_t pid = forkpty(fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		IT_AUTO(run_done) struct run run = RUN;

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
		TEST(tells_the_exit_status),
		TEST(tells_the_signal_as_python_does),
		TEST(accepts_further_statuses),
		TEST(refuses_a_status_that_cannot_be),
		TEST(refuses_a_command_that_is_not_there),
		TEST(records_both_streams),
		TEST(records_no_streams_unless_asked),
		TEST(loses_nothing_of_64_mib_on_both_streams),
		TEST(records_a_stream_whole_up_to_the_bound),
		TEST(keeps_the_tail_in_order),
		TEST(cuts_no_character_in_half),
		TEST(records_bytes_that_are_not_utf8),
		TEST(waits_for_what_a_child_prints_late),
		TEST(does_not_wait_for_ever_for_a_child_that_stays),
		TEST(does_not_read_for_ever_what_a_child_prints_on),
		TEST(shows_the_output_recorded_or_not),
		TEST(records_on_when_the_reader_is_gone),
		TEST(records_on_when_the_disk_of_the_log_is_full),
		TEST(keeps_the_time_limit_when_the_reader_sleeps),
		TEST(ends_a_command_that_takes_too_long),
		TEST(ends_a_command_that_does_not_listen),
		TEST(does_not_accept_a_timeout_that_ended_well),
		TEST(leaves_nothing_of_the_group_after_a_timeout),
		TEST(ends_in_time_when_there_is_no_hurry),
		TEST(passes_signals_on_and_waits_for_the_end),
		TEST(passes_signals_on_to_the_whole_group),
		TEST(leaves_ignored_signals_ignored),
		TEST(leaves_signals_as_they_were),
		TEST(gives_the_terminal_and_takes_it_back),
		TEST(lets_the_terminal_interrupt_the_command),
		TEST(stops_with_the_command_and_goes_on_with_it),
		TEST(gives_the_terminal_to_who_reads_from_it_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
