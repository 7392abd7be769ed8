/* SPDX-License-Identifier: Apache-2.0 */
/* What a command prints: shown, recorded, bounded, and never lost in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "run_script.h"
#include "workspace.h"

#define MS INT64_C(1000000)

enum { KEPT = IT_STREAM_KEPT, HALF = KEPT / 2 };

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
		return;
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
