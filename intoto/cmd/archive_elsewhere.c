/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive, as the other programs know it: a program of its own, since it maps libarchive. */
#include "cmd/command.h"

extern const struct it_command it_cmd_archive;

const struct it_command it_cmd_archive = {
	.name = "archive",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "pack, check and read all evidence of a release in one file",
	.elsewhere = true,
};
