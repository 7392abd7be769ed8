/* SPDX-License-Identifier: Apache-2.0 */
/* An overlay, and what others do meanwhile; and what is left when it is stopped in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <time.h>

#include "overlay_acts.h"

/* --- somebody else --- */

static void refuse_merge(struct run *run, const char *script, void (*meanwhile)(void),
			 const char *text)
{
	char *place = NULL;

	begin(run);
	start(run, script);
	meanwhile();
	end(run);
	assert_refused(run->rc, &run->err, INTOTO_E_IO, text);
	it_tracer_free(run->tracer);
	run->tracer = NULL;
	assert_int_equal(places(&place), 1);
	free(place);
}

static void pause_a_moment(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000 * 1000 }, NULL);
}

static void change_a(void)
{
	pause_a_moment();
	workspace_write("proj/a", "theirs");
}

static void make_n(void)
{
	pause_a_moment();
	workspace_write("proj/n", "theirs");
}

static void add_to_tree(void)
{
	pause_a_moment();
	workspace_write("proj/tree/theirs", "theirs");
}

static void check_does_not_overwrite_what_somebody_else_changed(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/a", "1");
	refuse_merge(&run, "sleep 0.2; echo 2 >a; echo 3 >b", change_a,
		     "proj/a: somebody else changed it");
	assert_text("proj/a", "theirs");
	assert_false(is_there("proj/b"));
}
FOR_ALL(does_not_overwrite_what_somebody_else_changed)

static void check_does_not_overwrite_what_somebody_else_made(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	refuse_merge(&run, "echo 2 >n; sleep 0.2", make_n, "proj/n: somebody else changed it");
	assert_text("proj/n", "theirs");
}
FOR_ALL(does_not_overwrite_what_somebody_else_made)

static void check_does_not_remove_what_somebody_else_added(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/tree/a", "1");
	refuse_merge(&run, "rm -r tree; sleep 0.2", add_to_tree, "somebody else changed it");
	assert_text("proj/tree/theirs", "theirs");
	assert_text("proj/tree/a", "1");
}
FOR_ALL(does_not_remove_what_somebody_else_added)

static void check_lives_with_others_in_the_same_folder(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(run_done) struct run other = { 0 };

	workspace_write("proj/sub/a", "1");
	begin(&run);
	begin(&other);
	start(&run, "mkdir both; echo 1 >both/one; echo 1 >sub/one");
	start(&other, "mkdir both; echo 2 >both/two; echo 2 >sub/two");
	end(&run);
	assert_int_equal(run.rc, 0);
	end(&other);
	if (other.rc)
		fail_msg("%s", intoto_error_text(other.err));
	assert_text("proj/both/one", "1\n");
	assert_text("proj/both/two", "2\n");
	assert_text("proj/sub/one", "1\n");
	assert_text("proj/sub/two", "2\n");
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(lives_with_others_in_the_same_folder)

/* --- stopped in the middle --- */

/* A process of ours is killed while its step runs. */
static void be_killed(const char *script)
{
	int status;
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct run run = { 0 };

		begin(&run);
		start(&run, script);
		(void)waitpid(run.pid, &status, 0);
		(void)!write(ready[1], "x", 1);
		(void)pause();
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void check_tells_the_next_run_of_one_that_was_killed(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(run_done) struct run again = { 0 };
	IT_AUTO(it_freep) char *place = NULL;
	IT_AUTO(it_freep) char *upper = NULL;

	workspace_write("proj/a", "1");
	{
		IT_AUTO(run_done) struct run first = { 0 };

		begin(&first); /* says what cannot be tried, in the process that is asked */
	}
	be_killed("echo 2 >a; echo 3 >b");
	assert_text("proj/a", "1");
	assert_false(is_there("proj/b"));
	assert_int_equal(places(&place), 1);
	upper = it_path_join(place, "upper/b");
	assert_text(upper, "3\n");
	step(&run, "echo 4 >c");
	assert_true(has_note(&run, "an earlier step was killed"));
	assert_true(has_note(&run, place));
	assert_text("proj/c", "4\n");
	assert_int_equal(places(NULL), 1);
	step(&again, "echo 5 >c");
	assert_true(has_note(&again, "an earlier step was killed"));
}
FOR_ALL(tells_the_next_run_of_one_that_was_killed)

static void check_removes_what_a_killed_run_left_empty(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	{
		IT_AUTO(run_done) struct run first = { 0 };

		begin(&first);
	}
	assert_int_equal(places(NULL), 0);
	be_killed(":");
	assert_int_equal(places(NULL), 1);
	step(&run, "echo 4 >c");
	assert_false(has_note(&run, "an earlier step"));
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(removes_what_a_killed_run_left_empty)

/* Killed between two system calls, long ago; one that is being made now stays. */
static void check_removes_a_place_that_was_never_finished(void)
{
	const struct timespec old[] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(run_done) struct run again = { 0 };
	IT_AUTO(it_freep) char *place = NULL;
	struct stat about;

	assert_int_equal(stat("proj", &about), 0);
	assert_true(asprintf(&place, ".intoto-overlay-%ju-0", (uintmax_t)about.st_ino) > 0);
	assert_int_equal(mkdir(place, 0700), 0);
	step(&run, "echo 1 >a");
	assert_true(is_there(place));
	assert_int_equal(utimensat(AT_FDCWD, place, old, 0), 0);
	step(&again, "echo 1 >b");
	assert_false(is_there(place));
}
FOR_ALL(removes_a_place_that_was_never_finished)

static void check_refuses_a_folder_with_half_of_a_product(void)
{
	const struct it_tracer_options plain = { .tier = IT_TRACE_WRITES };
	struct it_tracer_options options = plain;
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(it_freep) char *place = NULL;
	IT_AUTO(it_freep) char *merging = NULL;

	workspace_write("proj/a", "1");
	{
		IT_AUTO(run_done) struct run first = { 0 };

		begin(&first);
	}
	be_killed("echo 2 >a");
	assert_int_equal(places(&place), 1);
	merging = it_path_join(place, "merging");
	assert_int_equal(mkdir(merging, 0700), 0);
	run.folder = realpath("proj", NULL);
	assert_int_equal(it_strings_add(&run.folders, run.folder, NULL), 0);
	options.folders = &run.folders;
	assert_refused(it_tracer_new(&run.tracer, &options, &run.touched, &run.err), &run.err,
		       INTOTO_E_IO, "/about says what to do");
	assert_text("proj/a", "1");
}
FOR_ALL(refuses_a_folder_with_half_of_a_product)

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, workspace_leave)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(does_not_overwrite_what_somebody_else_changed),
		TEST(does_not_overwrite_what_somebody_else_made),
		TEST(does_not_remove_what_somebody_else_added),
		TEST(lives_with_others_in_the_same_folder),
		TEST(tells_the_next_run_of_one_that_was_killed),
		TEST(removes_what_a_killed_run_left_empty),
		TEST(removes_a_place_that_was_never_finished),
		TEST(refuses_a_folder_with_half_of_a_product),
	};
	int status;

	if (overlay_act(argc, argv, &status))
		return status;
	return cmocka_run_group_tests_name("run_overlay_meanwhile", tests, NULL, NULL);
}
