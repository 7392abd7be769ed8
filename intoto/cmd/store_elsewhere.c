/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store, as the other programs know it: a program of its own, since it maps databases,
 * libcurl and an HTTP server. */
#include "cmd/command.h"

extern const struct it_command it_cmd_store;

const struct it_command it_cmd_store = {
	.name = "store",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "keep and search the evidence of many releases",
	.elsewhere = true,
};
