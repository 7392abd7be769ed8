/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders as "cosign save" writes and "cosign load" and "cosign verify --local-image" read them: an
 * OCI layout with one image, whose index.json says of each entry what it is (cosign
 * pkg/oci/layout).
 */
#ifndef IT_IMAGE_COPY_COSIGN_H
#define IT_IMAGE_COPY_COSIGN_H

#include "model/image_reference.h"
#include "model/oci_manifest.h"

#define IT_COSIGN_KIND "kind"
#define IT_COSIGN_IMAGE "dev.cosignproject.cosign/image"
#define IT_COSIGN_INDEX "dev.cosignproject.cosign/imageIndex"
#define IT_COSIGN_SIGS "dev.cosignproject.cosign/sigs"
#define IT_COSIGN_ATTS "dev.cosignproject.cosign/atts"

/* The digest of the image that a folder says it keeps; "" when there is no folder, or it says of
 * none. */
IT_CHECK int it_cosign_folder_image(char digest[IT_OCI_DIGEST_SIZE], const char *folder,
				    struct intoto_error **err);
/* Says in index.json what the entries are: the image with that digest, and the tags of its
 * signatures and attestations.  Everything else stays as it is. */
IT_CHECK int it_cosign_folder_mark(const char *folder, const char *digest,
				   struct intoto_error **err);

#endif
