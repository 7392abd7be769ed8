/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: bounds, atomic writes, and each way in which a disk says no. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"
#include "tests/unit/refused.h"

enum { NOBODY = 65534, SMALL_DISK = 4096 };

/* Each test starts in an empty folder of its own. */
static int enter_folder(void **state)
{
	char path[] = "/tmp/intoto-unit.XXXXXX";

	if (!mkdtemp(path) || chmod(path, 0777) || chdir(path))
		return -1;
	*state = strdup(path);
	return *state ? 0 : -1;
}

static int leave_folder(void **state)
{
	IT_AUTO(it_freep) char *path = *state;
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	if (it_dir_list(&names, ".", NULL))
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (remove(names.items[i]))
			return -1;
	return chdir("/") || rmdir(path) ? -1 : 0;
}

static void put(const char *path, const char *text)
{
	struct intoto_error *err = NULL;

	assert_int_equal(it_file_write(path, it_span_text(text), 0666, 0, &err), 0);
	assert_null(err);
}

static void holds(const char *path, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(1 << 20);

	assert_int_equal(it_file_read(&got, path, NULL), 0);
	assert_string_equal(it_buf_text(&got), text);
}

static void only_these_are_here(size_t count)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	assert_int_equal(it_dir_list(&names, ".", NULL), 0);
	assert_int_equal(names.count, count);
}

static void what_is_written_is_read(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(100);

	(void)state;
	assert_int_equal(it_file_write("f", it_span("a\0b\xff", 4), 0666, IT_FILE_SYNC, NULL), 0);
	assert_int_equal(it_file_read(&got, "f", NULL), 0);
	assert_true(it_span_eq(it_buf_span(&got), it_span("a\0b\xff", 4)));
	only_these_are_here(1);
}

static void an_empty_file_is_an_empty_text(void **state)
{
	(void)state;
	put("f", "");
	holds("f", "");
}

static void a_file_may_be_as_long_as_the_bound(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(5);

	(void)state;
	put("f", "12345");
	assert_int_equal(it_file_read(&got, "f", NULL), 0);
	assert_string_equal(it_buf_text(&got), "12345");
}

static void refuses_a_file_one_byte_over_the_bound(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	put("f", "12345");
	assert_refused(it_file_read(&got, "f", &err), &err, INTOTO_E_LIMIT,
		       "f: larger than 4 bytes");
}

static void bounds_hold_around_the_size_of_a_read(void **state)
{
	enum { AROUND = 64 * 1024 };
	IT_AUTO(it_freep) char *text = calloc(1, AROUND + 2);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', AROUND + 1);
	for (size_t len = AROUND - 1; len <= AROUND + 1; len++)
		for (size_t max = AROUND - 2; max <= AROUND + 2; max++) {
			IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(max);

			assert_int_equal(it_file_write("f", it_span(text, len), 0666, 0, NULL), 0);
			assert_int_equal(it_file_read(&got, "f", NULL),
					 len <= max ? INTOTO_OK : INTOTO_E_LIMIT);
			if (len <= max)
				assert_int_equal(got.len, len);
		}
}

static void reading_starts_with_an_emptied_buffer(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(8);

	(void)state;
	put("f", "new");
	assert_int_equal(it_buf_add_text(&got, "too long for it"), INTOTO_E_LIMIT);
	assert_int_equal(it_file_read(&got, "f", NULL), 0);
	assert_string_equal(it_buf_text(&got), "new");
}

static void an_endless_device_meets_the_bound(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(100000);
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_file_read(&got, "/dev/zero", &err), &err, INTOTO_E_LIMIT,
		       "/dev/zero: larger than 100000 bytes");
}

static void refuses_to_read_what_is_not_there(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_file_read(&got, "none", &err), &err, INTOTO_E_NOTFOUND,
		       "none: No such file or directory");
	assert_refused(it_file_read(&got, "", &err), &err, INTOTO_E_NOTFOUND,
		       ": No such file or directory");
}

static void refuses_to_read_a_folder(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_file_read(&got, ".", &err), &err, INTOTO_E_IO,
		       ".: is a folder, want a file");
}

