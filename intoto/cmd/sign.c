/* SPDX-License-Identifier: Apache-2.0 */
/* intoto sign: adds signatures to a layout or a link, or looks whether they are there. */
#include "cmd/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/output.h"
#include "crypto/certificate.h"
#include "layouts/layout.h"
#include "model/envelope_text.h"
#include "model/link.h"

enum { DOCUMENT_MODE = 0666 }; /* and umask */

/* clang-format off */
static const struct it_option sign_options[] = {
	IT_REQUIRED(struct it_sign_options, file, 'f', "file", "FILE",
		    "the layout or link to sign, or - for standard input"),
	IT_WORDS(struct it_sign_options, keys, 'k', "key", "KEY",
		 "private keys to sign with; with --verify public keys"),
	IT_WORDS(struct it_sign_options, keys, 0, "signing-key", "KEY", "another name for --key"),
	{ .letter = 'g', .name = "gpg", .argument = "[KEYID]", .kind = IT_OPTION_LIST, .bare = true,
	  .offset = offsetof(struct it_sign_options, gpg),
	  .help = "the same for keys that gpg keeps (its default key)" },
	IT_GPG_HOME_OPTION(struct it_sign_options, gpg_home),
	IT_EACH(struct it_sign_options, certificates, 'c', "cert", "FILE",
		"the certificate of one of the keys, then its issuers; put onto its signature"),
	IT_VALUE(struct it_sign_options, timestamp, 0, "timestamp", "FILE",
		 "sign nothing; put an RFC 3161 timestamp onto the signature that it is over"),
	IT_VALUE(struct it_sign_options, extract, 0, "extract", "FILE",
		 "sign nothing; write the bytes of the signature, to ask for a timestamp"),
	IT_VALUE(struct it_sign_options, output, 'o', "output", "FILE",
		 "write here instead of in place"),
	IT_FLAG(struct it_sign_options, append, 'a', "append",
		"keep the signatures of other keys (the default)"),
	IT_FLAG(struct it_sign_options, unchecked, 0, "unchecked",
		"sign a layout or link even if it cannot be read as one"),
	IT_FLAG(struct it_sign_options, replace, 0, "replace", "drop the signatures of other keys"),
	IT_KEYID_STYLE_OPTION(struct it_sign_options, keyid_style),
	IT_FLAG(struct it_sign_options, verify, 0, "verify",
		"sign nothing; check that every given key has signed"),
	IT_REPORT_OPTION(struct it_sign_options, format),
	IT_PASSPHRASE_OPTIONS(struct it_sign_options, passphrase),
	IT_FLAG(struct it_sign_options, quiet, 'q', "quiet", "print nothing but errors"),
	IT_TALLY(struct it_sign_options, verbose, 'v', "verbose", "name the keys that signed"),
};
/* clang-format on */

/* The signers of all keys; opened before anything is changed. */
struct signers {
	struct it_signer **items;
	size_t count;
	struct it_strings names;
};

static void signers_done(struct signers *signers)
{
	for (size_t i = 0; i < signers->count; i++)
		it_signer_free(signers->items[i]);
	free(signers->items);
	it_strings_done(&signers->names);
	*signers = (struct signers){ 0 };
}

static int name_all(struct it_strings *out, const struct it_sign_options *self,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < self->keys.count; i++)
		rc = it_strings_add(out, self->keys.items[i], err);
	for (size_t i = 0; !rc && i < self->gpg.count; i++) {
		IT_AUTO(it_freep) char *uri = it_gpg_uri(self->gpg.items[i], self->gpg_home);

		rc = uri ? it_strings_add(out, uri, err) : it_err_nomem(err);
	}
	return rc;
}

static int signers_open(struct signers *signers, struct it_sign_options *self,
			struct intoto_error **err)
{
	int rc = name_all(&signers->names, self, err);

