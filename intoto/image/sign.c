/* SPDX-License-Identifier: Apache-2.0 */
/* Signs what the gate let pass: looks, signs everything, and only then puts anything. */
#include "image/sign.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "image/sign_plan.h"
#include "model/attestation.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"

enum { TEXT_MAX = 1024 * 1024, LISTED_MAX = 20 };

/* --- putting --- */

static int put_referrer(struct it_sign_plan *plan, size_t index, struct it_place *place,
			struct intoto_error **err)
{
	const struct it_sign_piece *piece = &plan->pieces[index];
	struct it_signed *entry = &plan->list->items[index];
	const struct it_oci_manifest *image = piece->subject.image;
	const struct it_oci_descriptor subject = {
		.media_type = image->media_type,
		.digest = image->digest,
		.size = image->bytes.len,
	};
	const struct it_attach_blob blob = {
		.subject = &subject,
		.artifact_type = IT_SIGSTORE_BUNDLE,
		.bytes = it_buf_span(&piece->bytes),
		.annotations = piece->notes,
		.annotation_count = piece->note_count,
	};
	int rc = it_attach_referrer(place, &blob, entry->manifest, err);

	if (!rc)
		entry->state = IT_SIGNED_PUT;
	return rc;
}

static int put_referrers(struct it_sign_plan *plan, struct it_place *place,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < plan->count; i++)
		if (plan->pieces[i].form == IT_ATTACHED_BUNDLE &&
		    plan->list->items[i].state == IT_SIGNED_MISSING)
			rc = put_referrer(plan, i, place, err);
	return rc;
}

/* Those of the older form, with the number of each piece. */
struct layers {
	struct it_attach_layer *items;
	size_t *pieces;
	bool *done;
	size_t count;
};

static void layers_done(struct layers *layers)
{
	free(layers->items);
	free(layers->pieces);
	free(layers->done);
}

static struct it_attach_layer layer_of(const struct it_sign_piece *piece)
{
	bool signature = piece->form == IT_ATTACHED_SIGNATURE;

	return (struct it_attach_layer){
		.digest = piece->subject.image->digest,
		.suffix = signature ? ".sig" : ".att",
		.media_type = signature ? IT_SIMPLE_SIGNING_LAYER
					: "application/vnd.dsse.envelope.v1+json",
		.bytes = it_buf_span(&piece->bytes),
		.annotations = piece->notes,
		.annotation_count = piece->note_count,
	};
}

static int put_layers(struct it_sign_plan *plan, struct it_place *place, struct intoto_error **err)
{
	IT_AUTO(layers_done)
	struct layers layers = {
		.items = calloc(plan->count + 1, sizeof *layers.items),
		.pieces = calloc(plan->count + 1, sizeof *layers.pieces),
		.done = calloc(plan->count + 1, sizeof *layers.done),
	};
	int rc;

	if (!layers.items || !layers.pieces || !layers.done)
		return it_err_nomem(err);
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->pieces[i].form == IT_ATTACHED_BUNDLE ||
		    plan->list->items[i].state != IT_SIGNED_MISSING)
			continue;
		layers.pieces[layers.count] = i;
		layers.items[layers.count++] = layer_of(&plan->pieces[i]);
	}
	if (!layers.count)
		return INTOTO_OK;
	rc = it_attach_append_all(place, layers.items, layers.count, layers.done, err);
	for (size_t i = 0; i < layers.count; i++)
		if (layers.done[i])
			plan->list->items[layers.pieces[i]].state = IT_SIGNED_PUT;
	return rc;
}

/* --- what came of it --- */

static void describe(struct it_buf *out, const struct it_signed *entry)
{
	static const char *const names[] = {
		[IT_ATTACHED_BUNDLE] = "as a bundle",
		[IT_ATTACHED_SIGNATURE] = "in its .sig tag",
		[IT_ATTACHED_ENVELOPE] = "in its .att tag",
	};

	static const char *const kinds[] = {
		[IT_SIGNED_IMAGE] = "signature",
		[IT_SIGNED_VSA] = "VSA",
		[IT_SIGNED_ATTESTATION] = "attestation",
	};

	(void)it_buf_printf(out, "the %s of %s %s by %s key %s", /* sticky */
			    kinds[entry->kind], entry->image, names[entry->form], entry->keytype,
			    entry->key);
}

