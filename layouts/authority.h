/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do a step: the keys behind its pubkeys, and the names of their link files. */
#ifndef IT_LAYOUTS_AUTHORITY_H
#define IT_LAYOUTS_AUTHORITY_H

#include "layouts/chain.h"
#include "layouts/people.h"

/* One entry of pubkeys that can be used. */
struct it_entitled {
	const struct it_layout_key *key;
	const char *only; /* the entry's id, when it is that of an OpenPGP subkey; else NULL */
};

struct it_authority {
	struct it_entitled *items; /* in the step's order */
	size_t count;
	size_t people; /* distinct key material */
};

/* A link file that would be evidence if it were there. */
struct it_candidate {
	char *file;    /* "<step>.<8 hex>.link" */
	size_t number; /* of the entry whose id it has; one file may have several */
};

struct it_candidates {
	struct it_candidate *items; /* sorted by file, then number */
	size_t count;
	size_t cap;
};

/*
 * Finds the keys of a step.  Reports ids without a key, a key that comes twice, and a threshold
 * that can never be reached.
 */
IT_CHECK int it_authority_find(struct it_authority *authority, struct it_chain *chain,
			       const struct it_layout_step *step, struct intoto_error **err);
void it_authority_done(struct it_authority *authority);

/* Entry number as a signer; the texts are borrowed from key and from name, which is filled. */
struct it_person it_authority_person(const struct it_authority *authority, size_t number,
				     struct it_buf *name);

/* The files of every id that these keys have in any dialect. */
IT_CHECK int it_candidates_find(struct it_candidates *out, const struct it_authority *authority,
				const struct it_layout_step *step, struct intoto_error **err);
void it_candidates_done(struct it_candidates *candidates);

#endif
