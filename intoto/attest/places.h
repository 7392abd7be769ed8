/* SPDX-License-Identifier: Apache-2.0 */
/* What an attestor sees of the file system beside the system's programs. */
#ifndef IT_ATTEST_PLACES_H
#define IT_ATTEST_PLACES_H

#include "attest/request.h"

struct it_attest_places {
	struct it_sandbox_path *items;
	size_t count;
	size_t cap;
	struct it_strings kept; /* texts of them */
};

/*
 * Its inputs; with the need "folder", the work folder but for what is hidden; of the paths that its
 * manifest names those of the system's own databases, and those that the user granted.
 */
IT_CHECK int it_attest_places_fill(struct it_attest_places *places,
				   const struct it_attest_order *order,
				   const struct it_attest_inputs *inputs, const char *folder,
				   const struct it_strings *hidden, struct intoto_error **err);
void it_attest_places_done(struct it_attest_places *places);

#endif
