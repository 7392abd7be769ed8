/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every mechanism that follows calls has to see.  Define MECHANISM, its word, and include
 * cmocka first.
 */
#ifndef INTOTO_TESTS_UNIT_RUN_TRACING_CASES_H
#define INTOTO_TESTS_UNIT_RUN_TRACING_CASES_H

#include "refused.h"
#include "run_tracing.h"

static void sees_every_way_to_open(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "open", NULL);
}

static void sees_names_come_and_go(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "names", NULL);
}

static void sees_changes_of_contents_and_attributes(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "changes", NULL);
}

static void finds_where_names_begin_and_lead_to(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "places", NULL);
	tracing_check(MECHANISM, "long", NULL);
}

static void has_programs(struct tracing *tracing)
{
	IT_AUTO(it_freep) char *shell = realpath("/bin/sh", NULL);
	const struct it_touched_file *file = tracing_file(tracing, shell);
	bool loader = false;

	if (tracing->tier != IT_TRACE_FULL) {
		EXPECT(tracing, tracing->touched.process_count == 0, "processes of writes");
		return;
	}
	EXPECT(tracing, file && file->touches == (unsigned)X, "the script's interpreter");
	for (size_t i = 0; i < tracing->touched.file_count; i++)
		loader |= strstr(tracing->touched.files[i].path, "/ld-") &&
			  tracing->touched.files[i].touches == (unsigned)X;
	EXPECT(tracing, loader, "the dynamic loader");
	EXPECT(tracing, tracing_has_program(tracing, "/script"), "the script");
	EXPECT(tracing, tracing_has_program(tracing, "/copy"), "by its descriptor");
	EXPECT(tracing, tracing_has_program(tracing, "/sub/copy2"), "below a folder");
}

static void sees_programs_and_their_interpreters(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "exec", has_programs);
}

static void has_addresses(struct tracing *tracing)
{
	static const struct {
		enum it_touched_talk talk;
		const char *text;
	} want[] = {
		{ IT_TALK_CONNECT, "inet 127.0.0.1:9" },     { IT_TALK_CONNECT, "inet6 [::1]:9" },
		{ IT_TALK_CONNECT, "unix @intoto-no-such" }, { IT_TALK_BIND, "unix socket" },
		{ IT_TALK_SEND, "inet 127.0.0.1:9" },	     { IT_TALK_SEND, "inet 127.0.0.1:10" }
	};

	EXPECT(tracing, tracing->touched.statement.network_seen == (tracing->tier == IT_TRACE_FULL),
	       "whether the network is seen");
	EXPECT(tracing,
	       tracing->touched.address_count ==
		       (tracing->tier == IT_TRACE_FULL ? IT_COUNT_OF(want) : 0),
	       "%zu addresses", tracing->touched.address_count);
	for (size_t i = 0; tracing->tier == IT_TRACE_FULL && i < IT_COUNT_OF(want); i++)
		EXPECT(tracing, tracing_has_address(tracing, want[i].talk, want[i].text), "%s",
		       want[i].text);
}

static void sees_addresses(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "talk", has_addresses);
}

static void answers_what_it_could_not_see_as_absent(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "uring", NULL);
}

static void counts_what_it_cannot_follow(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "handle", NULL);
	tracing_check(MECHANISM, "mount", NULL);
}

#ifdef __x86_64__
static void has_narrow_address(struct tracing *tracing)
{
	const struct it_touched_file *made = tracing_file(tracing, "made");

	/* Unless the kernel has no calls of 32 bits. */
	if (tracing->tier == IT_TRACE_FULL && made && tracing->touched.address_count)
		EXPECT(tracing, tracing_has_address(tracing, IT_TALK_CONNECT, "inet 127.0.0.1:11"),
		       "by socketcall");
}

static void follows_calls_of_32_bits(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "narrow", has_narrow_address);
	tracing_check(MECHANISM, "x32", NULL);
}
#endif

static void follows_threads(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "threads", NULL);
	tracing_check(MECHANISM, "rewritten", NULL);
}

