/* SPDX-License-Identifier: Apache-2.0 */
/* The log of what a step touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "refused.h"
#include "run/touched.h"

static void touch(struct it_touched *touched, const char *path, unsigned touches)
{
	it_touched_file(touched, it_span_text(path), touches);
}

static void keeps_each_file_once_and_sorts_bytewise(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	const struct it_touched_file *file;

	(void)state;
	touch(&touched, "/b", IT_TOUCH_READ);
	touch(&touched, "/\xff", IT_TOUCH_READ);
	touch(&touched, "/a/b", IT_TOUCH_CREATED);
	touch(&touched, "/b", IT_TOUCH_WRITTEN);
	touch(&touched, "/a", IT_TOUCH_READ);
	touch(&touched, "/a b", IT_TOUCH_READ);
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(touched.file_count, 5);
	assert_int_equal(touched.statement.events, 6);
	assert_string_equal(touched.files[0].path, "/a");
	assert_string_equal(touched.files[1].path, "/a b");
	assert_string_equal(touched.files[2].path, "/a/b");
	assert_string_equal(touched.files[3].path, "/b");
	assert_string_equal(touched.files[4].path, "/\xff");
	file = it_touched_find(&touched, it_span_text("/b"));
	assert_ptr_equal(file, &touched.files[3]);
	assert_int_equal(file->touches, IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	assert_int_equal(file->events, 2);
	assert_int_equal(file->first, 0);
	assert_null(it_touched_find(&touched, it_span_text("/c")));
	assert_null(it_touched_find(&touched, it_span_text("")));
	assert_true(it_touched_is_complete(&touched));
}

static void finds_all_of_many(void **state)
{
	enum { MANY = 100 * 1000 };
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	char path[32];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			assert_true(snprintf(path, sizeof path, "/%d", i) > 0);
			touch(&touched, path, IT_TOUCH_READ);
		}
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(touched.file_count, MANY);
	for (int i = 0; i < MANY; i++) {
		const struct it_touched_file *file;

		assert_true(snprintf(path, sizeof path, "/%d", i) > 0);
		file = it_touched_find(&touched, it_span_text(path));
		assert_non_null(file);
		assert_int_equal(file->events, 2);
	}
	assert_int_equal(touched.statement.lost, 0);
}

static void counts_what_it_cannot_keep_as_lost(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	char path[4098];

	(void)state;
	memset(path, 'x', sizeof path);
	path[0] = '/';
	it_touched_file(&touched, it_span(path, 4096), IT_TOUCH_READ);
	assert_int_equal(touched.statement.lost, 0);
	it_touched_file(&touched, it_span(path, 4097), IT_TOUCH_READ);
	touch(&touched, "relative", IT_TOUCH_READ);
	touch(&touched, "", IT_TOUCH_READ);
	assert_int_equal(touched.statement.lost, 3);
	assert_int_equal(touched.statement.events, 4);
	assert_int_equal(touched.statement.notes.count, 2);
	assert_string_equal(touched.statement.notes.items[0], "a path has more than 4,096 bytes");
	assert_string_equal(touched.statement.notes.items[1],
			    "the folder that a path begins in is not known");
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(touched.file_count, 1);
	assert_false(it_touched_is_complete(&touched));
}

static void keeps_at_most_64_notes_each_once(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };

	(void)state;
	for (int i = 0; i < 200; i++)
		it_touched_note(&touched, "number %d", i / 2);
	assert_int_equal(touched.statement.notes.count, 64);
	assert_string_equal(touched.statement.notes.items[63], "number 63");
}

static void only_says_asked_where_nothing_else_is_known(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };

	(void)state;
	touch(&touched, "/asked", IT_TOUCH_ASKED);
	touch(&touched, "/both", IT_TOUCH_ASKED);
	touch(&touched, "/both", IT_TOUCH_READ);
	touch(&touched, "/unsure", IT_TOUCH_READ | IT_TOUCH_UNSURE);
	touch(&touched, "/brief", IT_TOUCH_READ | IT_TOUCH_UNSURE);
	touch(&touched, "/brief", IT_TOUCH_CREATED | IT_TOUCH_WRITTEN);
	touch(&touched, "/brief", IT_TOUCH_REMOVED);
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(it_touched_find(&touched, it_span_text("/asked"))->touches,
			 IT_TOUCH_ASKED);
	assert_int_equal(it_touched_find(&touched, it_span_text("/both"))->touches, IT_TOUCH_READ);
	assert_int_equal(it_touched_find(&touched, it_span_text("/unsure"))->touches,
			 IT_TOUCH_ASKED);
	assert_int_equal(it_touched_find(&touched, it_span_text("/brief"))->touches,
			 IT_TOUCH_READ | IT_TOUCH_CREATED | IT_TOUCH_WRITTEN | IT_TOUCH_REMOVED);
}

static void tells_what_was_there_before(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };

	(void)state;
	touch(&touched, "/old", IT_TOUCH_REMOVED);
	touch(&touched, "/old", IT_TOUCH_CREATED);
	touch(&touched, "/new", IT_TOUCH_CREATED);
	touch(&touched, "/new", IT_TOUCH_REMOVED);
	assert_true(touched.files[0].touches & IT_TOUCH_FOUND);
	assert_false(touched.files[1].touches & IT_TOUCH_FOUND);
}

/* All of /link/ is in /real/. */
static void follow(void *arg, struct it_touched_file *file, struct it_buf *out)
{
	(void)arg;
	if (strncmp(file->path, "/link/", 6) == 0)
		it_buf_printf(out, "/real/%s", file->path + 6);
}

