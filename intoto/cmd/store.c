/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store: since it maps databases, libcurl and an HTTP server.  A new subcommand is one file
 * and one word here. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

/* clang-format off */
/* WORD is it_cmd_store_WORD in store_WORD.c; sorted as the help lists them. */
#define SUBCOMMANDS(EACH) \
	EACH(affected) \
	EACH(export) \
	EACH(fsck) \
	EACH(gc) \
	EACH(get) \
	EACH(hold) \
	EACH(import) \
	EACH(init) \
	EACH(log) \
	EACH(put) \
	EACH(retention) \
	EACH(search) \
	EACH(serve) \
	EACH(stats) \
	EACH(token)
/* clang-format on */

#define DECLARE(word) extern const struct it_command it_cmd_store_##word;
#define ADDRESS(word) &it_cmd_store_##word,

SUBCOMMANDS(DECLARE)

static const struct it_command *const subcommands[] = { SUBCOMMANDS(ADDRESS) NULL };

extern const struct it_command it_cmd_store;

const struct it_command it_cmd_store = {
	.name = "store",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "keep and search the evidence of many releases",
	.children = subcommands,
};
