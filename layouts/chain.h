/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One layout on its way through verification (in-toto specification 5.2).  Sublayouts have a chain
 * of their own below it, with the same report: signatures, thresholds and the rules of steps come
 * first in the whole tree, and only when nothing failed anywhere are inspections run.
 *
 * Each stage is one function in a file of its own.  A stage adds what it found to the report; it
 * returns an error only when the verification itself cannot go on (no memory, our bug).
 */
#ifndef IT_LAYOUTS_CHAIN_H
#define IT_LAYOUTS_CHAIN_H

#include <intoto/verify.h>

#include "layouts/folder.h"
#include "layouts/layout.h"
#include "layouts/report.h"
#include "layouts/shelf.h"
#include "layouts/trace.h"
#include "model/envelope.h"

enum {
	IT_SUBLAYOUT_DEPTH = 8,
	/* In one run: links between folders must not make a few files an endless number of
	   sublayouts. */
	IT_SUBLAYOUTS_MAX = 1000,
	IT_LISTED_MAX = 10, /* names in one sentence */
};

struct it_inspector; /* run/inspect.h */
struct it_sublayout;
struct it_trust; /* layouts/certificate.h */

/* What stands for an item: the link of a document, or a sublayout; both NULL: nothing (yet). */
struct it_slot {
	struct it_source *source;
	struct it_sublayout *below; /* its summary; borrowed from the chain's sublayouts */
	bool open;		    /* evidence could not be read, so who knows */
};

/* What the chains of one verification share. */
struct it_run {
	struct it_shelf shelf;
	struct it_buf text;		/* of the document that is being read */
	size_t sublayout_count;		/* so far */
	struct it_inspector *inspector; /* made with the first inspection */
};

struct it_chain {
	const struct intoto_verify_options *options;
	struct intoto_report *report;
	struct it_trace *trace;	      /* NULL: nobody asked */
	const struct it_trust *trust; /* certificates that the options name */
	struct it_run *run;
	const char *layout_path;
	const char *link_dir; /* may be NULL; or a bundle */
	const char *prefix;   /* "" or "step/": stands before the names of items in the report */
	unsigned depth;	      /* 0: the layout that was asked for */
	int64_t now;
	struct intoto_layout *layout;
	struct intoto_link **links; /* of inspections that were run, by it_item.index */
	struct it_slot *slots;	    /* of items with evidence, likewise */
	bool *later;		    /* for each step: its rules wait for a later step */
	struct it_folder folder;    /* what is in link_dir */
	struct it_sublayout *sublayouts;
	const struct it_sublayout *origin; /* what this chain is the chain of; NULL at depth 0 */
	struct it_buf label;
};

/* Reads the layout of an envelope; what is wrong with it is in the report, and layout NULL then. */
IT_CHECK int it_chain_read(struct it_chain *chain, const struct intoto_envelope *envelope,
			   struct intoto_error **err);
/* Everything up to the inspections: of this layout, which is trusted, and of all below it. */
IT_CHECK int it_chain_verify(struct it_chain *chain, struct intoto_error **err);
/* The inspections of all sublayouts, innermost first, then its own. */
IT_CHECK int it_chain_inspect(struct it_chain *chain, struct intoto_error **err);
/* Whether everything in it has its evidence. */
bool it_chain_is_complete(const struct it_chain *chain);
void it_chain_done(struct it_chain *chain);

/* How the report calls an item of this chain, "" for the layout itself; valid until the next call.
 */
const char *it_chain_label(struct it_chain *chain, const char *item);
bool it_chain_allows(const struct it_chain *chain, enum intoto_allow what);
/* Says that steps and inspections are not looked at. */
void it_chain_skip(struct it_chain *chain, const char *code, const char *why);

/* --- the artifacts of an item (table.c) --- */

struct it_table {
	const struct it_artifacts *artifacts; /* NULL: nothing is known about the item */
	struct it_shelved *shelved;	      /* what must stay in memory for it */
};

/*
 * Gets the artifacts of an item, from memory or from the file again; they stay until
 * it_table_done.  A file that was changed since is in the report, and its item is open.
 */
IT_CHECK int it_table_get(struct it_table *out, struct it_chain *chain, size_t item,
			  enum intoto_link_side side, struct intoto_error **err);
/* The same for a slot that is (or will be) the named item's. */
IT_CHECK int it_table_of_slot(struct it_table *out, struct it_chain *chain, struct it_slot *slot,
			      const char *item, enum intoto_link_side side,
			      struct intoto_error **err);
void it_table_done(struct it_table *table);
/* The same for the whole link, which only it_stage_summary may change. */
IT_CHECK int it_chain_link(struct it_shelved **out, struct it_chain *chain, size_t item,
			   enum intoto_link_side side, struct intoto_error **err);

/* --- the stages, in their order --- */

/* Layout signatures; returns whether the layout can be trusted through *trusted. */
IT_CHECK int it_stage_signatures(struct it_chain *chain, const struct intoto_envelope *envelope,
				 const struct intoto_key *const *keys, size_t key_count,
				 bool *trusted, struct intoto_error **err);
/* Expiry, empty layouts, thresholds below 1, keys that cannot be used. */
void it_stage_policy(struct it_chain *chain);
/* Parameters are replaced, then patterns are looked at. */
IT_CHECK int it_stage_parameters(struct it_chain *chain, bool *complete, struct intoto_error **err);
/* For each step: links are loaded and verified, the threshold is counted, one link chosen, and its
 * rules judged as soon as what they need is there. */
IT_CHECK int it_stage_steps(struct it_chain *chain, struct intoto_error **err);
/* The gates of steps; nothing where there are none. */
IT_CHECK int it_stage_gates(struct it_chain *chain, struct intoto_error **err);
/* Of a sublayout: signed links that stand in for inspections (specification 4.5.3). */
IT_CHECK int it_stage_standins(struct it_chain *chain, struct intoto_error **err);
/* Runs the inspections that have no such link, if nothing has failed. */
IT_CHECK int it_stage_inspections(struct it_chain *chain, struct intoto_error **err);
/* Takes the inspector away, whatever happened in the chains of a run. */
void it_stage_inspections_end(struct it_chain *chain);
/* The rules of inspections that have a link. */
IT_CHECK int it_stage_inspection_rules(struct it_chain *chain, struct intoto_error **err);
/* The summary link; takes what it needs out of the chain's links. */
IT_CHECK int it_stage_summary(struct it_chain *chain, const char *name, struct intoto_link **out,
			      struct intoto_error **err);

/* --- for the stages --- */

/* Loads, verifies and chooses the evidence of a step. */
IT_CHECK int it_step_gather(struct it_chain *chain, const struct it_layout_step *step,
			    struct intoto_error **err);
/* Applies the rules of one side of an item that has a link. */
IT_CHECK int it_item_judge(struct it_chain *chain, const struct it_item *item,
			   enum intoto_link_side side, struct intoto_error **err);
/* Applies the rules of both sides, or says that there is no link. */
IT_CHECK int it_item_judge_all(struct it_chain *chain, const struct it_item *item,
			       struct intoto_error **err);

/* Appends name number index to a sentence that has a place for IT_LISTED_MAX of them. */
void it_list_name(struct it_buf *out, size_t index, const char *name);
/* Appends " and N more" when there were more than that. */
void it_list_end(struct it_buf *out, size_t count);

#endif
