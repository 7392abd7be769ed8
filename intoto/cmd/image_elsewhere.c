/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image, as the program knows it: a program of its own, since it maps libcurl and
 * libarchive. */
#include "cmd/command.h"

extern const struct it_command it_cmd_image;

const struct it_command it_cmd_image = {
	.name = "image",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "sign, verify and move container images",
	.elsewhere = true,
};
