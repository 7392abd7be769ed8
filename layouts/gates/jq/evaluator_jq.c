/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper of the gate "rule": evaluates one jq program over one input, both from standard input
 * as { "input", "rule" }, and says what came of it as { "outcome", "text" } on standard output.
 *
 * It is a program of its own, started behind the door of attestors, because a rule is somebody's
 * program: it may run without end or take all memory, and the library that evaluates it has no
 * bounds.  outcome is one of: true, false, null, other (text says what), none, several, error (text
 * says why).
 */
#include <jq.h>
#include <jv.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { TEXT_MAX = 2000, STATUS_USAGE = 64, STATUS_DATA = 65 };

/* The first thing that the compiler of the language says; later ones follow from it. */
static void keep_first(void *arg, jv message)
{
	jv *first = arg;
	jv text = jv_get_kind(message) == JV_KIND_STRING ? message : jv_dump_string(message, 0);

	if (jv_is_valid(*first)) {
		jv_free(text);
		return;
	}
	jv_free(*first);
	*first = text;
}

/* A rule that prints, or reads more input, has nothing to print to and nothing to read. */
static void drop(void *arg, jv message)
{
	(void)arg;
	jv_free(message);
}

static jv no_input(jq_state *state, void *arg)
{
	(void)state;
	(void)arg;
	return jv_invalid();
}

static jv result_of(const char *outcome, jv text)
{
	jv result = jv_object();

	result = jv_object_set(result, jv_string("outcome"), jv_string(outcome));
	return jv_object_set(result, jv_string("text"), text);
}

/* Takes message. */
static jv error_of(jv message)
{
	jv text = message;

	if (!jv_is_valid(text)) {
		jv_free(text);
		text = jv_string("it gives no reason");
	} else if (jv_get_kind(text) != JV_KIND_STRING) {
		text = jv_dump_string(text, 0);
	}
	if (jv_string_length_bytes(jv_copy(text)) > TEXT_MAX)
		text = jv_string_slice(text, 0, TEXT_MAX / 4);
	return result_of("error", text);
}

/* Takes value. */
static jv describe(jv value)
{
	jv_kind kind = jv_get_kind(value);
	jv name = jv_string(jv_kind_name(kind));

	jv_free(value);
	if (kind == JV_KIND_TRUE)
		return result_of("true", name);
	if (kind == JV_KIND_FALSE)
		return result_of("false", name);
	return result_of(kind == JV_KIND_NULL ? "null" : "other", name);
}

/* Takes what jq_next gave last: no value, with the message of an error or without. */
static jv describe_end(jv end)
{
	if (jv_invalid_has_msg(jv_copy(end)))
		return error_of(jv_invalid_get_msg(end));
	jv_free(end);
	return result_of("none", jv_string(""));
}

/* Takes input. */
static jv evaluate(jq_state *state, jv input)
{
	jv first;
	jv second;

	jq_start(state, input, 0);
	first = jq_next(state);
	if (jq_halted(state)) {
		jv_free(first);
		return error_of(jv_string("it halts"));
	}
	if (!jv_is_valid(first))
		return describe_end(first);
	second = jq_next(state);
	if (jv_is_valid(second)) {
		jv_free(first);
		jv_free(second);
		return result_of("several", jv_string(""));
	}
	if (jv_invalid_has_msg(jv_copy(second)) || jq_halted(state)) {
		jv_free(first);
		return describe_end(second);
	}
	jv_free(second);
	return describe(first);
}

/* Takes rule and input. */
static jv judge(jv rule, jv input)
{
	jq_state *state = jq_init();
	jv why = jv_invalid();
	jv result;

	if (!state) {
		jv_free(input);
		jv_free(rule);
		return error_of(jv_string("out of memory"));
	}
	jq_set_error_cb(state, keep_first, &why);
	jq_set_debug_cb(state, drop, NULL);
	jq_set_input_cb(state, no_input, NULL);
	/* Nothing can be imported: there is no folder to look in. */
	jq_set_attr(state, jv_string("JQ_LIBRARY_PATH"), jv_array());
	if (jq_compile(state, jv_string_value(rule))) {
		result = evaluate(state, input);
		jv_free(why);
	} else {
		jv_free(input);
		result = error_of(why);
	}
	jv_free(rule);
	jq_teardown(&state);
	return result;
}

int main(int argc, char **argv)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(INT_MAX);
	jv request;
	jv rule;
	jv answer;
	int written;

	if (argc != 2 || !it_streq(argv[1], "judge"))
		return STATUS_USAGE;
	if (it_file_read(&text, "-", NULL))
		return STATUS_DATA;
	request = jv_parse_sized(it_buf_text(&text), (int)text.len);
	it_buf_done(&text);
	if (jv_get_kind(request) != JV_KIND_OBJECT)
		return STATUS_DATA;
	rule = jv_object_get(jv_copy(request), jv_string("rule"));
	if (jv_get_kind(rule) != JV_KIND_STRING)
		return STATUS_DATA;
	answer = jv_dump_string(judge(rule, jv_object_get(request, jv_string("input"))), 0);
	written = it_fd_write(STDOUT_FILENO, it_span_text(jv_string_value(answer)), NULL);
	jv_free(answer);
	return written ? STATUS_DATA : 0;
}