static size_t list(struct it_buf *out, const struct it_signed_list *list, bool missing)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		if ((list->items[i].state == IT_SIGNED_MISSING) != missing)
			continue;
		if (count++ < LISTED_MAX) {
			(void)it_buf_add_text(out, count > 1 ? ", " : ""); /* sticky */
			describe(out, &list->items[i]);
		}
	}
	if (count > LISTED_MAX)
		(void)it_buf_printf(out, " and %zu more", count - LISTED_MAX);
	return count;
}

/* Nobody shall have to guess what a run that was cut off has left. */
static int tell(const struct it_signed_list *done, int rc, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf there = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf missing = IT_BUF(TEXT_MAX);

	if (!rc)
		return rc;
	if (!list(&there, done, false))
		return it_err_wrap(err, rc, "nothing was attached");
	if (!list(&missing, done, true))
		return it_err_wrap(
			err, rc,
			"all signatures were put, but it is not sure that they are kept; "
			"the same command again completes it");
	return it_err_wrap(err, rc,
			   "signed in part: there is %s; missing is %s; the same command again "
			   "completes it",
			   it_buf_text(&there), it_buf_text(&missing));
}

/* A folder or a file gets everything at its end, or nothing. */
static void forget(struct it_signed_list *done, const struct it_place *place)
{
	for (size_t i = 0; i < done->count; i++)
		if (place->kind != &it_place_registry && done->items[i].state == IT_SIGNED_PUT)
			done->items[i].state = IT_SIGNED_MISSING;
}

static int put_all(struct it_sign_plan *plan, struct it_place *place, struct intoto_error **err)
{
	int rc = put_referrers(plan, place, err);

	if (!rc)
		rc = put_layers(plan, place, err);
	if (!rc)
		rc = place->kind->finish(place, err);
	if (rc)
		forget(plan->list, place);
	return tell(plan->list, rc, err);
}

int it_image_sign(struct it_signed_list *out, struct it_place *place,
		  const struct it_oci_manifest *const *images, size_t image_count,
		  const struct it_image_permit *permit, const struct it_image_signing *signing,
		  struct intoto_error **err)
{
	IT_AUTO(it_sign_plan_done) struct it_sign_plan plan = { .list = out };
	int rc = it_sign_plan_make(&plan, images, image_count, permit, signing, err);

	for (size_t i = 0; !rc && i < image_count; i++)
		rc = it_sign_find_present(&plan, place, images[i], err);
	if (!rc)
		rc = it_sign_plan_sign(&plan, err);
	return rc ? rc : put_all(&plan, place, err);
}

/* Whoever could sign these by hand would not need the gate. */
static int check_statement(const struct it_image_statement *statement, struct intoto_error **err)
{
	if (it_streq(statement->type, IT_COSIGN_SIGN_TYPE))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is the signature of an image, which image sign makes",
				  statement->type);
	if (it_predicate_is(statement->type, "vsa"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is a verdict, which image sign and verify make",
				  statement->type);
	return INTOTO_OK;
}

int it_image_attest(struct it_signed_list *out, struct it_place *place,
		    const struct it_oci_manifest *image, const struct it_image_statement *statement,
		    const struct it_image_signing *signing, struct intoto_error **err)
{
	IT_AUTO(it_sign_plan_done) struct it_sign_plan plan = { .list = out };
	const struct it_sign_subject subject = { image, NULL, signing, statement };
	int rc = check_statement(statement, err);

	if (!rc)
		rc = it_sign_plan_attest(&plan, &subject, err);
	if (!rc)
		rc = it_sign_find_present(&plan, place, image, err);
	if (!rc)
		rc = it_sign_plan_sign(&plan, err);
	return rc ? rc : put_all(&plan, place, err);
}
