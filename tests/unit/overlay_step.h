/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step in the folder "proj" that an overlay sees, as root and as somebody else.  Include cmocka
 * first.
 */
#ifndef INTOTO_TESTS_UNIT_OVERLAY_STEP_H
#define INTOTO_TESTS_UNIT_OVERLAY_STEP_H

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "refused.h"
#include "run/tracer.h"
#include "workspace.h"

enum { NOBODY = 65534, NOT_TRIED = 77 };

#define NEW_FILE (IT_TOUCH_CREATED | IT_TOUCH_WRITTEN)
#define OLD_GONE (IT_TOUCH_REMOVED | IT_TOUCH_FOUND) /* not made by the step itself */

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

static inline void run_done(struct run *run)
{
	it_tracer_free(run->tracer);
	it_touched_done(&run->touched);
	it_strings_done(&run->folders);
	intoto_error_free(run->err);
	free(run->folder);
}

/* What cannot be tried here is no failure, but nobody shall think that it was tried. */
static inline void begin_with(struct run *run, bool elsewhere_read_only)
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

static inline void begin(struct run *run)
{
	begin_with(run, false);
}

static inline void start(struct run *run, const char *script)
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

static inline void end(struct run *run)
{
	assert_int_equal(waitpid(run->pid, &run->status, 0), run->pid);
	run->rc = it_tracer_finish(run->tracer, &run->err);
}

/* The step must end well, and so must everything after it. */
static inline void step(struct run *run, const char *script)
{
	begin(run);
	start(run, script);
	end(run);
	if (run->rc)
		fail_msg("%s", intoto_error_text(run->err));
	assert_int_equal(run->status, 0);
}

static inline unsigned touches_of(const struct run *run, const char *name)
{
	IT_AUTO(it_freep)
	char *path = *name ? it_path_join(run->folder, name) : strdup(run->folder);
	const struct it_touched_file *file;

	assert_non_null(path);
	file = it_touched_find(&run->touched, it_span_text(path));
	return file ? file->touches : 0;
}

static inline void assert_touched(const struct run *run, const char *name, unsigned touches)
{
	unsigned found = touches_of(run, name);

	if (found != touches)
		fail_msg("%s: found touches %u, want %u", name, found, touches);
}

static inline bool has_note(const struct run *run, const char *text)
{
	const struct it_strings *notes = &run->touched.statement.notes;

	for (size_t i = 0; i < notes->count; i++)
		if (strstr(notes->items[i], text))
			return true;
	return false;
}

static inline void assert_text(const char *path, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	assert_int_equal(it_file_read(&text, path, NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static inline bool is_there(const char *path)
{
	struct stat about;

	return lstat(path, &about) == 0;
}

/* Folders of ours beside the project; *first is the name of one of them. */
static inline size_t places(char **first)
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

static inline void become(uid_t uid)
{
	if (geteuid() == uid)
		return;
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)) /* as after an exec */
		_exit(99);
}

/* Steps are shell scripts, and this program where a shell does not reach. */
static inline void copy_self(void)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(256 << 20);

	assert_int_equal(it_file_read(&bytes, "/proc/self/exe", NULL), 0);
	assert_int_equal(it_file_write("own/self", it_buf_span(&bytes), 0755, 0, NULL), 0);
}

static inline void run_as(uid_t uid, void (*check)(void))
{
	int status;
	pid_t pid;

	assert_int_equal(mkdir("own", 0755), 0);
	assert_int_equal(chown("own", uid, uid), 0);
	copy_self();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* What fails ends here, and does not go on with the tests that are left. */
		if (chdir("own") || setenv("CMOCKA_TEST_ABORT", "1", 1))
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

static inline void run_as_all(void (*check)(void))
{
	if (geteuid() == 0) {
		run_as(0, check);
		run_as(NOBODY, check);
	} else {
		run_as(geteuid(), check);
	}
}

static inline int enter(void **state)
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

#endif
