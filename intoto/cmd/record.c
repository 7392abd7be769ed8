/* SPDX-License-Identifier: Apache-2.0 */
/* intoto record: a step that is no single command, recorded at its start and at its end. */
#include "cmd/output.h"
#include "cmd/reuse_options.h"
#include "cmd/step_options.h"

struct start_options {
	struct it_step_words step;
	struct it_reuse_words reuse;
	struct it_strings materials;
	const char *format;
	bool use_dsse;
};

struct stop_options {
	struct it_step_words step;
	struct it_reuse_words reuse;
	struct it_strings products;
	bool use_dsse;
};

/* clang-format off */
static const struct it_option start_options[] = {
	IT_STEP_WHO_OPTIONS(struct start_options, step),
	IT_WORDS(struct start_options, materials, 'm', "materials", "PATH",
		 "files and folders to record"),
	IT_ENVELOPE_OPTION(struct start_options, format),
	IT_FLAG(struct start_options, use_dsse, 0, "use-dsse",
		"the default; for lines that were written for the Python tool"),
	IT_REUSE_OPTIONS(struct start_options, reuse),
	IT_STEP_HOW_OPTIONS(struct start_options, step),
};

static const struct it_option stop_options[] = {
	IT_STEP_WHO_OPTIONS(struct stop_options, step),
	IT_WORDS(struct stop_options, products, 'p', "products", "PATH",
		 "files and folders to record"),
	IT_FLAG(struct stop_options, use_dsse, 0, "use-dsse",
		"changes nothing: the format is that of the start"),
	IT_REUSE_OPTIONS(struct stop_options, reuse),
	IT_STEP_HOW_OPTIONS(struct stop_options, step),
};
/* clang-format on */

/* One half of a step, with what is known from before. */
static int run_half(int (*half)(struct it_step_result *result,
				const struct it_step_options *options, struct intoto_error **err),
		    struct it_step_setup *setup, const struct it_step_words *words,
		    const struct it_reuse_words *reuse_words, struct intoto_error **err)
{
	IT_AUTO(it_step_result_done) struct it_step_result result = { 0 };
	IT_AUTO(it_reuse_setup_done) struct it_reuse_setup reuse = { 0 };
	int rc = it_reuse_setup(&reuse, reuse_words, setup, err);

	if (rc)
		return IT_EXIT_FROM_ERROR;
	rc = half(&result, &setup->options, err);
	it_reuse_finish(&reuse, setup, &result);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	it_step_tell(setup, words, &result);
	return IT_EXIT_YES;
}

static int start(void *arg, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_step_setup_done) struct it_step_setup setup = { 0 };
	enum intoto_envelope_format format = INTOTO_DSSE;
	struct start_options *self = arg;
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_step_format(&format, self->format, self->use_dsse, err);
	if (!rc)
		rc = it_step_setup(&setup, &self->step, "intoto record start", err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	setup.options.materials = &self->materials;
	setup.options.format = format;
	return run_half(it_step_start, &setup, &self->step, &self->reuse, err);
}

static int stop(void *arg, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_step_setup_done) struct it_step_setup setup = { 0 };
	struct stop_options *self = arg;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	if (it_step_setup(&setup, &self->step, "intoto record stop", err))
		return IT_EXIT_FROM_ERROR;
	setup.options.products = &self->products;
	return run_half(it_step_stop, &setup, &self->step, &self->reuse, err);
}

static const struct it_command start_command = {
	.name = "start",
	.synopsis = "-n NAME (--signing-key KEY | --gpg [KEYID]) [OPTIONS]",
	.summary = "record the materials of a step that begins now",
	.examples = "  intoto record start -n edit -m src --signing-key alice.pem\n",
	.options = start_options,
	.option_count = IT_COUNT_OF(start_options),
	.options_size = sizeof(struct start_options),
	.run = start,
	.manual = "intoto-record",
};

static const struct it_command stop_command = {
	.name = "stop",
	.synopsis = "-n NAME (--signing-key KEY | --gpg [KEYID]) [OPTIONS]",
	.summary = "record the products of a step that was started, and sign the link",
	.examples = "  intoto record stop -n edit -p src --signing-key alice.pem\n",
	.options = stop_options,
	.option_count = IT_COUNT_OF(stop_options),
	.options_size = sizeof(struct stop_options),
	.run = stop,
	.manual = "intoto-record",
};

static const struct it_command *const children[] = { &start_command, &stop_command, NULL };

const struct it_command it_cmd_record = {
	.name = "record",
	.synopsis = "start|stop -n NAME --signing-key KEY [OPTIONS]",
	.summary = "record a step that is no single command, at its start and at its end",
	.children = children,
};
