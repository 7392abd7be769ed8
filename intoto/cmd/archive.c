/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive: since it maps libarchive.  A new subcommand is one file and
 * one word here. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

/* clang-format off */
/* WORD is it_cmd_archive_WORD in archive_WORD.c; sorted as the help lists them. */
#define SUBCOMMANDS(EACH) \
	EACH(diff) \
	EACH(export) \
	EACH(extract) \
	EACH(list) \
	EACH(pack) \
	EACH(renew) \
	EACH(show) \
	EACH(verify)
/* clang-format on */

#define DECLARE(word) extern const struct it_command it_cmd_archive_##word;
#define ADDRESS(word) &it_cmd_archive_##word,

SUBCOMMANDS(DECLARE)

static const struct it_command *const subcommands[] = { SUBCOMMANDS(ADDRESS) NULL };

extern const struct it_command it_cmd_archive;

const struct it_command it_cmd_archive = {
	.name = "archive",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "pack, check and read all evidence of a release in one file",
	.children = subcommands,
};
