/* SPDX-License-Identifier: Apache-2.0 */
/* intoto key passphrase: change or remove it. */
#include "base/file.h"
#include "base/text.h"
#include "cmd/key_file.h"
#include "cmd/output.h"

struct passphrase_options {
	struct it_passphrase old;
	struct it_passphrase new;
};

/* clang-format off */
static const struct it_option passphrase_options[] = {
	IT_PASSPHRASE_OPTIONS(struct passphrase_options, old),
	IT_NEW_PASSPHRASE_OPTIONS(struct passphrase_options, new),
	IT_FLAG(struct passphrase_options, new.none, 0, "remove",
		"leave the private key without a passphrase"),
};
/* clang-format on */

static int refuse_public(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

	return it_err_set(err, INTOTO_E_KEY, "%s: want a private key, found a public one",
			  quoted ? quoted : "key");
}

static int change(const char *path, struct passphrase_options *self, struct intoto_error **err)
{
	IT_AUTO(it_key_file_done) struct it_key_file file = { 0 };
	IT_AUTO(it_secret_done) char *text = NULL;
	IT_AUTO(it_freep) char *target = NULL;
	int rc = it_key_file_load(&file, path, &self->old, err);

	if (!rc && !intoto_key_is_private(file.key))
		return refuse_public(path, err);
	self->new.cosign = !rc &&file.cosign;
	if (!rc)
		rc = it_path_in_place(&target, path, err);
	if (!rc)
		rc = it_key_private_text(&text, file.key, &self->new, path, err);
	return rc ? rc
		  : it_file_write(target, it_span_text(text), IT_PRIVATE_MODE, IT_FILE_SYNC, err);
}

static int passphrase_run(void *options, const struct it_strings *operands,
			  struct intoto_error **err)
{
	struct passphrase_options *self = options;
	int rc;

	self->old.env_stays = true; /* both may name the same variable */
	self->new.confirm = true;
	self->new.prefix = "new-";
	self->new.without = "--remove";
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	rc = operands->count && !it_streq(operands->items[0], "-")
		     ? it_passphrase_check(&self->old, err)
		     : it_err_set(err, INTOTO_E_USAGE, "want the name of a key file");
	if (!rc)
		rc = it_passphrase_check(&self->new, err);
	if (!rc)
		rc = change(operands->items[0], self, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_key_passphrase = {
	.name = "passphrase",
	.synopsis = "[OPTIONS] FILE",
	.summary = "change or remove the passphrase of a private key",
	.examples = "intoto key passphrase alice.key",
	.options = passphrase_options,
	.option_count = IT_COUNT_OF(passphrase_options),
	.options_size = sizeof(struct passphrase_options),
	.run = passphrase_run,
};
