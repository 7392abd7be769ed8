/* SPDX-License-Identifier: Apache-2.0 */
/* Files that change, vanish or are exchanged under our hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"
#include "record/walk.h"
#include "refused.h"
#include "workspace.h"

/* Opens "file", lets change() happen to it, and hashes what was opened. */
static int hash_after(void (*change)(void), struct intoto_error **err)
{
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(4096);
	IT_AUTO(it_fd_close) int fd = -1;
	const struct timespec moment = { 0, 20 * 1000 * 1000 }; /* for clocks with coarse ticks */
	struct stat before;

	workspace_write("file", "abc");
	fd = open("file", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(nanosleep(&moment, NULL), 0);
	change();
	assert_int_equal(it_hasher_init(&hasher, NULL, NULL), INTOTO_OK);
	return it_hash_file(&hasher, fd, &before, it_span_text("dir/file"), &digests, err);
}

static void do_nothing(void)
{
}

static void append(void)
{
	int fd = open("file", O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write(fd, "d", 1), 1);
	assert_int_equal(close(fd), 0);
}

static void truncate_it(void)
{
	assert_int_equal(truncate("file", 1), 0);
}

static void rewrite(void)
{
	workspace_write("file", "xyz");
}

/* As somebody who hides a change would. */
static void rewrite_and_set_time_back(void)
{
	struct stat before;

	assert_int_equal(stat("file", &before), 0);
	rewrite();
	assert_int_equal(utimensat(AT_FDCWD, "file",
				   (struct timespec[]){ before.st_atim, before.st_mtim }, 0),
			 0);
}

static void takes_a_file_that_rests(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(hash_after(do_nothing, &err), INTOTO_OK);
	assert_null(err);
}

static void refuses_a_file_that_grew(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(hash_after(append, &err), &err, INTOTO_E_IO,
		       "dir/file: changed while it was read (3 bytes when opened, 4 read)");
}

static void refuses_a_file_that_shrank(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(hash_after(truncate_it, &err), &err, INTOTO_E_IO,
		       "dir/file: changed while it was read (3 bytes when opened, 1 read)");
}

static void refuses_a_file_that_was_rewritten(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(hash_after(rewrite, &err), &err, INTOTO_E_IO, "changed while it was read");
}

static void refuses_a_change_whose_time_was_set_back(void **state)
{
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(hash_after(rewrite_and_set_time_back, &err), &err, INTOTO_E_IO,
		       "changed while it was read");
}

static atomic_bool stop_writing;

static void *write_on(void *arg)
{
	int fd = open("growing", O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)arg;
	while (fd >= 0 && !stop_writing && write(fd, "more", 4) == 4)
		continue;
	(void)close(fd); /* only a test's noise */
	return NULL;
}

static void refuses_a_file_that_somebody_appends_to(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	const struct it_snapshot_options options = { 0 };
	struct intoto_error *err = NULL;
	pthread_t writer;
	int rc;

	(void)state;
	workspace_write("growing", "");
	assert_int_equal(truncate("growing", 64 * 1024 * 1024), 0);
	assert_int_equal(it_strings_add(&paths, ".", NULL), INTOTO_OK);
	stop_writing = false;
	assert_int_equal(pthread_create(&writer, NULL, write_on, NULL), 0);
	rc = it_snapshot(&artifacts, &paths, &options, &err);
	stop_writing = true;
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_refused(rc, &err, INTOTO_E_IO, "growing: changed while it was read");
}

/* What happens to the other two files once the first of "dir" was visited. */
typedef void disturb(const char *path);

static int disturb_others(void *arg, struct it_span name, int fd, const struct stat *about,
			  struct intoto_error **err)
{
	static const char *const files[] = { "dir/a", "dir/b", "dir/c" };
	disturb *const *change = arg;

	(void)fd;
	(void)about;
	(void)err;
	for (size_t i = 0; i < IT_COUNT_OF(files); i++)
		if (!it_span_is(name, files[i]))
			(*change)(files[i]);
	return INTOTO_OK;
}

static void check_disturbed(disturb *change, enum intoto_code code, const char *text)
{
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	const struct it_walk_visitor visitor = { .file = disturb_others, .arg = &change };
	struct it_walk_options options = { .base_fd = AT_FDCWD };
	struct intoto_error *err = NULL;

	assert_int_equal(it_ignore_new(&ignore, NULL, NULL), INTOTO_OK);
	options.ignore = ignore;
	workspace_write("dir/a", "");
	workspace_write("dir/b", "");
	workspace_write("dir/c", "");
	workspace_write("elsewhere", "");
	assert_refused(it_walk("dir", &options, &visitor, &err), &err, code, text);
}

static void remove_it(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void exchange_by_link(const char *path)
{
	remove_it(path);
	assert_int_equal(symlink("../elsewhere", path), 0);
}

static void exchange_by_fifo(const char *path)
{
	remove_it(path);
	assert_int_equal(mkfifo(path, 0666), 0);
}

static void refuses_a_file_that_vanished(void **state)
{
	(void)state;
	check_disturbed(remove_it, INTOTO_E_NOTFOUND, ": vanished before it could be read");
}

static void refuses_a_file_that_became_a_link(void **state)
{
	(void)state;
	check_disturbed(exchange_by_link, INTOTO_E_IO, ": was exchanged before it could be read");
}

static void refuses_a_file_that_became_a_fifo_without_waiting(void **state)
{
	(void)state;
	check_disturbed(exchange_by_fifo, INTOTO_E_IO, ": was exchanged before it could be read");
}

static void refuses_more_algorithms_than_there_is_room_for(void **state)
{
	struct it_digest_alg many[IT_HASH_ALGORITHMS + 1];
	const struct it_digest_alg *list[IT_HASH_ALGORITHMS + 2] = { NULL };
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(many); i++) {
		many[i] = *it_digest_find("sha256");
		list[i] = &many[i];
	}
	assert_refused(it_hasher_init(&hasher, list, &err), &err, INTOTO_E_LIMIT,
		       "more than 8 digest algorithms");
	list[0] = NULL;
	assert_refused(it_hasher_init(&hasher, list, &err), &err, INTOTO_E_USAGE,
		       "no digest algorithm");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_a_file_that_rests),
		TEST(refuses_a_file_that_grew),
		TEST(refuses_a_file_that_shrank),
		TEST(refuses_a_file_that_was_rewritten),
		TEST(refuses_a_change_whose_time_was_set_back),
		TEST(refuses_a_file_that_somebody_appends_to),
		TEST(refuses_a_file_that_vanished),
		TEST(refuses_a_file_that_became_a_link),
		TEST(refuses_a_file_that_became_a_fifo_without_waiting),
		TEST(refuses_more_algorithms_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
