/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and running commands, with a small tree of our own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/dispatch.h"

struct child_options {
	const char *status;
	bool text;
};

/* clang-format off */
static const struct it_option child_table[] = {
	IT_VALUE(struct child_options, status, 's', "status", "N", "fail with this class of error"),
	IT_FLAG(struct child_options, text, 't', "text", "print a line"),
};
/* clang-format on */

static int child_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	const struct child_options *self = options;
	uint64_t number = 0;

	if (self->text)
		(void)printf("line %zu\n", operands->count);
	if (!self->status)
		return IT_EXIT_NO;
	assert_true(it_parse_u64(self->status, 100, &number));
	(void)it_err_set(err, -(int)number, "it broke");
	return IT_EXIT_FROM_ERROR;
}

static const struct it_command child = {
	.name = "child",
	.synopsis = "[OPTIONS]",
	.summary = "a child",
	.examples = "group child -t\ngroup child -s 3",
	.options = child_table,
	.option_count = IT_COUNT_OF(child_table),
	.options_size = sizeof(struct child_options),
	.run = child_run,
};

static const struct it_command wrapper = {
	.name = "wrap",
	.synopsis = "[OPTIONS]",
	.summary = "says 125",
	.options = child_table,
	.option_count = IT_COUNT_OF(child_table),
	.options_size = sizeof(struct child_options),
	.run = child_run,
	.failure = 125,
};

static const struct it_command *const children[] = { &child, NULL };
static const struct it_command group = {
	.name = "group", .synopsis = "COMMAND", .summary = "a group", .children = children
};
static const struct it_command *const commands[] = { &group, &wrapper, NULL };
const struct it_command it_cmd_root = {
	.name = "intoto", .synopsis = "COMMAND", .summary = "the root", .children = commands
};

static char said[8192]; /* both streams of the last program */
static char folder[] = "/tmp/intoto-dispatch.XXXXXX";
static const char *libexec = folder;

/* In a child process, since a helper replaces it; -1 for a signal. */
static int run_words(const char *const *words)
{
	const struct it_program program = { &it_cmd_root, libexec, NULL };
	int pipes[2];
	size_t len = 0;
	ssize_t got;
	int status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		IT_AUTO(it_strings_done) struct it_strings list = { 0 };

		for (; *words; words++)
			(void)it_strings_add(&list, *words, NULL); /* words are there */
		if (dup2(pipes[1], 1) != 1 || dup2(pipes[1], 2) != 2)
			_exit(99);
		status = it_dispatch(&program, (int)list.count, list.items);
		it_strings_done(&list);
		_exit(status);
	}
	(void)close(pipes[1]); /* the child has it */
	while ((got = read(pipes[0], said + len, sizeof said - 1 - len)) > 0)
		len += (size_t)got;
	said[len] = '\0';
	(void)close(pipes[0]); /* only read */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(...) run_words((const char *const[]){ __VA_ARGS__, NULL })

static void assert_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" does not say \"%s\"", said, text);
}

static void the_status_is_the_commands_own(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "group", "child", "-t", "a", "b"), 1);
	assert_string_equal(said, "line 2\n");
}

static void the_programs_name_is_the_first_word(void **state)
{
	(void)state;
	assert_int_equal(RUN("/usr/bin/intoto-group", "child", "-t"), 1);
	assert_int_equal(RUN("intoto-wrap", "-t", "a"), 1);
	assert_string_equal(said, "line 1\n");
}

static void refuses_a_name_of_its_own_that_is_no_command(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto-wrp", "-t"), 64);
	assert_string_equal(
		said, "intoto: unknown command 'wrp', did you mean wrap? (see 'intoto --help')\n");
}

static void refuses_an_unknown_command_with_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "gruop"), 64);
	assert_string_equal(
		said,
		"intoto: unknown command 'gruop', did you mean group? (see 'intoto --help')\n");
	assert_int_equal(RUN("intoto", "group", "chil"), 64);
	assert_said("intoto group: unknown command 'chil', did you mean child? (see 'intoto group "
		    "--help')\n");
	assert_int_equal(RUN("intoto", "\033]0;x"), 64);
	assert_said("unknown command '\\u{1b}]0;x' (see");
}

static void refuses_to_guess_a_missing_command(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto"), 64);
	assert_string_equal(said, "intoto: want a command: group, wrap (see 'intoto --help')\n");
	assert_int_equal(RUN("intoto", "group"), 64);
	assert_string_equal(said,
			    "intoto group: want a command: child (see 'intoto group --help')\n");
}

static void a_mistake_is_one_line_that_shows_the_way(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "group", "child", "--nope"), 64);
	assert_string_equal(
		said,
		"intoto group child: unknown option '--nope' (see 'intoto group child --help')\n");
}

