/* SPDX-License-Identifier: Apache-2.0 */
/* Takes off what hangs on an image, and never the image. */
#ifndef IT_IMAGE_CLEAN_H
#define IT_IMAGE_CLEAN_H

#include "image/tree.h"

enum {
	/* Beside enum it_tree_what: whatever names a manifest as its subject. */
	IT_CLEAN_REFERRERS = 32,
};

/*
 * Which nodes go (*chosen, by number, the caller's to free): those of what, with all that hangs on
 * them, for that would hang on nothing.  The tree was read with details.
 */
IT_CHECK int it_clean_choose(bool **chosen, size_t *count, const struct it_tree *tree,
			     unsigned what, struct intoto_error **err);

/*
 * Deletes them, what hangs on others first; removed gets the name of each that is gone.  One that
 * was gone already is fine.  SERVICE with the registry's words when it does not delete.
 */
IT_CHECK int it_image_clean(struct it_strings *removed, struct it_place *place,
			    const struct it_tree *tree, const bool *chosen,
			    struct intoto_error **err);

#endif
