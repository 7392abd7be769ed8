/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verification saw, kept whole for whoever wants to tell it (--explain, --graph, the VSA):
 * items, who signed, which link stood for a step, and what each rule did to each artifact.  The
 * engine calls these; each does nothing when trace is NULL, so that nobody pays who does not ask.
 *
 * Every text is copied.  Labels are those of the report ("step", "sub/step").  A trace that runs
 * out of memory remembers it and tells nothing afterwards; so does one that is told something that
 * does not fit together (our bug).  It never changes a verdict.
 */
#ifndef IT_LAYOUTS_TRACE_H
#define IT_LAYOUTS_TRACE_H

#include "layouts/layout.h"
#include "model/link.h"

struct it_trace;

IT_CHECK int it_trace_new(struct it_trace **out, struct intoto_error **err);
/*
 * One that keeps no artifacts, only how many there were: sides have counts and no artifacts, rules
 * how much they consumed and refused.
 */
IT_CHECK int it_trace_new_brief(struct it_trace **out, struct intoto_error **err);
/* Whether the positions of it_trace_act are looked at; false for NULL.  Without, they may be NULL
 * beside their counts. */
bool it_trace_wants_artifacts(const struct it_trace *trace);
void it_trace_free(struct it_trace *trace);
IT_DEFINE_AUTO(struct it_trace, it_trace_free);

/*
 * A step or inspection of a layout that is trusted, in the layout's order, before its evidence.
 * The item of a step is the one inside its struct it_layout_step.  A label that came before (two
 * functionaries gave a sublayout for one step) begins anew; what follows is about the newer one.
 */
void it_trace_item(struct it_trace *trace, const char *label, const struct it_item *item,
		   bool is_inspection, int64_t threshold);

/* Somebody whose signature on file was good and authorised; name is for people ("ed25519 1a2b…",
 * "alice@example.org", a SPIFFE id). */
void it_trace_signer(struct it_trace *trace, const char *label, const char *file,
		     const char *identity, const char *name);

/* The link that stands for the item; file is "" for an inspection and a sublayout's summary. */
void it_trace_link(struct it_trace *trace, const char *label, const char *file,
		   const struct intoto_link *link);

/* Rule number index of one side was applied: what it did.  An inspection's link may come after. */
struct it_trace_act {
	enum intoto_link_side side;
	size_t index;
	const struct it_rule *rule;
	const size_t *consumed; /* positions in the sorted artifacts of that side */
	size_t consumed_count;
	const size_t *refused; /* likewise */
	size_t refused_count;
	bool failed; /* the rule failed (DISALLOW, REQUIRE) */
};
void it_trace_rule(struct it_trace *trace, const char *label, const struct it_trace_act *act);

/* --- for readers --- */

struct it_traced_signer {
	const char *file;
	const char *identity;
	const char *name;
};

/* Of one rule of one side.  Texts are "" where the rule has none. */
struct it_traced_rule {
	const struct it_rule_kind *kind;
	const char *text; /* the rule as one line */
	const char *pattern;
	const char *source;
	enum intoto_link_side with;
	const char *destination;
	const char *from;
	size_t consumed;
	size_t refused;
	bool applied; /* false: it never came to that */
	bool failed;
};

struct it_traced_artifact {
	const char *name;
	const char *digests;  /* as in <model/artifacts.h> */
	uint32_t consumed_by; /* number of the rule, from 1; 0: by none */
	uint32_t refused_by;  /* of the first that refused it */
};

struct it_traced_side {
	struct it_traced_artifact *artifacts; /* sorted by name; NULL in a brief trace */
	size_t count;
	struct it_traced_rule *rules; /* in the layout's order */
	size_t rule_count;
	size_t early; /* of the trace alone: artifacts that rules spoke of before the link came */
};

struct it_traced_item {
	const char *label; /* "sub/step" */
	const char *name;  /* "step"; the end of the label */
	size_t instance;   /* how many items had the same label before */
	const char *file;  /* of the link; "" when it has none */
	bool is_inspection;
	bool has_link;
	int64_t threshold;
	size_t authorised;   /* keys that the step names */
	bool by_certificate; /* certificates are authorised too */
	const char *command; /* that the link records, as one line; "" for none */
	struct it_traced_signer *signers;
	size_t signer_count;
	struct it_traced_side sides[2]; /* by enum intoto_link_side */
};

/* INTOTO_OK when the trace is whole: who reads it asks first. */
IT_CHECK int it_trace_check(const struct it_trace *trace, struct intoto_error **err);
/* 0 for a broken trace. */
size_t it_trace_count(const struct it_trace *trace);
/* In the order in which they came; NULL past the end.  Borrowed. */
const struct it_traced_item *it_trace_at(const struct it_trace *trace, size_t index);
/* The newest with that label; NULL when there is none. */
const struct it_traced_item *it_trace_find(const struct it_trace *trace, const char *label);
/* By name; NULL when that side has none. */
const struct it_traced_artifact *it_traced_find(const struct it_traced_side *side,
						const char *name);
/* The rule behind a number of struct it_traced_artifact; NULL for 0. */
const struct it_traced_rule *it_traced_rule(const struct it_traced_side *side, uint32_t number);
/* How many different people signed. */
size_t it_traced_people(const struct it_traced_item *item);
/* Whether other is an item of the same layout: its label differs only in the name, and it belongs
 * to the same of several sublayouts for one step. */
bool it_traced_same_layout(const struct it_traced_item *item, const struct it_traced_item *other);

#endif
