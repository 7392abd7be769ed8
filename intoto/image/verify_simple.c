/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simple signing, as cosign before 3, podman and skopeo have it: a layer is the payload, and the
 * signature over its very bytes stands in the layer's annotation (cosign SIGNATURE_SPEC.md).
 *
 * The signature is looked at first: what nobody signed is not read.
 */
#include <stdio.h>

#include "base/text.h"
#include "image/verify_part.h"
#include "json/where.h"
#include "model/simple_signing.h"

#define CERTIFICATE "dev.sigstore.cosign/certificate"

/* Several signatures often have one payload. */
static int read_payload(struct it_verifying *self, bool *there, const struct it_verify_item *item,
			struct intoto_error **err)
{
	int rc;

	*there = *self->cached && it_streq(self->cached, item->layer->digest);
	if (*there)
		return INTOTO_OK;
	*self->cached = '\0';
	it_buf_reset(&self->cache);
	rc = it_verify_read(self, &self->cache, there, item, err);
	if (!rc && *there)
		(void)snprintf(self->cached, sizeof self->cached, "%s", item->layer->digest);
	return rc;
}

static const char *annotation(const struct it_oci_descriptor *layer, const char *name)
{
	return it_oci_annotation(layer->annotations, layer->annotation_count, name);
}

static int refuse_stranger(struct it_verifying *self, const struct it_verify_item *item,
			   struct intoto_error **err)
{
	struct it_image_note note = { .code = "signature.unknown-key", .result = IT_CHECK_REFUSED };

	if (!annotation(item->layer, CERTIFICATE))
		return it_verify_note(self, item, &note, err,
				      "none of the keys that were given made this signature");
	note.code = "signature.certificate";
	note.result = IT_CHECK_PASSED_OVER;
	return it_verify_note(self, item, &note, err,
			      "is by a certificate, and by none of the keys that were given");
}

/* --- what a good signature says --- */

static int check_annotations(struct it_verifying *self, bool *good,
			     const struct it_verify_item *item,
			     const struct it_simple_signing *payload, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.annotation",
					    .result = IT_CHECK_REFUSED };

	for (size_t i = 0; i < self->policy->annotation_count; i++) {
		const struct it_oci_annotation *want = &self->policy->annotations[i];
		const char *found =
			it_oci_annotation(payload->optional, payload->optional_count, want->name);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

		if (it_streq(found, want->value))
			continue;
		*good = false;
		it_where_quote(&text, it_span_text(want->name));
		(void)it_buf_add_text(&text, ": want "); /* sticky */
		it_where_quote(&text, it_span_text(want->value));
		(void)it_buf_add_text(&text, ", found ");
		if (found)
			it_where_quote(&text, it_span_text(found));
		else
			(void)it_buf_add_text(&text, "no such annotation");
		return it_verify_note(self, item, &note, err, "its annotation %s",
				      it_buf_text(&text));
	}
	return INTOTO_OK;
}

/* Both normalised: host and repository; a digest in it must be the image's. */
static bool same_repository(const struct it_verifying *self, const char *found)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	const struct it_image_reference *want = &self->place->reference;

	if (it_image_reference_parse(&reference, found, NULL))
		return false;
	if (*reference.digest && !it_streq(reference.digest, self->digest))
		return false;
	return it_streq(reference.host, want->host) &&
	       it_streq(reference.repository, want->repository);
}

static bool same_identity(const char *want, const char *found)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference left = { 0 };
	IT_AUTO(it_image_reference_done) struct it_image_reference right = { 0 };

	if (it_streq(want, found))
		return true;
	return !it_image_reference_parse(&left, want, NULL) &&
	       !it_image_reference_parse(&right, found, NULL) && it_streq(left.host, right.host) &&
	       it_streq(left.repository, right.repository) && it_streq(left.tag, right.tag) &&
	       it_streq(left.digest, right.digest);
}

static int refuse_identity(struct it_verifying *self, const struct it_verify_item *item,
			   const char *found, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.identity",
					    .result = IT_CHECK_REFUSED };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	it_where_quote(&text, it_span_text(found));
	(void)it_buf_add_text(&text, ", want "); /* sticky */
	if (self->policy->identity) {
		it_where_quote(&text, it_span_text(self->policy->identity));
		return it_verify_note(self, item, &note, err, "is for %s", it_buf_text(&text));
	}
	it_image_reference_print_repository(&text, &self->place->reference);
	return it_verify_note(self, item, &note, err,
			      "is for %s: if the image was copied from there, say so with "
			      "--identity",
			      it_buf_text(&text));
}

/* Folders and archives have no name that an identity could be compared with. */
static int check_identity(struct it_verifying *self, bool *good, const struct it_verify_item *item,
			  const char *found, struct intoto_error **err)
{
	bool denied = false;
	int rc = it_verify_denies_image(self, &denied, found, err);

	if (denied)
		*good = false;
	if (rc || denied)
		return rc;
	if (self->policy->identity)
		*good = same_identity(self->policy->identity, found);
	else if (self->place->kind == &it_place_registry)
		*good = same_repository(self, found);
	return *good ? INTOTO_OK : refuse_identity(self, item, found, err);
}

static int check_claims(struct it_verifying *self, bool *good, const struct it_verify_item *item,
			const struct it_simple_signing *payload, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.wrong-digest",
					    .result = IT_CHECK_REFUSED };
	int rc;

	*good = it_streq(payload->digest, self->digest);
	if (!*good)
		return it_verify_note(self, item, &note, err, "is over another image, %s",
				      payload->digest);
	rc = check_identity(self, good, item, payload->reference, err);
	return rc || !*good ? rc : check_annotations(self, good, item, payload, err);
}

static const char *remark(const struct it_simple_signing *payload)
{
	const char *value =
		it_oci_annotation(payload->optional, payload->optional_count, "intoto.unverified");

	return value ? ", who had no chain verified (intoto.unverified)" : "";
}

static int judge(struct it_verifying *self, const struct it_verify_item *item, size_t key,
		 struct intoto_error **err)
{
	const struct it_image_note note = { .code = "signature.unreadable",
					    .result = IT_CHECK_REFUSED };
	IT_AUTO(it_simple_signing_freep) struct it_simple_signing *payload = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool good = false;
	int rc = it_simple_signing_parse(&payload, it_buf_span(&self->cache), &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_verify_note(self, item, &note, err, "%s", intoto_error_text(why));
	rc = check_claims(self, &good, item, payload, err);
	return rc || !good ? rc : it_verify_count(self, item, key, remark(payload), err);
}

int it_verify_simple(struct it_verifying *self, const struct it_verify_item *item,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	const char *text = annotation(item->layer, IT_SIMPLE_SIGNING_SIGNATURE);
	struct it_verify_signed given = { 0 };
	bool there = false;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	size_t key;
	int rc;

	self->claims++;
	if (!text || !*text || !it_base64_decode(&signature, it_span_text(text)))
		return refuse_stranger(self, item, err);
	rc = read_payload(self, &there, item, err);
	if (rc || !there)
		return rc;
	given.bytes = it_buf_span(&self->cache);
	given.signature = it_buf_span(&signature);
	rc = it_verify_key(&key, self->policy->keys, self->policy->key_count, &given, &why);
	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (key == SIZE_MAX)
		return refuse_stranger(self, item, err);
	if (self->denied[key])
		return it_verify_note_denied(self, item, self->policy->keys[key], err);
	return judge(self, item, key, err);
}
