/* SPDX-License-Identifier: Apache-2.0 */
/* intoto attest: what an attestor says of files that are there, outside of a step. */
#include "cmd/attest_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attest/statement.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/output.h"
#include "cmd/passphrase.h"
#include "crypto/certificate.h"
#include "json/writer.h"
#include "record/snapshot.h"

enum { PLACE_MAX = 64 * 1024, OUTPUT_MAX = 16 * 1024 * 1024, NOTES_MAX = 64 * 1024 };

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
	IT_VALUE(struct attest_options, on_failure, 0, "on-failure", "WHAT",
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

/* --- list and describe --- */

static struct it_attestor_places places_of(const struct attest_options *self)
{
	return (struct it_attestor_places){ .package = it_attestors_folder(),
					    .folders = &self->folders,
					    .best_effort = self->best_effort };
}

static void add_list(struct it_writer *writer, const char *name, const struct it_strings *list)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < list->count; i++)
		it_write_text(writer, list->items[i]);
	it_write_list_end(writer);
}

static void add_text(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text ? text : "");
}

static void add_number(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, (int64_t)number);
}

static void add_options(struct it_writer *writer, const struct it_manifest *manifest)
{
	it_write_name(writer, "options");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->option_count; i++) {
		it_write_object(writer);
		add_text(writer, "argument", manifest->options[i].argument);
		it_write_name(writer, "many");
		it_write_bool(writer, manifest->options[i].many);
		add_text(writer, "name", manifest->options[i].name);
		add_text(writer, "summary", manifest->options[i].summary);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void add_limits(struct it_writer *writer, const struct it_manifest *manifest)
{
	it_write_name(writer, "inputs");
	it_write_object(writer);
	add_number(writer, "least", manifest->least);
	add_number(writer, "most", manifest->most);
	it_write_object_end(writer);
	it_write_name(writer, "limits");
	it_write_object(writer);
	add_number(writer, "memory", manifest->memory);
	add_number(writer, "output", manifest->output);
	add_number(writer, "seconds", manifest->seconds);
	it_write_object_end(writer);
}

static void add_manifest(struct it_writer *writer, const struct it_attestor *attestor)
{
	const struct it_manifest *manifest = &attestor->manifest;

	it_write_object(writer);
	add_list(writer, "environment", &manifest->environment);
	add_limits(writer, manifest);
	add_text(writer, "name", manifest->name);
	add_list(writer, "needs", &manifest->need_words);
	add_options(writer, manifest);
	add_text(writer, "path", attestor->path);
	add_list(writer, "paths", &manifest->paths);
	add_list(writer, "predicates", &manifest->predicates);
	add_number(writer, "protocol", IT_ATTEST_PROTOCOL);
	add_list(writer, "secrets", &manifest->secrets);
	add_text(writer, "sha256", attestor->sha256);
	add_text(writer, "summary", manifest->summary);
	add_text(writer, "version", manifest->version);
	it_write_object_end(writer);
}

static void print_list(struct it_buf *out, const char *title, const struct it_strings *list)
{
	for (size_t i = 0; i < list->count; i++) {
		(void)it_buf_printf(out, "%-12s", i ? "" : title); /* sticky, it_print looks */
		it_text_quote(out, it_span_text(list->items[i]));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void print_line(struct it_buf *out, const char *title, const char *text)
{
	(void)it_buf_printf(out, "%-12s", title); /* sticky, it_print looks */
	it_text_quote(out, it_span_text(text));
	(void)it_buf_add_byte(out, '\n');
}

static void print_manifest(struct it_buf *out, const struct it_attestor *attestor)
{
	const struct it_manifest *manifest = &attestor->manifest;

	print_line(out, "name", manifest->name);
	print_line(out, "version", manifest->version);
	print_line(out, "summary", manifest->summary);
	print_line(out, "program", attestor->path);
	print_line(out, "sha256", attestor->sha256);
	print_list(out, "predicates", &manifest->predicates);
	(void)it_buf_printf(out, "%-12s%u to %u\n", "files", manifest->least, manifest->most);
	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct it_manifest_option *option = &manifest->options[i];

		(void)it_buf_printf(out, "%-12s", i ? "" : "options"); /* sticky */
		it_text_quote(out, it_span_text(option->name));
		(void)it_buf_add_byte(out, '=');
		it_text_quote(out, it_span_text(option->argument ? option->argument : "VALUE"));
		(void)it_buf_add_text(out, option->summary ? "  " : "");
		it_text_quote(out, it_span_text(option->summary));
		(void)it_buf_add_text(out, option->many ? " (may be repeated)\n" : "\n");
	}
	print_list(out, "needs", &manifest->need_words);
	print_list(out, "variables", &manifest->environment);
	print_list(out, "secrets", &manifest->secrets);
	print_list(out, "paths", &manifest->paths);
	(void)it_buf_printf(out, "%-12s%u seconds, %ju bytes of memory, %zu bytes of output\n",
			    "limits", manifest->seconds, (uintmax_t)manifest->memory,
			    manifest->output);
}

static int describe(const struct attest_options *self, const struct it_strings *operands,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	struct it_attestor_places places = places_of(self);
	bool json = it_report_is_json(self->format);
	struct it_writer writer;
	int rc = INTOTO_OK;

	if (operands->count < 2)
		return it_err_set(err, INTOTO_E_USAGE, "describe: want the name of an attestor");
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 1; !rc && i < operands->count; i++) {
		IT_AUTO(it_attestor_freep) struct it_attestor *attestor = NULL;

		rc = it_attestor_find(&attestor, operands->items[i], &places, err);
		if (!rc && json)
			add_manifest(&writer, attestor);
		else if (!rc)
			print_manifest(&out, attestor);
	}
	if (!json)
		return rc ? rc : it_print(&out, err);
	it_write_list_end(&writer);
	if (rc) {
		(void)!it_writer_finish(&writer, NULL); /* frees; there is an error to tell */
		return rc;
	}
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&out, '\n'); /* sticky, it_print_json looks */
	return rc ? rc : it_print_json(&out, err);
}

