/* SPDX-License-Identifier: Apache-2.0 */
/*
 * in-toto attestations as evidence of a step (attestation framework v1, "Statement"): the
 * predicates that say what went in and what came out are read as links.
 */
#ifndef IT_MODEL_STATEMENT_H
#define IT_MODEL_STATEMENT_H

#include "model/link.h"

/*
 * Reads a statement (v1 or v0.1) as a link: link v0.3 (and the older Link/v0.2, Link/v1) by its own
 * members; SLSA provenance v1 (resolvedDependencies) and v0.2 and v0.1 (materials) with the
 * subjects as products.  The link of a provenance has an empty name: *named says whether the
 * statement itself names a step.  Another predicate is INTOTO_E_UNSUPPORTED and is named.
 */
IT_CHECK int it_statement_to_link(struct intoto_link **out, bool *named,
				  const struct intoto_envelope *envelope,
				  struct intoto_error **err);

#endif
