/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image attach, in parts: documents (image_attach.c), and what is signed already
 * (image_attach_signed.c). */
#ifndef IT_CMD_IMAGE_ATTACH_H
#define IT_CMD_IMAGE_ATTACH_H

#include "cmd/image_options.h"
#include "cmd/image_signing.h"

struct it_image_attach_words {
	struct it_image_options image;
	struct it_image_signing_words signing;
	const char *type;
};

/* One file for one image, and what came of it. */
struct it_image_attaching {
	const char *path;
	const char *wanted; /* the word of --type; NULL: none */
	struct it_buf bytes;
	struct it_place *place;
	struct it_oci_manifest *image;
	struct it_image_signing signing;
	struct it_signers signers;
	struct it_signed_list list;
	char *type; /* of the predicate, or of the artifact */
	bool was_there;
	char manifest[IT_OCI_DIGEST_SIZE]; /* of a referrer; "" */
};

/* Hangs the bytes on the image as a referrer, unless one with the same layer is there. */
IT_CHECK int it_image_attach_referrer(struct it_image_attaching *job, const char *artifact_type,
				      const struct it_oci_annotation *annotations, size_t count,
				      struct intoto_error **err);

/* A Sigstore bundle, and a DSSE envelope: they must be about the image. */
IT_CHECK int it_image_attach_bundle(struct it_image_attaching *job, struct intoto_error **err);
IT_CHECK int it_image_attach_envelope(struct it_image_attaching *job, struct intoto_error **err);

#endif