static void writing_replaces_the_whole_file(void **state)
{
	(void)state;
	put("f", "a long old text");
	put("f", "new");
	holds("f", "new");
	only_these_are_here(1);
}

static void a_new_file_has_the_mode_that_was_asked_for(void **state)
{
	struct stat about;
	mode_t old = umask(027);

	(void)state;
	assert_int_equal(it_file_write("secret", it_span_text("x"), 0600, 0, NULL), 0);
	assert_int_equal(it_file_write("public", it_span_text("x"), 0666, 0, NULL), 0);
	(void)umask(old);
	assert_int_equal(stat("secret", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat("public", &about), 0);
	assert_int_equal(about.st_mode & 07777, 0640);
}

static void the_longest_name_can_be_written(void **state)
{
	char name[NAME_MAX + 1];

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	put(name, "x");
	holds(name, "x");
}

static void a_new_file_never_replaces_one(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_file_write("f", it_span_text("old"), 0600, IT_FILE_NEW, &err), 0);
	assert_refused(it_file_write("f", it_span_text("new"), 0600, IT_FILE_NEW, &err), &err,
		       INTOTO_E_IO, "f: File exists");
	holds("f", "old");
	only_these_are_here(1);
}

static void a_new_file_never_replaces_a_dangling_link(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(symlink("nowhere", "l"), 0);
	assert_refused(it_file_write("l", it_span_text("new"), 0600, IT_FILE_NEW, &err), &err,
		       INTOTO_E_IO, "l: File exists");
	only_these_are_here(1);
}

static void a_symbolic_link_is_replaced_and_not_followed(void **state)
{
	struct stat about;

	(void)state;
	put("target", "old");
	assert_int_equal(symlink("target", "l"), 0);
	put("l", "new");
	holds("target", "old");
	assert_int_equal(lstat("l", &about), 0);
	assert_true(S_ISREG(about.st_mode));
}

static void a_device_stays_a_device(void **state)
{
	struct stat about;

	(void)state;
	put("/dev/null", "gone");
	assert_int_equal(stat("/dev/null", &about), 0);
	assert_true(S_ISCHR(about.st_mode));
}

static void refuses_a_full_device(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_file_write("/dev/full", it_span_text("x"), 0666, 0, &err), &err,
		       INTOTO_E_IO, "/dev/full: write: No space left on device");
}

static void a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
	static char text[SMALL_DISK * 4];
	const struct rlimit small = { SMALL_DISK, RLIM_INFINITY };
	struct intoto_error *err = NULL;
	struct rlimit before;
	int rc;

	(void)state;
	put("f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN); /* write() then fails with EFBIG, as on a full disk */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = it_file_write("f", it_span(text, sizeof text), 0666, 0, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_refused(rc, &err, INTOTO_E_IO, "f: write: File too large");
	holds("f", "old");
	only_these_are_here(1);
}

static void refuses_to_write_over_a_folder(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_refused(it_file_write("d", it_span_text("x"), 0666, 0, &err), &err, INTOTO_E_IO,
		       "d: is a folder, want a file");
	only_these_are_here(1);
}

static void refuses_to_write_where_there_is_no_folder(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	put("f", "x");
	assert_refused(it_file_write("d/f", it_span_text("x"), 0666, 0, &err), &err,
		       INTOTO_E_NOTFOUND, "d/f: No such file or directory");
	assert_refused(it_file_write("f/g", it_span_text("x"), 0666, 0, &err), &err,
		       INTOTO_E_NOTFOUND, "f/g: Not a directory");
}

static void refuses_to_write_into_a_read_only_folder(void **state)
{
	struct intoto_error *err = NULL;
	uid_t me = geteuid();
	int rc;

	(void)state;
	if (me == 0 && seteuid(NOBODY)) /* permissions do not bind root */
		return;
	assert_int_equal(mkdir("d", 0555), 0);
	rc = it_file_write("d/f", it_span_text("x"), 0666, 0, &err);
	assert_int_equal(seteuid(me), 0);
	assert_refused(rc, &err, INTOTO_E_IO, "d/f: Permission denied");
}

