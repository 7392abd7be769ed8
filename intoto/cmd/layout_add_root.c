/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout add-root: authorities whose certificates steps can ask for. */
#include "cmd/layout_file.h"
#include "cmd/output.h"

enum { OUTPUT_MAX = 1024 * 1024 };

struct add_root_options {
	bool intermediate;
	bool drop_signatures;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_FLAG(struct add_root_options, intermediate, 0, "intermediate",
		"they help to find the way to a root, and are none"),
	IT_FLAG(struct add_root_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
};
/* clang-format on */

static int add_certificates(struct it_layout_file *file, const char *path, bool intermediate,
			    struct it_buf *ids, struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates read = { 0 };
	struct it_layout_anchors *anchors =
		intermediate ? &file->layout->intermediatecas : &file->layout->rootcas;
	int rc = it_certificates_load(&read, path, err);

	for (size_t i = 0; !rc && i < read.count; i++) {
		struct it_certificates one = { &read.items[i], 1 };
		const char *id = NULL;

		if (!it_certificate_is_authority(one.items[0]))
			rc = it_err_set(err, INTOTO_E_FORMAT,
					"certificate %zu is not that of an authority (CA)", i + 1);
		if (!rc)
			rc = it_layout_add_anchor(anchors, &one, intermediate, &id, err);
		if (rc)
			return it_err_wrap(err, rc, "%s", path);
		(void)it_buf_printf(ids, "%s\n", id); /* looked at by it_print */
	}
	return rc;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct add_root_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_buf_done) struct it_buf ids = IT_BUF(OUTPUT_MAX);
	int rc = INTOTO_OK;

	if (operands->count < 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout and files of certificates");
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	for (size_t i = 1; !rc && i < operands->count; i++)
		rc = add_certificates(&file, operands->items[i], self->intermediate, &ids, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	if (!rc)
		rc = it_print(&ids, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_add_root = {
	.name = "add-root",
	.synopsis = "FILE CERTIFICATE... [OPTIONS]",
	.summary = "put certificates of authorities into a layout, and print their ids",
	.examples = "intoto layout add-root root.layout corporate-ca.pem",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct add_root_options),
	.run = run,
	.manual = "intoto-layout",
};