static void errors_become_statuses_by_their_class(void **state)
{
	static const int want[] = { 0, 74, 74, 65, 65, 65, 66, 65, 1, 1, 69, 64, 70 };

	(void)state;
	for (size_t i = 1; i < IT_COUNT_OF(want); i++) {
		char number[24];

		(void)snprintf(number, sizeof number, "%zu", i);
		assert_int_equal(RUN("intoto", "group", "child", "-s", number), want[i]);
		assert_said("intoto group child: it broke");
	}
}

static void a_wrappers_own_failure_is_125_but_a_mistake_stays_64(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "wrap", "-s", "3"), 125);
	assert_string_equal(said, "intoto wrap: it broke\n");
	assert_int_equal(RUN("intoto", "wrap", "-s", "2"), 125);
	assert_int_equal(RUN("intoto", "wrap", "--nope"), 64);
}

static void help_names_every_option_and_exits_0(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "group", "child", "--help", "--nope"), 0);
	assert_said("usage: intoto group child [OPTIONS]\n\na child\n");
	assert_said("  -s, --status N  fail with this class of error\n");
	assert_said("  -t, --text      print a line\n");
	assert_said("examples:\n  group child -t\n  group child -s 3\n");
	assert_said("manual: man intoto-group\n");
	assert_int_equal(RUN("intoto", "--help"), 0);
	assert_said("  group  a group\n  wrap   says 125\n");
	assert_int_equal(RUN("intoto", "group", "-h"), 0);
	assert_said("  child  a child\n");
}

static void the_version_is_the_librarys(void **state)
{
	(void)state;
	assert_int_equal(RUN("intoto", "--version"), 0);
	assert_string_equal(said, "intoto " INTOTO_VERSION "\n");
	assert_int_equal(RUN("intoto-group", "--version"), 0);
	assert_int_equal(RUN("intoto", "wrap", "--version"), 0);
	assert_string_equal(said, "intoto " INTOTO_VERSION "\n");
}

static void write_script(const char *name, const char *text, mode_t mode)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(it_file_write(path, it_span_text(text), mode, 0, NULL), 0);
}

static void a_helper_in_libexec_gets_the_remaining_words(void **state)
{
	(void)state;
	write_script("intoto-image", "#!/bin/sh\necho \"helper $*\"\nexit 7\n", 0755);
	assert_int_equal(RUN("intoto", "image", "push", "--all"), 7);
	assert_string_equal(said, "helper push --all\n");
}

static void refuses_a_helper_that_is_no_plain_file_or_cannot_run(void **state)
{
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/intoto-folder", folder);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(RUN("intoto", "folder"), 64);
	assert_said("unknown command 'folder'");
	write_script("intoto-dead", "no program", 0644);
	assert_int_equal(RUN("intoto", "dead"), 69);
	assert_said("intoto-dead: ");
}

static void refuses_a_helpers_name_with_a_path_in_it(void **state)
{
	(void)state;
	write_script("intoto-up", "#!/bin/sh\nexit 0\n", 0755);
	assert_int_equal(RUN("intoto", "up"), 0);
	assert_int_equal(RUN("intoto", "folder/../intoto-up"), 64);
	assert_int_equal(RUN("intoto", "./up"), 64);
}

static void refuses_a_helper_from_the_path_variable(void **state)
{
	(void)state;
	write_script("intoto-elsewhere", "#!/bin/sh\nexit 0\n", 0755);
	assert_int_equal(setenv("PATH", folder, 1), 0);
	libexec = "/nonexistent";
	assert_int_equal(RUN("intoto", "elsewhere"), 64);
	libexec = folder;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "image", "dead", "up", "elsewhere" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		(void)snprintf(path, sizeof path, "%s/intoto-%s", folder, names[i]);
		(void)unlink(path); /* maybe it was not made */
	}
	(void)snprintf(path, sizeof path, "%s/intoto-folder", folder);
	(void)rmdir(path);
	return rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_is_the_commands_own),
		cmocka_unit_test(the_programs_name_is_the_first_word),
		cmocka_unit_test(refuses_a_name_of_its_own_that_is_no_command),
		cmocka_unit_test(refuses_an_unknown_command_with_the_nearest),
		cmocka_unit_test(refuses_to_guess_a_missing_command),
		cmocka_unit_test(a_mistake_is_one_line_that_shows_the_way),
		cmocka_unit_test(errors_become_statuses_by_their_class),
		cmocka_unit_test(a_wrappers_own_failure_is_125_but_a_mistake_stays_64),
		cmocka_unit_test(help_names_every_option_and_exits_0),
		cmocka_unit_test(the_version_is_the_librarys),
		cmocka_unit_test(a_helper_in_libexec_gets_the_remaining_words),
		cmocka_unit_test(refuses_a_helper_that_is_no_plain_file_or_cannot_run),
		cmocka_unit_test(refuses_a_helpers_name_with_a_path_in_it),
		cmocka_unit_test(refuses_a_helper_from_the_path_variable),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
