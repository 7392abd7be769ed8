/* SPDX-License-Identifier: Apache-2.0 */
/* What an overlay changes for a step, what leads past it, and where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/mount.h>

#include "overlay_acts.h"

/* --- a step sees an overlay --- */

static void check_leaves_programs_working(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/file", "1");
	workspace_write("proj/folder/x", "1");
	workspace_write("proj/other/x", "1");
	step(&run,
	     "set -e; ../self unnamed made; ../self map file; ../self lock file; ../self socket s; "
	     "../self watch watched; ../self number file; mkdir new; ../self rename new; "
	     "mv folder moved; test -f moved/x; ! test -e folder; ! ../self rename other; "
	     "test -f other/x");
	assert_touched(&run, "made", NEW_FILE);
	assert_touched(&run, "s", IT_TOUCH_CREATED);
	assert_touched(&run, "new", 0);
	assert_touched(&run, "new.renamed", IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
	assert_touched(&run, "folder/x", OLD_GONE);
	assert_touched(&run, "moved/x", NEW_FILE);
	assert_touched(&run, "other", 0);
	assert_text("proj/file", "M");
	assert_true(has_note(&run, "EXDEV"));
}
FOR_ALL(leaves_programs_working)

static void check_keeps_other_names_of_a_file_together(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct stat one;
	struct stat two;

	workspace_write("proj/one", "first");
	assert_int_equal(link("proj/one", "proj/two"), 0);
	assert_int_equal(link("proj/one", "outside"), 0);
	workspace_write("proj/only", "first");
	assert_int_equal(link("proj/only", "proj/mode"), 0);
	step(&run, "printf second-and-longer >one; chmod 600 mode; cat two >seen");
	assert_int_equal(touches_of(&run, "one") & NEW_FILE, IT_TOUCH_WRITTEN);
	assert_true(has_note(&run, "proj/one: it has other names"));
	assert_text("proj/one", "second-and-longer");
	assert_text("proj/two", "second-and-longer");
	assert_text("outside", "second-and-longer");
	assert_text("proj/seen", "first");
	assert_int_equal(stat("proj/one", &one), 0);
	assert_int_equal(stat("proj/two", &two), 0);
	assert_int_equal(one.st_ino, two.st_ino);
	assert_int_equal(stat("proj/only", &one), 0);
	assert_int_equal(one.st_mode & 0777, 0600);
}
FOR_ALL(keeps_other_names_of_a_file_together)

static void check_says_who_is_left_and_what_becomes_of_it(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/a", "1");
	begin(&run);
	start(&run, "(trap '' HUP; sleep 2; echo late >late) >/dev/null 2>&1 & echo 2 >a");
	end(&run);
	assert_int_equal(run.rc, 0);
	assert_true(run.touched.statement.escaped >= 1);
	assert_true(has_note(&run, "still ran when it had ended"));
	assert_false(it_touched_is_complete(&run.touched));
	assert_text("proj/a", "2\n");
	assert_int_equal(kill(-run.pid, SIGKILL), 0);
	assert_false(is_there("proj/late"));
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(says_who_is_left_and_what_becomes_of_it)

static void check_does_not_mistake_a_short_end_for_an_escape(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	step(&run, "sleep 0.03 & echo 1 >a");
	assert_int_equal(run.touched.statement.escaped, 0);
}
FOR_ALL(does_not_mistake_a_short_end_for_an_escape)

/* --- somebody who does not want to be seen --- */

static void check_is_not_left_by_a_hostile_step(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(it_freep) char *script = NULL;

	if (geteuid() == 0)
		return; /* root can, and the statement says so */
	workspace_write("proj/a", "1");
	begin(&run);
	assert_true(run.touched.statement.writes_proven);
	assert_true(asprintf(&script,
			     "umount . 2>/dev/null && echo umount >bad; "
			     "echo past >/proc/%d/cwd/proj/a; echo past >/proc/%d/root%s/a; "
			     "../self enter /proc/%d/ns/mnt && echo ns >bad; "
			     "../self trace %d && echo ptrace >bad; echo 2 >b",
			     getpid(), getpid(), run.folder, getpid(), getpid()) > 0);
	start(&run, script);
	end(&run);
	assert_int_equal(run.rc, 0);
	assert_text("proj/a", "1");
	assert_false(is_there("proj/bad"));
	assert_touched(&run, "a", 0);
	assert_touched(&run, "b", NEW_FILE);
}
FOR_ALL(is_not_left_by_a_hostile_step)

static void check_lists_what_is_put_into_its_own_folder(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	/* By way of the place itself nothing gets in unseen. */
	step(&run, "p=$(echo ../.intoto-overlay-*); echo 1 >$p/upper/smuggled; mkdir $p/upper/d; "
		   "echo 2 >$p/upper/d/f; echo 3 >$p/away/x");
	assert_touched(&run, "smuggled", NEW_FILE);
	assert_touched(&run, "d/f", NEW_FILE);
	assert_int_equal(run.touched.file_count, 3);
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(lists_what_is_put_into_its_own_folder)

static void check_tells_of_descriptors_that_lead_past_it(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	IT_AUTO(run_done) struct run folder = { 0 };
	int fd;

	workspace_write("proj/log", "");
	fd = open("proj/log", O_WRONLY);
	assert_int_equal(dup2(fd, 7), 7);
	step(&run, "echo logged >&7");
	assert_int_equal(close(7), 0);
	assert_touched(&run, "log", IT_TOUCH_WRITTEN);
	assert_text("proj/log", "logged\n");
	assert_int_equal(run.touched.statement.writes_proven, geteuid() != 0);
	fd = open("proj", O_RDONLY | O_DIRECTORY);
	assert_int_equal(dup2(fd, 7), 7);
	step(&folder, "echo 1 >/proc/self/fd/7/past");
	assert_int_equal(close(7), 0);
	assert_false(folder.touched.statement.writes_proven);
	assert_true(has_note(&folder, "descriptor 7, a folder"));
}
FOR_ALL(tells_of_descriptors_that_lead_past_it)

static void check_can_forbid_everything_else(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	assert_int_equal(mkdir("elsewhere", 0777), 0);
	if (it_starts_with(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", "/tmp")) {
		/* What lies in /tmp can be written to all the same. */
		begin_with(&run, true);
		start(&run,
		      "echo 1 >a; echo 2 >/dev/null; ! echo 3 2>/dev/null >\"$HOME\"/x-intoto; "
		      "! mkdir /usr/x-intoto /x-intoto /var/x-intoto 2>/dev/null; "
		      ": >/tmp/x-intoto.$$ && rm /tmp/x-intoto.$$");
		end(&run);
		assert_int_equal(run.rc, 0);
		assert_int_equal(run.status, 0);
		assert_touched(&run, "a", NEW_FILE);
		assert_text("proj/a", "1\n");
		assert_true(has_note(&run, "the step could write only in "));
		assert_false(has_note(&run, "only writes in "));
	}
}
FOR_ALL(can_forbid_everything_else)

static void check_does_not_lie_over_itself(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/sub/a", "1");
	step(&run, "../self nested sub");
	assert_touched(&run, "sub/a", 0);
}
FOR_ALL(does_not_lie_over_itself)

/* --- where the machine must be arranged: root's namespace --- */

static bool own_mounts(void)
{
	if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount("", "/", "", MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	print_message("# NOT TRIED as uid %u: mounts of its own\n", geteuid());
	return false;
}

static void refuse_here(const char *text)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct it_tracer_options options = { .tier = IT_TRACE_WRITES,
					     .mechanism = "overlay",
					     .folders = &run.folders };

	run.folder = realpath("proj", NULL);
	assert_int_equal(it_strings_add(&run.folders, run.folder, NULL), 0);
	assert_refused(it_tracer_new(&run.tracer, &options, &run.touched, &run.err), &run.err,
		       INTOTO_E_UNSUPPORTED, text);
	assert_int_equal(places(NULL), 0);
}

static void check_refuses_mounts_in_and_at_the_folder(void)
{
	if (!own_mounts())
		return;
	assert_int_equal(mkdir("proj/cache", 0755), 0);
	assert_int_equal(mount("none", "proj/cache", "tmpfs", 0, NULL), 0);
	refuse_here("something is mounted below it: ");
	assert_int_equal(umount("proj/cache"), 0);
	assert_int_equal(mount("none", "proj", "tmpfs", 0, NULL), 0);
	refuse_here("on the same mount");
	assert_int_equal(umount("proj"), 0);
}
FOR_ALL(refuses_mounts_in_and_at_the_folder)

static void check_tells_of_another_way_to_the_folder(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	if (!own_mounts())
		return;
	assert_int_equal(mkdir("alias", 0755), 0);
	assert_int_equal(mount("proj", "alias", "", MS_BIND, NULL), 0);
	step(&run, "echo 1 >a");
	assert_true(has_note(&run, "it can be written to by way of "));
	assert_int_equal(umount("alias"), 0);
}
FOR_ALL(tells_of_another_way_to_the_folder)

static void fill_small_disk(struct run *run)
{
	assert_int_equal(mkdir("disk", 0755), 0);
	assert_int_equal(mount("none", "disk", "tmpfs", 0, "size=1m"), 0);
	assert_int_equal(chdir("disk"), 0);
	assert_int_equal(mkdir("proj", 0755), 0);
	workspace_write("proj/one", "small");
	assert_int_equal(link("proj/one", "proj/two"), 0);
	begin(run);
	start(run, "echo 1 >a; head -c 300000 /dev/zero >one; cat /dev/zero >fill 2>/dev/null; :");
	end(run);
}

static void check_says_what_is_missing_when_the_disk_is_full(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct it_tracer_options options = { .tier = IT_TRACE_WRITES };
	struct it_touched touched = { 0 };
	IT_AUTO(it_freep) char *place = NULL;
	IT_AUTO(it_freep) char *upper = NULL;

	if (!own_mounts())
		return;
	fill_small_disk(&run);
	assert_refused(run.rc, &run.err, INTOTO_E_IO, "not all of what the step changed is there");
	it_tracer_free(run.tracer);
	run.tracer = NULL;
	assert_int_equal(places(&place), 1);
	upper = it_path_join(place, "upper/one");
	assert_true(is_there(upper));
	/* And nobody goes on as if nothing had happened. */
	options.folders = &run.folders;
	assert_refused(it_tracer_new(&run.tracer, &options, &touched, &run.err), &run.err,
		       INTOTO_E_IO,
		       "an earlier step was stopped while its changes were brought in");
	it_touched_done(&touched);
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(umount2("disk", MNT_DETACH), 0);
}
FOR_ALL(says_what_is_missing_when_the_disk_is_full)

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, workspace_leave)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(leaves_programs_working),
		TEST(keeps_other_names_of_a_file_together),
		TEST(says_who_is_left_and_what_becomes_of_it),
		TEST(does_not_mistake_a_short_end_for_an_escape),
		TEST(is_not_left_by_a_hostile_step),
		TEST(lists_what_is_put_into_its_own_folder),
		TEST(tells_of_descriptors_that_lead_past_it),
		TEST(can_forbid_everything_else),
		TEST(does_not_lie_over_itself),
		TEST(refuses_mounts_in_and_at_the_folder),
		TEST(tells_of_another_way_to_the_folder),
		TEST(says_what_is_missing_when_the_disk_is_full),
	};
	int status;

	if (overlay_act(argc, argv, &status))
		return status;
	return cmocka_run_group_tests_name("run_overlay_limits", tests, NULL, NULL);
}
