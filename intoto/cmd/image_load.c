/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image load: what image save or cosign save wrote, into a registry or another place. */
#include <sys/stat.h>

#include "base/text.h"
#include "cmd/image_copying.h"
#include "cmd/output.h"
#include "image/copy_cosign.h"

enum { PLACE_MAX = 8192 };

struct load_options {
	struct it_copying_words words;
	struct it_image_options image;
};

/* clang-format off */
static const struct it_option load_options[] = {
	IT_COPYING_OPTIONS(struct load_options, words),
	IT_IMAGE_OPTIONS(struct load_options, image),
};
/* clang-format on */

/* A folder says which of its manifests the image is; else the only one is meant. */
static int name_source(struct it_buf *out, const char *path, struct intoto_error **err)
{
	char digest[IT_OCI_DIGEST_SIZE] = "";
	struct stat about;
	int rc = INTOTO_OK;

	if (stat(path, &about) != 0)
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no such folder or file",
				  path);
	if (strpbrk(path, ":@"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: a path with ':' or '@' cannot be told from a tag or digest",
				  path);
	if (S_ISDIR(about.st_mode))
		rc = it_cosign_folder_image(digest, path, err);
	if (rc)
		return rc;
	(void)it_buf_printf(out, "%s:%s%s%s", S_ISDIR(about.st_mode) ? "oci-layout" : "oci-archive",
			    path, *digest ? "@" : "", digest); /* looked at here */
	return it_buf_check(out, "the source", err);
}

static int load_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct load_options *self = parsed;
	IT_AUTO(it_buf_done) struct it_buf from = IT_BUF(PLACE_MAX);
	struct it_copying copying = { .command = "intoto image load",
				      .words = &self->words,
				      .image = &self->image };

	if (operands->count < 2) {
		(void)it_err_set(err, INTOTO_E_USAGE,
				 "want a folder or file that was saved, and where it goes");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	if (name_source(&from, operands->items[0], err))
		return IT_EXIT_FROM_ERROR;
	copying.from = it_buf_text(&from);
	copying.to = operands->items[1];
	return it_copying_run(&copying, err);
}

const struct it_command it_cmd_image_load = {
	.name = "load",
	.synopsis = "FOLDER|FILE DESTINATION [OPTIONS]",
	.whole = true,
	.summary = "put a saved image with all that hangs on it into a registry",
	.examples = "intoto image load app registry.example/app:1.4\n"
		    "intoto image load app.tar registry.example/app:1.4",
	.options = load_options,
	.option_count = IT_COUNT_OF(load_options),
	.options_size = sizeof(struct load_options),
	.run = load_run,
	.manual = "intoto-image-load",
};
