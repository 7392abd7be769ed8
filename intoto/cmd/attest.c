/* SPDX-License-Identifier: Apache-2.0 */
/* intoto attest: what an attestor says of files that are there, outside of a step. */
#include "cmd/attest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attest/statement.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/attest_options.h"
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/output.h"
#include "cmd/passphrase.h"
#include "crypto/certificate.h"
#include "record/snapshot.h"

enum { NOTES_MAX = 64 * 1024 };

static const char command_name[] = "intoto attest";

struct attest_options {
	struct it_strings subjects;
	struct it_strings digests;
	const char *key;
	const char *gpg;
	const char *gpg_home;
	const char *certificate;
	const char *output;
	const char *keyid_style;
	struct it_strings options;
	const char *as;
	const char *on_failure;
	bool network;
	struct it_strings environment;
	struct it_strings paths;
	struct it_strings folders;
	bool best_effort;
	bool no_reports;
	struct it_strings allowed;
	const char *format;
	bool quiet;
	struct it_passphrase passphrase;
};

static const char *const policy_words[] = { "fatal", "record", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct attest_options, subjects, 0, "subject", "FILE",
		"what the statement is about; a folder is all files in it"),
	IT_EACH(struct attest_options, digests, 0, "subject-digest", "sha256:HEX=NAME",
		"likewise, of what is not here: an image, a commit"),
	IT_VALUE(struct attest_options, key, 0, "signing-key", "KEY",
		 "the private key that signs: a file, or the URI of a signer"),
	IT_GPG_OPTION(struct attest_options, gpg),
	IT_GPG_HOME_OPTION(struct attest_options, gpg_home),
	IT_VALUE(struct attest_options, certificate, 'c', "cert", "FILE",
		 "the key's certificate, then its issuers; put onto the signature"),
	IT_PASSPHRASE_OPTIONS(struct attest_options, passphrase),
	IT_VALUE(struct attest_options, output, 'o', "output", "FILE",
		 "where the signed statement is put; further ones beside it (FILE-2 …)"),
	IT_EACH(struct attest_options, options, 0, "option", "KEY=VALUE",
		"an option of the attestor"),
	IT_VALUE(struct attest_options, as, 0, "as", "FORMAT",
		 "read the files as this format: --option as=FORMAT"),
	IT_CHOICE(struct attest_options, on_failure, 0, "on-failure", "WHAT", policy_words,
		 "when it fails: fatal (nothing is signed) or record"),
	IT_FLAG(struct attest_options, network, 0, "network",
		"grant it the network, if it asks for it"),
	IT_EACH(struct attest_options, environment, 0, "env", "VARIABLE",
		"pass it this variable (PREFIX_*: all such that look like no secret)"),
	IT_EACH(struct attest_options, paths, 0, "path", "PATH",
		"let it read this file or folder, too"),
	IT_EACH(struct attest_options, folders, 0, "attestor-path", "FOLDER",
		"look for attestors here first"),
	IT_FLAG(struct attest_options, best_effort, 0, "best-effort",
		"hear it also where it cannot be confined"),
	IT_FLAG(struct attest_options, no_reports, 0, "no-reports",
		"do not keep the files that it read beside the statement"),
	IT_EACH(struct attest_options, allowed, 0, "allow-secret", "VARIABLE",
		"the value of this variable may be signed, though its name says secret"),
	IT_KEYID_STYLE_OPTION(struct attest_options, keyid_style),
	IT_REPORT_OPTION(struct attest_options, format),
	IT_FLAG(struct attest_options, quiet, 'q', "quiet", "say nothing but errors"),
};
/* clang-format on */

static struct it_attestor_places places_of(const struct attest_options *self)
{
	return (struct it_attestor_places){ .package = it_attestors_folder(),
					    .folders = &self->folders,
					    .best_effort = self->best_effort };
}

/* --- subjects --- */

static int refuse_digest(const char *word, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	return it_err_set(err, INTOTO_E_USAGE,
			  "--subject-digest: want sha256:HEX=NAME, or another algorithm with as "
			  "many digits as it has, found '%s'",
			  quoted ? quoted : "");
}

/* "sha256:HEX=NAME" */
static int add_digest(struct it_artifacts *out, const char *word, struct intoto_error **err)
{
	size_t colon = strcspn(word, ":=");
	size_t equals = strcspn(word, "=");

	if (word[colon] != ':' || !word[equals] || !word[equals + 1] ||
	    !it_digest_is_kept(it_span(word, colon), it_span(word + colon + 1, equals - colon - 1)))
		return refuse_digest(word, err);
	return it_artifacts_add(out, it_span_text(word + equals + 1), it_span(word, equals), err);
}