static void has_all_events(struct tracing *tracing)
{
	const struct it_touched_file *file = tracing_file(tracing, "in");

	EXPECT(tracing, file && file->events == MANY, "%llu events of %d",
	       file ? (unsigned long long)file->events : 0, MANY);
	/* Each number once: where others start processes, too, some are given twice. */
	EXPECT(tracing, tracing->tier != IT_TRACE_FULL || tracing->touched.process_count > MANY / 2,
	       "%zu processes", tracing->touched.process_count);
}

static void follows_10000_processes(void **state)
{
	(void)state;
	assert_int_equal(tracing_try(MECHANISM, "many", IT_TRACE_FULL, has_all_events), 0);
}

/* The kernel answers it from now on, at once. */
static void has_said_why(struct tracing *tracing)
{
	IT_AUTO(it_buf_done) struct it_buf said = IT_BUF(64);

	EXPECT(tracing, tracing_has_note(tracing, "is still running: what it opens"), "no note");
	for (int i = 0; i < 1000 && said.len < 8; i++) {
		(void)usleep(10 * 1000); /* only a pause */
		assert_int_equal(it_file_read(&said, "said", NULL), 0);
		if (strstr(it_buf_text(&said), "ENOSYS"))
			return;
	}
	EXPECT(tracing, false, "the daemon hangs");
}

static void tells_of_who_is_left_and_does_not_hold_it(void **state)
{
	(void)state;
	tracing_check(MECHANISM, "daemon", has_said_why);
}

static void notes_files_that_the_command_was_started_with(void **state)
{
	const char *words[] = { "/bin/true", NULL };
	IT_AUTO(tracing_done) struct tracing tracing = { .tier = IT_TRACE_FULL, .folder = *state };
	int saved = dup(0);
	const struct it_touched_file *file;

	workspace_write("input", "x");
	assert_int_equal(close(0), 0);
	assert_int_equal(open("input", O_RDONLY), 0);
	tracing_run(&tracing, MECHANISM, words);
	assert_int_equal(dup2(saved, 0), 0);
	assert_int_equal(close(saved), 0);
	file = tracing_file(&tracing, "input");
	assert_non_null(file);
	assert_int_equal(file->touches, IT_TOUCH_READ);
}

static void refuses_a_command_that_is_not_there(void **state)
{
	struct it_tracer_options options = { .mechanism = MECHANISM };
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	IT_AUTO(it_tracer_freep) struct it_tracer *tracer = NULL;
	char *argv[] = { (char[]){ "no-such-command" }, NULL };
	struct it_command_options command = { .argv = argv };
	struct it_command_result result;
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_tracer_new(&tracer, &options, &touched, NULL), 0);
	command.tracer = tracer;
	assert_refused(it_command_run(&result, &command, &err), &err, INTOTO_E_NOTFOUND,
		       "no-such-command: command not found");
	assert_false(result.started);
}

/* For main: says so where it does not (valgrind, a container, a kernel), and why. */
static bool works_here(void)
{
	struct it_tracer_options options = { .mechanism = MECHANISM };
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	IT_AUTO(it_tracer_freep) struct it_tracer *tracer = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	if (it_tracer_new(&tracer, &options, &touched, &err) != INTOTO_E_UNSUPPORTED)
		return true;
	printf("1..0 # SKIP %s\n", intoto_error_text(err));
	return false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)
#ifdef __x86_64__
#define TRACING_NARROW TEST(follows_calls_of_32_bits),
#else
#define TRACING_NARROW
#endif
/* clang-format off */
#define TRACING_TESTS \
	TEST(sees_every_way_to_open), \
	TEST(sees_names_come_and_go), \
	TEST(sees_changes_of_contents_and_attributes), \
	TEST(finds_where_names_begin_and_lead_to), \
	TEST(sees_programs_and_their_interpreters), \
	TEST(sees_addresses), \
	TEST(answers_what_it_could_not_see_as_absent), \
	TEST(counts_what_it_cannot_follow), \
	TRACING_NARROW \
	TEST(follows_threads), \
	TEST(follows_10000_processes), \
	TEST(tells_of_who_is_left_and_does_not_hold_it), \
	TEST(notes_files_that_the_command_was_started_with), \
	TEST(refuses_a_command_that_is_not_there)
/* clang-format on */

#endif
