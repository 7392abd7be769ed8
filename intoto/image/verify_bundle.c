/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sigstore bundles and DSSE envelopes on an image.
 *
 * A statement is a signature of the image only if its predicate type says so: an attestation that
 * something was scanned is not one (cosign 3 does not look).  Log entries and timestamps in a
 * bundle are not needed for a key, and not trusted.
 */
#include "base/text.h"
#include "image/verify_part.h"
#include "json/where.h"
#include "model/sigstore_bundle.h"
#include "model/vsa.h"

/* --- what the image's own signature says --- */

static int check_annotations(struct it_verifying *self, bool *good,
			     const struct it_verify_item *item, const struct it_json *annotations,
			     struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.annotation",
					    .result = IT_CHECK_REFUSED };

	for (size_t i = 0; i < self->policy->annotation_count; i++) {
		const struct it_oci_annotation *want = &self->policy->annotations[i];
		struct it_span found = it_json_text(it_json_get(annotations, want->name));
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

		if (found.data && it_span_is(found, want->value))
			continue;
		*good = false;
		it_where_quote(&text, it_span_text(want->name));
		(void)it_buf_add_text(&text, ": want "); /* sticky */
		it_where_quote(&text, it_span_text(want->value));
		(void)it_buf_add_text(&text, ", found ");
		if (found.data)
			it_where_quote(&text, found);
		else
			(void)it_buf_add_text(&text, "no such annotation");
		return it_verify_note(self, item, &note, err, "its annotation %s",
				      it_buf_text(&text));
	}
	return INTOTO_OK;
}

static int refuse_subject(struct it_verifying *self, const struct it_verify_item *item,
			  const struct it_attestation *statement, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.wrong-digest",
					    .result = IT_CHECK_REFUSED };
	IT_AUTO(it_freep)
	char *digests = it_text_quoted(it_span_text(statement->subjects[0].digests));

	return it_verify_note(self, item, &note, err, "is over another image, %s",
			      digests ? digests : "");
}

static int judge_signature(struct it_verifying *self, const struct it_verify_item *item,
			   const struct it_attestation *statement, size_t key,
			   struct intoto_error **err)
{
	const struct it_json *annotations;
	bool good = true;
	size_t subject = 0;
	int rc;

	if (!it_verify_is_about(statement, self->digest, &subject))
		return refuse_subject(self, item, statement, err);
	annotations = it_json_get(it_json_at(it_json_get(statement->body, "subject"), subject),
				  "annotations");
	rc = check_annotations(self, &good, item, annotations, err);
	if (rc || !good)
		return rc;
	return it_verify_count(self, item, key,
			       it_json_get(annotations, "intoto.unverified")
				       ? ", who had no chain verified (intoto.unverified)"
				       : "",
			       err);
}

static int signature(struct it_verifying *self, const struct it_verify_item *item,
		     const struct it_attestation *statement, struct intoto_error **err)
{
	const struct it_image_note stranger = { .code = "signature.unknown-key",
						.result = IT_CHECK_REFUSED };
	IT_AUTO(it_verify_keys_done) struct it_verify_keys keys = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_verify_envelope_keys(&keys, self->policy->keys, self->policy->key_count,
					 statement->envelope, &why);

	self->claims++;
	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (!keys.any)
		return it_verify_note(self, item, &stranger, err,
				      "none of the keys that were given made this signature");
	for (size_t i = 0; !rc && i < self->policy->key_count; i++) {
		if (!keys.made[i])
			continue;
		rc = self->denied[i] ? it_verify_note_denied(self, item, self->policy->keys[i], err)
				     : judge_signature(self, item, statement, i, err);
	}
	return rc;
}

/* --- which of all --- */

static int pass_over(struct it_verifying *self, const struct it_verify_item *item, const char *type,
		     struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.attestation",
					    .result = IT_CHECK_PASSED_OVER,
					    .predicate_type = type };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	it_where_quote(&text, it_span_text(type));
	return it_verify_note(self, item, &note, err, "says %s, which is no signature of the image",
			      it_buf_text(&text));
}

/* Takes the envelope. */
static int judge(struct it_verifying *self, const struct it_verify_item *item,
		 struct intoto_envelope *envelope, struct intoto_error **err)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *statement = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_attestation_take(&statement, envelope, &why);

	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (item->form == IT_ATTACHED_BUNDLE && it_streq(statement->type, IT_COSIGN_SIGN_TYPE))
		return self->policy->bundles ? signature(self, item, statement, err) : INTOTO_OK;
	if (self->policy->vsa && it_streq(statement->type, IT_VSA_TYPE))
		rc = it_verify_vsa(self, item, statement, err);
	if (!rc && it_verify_is_wanted(self, statement->type))
		return it_verify_statement(self, item, statement, err);
	if (rc || (self->policy->vsa && it_streq(statement->type, IT_VSA_TYPE)))
		return rc;
	return pass_over(self, item, statement->type, err);
}

static int pass_over_certificate(struct it_verifying *self, const struct it_verify_item *item,
				 struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.certificate",
					    .result = IT_CHECK_PASSED_OVER };

	self->claims++;
	return it_verify_note(self, item, &note, err,
			      "is signed by a certificate, which is no signature by a key");
}

static int refuse_message(struct it_verifying *self, const struct it_verify_item *item,
			  struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.unreadable",
					    .result = IT_CHECK_REFUSED };

	self->claims++;
	return it_verify_note(self, item, &note, err,
			      "signs a digest without a statement, want a DSSE envelope");
}

int it_verify_bundle(struct it_verifying *self, const struct it_verify_item *item,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_VERIFY_BUNDLE_MAX);
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct intoto_envelope *envelope;
	bool there = false;
	int rc = it_verify_read(self, &bytes, &there, item, err);

	if (rc || !there)
		return rc;
	rc = it_sigstore_bundle_parse(&bundle, it_buf_span(&bytes), &why);
	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (bundle->signer != IT_SIGSTORE_PUBLIC_KEY)
		return pass_over_certificate(self, item, err);
	if (!bundle->envelope)
		return refuse_message(self, item, err);
	envelope = bundle->envelope;
	bundle->envelope = NULL; /* moves */
	return judge(self, item, envelope, err);
}

int it_verify_envelope(struct it_verifying *self, const struct it_verify_item *item,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_VERIFY_BUNDLE_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct intoto_envelope *envelope = NULL;
	bool there = false;
	int rc = it_verify_read(self, &bytes, &there, item, err);

	if (rc || !there)
		return rc;
	rc = intoto_envelope_parse(&envelope, bytes.data, bytes.len, &why);
	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	return judge(self, item, envelope, err);
}
