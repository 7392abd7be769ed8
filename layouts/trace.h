/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verification saw, kept whole for whoever wants to tell it (--explain, --graph, the VSA):
 * items, who signed, which link stood for a step, and what each rule did to each artifact.  The
 * engine calls these; each does nothing when trace is NULL, so that nobody pays who does not ask.
 *
 * Every text is copied.  Labels are those of the report ("step", "sub/step").  A trace that runs
 * out of memory remembers it and tells nothing afterwards.
 */
#ifndef IT_LAYOUTS_TRACE_H
#define IT_LAYOUTS_TRACE_H

#include "layouts/layout.h"
#include "model/link.h"

struct it_trace;

/* A step or inspection of a layout that is trusted, in the layout's order, before its evidence. */
void it_trace_item(struct it_trace *trace, const char *label, const struct it_item *item,
		   bool is_inspection, int64_t threshold);

/* Somebody whose signature on file was good and authorised; name is for people ("ed25519 1a2b…",
 * "alice@example.org", a SPIFFE id). */
void it_trace_signer(struct it_trace *trace, const char *label, const char *file,
		     const char *identity, const char *name);

/* The link that stands for the item; file is "" for an inspection and a sublayout's summary. */
void it_trace_link(struct it_trace *trace, const char *label, const char *file,
		   const struct intoto_link *link);

/*
 * Rule number index of one side was applied: consumed and refused are positions in the sorted
 * artifacts of that side.  failed says that the rule failed (DISALLOW, REQUIRE).
 */
void it_trace_rule(struct it_trace *trace, const char *label, enum intoto_link_side side,
		   size_t index, const struct it_rule *rule, const size_t *consumed,
		   size_t consumed_count, const size_t *refused, size_t refused_count, bool failed);

#endif
