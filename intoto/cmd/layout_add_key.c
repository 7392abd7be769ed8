/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout add-key: keys that steps can name. */
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"

enum { OUTPUT_MAX = 1024 * 1024 };

struct add_key_options {
	struct it_strings gpg;
	const char *gpg_home;
	const char *keyid_style;
	bool drop_signatures;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_GPG_KEYS_OPTION(struct add_key_options, gpg, "public keys that gpg keeps"),
	IT_GPG_HOME_OPTION(struct add_key_options, gpg_home),
	IT_KEYID_STYLE_OPTION(struct add_key_options, keyid_style),
	IT_FLAG(struct add_key_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
};
/* clang-format on */

static int add_all(struct it_layout_file *file, const struct it_strings *paths,
		   enum intoto_keyid_style style, struct it_buf *ids, struct intoto_error **err)
{
	for (size_t i = 1; i < paths->count; i++) {
		const char *id = NULL;
		int rc = it_layout_file_add_key(file, paths->items[i], style, &id, err);

		if (rc)
			return rc;
		(void)it_buf_printf(ids, "%s\n", id); /* looked at by it_print */
	}
	return INTOTO_OK;
}

static int add_gpg(struct it_layout_file *file, const struct add_key_options *self,
		   struct it_buf *ids, struct intoto_error **err)
{
	int rc = it_gpg_check(self->gpg.count > 0, false, self->gpg_home, err);

	for (size_t i = 0; !rc && i < self->gpg.count; i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		const char *id = NULL;

		rc = it_gpg_key(&key, self->gpg.items[i], self->gpg_home, err);
		if (!rc)
			rc = it_layout_file_put_key(file, key, INTOTO_KEYID_LEGACY, &id, err);
		if (!rc)
			(void)it_buf_printf(ids, "%s\n", id); /* looked at by it_print */
	}
	return rc;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct add_key_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_buf_done) struct it_buf ids = IT_BUF(OUTPUT_MAX);
	int rc = INTOTO_OK;

	if (operands->count < 1 || operands->count + self->gpg.count < 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout and public key files");
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		rc = add_all(&file, operands, it_keyid_style_named(self->keyid_style), &ids, err);
	if (!rc)
		rc = add_gpg(&file, self, &ids, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	if (!rc)
		rc = it_print(&ids, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_add_key = {
	.name = "add-key",
	.synopsis = "FILE KEY... [OPTIONS]",
	.summary = "put public keys into a layout, and print their ids",
	.examples =
		"intoto layout add-key root.layout alice.pub bob.pub\n"
		"intoto layout add-key root.layout --gpg 8465A1E2E0FB2B40ADB2478E18FB3F537E0C8A17",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct add_key_options),
	.run = run,
	.manual = "intoto-layout",
};
