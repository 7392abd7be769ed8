/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout compile: a layout that is written in YAML, as the JSON that is signed. */
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/layout_yaml.h"
#include "cmd/output.h"
#include "model/envelope.h"

struct compile_options {
	const char *output;
	const char *at;
	const char *keyid_style;
	const char *format;
	bool force;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct compile_options, output, 'o', "output", "FILE", "the new layout"),
	IT_VALUE(struct compile_options, at, 0, "at", "TIME",
		 "\"in: 6 months\" begins at 2026-01-31T23:59:59Z, or @SECONDS since 1970 (now)"),
	IT_KEYID_STYLE_OPTION(struct compile_options, keyid_style),
	IT_ENVELOPE_OPTION(struct compile_options, format),
	IT_FLAG(struct compile_options, force, 'f', "force", "replace a file that is there"),
};
/* clang-format on */

static int compile(const struct compile_options *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	struct it_yaml_options wanted = { .style = it_keyid_style_named(self->keyid_style),
					  .format = it_envelope_named(self->format) };
	size_t len = 0;
	int rc = it_read_time(&wanted.now, "--at", self->at, err);

	if (!rc)
		rc = it_yaml_layout_load(&envelope, path, &wanted, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (rc)
		return rc;
	return it_file_write(self->output, it_span(text, len), IT_LAYOUT_MODE,
			     IT_FILE_SYNC | (self->force ? 0u : (unsigned)IT_FILE_NEW), err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout in YAML");
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = compile(parsed, operands->items[0], err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_compile = {
	.name = "compile",
	.synopsis = "FILE -o LAYOUT [OPTIONS]",
	.summary = "make a layout out of one that is written in YAML",
	.examples = "intoto layout compile root.yaml -o root.layout",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct compile_options),
	.run = run,
	.manual = "intoto-layout",
};
