/* SPDX-License-Identifier: Apache-2.0 */
/* Where passphrases come from; the terminal is a pseudo terminal of our own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/passphrase.h"
#include "tests/unit/refused.h"

static char secret_file[] = "/tmp/intoto-passphrase.XXXXXX";

/* One answer; *len says how long. */
static int get(struct it_passphrase *source, unsigned attempt, char out[64], size_t *len,
	       struct intoto_error **err)
{
	memset(out, '#', 64);
	return it_passphrase_get(source, "alice.key", attempt, out, 63, len, err);
}

static void assert_got(struct it_passphrase *source, const char *want)
{
	struct intoto_error *err = NULL;
	char out[64];
	size_t len;

	assert_int_equal(get(source, 0, out, &len, &err), 0);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(out, want, len);
}

static void assert_not_got(struct it_passphrase *source, unsigned attempt, enum intoto_code code,
			   const char *text)
{
	struct intoto_error *err = NULL;
	char out[64];
	size_t len = 99;

	assert_refused(get(source, attempt, out, &len, &err), &err, code, text);
	assert_int_equal(len, 0);
}

static void write_secret(const char *text, size_t len)
{
	assert_int_equal(it_file_write(secret_file, it_span(text, len), 0600, 0, NULL), 0);
}

static void the_first_line_of_a_file_counts(void **state)
{
	struct it_passphrase source = { .file = secret_file };

	(void)state;
	write_secret("s3cret word\nsecond\n", 19);
	assert_got(&source, "s3cret word");
	assert_got(&source, "s3cret word");
	write_secret("no newline", 10);
	assert_got(&source, "no newline");
	write_secret("\nsecond", 7);
	assert_got(&source, "");
}

static void refuses_a_file_without_a_line(void **state)
{
	struct it_passphrase source = { .file = secret_file };

	(void)state;
	write_secret("", 0);
	assert_not_got(&source, 0, INTOTO_E_KEY, "is empty, want a passphrase");
	source.file = "/nonexistent/secret";
	assert_not_got(&source, 0, INTOTO_E_NOTFOUND,
		       "--passphrase-file: /nonexistent/secret: No such file or directory");
	source.file = "/tmp";
	assert_not_got(&source, 0, INTOTO_E_IO, "--passphrase-file: /tmp: ");
}

static void refuses_a_passphrase_that_does_not_fit(void **state)
{
	struct it_passphrase source = { .file = secret_file };
	char text[64];

	(void)state;
	memset(text, 'a', sizeof text);
	text[63] = '\n';
	write_secret(text, 64);
	text[63] = '\0';
	assert_got(&source, text);
	text[63] = 'a';
	write_secret(text, 64);
	assert_not_got(&source, 0, INTOTO_E_KEY, "the passphrase is longer than 63 bytes");
	write_secret("", 0);
	source.file = NULL;
	source.env = "INTOTO_UNIT_SECRET";
	assert_int_equal(setenv("INTOTO_UNIT_SECRET",
				"123456789012345678901234567890123456789012345678901234567890abcd",
				1),
			 0);
	assert_not_got(&source, 0, INTOTO_E_KEY, "the passphrase is longer than 63 bytes");
}

static void a_descriptor_has_one_line_for_each_key(void **state)
{
	struct it_passphrase source = { 0 };
	char number[16];
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "one\ntwo", 7), 7);
	assert_int_equal(close(pipes[1]), 0);
	(void)snprintf(number, sizeof number, "%d", pipes[0]);
	source.fd = number;
	assert_got(&source, "one");
	assert_got(&source, "two");
	assert_not_got(&source, 0, INTOTO_E_KEY, "want 3 lines, one for each key, found 2");
	assert_int_equal(close(pipes[0]), 0);
	assert_not_got(&source, 0, INTOTO_E_IO, "--passphrase-fd ");
}

static void refuses_a_descriptor_that_is_no_number(void **state)
{
	static const char *const wrong[] = { "", "x", "-1", "3x", "99999999999" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++) {
		struct it_passphrase source = { .fd = wrong[i] };

		assert_not_got(&source, 0, INTOTO_E_USAGE,
			       "option --passphrase-fd wants a number, found '");
	}
}

static void a_variable_counts_whole_and_leaves_the_environment(void **state)
{
	struct it_passphrase source = { .env = "INTOTO_UNIT_SECRET" };
	struct it_passphrase late = { .env = "INTOTO_UNIT_SECRET" };
	const char *memory;

	(void)state;
	assert_int_equal(setenv("INTOTO_UNIT_SECRET", "from env\n", 1), 0);
	memory = getenv("INTOTO_UNIT_SECRET");
	assert_got(&source, "from env\n");
	assert_null(getenv("INTOTO_UNIT_SECRET"));
	assert_int_equal(memory[0], '\0');
	assert_got(&source, "from env\n");
	assert_not_got(&late, 0, INTOTO_E_KEY,
		       "--passphrase-env: there is no variable 'INTOTO_UNIT_SECRET'");
}

