/* SPDX-License-Identifier: Apache-2.0 */
/* intoto key convert: PEM, the in-toto JSON key object and cosign's key file, into one another. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/output.h"
#include "model/key_object.h"

enum { KEY_TEXT_MAX = 1024 * 1024 };

struct convert_options {
	const char *to;
	const char *output;
	const char *keyid_style;
	bool private;
	bool with_keyid;
	struct it_passphrase old;
	struct it_passphrase new;
};

static const char *const forms[] = { "pem", "json", "cosign", NULL };

/* clang-format off */
static const struct it_option convert_options[] = {
	{ .name = "to", .argument = "FORM", .kind = IT_OPTION_TEXT, .required = true,
	  .offset = offsetof(struct convert_options, to), .choices = forms,
	  .help = "what to make" },
	IT_VALUE(struct convert_options, output, 'o', "output", "FILE",
		 "write to FILE instead of standard output"),
	IT_FLAG(struct convert_options, private, 0, "private",
		"write the private key; needs --to=pem or --to=cosign, and --output"),
	IT_KEYID_STYLE_OPTION(struct convert_options, keyid_style),
	IT_FLAG(struct convert_options, with_keyid, 0, "with-keyid",
		"write the keyid into the key object, as layouts have it"),
	IT_PASSPHRASE_OPTIONS(struct convert_options, old),
	IT_NEW_PASSPHRASE_OPTIONS(struct convert_options, new),
	IT_FLAG(struct convert_options, new.none, 0, "no-passphrase",
		"do not encrypt the private key"),
};
/* clang-format on */

static int public_pem(struct it_buf *out, const struct convert_options *self,
		      const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *pem = NULL;
	int rc = intoto_key_public_pem(key, &pem, err);

	(void)self; /* PEM knows no keyids */
	if (!rc)
		(void)it_buf_add_text(out, pem); /* sticky */
	return rc;
}

static int public_json(struct it_buf *out, const struct convert_options *self,
		       const struct intoto_key *key, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_key_object_write(&writer, key, it_keyid_style_named(self->keyid_style),
			    self->with_keyid);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticky */
	return rc;
}

static int write_public(const struct convert_options *self, const struct intoto_key *key,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(KEY_TEXT_MAX);
	int rc = it_streq(self->to, "json") ? public_json(&text, self, key, err)
					    : public_pem(&text, self, key, err);

	if (!rc)
		rc = it_buf_check(&text, "the key", err);
	if (rc)
		return rc;
	if (!self->output || it_streq(self->output, "-"))
		return it_print(&text, err);
	return it_file_write(self->output, it_buf_span(&text), IT_PUBLIC_MODE, IT_FILE_SYNC, err);
}

/* Never on standard output, and never over something else. */
static int write_private(struct convert_options *self, const struct it_key_file *file,
			 struct intoto_error **err)
{
	IT_AUTO(it_secret_done) char *text = NULL;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(file->path));
	int rc;

	if (!intoto_key_is_private(file->key))
		return it_err_set(err, INTOTO_E_KEY, "%s: want a private key, found a public one",
				  quoted ? quoted : "key");
	rc = it_key_private_text(&text, file->key, &self->new, self->output, err);
	return rc ? rc
		  : it_file_write(self->output, it_span_text(text), IT_PRIVATE_MODE,
				  IT_FILE_NEW | IT_FILE_SYNC, err);
}

static int convert(struct convert_options *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_key_file_done) struct it_key_file file = { 0 };
	int rc = it_key_file_load(&file, path, &self->old, err);

	if (rc)
		return rc;
	return self->private ? write_private(self, &file, err) : write_public(self, file.key, err);
}

/* Options that contradict one another. */
static int check(const struct convert_options *self, struct intoto_error **err)
{
	bool to_file = self->output && *self->output && !it_streq(self->output, "-");

	if (self->private && (!to_file || it_streq(self->to, "json")))
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --private wants --to=pem or --to=cosign, and --output "
				  "FILE");
	if (!self->private && (self->new.none || it_passphrase_named(&self->new)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "a new passphrase makes sense only with --private");
	if (self->with_keyid && !it_streq(self->to, "json"))
		return it_err_set(err, INTOTO_E_USAGE, "option --with-keyid wants --to=json");
	return it_passphrase_check(&self->new, err);
}

static int convert_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct convert_options *self = options;
	int rc;

	self->old.env_stays = true; /* both may name the same variable */
	self->new.confirm = true;
	self->new.cosign = it_streq(self->to, "cosign");
	self->new.prefix = "new-";
	self->new.without = "--no-passphrase";
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	rc = operands->count ? it_passphrase_check(&self->old, err)
			     : it_err_set(err, INTOTO_E_USAGE, "want the name of a key file");
	if (!rc)
		rc = check(self, err);
	if (!rc)
		rc = convert(self, operands->items[0], err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_key_convert = {
	.name = "convert",
	.synopsis = "--to=pem|json|cosign [OPTIONS] FILE",
	.summary = "turn PEM, the in-toto JSON key object and cosign's key file into one another",
	.examples = "intoto key convert --to=json alice.key.pub\n"
		    "intoto key convert --to=pem --private -o alice.key old-key.pem\n"
		    "intoto key convert --to=cosign --private -o cosign.key alice.key",
	.options = convert_options,
	.option_count = IT_COUNT_OF(convert_options),
	.options_size = sizeof(struct convert_options),
	.run = convert_run,
};
