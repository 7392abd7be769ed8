/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandboxed command can and cannot do, on whatever the kernel of this machine gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "refused.h"
#include "workspace.h"

enum { NOBODY = 65534, PATHS_MAX = 100 };

/* One start: its folders, and where its output goes. */
struct sandbox {
	char *work;
	char *view;
	struct it_sandbox_path paths[PATHS_MAX];
	struct it_proc_spec proc;
	struct it_sandbox_spec spec;
	struct it_sandbox_run run;
	struct it_strings argv;
};

static void sandbox_done(struct sandbox *self)
{
	free(self->work);
	free(self->view);
	close(self->proc.stdin_fd);
	close(self->proc.stdout_fd);
	it_strings_done(&self->argv);
}

static char *folder(const char *top, const char *name)
{
	char *path = it_path_join(top, name);

	assert_non_null(path);
	(void)mkdir(path, 0700); /* it may be there */
	if (geteuid() == 0)
		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	return path;
}

static void sandbox_init(struct sandbox *self, const char *top)
{
	static char path[] = "PATH=/usr/bin:/bin";
	static char *environment[] = { path, NULL };

	*self = (struct sandbox){ 0 };
	assert_int_equal(chmod(top, 0711), 0);
	self->work = folder(top, "work");
	self->view = folder(top, "view");
	for (size_t i = 0; i < it_sandbox_system_count; i++)
		self->paths[i] = it_sandbox_system[i];
	self->paths[it_sandbox_system_count] =
		(struct it_sandbox_path){ .path = self->work,
					  .rights = IT_SANDBOX_READ | IT_SANDBOX_WRITE |
						    IT_SANDBOX_EXECUTE };
	self->proc.environment = environment;
	self->proc.folder = self->work;
	self->proc.stdin_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	self->proc.stdout_fd = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	self->proc.stderr_fd = self->proc.stdout_fd;
	self->spec.paths = self->paths;
	self->spec.path_count = it_sandbox_system_count + 1;
	self->spec.view = self->view;
	self->spec.user = NOBODY;
	if (!workspace_vfork_is_fork()) /* valgrind knows no call that confines */
		self->spec.required =
			IT_SANDBOX_NO_NETWORK | IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT;
}

static int start(struct sandbox *self, const char *script, struct intoto_error **err)
{
	assert_int_equal(it_strings_add(&self->argv, "sh", NULL), 0);
	assert_int_equal(it_strings_add(&self->argv, "-c", NULL), 0);
	assert_int_equal(it_strings_add(&self->argv, script, NULL), 0);
	self->proc.argv = self->argv.items;
	return it_sandbox_start(&self->run, &self->proc, &self->spec, err);
}

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

/* The exit status of a script, 128 and more for a signal; what it said is in "out". */
static int run(const char *top, const char *script)
{
	IT_AUTO(sandbox_done) struct sandbox self;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_proc_state end;

	sandbox_init(&self, top);
	if (start(&self, script, &why))
		print_error("%s\n", intoto_error_text(why));
	assert_null(why);
	end = wait_for(self.run.pid);
	return end.signal ? 128 + end.signal : end.status;
}

static void tells_how_the_command_ended(void **state)
{
	assert_int_equal(run(*state, "exit 0"), 0);
	assert_int_equal(run(*state, "exit 7"), 7);
	assert_int_equal(run(*state, "kill -TERM $$"), 128 + SIGTERM);
	assert_int_equal(run(*state, "kill -KILL $$"), 128 + SIGKILL);
}

static void works_in_its_folder(void **state)
{
	assert_int_equal(run(*state, "echo a >f && mkdir d && mv f d/g && ln -s g d/h && "
				     "chmod 700 d && touch -d @1 d/g && test a = \"$(cat d/h)\" && "
				     "mkfifo p && rm -r d"),
			 0);
}

static void reads_nothing_else(void **state)
{
	IT_AUTO(it_freep) char *script = NULL;

	workspace_write("secret", "hidden");
	assert_int_equal(chmod(*state, 0777), 0);
	assert_int_equal(chmod("secret", 0666), 0);
	assert_true(asprintf(&script,
			     "cat %s/secret && exit 9; echo x >%s/secret && exit 9; "
			     "echo x >%s/new && exit 9; ls %s | grep secret && exit 9; rm "
			     "%s/secret && exit 9; "
			     "echo >/usr/x && exit 9; cat /etc/shadow && exit 9; exit 0",
			     (char *)*state, (char *)*state, (char *)*state, (char *)*state,
			     (char *)*state) > 0);
	assert_int_equal(run(*state, script), 0);
	assert_int_equal(access("secret", F_OK), 0);
	assert_int_equal(access("new", F_OK), -1);
}

