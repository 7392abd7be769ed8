/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout: its subcommands.  A new one is one file and one word here. */
#include "cmd/command.h"

extern const struct it_command it_cmd_layout_init;
extern const struct it_command it_cmd_layout_add_key;
extern const struct it_command it_cmd_layout_add_root;
extern const struct it_command it_cmd_layout_add_step;
extern const struct it_command it_cmd_layout_add_gate;
extern const struct it_command it_cmd_layout_add_inspection;
extern const struct it_command it_cmd_layout_allow_exceptions;
extern const struct it_command it_cmd_layout_pin_attestor;
extern const struct it_command it_cmd_layout_show;
extern const struct it_command it_cmd_layout_lint;
extern const struct it_command it_cmd_layout_compile;
extern const struct it_command it_cmd_layout_diff;
extern const struct it_command it_cmd_layout_test;
extern const struct it_command it_cmd_layout_from_links;

/* clang-format off */
static const struct it_command *const children[] = {
	&it_cmd_layout_init,
	&it_cmd_layout_add_key,
	&it_cmd_layout_add_root,
	&it_cmd_layout_add_step,
	&it_cmd_layout_add_inspection,
	&it_cmd_layout_add_gate,
	&it_cmd_layout_allow_exceptions,
	&it_cmd_layout_pin_attestor,
	&it_cmd_layout_compile,
	&it_cmd_layout_from_links,
	&it_cmd_layout_show,
	&it_cmd_layout_lint,
	&it_cmd_layout_diff,
	&it_cmd_layout_test,
	NULL,
};
/* clang-format on */

const struct it_command it_cmd_layout = {
	.name = "layout",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "write and show layouts",
	.children = children,
};
