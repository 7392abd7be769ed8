/* SPDX-License-Identifier: Apache-2.0 */
/* intoto completion: scripts for shells, from the tables. */
#include "cmd/completion.h"

#include "base/text.h"
#include "cmd/options.h"
#include "cmd/output.h"

enum { SCRIPT_MAX = 1024 * 1024 };

static const struct it_shell *const shells[] = { &it_shell_bash, &it_shell_fish, &it_shell_zsh };

void it_completion_options(const struct it_command *command,
			   void (*each)(void *arg, const struct it_option *option), void *arg)
{
	for (size_t i = 0; i < command->option_count; i++) {
		if (!command->options[i].hidden)
			each(arg, &command->options[i]);
	}
	for (size_t i = 0; i < IT_COMMON_OPTIONS; i++)
		each(arg, &it_common_options[i]);
}

static int completion_run(void *options, const struct it_strings *operands,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf script = IT_BUF(SCRIPT_MAX);
	const char *wanted = operands->count ? operands->items[0] : "";
	int rc;

	(void)options; /* it has none */
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	for (size_t i = 0; i < IT_COUNT_OF(shells); i++) {
		if (!it_streq(shells[i]->name, wanted))
			continue;
		shells[i]->print(&script, &it_cmd_root);
		rc = it_print(&script, err);
		return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
	}
	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	(void)it_err_set(err, INTOTO_E_USAGE, "want a shell: bash, fish or zsh"); /* said below */
	return IT_EXIT_FROM_ERROR;
}

static const char *const shell_names[] = { "bash", "fish", "zsh", NULL };

const struct it_command it_cmd_completion = {
	.name = "completion",
	.synopsis = "bash|fish|zsh",
	.summary = "print a completion script for a shell",
	.examples = "source <(intoto completion bash)",
	.run = completion_run,
	.operand_words = shell_names,
	.whole = true,
	.manual = "intoto",
};
