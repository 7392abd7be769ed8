/* SPDX-License-Identifier: Apache-2.0 */
/* What a verified token says: compared with the environment, and written without secrets. */
#ifndef INTOTO_ATTESTORS_CI_CLAIMS_H
#define INTOTO_ATTESTORS_CI_CLAIMS_H

#include "attestors/ci/jwt.h"
#include "attestors/source/provider.h"

/* POLICY when the token speaks of another job than the environment. */
int ci_claims_agree(const struct intoto_value *claims, const struct ci_provider *provider,
		    struct intoto_error **err);

/* Members "claims" and, where something was left out, "claimsLeftOut". */
void ci_claims_write(struct intoto_json_out *out, const struct intoto_value *claims);

#endif
