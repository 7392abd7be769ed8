/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References to images: "app", "registry.example:5000/team/app:1.4", "app@sha256:HEX"
 * (distribution/reference grammar; OCI distribution-spec, "Pulling manifests").
 */
#ifndef IT_MODEL_IMAGE_REFERENCE_H
#define IT_MODEL_IMAGE_REFERENCE_H

#include "base/buf.h"

enum {
	IT_IMAGE_REPOSITORY_MAX = 255, /* host and name together */
	IT_IMAGE_TAG_MAX = 128,
};

/* All owned, none NULL. */
struct it_image_reference {
	char *host;	  /* "docker.io", "registry.example:5000", "[::1]:5000" */
	char *repository; /* "library/app" */
	char *tag;	  /* "" when none was given */
	char *digest;	  /* "sha256:HEX" or "sha512:HEX"; "" when none was given */
};

/*
 * Reads and normalises: without a host it is docker.io, where a name of one part stands in
 * library/; index.docker.io is docker.io.  No tag is filled in (it_image_reference_tag does).
 * FORMAT says which part is wrong.
 */
IT_CHECK int it_image_reference_parse(struct it_image_reference *out, const char *text,
				      struct intoto_error **err);
void it_image_reference_done(struct it_image_reference *reference);
IT_CHECK int it_image_reference_copy(struct it_image_reference *out,
				     const struct it_image_reference *from,
				     struct intoto_error **err);

/* The tag, or "latest" when there is neither tag nor digest, or "". */
const char *it_image_reference_tag(const struct it_image_reference *reference);

/* Appends "host/repository". */
void it_image_reference_print_repository(struct it_buf *out,
					 const struct it_image_reference *reference);
/* Appends the whole, normalised, with tag and digest as given. */
void it_image_reference_print(struct it_buf *out, const struct it_image_reference *reference);

/* "sha256:" and 64, or "sha512:" and 128 lower-case hex digits (image-spec descriptor.md,
 * "Digests"); what else is not taken. */
bool it_image_digest_valid(struct it_span text);
/* distribution-spec: [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
bool it_image_tag_valid(struct it_span text);

#endif
