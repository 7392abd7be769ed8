/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How two layouts differ in what they mean: keys by their material, lists without an order as sets,
 * rules in their order.
 */
#ifndef IT_LAYOUTS_DIFF_H
#define IT_LAYOUTS_DIFF_H

#include "layouts/layout.h"

enum it_effect {
	IT_EFFECT_NONE,	    /* no chain is judged otherwise */
	IT_EFFECT_STRICTER, /* by this alone, fewer chains can pass and no others */
	IT_EFFECT_LOOSER,   /* by this alone, more chains can pass and no fewer */
	IT_EFFECT_CHANGED,  /* neither can be said */
};

struct it_difference {
	const char *what; /* "threshold", "rule-added" …; a stable word */
	enum it_effect effect;
	char *item;	  /* the step or inspection; "" for the layout itself */
	const char *part; /* "materials" or "products" for rules; else "" */
	char *before;	  /* "" when there was nothing */
	char *after;
};

struct it_differences {
	struct it_difference *items;
	size_t count;
	size_t cap;
	bool failed; /* out of memory; looked at once, at the end */
};

void it_differences_done(struct it_differences *differences);
const char *it_effect_name(enum it_effect effect); /* "none", "stricter", "looser", "changed" */

/* A layout and its document. */
struct it_diff_side {
	const struct intoto_layout *layout;
	const struct it_json *body;
};

IT_CHECK int it_diff(struct it_differences *out, const struct it_diff_side *before,
		     const struct it_diff_side *after, struct intoto_error **err);

/* --- for the parts --- */

/* Of one side of a step or inspection that both layouts have. */
void it_diff_rules(struct it_differences *out, const char *item, enum intoto_link_side side,
		   const struct it_rules *before, const struct it_rules *after);
/* Gates of a step that both have; pins of attestors and terms of exceptions. */
void it_diff_gates(struct it_differences *out, const char *item, const struct it_gates *before,
		   const struct it_gates *after);
void it_diff_terms(struct it_differences *out, const struct intoto_layout *before,
		   const struct intoto_layout *after);
/* part, before and after may be NULL. */
void it_differences_add(struct it_differences *out, const struct it_difference *difference);

#endif
