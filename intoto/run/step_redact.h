/* SPDX-License-Identifier: Apache-2.0 */
/* What a step printed, without what must not be signed; and the record of what was taken out. */
#ifndef IT_RUN_STEP_REDACT_H
#define IT_RUN_STEP_REDACT_H

#include "attest/answer.h"
#include "attest/secrets.h"
#include "model/link.h"

/*
 * Takes the values of secrets out of the captured streams and the command line of link; appends an
 * object to record for each stream and variable: { "count", "rule": "environment", "stream",
 * "variable" }.
 */
IT_CHECK int it_step_redact_values(struct intoto_link *link, struct it_secrets *secrets,
				   struct it_json *record, struct intoto_error **err);

/* Redactions that an attestor asked for; those of several may overlap. */
struct it_step_redaction {
	const char *attestor;
	const struct it_redaction *what;
};

/* INTOTO_E_FORMAT when one is outside of what was captured. */
IT_CHECK int it_step_redaction_check(const struct intoto_link *link,
				     const struct it_redaction *redaction,
				     struct intoto_error **err);
/*
 * Puts "[redacted: RULE]" in the place of each, and appends { "attestor", "length", "offset",
 * "rule", "stream" } to record, as far as there is room; items are sorted.
 */
IT_CHECK int it_step_redact(struct intoto_link *link, struct it_step_redaction *items, size_t count,
			    struct it_json *record, struct intoto_error **err);

/* For a step whose output could not be looked at: it is not signed at all. */
IT_CHECK int it_step_withhold(struct intoto_link *link, struct intoto_error **err);

#endif
