/* SPDX-License-Identifier: Apache-2.0 */
/* Starting processes, and why one cannot be started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/strings.h"
#include "refused.h"
#include "workspace.h"

#define SPEC                                                                                       \
	{                                                                                          \
		.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1                                   \
	}

/* Words of one command, as exec wants them. */
static void words(struct it_strings *out, const char *first, const char *second, const char *third)
{
	const char *all[] = { first, second, third };

	for (size_t i = 0; i < IT_COUNT_OF(all) && all[i]; i++)
		assert_int_equal(it_strings_add(out, all[i], NULL), 0);
}

/* Waits for the end, with the looks that a poll loop makes. */
static struct it_proc_state wait_for(pid_t pid)
{
	struct it_proc_state state = { 0 };

	while (!state.ended) {
		assert_int_equal(it_proc_look(&state, pid, NULL), 0);
		(void)usleep(1000); /* only a pause */
	}
	it_proc_reap(pid);
	return state;
}

static struct it_proc_state run(struct it_proc_spec *spec, const char *script)
{
	IT_AUTO(it_strings_done) struct it_strings argv = { 0 };
	pid_t pid;

	words(&argv, "sh", "-c", script);
	spec->argv = argv.items;
	assert_int_equal(it_proc_start(&pid, spec, NULL), 0);
	return wait_for(pid);
}

static void tells_how_a_process_ended(void **state)
{
	struct it_proc_spec spec = SPEC;
	struct it_proc_state end;

	(void)state;
	end = run(&spec, "exit 7");
	assert_int_equal(end.status, 7);
	assert_int_equal(end.signal, 0);
	end = run(&spec, "kill -KILL $$");
	assert_int_equal(end.signal, SIGKILL);
}

static void starts_in_a_group_of_its_own(void **state)
{
	struct it_proc_spec spec = SPEC;

	(void)state;
	assert_int_equal(run(&spec, "test \"$(cut -d' ' -f5 </proc/$$/stat)\" = $$").status, 0);
}

static void starts_in_a_session_of_its_own_when_asked(void **state)
{
	struct it_proc_spec spec = SPEC;

	(void)state;
	spec.own_session = true;
	assert_int_equal(run(&spec, "test \"$(cut -d' ' -f6 </proc/$$/stat)\" = $$").status, 0);
	assert_int_equal(run(&spec, "exec 3</dev/tty").status != 0, 1);
}

