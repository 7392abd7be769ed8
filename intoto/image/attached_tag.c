/* SPDX-License-Identifier: Apache-2.0 */
/* The tags that cosign before 3 keeps signatures under (cosign SIGNATURE_SPEC.md, "Tag-based
 * discovery"). */
#include "image/attached.h"

#include <string.h>

void it_attached_tag(struct it_buf *out, const char *digest, const char *suffix)
{
	size_t algorithm = strcspn(digest, ":");

	/* sticky: the caller looks at the end */
	(void)it_buf_add(out, digest, algorithm);
	(void)it_buf_printf(out, "-%s%s", digest[algorithm] ? digest + algorithm + 1 : "", suffix);
}
