/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of one step: those that verified, and what follows from them. */
#ifndef IT_LAYOUTS_EVIDENCE_H
#define IT_LAYOUTS_EVIDENCE_H

#include "layouts/authority.h"
#include "layouts/document.h"

/* Sets of links that say the same in the same words; more than that are not told apart. */
enum { IT_GROUPS_MAX = 16 };

/* A link that an authorised person signed. */
struct it_valid_link {
	struct it_slot slot; /* its source, which is ours, or its sublayout, which is not */
	struct it_people signers;
	size_t group; /* from 0; IT_GROUPS_MAX: there were too many already */
};

struct it_evidence {
	struct it_chain *chain;
	const struct it_layout_step *step;
	struct it_authority authority;
	struct it_candidates candidates;
	struct it_valid_link *valid;
	size_t count;
	size_t cap;
	size_t group_count;
	size_t latest[IT_GROUPS_MAX]; /* the newest link of each group: the likeliest in memory */
	size_t unreadable;	      /* documents that exist and could not be read */
	size_t strangers;	      /* attestations that nobody signed who may do the step */
	/* What it_evidence_choose found out. */
	bool enough; /* the threshold is met */
	bool open;   /* it is not, but with what could not be read it might be */
};

void it_evidence_done(struct it_evidence *evidence);

/* The file that a valid link came from, for people. */
const char *it_valid_link_name(const struct it_valid_link *valid);

/* Appends a valid link, puts it into its group.  Takes slot's source and signers, also on failure.
 */
IT_CHECK int it_evidence_keep(struct it_evidence *evidence, struct it_slot slot,
			      struct it_people *signers, struct intoto_error **err);

/*
 * Counts signers against the threshold, compares the links, and moves the one that stands for the
 * step into the chain's slot of it.
 */
IT_CHECK int it_evidence_choose(struct it_evidence *evidence, struct intoto_error **err);

#endif
