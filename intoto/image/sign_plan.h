/* SPDX-License-Identifier: Apache-2.0 */
/* What it_image_sign is going to put, in parts: made (sign_plan.c), compared with what is there
 * (sign_present.c), put (sign.c). */
#ifndef IT_IMAGE_SIGN_PLAN_H
#define IT_IMAGE_SIGN_PLAN_H

#include "base/clock.h"
#include "image/sign_content.h"

/* A VSA names every document of a chain. */
enum { IT_SIGN_BYTES_MAX = 32 * 1024 * 1024, IT_SIGN_NOTES = 3 };

/* One signature to be; its account is the entry with the same number in the list. */
struct it_sign_piece {
	struct it_sign_subject subject;
	const struct it_sign_hand *hand;
	enum it_signed_kind kind;
	enum it_attached_form form;
	int64_t there_since;	 /* of a verdict that is there: its time, the newest */
	struct it_buf payload;	 /* what is signed */
	struct it_buf bytes;	 /* what is put: a bundle, an envelope, or the payload */
	struct it_buf signature; /* base64, of simple signing */
	struct it_oci_annotation notes[IT_SIGN_NOTES];
	size_t note_count;
};

struct it_sign_plan {
	struct it_sign_hand *hands;
	size_t hand_count;
	struct it_sign_piece *pieces;
	size_t count;
	struct it_signed_list *list;
	int64_t refused; /* the newest verdict about the image at hand that says no; 0: none */
	char created[IT_TIME_SIZE];
};
void it_sign_plan_done(struct it_sign_plan *plan);

/* Every piece that is wanted, VSAs and what indexes name first; nothing is signed yet. */
IT_CHECK int it_sign_plan_make(struct it_sign_plan *plan,
			       const struct it_oci_manifest *const *images, size_t image_count,
			       const struct it_image_permit *permit,
			       const struct it_image_signing *signing, struct intoto_error **err);
/* The same for an attestation of the subject's. */
IT_CHECK int it_sign_plan_attest(struct it_sign_plan *plan, const struct it_sign_subject *subject,
				 struct intoto_error **err);
/* Marks the pieces of one image that are there already, by the same key over the same content. */
IT_CHECK int it_sign_find_present(struct it_sign_plan *plan, struct it_place *place,
				  const struct it_oci_manifest *image, struct intoto_error **err);
/* Signs all others. */
IT_CHECK int it_sign_plan_sign(struct it_sign_plan *plan, struct intoto_error **err);

#endif
