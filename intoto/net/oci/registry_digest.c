/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of what comes and goes, by the algorithm that their names begin with. */
#include <stdio.h>

#include "base/text.h"
#include "net/oci/registry_part.h"

const struct it_digest_alg *it_registry_digest_alg(const char *digest)
{
	if (!it_image_digest_valid(it_span_text(digest)))
		return NULL;
	return it_digest_find(it_starts_with(digest, "sha512:") ? "sha512" : "sha256");
}

bool it_registry_digest_is(struct it_digest *hash, const char *digest, char *found)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_OCI_DIGEST_SIZE);
	const struct it_digest_alg *alg = hash->alg;
	unsigned char bytes[IT_DIGEST_MAX];

	it_digest_finish(hash, bytes);
	(void)it_buf_printf(&text, "%s:", alg->name); /* sticky: an empty text is no digest */
	it_hex_encode(&text, it_span(bytes, alg->size));
	(void)snprintf(found, IT_OCI_DIGEST_SIZE, "%s", it_buf_text(&text)); /* as long as that */
	return it_streq(found, digest);
}
