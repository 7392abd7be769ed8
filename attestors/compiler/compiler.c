/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attestor "compiler": the tools that a step ran.  Which they were says a runtime trace that is
 * given as input, or the user by name, or else the command of the step; each with its path, its
 * digest, and the line by which it names its version when it is asked, in the sandbox.
 */
#include <limits.h>
#include <string.h>

#include "attestors/compiler/tools.h"

#define PREDICATE "https://in-toto.io/intoto/compiler/v1"

enum { INPUTS_MAX = 16 };

/* --- which tools --- */

static const char *command_of(const struct intoto_request *request)
{
	const struct intoto_value *step =
		intoto_value_get(intoto_request_document(request), "step");

	return intoto_value_text(intoto_value_at(intoto_value_get(step, "command"), 0));
}

static int gather(struct tools *tools, const struct intoto_request *request,
		  struct intoto_error **err)
{
	const char *folder = intoto_request_folder(request);
	const char *command = command_of(request);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < intoto_request_option_count(request, "tool"); i++)
		rc = tools_find(tools, intoto_request_option_at(request, "tool", i), folder,
				"option", err);
	for (size_t i = 0; !rc && i < intoto_request_input_count(request); i++)
		rc = tools_read_trace(tools, intoto_request_input(request, i), err);
	if (!rc && !tools->count && command)
		rc = tools_find(tools, command, folder, "command", err);
	if (!rc && !tools->count)
		rc = intoto_attestor_fail(err, INTOTO_E_USAGE,
					  "no tool: give a runtime trace as input, or names with "
					  "the option \"tool\"");
	return rc;
}

/* --- the predicate --- */

static void write_digest(struct intoto_json_out *out, const char *name, const char *sha256)
{
	if (!*sha256)
		return;
	intoto_out_name(out, name);
	intoto_out_object(out);
	intoto_out_member(out, "sha256", sha256);
	intoto_out_object_end(out);
}

static bool has_changed(const struct tool *tool)
{
	return tool->traced[0] && tool->sha256[0] && !intoto_text_same(tool->traced, tool->sha256);
}

static void write_tool(struct intoto_json_out *out, const struct tool *tool)
{
	const char *name = strrchr(tool->path, '/');
	TOOL_OWNED(tool_free_text) char *resolved = realpath(tool->path, NULL);

	intoto_out_object(out);
	write_digest(out, "digest", tool->traced[0] ? tool->traced : tool->sha256);
	if (has_changed(tool))
		write_digest(out, "digestNow", tool->sha256);
	intoto_out_name(out, "known");
	intoto_out_bool(out, tool_is_known(tool->path));
	intoto_out_member(out, "name", name ? name + 1 : tool->path);
	intoto_out_member(out, "path", tool->path);
	if (!intoto_text_same(resolved, tool->path))
		intoto_out_member(out, "resolved", resolved);
	intoto_out_member(out, "source", tool->source);
	intoto_out_member(out, "version", tool->version);
	intoto_out_object_end(out);
}

static void write_traces(struct intoto_json_out *out, const struct intoto_request *request)
{
	intoto_out_name(out, "traces");
	intoto_out_list(out);
	for (size_t i = 0; i < intoto_request_input_count(request); i++) {
		const struct intoto_input *input = intoto_request_input(request, i);

		intoto_out_object(out);
		write_digest(out, "digest", input->sha256);
		intoto_out_member(out, "name", input->name);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
}

static int note(const struct tools *tools, struct intoto_answer *answer, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (tools->left_out)
		rc = intoto_answer_note(answer, err, "%zu more programs of the trace are left out",
					tools->left_out);
	for (size_t i = 0; !rc && i < tools->count && i < 20; i++)
		if (has_changed(&tools->items[i]))
			rc = intoto_answer_note(answer, err,
						"%s has changed since it ran, and was not asked "
						"for its version",
						tools->items[i].path);
	return rc;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	TOOL_OWNED(tools_done) struct tools *tools = calloc(1, sizeof *tools);
	struct intoto_json_out *out;
	int rc = INTOTO_OK;

	if (!tools)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	rc = gather(tools, request, err);
	for (size_t i = 0; !rc && i < tools->count; i++)
		rc = tool_examine(&tools->items[i], err);
	if (!rc)
		rc = intoto_answer_begin(answer, PREDICATE, &out, err);
	if (rc)
		return rc;
	intoto_out_object(out);
	intoto_out_name(out, "tools");
	intoto_out_list(out);
	for (size_t i = 0; i < tools->count; i++)
		write_tool(out, &tools->items[i]);
	intoto_out_list_end(out);
	write_traces(out, request);
	intoto_out_object_end(out);
	rc = intoto_answer_end(answer, err);
	return rc ? rc : note(tools, answer, err);
}

static const char *const predicates[] = { PREDICATE, NULL };

static const struct intoto_attestor_option options[] = {
	{ "tool", "NAME|PATH", "a tool that was run, as cc or /usr/bin/cc", true },
	{ 0 },
};

static const struct intoto_attestor attestor = {
	.name = "compiler",
	.summary = "the tools that the step ran, with digests and versions",
	.predicates = predicates,
	.options = options,
	.inputs_most = INPUTS_MAX,
	.needs = INTOTO_NEEDS_PROGRAMS,
	.memory_bytes = UINT64_C(2) << 30,
	.seconds = 600,
	.attest = attest,
};

int main(int argc, char **argv)
{
	return intoto_attestor_main(argc, argv, &attestor);
}
