/* SPDX-License-Identifier: Apache-2.0 */
/* The blobs of a copy: gathered, each once, and sent several at a time. */
#ifndef IT_IMAGE_COPY_BLOBS_H
#define IT_IMAGE_COPY_BLOBS_H

#include "image/copy.h"

struct it_copy_blob {
	char *digest;
	uint64_t size;
	bool foreign; /* lies elsewhere by its type: it goes along where the source has it */
};

struct it_copy_blobs {
	struct it_copy_blob *items;
	size_t count;
	size_t cap;
};

void it_copy_blobs_done(struct it_copy_blobs *blobs);
/* All that the manifest names, but manifests.  LIMIT for too many. */
IT_CHECK int it_copy_blobs_add(struct it_copy_blobs *blobs, const struct it_oci_manifest *manifest,
			       struct intoto_error **err);
/* Each once, large ones first.  POLICY: two sizes for one digest. */
IT_CHECK int it_copy_blobs_settle(struct it_copy_blobs *blobs, struct intoto_error **err);
IT_CHECK int it_copy_blobs_send(const struct it_copy_blobs *blobs, struct it_copy_report *report,
				struct it_place *to, struct it_place *from,
				const struct it_copy_options *options, struct intoto_error **err);

#endif
