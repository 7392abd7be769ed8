/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens and key sets: a line with a token, the rest a key set.  Whatever they are, none that is
 * made up verifies; what is taken apart stays within its bounds.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "attestors/ci/jwt.h"

enum { NOW = 1800000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct jwt_terms terms = { "https://issuer", "intoto", NOW, 60 };
	const char *text = (const char *)data;
	const char *newline = size ? memchr(text, '\n', size) : NULL;
	struct intoto_value *keys = NULL;
	struct intoto_error *err = NULL;
	struct jwt jwt;
	int rc;

	if (!newline ||
	    intoto_value_parse(&keys, newline + 1, size - (size_t)(newline + 1 - text), NULL))
		return 0;
	rc = jwt_verify(&jwt, text, (size_t)(newline - text), keys, &terms, &err);
	/* a refusal has a sentence, and a token that was verified is whole */
	if (rc ? !*intoto_error_text(err) || jwt.claims : !jwt.claims || !jwt.algorithm)
		abort();
	jwt_done(&jwt);
	intoto_error_free(err);
	intoto_value_free(keys);
	return 0;
}