static void refuses_to_read_what_it_may_not(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf got = IT_BUF(10);
	struct intoto_error *err = NULL;
	uid_t me = geteuid();
	int rc;

	(void)state;
	assert_int_equal(it_file_write("f", it_span_text("x"), 0, 0, NULL), 0);
	if (me == 0 && seteuid(NOBODY))
		return;
	rc = it_file_read(&got, "f", &err);
	assert_int_equal(seteuid(me), 0);
	assert_refused(rc, &err, INTOTO_E_IO, "f: Permission denied");
}

static void refuses_a_closed_reader(void **state)
{
	struct intoto_error *err = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)close(ends[0]);
	assert_refused(it_fd_write(ends[1], it_span_text("x"), &err), &err, INTOTO_E_IO,
		       "Broken pipe");
	(void)close(ends[1]);
}

static void closing_is_idempotent(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	it_fd_close(&fd);
	assert_int_equal(fd, -1);
	it_fd_close(&fd);
}

static void makes_a_folder_with_its_parents(void **state)
{
	struct intoto_error *err = NULL;
	struct stat about;

	(void)state;
	assert_int_equal(it_dir_make("a/b//c/", &err), 0);
	assert_int_equal(it_dir_make("a/b/c", &err), 0);
	assert_int_equal(stat("a/b/c", &about), 0);
	assert_true(S_ISDIR(about.st_mode));
	assert_int_equal(rmdir("a/b/c") | rmdir("a/b"), 0);
}

static void refuses_a_folder_where_a_file_is(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	put("f", "x");
	assert_refused(it_dir_make("f", &err), &err, INTOTO_E_IO, "f: File exists");
	assert_refused(it_dir_make("f/g", &err), &err, INTOTO_E_NOTFOUND, "f/g: Not a directory");
}

static void lists_names_sorted_without_dots(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	(void)state;
	put("b", "");
	put(".a", "");
	put("B", "");
	assert_int_equal(it_dir_list(&names, ".", NULL), 0);
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], ".a");
	assert_string_equal(names.items[1], "B");
	assert_string_equal(names.items[2], "b");
}

static void refuses_to_list_what_is_no_folder(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_dir_list(&names, "none", &err), &err, INTOTO_E_NOTFOUND, "none: ");
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_A_FOLDER(what_is_written_is_read),
		IN_A_FOLDER(an_empty_file_is_an_empty_text),
		IN_A_FOLDER(a_file_may_be_as_long_as_the_bound),
		IN_A_FOLDER(refuses_a_file_one_byte_over_the_bound),
		IN_A_FOLDER(bounds_hold_around_the_size_of_a_read),
		IN_A_FOLDER(reading_starts_with_an_emptied_buffer),
		IN_A_FOLDER(an_endless_device_meets_the_bound),
		IN_A_FOLDER(refuses_to_read_what_is_not_there),
		IN_A_FOLDER(refuses_to_read_a_folder),
		IN_A_FOLDER(writing_replaces_the_whole_file),
		IN_A_FOLDER(a_new_file_has_the_mode_that_was_asked_for),
		IN_A_FOLDER(the_longest_name_can_be_written),
		IN_A_FOLDER(a_new_file_never_replaces_one),
		IN_A_FOLDER(a_new_file_never_replaces_a_dangling_link),
		IN_A_FOLDER(a_symbolic_link_is_replaced_and_not_followed),
		IN_A_FOLDER(a_device_stays_a_device),
		IN_A_FOLDER(refuses_a_full_device),
		IN_A_FOLDER(a_failed_write_leaves_the_old_file_and_nothing_else),
		IN_A_FOLDER(refuses_to_write_over_a_folder),
		IN_A_FOLDER(refuses_to_write_where_there_is_no_folder),
		IN_A_FOLDER(refuses_to_write_into_a_read_only_folder),
		IN_A_FOLDER(refuses_to_read_what_it_may_not),
		IN_A_FOLDER(refuses_a_closed_reader),
		IN_A_FOLDER(closing_is_idempotent),
		IN_A_FOLDER(makes_a_folder_with_its_parents),
		IN_A_FOLDER(refuses_a_folder_where_a_file_is),
		IN_A_FOLDER(lists_names_sorted_without_dots),
		IN_A_FOLDER(refuses_to_list_what_is_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
