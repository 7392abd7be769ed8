/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a VEX statement is about a finding: its product, its components, their versions.  Every
 * answer has a reason.
 *
 * A statement is about a package, or about the artifact that was scanned (then about everything in
 * it), or about a package as a component of that artifact.  A package URL without a version stands
 * for every version, unless the same statement names versions of that package too.  What a package
 * URL says more precisely than the finding does is no match: a qualifier, a subpath.
 */
#ifndef IT_LAYOUTS_GATES_VEX_MATCH_H
#define IT_LAYOUTS_GATES_VEX_MATCH_H

#include "layouts/gates/findings.h"
#include "model/vex.h"

/* Rising: how near a statement came. */
enum it_vex_fit {
	IT_VEX_OTHER_PRODUCT,
	IT_VEX_OTHER_COMPONENT,
	IT_VEX_OTHER_VERSION,
	IT_VEX_FITS_ANY_VERSION, /* it names no version, and no digest */
	IT_VEX_FITS,
};

/* What a statement is held against. */
struct it_vex_target {
	const struct it_united *united;
	const struct it_scans *scans;
	const struct it_strings *products; /* names of the step's product, from the layout */
};

/* why is emptied and gets a clause for whatever does not fit, "its product is …". */
IT_CHECK int it_vex_match(enum it_vex_fit *out, struct it_buf *why,
			  const struct it_vex_statement *statement,
			  const struct it_gate_evidence *carrier,
			  const struct it_vex_target *target, struct intoto_error **err);

/* For the two files of it: whether a thing is the scanned artifact. */
enum it_vex_fit it_vex_match_artifact(struct it_buf *why, const struct it_vex_thing *thing,
				      const struct it_gate_evidence *carrier,
				      const struct it_vex_target *target);
/* Whether a qualifier or a subpath of the statement asks for more than is known. */
bool it_vex_purl_asks_more(struct it_buf *why, const struct it_purl *asks,
			   const struct it_purl *known);

#endif