static void puts_together_what_becomes_one_path(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	touch(&touched, "/link/x", IT_TOUCH_READ | IT_TOUCH_UNRESOLVED);
	touch(&touched, "/real/x", IT_TOUCH_WRITTEN);
	touch(&touched, "/real/x", IT_TOUCH_EXECUTED | IT_TOUCH_UNRESOLVED);
	touch(&touched, "/link/y", IT_TOUCH_REMOVED); /* itself */
	assert_int_equal(touched.file_count, 4);
	assert_refused(it_touched_seal(&touched, &err), &err, INTOTO_E_INTERNAL,
		       "a path was not resolved");
	assert_int_equal(it_touched_resolve(&touched, follow, NULL, NULL), 0);
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(touched.file_count, 2);
	assert_string_equal(touched.files[0].path, "/link/y");
	assert_string_equal(touched.files[1].path, "/real/x");
	assert_int_equal(touched.files[1].touches,
			 IT_TOUCH_READ | IT_TOUCH_WRITTEN | IT_TOUCH_EXECUTED);
	assert_int_equal(touched.files[1].events, 3);
	assert_int_equal(touched.files[1].first, 0);
}

static void check_address(const void *address, size_t len, const char *want)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };

	it_touched_address(&touched, IT_TALK_CONNECT, address, len);
	it_touched_address(&touched, IT_TALK_CONNECT, address, len);
	it_touched_address(&touched, IT_TALK_BIND, address, len);
	assert_int_equal(it_touched_seal(&touched, NULL), 0);
	assert_int_equal(touched.address_count, 2);
	assert_string_equal(touched.addresses[0].address, want);
	assert_int_equal(touched.addresses[0].events, 2);
	assert_int_equal(touched.addresses[0].talk, IT_TALK_CONNECT);
	assert_int_equal(touched.addresses[1].talk, IT_TALK_BIND);
}

static void writes_addresses_as_text(void **state)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
	struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/x" };
	struct sockaddr_un hidden = { .sun_family = AF_UNIX, .sun_path = "\0a\nb" };
	sa_family_t other = 40;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &inet.sin_addr), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &inet6.sin6_addr), 1);
	check_address(&inet, sizeof inet, "inet 192.0.2.1:443");
	check_address(&inet, 4, "family 2");
	check_address(&inet6, sizeof inet6, "inet6 [2001:db8::1]:443");
	check_address(&local, sizeof local, "unix /run/x");
	check_address(&local, offsetof(struct sockaddr_un, sun_path), "unix");
	check_address(&hidden, offsetof(struct sockaddr_un, sun_path) + 4, "unix @a\\nb");
	check_address(&other, sizeof other, "family 40");
}

static void keeps_each_program_of_a_process(void **state)
{
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };

	(void)state;
	it_touched_process(&touched, 10, 1, "/bin/sh");
	it_touched_process(&touched, 11, 10, NULL);
	it_touched_process(&touched, 11, 10, NULL);
	it_touched_process(&touched, 11, 10, "/bin/cc");
	it_touched_process(&touched, 10, 1, "/bin/make");
	it_touched_process(&touched, 12, 10, NULL);
	assert_int_equal(touched.process_count, 4);
	assert_string_equal(touched.processes[1].program, "/bin/cc");
	assert_string_equal(touched.processes[2].program, "/bin/make");
	assert_int_equal(touched.processes[2].pid, 10);
	assert_null(touched.processes[3].program);
	it_touched_process(&touched, 11, 12, "/bin/cc"); /* its number, again */
	assert_int_equal(touched.process_count, 5);
	assert_int_equal(touched.statement.events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_each_file_once_and_sorts_bytewise),
		cmocka_unit_test(finds_all_of_many),
		cmocka_unit_test(counts_what_it_cannot_keep_as_lost),
		cmocka_unit_test(keeps_at_most_64_notes_each_once),
		cmocka_unit_test(only_says_asked_where_nothing_else_is_known),
		cmocka_unit_test(tells_what_was_there_before),
		cmocka_unit_test(puts_together_what_becomes_one_path),
		cmocka_unit_test(writes_addresses_as_text),
		cmocka_unit_test(keeps_each_program_of_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