	if (rc)
		return rc;
	signers->items = calloc(signers->names.count, sizeof(struct it_signer *));
	if (!signers->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < signers->names.count; i++) {
		rc = it_signer_open(&signers->items[i], signers->names.items[i], it_passphrase_get,
				    &self->passphrase, err);
		if (rc)
			return rc;
		signers->count++;
	}
	return INTOTO_OK;
}

/* Each certificate is of one of the keys. */
static int certify_one(struct signers *signers, const char *path, struct intoto_error **err)
{
	for (size_t i = 0; i < signers->count; i++) {
		bool last = i + 1 == signers->count;
		int rc = it_signer_certify(signers->items[i], path, last ? err : NULL);

		if (rc != INTOTO_E_KEY || last)
			return rc;
	}
	return it_err_set(err, INTOTO_E_INTERNAL, "no signer");
}

static int certify(struct signers *signers, const struct it_strings *paths,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = certify_one(signers, paths->items[i], err);
	return rc;
}

static void drop_signatures(struct intoto_envelope *envelope)
{
	for (size_t i = 0; i < envelope->signature_count; i++)
		it_signature_done(&envelope->signatures[i]);
	envelope->signature_count = 0;
}

static int add_signatures(struct intoto_envelope *envelope, const struct signers *signers,
			  const struct it_sign_options *self, struct intoto_error **err)
{
	enum intoto_keyid_style style = it_keyid_style_named(self->keyid_style);

	if (self->replace)
		drop_signatures(envelope);
	for (size_t i = 0; i < signers->count; i++) {
		int rc = it_envelope_sign(envelope, signers->items[i], style, err);

		if (rc)
			return it_err_wrap(err, rc, "%s", signers->names.items[i]);
	}
	return INTOTO_OK;
}

/* Beside FILE, under the name by which verification finds the link of that key. */
static int link_path(char **out, const struct intoto_envelope *envelope,
		     const struct signers *signers, const struct it_sign_options *self,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	const char *base = it_path_base(self->file);
	IT_AUTO(it_freep) char *folder = strndup(self->file, (size_t)(base - self->file));
	IT_AUTO(it_freep) char *name = NULL;
	int rc = intoto_link_from_envelope(&link, envelope, err);

	if (rc)
		return it_err_wrap(err, rc, "%s", self->file);
	if (signers->count > 1)
		return it_err_set(err, INTOTO_E_USAGE,
				  "the name of a link's file has room for one key, found %zu: want "
				  "--output FILE",
				  signers->count);
	if (!it_name_is_safe(it_span_text(intoto_link_name(link))))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: link.name: is no safe file name",
				  self->file);
	name = it_link_file_name(
		intoto_link_name(link),
		intoto_key_id(signers->items[0]->key, it_keyid_style_named(self->keyid_style)));
	*out = name && folder ? it_path_join(folder, name) : NULL;
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static bool is_link(const struct intoto_envelope *envelope)
{
	return it_streq(intoto_envelope_type(envelope), "link");
}

static int choose_path(char **out, const struct intoto_envelope *envelope,
		       const struct signers *signers, const struct it_sign_options *self,
		       struct intoto_error **err)
{
	const char *given = self->output ? self->output : it_streq(self->file, "-") ? "-" : NULL;

	*out = given ? strdup(given) : NULL;
	if (given)
		return *out ? INTOTO_OK : it_err_nomem(err);
	if (is_link(envelope))
		return link_path(out, envelope, signers, self, err);
	return it_path_in_place(out, self->file, err);
}

static int write_document(const struct intoto_envelope *envelope, const char *path,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	return rc ? it_err_wrap(err, rc, "%s", path)
		  : it_file_write(path, it_span(text, len), DOCUMENT_MODE, IT_FILE_SYNC, err);
}

