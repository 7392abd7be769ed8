/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image digest: what a reference stands for; also what the artifact resolvers ask. */
#include "cmd/image_options.h"

#include "base/text.h"
#include "cmd/output.h"
#include "json/writer.h"

enum { REPORT_MAX = 16 * 1024 * 1024 };

struct digest_options {
	struct it_image_options image;
};

static const struct it_option options[] = {
	IT_IMAGE_OPTIONS(struct digest_options, image),
};

/* Computed from the manifest itself: a registry's word for it is not taken. */
static int resolve(struct it_oci_manifest **out, const char *text,
		   const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	int rc = it_place_open(&place, text, false, access, err);

	return rc ? rc : it_place_named(place, out, err);
}

static void write_one(struct it_writer *writer, const char *text,
		      const struct it_oci_manifest *manifest)
{
	it_write_object(writer);
	it_write_name(writer, "digest");
	it_write_text(writer, manifest->digest);
	it_write_name(writer, "mediaType");
	it_write_text(writer, manifest->media_type);
	it_write_name(writer, "name");
	it_write_text(writer, text);
	it_write_name(writer, "size");
	it_write_int(writer, (int64_t)manifest->bytes.len);
	it_write_object_end(writer);
}

static int collect(struct it_buf *out, const struct it_strings *operands, bool json,
		   const struct it_registry_access *access, struct intoto_error **err)
{
	struct it_writer writer;
	int rc = INTOTO_OK;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 0; !rc && i < operands->count; i++) {
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;

		rc = resolve(&manifest, operands->items[i], access, err);
		if (!rc && json)
			write_one(&writer, operands->items[i], manifest);
		else if (!rc)
			(void)it_buf_printf(out, "%s\n", manifest->digest); /* sticky */
	}
	if (json && !rc)
		it_write_list_end(&writer);
	if (json) {
		int end = it_writer_finish(&writer, rc ? NULL : err);

		rc = rc ? rc : end;
		(void)it_buf_add_byte(out, '\n'); /* sticky */
	}
	return rc;
}

static int digest_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct digest_options *self = parsed;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	struct it_registry_access access;
	int rc;

	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an image"); /* said below */
		return IT_EXIT_FROM_ERROR;
	}
	rc = it_image_access(&access, &self->image, err);
	if (!rc)
		rc = collect(&text, operands, it_streq(self->image.format, "json"), &access, err);
	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_image_digest = {
	.name = "digest",
	.synopsis = "[OPTIONS] IMAGE...",
	.summary = "print what an image's name stands for",
	.examples = "intoto image digest registry.example/app:1.4\n"
		    "intoto image digest oci-layout:out:1.4 oci-archive:app.tar",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct digest_options),
	.run = digest_run,
	.manual = "intoto-image-digest",
};
