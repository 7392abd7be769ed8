/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image save: an image with all that hangs on it into a folder, which cosign reads too, or
 * into one file. */
#include <sys/stat.h>

#include "base/text.h"
#include "cmd/image_copying.h"
#include "cmd/output.h"
#include "image/copy_cosign.h"

enum { PLACE_MAX = 8192 };

struct save_options {
	struct it_copying_words words;
	struct it_image_options image;
};

/* clang-format off */
static const struct it_option save_options[] = {
	IT_COPYING_OPTIONS(struct save_options, words),
	IT_IMAGE_OPTIONS(struct save_options, image),
};
/* clang-format on */

struct saving {
	const char *path;
	bool is_folder;
};

/* A folder holds one image: cosign would take the first that it finds. */
static int check_folder(const struct it_copy_report *report, const char *folder,
			struct intoto_error **err)
{
	char there[IT_OCI_DIGEST_SIZE];
	int rc = it_cosign_folder_image(there, folder, err);

	if (rc || !*there || !report || it_streq(there, report->digest))
		return rc;
	return it_err_set(err, INTOTO_E_POLICY,
			  "%s: another image was saved there, %s: want another folder", folder,
			  there);
}

static int mark(void *arg, const struct it_copy_report *report, struct intoto_error **err)
{
	const struct saving *saving = arg;
	int rc = saving->is_folder ? check_folder(report, saving->path, err) : INTOTO_OK;

	if (rc || !saving->is_folder)
		return rc;
	return it_cosign_folder_mark(saving->path, report->digest, err);
}

static bool is_archive(const char *path)
{
	struct stat about;

	if (stat(path, &about) == 0)
		return !S_ISDIR(about.st_mode);
	return it_ends_with(path, ".tar");
}

/* The tag goes along, so that whoever loads it knows. */
static int name_destination(struct it_buf *out, const struct saving *saving, const char *from,
			    struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	const struct it_registry_access nobody = { 0 };
	int rc;

	if (strpbrk(saving->path, ":@"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: a path with ':' or '@' cannot be told from a tag or digest",
				  saving->path);
	rc = it_place_open(&place, from, false, &nobody, err);
	if (rc)
		return rc;
	(void)it_buf_printf(out, "%s:%s%s%s", saving->is_folder ? "oci-layout" : "oci-archive",
			    saving->path, place->tag && *place->tag ? ":" : "",
			    place->tag ? place->tag : ""); /* looked at here */
	return it_buf_check(out, "the destination", err);
}

static int save_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct save_options *self = parsed;
	IT_AUTO(it_buf_done) struct it_buf to = IT_BUF(PLACE_MAX);
	struct saving saving = { 0 };
	struct it_copying copying = {
		.command = "intoto image save",
		.words = &self->words,
		.image = &self->image,
		.after = mark,
		.arg = &saving,
	};

	if (operands->count < 2) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an image, and a folder or a file");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	saving.path = operands->items[1];
	saving.is_folder = !is_archive(saving.path);
	if (name_destination(&to, &saving, operands->items[0], err))
		return IT_EXIT_FROM_ERROR;
	copying.from = operands->items[0];
	copying.to = it_buf_text(&to);
	return it_copying_run(&copying, err);
}

const struct it_command it_cmd_image_save = {
	.name = "save",
	.synopsis = "IMAGE FOLDER|FILE [OPTIONS]",
	.summary = "put an image with all that hangs on it into a folder or a file",
	.examples = "intoto image save registry.example/app:1.4 app\n"
		    "intoto image save registry.example/app:1.4 app.tar",
	.options = save_options,
	.option_count = IT_COUNT_OF(save_options),
	.options_size = sizeof(struct save_options),
	.run = save_run,
	.manual = "intoto-image-save",
};
