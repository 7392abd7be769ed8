/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed about one image, in each form; the same facts and time give the same bytes. */
#ifndef IT_IMAGE_SIGN_CONTENT_H
#define IT_IMAGE_SIGN_CONTENT_H

#include "image/sign.h"

/* All borrowed. */
struct it_sign_subject {
	const struct it_oci_manifest *image;
	const struct it_image_permit *permit;
	const struct it_image_signing *signing;
	const struct it_image_statement *statement; /* of an attestation; else NULL */
};

/* Appends the payload: of simple signing, or the statement of an image signature or a VSA. */
IT_CHECK int it_sign_content(struct it_buf *out, const struct it_sign_subject *subject,
			     enum it_signed_kind kind, enum it_attached_form form, int64_t time,
			     struct intoto_error **err);
/* The time that a payload says; false when it says none. */
bool it_sign_content_time(int64_t *time, struct it_span payload, enum it_signed_kind kind,
			  enum it_attached_form form);
/* The predicate type. */
const char *it_sign_predicate(const struct it_sign_subject *subject, enum it_signed_kind kind);

/* A signer as container tools want it: RSA by PKCS#1 v1.5 with SHA-256, whatever the key's scheme.
 * Not moved once it was made. */
struct it_sign_hand {
	struct it_signer signer;
	struct intoto_key key;
};
IT_CHECK int it_sign_hand_make(struct it_sign_hand *hand, const struct it_signer *signer,
			       struct intoto_error **err);

#endif
