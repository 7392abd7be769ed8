/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drafts a layout from the links of a good run.
 *
 * Steps stand in the order in which files flow, found by digests.  Rules are as tight as the run
 * shows: every file is required, and either matched with the step where it comes from, or named as
 * created, modified, deleted or brought along; everything else is disallowed.  With many files
 * whole folders stand for what is in them, where all of it behaves the same.
 */
#ifndef IT_LAYOUTS_DRAFT_H
#define IT_LAYOUTS_DRAFT_H

#include "layouts/layout.h"
#include "model/link.h"

struct it_draft_run {
	const char *file; /* for messages */
	const struct intoto_link *link;
};

enum { IT_DRAFT_STEPS_MAX = 1000, IT_DRAFT_LIMIT = 50 };

struct it_draft_options {
	size_t limit; /* so many files of one side are listed by name; more: by folders */
};

/*
 * Adds a step for each step that the links name; several links of one step must agree.  Who may do
 * them is the caller's to add.  POLICY: the links are not those of one good run, and the error says
 * why.  What could not be drafted well is told in notes.
 */
IT_CHECK int it_draft(struct intoto_layout *layout, const struct it_draft_run *runs, size_t count,
		      const struct it_draft_options *options, struct it_strings *notes,
		      struct intoto_error **err);

/* --- for the parts --- */

/* One artifact on its way through the steps. */
struct it_trail {
	const struct it_artifact *artifact;
	size_t step;
	bool made; /* the step did not have it as a material with the same digests */
};

struct it_flow {
	const struct intoto_link **links; /* one for each step, sorted by name */
	size_t count;
	struct it_trail *trails[2]; /* of all steps, by side; sorted by digests, name, step */
	size_t trail_count[2];
	size_t *order; /* numbers of steps, first to last */
	size_t *rank;  /* of each step in that order */
};

/* links are borrowed. */
IT_CHECK int it_flow_find(struct it_flow *flow, const struct intoto_link **links, size_t count,
			  struct intoto_error **err);
void it_flow_done(struct it_flow *flow);

/* The trails of one side with these digests. */
struct it_trails {
	const struct it_trail *items;
	size_t count;
};
struct it_trails it_flow_trails(const struct it_flow *flow, enum intoto_link_side side,
				const char *digests);

/* Bytes that two paths share at the end, in whole parts: 5 for "in/a/b.c" and "a/b.c". */
size_t it_shared_end(const char *a, const char *b);

/* Fills the rules of one side of a step. */
IT_CHECK int it_draft_rules(struct it_rules *out, const struct it_flow *flow, size_t step,
			    enum intoto_link_side side, const struct it_draft_options *options,
			    struct intoto_error **err);

#endif
