/* SPDX-License-Identifier: Apache-2.0 */
/* Shell scripts run as commands, and what was recorded of them.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_RUN_SCRIPT_H
#define INTOTO_TESTS_UNIT_RUN_SCRIPT_H

#include <signal.h>
#include <string.h>

#include "run/command.h"

/* One run of a shell script; quiet and recorded unless a test changes it. */
struct run {
	struct it_command_options options;
	struct it_command_result result;
	struct it_strings argv;
	struct it_strings accept;
};

#define RUN                                                                                        \
	{                                                                                          \
		.options = {.record_streams = true, .quiet = true }                                \
	}

static inline void run_done(struct run *run)
{
	it_command_result_done(&run->result);
	it_strings_done(&run->argv);
	it_strings_done(&run->accept);
}

static inline void prepare(struct run *run, const char *script)
{
	const char *words[] = { "sh", "-c", script };

	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		assert_int_equal(it_strings_add(&run->argv, words[i], NULL), 0);
	run->options.argv = run->argv.items;
	run->options.accept = &run->accept;
}

static inline void run_script(struct run *run, const char *script)
{
	struct intoto_error *err = NULL;

	prepare(run, script);
	if (it_command_run(&run->result, &run->options, &err))
		fail_msg("%s", intoto_error_text(err));
}

static inline struct it_span text_of(const struct run *run, const char *member)
{
	return it_json_text(it_json_get(run->result.byproducts, member));
}

static inline void check_text(const struct run *run, const char *member, const char *want)
{
	struct it_span found = text_of(run, member);

	assert_non_null(found.data);
	assert_string_equal(found.data, want);
	assert_int_equal(found.len, strlen(want));
}

static inline void check_int(const struct run *run, const char *member, int64_t want)
{
	int64_t found;

	assert_true(it_json_int(it_json_get(run->result.byproducts, member), &found));
	assert_true(found == want);
}

static inline bool has_true(const struct run *run, const char *member)
{
	bool found = false;

	return it_json_bool(it_json_get(run->result.byproducts, member), &found) && found;
}

static inline void lacks(const struct run *run, const char *member)
{
	assert_null(it_json_get(run->result.byproducts, member));
}

/* In a process of its own: a test that runs in the background ignores what Ctrl-C sends. */
static inline void usual_signals(void)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGTSTP };

	for (size_t i = 0; i < IT_COUNT_OF(numbers); i++)
		assert_true(signal(numbers[i], SIG_DFL) != SIG_ERR);
}

#endif
