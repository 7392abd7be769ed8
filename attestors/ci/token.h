/* SPDX-License-Identifier: Apache-2.0 */
/* Where a job's OIDC token and the keys that verify it come from. */
#ifndef INTOTO_ATTESTORS_CI_TOKEN_H
#define INTOTO_ATTESTORS_CI_TOKEN_H

#include "attestors/source/provider.h"
#include "attestors/source/text.h"

/*
 * The raw token: from the option token-file or token-variable, from a variable of the provider, or
 * by asking the provider for one for that audience.  *where says which, borrowed; NULL: there is
 * no token, which is no error.
 */
int ci_token_get(struct at_buf *out, const char **where, const struct ci_provider *provider,
		 const struct intoto_request *request, const char *audience,
		 struct intoto_error **err);

/* The document of the key set: the first input, or what the option jwks-url names. */
int ci_keys_get(struct at_buf *out, const char **where, const struct intoto_request *request,
		struct intoto_error **err);

/* Whether the user granted the network. */
bool ci_network_is_granted(const struct intoto_request *request);

#endif
