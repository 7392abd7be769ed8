/* SPDX-License-Identifier: Apache-2.0 */
/* intoto exception create, sign: somebody who is answerable puts a name under it. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/passphrase.h"
#include "crypto/digest.h"
#include "crypto/signer.h"
#include "layouts/gates/exceptions.h"

enum { FILE_MODE = 0666 /* and umask */, DIGESTS_LIMIT = 4096, SHA256_DIGITS = 64 };

#define DEFAULT_SPAN "30d"

struct create_options {
	const char *id;
	const char *owner;
	const char *reason;
	const char *ticket;
	const char *not_before;
	const char *expires;
	const char *expires_in;
	const char *gate;
	struct it_strings steps;
	struct it_strings findings;
	struct it_strings packages;
	struct it_strings licenses;
	struct it_strings tests;
	struct it_strings artifacts;
	const char *output;
	const char *signing_key;
	const char *keyid_style;
	struct it_passphrase passphrase;
	bool force;
};

/* clang-format off */
static const struct it_option create_table[] = {
	IT_REQUIRED(struct create_options, id, 0, "id", "ID", "what it is called"),
	IT_REQUIRED(struct create_options, owner, 0, "owner", "WHO", "who is answerable for it"),
	IT_REQUIRED(struct create_options, reason, 0, "reason", "TEXT", "why it may be so"),
	IT_VALUE(struct create_options, ticket, 0, "ticket", "TEXT", "where it is being worked on"),
	IT_VALUE(struct create_options, not_before, 0, "not-before", "TIME",
		 "from when it holds: 2026-01-31T23:59:59Z, or @SECONDS since 1970 (now)"),
	IT_VALUE(struct create_options, expires, 0, "expires", "TIME", "until when it holds"),
	IT_VALUE(struct create_options, expires_in, 0, "expires-in", "TIME",
		 "the same from its beginning on, as 12h, 90d or 8w (30d)"),
	IT_REQUIRED(struct create_options, gate, 0, "gate", "NAME", "the gate that it is for"),
	IT_EACH(struct create_options, findings, 0, "finding", "ID", "of a finding: CVE-2024-1"),
	IT_EACH(struct create_options, packages, 0, "package", "PURL",
		"package URL or name that it was found in; may end in a star"),
	IT_EACH(struct create_options, licenses, 0, "license", "ID", "license that may be used"),
	IT_EACH(struct create_options, tests, 0, "test", "NAME", "test that may fail"),
	IT_EACH(struct create_options, steps, 0, "step", "NAME", "only in this step"),
	IT_EACH(struct create_options, artifacts, 0, "artifact", "FILE",
		"only in this file, or sha256:HEX"),
	IT_VALUE(struct create_options, output, 'o', "output", "FILE",
		 "write here (ID.exception.json)"),
	IT_VALUE(struct create_options, signing_key, 0, "signing-key", "KEY",
		 "sign it with this private key: a file, or the URI of a signer"),
	IT_PASSPHRASE_OPTIONS(struct create_options, passphrase),
	IT_KEYID_STYLE_OPTION(struct create_options, keyid_style),
	IT_FLAG(struct create_options, force, 'f', "force", "replace the file if it is there"),
};
/* clang-format on */

/* --- from words --- */

static int copy_text(char **out, const char *text, struct intoto_error **err)
{
	*out = text ? strdup(text) : NULL;
	return *out || !text ? INTOTO_OK : it_err_nomem(err);
}

static int copy_words(struct it_strings *out, const struct it_strings *words,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_strings_add(out, words->items[i], err);
	return rc;
}

static int read_times(struct it_exception *out, const struct create_options *self,
		      struct intoto_error **err)
{
	int64_t span = 0;
	int rc = it_read_time(&out->not_before, "--not-before", self->not_before, err);

	if (!rc && self->expires && self->expires_in)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --expires and --expires-in");
	if (!rc && self->expires)
		return it_read_time(&out->expires, "--expires", self->expires, err);
	if (!rc)
		rc = it_read_span(&span, "--expires-in",
				  self->expires_in ? self->expires_in : DEFAULT_SPAN, err);
	out->expires = out->not_before + span;
	return rc;
}

/* A file's digest, or the one that is given. */
static int add_artifact(struct it_exception *out, const char *word, struct intoto_error **err)
{
	static const char prefix[] = "sha256:";
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF((size_t)1 << 30);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(DIGESTS_LIMIT);
	int rc;

	if (it_starts_with(word, prefix))
		return it_strings_add(&out->artifacts, word + sizeof prefix - 1, err);
	rc = it_file_read(&text, word, err);
	if (rc)
		return rc;
	it_sha256_hex(&hex, it_buf_span(&text));
	return it_strings_add(&out->artifacts, it_buf_text(&hex), err);
}

static int fill(struct it_exception *out, const struct create_options *self,
		struct intoto_error **err)
{
	int rc = copy_text(&out->id, self->id, err);

