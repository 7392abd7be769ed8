/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One layout on its way through verification (in-toto specification 5.2).  Sublayouts have a chain
 * of their own, with the same report.
 *
 * Each stage is one function in a file of its own.  A stage adds what it found to the report; it
 * returns an error only when the verification itself cannot go on (no memory, our bug).
 */
#ifndef IT_LAYOUTS_CHAIN_H
#define IT_LAYOUTS_CHAIN_H

#include <intoto/verify.h>

#include "layouts/layout.h"
#include "layouts/report.h"
#include "layouts/trace.h"
#include "model/envelope.h"
#include "model/link.h"

enum {
	IT_SUBLAYOUT_DEPTH = 8,
	/* In one run: links between folders must not make a few files an endless number of
	   sublayouts. */
	IT_SUBLAYOUTS_MAX = 1000,
	IT_LISTED_MAX = 10, /* names in one sentence */
};

struct it_trust; /* layouts/certificate.h */

struct it_chain {
	const struct intoto_verify_options *options;
	struct intoto_report *report;
	struct it_trace *trace;	      /* NULL: nobody asked */
	const struct it_trust *trust; /* certificates that the options name; NULL: none */
	const char *layout_path;
	const char *link_dir;
	const char *prefix; /* "" or "step/": stands before the names of items in the report */
	unsigned depth;	    /* 0: the layout that was asked for */
	size_t *sublayouts; /* so far, in the whole run */
	int64_t now;
	const struct intoto_layout *layout;
	struct intoto_link **links; /* the link of each item, by it_item.index; NULL: none */
	bool *open;		  /* for each item: its evidence could not be read, so who knows */
	struct it_strings folder; /* the names in link_dir */
	struct it_buf label;
};

/*
 * Verifies what is in an envelope against keys, which all must have signed it.  *summary is the
 * summary link when nothing failed, else NULL.  The chain's first members, up to now, are set.
 */
IT_CHECK int it_chain_verify(struct it_chain *chain, const struct intoto_envelope *envelope,
			     const struct intoto_key *const *keys, size_t key_count,
			     const char *summary_name, struct intoto_link **summary,
			     struct intoto_error **err);

/* How the report calls an item of this chain, "" for the layout itself; valid until the next call.
 */
const char *it_chain_label(struct it_chain *chain, const char *item);
bool it_chain_allows(const struct it_chain *chain, enum intoto_allow what);
/* The artifacts of an item; NULL when there is no such item, or no link for it. */
const struct it_artifacts *it_chain_artifacts(const struct it_chain *chain, const char *item,
					      enum intoto_link_side side);

/* --- the stages, in their order --- */

/* Layout signatures; returns whether the layout can be trusted through *trusted. */
IT_CHECK int it_stage_signatures(struct it_chain *chain, const struct intoto_envelope *envelope,
				 const struct intoto_key *const *keys, size_t key_count,
				 bool *trusted, struct intoto_error **err);
/* Expiry, empty layouts, thresholds below 1, keys that cannot be used. */
void it_stage_policy(struct it_chain *chain);
/* Parameters are replaced (in layout, which is the chain's), then patterns are looked at. */
IT_CHECK int it_stage_parameters(struct it_chain *chain, struct intoto_layout *layout,
				 bool *complete, struct intoto_error **err);
/* Links are loaded and verified, thresholds counted, and one link chosen for each step. */
IT_CHECK int it_stage_evidence(struct it_chain *chain, struct intoto_error **err);
/* Applies the rules of one side of an item that has a link. */
IT_CHECK int it_item_judge(struct it_chain *chain, const struct it_item *item,
			   enum intoto_link_side side, struct intoto_error **err);
/* The rules of steps. */
IT_CHECK int it_stage_step_rules(struct it_chain *chain, struct intoto_error **err);
/* Runs the inspections, if nothing has failed. */
IT_CHECK int it_stage_inspections(struct it_chain *chain, struct intoto_error **err);
/* The rules of inspections that ran. */
IT_CHECK int it_stage_inspection_rules(struct it_chain *chain, struct intoto_error **err);
/* The summary link; takes what it needs out of the chain's links. */
IT_CHECK int it_stage_summary(struct it_chain *chain, const char *name, struct intoto_link **out,
			      struct intoto_error **err);

/* --- for the stages --- */

/* Applies the rules of one side of an item that has a link. */
IT_CHECK int it_item_judge(struct it_chain *chain, const struct it_item *item,
			   enum intoto_link_side side, struct intoto_error **err);

/* Appends name number index to a sentence that has a place for IT_LISTED_MAX of them. */
void it_list_name(struct it_buf *out, size_t index, const char *name);
/* Appends " and N more" when there were more than that. */
void it_list_end(struct it_buf *out, size_t count);

#endif