/* Reads what the script printed through the streams that spec names. */
static void check_printed(struct it_proc_spec *spec, const char *script, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	int fd = open("out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	spec->stdout_fd = fd;
	assert_int_equal(run(spec, script).status, 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(it_file_read(&text, "out", NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static void gives_the_streams_folder_and_environment_that_were_asked_for(void **state)
{
	char variable[] = "COLOUR=blue";
	char path[] = "PATH=/usr/bin:/bin";
	char *environment[] = { variable, path, NULL };
	struct it_proc_spec spec = SPEC;

	(void)state;
	workspace_write("in", "read");
	workspace_write("dir/file", "");
	spec.stdin_fd = open("in", O_RDONLY | O_CLOEXEC);
	spec.folder = "dir";
	spec.environment = environment;
	check_printed(&spec, "ls; cat; echo \" $COLOUR\"", "file\nread blue\n");
	assert_int_equal(close(spec.stdin_fd), 0);
}

/* A descriptor of ours below 3 must not be closed by the one that takes its number. */
static void takes_streams_that_are_standard_descriptors_themselves(void **state)
{
	struct it_proc_spec spec = SPEC;
	int saved[2] = { fcntl(0, F_DUPFD_CLOEXEC, 10), fcntl(2, F_DUPFD_CLOEXEC, 10) };
	struct it_proc_state end;

	(void)state;
	workspace_write("a", "from a");
	assert_int_equal(close(0), 0);
	assert_int_equal(open("got-out", O_RDWR | O_CREAT, 0600), 0);
	assert_int_equal(close(2), 0);
	assert_int_equal(open("a", O_RDONLY), 2);
	spec.stdin_fd = 2;
	spec.stderr_fd = 0;
	end = run(&spec, "cat >&2");
	assert_int_equal(dup2(saved[0], 0), 0);
	assert_int_equal(dup2(saved[1], 2), 2);
	assert_int_equal(end.status, 0);
	spec = (struct it_proc_spec)SPEC;
	assert_int_equal(run(&spec, "cmp a got-out").status, 0);
}

static void closes_every_other_descriptor_if_told_so(void **state)
{
	struct it_proc_spec spec = SPEC;
	int open_one = open("/dev/null", O_RDONLY); /* not close-on-exec */

	(void)state;
	assert_true(open_one >= 0);
	spec.close_others = true;
	/* ls itself opens the folder: number 3. */
	check_printed(&spec, "ls /proc/self/fd", "0\n1\n2\n3\n");
	assert_int_equal(close(open_one), 0);
}

/* make's jobserver and a shell's <(...) are descriptors that a wrapper must not swallow. */
static void hands_inherited_descriptors_down(void **state)
{
	struct it_proc_spec spec = SPEC;
	int inherited;
	int ours;

	(void)state;
	workspace_write("a", "from a");
	inherited = open("a", O_RDONLY);
	ours = open("a", O_RDONLY | O_CLOEXEC);
	assert_int_equal(dup2(inherited, 9), 9);
	check_printed(&spec, "cat <&9", "from a");
	spec = (struct it_proc_spec)SPEC;
	assert_int_equal(dup3(ours, 9, O_CLOEXEC), 9);
	assert_int_not_equal(run(&spec, "cat <&9").status, 0);
	assert_int_equal(close(9) + close(inherited) + close(ours), 0);
}

static void does_not_hand_an_ignored_sigpipe_down(void **state)
{
	struct it_proc_spec spec = SPEC;
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	(void)state;
	assert_int_equal(run(&spec, "kill -PIPE $$; exit 0").signal, SIGPIPE);
	assert_true(signal(SIGPIPE, before) != SIG_ERR);
}

static void gives_the_signal_mask_that_was_asked_for(void **state)
{
	struct it_proc_spec spec = SPEC;
	sigset_t blocked;

	(void)state;
	assert_int_equal(sigemptyset(&blocked), 0);
	assert_int_equal(sigaddset(&blocked, SIGUSR1), 0);
	spec.blocked = &blocked;
	assert_int_equal(run(&spec, "kill -USR1 $$; exit 3").status, 3);
}

static void tells_of_a_stop_once(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings argv = { 0 };
	struct it_proc_spec spec = SPEC;
	struct it_proc_state now = { 0 };
	pid_t pid;

	(void)state;
	words(&argv, "sh", "-c", "kill -STOP $$; exit 4");
	spec.argv = argv.items;
	assert_int_equal(it_proc_start(&pid, &spec, NULL), 0);
	while (!now.stopped)
		assert_int_equal(it_proc_look(&now, pid, NULL), 0);
	assert_false(now.ended);
	assert_int_equal(now.signal, SIGSTOP);
	assert_int_equal(it_proc_look(&now, pid, NULL), 0);
	assert_false(now.stopped);
	assert_int_equal(kill(-pid, SIGCONT), 0);
	assert_int_equal(wait_for(pid).status, 4);
}

static void check_refused(const char *program, const char *folder, enum intoto_code code,
			  const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings argv = { 0 };
	struct it_proc_spec spec = SPEC;
	struct intoto_error *err = NULL;
	pid_t pid = 1;

	words(&argv, program, NULL, NULL);
	spec.argv = argv.items;
	spec.folder = folder;
	assert_refused(it_proc_start(&pid, &spec, &err), &err, code, text);
	assert_int_equal(pid, -1);
}

static void refuses_what_is_not_there(void **state)
{
	(void)state;
	if (workspace_vfork_is_fork())
		return;
	check_refused("no-such\ncommand", NULL, INTOTO_E_NOTFOUND,
		      "no-such\\ncommand: command not found");
	check_refused("./nothing", NULL, INTOTO_E_NOTFOUND,
		      "./nothing: cannot be started: No such file or directory");
	check_refused("", NULL, INTOTO_E_NOTFOUND, "an empty command");
	check_refused("true", "nowhere", INTOTO_E_NOTFOUND,
		      "true: cannot start in nowhere: No such");
}

static void check_path_refused(void)
{
	check_refused("no-such-command", NULL, INTOTO_E_NOTFOUND,
		      "no-such-command: command not found");
	check_refused("plain", NULL, INTOTO_E_IO, "plain: cannot be started: permission denied");
	assert_int_equal(setenv("PATH", "bin", 1), 0);
	check_refused("orphan", NULL, INTOTO_E_IO,
		      "orphan: cannot be started: its interpreter is missing");
}

/* Also when the system's answer is about a folder of PATH that we may not even look into. */
static void tells_what_is_not_there_from_what_may_not_be_started(void **state)
{
	IT_AUTO(it_freep) char *path = NULL;
	IT_AUTO(it_freep) char *before = strdup(getenv("PATH"));

	if (workspace_vfork_is_fork())
		return;
	assert_int_equal(chmod(*state, 0755), 0);
	workspace_write("bin/plain", "");
	workspace_write("bin/orphan", "#!/no/such/interpreter\n");
	assert_int_equal(chmod("bin/orphan", 0755), 0);
	workspace_write("closed/x", "");
	assert_int_equal(chmod("closed", 0), 0);
	assert_true(asprintf(&path, "%s/closed:%s/bin", (const char *)*state,
			     (const char *)*state) > 0);
	assert_int_equal(setenv("PATH", path, 1), 0);
	workspace_as_user(check_path_refused);
	assert_int_equal(setenv("PATH", before, 1), 0);
	assert_int_equal(chmod("closed", 0700), 0);
}

static void refuses_what_may_not_be_started(void **state)
{
	(void)state;
	if (workspace_vfork_is_fork())
		return;
	workspace_write("plain", "");
	check_refused("./plain", NULL, INTOTO_E_IO,
		      "./plain: cannot be started: permission denied");
	check_refused("/", NULL, INTOTO_E_IO, "/: cannot be started: permission denied");
	workspace_write("script", "#!/no/such/interpreter\n");
	assert_int_equal(chmod("script", 0755), 0);
	check_refused("./script", NULL, INTOTO_E_IO,
		      "./script: cannot be started: its interpreter is missing");
	workspace_write("garbage", "\x01\x02\x03");
	assert_int_equal(chmod("garbage", 0755), 0);
	check_refused("./garbage", NULL, INTOTO_E_IO,
		      "./garbage: cannot be started: Exec format error");
}

/* --- a child that does something last --- */

static int write_mark(void *arg)
{
	int fd = *(const int *)arg;

	return write(fd, "entered ", 8) == 8 ? 0 : errno;
}

static int refuse_entry(void *arg)
{
	(void)arg;
	return EACCES;
}

/* Everything else is as without: streams, folder, environment, mask, group, SIGPIPE, descriptors.
 */
static void does_last_what_it_was_told(void **state)
{
	char variable[] = "COLOUR=blue";
	char path[] = "PATH=/usr/bin:/bin";
	char *environment[] = { variable, path, NULL };
	int mark = open("mark", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct it_proc_entry entry = { write_mark, &mark, &mark, "marking" };
	struct it_proc_spec spec = SPEC;
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	sigset_t blocked;

	(void)state;
	workspace_write("in", "read");
	workspace_write("dir/file", "");
	spec.entry = &entry;
	spec.stdin_fd = open("in", O_RDONLY | O_CLOEXEC);
	spec.folder = "dir";
	spec.environment = environment;
	check_printed(&spec, "ls; cat; echo \" $COLOUR\"", "file\nread blue\n");
	assert_int_equal(close(spec.stdin_fd), 0);
	spec = (struct it_proc_spec)SPEC;
	spec.entry = &entry;
	assert_int_equal(run(&spec, "kill -PIPE $$; exit 0").signal, SIGPIPE);
	assert_true(signal(SIGPIPE, before) != SIG_ERR);
	assert_int_equal(run(&spec, "test \"$(cut -d' ' -f5 </proc/$$/stat)\" = $$").status, 0);
	spec.own_session = true;
	assert_int_equal(run(&spec, "test \"$(cut -d' ' -f6 </proc/$$/stat)\" = $$").status, 0);
	spec.own_session = false;
	assert_int_equal(sigemptyset(&blocked), 0);
	assert_int_equal(sigaddset(&blocked, SIGUSR1), 0);
	spec.blocked = &blocked;
	assert_int_equal(run(&spec, "kill -USR1 $$; exit 3").status, 3);
	spec.close_others = true;
	assert_true(dup(1) >= 0); /* not close-on-exec */
	check_printed(&spec, "ls /proc/self/fd", "0\n1\n2\n3\n");
	assert_int_equal(it_file_read(&text, "mark", NULL), 0);
	assert_string_equal(it_buf_text(&text), "entered entered entered entered entered entered ");
	assert_int_equal(close(mark), 0);
}

static void check_entry_refused(struct it_proc_entry *entry, const char *program,
				const char *folder, enum intoto_code code, const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings argv = { 0 };
	struct it_proc_spec spec = SPEC;
	struct intoto_error *err = NULL;
	pid_t pid = 1;

	words(&argv, program, NULL, NULL);
	spec.argv = argv.items;
	spec.folder = folder;
	spec.entry = entry;
	assert_refused(it_proc_start(&pid, &spec, &err), &err, code, text);
	assert_int_equal(pid, -1);
}

/* In the words for a command that is started without. */
static void tells_what_failed_before_it_started(void **state)
{
	int mark = open("mark", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct it_proc_entry fine = { write_mark, &mark, &mark, "marking" };
	struct it_proc_entry bad = { refuse_entry, NULL, NULL, "tracing" };

	(void)state;
	check_entry_refused(&bad, "true", NULL, INTOTO_E_IO,
			    "true: cannot be started: tracing: Permission denied");
	check_entry_refused(&fine, "no-such-command", NULL, INTOTO_E_NOTFOUND,
			    "no-such-command: command not found");
	check_entry_refused(&fine, "./nothing", NULL, INTOTO_E_NOTFOUND,
			    "./nothing: cannot be started: No such file or directory");
	check_entry_refused(&fine, "true", "nowhere", INTOTO_E_NOTFOUND,
			    "true: cannot start in nowhere: No such");
	check_entry_refused(&fine, "/", NULL, INTOTO_E_IO,
			    "/: cannot be started: permission denied");
	workspace_write("garbage", "\x01\x02\x03");
	assert_int_equal(chmod("garbage", 0755), 0);
	check_entry_refused(&fine, "./garbage", NULL, INTOTO_E_IO,
			    "./garbage: cannot be started: Exec format error");
	assert_int_equal(close(mark), 0);
}

static void names_signals(void **state)
{
	char name[IT_SIGNAL_NAME_SIZE];

	(void)state;
	it_signal_name(name, SIGTERM);
	assert_string_equal(name, "SIGTERM");
	it_signal_name(name, SIGRTMIN + 5);
	assert_memory_equal(name, "signal ", 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_how_a_process_ended),
		TEST(starts_in_a_group_of_its_own),
		TEST(starts_in_a_session_of_its_own_when_asked),
		TEST(gives_the_streams_folder_and_environment_that_were_asked_for),
		TEST(takes_streams_that_are_standard_descriptors_themselves),
		TEST(closes_every_other_descriptor_if_told_so),
		TEST(hands_inherited_descriptors_down),
		TEST(does_not_hand_an_ignored_sigpipe_down),
		TEST(gives_the_signal_mask_that_was_asked_for),
		TEST(tells_of_a_stop_once),
		TEST(refuses_what_is_not_there),
		TEST(tells_what_is_not_there_from_what_may_not_be_started),
		TEST(refuses_what_may_not_be_started),
		TEST(does_last_what_it_was_told),
		TEST(tells_what_failed_before_it_started),
		TEST(names_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
