/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store serve and store token over a store in memory: as the program has them. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

extern const struct it_command it_cmd_help;
extern const struct it_command it_cmd_store_serve;
extern const struct it_command it_cmd_store_token;

static const struct it_command *const subcommands[] = { &it_cmd_store_serve, &it_cmd_store_token,
							NULL };

static const struct it_command store = {
	.name = "store",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "keep and search the evidence of many releases",
	.children = subcommands,
};

static const struct it_command *const commands[] = { &store, &it_cmd_help, NULL };

const struct it_command it_cmd_root = {
	.name = "intoto",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "serve a store that is in memory",
	.children = commands,
};

int main(int argc, char **argv)
{
	const struct it_program program = { &it_cmd_root, "/nonexistent", "store" };

	return it_dispatch(&program, argc, argv);
}
