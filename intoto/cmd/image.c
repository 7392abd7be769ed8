/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image: a program of its own, since it maps libcurl and libarchive.  A new subcommand is
 * one file and one word here. */
#include "cmd/command.h"
#include "cmd/dispatch.h"

/* clang-format off */
/* WORD is it_cmd_image_WORD in image_WORD.c; sorted as the help lists them. */
#define SUBCOMMANDS(EACH) \
	EACH(attach) \
	EACH(clean) \
	EACH(copy) \
	EACH(digest) \
	EACH(load) \
	EACH(policy) \
	EACH(revoke) \
	EACH(save) \
	EACH(sign) \
	EACH(tree) \
	EACH(verify)
/* clang-format on */

#define DECLARE(word) extern const struct it_command it_cmd_image_##word;
#define ADDRESS(word) &it_cmd_image_##word,

SUBCOMMANDS(DECLARE)

static const struct it_command *const subcommands[] = { SUBCOMMANDS(ADDRESS) NULL };

/* Tar files of images are read by a library that starts three milliseconds later. */
static const char *const heavy[] = { "oci-archive:", "docker-archive:", NULL };

const struct it_command it_cmd_image = {
	.name = "image",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "sign, verify and move container images",
	.children = subcommands,
	.heavy = heavy,
};
