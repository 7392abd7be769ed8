/* SPDX-License-Identifier: Apache-2.0 */
/* Archives are kept as a layout in a folder of their own while they are open: that is what they
 * read and write through. */
#ifndef IT_IMAGE_PLACE_ARCHIVE_H
#define IT_IMAGE_PLACE_ARCHIVE_H

#include "image/place.h"

struct it_place_archive_state {
	char *file;
	char *folder; /* temporary; NULL: not made yet */
	struct it_place *layout;
	bool writing;
	int lock; /* on the folder that the file is in, from the reading to the writing; -1 */
};

/* "FILE[:TAG][@DIGEST]" in parts; the place gets tag and digest, and a state with the file. */
IT_CHECK int it_place_archive_start(struct it_place *place, const char *rest, bool for_writing,
				    struct intoto_error **err);
/* Makes the folder. */
IT_CHECK int it_place_archive_folder(struct it_place_archive_state *state,
				     struct intoto_error **err);
/* Opens the folder as a layout, when it has what the archive has. */
IT_CHECK int it_place_archive_enter(struct it_place *place, struct intoto_error **err);
void it_place_archive_close(struct it_place *place);

/* What both kinds of archive do as the layout does. */
IT_CHECK int it_place_archive_manifest(struct it_place *place, struct it_oci_manifest **out,
				       const char *name, struct intoto_error **err);
IT_CHECK int it_place_archive_blob(struct it_place *place, const char *digest, uint64_t size,
				   const struct it_sink *sink, struct intoto_error **err);
IT_CHECK int it_place_archive_has_blob(struct it_place *place, bool *has, const char *digest,
				       struct intoto_error **err);
IT_CHECK int it_place_archive_each_referrer(struct it_place *place, const char *digest,
					    int (*visit)(void *arg,
							 const struct it_oci_descriptor *found,
							 struct intoto_error **err),
					    void *arg, struct intoto_error **err);
IT_CHECK int it_place_archive_each_tag(struct it_place *place,
				       int (*visit)(void *arg, const char *tag,
						    struct intoto_error **err),
				       void *arg, struct intoto_error **err);

#endif
