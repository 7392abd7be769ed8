/* SPDX-License-Identifier: Apache-2.0 */
/* Asking another program: nothing is lost, nothing hangs, and how it ended is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/ask.h"
#include "base/clock.h"
#include "base/text.h"
#include "refused.h"
#include "workspace.h"

enum { OUTPUT_MAX = 4 * 1024 * 1024, BIG = 1024 * 1024 };

struct talk {
	struct it_buf out;
	struct it_answer answer;
	struct intoto_error *err;
};

#define TALK                                                                                       \
	{                                                                                          \
		.out = IT_BUF(OUTPUT_MAX)                                                          \
	}

static void talk_done(struct talk *talk)
{
	it_buf_done(&talk->out);
	intoto_error_free(talk->err);
}

static int ask(struct talk *talk, const char *script, struct it_span input, uint64_t timeout_ms)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct it_question question = { .argv = argv,
					.input = input,
					.timeout_ms = timeout_ms,
					.take = it_sink_into_buf,
					.arg = &talk->out };

	return it_ask(&talk->answer, &question, &talk->err);
}

static void hands_input_over_and_takes_all_output(void **state)
{
	IT_AUTO(talk_done) struct talk talk = TALK;
	IT_AUTO(it_buf_done) struct it_buf input = IT_BUF(OUTPUT_MAX);

	(void)state;
	while (input.len < BIG)
		assert_int_equal(it_buf_add_text(&input, "0123456789abcdef"), 0);
	assert_int_equal(
		ask(&talk, "cat; cat /dev/zero | head -c 100000 >&2", it_buf_span(&input), 0), 0);
	assert_true(it_span_eq(it_buf_span(&talk.out), it_buf_span(&input)));
	assert_int_equal(it_answer_check(&talk.answer, "sh", NULL), 0);
}

static void tells_how_the_program_ended_and_what_it_said(void **state)
{
	IT_AUTO(talk_done) struct talk talk = TALK;

	(void)state;
	assert_int_equal(
		ask(&talk, "printf 'no\\033 way\\nmore\\n' >&2; exit 3", it_span("", 0), 0), 0);
	assert_refused(it_answer_check(&talk.answer, "sh", &talk.err), &talk.err, INTOTO_E_HELPER,
		       "sh: ended with status 3: no\\u{1b} way");
	assert_int_equal(ask(&talk, "kill -TERM $$", it_span("", 0), 0), 0);
	assert_refused(it_answer_check(&talk.answer, "sh", &talk.err), &talk.err, INTOTO_E_HELPER,
		       "sh: was ended by SIGTERM");
}

static void refuses_an_answer_that_takes_too_long(void **state)
{
	IT_AUTO(talk_done) struct talk talk = TALK;
	int64_t start = it_clock_monotonic();

	(void)state;
	assert_refused(ask(&talk, "sleep 1000 & sleep 1000", it_span("", 0), 200), &talk.err,
		       INTOTO_E_HELPER, "sh: did not answer within");
	/* also when it has closed its outputs */
	assert_refused(ask(&talk, "exec >/dev/null 2>&1; sleep 1000", it_span("", 0), 200),
		       &talk.err, INTOTO_E_HELPER, "sh: did not answer within");
	assert_true(it_clock_monotonic() - start < INT64_C(100) * 1000 * 1000 * 1000);
}

static void refuses_an_endless_answer(void **state)
{
	IT_AUTO(talk_done) struct talk talk = TALK;

	(void)state;
	assert_refused(ask(&talk, "cat /dev/zero", it_span("", 0), 0), &talk.err, INTOTO_E_LIMIT,
		       "the content");
}

static void refuses_a_program_that_is_not_there(void **state)
{
	const char *const argv[] = { "./no-such-program", NULL };
	struct it_question question = { .argv = argv };
	struct it_answer answer;
	struct intoto_error *err = NULL;

	(void)state;
	if (workspace_vfork_is_fork())
		return;
	assert_refused(it_ask(&answer, &question, &err), &err, INTOTO_E_NOTFOUND,
		       "./no-such-program");
	intoto_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_input_over_and_takes_all_output),
		cmocka_unit_test(tells_how_the_program_ended_and_what_it_said),
		cmocka_unit_test(refuses_an_answer_that_takes_too_long),
		cmocka_unit_test(refuses_an_endless_answer),
		cmocka_unit_test(refuses_a_program_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, workspace_enter, workspace_leave);
}
