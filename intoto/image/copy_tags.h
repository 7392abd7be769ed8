/* SPDX-License-Identifier: Apache-2.0 */
/* The tags sha256-HEX.sig, .att and .sbom at the destination of a copy: nothing that is there is
 * lost. */
#ifndef IT_IMAGE_COPY_TAGS_H
#define IT_IMAGE_COPY_TAGS_H

#include "image/copy.h"

enum it_copy_tag {
	IT_COPY_TAG_THERE, /* it stands at the same manifest already */
	IT_COPY_TAG_SET,   /* it is not there, or what it has is in ours too */
	IT_COPY_TAG_KEEP,  /* it has all of ours, and more */
	IT_COPY_TAG_MERGE, /* both have some that the other has not */
};

/* What is to be done; expected gets the digest at which it stands, "" for none. */
IT_CHECK int it_copy_tag_look(enum it_copy_tag *out, char expected[IT_OCI_DIGEST_SIZE],
			      struct it_place *to, const char *tag,
			      const struct it_oci_manifest *ours, struct intoto_error **err);
/* Adds each layer that is not there to the tag of subject. */
IT_CHECK int it_copy_tag_merge(struct it_place *to, struct it_place *from, const char *subject,
			       const char *tag, const struct it_oci_manifest *ours,
			       struct intoto_error **err);

#endif
