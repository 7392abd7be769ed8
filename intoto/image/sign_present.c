/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an earlier run, perhaps one that was cut off, has put already: good signatures by the same
 * keys over the same content, whenever they were made.
 *
 * Others' attachments are passed over whatever is wrong with them: the worst that can come of it is
 * a second signature.  Only "could not find out" ends the signing.
 */
#include "base/clock.h"
#include "base/text.h"
#include "image/contention.h"
#include "image/sign_plan.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"
#include "model/vsa.h"

/* One attachment as it was found. */
struct found {
	enum it_attached_form form;
	struct it_span payload;
	const struct intoto_envelope *envelope; /* or */
	struct it_span signature;		/* of simple signing */
};

/* The content as it would be had it been made then. */
static bool same_content(const struct it_sign_piece *piece, const struct found *found)
{
	IT_AUTO(it_buf_done) struct it_buf then = IT_BUF(IT_SIGN_BYTES_MAX);
	int64_t time = 0;

	if (it_span_eq(it_buf_span(&piece->payload), found->payload))
		return true;
	if (piece->kind == IT_SIGNED_ATTESTATION)
		return false;
	if (!it_sign_content_time(&time, found->payload, piece->kind, piece->form) ||
	    it_sign_content(&then, &piece->subject, piece->kind, piece->form, time, NULL))
		return false;
	return it_span_eq(it_buf_span(&then), found->payload);
}

static bool is_good(const struct it_sign_piece *piece, const struct found *found)
{
	if (found->envelope)
		return intoto_envelope_verify(found->envelope, &piece->hand->key, NULL) ==
		       INTOTO_OK;
	return it_key_verify(&piece->hand->key, found->payload, found->signature, NULL) ==
	       INTOTO_OK;
}

/* Whether it is one that this piece would repeat; of verdicts there may be several. */
static bool is_wanted(const struct it_sign_plan *plan, size_t number, const struct found *found)
{
	const struct it_sign_piece *piece = &plan->pieces[number];

	return piece->form == found->form &&
	       (plan->list->items[number].state != IT_SIGNED_THERE || piece->kind == IT_SIGNED_VSA);
}

static void mark(struct it_sign_plan *plan, const struct it_oci_manifest *image,
		 const struct found *found)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct it_sign_piece *piece = &plan->pieces[i];
		int64_t time = 0;

		if (piece->subject.image != image || !is_wanted(plan, i, found) ||
		    !same_content(piece, found) || !is_good(piece, found))
			continue;
		plan->list->items[i].state = IT_SIGNED_THERE;
		if (it_sign_content_time(&time, found->payload, piece->kind, piece->form) &&
		    time > piece->there_since)
			piece->there_since = time;
	}
}

/* --- verdicts that say no --- */

/*
 * The newest one decides for who verifies, so that one which says yes is there only when it is
 * newer than all that say no.  Whose those are is not looked at: the worst that can come of it is a
 * second verdict.
 */
static void note_refusal(struct it_sign_plan *plan, const struct found *found)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	const struct it_json *predicate;
	int64_t time = 0;

	if (it_json_parse(&root, found->payload, &it_json_signed_limits, NULL))
		return; /* decides nothing */
	predicate = it_json_get(root, "predicate");
	if (!it_span_is(it_json_text(it_json_get(root, "predicateType")), IT_VSA_TYPE) ||
	    !it_span_is(it_json_text(it_json_get(predicate, "verificationResult")), "FAILED") ||
	    !it_time_parse_any(&time, it_json_text(it_json_get(predicate, "timeVerified"))))
		return;
	if (time > plan->refused)
		plan->refused = time;
}

static void forget_older(struct it_sign_plan *plan, const struct it_oci_manifest *image)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->pieces[i].subject.image == image &&
		    plan->pieces[i].kind == IT_SIGNED_VSA &&
		    plan->pieces[i].there_since <= plan->refused)
			plan->list->items[i].state = IT_SIGNED_MISSING;
}

/* --- the forms --- */

static void look_at_bundle(struct it_sign_plan *plan, const struct it_oci_manifest *image,
			   struct it_span bytes)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	struct found found = { .form = IT_ATTACHED_BUNDLE };

	if (it_sigstore_bundle_parse(&bundle, bytes, NULL) || !bundle->envelope)
		return;
	found.envelope = bundle->envelope;
	found.payload = it_buf_span(&bundle->envelope->payload);
	note_refusal(plan, &found);
	mark(plan, image, &found);
}

