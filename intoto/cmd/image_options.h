/* SPDX-License-Identifier: Apache-2.0 */
/* The options that all image commands share: how registries are reached, and for whom is printed.
 */
#ifndef IT_CMD_IMAGE_OPTIONS_H
#define IT_CMD_IMAGE_OPTIONS_H

#include "cmd/choices.h"
#include "cmd/registry_options.h"
#include "image/place.h"

struct it_image_options {
	struct it_registry_options registry;
	const char *format;
};

/* clang-format off */
#define IT_IMAGE_OPTIONS(type, member) \
	IT_REGISTRY_OPTIONS(type, member.registry), \
	IT_REPORT_OPTION(type, member.format)
/* clang-format on */

/* From the words; borrows from them.  Says loudly on standard error what is not safe. */
IT_CHECK int it_image_access(struct it_registry_access *access,
			     const struct it_image_options *options, struct intoto_error **err);

#endif
