/* SPDX-License-Identifier: Apache-2.0 */
/* intoto key generate: a private key file and its public twin, both or none. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/output.h"

enum { REPORT_MAX = 1024 * 1024 };

struct generate_options {
	const char *type;
	const char *output;
	const char *format;
	struct it_passphrase passphrase;
};

static const struct {
	const char *type;
	const char *scheme;
} kinds[] = {
	{ "ed25519", "ed25519" },
	{ "ecdsa-p256", "ecdsa-sha2-nistp256" },
	{ "ecdsa-p384", "ecdsa-sha2-nistp384" },
	{ "ecdsa-p521", "ecdsa-sha2-nistp521" },
	{ "rsa", "rsassa-pss-sha256" },
};

/* What container tools agree on (sign_hand.c); the first is what cosign itself makes. */
static const char *const cosign_types[] = { "ecdsa-p256", "ed25519", "rsa", NULL };
static const char *const formats[] = { "text", "json", "cosign", NULL };

static const char *const types[] = { "ed25519",	   "ecdsa-p256", "ecdsa-p384",
				     "ecdsa-p521", "rsa",	 NULL };

/* clang-format off */
static const struct it_option generate_options[] = {
	IT_REQUIRED(struct generate_options, output, 'o', "output", "FILE",
		    "write the private key to FILE and the public one to FILE.pub"),
	IT_CHOICE(struct generate_options, type, 't', "type", "TYPE", types, "kind of key"),
	IT_PASSPHRASE_OPTIONS(struct generate_options, passphrase),
	IT_FLAG(struct generate_options, passphrase.none, 0, "no-passphrase",
		"do not encrypt the private key"),
	IT_CHOICE(struct generate_options, format, 0, "format", "FORMAT", formats,
		  "what is printed about the key; cosign: text, and the private key is a file of cosign's"),
};
/* clang-format on */

static const char *scheme_of(const char *type)
{
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		if (it_streq(kinds[i].type, type))
			return kinds[i].scheme;
	}
	return kinds[0].scheme;
}

/* Without --type it is a key of the kind that cosign makes. */
static int choose_for_cosign(struct generate_options *self, struct intoto_error **err)
{
	if (!self->type) {
		self->type = cosign_types[0];
		return INTOTO_OK;
	}
	for (size_t i = 0; cosign_types[i]; i++)
		if (it_streq(self->type, cosign_types[i]))
			return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "option --format=cosign wants a key of type ecdsa-p256, ed25519 or rsa, "
			  "found %s",
			  self->type);
}

/* Before anybody is asked for a passphrase; the writing itself refuses again. */
static int refuse_existing(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	struct stat about;

	if (lstat(path, &about))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: exists already, and keys are never replaced",
			  quoted ? quoted : "");
}

/* The private half first: alone it is worth more than the public half alone. */
static int write_pair(const char *path, const char *private_text, const char *public_path,
		      const char *public_text, struct intoto_error **err)
{
	unsigned flags = IT_FILE_NEW | IT_FILE_SYNC;
	int rc = it_file_write(path, it_span_text(private_text), IT_PRIVATE_MODE, flags, err);

	if (rc)
		return rc;
	rc = it_file_write(public_path, it_span_text(public_text), IT_PUBLIC_MODE, flags, err);
	if (rc)
		(void)unlink(path); /* ours since a moment; the first failure is the one to tell */
	return rc;
}

static int write_files(const struct it_key_file *file, const char *public_path,
		       struct it_passphrase *passphrase, struct intoto_error **err)
{
	IT_AUTO(it_secret_done) char *private_text = NULL;
	IT_AUTO(it_freep) char *public_text = NULL;
	int rc = intoto_key_public_pem(file->key, &public_text, err);

	if (!rc)
		rc = it_key_private_text(&private_text, file->key, passphrase, file->path, err);
	return rc ? rc : write_pair(file->path, private_text, public_path, public_text, err);
}

static int report(const struct it_key_file *file, bool json, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	struct it_writer writer;
	int rc;

	if (!json) {
		it_key_file_describe(&text, file);
		return it_print(&text, err);
	}
	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_key_file_write_json(&writer, file);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&text, '\n'); /* sticky */
	return rc ? rc : it_print(&text, err);
}

static int generate(struct generate_options *self, const char *public_path,
		    struct intoto_error **err)
{
	IT_AUTO(it_key_file_done)
	struct it_key_file file = { .path = self->output, .encrypted = !self->passphrase.none };
	int rc = refuse_existing(self->output, err);

	if (!rc)
		rc = refuse_existing(public_path, err);
	if (!rc)
		rc = intoto_key_generate(&file.key, scheme_of(self->type), err);
	if (!rc)
		rc = write_files(&file, public_path, &self->passphrase, err);
	return rc ? rc : report(&file, it_report_is_json(self->format), err);
}

static int generate_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct generate_options *self = options;
	IT_AUTO(it_freep) char *public_path = NULL;

	self->passphrase.confirm = true;
	self->passphrase.without = "--no-passphrase";
	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	if (it_streq(self->output, "-") || !*self->output) {
		(void)it_err_set(err, INTOTO_E_USAGE, "option --output wants the name of a file");
		return IT_EXIT_FROM_ERROR;
	}
	if (asprintf(&public_path, "%s.pub", self->output) < 0) {
		public_path = NULL;
		(void)it_err_nomem(err); /* said below */
		return IT_EXIT_FROM_ERROR;
	}
	self->passphrase.cosign = it_streq(self->format, "cosign");
	if (self->passphrase.cosign && choose_for_cosign(self, err))
		return IT_EXIT_FROM_ERROR;
	if (it_passphrase_check(&self->passphrase, err) || generate(self, public_path, err))
		return IT_EXIT_FROM_ERROR;
	return IT_EXIT_YES;
}

const struct it_command it_cmd_key_generate = {
	.name = "generate",
	.synopsis = "-o FILE [-t TYPE] [OPTIONS]",
	.summary = "make a key pair",
	.examples =
		"intoto key generate -o alice.key\n"
		"intoto key generate -t ecdsa-p256 -o ci.key --passphrase-env CI_KEY_PASSPHRASE\n"
		"intoto key generate --format=cosign -o cosign.key",
	.options = generate_options,
	.option_count = IT_COUNT_OF(generate_options),
	.options_size = sizeof(struct generate_options),
	.run = generate_run,
};
