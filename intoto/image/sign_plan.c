/* SPDX-License-Identifier: Apache-2.0 */
/* Which signatures are wanted, and making them. */
#include "image/sign_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"

#define CREATED "org.opencontainers.image.created"

void it_sign_plan_done(struct it_sign_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		it_buf_done(&plan->pieces[i].payload);
		it_buf_done(&plan->pieces[i].bytes);
		it_buf_done(&plan->pieces[i].signature);
	}
	free(plan->pieces);
	free(plan->hands);
	*plan = (struct it_sign_plan){ 0 };
}

void it_signed_list_done(struct it_signed_list *list)
{
	free(list->items);
	*list = (struct it_signed_list){ 0 };
}

/* --- who --- */

/* The same key under two names signs once. */
static bool has_hand(const struct it_sign_plan *plan, const struct intoto_key *key)
{
	for (size_t i = 0; i < plan->hand_count; i++)
		if (intoto_key_same(&plan->hands[i].key, key))
			return true;
	return false;
}

static int make_hands(struct it_sign_plan *plan, const struct it_image_signing *signing,
		      struct intoto_error **err)
{
	plan->hands = calloc(signing->signer_count + 1, sizeof *plan->hands);
	if (!plan->hands)
		return it_err_nomem(err);
	for (size_t i = 0; i < signing->signer_count; i++) {
		int rc;

		if (has_hand(plan, signing->signers[i]->key))
			continue;
		rc = it_sign_hand_make(&plan->hands[plan->hand_count], signing->signers[i], err);
		if (rc)
			return rc;
		plan->hand_count++;
	}
	return plan->hand_count ? INTOTO_OK : it_err_set(err, INTOTO_E_USAGE, "no key signs");
}

/* --- what --- */

static const struct it_sign_piece blank = {
	.payload = IT_BUF(IT_SIGN_BYTES_MAX),
	.bytes = IT_BUF(IT_SIGN_BYTES_MAX),
	.signature = IT_BUF(IT_SIGNATURE_BYTES_MAX * 2),
};

/* There is room for it. */
static int add_piece(struct it_sign_plan *plan, const struct it_sign_subject *subject,
		     enum it_signed_kind kind, enum it_attached_form form,
		     const struct it_sign_hand *hand, struct intoto_error **err)
{
	struct it_sign_piece *piece = &plan->pieces[plan->count];
	struct it_signed *entry = &plan->list->items[plan->count++];
	int64_t time = kind == IT_SIGNED_VSA ? subject->signing->vsa->time : subject->signing->time;
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(sizeof entry->key);

	plan->list->count = plan->count;
	*piece = blank;
	piece->subject = *subject;
	piece->hand = hand;
	piece->kind = kind;
	piece->form = form;
	*entry = (struct it_signed){ .kind = kind,
				     .form = form,
				     .state = IT_SIGNED_MISSING,
				     .keytype = hand->key.scheme->keytype };
	memcpy(entry->image, subject->image->digest, sizeof entry->image);
	(void)it_buf_printf(&key, "sha256:%s", intoto_key_fingerprint(&hand->key)); /* fits */
	memcpy(entry->key, it_buf_text(&key), key.len + 1);
	return it_sign_content(&piece->payload, subject, kind, form, time, err);
}

static int add_forms(struct it_sign_plan *plan, const struct it_sign_subject *subject,
		     enum it_signed_kind kind, struct intoto_error **err)
{
	enum it_attached_form older =
		kind == IT_SIGNED_IMAGE ? IT_ATTACHED_SIGNATURE : IT_ATTACHED_ENVELOPE;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < plan->hand_count; i++) {
		if (subject->signing->bundle)
			rc = add_piece(plan, subject, kind, IT_ATTACHED_BUNDLE, &plan->hands[i],
				       err);
		if (!rc && subject->signing->simple)
			rc = add_piece(plan, subject, kind, older, &plan->hands[i], err);
	}
	return rc;
}

/* A signature says "this was verified": the verdict that it rests on is there before it. */
static int add_image(struct it_sign_plan *plan, const struct it_sign_subject *subject,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!it_image_permit_allows(subject->permit, subject->image->digest))
		return it_err_set(err, INTOTO_E_POLICY, "%s: the gate has not let it pass",
				  subject->image->digest);
	if (subject->signing->vsa)
		rc = add_forms(plan, subject, IT_SIGNED_VSA, err);
	return rc ? rc : add_forms(plan, subject, IT_SIGNED_IMAGE, err);
}

