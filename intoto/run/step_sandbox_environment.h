/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of a confined step: the caller's, without what would leak or lead nowhere. */
#ifndef IT_RUN_STEP_SANDBOX_ENVIRONMENT_H
#define IT_RUN_STEP_SANDBOX_ENVIRONMENT_H

#include "base/strings.h"
#include "run/step_sandbox_places.h"

enum it_variable {
	IT_VARIABLE_PLAIN,
	IT_VARIABLE_PLACE,  /* a folder or a service of the user, which the step does not reach */
	IT_VARIABLE_SECRET, /* looks like a token, a password or a key */
};

/* By its name alone. */
enum it_variable it_variable_of(struct it_span name);

/*
 * Fills out with "NAME=VALUE": HOME and the folders for temporary files as given, everything else
 * as in ours, but for places, and for secrets that kept does not name.  The names of the secrets
 * that were left out are added to withheld.  PATH keeps the folders that are shown, so that a
 * search is not taken for an access.
 */
IT_CHECK int it_step_environment(struct it_strings *out, struct it_strings *withheld,
				 const struct it_strings *kept, const struct it_places *places,
				 const char *home, const char *temporary,
				 struct intoto_error **err);

#endif
