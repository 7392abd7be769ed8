/* SPDX-License-Identifier: Apache-2.0 */
/* The tag where referrers are listed when the registry cannot (distribution-spec, "Referrers Tag
 * Schema"). */
#include <string.h>

#include "net/oci/registry.h"

enum { ALGORITHM_MAX = 32, ENCODED_MAX = 64 };

static struct it_span at_most(const char *text, size_t len, size_t most)
{
	return it_span(text, len < most ? len : most);
}

void it_registry_fallback_tag(struct it_buf *out, const char *digest)
{
	size_t algorithm = strcspn(digest, ":");
	const char *encoded = digest[algorithm] ? digest + algorithm + 1 : "";

	/* sticky: the caller looks at the end */
	(void)it_buf_add_span(out, at_most(digest, algorithm, ALGORITHM_MAX));
	(void)it_buf_add_byte(out, '-');
	(void)it_buf_add_span(out, at_most(encoded, strlen(encoded), ENCODED_MAX));
}
