/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and executions by fanotify: each is seen under its path, nobody else's is, and nothing is
 * lost.  Who is not root of the machine is told so, and the test says that it could not try.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/prctl.h>

#include "base/attr.h"
#include "base/path.h"
#include "base/text.h"
#include "refused.h"
#include "run/tracer.h"
#include "run/tracer_fanotify.h"
#include "workspace.h"

enum { NOBODY = 65534, MANY = 3000 };

struct run {
	struct it_tracer *tracer;
	struct it_touched touched;
	struct it_strings folders;
	struct intoto_error *err;
	char *folder;
	pid_t pid;
};

static void run_done(struct run *run)
{
	it_tracer_free(run->tracer);
	it_touched_done(&run->touched);
	it_strings_done(&run->folders);
	intoto_error_free(run->err);
	free(run->folder);
}

/* False, and said: it cannot be tried here. */
static bool begin(struct run *run)
{
	struct it_tracer_options options = { .tier = IT_TRACE_FULL,
					     .mechanism = "fanotify",
					     .folders = &run->folders };
	int rc;

	run->folder = realpath(".", NULL);
	assert_non_null(run->folder);
	assert_int_equal(it_strings_add(&run->folders, run->folder, NULL), 0);
	rc = it_tracer_new(&run->tracer, &options, &run->touched, &run->err);
	if (rc == INTOTO_E_UNSUPPORTED)
		print_message("# NOT TRIED as uid %u: %s\n", geteuid(),
			      intoto_error_text(run->err));
	else if (rc)
		fail_msg("%s", intoto_error_text(run->err));
	return rc == INTOTO_OK;
}

static void start(struct run *run, const char *script)
{
	IT_AUTO(it_freep) char *copy = strdup(script);
	char shell[] = "sh";
	char option[] = "-c";
	char *argv[] = { shell, option, copy, NULL };
	const struct it_proc_spec spec = { .argv = argv,
					   .stdin_fd = -1,
					   .stdout_fd = -1,
					   .stderr_fd = -1,
					   .entry = &run->tracer->entry };

	if (it_proc_start(&run->pid, &spec, &run->err))
		fail_msg("%s", intoto_error_text(run->err));
	assert_int_equal(it_tracer_started(run->tracer, run->pid, &run->err), 0);
}

static int end(struct run *run)
{
	int status;

	assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
	if (it_tracer_finish(run->tracer, &run->err))
		fail_msg("%s", intoto_error_text(run->err));
	return status;
}

static bool step(struct run *run, const char *script)
{
	if (!begin(run))
		return false;
	start(run, script);
	assert_int_equal(end(run), 0);
	return true;
}

static unsigned touches_of(const struct run *run, const char *name)
{
	IT_AUTO(it_freep)
	char *path = *name == '/' ? strdup(name) : it_path_join(run->folder, name);
	const struct it_touched_file *file;

	assert_non_null(path);
	file = it_touched_find(&run->touched, it_span_text(path));
	return file ? file->touches : 0;
}

static void sees_what_is_read_written_and_executed(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(it_freep) char *sh = realpath("/bin/sh", NULL);

	(void)state;
	workspace_write("read", "1");
	workspace_write("unread", "1");
	workspace_write("append", "1");
	workspace_write("folder/x", "1");
	workspace_write("script", "#!/bin/sh\n:\n");
	assert_int_equal(chmod("script", 0755), 0);
	if (!step(&run,
		  "read line <read; echo 2 >>append; echo 3 >new; ./script; ls folder >/dev/null; "
		  "cat missing 2>/dev/null; read line <read; :"))
		return;
	assert_int_equal(touches_of(&run, "read") & ~(unsigned)IT_TOUCH_FOUND, IT_TOUCH_READ);
	assert_int_equal(touches_of(&run, "unread"), 0);
	assert_true(touches_of(&run, "append") & IT_TOUCH_WRITTEN);
	assert_true(touches_of(&run, "new") & IT_TOUCH_WRITTEN);
	assert_true(touches_of(&run, "script") & IT_TOUCH_EXECUTED);
	assert_true(touches_of(&run, "folder") & IT_TOUCH_FOLDER);
	assert_int_equal(touches_of(&run, "folder/x"), 0);
	assert_false(touches_of(&run, "missing") & (IT_TOUCH_READ | IT_TOUCH_WRITTEN));
	assert_true(touches_of(&run, sh) & IT_TOUCH_EXECUTED);
	assert_int_equal(run.touched.statement.lost, 0);
	assert_string_equal(run.touched.statement.mechanism, "fanotify");
	assert_true(run.touched.process_count >= 2);
}