	if (!rc)
		rc = copy_text(&out->owner, self->owner, err);
	if (!rc)
		rc = copy_text(&out->reason, self->reason, err);
	if (!rc)
		rc = copy_text(&out->ticket, self->ticket, err);
	if (!rc)
		rc = copy_text(&out->gate, self->gate, err);
	if (!rc)
		rc = copy_words(&out->steps, &self->steps, err);
	if (!rc)
		rc = copy_words(&out->findings, &self->findings, err);
	if (!rc)
		rc = copy_words(&out->packages, &self->packages, err);
	if (!rc)
		rc = copy_words(&out->licenses, &self->licenses, err);
	if (!rc)
		rc = copy_words(&out->tests, &self->tests, err);
	for (size_t i = 0; !rc && i < self->artifacts.count; i++)
		rc = add_artifact(out, self->artifacts.items[i], err);
	return rc ? rc : read_times(out, self, err);
}

/* What is refused here are words of the command line. */
static int make_envelope(struct intoto_envelope **out, const struct it_exception *exception,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_exception_to_envelope(out, exception, &why);

	if (rc)
		return it_err_set(err, rc == INTOTO_E_NOMEM ? rc : INTOTO_E_USAGE, "%s",
				  intoto_error_text(why));
	return INTOTO_OK;
}

static int sign(struct intoto_envelope *envelope, const char *key, struct it_passphrase *passphrase,
		const char *style, struct intoto_error **err)
{
	IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
	int rc = it_signer_open(&signer, key, it_passphrase_get, passphrase, err);

	return rc ? rc : it_envelope_sign(envelope, signer, it_keyid_style_named(style), err);
}

static int save(const struct intoto_envelope *envelope, const char *path, bool force,
		struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	return rc ? it_err_wrap(err, rc, "%s", path)
		  : it_file_write(path, it_span(text, len), FILE_MODE, force ? 0 : IT_FILE_NEW,
				  err);
}

static int create(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct create_options *self = parsed;
	IT_AUTO(it_exception_done) struct it_exception exception = { 0 };
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(IT_NAME_MAX * 2);
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_passphrase_check(&self->passphrase, err);
	if (!rc)
		rc = fill(&exception, self, err);
	if (!rc)
		rc = make_envelope(&envelope, &exception, err);
	if (!rc && self->signing_key)
		rc = sign(envelope, self->signing_key, &self->passphrase, self->keyid_style, err);
	(void)it_buf_printf(&name, "%s" IT_EXCEPTION_SUFFIX, self->id); /* looked at below */
	if (!rc)
		rc = it_buf_check(&name, "--id", err);
	if (!rc)
		rc = save(envelope, self->output ? self->output : it_buf_text(&name), self->force,
			  err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_exception_create = {
	.name = "create",
	.synopsis = "--id ID --owner WHO --reason TEXT --gate NAME [OPTIONS]",
	.summary = "write an exception, and sign it",
	.examples =
		"intoto exception create --id EX-7 --owner alice@example.org --ticket SEC-42 \\\n"
		"    --reason 'the parser is not reachable' --gate vulnerabilities \\\n"
		"    --finding CVE-2024-1 --package 'pkg:deb/debian/zlib1g@*' \\\n"
		"    --expires-in 30d --signing-key security.pem",
	.options = create_table,
	.option_count = IT_COUNT_OF(create_table),
	.options_size = sizeof(struct create_options),
	.run = create,
	.manual = "intoto-exception",
};

/* --- sign --- */

struct sign_options {
	const char *signing_key;
	const char *output;
	const char *keyid_style;
	struct it_passphrase passphrase;
};

/* clang-format off */
static const struct it_option sign_table[] = {
	IT_REQUIRED(struct sign_options, signing_key, 0, "signing-key", "KEY",
		    "the private key: a file, or the URI of a signer"),
	IT_VALUE(struct sign_options, output, 'o', "output", "FILE", "write here instead of in place"),
	IT_PASSPHRASE_OPTIONS(struct sign_options, passphrase),
	IT_KEYID_STYLE_OPTION(struct sign_options, keyid_style),
};
/* clang-format on */

/* What is no exception is not signed as one. */
static int sign_file(const char *path, struct sign_options *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_exception_done) struct it_exception exception = { 0 };
	IT_AUTO(it_freep) char *place = NULL;
	int rc = intoto_envelope_load(&envelope, path, err);

	if (!rc)
		rc = it_err_wrap(err, it_exception_from_envelope(&exception, envelope, err), "%s",
				 path);
	if (!rc)
		rc = sign(envelope, self->signing_key, &self->passphrase, self->keyid_style, err);
	if (!rc && !self->output)
		rc = it_path_in_place(&place, path, err);
	return rc ? rc : save(envelope, self->output ? self->output : place, true, err);
}

static int sign_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct sign_options *self = parsed;
	int rc = it_passphrase_check(&self->passphrase, err);

	if (!rc && !operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the file of an exception");
	if (!rc && operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = sign_file(operands->items[0], self, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_exception_sign = {
	.name = "sign",
	.synopsis = "FILE --signing-key KEY",
	.summary = "sign an exception, besides who signed it already",
	.examples = "intoto exception sign EX-7.exception.json --signing-key bob.pem",
	.options = sign_table,
	.option_count = IT_COUNT_OF(sign_table),
	.options_size = sizeof(struct sign_options),
	.run = sign_run,
	.manual = "intoto-exception",
};
