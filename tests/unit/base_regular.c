/* SPDX-License-Identifier: Apache-2.0 */
/* Reading regular files, whole and in part, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/file.h"
#include "base/regular.h"
#include "refused.h"
#include "workspace.h"

static void write_file(const char *path, const char *text)
{
	assert_int_equal(it_file_write(path, it_span_text(text), 0666, 0, NULL), INTOTO_OK);
}

static void reads_a_file_and_a_part_of_it(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64);

	(void)state;
	write_file("file", "one two three");
	assert_int_equal(it_regular_read(&text, "file", (struct it_extent){ 0, 0 }, NULL), 0);
	assert_string_equal(it_buf_text(&text), "one two three");
	assert_int_equal(it_regular_read(&text, "file", (struct it_extent){ 4, 3 }, NULL), 0);
	assert_string_equal(it_buf_text(&text), "two");
	write_file("empty", "");
	assert_int_equal(it_regular_read(&text, "empty", (struct it_extent){ 0, 0 }, NULL), 0);
	assert_int_equal(text.len, 0);
}

static void refuses_a_file_that_is_shorter_than_its_part(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64);
	struct intoto_error *err = NULL;

	(void)state;
	write_file("file", "one");
	assert_refused(it_regular_read(&text, "file", (struct it_extent){ 1, 3 }, &err), &err,
		       INTOTO_E_FORMAT, "file: has become shorter");
}

static void refuses_more_than_its_limit(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4);
	struct intoto_error *err = NULL;

	(void)state;
	write_file("file", "12345");
	assert_refused(it_regular_read(&text, "file", (struct it_extent){ 0, 0 }, &err), &err,
		       INTOTO_E_LIMIT, "file: larger than 4 bytes");
	assert_refused(it_regular_read(&text, "file", (struct it_extent){ 0, 5 }, &err), &err,
		       INTOTO_E_LIMIT, "file: larger than 4 bytes");
	write_file("file", "1234");
	assert_int_equal(it_regular_read(&text, "file", (struct it_extent){ 0, 0 }, NULL), 0);
	assert_int_equal(text.max, 4);
}

/* /proc gives files that say they are empty. */
static void reads_a_file_that_lies_about_its_size(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);

	(void)state;
	assert_int_equal(
		it_regular_read(&text, "/proc/self/status", (struct it_extent){ 0, 0 }, NULL),
		INTOTO_OK);
	assert_true(text.len > 0);
}

static void refuses_what_is_no_regular_file_without_waiting(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64);
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
	IT_AUTO(it_fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const char *const paths[] = { "fifo", ".", "/dev/zero", "socket" };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	for (size_t i = 0; i < IT_COUNT_OF(paths); i++)
		assert_refused(it_regular_read(&text, paths[i], (struct it_extent){ 0, 0 }, &err),
			       &err, INTOTO_E_FORMAT, "is no regular file");
	assert_refused(it_regular_read(&text, "nothing", (struct it_extent){ 0, 0 }, &err), &err,
		       INTOTO_E_NOTFOUND, "nothing: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_a_file_and_a_part_of_it, workspace_enter,
						workspace_leave),
		cmocka_unit_test_setup_teardown(refuses_a_file_that_is_shorter_than_its_part,
						workspace_enter, workspace_leave),
		cmocka_unit_test_setup_teardown(refuses_more_than_its_limit, workspace_enter,
						workspace_leave),
		cmocka_unit_test(reads_a_file_that_lies_about_its_size),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_regular_file_without_waiting,
						workspace_enter, workspace_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
