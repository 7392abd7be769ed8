/* SPDX-License-Identifier: Apache-2.0 */
/* intoto exception: its subcommands.  A new one is one file and one word here. */
#include "cmd/command.h"

extern const struct it_command it_cmd_exception_create;
extern const struct it_command it_cmd_exception_sign;
extern const struct it_command it_cmd_exception_show;
extern const struct it_command it_cmd_exception_list;

static const struct it_command *const children[] = {
	&it_cmd_exception_create,
	&it_cmd_exception_sign,
	&it_cmd_exception_show,
	&it_cmd_exception_list,
	NULL,
};

const struct it_command it_cmd_exception = {
	.name = "exception",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "excuse what a gate refuses, signed and for a while",
	.children = children,
};