/* On standard error: standard output may be the document. */
static void tell(const struct it_sign_options *self, const struct signers *signers,
		 const char *path, bool renamed)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

	if (self->quiet)
		return;
	for (size_t i = 0; self->verbose && i < signers->count; i++)
		(void)fprintf(stderr, "intoto sign: signed with key %s\n",
			      intoto_key_id(signers->items[i]->key,
					    it_keyid_style_named(self->keyid_style)));
	if (quoted && (renamed || self->verbose))
		(void)fprintf(stderr, "intoto sign: wrote %s\n", quoted);
}

/* Nobody is helped by a signature on a layout or link that no verifier will read. */
static int check_document(const struct intoto_envelope *envelope, const char *path,
			  struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	int rc = INTOTO_OK;

	if (is_link(envelope))
		rc = intoto_link_from_envelope(&link, envelope, err);
	else if (it_streq(intoto_envelope_type(envelope), "layout"))
		rc = intoto_layout_from_envelope(&layout, envelope, err);
	return it_err_wrap(err, rc, "%s", path);
}

static int sign(struct it_sign_options *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(signers_done) struct signers signers = { 0 };
	IT_AUTO(it_freep) char *path = NULL;
	int rc = intoto_envelope_load(&envelope, self->file, err);

	if (!rc && !self->unchecked)
		rc = check_document(envelope, self->file, err);
	if (!rc)
		rc = signers_open(&signers, self, err);
	if (!rc)
		rc = certify(&signers, &self->certificates, err);
	if (!rc)
		rc = choose_path(&path, envelope, &signers, self, err);
	if (!rc)
		rc = add_signatures(envelope, &signers, self, err);
	if (!rc)
		rc = write_document(envelope, path, err);
	if (!rc)
		tell(self, &signers, path,
		     is_link(envelope) && !self->output && !it_streq(path, self->file));
	return rc;
}

/* Options that contradict one another. */
static int check(const struct it_sign_options *self, struct intoto_error **err)
{
	bool carries = self->timestamp || self->extract;

	if (self->timestamp && self->extract)
		return it_err_set(err, INTOTO_E_USAGE, "option --timestamp contradicts --extract");
	if (carries &&
	    (self->keys.count || self->gpg.count || self->certificates.count || self->verify ||
	     self->append || self->replace || self->keyid_style || self->format))
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --%s signs nothing: --key and what goes with it make no "
				  "sense with it",
				  self->timestamp ? "timestamp" : "extract");
	if (self->append && self->replace)
		return it_err_set(err, INTOTO_E_USAGE, "option --append contradicts --replace");
	if (self->verify && (self->certificates.count || self->output || self->append ||
			     self->replace || self->keyid_style))
		return it_err_set(
			err, INTOTO_E_USAGE,
			"option --verify only looks; --cert, --output, --append, --replace and "
			"--keyid-style make no sense with it");
	if (self->format && !self->verify)
		return it_err_set(err, INTOTO_E_USAGE, "option --format wants --verify");
	if (!carries && !self->keys.count && !self->gpg.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --key KEY is missing (or --gpg [KEYID])");
	if (it_gpg_check(self->gpg.count > 0, false, self->gpg_home, err))
		return INTOTO_E_USAGE;
	return it_passphrase_check(&self->passphrase, err);
}

static int sign_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_sign_options *self = options;
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = check(self, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	if (self->timestamp)
		rc = it_sign_stamp(self, err);
	else if (self->extract)
		rc = it_sign_extract(self, err);
	else
		rc = self->verify ? it_sign_verify(self, err) : sign(self, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_sign = {
	.name = "sign",
	.synopsis = "-f FILE (-k KEY... | -g [KEYID]...) [OPTIONS]",
	.summary = "sign a layout or a link, or check who signed it",
	.examples = "intoto sign -f root.layout -k alice.key bob.key\n"
		    "intoto sign -f root.layout --verify -k alice.key.pub bob.key.pub",
	.options = sign_options,
	.option_count = IT_COUNT_OF(sign_options),
	.options_size = sizeof(struct it_sign_options),
	.run = sign_run,
};
