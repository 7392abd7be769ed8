/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate that signs: only what a verified chain made is signed, unless the caller says
 * "unverified", which then stands in the signature.
 */
#ifndef IT_IMAGE_SIGN_H
#define IT_IMAGE_SIGN_H

#include <intoto/verify.h>

#include "crypto/signer.h"
#include "image/attached.h"

/* What lets an image be signed.  Made by it_image_gate only, so that the order cannot be turned. */
struct it_image_permit;

struct it_image_gate {
	const struct intoto_verify_options *verify; /* NULL: unverified */
	const char *step; /* whose product the image must be; NULL: that the layout names */
};

/*
 * Runs the verification, and finds the digest among the products of the step.  INTOTO_OK with *out
 * NULL: decided no; *report (the caller's) says why, and *why (owned) when the chain passed but the
 * image is none of its products.
 */
IT_CHECK int it_image_gate(struct it_image_permit **out, struct intoto_report **report, char **why,
			   const struct it_oci_manifest *image, const struct it_image_gate *gate,
			   struct intoto_error **err);
void it_image_permit_free(struct it_image_permit *permit);
IT_DEFINE_AUTO(struct it_image_permit, it_image_permit_free);

struct it_image_signing {
	const struct it_signer *const *signers;
	size_t signer_count;
	bool bundle, simple;  /* forms; at least one */
	const char *identity; /* docker-reference; NULL: the repository (with_tag: and the tag) */
	bool with_tag;
	const struct it_oci_annotation *annotations; /* sorted */
	size_t annotation_count;
	const struct intoto_envelope *vsa; /* to sign and attach; NULL */
};

/* Signs one manifest and attaches everything: all signatures are made before the first is put. */
IT_CHECK int it_image_sign(struct it_place *place, const struct it_oci_manifest *image,
			   const struct it_image_permit *permit,
			   const struct it_image_signing *signing, struct intoto_error **err);

#endif