static void a_variable_may_stay_for_another_source(void **state)
{
	struct it_passphrase source = { .env = "INTOTO_UNIT_SECRET", .env_stays = true };
	struct it_passphrase other = { .env = "INTOTO_UNIT_SECRET", .prefix = "new-" };

	(void)state;
	assert_int_equal(setenv("INTOTO_UNIT_SECRET", "both", 1), 0);
	assert_got(&source, "both");
	assert_got(&other, "both");
	assert_null(getenv("INTOTO_UNIT_SECRET"));
}

static void refuses_a_second_answer_from_a_source_that_has_one(void **state)
{
	struct it_passphrase source = { .file = secret_file };

	(void)state;
	write_secret("wrong\n", 6);
	assert_not_got(&source, 1, INTOTO_E_KEY, "wrong passphrase");
}

static void refuses_an_empty_passphrase_for_a_new_key(void **state)
{
	struct it_passphrase source = { .file = secret_file, .confirm = true };

	(void)state;
	write_secret("\n", 1);
	assert_not_got(&source, 0, INTOTO_E_KEY, "the new passphrase is empty");
}

static void refuses_two_sources(void **state)
{
	struct it_passphrase source = { .file = secret_file, .env = "HOME" };
	struct it_passphrase prefixed = { .fd = "0", .env = "HOME", .prefix = "new-" };
	struct it_passphrase none = { .fd = "0", .none = true, .without = "--remove" };

	(void)state;
	assert_not_got(
		&source, 0, INTOTO_E_USAGE,
		"want one of --passphrase-file, --passphrase-fd and --passphrase-env, found 2");
	assert_not_got(&prefixed, 0, INTOTO_E_USAGE, "want one of --new-passphrase-file");
	assert_not_got(&none, 0, INTOTO_E_USAGE, "option --remove contradicts");
}

/* What a child process does with its terminal; its exit status tells. */
struct session {
	pid_t pid;
	int terminal;
	char shown[4096];
	size_t len;
};

static int answer_with(const char *want, bool confirm)
{
	struct it_passphrase source = { .confirm = confirm };
	struct intoto_error *err = NULL;
	char out[64];
	size_t len;
	int rc = get(&source, 0, out, &len, &err);

	if (rc) {
		(void)fprintf(stderr, "error %d: %s\n", rc, intoto_error_text(err));
		intoto_error_free(err);
		return -rc;
	}
	return it_span_eq(it_span(out, len), it_span_text(want)) ? 0 : 99;
}

static void open_session(struct session *session, const char *want, bool confirm)
{
	*session = (struct session){ 0 };
	session->pid = forkpty(&session->terminal, NULL, NULL, NULL);
	assert_true(session->pid >= 0);
	if (session->pid == 0)
		_exit(answer_with(want, confirm));
}

/* Reads until the terminal shows text count times. */
static void wait_for(struct session *session, const char *text, int count)
{
	for (;;) {
		struct pollfd watched = { session->terminal, POLLIN, 0 };
		const char *at = session->shown;
		int seen = 0;
		ssize_t got;

		while ((at = strstr(at, text))) {
			at++;
			seen++;
		}
		if (seen >= count)
			return;
		if (poll(&watched, 1, 20000) != 1)
			fail_msg("\"%s\" was not shown, but \"%s\"", text, session->shown);
		got = read(session->terminal, session->shown + session->len,
			   sizeof session->shown - 1 - session->len);
		if (got <= 0)
			fail_msg("\"%s\" was not shown before the end, but \"%s\"", text,
				 session->shown);
		session->len += (size_t)got;
	}
}

static bool echoes(const struct session *session)
{
	struct termios terminal;

	assert_int_equal(tcgetattr(session->terminal, &terminal), 0);
	return (terminal.c_lflag & ECHO) != 0;
}

static void type(const struct session *session, const char *text)
{
	assert_int_equal(write(session->terminal, text, strlen(text)), (ssize_t)strlen(text));
}

/* The wait status of the child, after everything that it showed was read. */
static int close_session(struct session *session)
{
	int status;
	ssize_t got;

	while ((got = read(session->terminal, session->shown + session->len,
			   sizeof session->shown - 1 - session->len)) > 0)
		session->len += (size_t)got;
	assert_int_equal(waitpid(session->pid, &status, 0), session->pid);
	assert_int_equal(close(session->terminal), 0);
	return status;
}

static void a_prompt_shows_the_question_and_not_the_answer(void **state)
{
	struct session session;

	(void)state;
	open_session(&session, "typed secret", false);
	wait_for(&session, "Passphrase for alice.key: ", 1);
	assert_false(echoes(&session));
	type(&session, "typed secret\n");
	assert_int_equal(close_session(&session), 0);
	assert_null(strstr(session.shown, "typed"));
}

static void a_new_passphrase_is_asked_twice(void **state)
{
	struct session session;

	(void)state;
	open_session(&session, "same", true);
	wait_for(&session, "New passphrase for alice.key: ", 1);
	type(&session, "same\n");
	wait_for(&session, "The same again for alice.key: ", 1);
	assert_false(echoes(&session));
	type(&session, "same\n");
	assert_int_equal(close_session(&session), 0);
}