/* One that cannot be described is listed all the same, with why. */
static void list_one(struct it_buf *out, struct it_writer *writer, const char *name,
		     const struct it_attestor_places *places)
{
	IT_AUTO(it_attestor_freep) struct it_attestor *attestor = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool good = it_attestor_find(&attestor, name, places, &why) == INTOTO_OK;

	if (!writer) {
		(void)it_buf_printf(out, "%-16s", name); /* sticky, it_print looks */
		it_text_quote(out, it_span_text(good ? attestor->manifest.summary
						     : intoto_error_text(why)));
		(void)it_buf_add_byte(out, '\n');
		return;
	}
	if (good) {
		add_manifest(writer, attestor);
		return;
	}
	it_write_object(writer);
	add_text(writer, "error", intoto_error_text(why));
	add_text(writer, "name", name);
	it_write_object_end(writer);
}

static int list(const struct attest_options *self, const struct it_strings *operands,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	struct it_attestor_places places = places_of(self);
	bool json = it_report_is_json(self->format);
	struct it_writer writer;
	int rc;

	if (operands->count > 1) {
		(void)it_refuse_operand(operands, 1, err); /* the code is USAGE */
		return INTOTO_E_USAGE;
	}
	rc = it_attestor_list(&names, &places, err);
	if (rc)
		return rc;
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 0; i < names.count; i++)
		list_one(&out, json ? &writer : NULL, names.items[i], &places);
	if (!json)
		return it_print(&out, err);
	it_write_list_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&out, '\n'); /* sticky, it_print_json looks */
	return rc ? rc : it_print_json(&out, err);
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
	IT_AUTO(it_freep) char *folder = realpath(".", NULL);
	struct it_hearing_options how = { .subjects = &subjects,
					  .folder = folder,
					  .hidden = hidden,
					  .best_effort = self->best_effort };
	int rc = folder ? fill_subjects(&subjects, self, err) : it_err_nomem(err);

	if (!rc)
		rc = open_signer(&signer, self, err);
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
	int rc;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want the name of an attestor, or list, or describe");
	else if (it_streq(operands->items[0], "list"))
		rc = list(self, operands, err);
	else if (it_streq(operands->items[0], "describe"))
		rc = describe(self, operands, err);
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
