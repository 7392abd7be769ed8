/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto image attach: hangs a document on an image.
 *
 * What is signed already is hung on as it is, when it is about that image; anything else as an
 * artifact with its media type, or, with a key, as the predicate of a statement that is signed
 * here.
 */
#include "cmd/image_attach.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "model/attestation.h"

enum { DOCUMENT_MAX = 128 * 1024 * 1024, VALUES_MAX = 16 * 1024 * 1024, OUTPUT_MAX = 1024 * 1024 };

#define CREATED "org.opencontainers.image.created"

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct it_image_attach_words, type, 't', "type", "TYPE",
		 "what it is: spdx, cyclonedx, openvex, vuln ..., a predicate type, or a media type"),
	IT_IMAGE_SIGNING_OPTIONS(struct it_image_attach_words, signing),
	IT_IMAGE_OPTIONS(struct it_image_attach_words, image),
};
/* clang-format on */

static void job_done(struct it_image_attaching *job)
{
	it_buf_done(&job->bytes);
	it_place_free(job->place);
	it_oci_manifest_free(job->image);
	it_signers_done(&job->signers);
	it_signed_list_done(&job->list);
	free(job->type);
}

/* --- referrers --- */

static int find_referrer(struct it_image_attaching *job, const char *artifact_type,
			 struct intoto_error **err)
{
	struct it_attachments found = { 0 };
	IT_AUTO(it_strings_done) struct it_strings troubles = { 0 };
	char digest[IT_OCI_DIGEST_SIZE];
	int rc = it_attached_find(&found, &troubles, job->place, job->image->digest,
				  IT_LOOK_REFERRERS, err);

	it_oci_digest(digest, it_buf_span(&job->bytes));
	for (size_t i = 0; !rc && i < found.count; i++) {
		const struct it_oci_manifest *manifest = found.items[i].manifest;

		if (manifest->layer_count != 1 || !it_streq(manifest->layers[0].digest, digest) ||
		    !it_streq(manifest->artifact_type, artifact_type))
			continue;
		job->was_there = true;
		memcpy(job->manifest, manifest->digest, sizeof job->manifest);
	}
	it_attachments_done(&found);
	return rc;
}

int it_image_attach_referrer(struct it_image_attaching *job, const char *artifact_type,
			     const struct it_oci_annotation *annotations, size_t count,
			     struct intoto_error **err)
{
	const struct it_oci_descriptor subject = { .media_type = job->image->media_type,
						   .digest = job->image->digest,
						   .size = job->image->bytes.len };
	const struct it_attach_blob blob = { .subject = &subject,
					     .artifact_type = artifact_type,
					     .bytes = it_buf_span(&job->bytes),
					     .annotations = annotations,
					     .annotation_count = count };
	int rc = find_referrer(job, artifact_type, err);

	if (rc || job->was_there)
		return rc;
	rc = it_attach_referrer(job->place, &blob, job->manifest, err);
	return rc ? rc : job->place->kind->finish(job->place, err);
}

/* --- what the file is --- */

enum kind { DOCUMENT, ENVELOPE, BUNDLE };

/* *json: it is that, too. */
static enum kind kind_of(struct it_span bytes, bool *json)
{
	const struct it_json_limits limits = { DOCUMENT_MAX, 64, true, VALUES_MAX };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_span type;

	*json = !it_json_parse(&root, bytes, &limits, NULL) && it_json_kind(root) == IT_JSON_OBJECT;
	if (!*json)
		return DOCUMENT;
	type = it_json_text(it_json_get(root, "mediaType"));
	if (type.data && it_starts_with(type.data, "application/vnd.dev.sigstore.bundle"))
		return BUNDLE;
	return it_json_get(root, "payload") && it_json_get(root, "payloadType") ? ENVELOPE
										: DOCUMENT;
}

/* --- documents --- */

/* Media types by the words that predicates have, and by whether it is JSON. */
static const struct {
	const char *word;
	const char *json;
	const char *other;
} media_types[] = {
	{ "sbom-cyclonedx", "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml" },
	{ "sbom-spdx", "application/spdx+json", "text/spdx" },
	{ "sarif", "application/sarif+json", NULL },
};

/* RFC 6838 section 4.2: type/subtype of restricted names. */
static bool is_media_type(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+";
	size_t type = strspn(text, allowed);
	size_t subtype = text[type] == '/' ? strspn(text + type + 1, allowed) : 0;

	return type && subtype && !text[type + 1 + subtype];
}

static const char *media_type_of(const char *word, bool json)
{
	const char *uri = it_predicate_uri(word);

	if (is_media_type(word))
		return word;
	for (size_t i = 0; uri && i < IT_COUNT_OF(media_types); i++)
		if (it_predicate_is(uri, media_types[i].word))
			return json ? media_types[i].json : media_types[i].other;
	return NULL;
}

static int refuse_type(const struct it_image_attaching *job, const char *want,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(job->wanted));

	return it_err_set(err, INTOTO_E_USAGE, "--type: want %s, found '%s'", want,
			  quoted ? quoted : "");
}

