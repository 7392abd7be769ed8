/* SPDX-License-Identifier: Apache-2.0 */
/* The program intoto-image, which "intoto image" becomes. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

extern const struct it_command it_cmd_image;

static const struct it_command *const commands[] = { &it_cmd_image, NULL };

const struct it_command it_cmd_root = {
	.name = "intoto",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "record, sign and verify the steps of a software supply chain",
	.children = commands,
};

int main(int argc, char **argv)
{
	const struct it_program program = { &it_cmd_root, LIBEXECDIR "/intoto" };

	return it_dispatch(&program, argc, argv);
}
