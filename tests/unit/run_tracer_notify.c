/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen by user notification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "refused.h"
#define MECHANISM "user-notification"
#include "run_tracing_cases.h"

/* --- where it is missing --- */

/* Answers a filter that wants to listen as an old kernel, or one around us, would. */
static void refuse_listeners(unsigned number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 8, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | number),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { IT_COUNT_OF(code), code };

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void check_missing(unsigned number, const char *text)
{
	struct it_tracer_options options = { .mechanism = MECHANISM };
	struct it_touched touched = { 0 };
	struct it_tracer *tracer = NULL;
	struct intoto_error *err = NULL;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		refuse_listeners(number);
		MUST(it_tracer_new(&tracer, &options, &touched, &err) == INTOTO_E_UNSUPPORTED);
		MUST(strstr(intoto_error_text(err), text) != NULL);
		MUST(!tracer && touched.statement.passed_over.count == 1);
		MUST(strstr(touched.statement.passed_over.items[0], text) != NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void says_why_it_does_not_work_here(void **state)
{
	(void)state;
	check_missing(ENOSYS, "user-notification: Function not implemented");
	check_missing(EPERM, "user-notification: Operation not permitted");
	check_missing(EBUSY, "user-notification: somebody else is notified");
	check_missing(EINVAL, "user-notification: Invalid argument");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TRACING_TESTS,
		TEST(says_why_it_does_not_work_here),
	};

	touching_act(argc, argv);
	if (!works_here())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
