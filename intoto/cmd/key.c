/* SPDX-License-Identifier: Apache-2.0 */
/* intoto key: its subcommands.  A new one is one file and one word here. */
#include "cmd/command.h"

extern const struct it_command it_cmd_key_generate;
extern const struct it_command it_cmd_key_show;
extern const struct it_command it_cmd_key_id;
extern const struct it_command it_cmd_key_convert;
extern const struct it_command it_cmd_key_passphrase;

static const struct it_command *const children[] = {
	&it_cmd_key_generate, &it_cmd_key_show,	      &it_cmd_key_id,
	&it_cmd_key_convert,  &it_cmd_key_passphrase, NULL,
};

const struct it_command it_cmd_key = {
	.name = "key",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "make, show and convert keys",
	.children = children,
};
