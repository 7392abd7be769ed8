/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes by overlay: every kind of change is listed as what it is and is there afterwards, as root
 * and as somebody else; what could not be tried on this machine is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/xattr.h>
#include <time.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "refused.h"
#include "run/tracer.h"
#include "workspace.h"

enum { NOBODY = 65534, NOT_TRIED = 77 };

#define NEW_FILE (IT_TOUCH_CREATED | IT_TOUCH_WRITTEN)

/* --- a step in "proj", seen by an overlay --- */

struct run {
	struct it_tracer *tracer;
	struct it_touched touched;
	struct it_strings folders;
	struct intoto_error *err;
	char *folder; /* absolute */
	pid_t pid;
	int status;
	int rc; /* of finish */
};

static void run_done(struct run *run)
{
	it_tracer_free(run->tracer);
	it_touched_done(&run->touched);
	it_strings_done(&run->folders);
	intoto_error_free(run->err);
	free(run->folder);
}

/* What cannot be tried here is no failure, but nobody shall think that it was tried. */
static void begin_with(struct run *run, bool elsewhere_read_only)
{
	struct it_tracer_options options = { .tier = IT_TRACE_WRITES,
					     .mechanism = "overlay",
					     .folders = &run->folders,
					     .elsewhere_read_only = elsewhere_read_only };
	int rc;

	run->folder = realpath("proj", NULL);
	assert_non_null(run->folder);
	assert_int_equal(it_strings_add(&run->folders, run->folder, NULL), 0);
	rc = it_tracer_new(&run->tracer, &options, &run->touched, &run->err);
	if (rc == INTOTO_E_UNSUPPORTED) {
		print_message("# NOT TRIED as uid %u: %s\n", geteuid(),
			      intoto_error_text(run->err));
		_exit(NOT_TRIED);
	}
	if (rc)
		print_message("# %s\n", intoto_error_text(run->err));
	assert_int_equal(rc, 0);
}

static void begin(struct run *run)
{
	begin_with(run, false);
}

static void start(struct run *run, const char *script)
{
	IT_AUTO(it_freep) char *copy = strdup(script);
	char shell[] = "sh";
	char option[] = "-c";
	char *argv[] = { shell, option, copy, NULL };
	const struct it_proc_spec spec = { .argv = argv,
					   .folder = "proj",
					   .stdin_fd = -1,
					   .stdout_fd = -1,
					   .stderr_fd = -1,
					   .entry = &run->tracer->entry };

	if (it_proc_start(&run->pid, &spec, &run->err))
		fail_msg("%s", intoto_error_text(run->err));
	assert_int_equal(it_tracer_started(run->tracer, run->pid, &run->err), 0);
}

static void end(struct run *run)
{
	assert_int_equal(waitpid(run->pid, &run->status, 0), run->pid);
	run->rc = it_tracer_finish(run->tracer, &run->err);
}

/* The step must end well, and so must everything after it. */
static void step(struct run *run, const char *script)
{
	begin(run);
	start(run, script);
	end(run);
	if (run->rc)
		fail_msg("%s", intoto_error_text(run->err));
	assert_int_equal(run->status, 0);
}

static unsigned touches_of(const struct run *run, const char *name)
{
	IT_AUTO(it_freep)
	char *path = *name ? it_path_join(run->folder, name) : strdup(run->folder);
	const struct it_touched_file *file;

	assert_non_null(path);
	file = it_touched_find(&run->touched, it_span_text(path));
	return file ? file->touches : 0;
}

static void assert_touched(const struct run *run, const char *name, unsigned touches)
{
	unsigned found = touches_of(run, name);

	if (found != touches)
		fail_msg("%s: found touches %u, want %u", name, found, touches);
}

static bool has_note(const struct run *run, const char *text)
{
	const struct it_strings *notes = &run->touched.statement.notes;

	for (size_t i = 0; i < notes->count; i++)
		if (strstr(notes->items[i], text))
			return true;
	return false;
}

static void assert_text(const char *path, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	assert_int_equal(it_file_read(&text, path, NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static bool is_there(const char *path)
{
	struct stat about;

	return lstat(path, &about) == 0;
}

/* Folders of ours beside the project; *first is the name of one of them. */
static size_t places(char **first)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	size_t count = 0;

	assert_int_equal(it_dir_list(&names, ".", NULL), 0);
	for (size_t i = 0; i < names.count; i++) {
		if (!it_starts_with(names.items[i], ".intoto-overlay-"))
			continue;
		if (first && !count)
			*first = strdup(names.items[i]);
		++count;
	}
	return count;
}

/* --- each test as root and as somebody else --- */

static void become(uid_t uid)
{
	if (geteuid() == uid)
		return;
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)) /* as after an exec */
		_exit(99);
}

/* Steps are shell scripts, and this program where a shell does not reach. */
static void copy_self(void)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(256 << 20);

	assert_int_equal(it_file_read(&bytes, "/proc/self/exe", NULL), 0);
	assert_int_equal(it_file_write("own/self", it_buf_span(&bytes), 0755, 0, NULL), 0);
}

