/* SPDX-License-Identifier: Apache-2.0 */
/* What a registry says it wants: read, or refused with a sentence; never more than one of both. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "net/oci/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_challenge_done) struct it_challenge found = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	char *text = strndup(size ? (const char *)data : "", size);
	int rc;

	if (!text)
		return 0;
	rc = it_challenge_parse(&found, text, &err);
	if (rc ? !*intoto_error_text(err) || found.realm || found.service || found.scope : !!err)
		abort();
	free(text);
	return 0;
}
