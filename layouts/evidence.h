/* SPDX-License-Identifier: Apache-2.0 */
/* The link files of one step: those that verified, and what follows from them. */
#ifndef IT_LAYOUTS_EVIDENCE_H
#define IT_LAYOUTS_EVIDENCE_H

#include "layouts/authority.h"

/* A link that an authorised key signed. */
struct it_valid_link {
	char *file;
	bool *signers; /* for each key of the authority; at least one is true */
	struct intoto_link *link;
};

struct it_evidence {
	const struct it_layout_step *step;
	struct it_authority authority;
	struct it_candidates candidates;
	struct it_valid_link *valid;
	size_t count;
	size_t unreadable; /* files that exist and could not be read */
	/* What it_evidence_choose found out. */
	bool enough; /* the threshold is met */
	bool open;   /* it is not, but with the files that could not be read it might be */
};

void it_evidence_done(struct it_evidence *evidence);

/* Verifies a sublayout that key signed; *summary is NULL when it failed, which is reported. */
IT_CHECK int it_sublayout_verify(struct it_chain *chain, struct it_evidence *evidence,
				 const char *path, const struct intoto_envelope *envelope,
				 const struct intoto_key *key, struct intoto_link **summary,
				 struct intoto_error **err);

/*
 * Counts signers against the threshold, compares the links, and gives the one that stands for the
 * step, which is the caller's; NULL when there is none.
 */
struct intoto_link *it_evidence_choose(struct it_chain *chain, struct it_evidence *evidence);

#endif