static int fill_subjects(struct it_artifacts *out, const struct attest_options *self,
			 struct intoto_error **err)
{
	const struct it_strings nothing = { 0 };
	const struct it_snapshot_options snapshot = { .symlinks = IT_SYMLINKS_FOLLOW,
						      .exclude = &nothing };
	IT_AUTO(it_artifacts_done) struct it_artifacts files = { 0 };
	int rc = INTOTO_OK;

	if (!self->subjects.count && !self->digests.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want --subject FILE or --subject-digest sha256:HEX=NAME: what "
				  "the statement is about");
	if (self->subjects.count)
		rc = it_snapshot(&files, &self->subjects, &snapshot, err);
	for (size_t i = 0; !rc && i < files.count; i++)
		rc = it_artifacts_add(out, it_artifact_name(&files.items[i]),
				      it_span_text(files.items[i].digests), err);
	for (size_t i = 0; !rc && i < self->digests.count; i++)
		rc = add_digest(out, self->digests.items[i], err);
	if (!rc)
		rc = it_artifacts_seal(out, err);
	if (!rc && !out->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "--subject: there is no file in it");
	return rc;
}

/* --- the statement --- */

static int open_signer(struct it_signer **out, struct attest_options *self,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *uri = NULL;
	int rc = it_gpg_check(self->gpg != NULL, self->key != NULL, self->gpg_home, err);

	if (!rc && !self->gpg && !self->key)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"option --signing-key KEY is missing (or --gpg [KEYID])");
	if (!rc && self->gpg) {
		uri = it_gpg_uri(self->gpg, self->gpg_home);
		rc = uri ? INTOTO_OK : it_err_nomem(err);
	}
	if (!rc)
		rc = it_signer_open(out, uri ? uri : self->key, it_passphrase_get,
				    &self->passphrase, err);
	return rc || !self->certificate ? rc : it_signer_certify(*out, self->certificate, err);
}

/* OUT, then OUT with -2 in front of its suffixes: "sbom-2.intoto.json". */
static char *path_for(const char *output, size_t index)
{
	const char *base = it_path_base(output);
	size_t stem = strcspn(*base == '.' ? base + 1 : base, ".") + (*base == '.');
	char *path = NULL;

	if (!index)
		return strdup(output);
	if (asprintf(&path, "%.*s%.*s-%zu%s", (int)(base - output), output, (int)stem, base,
		     index + 1, base + stem) < 0)
		return NULL;
	return path;
}

static int save_one(const struct attest_options *self, const struct it_hearing *hearing,
		    size_t index, const struct it_artifacts *subjects,
		    const struct it_attest_signing *signing, struct intoto_error **err)
{
	const struct it_attest_statement statement = { .hearing = hearing,
						       .index = index,
						       .subjects = subjects };
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(2 * IT_SHA256_SIZE);
	IT_AUTO(it_freep) char *path = path_for(self->output, index);

	return path ? it_attest_statement_save(&statement, path, signing, &sha256, err)
		    : it_err_nomem(err);
}

static int save(const struct attest_options *self, const struct it_hearing *hearing,
		const struct it_artifacts *subjects, const struct it_signer *signer,
		struct intoto_error **err)
{
	const struct it_attest_signing signing = { signer,
						   it_keyid_style_named(self->keyid_style) };
	IT_AUTO(it_freep)
	char *folder = strndup(self->output, (size_t)(it_path_base(self->output) - self->output));
	int rc = folder ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < it_attest_statement_count(hearing); i++)
		rc = save_one(self, hearing, i, subjects, &signing, err);
	if (!rc && !self->no_reports && !it_streq(self->output, "-"))
		rc = it_attest_keep_reports(hearing, *folder ? folder : ".", err);
	return rc;
}

static void tell_notes(const struct attest_options *self, const struct it_hearing *hearing)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(NOTES_MAX);

	for (size_t i = 0; !self->quiet && i < hearing->answer.notes.count; i++) {
		it_buf_reset(&text);
		it_text_quote(&text, it_span_text(hearing->answer.notes.items[i]));
		/* Nowhere else to say it. */
		(void)fprintf(stderr, "%s: %s: %s\n", command_name,
			      hearing->order->attestor->manifest.name, it_buf_text(&text));
	}
}