static void sees_names_and_addresses(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };

	(void)state;
	workspace_write("from", "1");
	workspace_write("gone", "1");
	workspace_write("mode", "1");
	if (!step(&run,
		  "mv from to; rm gone; mkdir made; ln -s x link; chmod 600 mode; echo 1 >new; "
		  "python3 -c 'import socket\n"
		  "s = socket.socket()\n"
		  "try: s.connect((\"127.0.0.1\", 9))\n"
		  "except OSError: pass'"))
		return;
	assert_true(touches_of(&run, "from") & IT_TOUCH_REMOVED);
	assert_true(touches_of(&run, "to") & IT_TOUCH_CREATED);
	assert_true(touches_of(&run, "gone") & IT_TOUCH_REMOVED);
	assert_true(touches_of(&run, "made") & IT_TOUCH_CREATED);
	assert_true(touches_of(&run, "link") & IT_TOUCH_CREATED);
	assert_true(touches_of(&run, "mode") & IT_TOUCH_CHANGED);
	assert_true(touches_of(&run, "new") & IT_TOUCH_WRITTEN);
	assert_true(run.touched.statement.network_seen);
	assert_int_equal(run.touched.address_count, 1);
	assert_string_equal(run.touched.addresses[0].address, "inet 127.0.0.1:9");
	assert_true(it_touched_is_complete(&run.touched));
}

static void sees_nobody_else(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };

	(void)state;
	workspace_write("theirs", "1");
	if (!begin(&run))
		return;
	start(&run, "sleep 0.2; cat theirs >ours");
	for (int i = 0; i < 10; i++)
		workspace_write("mine", "1");
	assert_int_equal(end(&run), 0);
	assert_int_equal(touches_of(&run, "mine"), 0);
	assert_true(touches_of(&run, "theirs") & IT_TOUCH_READ);
	assert_true(touches_of(&run, "ours") & IT_TOUCH_WRITTEN);
}

/* More than a descriptor each would be there for. */
static void loses_nothing_of_many(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof name, "many/%d", i);
		workspace_write(name, "1");
	}
	if (!step(&run, "cat many/* >/dev/null"))
		return;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof name, "many/%d", i);
		assert_true(touches_of(&run, name) & IT_TOUCH_READ);
	}
	assert_int_equal(run.touched.statement.lost, 0);
}

static void tells_names_of_bytes_and_of_what_is_gone(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };

	(void)state;
	workspace_write("a (deleted)", "1");
	if (!step(&run, "cat 'a (deleted)' >/dev/null; printf x >\"$(printf 'n\\nl')\"; "
			"printf x >\"$(printf '\\377\\376')\"; echo 1 >brief; cat brief "
			">/dev/null; rm brief"))
		return;
	assert_true(touches_of(&run, "a (deleted)") & IT_TOUCH_READ);
	assert_true(touches_of(&run, "n\nl") & IT_TOUCH_WRITTEN);
	assert_true(touches_of(&run, "\377\376") & IT_TOUCH_WRITTEN);
	assert_true(touches_of(&run, "brief") & IT_TOUCH_WRITTEN);
	assert_int_equal(touches_of(&run, "brief (deleted)"), 0);
}

static void does_not_wait_for_a_fifo(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	if (!step(&run, "cat pipe >got & echo through >pipe; wait"))
		return;
	assert_int_equal(run.touched.statement.lost, 0);
	assert_true(touches_of(&run, "got") & IT_TOUCH_WRITTEN);
}

static void says_who_is_left(void **state)
{
	IT_AUTO(run_done) struct run run = { 0 };

	(void)state;
	if (!step(&run, "setsid sleep 3 >/dev/null 2>&1 & :"))
		return;
	assert_true(run.touched.statement.escaped >= 1);
	assert_false(it_touched_is_complete(&run.touched));
}

static void passes_over_what_is_no_file(void **state)
{
	(void)state;
	assert_false(it_fanotify_is_watched("proc"));
	assert_false(it_fanotify_is_watched("devtmpfs"));
	assert_true(it_fanotify_is_watched("ext4"));
	assert_true(it_fanotify_is_watched("tmpfs"));
	assert_true(it_fanotify_is_watched("overlay"));
}

static void try_as_nobody(void)
{
	struct it_tracer_options options = { .tier = IT_TRACE_FULL, .mechanism = "fanotify" };
	struct it_touched touched = { 0 };
	struct it_tracer *tracer = NULL;
	struct intoto_error *err = NULL;

	assert_refused(it_tracer_new(&tracer, &options, &touched, &err), &err, INTOTO_E_UNSUPPORTED,
		       "fanotify: ");
	assert_null(tracer);
	assert_int_equal(touched.statement.passed_over.count, 1);
	it_touched_done(&touched);
}

static void is_refused_to_others_than_root(void **state)
{
	(void)state;
	workspace_as_user(try_as_nobody);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sees_what_is_read_written_and_executed),
		TEST(sees_names_and_addresses),
		TEST(sees_nobody_else),
		TEST(loses_nothing_of_many),
		TEST(tells_names_of_bytes_and_of_what_is_gone),
		TEST(does_not_wait_for_a_fifo),
		TEST(says_who_is_left),
		TEST(passes_over_what_is_no_file),
		TEST(is_refused_to_others_than_root),
	};

	return cmocka_run_group_tests_name("run_tracer_fanotify", tests, NULL, NULL);
}
