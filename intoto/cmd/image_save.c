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

static int mark(void *arg, const struct it_copy_report *report, struct intoto_error **err)
{
	const struct saving *saving = arg;

	return saving->is_folder ? it_cosign_folder_mark(saving->path, report->digest, err)
				 : INTOTO_OK;
}

static bool is_archive(const char *path)
{
	struct stat about;

	if (stat(path, &about) == 0)
		return !S_ISDIR(about.st_mode);
	return it_ends_with(path, ".tar");
}

/* A folder holds one image: cosign would take the first that it finds. */
static int check_folder(const struct saving *saving, struct it_place *place,
			struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	char there[IT_OCI_DIGEST_SIZE] = "";
	int rc = saving->is_folder ? it_cosign_folder_image(there, saving->path, err) : INTOTO_OK;

	if (rc || !*there)
		return rc;
	rc = it_place_named(place, &manifest, err);
	if (rc || it_streq(there, manifest->digest))
		return rc;
	return it_err_set(err, INTOTO_E_POLICY,
			  "%s: another image was saved there, %s: want another folder",
			  saving->path, there);
}

/* The tag goes along, so that whoever loads it knows. */
static int name_destination(struct it_buf *out, const struct saving *saving, const char *from,
			    const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	int rc;

	if (strpbrk(saving->path, ":@"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: a path with ':' or '@' cannot be told from a tag or digest",
				  saving->path);
	rc = it_place_open(&place, from, false, access, err);
	if (!rc)
		rc = check_folder(saving, place, err);
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
	struct it_registry_access access = { 0 };
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
	if (it_image_access(&access, &self->image, err) ||
	    name_destination(&to, &saving, operands->items[0], &access, err))
		return IT_EXIT_FROM_ERROR;
	copying.from = operands->items[0];
	copying.to = it_buf_text(&to);
	return it_copying_run(&copying, err);
}

const struct it_command it_cmd_image_save = {
	.name = "save",
	.synopsis = "IMAGE FOLDER|FILE [OPTIONS]",
	.whole = true,
	.summary = "put an image with all that hangs on it into a folder or a file",
	.examples = "intoto image save registry.example/app:1.4 app\n"
		    "intoto image save registry.example/app:1.4 app.tar",
	.options = save_options,
	.option_count = IT_COUNT_OF(save_options),
	.options_size = sizeof(struct save_options),
	.run = save_run,
	.manual = "intoto-image-save",
};
