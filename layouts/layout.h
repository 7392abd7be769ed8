/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a layout; see <intoto/layout.h> for the contract. */
#ifndef IT_LAYOUTS_LAYOUT_H
#define IT_LAYOUTS_LAYOUT_H

#include <intoto/layout.h>

#include "crypto/key.h"
#include "layouts/constraint.h"
#include "layouts/gates/exceptions.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/pins.h"
#include "layouts/layout_certificates.h"
#include "layouts/requirement.h"
#include "layouts/rule.h"

/* A key of the layout, under the id that its steps use. */
struct it_layout_key {
	char *id;		/* hex digits */
	struct intoto_key *key; /* NULL: of a kind that nothing here implements */
	char *why_not;		/* then one sentence; else NULL */
	struct it_json *object; /* as it was read */
};

/* What steps and inspections have in common. */
struct it_item {
	char *name;
	size_t index;		   /* among all items: steps first, then inspections */
	struct it_strings command; /* expected_command of a step, run of an inspection */
	struct it_rules rules[2];  /* by enum intoto_link_side */
};

struct it_layout_step {
	struct it_item item;
	int64_t threshold;
	struct it_strings pubkeys;	   /* ids, hex digits */
	struct it_constraints constraints; /* who else may do it, by certificate */
	struct it_requirement requires;	   /* of how its links were made */
	struct it_gates gates;		   /* of its evidence: expectedAttributes */
};

struct intoto_layout {
	char *readme;
	char *expires_text; /* NULL: no expiry */
	int64_t expires;
	struct it_layout_anchors rootcas;
	struct it_layout_anchors intermediatecas;
	struct it_layout_anchors bundles; /* trustBundles */
	struct it_exception_terms exceptions;
	struct it_attestor_pins attestors;
	bool said_gated;	    /* as it was read: its _type is "gated-layout" */
	struct it_layout_key *keys; /* sorted by id when read */
	size_t key_count;
	struct it_layout_step *steps;
	size_t step_count;
	struct it_item *inspections;
	size_t inspection_count;
	const struct it_item **by_name; /* steps and inspections, sorted by name */
};

IT_DEFINE_AUTO(struct intoto_layout, intoto_layout_free);

/* An empty layout. */
IT_CHECK int it_layout_new(struct intoto_layout **out, struct intoto_error **err);

/*
 * Whether it says anything that older verifiers would pass over: gates, pins of attestors, terms of
 * exceptions.  Exactly then its _type is "gated-layout", which they refuse.
 */
bool it_layout_is_gated(const struct intoto_layout *layout);

/* NULL when no step or inspection has that name. */
const struct it_item *it_layout_find(const struct intoto_layout *layout, const char *name);

/*
 * The key that a step's pubkeys entry means: the one under that id, else the one whose id in some
 * dialect it is; NULL when there is none.
 */
const struct it_layout_key *it_layout_key(const struct intoto_layout *layout, const char *id);

/* For building one.  Each checks what reading checks. */
/* Adds a key under its id; a key that is there already (by material) is kept, and an
 * OpenPGP key replaces its older self.  *id is borrowed. */
IT_CHECK int it_layout_add_key(struct intoto_layout *layout, const struct intoto_key *key,
			       enum intoto_keyid_style style, const char **id,
			       struct intoto_error **err);
/* Both return the new, empty one, borrowed until the next is added. */
IT_CHECK int it_layout_add_step(struct intoto_layout *layout, const char *name,
				struct it_layout_step **out, struct intoto_error **err);
IT_CHECK int it_layout_add_inspection(struct intoto_layout *layout, const char *name,
				      struct it_item **out, struct intoto_error **err);

/* For reading one. */
/* Refuses a name that cannot be part of a file name. */
IT_CHECK int it_layout_check_name(const char *name, const struct it_where *where,
				  struct intoto_error **err);
/* Appends a key and owns it, also on failure. */
IT_CHECK int it_layout_take_key(struct intoto_layout *layout, struct it_layout_key *key,
				struct intoto_error **err);
/* Makes by_name anew; refuses a name that comes twice. */
IT_CHECK int it_layout_index(struct intoto_layout *layout, const struct it_where *where,
			     struct intoto_error **err);

/* Writes the layout as one JSON object with the standard fields, members sorted. */
void it_layout_write(struct it_writer *writer, const struct intoto_layout *layout);
/* The unsigned envelope of a layout. */
IT_CHECK int it_layout_to_envelope(struct intoto_envelope **out, const struct intoto_layout *layout,
				   enum intoto_envelope_format format, struct intoto_error **err);

#endif