/* Room for so many images. */
static int start(struct it_sign_plan *plan, size_t image_count,
		 const struct it_image_signing *signing, struct intoto_error **err)
{
	int rc = make_hands(plan, signing, err);
	size_t most = image_count * plan->hand_count * 4; /* two kinds in two forms */

	if (!rc && !signing->bundle && !signing->simple)
		rc = it_err_set(err, INTOTO_E_USAGE, "no form of signature is wanted");
	if (rc)
		return rc;
	it_time_format(plan->created, signing->time);
	plan->pieces = calloc(most + 1, sizeof *plan->pieces);
	plan->list->items = calloc(most + 1, sizeof *plan->list->items);
	return plan->pieces && plan->list->items ? INTOTO_OK : it_err_nomem(err);
}

int it_sign_plan_make(struct it_sign_plan *plan, const struct it_oci_manifest *const *images,
		      size_t image_count, const struct it_image_permit *permit,
		      const struct it_image_signing *signing, struct intoto_error **err)
{
	int rc = start(plan, image_count, signing, err);

	for (size_t i = image_count; !rc && i-- > 0;) {
		const struct it_sign_subject subject = { images[i], permit, signing, NULL };

		rc = add_image(plan, &subject, err);
	}
	return rc;
}

int it_sign_plan_attest(struct it_sign_plan *plan, const struct it_sign_subject *subject,
			struct intoto_error **err)
{
	int rc = start(plan, 1, subject->signing, err);

	return rc ? rc : add_forms(plan, subject, IT_SIGNED_ATTESTATION, err);
}

/* --- signing --- */

/*
 * No keyid: cosign passes over signatures whose keyid is not the one that its own library would
 * give (secure-systems-lab/go-securesystemslib dsse/verify.go).
 */
static int drop_keyid(struct intoto_envelope *envelope, struct intoto_error **err)
{
	char *none = strdup("");

	if (!none)
		return it_err_nomem(err);
	free(envelope->signatures[0].keyid);
	envelope->signatures[0].keyid = none;
	return INTOTO_OK;
}

static int print_envelope(struct it_sign_piece *piece, const struct intoto_envelope *envelope,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = piece->form == IT_ATTACHED_BUNDLE
			 ? it_sigstore_bundle_print(&piece->bytes, envelope, &piece->hand->key, err)
			 : intoto_envelope_print(envelope, &text, &len, err);

	if (!rc && text)
		(void)it_buf_add(&piece->bytes, text, len); /* looked at next */
	return rc ? rc : it_buf_check(&piece->bytes, "attestation", err);
}

static int sign_envelope(struct it_sign_piece *piece, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, piece->payload.data,
				     piece->payload.len, err);

	if (!rc)
		rc = it_envelope_sign(envelope, &piece->hand->signer, INTOTO_KEYID_CURRENT, err);
	if (!rc)
		rc = drop_keyid(envelope, err);
	return rc ? rc : print_envelope(piece, envelope, err);
}

static int sign_simple(struct it_sign_piece *piece, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	int rc =
		it_signer_sign(&piece->hand->signer, it_buf_span(&piece->payload), &signature, err);

	if (rc)
		return rc;
	it_base64_encode(&piece->signature, it_buf_span(&signature));
	(void)it_buf_add_span(&piece->bytes, it_buf_span(&piece->payload)); /* looked at next */
	rc = it_buf_check(&piece->bytes, "payload", err);
	return rc ? rc : it_buf_check(&piece->signature, "signature", err);
}

static void note(struct it_sign_piece *piece, const char *name, const char *value)
{
	piece->notes[piece->note_count++] = (struct it_oci_annotation){ name, value };
}

/* Sorted by name. */
static void annotate(struct it_sign_piece *piece, const char *created)
{
	piece->note_count = 0;
	if (piece->form == IT_ATTACHED_BUNDLE) {
		note(piece, IT_BUNDLE_CONTENT, "dsse-envelope");
		note(piece, IT_BUNDLE_PREDICATE, it_sign_predicate(&piece->subject, piece->kind));
		note(piece, CREATED, created);
	} else if (piece->form == IT_ATTACHED_ENVELOPE) { /* cosign looks for both */
		note(piece, IT_SIMPLE_SIGNING_SIGNATURE, "");
		note(piece, "predicateType", it_sign_predicate(&piece->subject, piece->kind));
	} else {
		note(piece, IT_SIMPLE_SIGNING_SIGNATURE, it_buf_text(&piece->signature));
	}
}

int it_sign_plan_sign(struct it_sign_plan *plan, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < plan->count; i++) {
		struct it_sign_piece *piece = &plan->pieces[i];

		if (plan->list->items[i].state == IT_SIGNED_THERE)
			continue;
		rc = piece->form == IT_ATTACHED_SIGNATURE ? sign_simple(piece, err)
							  : sign_envelope(piece, err);
		annotate(piece, plan->created);
	}
	return rc;
}
