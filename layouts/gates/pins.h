/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which attestors a layout trusts, its member "attestors":
 *
 *   { NAME: { "sha256": [HEX…], "version": [TEXT…], "level": [WORD…] } }
 *
 * at least one of the three.  What an attestation says of its attestor (the annotation "intoto" that
 * our host writes) must be among them; one that names a pinned attestor and keeps silent about what
 * is pinned is no evidence.
 */
#ifndef IT_LAYOUTS_GATES_PINS_H
#define IT_LAYOUTS_GATES_PINS_H

#include "base/strings.h"
#include "json/where.h"
#include "json/writer.h"
#include "model/attestation.h"

struct it_attestor_pin {
	char *name;
	struct it_strings sha256; /* of its program, lower case; empty: any */
	struct it_strings version;
	struct it_strings level; /* mechanisms of its sandbox, all of which it must have had */
};

struct it_attestor_pins {
	struct it_attestor_pin *items;
	size_t count;
	struct it_json *object; /* as it was read */
};

void it_attestor_pins_done(struct it_attestor_pins *pins);
/* Closed, and never empty. */
IT_CHECK int it_attestor_pins_read(struct it_attestor_pins *out, const struct it_json *object,
				   const struct it_where *where, struct intoto_error **err);
/* Whether an attestation keeps to them; appends a clause that says why not ("was made by …"). */
bool it_attestor_pins_keep(const struct it_attestor_pins *pins,
			   const struct it_attestation *attestation, struct it_buf *why);
/* Each pin as a line for people: "scan: sha256 1a2b…, version 0.1.0, in a sandbox with seccomp". */
IT_CHECK int it_attestor_pins_clauses(struct it_strings *out, const struct it_attestor_pins *pins,
				      struct intoto_error **err);

#endif
