/* SPDX-License-Identifier: Apache-2.0 */
/* intoto version. */
#include "cmd/help.h"
#include "cmd/output.h"

enum { TEXT_MAX = 1024 };

void it_version_print(struct it_buf *out)
{
	(void)it_buf_printf(out, "intoto %s\n", intoto_version()); /* sticky */
}

static int version_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)options; /* it has none */
	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	it_version_print(&text);
	return it_print(&text, err) ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_version = {
	.name = "version",
	.synopsis = "",
	.summary = "print the version",
	.run = version_run,
	.manual = "intoto",
};