static int attach_artifact(struct it_image_attaching *job, bool json, struct intoto_error **err)
{
	const char *type = media_type_of(job->wanted, json);
	char created[IT_TIME_SIZE];
	const struct it_oci_annotation note = { CREATED, created };

	if (!type)
		return refuse_type(
			job,
			"a media type like application/spdx+json, or spdx, cyclonedx or "
			"sarif (or a key, --signing-key, that signs it as an attestation)",
			err);
	it_time_format(created, job->signing.time);
	job->type = strdup(type);
	return job->type ? it_image_attach_referrer(job, type, &note, 1, err) : it_err_nomem(err);
}

static int attach_statement(struct it_image_attaching *job, bool json, struct intoto_error **err)
{
	const char *uri = it_predicate_uri(job->wanted);
	struct it_image_statement statement = { uri, it_buf_span(&job->bytes) };

	if (!uri)
		return refuse_type(job,
				   "the type of a predicate: a URI, or spdx, cyclonedx, openvex, "
				   "vuln, slsaprovenance1, sarif ...",
				   err);
	if (!json)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: want a JSON object, since it becomes the predicate of a "
				  "statement",
				  job->path);
	job->type = strdup(uri);
	return job->type ? it_image_attest(&job->list, job->place, job->image, &statement,
					   &job->signing, err)
			 : it_err_nomem(err);
}

static int attach(struct it_image_attaching *job, struct intoto_error **err)
{
	bool json;
	enum kind kind = kind_of(it_buf_span(&job->bytes), &json);

	if (kind != DOCUMENT && job->signing.signer_count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is an attestation already, which --signing-key would wrap "
				  "into another",
				  job->path);
	if (kind == BUNDLE)
		return it_image_attach_bundle(job, err);
	if (kind == ENVELOPE)
		return it_image_attach_envelope(job, err);
	if (!job->wanted)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is no attestation, so say what it is (--type TYPE)",
				  job->path);
	return job->signing.signer_count ? attach_statement(job, json, err)
					 : attach_artifact(job, json, err);
}

/* --- what came of it --- */

static void print_text(struct it_buf *out, const struct it_image_attaching *job)
{
	/* Sticky, looked at by it_print. */
	(void)it_buf_printf(out, "%s: ", job->was_there ? "was attached" : "attached");
	it_text_quote(out, it_span_text(job->path));
	(void)it_buf_add_text(out, " to ");
	it_text_quote(out, it_span_text(job->place->text));
	(void)it_buf_printf(out, ", %s\n  ", job->image->digest);
	it_text_quote(out, it_span_text(job->type));
	(void)it_buf_printf(out, "%s%s\n", *job->manifest ? "  " : "", job->manifest);
	it_image_signed_print(out, &job->list);
}

static int print_json(struct it_buf *out, const struct it_image_attaching *job,
		      struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "digest");
	it_write_text(&writer, job->image->digest);
	it_write_name(&writer, "image");
	it_write_text(&writer, job->place->text);
	if (*job->manifest) {
		it_write_name(&writer, "manifest");
		it_write_text(&writer, job->manifest);
	}
	it_write_name(&writer, "signatures");
	it_image_signed_write(&writer, &job->list);
	it_write_name(&writer, "type");
	it_write_text(&writer, job->type);
	it_write_name(&writer, "wasThere");
	it_write_bool(&writer, job->was_there);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticky */
	return rc;
}

static int print(const struct it_image_attaching *job, bool json, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	int rc;

	if (!json) {
		print_text(&out, job);
		return it_print(&out, err);
	}
	rc = print_json(&out, job, err);
	return rc ? rc : it_print_json(&out, err);
}

static int attach_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_image_attach_words *words = parsed;
	IT_AUTO(job_done)
	struct it_image_attaching job = { .wanted = words->type, .bytes = IT_BUF(DOCUMENT_MAX) };
	struct it_registry_access access = { 0 };
	int rc = it_image_access(&access, &words->image, err);

	if (!rc && operands->count != 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want an image, and the file to attach");
	if (!rc)
		job.path = operands->items[1];
	if (!rc)
		rc = it_image_signing_open(&job.signing, &job.signers, &words->signing, err);
	if (!rc)
		rc = it_file_read(&job.bytes, job.path, err);
	if (!rc)
		rc = it_place_open(&job.place, operands->items[0], true, &access, err);
	if (!rc)
		rc = it_place_named(job.place, &job.image, err);
	if (!rc)
		rc = attach(&job, err);
	if (!rc)
		rc = print(&job, it_report_is_json(words->image.format), err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_image_attach = {
	.name = "attach",
	.synopsis = "IMAGE FILE [--type TYPE] [--signing-key KEY] [OPTIONS]",
	.summary = "hang an attestation, an SBOM or another document on an image",
	.examples = "intoto image attach registry.example/app:1.4 scan.sigstore.json\n"
		    "intoto image attach registry.example/app:1.4 sbom.json --type cyclonedx "
		    "--signing-key cosign.key",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct it_image_attach_words),
	.run = attach_run,
	.manual = "intoto-image-attach",
};