static int refuse_failure(const struct it_hearing *hearing, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *reason = it_text_quoted(it_span_text(hearing->reason));

	return it_err_set(err, hearing->own_words ? INTOTO_E_FORMAT : INTOTO_E_HELPER,
			  "attestor %s: %s", hearing->order->attestor->manifest.name,
			  reason ? reason : "");
}

static int hear(struct attest_options *self, const struct it_attest_order *order,
		const struct it_strings *hidden, struct intoto_error **err)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts subjects = { 0 };
	IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
	IT_AUTO(it_hearing_done) struct it_hearing hearing = { 0 };
	IT_AUTO(it_secrets_done) struct it_secrets secrets = { 0 };
	IT_AUTO(it_freep) char *folder = realpath(".", NULL);
	struct it_hearing_options how = { .subjects = &subjects,
					  .folder = folder,
					  .hidden = hidden,
					  .secrets = &secrets,
					  .best_effort = self->best_effort };
	int rc = folder ? fill_subjects(&subjects, self, err) : it_err_nomem(err);

	if (!rc)
		rc = open_signer(&signer, self, err);
	if (!rc)
		rc = it_secrets_gather(&secrets, &self->allowed, err);
	if (!rc)
		rc = it_hearing_hold(&hearing, order, &how, err);
	if (rc)
		return rc;
	tell_notes(self, &hearing);
	if (hearing.failed && !it_streq(self->on_failure, "record"))
		return refuse_failure(&hearing, err);
	return save(self, &hearing, &subjects, signer, err);
}

static int fill_order(struct it_attest_order *order, struct it_strings *words,
		      struct attest_options *self, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *as = NULL;
	int rc = INTOTO_OK;

	if (self->as && asprintf(&as, "as=%s", self->as) < 0) {
		as = NULL;
		return it_err_nomem(err);
	}
	if (as)
		rc = it_strings_add(words, as, err);
	for (size_t i = 0; !rc && i < self->options.count; i++)
		rc = it_strings_add(words, self->options.items[i], err);
	order->options = words;
	order->granted = &self->environment;
	order->paths = &self->paths;
	order->network = self->network;
	return rc ? rc : it_attest_order_check(order, false, err);
}

static int attest(struct attest_options *self, const struct it_strings *operands,
		  struct intoto_error **err)
{
	IT_AUTO(it_attestor_freep) struct it_attestor *attestor = NULL;
	IT_AUTO(it_strings_done) struct it_strings files = { 0 };
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	IT_AUTO(it_strings_done) struct it_strings hidden = { 0 };
	struct it_attestor_places places = places_of(self);
	struct it_attest_order order = { .files = &files };
	int rc = INTOTO_OK;

	if (!self->output)
		return it_err_set(err, INTOTO_E_USAGE, "option --output FILE is missing");
	for (size_t i = 1; !rc && i < operands->count; i++)
		rc = it_strings_add(&files, operands->items[i], err);
	if (!rc && self->key)
		rc = it_strings_add(&hidden, self->key, err);
	if (!rc && self->passphrase.file)
		rc = it_strings_add(&hidden, self->passphrase.file, err);
	if (!rc)
		rc = it_attestor_find(&attestor, operands->items[0], &places, err);
	order.attestor = attestor;
	if (!rc)
		rc = fill_order(&order, &words, self, err);
	return rc ? rc : hear(self, &order, &hidden, err);
}

static int run(void *arg, const struct it_strings *operands, struct intoto_error **err)
{
	struct attest_options *self = arg;
	struct it_attestor_places places = places_of(self);
	bool json = it_report_is_json(self->format);
	int rc;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want the name of an attestor, or list, or describe");
	else if (it_streq(operands->items[0], "list"))
		rc = it_attest_list(&places, json, operands, err);
	else if (it_streq(operands->items[0], "describe"))
		rc = it_attest_describe(&places, json, operands, err);
	else
		rc = attest(self, operands, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_attest = {
	.name = "attest",
	.synopsis = "NAME [FILE]... --subject FILE --signing-key KEY -o OUT | list | describe NAME",
	.summary = "sign what an attestor says of reports: SBOMs, scans, tests",
	.examples = "  intoto attest sbom bom.cdx.json --subject app.tar.gz --signing-key k.pem "
		    "-o sbom.intoto.json\n"
		    "  intoto attest list\n"
		    "  intoto attest describe scan\n",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct attest_options),
	.run = run,
};
