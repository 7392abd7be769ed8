/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen by ptrace with a filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>

#define MECHANISM "ptrace"
#include "run_tracing_cases.h"

/* --- where it is missing --- */

static void refuse_ptrace(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { IT_COUNT_OF(code), code };

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void says_why_it_does_not_work_here(void **state)
{
	struct it_tracer_options options = { .mechanism = MECHANISM };
	struct it_touched touched = { 0 };
	struct it_tracer *tracer = NULL;
	struct intoto_error *err = NULL;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		refuse_ptrace();
		MUST(it_tracer_new(&tracer, &options, &touched, &err) == INTOTO_E_UNSUPPORTED);
		MUST(strstr(intoto_error_text(err), "ptrace: Operation not permitted") != NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* --- signals and stops --- */

static void command_of(struct tracing *tracing, const char *script)
{
	const char *words[] = { "/bin/sh", "-c", script, NULL };

	tracing_run(tracing, MECHANISM, words);
}

static void delivers_signals_once(void **state)
{
	IT_AUTO(tracing_done) struct tracing tracing = { .tier = IT_TRACE_FULL, .folder = *state };

	command_of(&tracing, "n=0; trap 'n=$((n+1))' USR1; kill -USR1 $$; kill -USR1 $$; exit $n");
	assert_int_equal(tracing.result.status, 2);
}

static void tells_by_which_signal_it_ended(void **state)
{
	IT_AUTO(tracing_done) struct tracing tracing = { .tier = IT_TRACE_FULL, .folder = *state };

	command_of(&tracing, "kill -KILL $$");
	assert_int_equal(tracing.result.signal, SIGKILL);
}

/* A stop lasts until somebody continues it, and stops nothing else. */
static void stops_and_continues_as_without(void **state)
{
	IT_AUTO(tracing_done) struct tracing tracing = { .tier = IT_TRACE_FULL, .folder = *state };

	command_of(&tracing, "(sleep 0.3; test -e went && touch early; kill -CONT $$) & "
			     "kill -STOP $$; touch went; wait; test ! -e early");
	assert_int_equal(tracing.result.status, 0);
	assert_non_null(tracing_file(&tracing, "went"));
}

static void is_chosen_only_when_nothing_better_is_there(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings folders = { 0 };
	struct it_tracer_options options = { .tier = IT_TRACE_FULL, .folders = &folders };
	IT_AUTO(it_touched_done) struct it_touched touched = { 0 };
	IT_AUTO(it_tracer_freep) struct it_tracer *tracer = NULL;

	assert_int_equal(it_strings_add(&folders, *state, NULL), 0);
	if (it_tracer_new(&tracer, &options, &touched, NULL))
		return; /* nothing works here */
	if (strcmp(touched.statement.mechanism, MECHANISM) == 0)
		assert_true(touched.statement.passed_over.count >= 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TRACING_TESTS,
		TEST(says_why_it_does_not_work_here),
		TEST(delivers_signals_once),
		TEST(tells_by_which_signal_it_ended),
		TEST(stops_and_continues_as_without),
		TEST(is_chosen_only_when_nothing_better_is_there),
	};

	touching_act(argc, argv);
	if (!works_here())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