static void different_answers_are_asked_again_and_then_refused(void **state)
{
	struct session session;

	(void)state;
	open_session(&session, "same", true);
	for (int i = 1; i <= 3; i++) {
		wait_for(&session, "New passphrase for alice.key: ", i);
		type(&session, "same\n");
		wait_for(&session, "The same again for alice.key: ", i);
		type(&session, "some\n");
	}
	assert_int_equal(WEXITSTATUS(close_session(&session)), -INTOTO_E_KEY);
	assert_non_null(strstr(session.shown, "the two passphrases differ"));
}

static void the_end_of_input_is_no_answer(void **state)
{
	struct session session;

	(void)state;
	open_session(&session, "", false);
	wait_for(&session, "Passphrase for alice.key: ", 1);
	type(&session, "\004");
	assert_int_equal(WEXITSTATUS(close_session(&session)), -INTOTO_E_KEY);
	assert_non_null(strstr(session.shown, "no passphrase was given"));
}

static void refuses_an_answer_that_is_too_long(void **state)
{
	struct session session;
	char text[80];

	(void)state;
	memset(text, 'a', sizeof text);
	text[64] = '\n';
	text[65] = '\0';
	open_session(&session, "", false);
	wait_for(&session, "Passphrase for alice.key: ", 1);
	type(&session, text);
	assert_int_equal(WEXITSTATUS(close_session(&session)), -INTOTO_E_KEY);
	assert_non_null(strstr(session.shown, "the passphrase is longer than 63 bytes"));
}

static void signals_find_the_echo_restored(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(numbers); i++) {
		struct session session;
		siginfo_t end;

		open_session(&session, "", false);
		wait_for(&session, "Passphrase for alice.key: ", 1);
		assert_false(echoes(&session));
		assert_int_equal(kill(session.pid, numbers[i]), 0);
		assert_int_equal(waitid(P_PID, (id_t)session.pid, &end, WEXITED | WNOWAIT), 0);
		assert_int_equal(end.si_status, numbers[i]);
		assert_true(echoes(&session));
		assert_true(WIFSIGNALED(close_session(&session)));
	}
}

static void the_interrupt_key_works_while_asking(void **state)
{
	struct session session;

	(void)state;
	open_session(&session, "", false);
	wait_for(&session, "Passphrase for alice.key: ", 1);
	type(&session, "half\003");
	assert_int_equal(WTERMSIG(close_session(&session)), SIGINT);
	assert_null(strstr(session.shown, "half"));
}

static void a_stopped_program_asks_again_when_it_continues(void **state)
{
	struct session session;
	siginfo_t stop;

	(void)state;
	open_session(&session, "whole", false);
	wait_for(&session, "Passphrase for alice.key: ", 1);
	assert_int_equal(kill(session.pid, SIGSTOP), 0); /* cannot be held back */
	assert_int_equal(waitid(P_PID, (id_t)session.pid, &stop, WSTOPPED), 0);
	assert_int_equal(kill(session.pid, SIGCONT), 0);
	type(&session, "whole\n");
	assert_int_equal(close_session(&session), 0);
}

static void refuses_to_ask_without_a_terminal(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct it_passphrase source = { .prefix = "new-", .without = "--remove" };
		struct intoto_error *err = NULL;
		char out[64];
		size_t len;
		int rc;

		(void)setsid(); /* a new session has no terminal */
		rc = get(&source, 0, out, &len, &err);
		status = rc == INTOTO_E_KEY &&
			 strstr(intoto_error_text(err),
				"there is no terminal to ask for the passphrase on: "
				"want --new-passphrase-file, --new-passphrase-fd, "
				"--new-passphrase-env or --remove");
		intoto_error_free(err);
		_exit(status ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int make_file(void **state)
{
	int fd = mkstemp(secret_file);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(secret_file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_of_a_file_counts),
		cmocka_unit_test(refuses_a_file_without_a_line),
		cmocka_unit_test(refuses_a_passphrase_that_does_not_fit),
		cmocka_unit_test(a_descriptor_has_one_line_for_each_key),
		cmocka_unit_test(refuses_a_descriptor_that_is_no_number),
		cmocka_unit_test(a_variable_counts_whole_and_leaves_the_environment),
		cmocka_unit_test(a_variable_may_stay_for_another_source),
		cmocka_unit_test(refuses_a_second_answer_from_a_source_that_has_one),
		cmocka_unit_test(refuses_an_empty_passphrase_for_a_new_key),
		cmocka_unit_test(refuses_two_sources),
		cmocka_unit_test(a_prompt_shows_the_question_and_not_the_answer),
		cmocka_unit_test(a_new_passphrase_is_asked_twice),
		cmocka_unit_test(different_answers_are_asked_again_and_then_refused),
		cmocka_unit_test(the_end_of_input_is_no_answer),
		cmocka_unit_test(refuses_an_answer_that_is_too_long),
		cmocka_unit_test(signals_find_the_echo_restored),
		cmocka_unit_test(the_interrupt_key_works_while_asking),
		cmocka_unit_test(a_stopped_program_asks_again_when_it_continues),
		cmocka_unit_test(refuses_to_ask_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
