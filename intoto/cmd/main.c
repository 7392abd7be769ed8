/* SPDX-License-Identifier: Apache-2.0 */
/* The program: the table of commands.  A new command is one file and one word here.  Helper
 * programs are made of the same table, and have those commands in them that are elsewhere for the
 * program. */
#include "base/libexec.h"
#include "cmd/command.h"
#include "cmd/dispatch.h"

/* clang-format off */
/* WORD is it_cmd_WORD in WORD.c; sorted as the help lists them. */
#define COMMANDS(EACH) \
	EACH(archive) \
	EACH(attest) \
	EACH(check) \
	EACH(evaluate) \
	EACH(exception) \
	EACH(image) \
	EACH(key) \
	EACH(layout) \
	EACH(match) \
	EACH(record) \
	EACH(report) \
	EACH(run) \
	EACH(sign) \
	EACH(store) \
	EACH(verify) \
	EACH(completion) \
	EACH(help) \
	EACH(version)
/* clang-format on */

#define DECLARE(word) extern const struct it_command it_cmd_##word;
#define ADDRESS(word) &it_cmd_##word,

COMMANDS(DECLARE)

static const struct it_command *const commands[] = { COMMANDS(ADDRESS) NULL };

const struct it_command it_cmd_root = {
	.name = "intoto",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "record, sign and verify the steps of a software supply chain",
	.children = commands,
};

int main(int argc, char **argv)
{
	const struct it_program program = { &it_cmd_root, it_libexec_folder, "store" };

	return it_dispatch(&program, argc, argv);
}