static void look_at_envelope(struct it_sign_plan *plan, const struct it_oci_manifest *image,
			     struct it_span bytes)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct found found = { .form = IT_ATTACHED_ENVELOPE };

	if (intoto_envelope_parse(&envelope, bytes.data, bytes.len, NULL))
		return;
	found.envelope = envelope;
	found.payload = it_buf_span(&envelope->payload);
	note_refusal(plan, &found);
	mark(plan, image, &found);
}

static void look_at_simple(struct it_sign_plan *plan, const struct it_oci_manifest *image,
			   const struct it_oci_descriptor *layer, struct it_span bytes)
{
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	const char *text = it_oci_annotation(layer->annotations, layer->annotation_count,
					     IT_SIMPLE_SIGNING_SIGNATURE);
	struct found found = { .form = IT_ATTACHED_SIGNATURE, .payload = bytes };

	if (!text || !it_base64_decode(&signature, it_span_text(text)))
		return;
	found.signature = it_buf_span(&signature);
	mark(plan, image, &found);
}

/* --- reading --- */

/* Whether its annotations leave it open that it is one of ours: that spares reading the others. */
static bool may_be_ours(const struct it_sign_plan *plan, const struct it_attached *item)
{
	const struct it_oci_manifest *manifest = item->manifest;
	const struct it_oci_descriptor *layer = &manifest->layers[item->layer];
	const char *type =
		item->form == IT_ATTACHED_BUNDLE
			? it_oci_annotation(manifest->annotations, manifest->annotation_count,
					    IT_BUNDLE_PREDICATE)
			: it_oci_annotation(layer->annotations, layer->annotation_count,
					    "predicateType");

	if (layer->size > IT_SIGN_BYTES_MAX)
		return false;
	for (size_t i = 0; type && i < plan->count; i++)
		if (it_streq(type,
			     it_sign_predicate(&plan->pieces[i].subject, plan->pieces[i].kind)))
			return true;
	return !type;
}

static int look_at(struct it_sign_plan *plan, struct it_place *place,
		   const struct it_oci_manifest *image, const struct it_attached *item,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SIGN_BYTES_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_oci_descriptor *layer = &item->manifest->layers[item->layer];
	int rc = it_place_read_blob(place, &bytes, layer, &why);

	if (rc == INTOTO_E_SERVICE || rc == INTOTO_E_IO || rc == INTOTO_E_NOMEM)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (rc)
		return INTOTO_OK;
	if (item->form == IT_ATTACHED_BUNDLE)
		look_at_bundle(plan, image, it_buf_span(&bytes));
	else if (item->form == IT_ATTACHED_ENVELOPE)
		look_at_envelope(plan, image, it_buf_span(&bytes));
	else
		look_at_simple(plan, image, layer, it_buf_span(&bytes));
	return INTOTO_OK;
}

static unsigned where_to_look(const struct it_sign_plan *plan, const struct it_oci_manifest *image)
{
	unsigned look = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (plan->pieces[i].subject.image != image)
			continue;
		if (plan->pieces[i].form == IT_ATTACHED_BUNDLE)
			look |= IT_LOOK_REFERRERS;
		else
			look |= plan->pieces[i].form == IT_ATTACHED_ENVELOPE ? IT_LOOK_ATT
									     : IT_LOOK_SIG;
	}
	return look;
}

static int find_present(struct it_sign_plan *plan, struct it_place *place,
			const struct it_oci_manifest *image, struct intoto_error **err)
{
	IT_AUTO(it_attachments_done) struct it_attachments attachments = { 0 };
	IT_AUTO(it_strings_done) struct it_strings troubles = { 0 };
	int rc = it_attached_find(&attachments, &troubles, place, image->digest,
				  where_to_look(plan, image), err);

	plan->refused = 0;

	for (size_t i = 0; !rc && i < attachments.count; i++) {
		const struct it_attached *item = &attachments.items[i];

		if (item->form <= IT_ATTACHED_ENVELOPE && may_be_ours(plan, item))
			rc = look_at(plan, place, image, item, err);
	}
	if (!rc && plan->refused)
		forget_older(plan, image);
	return rc;
}

int it_sign_find_present(struct it_sign_plan *plan, struct it_place *place,
			 const struct it_oci_manifest *image, struct intoto_error **err)
{
	for (unsigned trouble = 0;; trouble++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc = find_present(plan, place, image, &why);

		if (!rc)
			return INTOTO_OK;
		if (trouble == IT_CONTENTION_TROUBLES || !it_contention_is(place, rc, why))
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		rc = it_contention_wait(0, trouble, err);
		if (rc)
			return rc;
	}
}
