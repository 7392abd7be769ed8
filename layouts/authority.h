/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do a step: the distinct keys behind its pubkeys, and the names of their link files. */
#ifndef IT_LAYOUTS_AUTHORITY_H
#define IT_LAYOUTS_AUTHORITY_H

#include "layouts/chain.h"

struct it_authority {
	const struct it_layout_key **keys; /* usable, each key material once, in the step's order */
	size_t count;
};

/* A link file that would be evidence if it were there. */
struct it_candidate {
	char *file; /* "<step>.<8 hex>.link" */
	size_t key; /* number of the key whose id it has; one file may have several keys */
};

struct it_candidates {
	struct it_candidate *items; /* sorted by file, then key */
	size_t count;
	size_t cap;
};

/*
 * Finds the keys of a step.  Reports ids without a key, a key that comes twice, certificates, and a
 * threshold that these keys can never reach.
 */
IT_CHECK int it_authority_find(struct it_authority *authority, struct it_chain *chain,
			       const struct it_layout_step *step, struct intoto_error **err);
void it_authority_done(struct it_authority *authority);

/* The files of every id that these keys have in any dialect. */
IT_CHECK int it_candidates_find(struct it_candidates *out, const struct it_authority *authority,
				const struct it_layout_step *step, struct intoto_error **err);
void it_candidates_done(struct it_candidates *candidates);

#endif