static void leaves_no_process(void **state)
{
	struct it_proc_state end;
	IT_AUTO(sandbox_done) struct sandbox self;
	char *const path = it_path_join(*state, "work/alive");
	struct stat before;
	struct stat after;

	sandbox_init(&self, *state);
	assert_int_equal(start(&self,
			       "setsid sh -c 'setsid sh -c \"while :; do echo >>alive; sleep 0.01; "
			       "done\" &' & "
			       "sleep 0.2; exit 3",
			       NULL),
			 0);
	end = wait_for(self.run.pid);
	assert_int_equal(end.status, 3);
	assert_int_equal(stat(path, &before), 0);
	(void)usleep(50 * 1000);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	free(path);
}

static void ends_by_a_signal_to_its_group(void **state)
{
	IT_AUTO(sandbox_done) struct sandbox self;

	sandbox_init(&self, *state);
	assert_int_equal(
		start(&self, "setsid sleep 100 & trap '' TERM; sleep 100; sleep 100", NULL), 0);
	assert_int_equal(kill(-self.run.group, SIGKILL), 0);
	assert_int_equal(wait_for(self.run.pid).signal, SIGKILL);
}

static void passes_no_descriptor_on(void **state)
{
	int fds[4];

	for (size_t i = 0; i < IT_COUNT_OF(fds); i++)
		fds[i] = open("/", O_RDONLY); /* not close-on-exec */
	assert_int_equal(run(*state, "for fd in 3 4 5 6 7 8 9; do "
				     "if (: <&$fd) 2>/dev/null; then exit 9; fi; done"),
			 0);
	for (size_t i = 0; i < IT_COUNT_OF(fds); i++)
		close(fds[i]);
}

static void keeps_its_limits(void **state)
{
	IT_AUTO(sandbox_done) struct sandbox self;

	sandbox_init(&self, *state);
	self.spec.limits = (struct it_sandbox_limits){ .memory = 64 << 20, .file_size = 1 << 20 };
	assert_int_equal(start(&self, "ulimit -c; ulimit -v; head -c 2000000 /dev/zero >big", NULL),
			 0);
	assert_int_not_equal(wait_for(self.run.pid).status, 0);
	{
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

		assert_int_equal(it_file_read(&out, "out", NULL), 0);
		assert_true(it_starts_with(it_buf_text(&out), "0\n65536\n"));
	}
}

static void says_what_was_reached(void **state)
{
	IT_AUTO(sandbox_done) struct sandbox self;
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	const struct it_sandbox_level all = { .mechanisms = 8191, .landlock_abi = 7 };

	sandbox_init(&self, *state);
	assert_int_equal(start(&self, "exit 0", NULL), 0);
	(void)wait_for(self.run.pid);
	assert_int_equal(it_sandbox_promises(&self.run.level),
			 IT_SANDBOX_NO_NETWORK | IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT);
	assert_true(self.run.level.mechanisms & IT_SANDBOX_RLIMITS);
	assert_int_equal(it_sandbox_words(&words, &all, NULL), 0);
	assert_int_equal(words.count, 13);
	assert_string_equal(words.items[0], "ipc-namespace");
	assert_string_equal(words.items[1], "landlock-7");
	assert_int_equal(it_sandbox_promises(&(struct it_sandbox_level){ 0 }), 0);
}

static void refuses(const char *top, const char *program, enum intoto_code code, const char *text)
{
	IT_AUTO(sandbox_done) struct sandbox self;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *copy = strdup(program);
	char *argv[] = { copy, NULL };

	sandbox_init(&self, top);
	self.proc.argv = argv;
	assert_refused(it_sandbox_start(&self.run, &self.proc, &self.spec, &why), &why, code, text);
	assert_int_equal(self.run.pid, -1);
}

static void says_why_a_program_cannot_start(void **state)
{
	workspace_write("work/text", "no program");
	refuses(*state, "no-such-program", INTOTO_E_NOTFOUND,
		"no-such-program: command not found in the folders that the sandbox shows");
	refuses(*state, "./nothing", INTOTO_E_NOTFOUND, "there is no such file in the sandbox");
	refuses(*state, "./text", INTOTO_E_IO, "permission denied");
	refuses(*state, "", INTOTO_E_NOTFOUND, "an empty command");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)
	const struct CMUnitTest starts[] = {
		TEST(tells_how_the_command_ended),
		TEST(says_why_a_program_cannot_start),
	};
	const struct CMUnitTest tests[] = {
		TEST(tells_how_the_command_ended), TEST(says_why_a_program_cannot_start),
		TEST(works_in_its_folder),	   TEST(reads_nothing_else),
		TEST(leaves_no_process),	   TEST(ends_by_a_signal_to_its_group),
		TEST(passes_no_descriptor_on),	   TEST(keeps_its_limits),
		TEST(says_what_was_reached),
	};

	if (workspace_vfork_is_fork())
		return cmocka_run_group_tests_name("base_sandbox", starts, NULL, NULL);
	return cmocka_run_group_tests_name("base_sandbox", tests, NULL, NULL);
}
