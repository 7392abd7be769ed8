/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of an attestor as JSON. */
#include "attestors/kit/manifest.h"

#include "base/attr.h"

static const struct {
	unsigned need;
	const char *word;
} needs[] = {
	{ INTOTO_NEEDS_NETWORK, "network" }, { INTOTO_NEEDS_ARTIFACTS, "artifacts" },
	{ INTOTO_NEEDS_OUTPUT, "output" },   { INTOTO_NEEDS_PROGRAMS, "programs" },
	{ INTOTO_NEEDS_FOLDER, "folder" },   { INTOTO_NEEDS_STEP, "step" },
};

enum {
	DEFAULT_SECONDS = 60,
	DEFAULT_MEMORY = 256 << 20,
	DEFAULT_OUTPUT = 64 << 20,
};

uint64_t it_manifest_output(const struct intoto_attestor *attestor)
{
	return attestor->output_bytes ? attestor->output_bytes : DEFAULT_OUTPUT;
}

static void write_texts(struct intoto_json_out *out, const char *name, const char *const *texts)
{
	intoto_out_name(out, name);
	intoto_out_list(out);
	for (; texts && *texts; texts++)
		intoto_out_text(out, *texts);
	intoto_out_list_end(out);
}

static void write_number(struct intoto_json_out *out, const char *name, uint64_t number)
{
	intoto_out_name(out, name);
	intoto_out_int(out, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static void write_options(struct intoto_json_out *out, const struct intoto_attestor_option *option)
{
	intoto_out_name(out, "options");
	intoto_out_list(out);
	for (; option && option->name; option++) {
		intoto_out_object(out);
		intoto_out_member(out, "name", option->name);
		intoto_out_member(out, "argument", option->argument);
		intoto_out_member(out, "summary", option->summary);
		intoto_out_name(out, "many");
		intoto_out_bool(out, option->many);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
}

static void write_needs(struct intoto_json_out *out, unsigned wanted)
{
	intoto_out_name(out, "needs");
	intoto_out_list(out);
	for (size_t i = 0; i < IT_COUNT_OF(needs); i++)
		if (wanted & needs[i].need)
			intoto_out_text(out, needs[i].word);
	intoto_out_list_end(out);
}

static void write_limits(struct intoto_json_out *out, const struct intoto_attestor *attestor)
{
	intoto_out_name(out, "limits");
	intoto_out_object(out);
	write_number(out, "seconds", attestor->seconds ? attestor->seconds : DEFAULT_SECONDS);
	write_number(out, "memory",
		     attestor->memory_bytes ? attestor->memory_bytes : DEFAULT_MEMORY);
	write_number(out, "output", it_manifest_output(attestor));
	intoto_out_object_end(out);
}

void it_manifest_write(struct intoto_json_out *out, const struct intoto_attestor *attestor)
{
	intoto_out_object(out);
	write_number(out, "protocol", INTOTO_ATTESTOR_PROTOCOL);
	intoto_out_member(out, "name", attestor->name);
	intoto_out_member(out, "version", attestor->version ? attestor->version : INTOTO_VERSION);
	intoto_out_member(out, "summary", attestor->summary);
	write_texts(out, "predicates", attestor->predicates);
	intoto_out_name(out, "inputs");
	intoto_out_object(out);
	write_number(out, "least", attestor->inputs_least);
	write_number(out, "most", attestor->inputs_most);
	intoto_out_object_end(out);
	write_options(out, attestor->options);
	write_needs(out, attestor->needs);
	write_texts(out, "environment", attestor->environment);
	write_texts(out, "secrets", attestor->secrets);
	write_texts(out, "paths", attestor->paths);
	write_limits(out, attestor);
	intoto_out_object_end(out);
}