static void run_as(uid_t uid, void (*check)(void))
{
	int status;
	pid_t pid;

	assert_int_equal(mkdir("own", 0755), 0);
	assert_int_equal(chown("own", uid, uid), 0);
	copy_self();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (chdir("own"))
			_exit(99);
		become(uid);
		(void)mkdir("proj", 0755); /* the first write tells */
		check();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != NOT_TRIED)
		assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(system("chmod -R u+rwx own 2>/dev/null; rm -rf own"), 0);
}

static void run_as_all(void (*check)(void))
{
	if (geteuid() == 0) {
		run_as(0, check);
		run_as(NOBODY, check);
	} else {
		run_as(geteuid(), check);
	}
}

static int enter(void **state)
{
	if (workspace_enter(state) || chmod(".", 0755))
		return -1;
	(void)umask(022); /* modes are looked at */
	return 0;
}

#define FOR_ALL(name)                                                                              \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		run_as_all(check_##name);                                                          \
	}

/* --- every kind of change --- */

static void check_lists_new_files_of_every_kind(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct stat about;

	workspace_write("proj/old", "old");
	step(&run, "echo one >new; mkdir d d/e; echo two >d/e/f; ln -s nowhere link; mkfifo pipe; "
		   "ln new other; chmod 640 new; touch -d @1000000000 d/e/f; : >empty");
	assert_touched(&run, "new", NEW_FILE);
	assert_touched(&run, "other", NEW_FILE);
	assert_touched(&run, "empty", NEW_FILE);
	assert_touched(&run, "d", IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
	assert_touched(&run, "d/e", IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
	assert_touched(&run, "d/e/f", NEW_FILE);
	assert_touched(&run, "link", IT_TOUCH_CREATED);
	assert_touched(&run, "pipe", IT_TOUCH_CREATED);
	assert_touched(&run, "old", 0);
	assert_touched(&run, "", 0);
	assert_int_equal(run.touched.file_count, 8);
	assert_text("proj/new", "one\n");
	assert_text("proj/d/e/f", "two\n");
	assert_int_equal(stat("proj/new", &about), 0);
	assert_int_equal(about.st_nlink, 2);
	assert_int_equal(about.st_mode & 07777, 0640);
	assert_int_equal(stat("proj/d/e/f", &about), 0);
	assert_int_equal(about.st_mtim.tv_sec, 1000000000);
	assert_int_equal(lstat("proj/pipe", &about), 0);
	assert_true(S_ISFIFO(about.st_mode));
	assert_int_equal(places(NULL), 0);
	assert_string_equal(run.touched.statement.mechanism, "overlay");
	assert_true(it_touched_is_complete(&run.touched));
	assert_int_equal(run.touched.statement.writes_proven, geteuid() != 0);
	assert_false(run.touched.statement.reads_proven);
	assert_true(has_note(&run, "only writes in "));
	assert_int_equal(has_note(&run, "ran as root"), geteuid() == 0);
}
FOR_ALL(lists_new_files_of_every_kind)

static void check_lists_changes_as_what_they_are(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct stat about;

	workspace_write("proj/longer", "12345");
	workspace_write("proj/same-size", "12345");
	workspace_write("proj/rewritten", "12345");
	workspace_write("proj/opened", "12345");
	workspace_write("proj/mode", "12345");
	workspace_write("proj/time", "12345");
	workspace_write("proj/attribute", "12345");
	workspace_write("proj/read", "12345");
	workspace_write("proj/sub/deep", "12345");
	assert_int_equal(symlink("a", "proj/link"), 0);
	assert_int_equal(symlink("a", "proj/link-same"), 0);
	assert_int_equal(utimensat(AT_FDCWD, "proj/rewritten",
				   (struct timespec[]){ { .tv_sec = 1 }, { .tv_sec = 1 } }, 0),
			 0);
	step(&run, "echo 6 >>longer; printf abcde >same-size; printf 12345 >rewritten; : >>opened; "
		   "chmod 600 mode; touch time; ../self attribute attribute; cat read >/dev/null; "
		   "chmod 700 sub; ln -sfn b link; ln -sfn a link-same");
	assert_touched(&run, "longer", IT_TOUCH_WRITTEN | IT_TOUCH_CHANGED);
	assert_touched(&run, "same-size", IT_TOUCH_WRITTEN | IT_TOUCH_CHANGED);
	assert_touched(&run, "rewritten", IT_TOUCH_CHANGED);
	assert_touched(&run, "opened", 0);
	assert_touched(&run, "mode", IT_TOUCH_CHANGED);
	assert_touched(&run, "time", IT_TOUCH_CHANGED);
	assert_touched(&run, "attribute", IT_TOUCH_CHANGED);
	assert_touched(&run, "read", 0);
	assert_touched(&run, "sub", IT_TOUCH_CHANGED | IT_TOUCH_FOLDER);
	assert_touched(&run, "sub/deep", 0);
	assert_int_equal(touches_of(&run, "link") & IT_TOUCH_WRITTEN, IT_TOUCH_WRITTEN);
	assert_int_equal(touches_of(&run, "link-same") & IT_TOUCH_WRITTEN, 0);
	assert_text("proj/longer", "123456\n");
	assert_text("proj/same-size", "abcde");
	assert_int_equal(stat("proj/mode", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat("proj/sub", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	assert_int_equal(getxattr("proj/attribute", "user.a", NULL, 0), 1);
	assert_int_equal(listxattr("proj/longer", NULL, 0), 0);
	assert_int_equal(listxattr("proj/sub", NULL, 0), 0);
	assert_int_equal(listxattr("proj", NULL, 0), 0);
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(lists_changes_as_what_they_are)

static void check_lists_what_was_removed_renamed_or_replaced(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	const unsigned folder = IT_TOUCH_FOLDER;

	workspace_write("proj/gone", "1");
	workspace_write("proj/from", "2");
	workspace_write("proj/tree/a", "3");
	workspace_write("proj/tree/b/c", "4");
	workspace_write("proj/again/old", "5");
	workspace_write("proj/again/kept", "6");
	workspace_write("proj/again/sub/x", "6");
	workspace_write("proj/file-to-folder", "7");
	workspace_write("proj/folder-to-file/x", "8");
	workspace_write("proj/come-and-go", "9");
	step(&run,
	     "rm gone; mv from to; rm -r tree; rm -r again; mkdir again again/sub; "
	     "printf 6 >again/kept; echo n >again/new; echo y >again/sub/y; rm file-to-folder; "
	     "mkdir file-to-folder; "
	     "echo i >file-to-folder/in; rm -r folder-to-file; echo f >folder-to-file; "
	     "echo t >brief; rm brief; mkdir short; rmdir short; rm come-and-go; "
	     "printf 9 >come-and-go");
	assert_touched(&run, "gone", IT_TOUCH_REMOVED);
	assert_touched(&run, "from", IT_TOUCH_REMOVED);
	assert_touched(&run, "to", NEW_FILE);
	assert_touched(&run, "tree", IT_TOUCH_REMOVED | folder);
	assert_touched(&run, "tree/a", IT_TOUCH_REMOVED);
	assert_touched(&run, "tree/b", IT_TOUCH_REMOVED | folder);
	assert_touched(&run, "tree/b/c", IT_TOUCH_REMOVED);
	assert_touched(&run, "again", IT_TOUCH_CHANGED | folder);
	assert_touched(&run, "again/old", IT_TOUCH_REMOVED);
	assert_touched(&run, "again/kept", IT_TOUCH_CHANGED);
	assert_touched(&run, "again/new", NEW_FILE);
	assert_touched(&run, "again/sub/x", IT_TOUCH_REMOVED);
	assert_touched(&run, "again/sub/y", NEW_FILE);
	assert_touched(&run, "file-to-folder", IT_TOUCH_REMOVED | IT_TOUCH_CREATED | folder);
	assert_touched(&run, "file-to-folder/in", NEW_FILE);
	assert_touched(&run, "folder-to-file", IT_TOUCH_REMOVED | NEW_FILE);
	assert_touched(&run, "folder-to-file/x", IT_TOUCH_REMOVED);
	assert_touched(&run, "brief", 0);
	assert_touched(&run, "short", 0);
	assert_false(is_there("proj/gone"));
	assert_false(is_there("proj/from"));
	assert_text("proj/to", "2");
	assert_false(is_there("proj/tree"));
	assert_false(is_there("proj/again/old"));
	assert_false(is_there("proj/again/sub/x"));
	assert_text("proj/again/kept", "6");
	assert_text("proj/again/new", "n\n");
	assert_text("proj/file-to-folder/in", "i\n");
	assert_text("proj/folder-to-file", "f\n");
	assert_text("proj/come-and-go", "9");
	assert_int_equal(listxattr("proj/again", NULL, 0), 0);
	assert_int_equal(listxattr("proj/again/sub", NULL, 0), 0);
	assert_int_equal(listxattr("proj/file-to-folder", NULL, 0), 0);
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(lists_what_was_removed_renamed_or_replaced)

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, workspace_leave)

/* --- what a step does that no shell can --- */

static int set_attribute(const char *path)
{
	return setxattr(path, "user.a", "b", 1, 0);
}

struct act {
	const char *name;
	int (*run)(const char *path);
};

static const struct act acts[] = {
	{ "attribute", set_attribute },
};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_new_files_of_every_kind),
		TEST(lists_changes_as_what_they_are),
		TEST(lists_what_was_removed_renamed_or_replaced),
	};

	for (size_t i = 0; argc == 3 && i < IT_COUNT_OF(acts); i++)
		if (it_streq(argv[1], acts[i].name))
			return acts[i].run(argv[2]) ? 1 : 0;
	return cmocka_run_group_tests_name("run_tracer_overlay", tests, NULL, NULL);
}
