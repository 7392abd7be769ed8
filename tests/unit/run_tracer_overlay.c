/* SPDX-License-Identifier: Apache-2.0 */
/* Writes by overlay: every kind of change is listed as what it is, and is there afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <time.h>

#include "overlay_acts.h"

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
	assert_touched(&run, "gone", OLD_GONE);
	assert_touched(&run, "from", OLD_GONE);
	assert_touched(&run, "to", NEW_FILE);
	assert_touched(&run, "tree", OLD_GONE | folder);
	assert_touched(&run, "tree/a", OLD_GONE);
	assert_touched(&run, "tree/b", OLD_GONE | folder);
	assert_touched(&run, "tree/b/c", OLD_GONE);
	assert_touched(&run, "again", IT_TOUCH_CHANGED | folder);
	assert_touched(&run, "again/old", OLD_GONE);
	assert_touched(&run, "again/kept", IT_TOUCH_CHANGED);
	assert_touched(&run, "again/new", NEW_FILE);
	assert_touched(&run, "again/sub/x", OLD_GONE);
	assert_touched(&run, "again/sub/y", NEW_FILE);
	assert_touched(&run, "file-to-folder", OLD_GONE | IT_TOUCH_CREATED | folder);
	assert_touched(&run, "file-to-folder/in", NEW_FILE);
	assert_touched(&run, "folder-to-file", OLD_GONE | NEW_FILE);
	assert_touched(&run, "folder-to-file/x", OLD_GONE);
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

/* --- names, modes, numbers --- */

static void check_keeps_names_of_any_bytes(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/old\nline", "1");
	workspace_write("proj/\377\376", "1");
	step(&run, "printf x >\"$(printf 'new\\nline')\"; rm \"$(printf 'old\\nline')\"; "
		   "printf yy >\"$(printf '\\377\\376')\"; printf z >'lowerdir=a,b:c\\d'; "
		   "printf z >\"$(printf '%0255d' 0)\"");
	assert_touched(&run, "new\nline", NEW_FILE);
	assert_touched(&run, "old\nline", OLD_GONE);
	assert_int_equal(touches_of(&run, "\377\376") & NEW_FILE, IT_TOUCH_WRITTEN);
	assert_touched(&run, "lowerdir=a,b:c\\d", NEW_FILE);
	assert_int_equal(run.touched.file_count, 5);
	assert_text("proj/new\nline", "x");
	assert_text("proj/\377\376", "yy");
	assert_false(is_there("proj/old\nline"));
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(keeps_names_of_any_bytes)

static void check_works_in_a_folder_of_any_name(void)
{
	IT_AUTO(run_done) struct run run = { 0 };

	workspace_write("proj/a", "1");
	assert_int_equal(rename("proj", "a,b:c\\d\n\377"), 0);
	assert_int_equal(symlink("a,b:c\\d\n\377", "proj"), 0);
	step(&run, "echo 2 >a");
	assert_int_equal(touches_of(&run, "a") & IT_TOUCH_WRITTEN, IT_TOUCH_WRITTEN);
	assert_text("proj/a", "2\n");
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(works_in_a_folder_of_any_name)

static void check_brings_in_what_is_locked(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct stat about;

	workspace_write("proj/locked/a", "1");
	workspace_write("proj/locked/b", "1");
	workspace_write("proj/locked/sub/c", "1");
	workspace_write("proj/gone/x/y", "1");
	workspace_write("proj/read-only", "1");
	assert_int_equal(chmod("proj/read-only", 0444), 0);
	assert_int_equal(chmod("proj/gone/x", 0555), 0);
	assert_int_equal(chmod("proj/locked", 0555), 0);
	step(&run,
	     "chmod 755 locked; echo 2 >locked/a; rm locked/b; rm -r locked/sub; "
	     "echo 3 >locked/n; chmod 555 locked; mkdir -p new/in; echo 4 >new/in/f; "
	     "chmod 0 new/in/f; chmod 555 new/in; chmod 0 new; chmod 644 read-only; "
	     "echo 5 >read-only; chmod 400 read-only; chmod 755 gone/x; rm -r gone; chmod 1775 .");
	assert_touched(&run, "locked/n", NEW_FILE);
	assert_touched(&run, "locked/b", OLD_GONE);
	assert_touched(&run, "locked/sub/c", OLD_GONE);
	assert_touched(&run, "gone/x/y", OLD_GONE);
	assert_touched(&run, "new", IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
	assert_touched(&run, "new/in/f", NEW_FILE);
	assert_touched(&run, "", IT_TOUCH_CHANGED | IT_TOUCH_FOLDER);
	assert_int_equal(stat("proj", &about), 0);
	assert_int_equal(about.st_mode & 07777, 01775);
	assert_int_equal(stat("proj/locked", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0555);
	assert_int_equal(stat("proj/new", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0);
	assert_int_equal(chmod("proj/new", 0755), 0);
	assert_int_equal(stat("proj/new/in", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0555);
	assert_int_equal(stat("proj/new/in/f", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0);
	assert_text("proj/read-only", "5\n");
	assert_int_equal(stat("proj/read-only", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0400);
	assert_text("proj/locked/a", "2\n");
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(brings_in_what_is_locked)

static void check_brings_in_ten_thousand_files(void)
{
	IT_AUTO(run_done) struct run run = { 0 };
	struct stat about;
	char name[48];

	for (int i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof name, "proj/d%d/old%d", i % 7, i);
		workspace_write(name, "1");
	}
	step(&run,
	     "i=0; while [ $i -lt 5000 ]; do echo 2 >d$((i % 7))/old$i; echo 3 >d$((i % 7))/new$i; "
	     "i=$((i + 1)); done");
	assert_int_equal(run.touched.file_count, 10000);
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof name, "d%d/old%d", i % 7, i);
		assert_touched(&run, name, IT_TOUCH_WRITTEN | IT_TOUCH_CHANGED);
		(void)snprintf(name, sizeof name, "d%d/new%d", i % 7, i);
		assert_touched(&run, name, NEW_FILE);
		(void)snprintf(name, sizeof name, "proj/d%d/new%d", i % 7, i);
		assert_int_equal(stat(name, &about), 0);
		assert_int_equal(about.st_size, 2);
	}
	assert_int_equal(places(NULL), 0);
}
FOR_ALL(brings_in_ten_thousand_files)

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, workspace_leave)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_new_files_of_every_kind),
		TEST(lists_changes_as_what_they_are),
		TEST(lists_what_was_removed_renamed_or_replaced),
		TEST(keeps_names_of_any_bytes),
		TEST(works_in_a_folder_of_any_name),
		TEST(brings_in_what_is_locked),
		TEST(brings_in_ten_thousand_files),
	};
	int status;

	if (overlay_act(argc, argv, &status))
		return status;
	return cmocka_run_group_tests_name("run_tracer_overlay", tests, NULL, NULL);
}
