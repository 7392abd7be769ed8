/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image copy: an image with everything that hangs on it, from one place to another. */
#include "cmd/image_copying.h"
#include "cmd/output.h"

struct copy_options {
	struct it_copying_words words;
	struct it_image_options image;
};

/* clang-format off */
static const struct it_option copy_options[] = {
	IT_COPYING_OPTIONS(struct copy_options, words),
	IT_IMAGE_OPTIONS(struct copy_options, image),
};
/* clang-format on */

static int copy_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct copy_options *self = parsed;
	struct it_copying copying = { .command = "intoto image copy",
				      .words = &self->words,
				      .image = &self->image };

	if (operands->count < 2) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want a source and a destination");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	copying.from = operands->items[0];
	copying.to = operands->items[1];
	return it_copying_run(&copying, err);
}

const struct it_command it_cmd_image_copy = {
	.name = "copy",
	.synopsis = "SOURCE DESTINATION [OPTIONS]",
	.summary = "move an image with all that hangs on it, and never half",
	.examples = "intoto image copy registry.example/app:1.4 mirror.example/app:1.4\n"
		    "intoto image copy registry.example/app:1.4 oci-layout:app:1.4\n"
		    "intoto image copy --platform linux/arm64 registry.example/app:1.4 "
		    "oci-archive:app.tar",
	.options = copy_options,
	.option_count = IT_COUNT_OF(copy_options),
	.options_size = sizeof(struct copy_options),
	.run = copy_run,
	.manual = "intoto-image-copy",
};
