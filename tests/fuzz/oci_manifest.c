/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest that was read has checked digests, within the limits, and the digest of its bytes. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "model/image_reference.h"
#include "model/oci_manifest.h"

static void check(const struct it_oci_descriptor *descriptor)
{
	if (!it_image_digest_valid(it_span_text(descriptor->digest)) || !descriptor->media_type ||
	    !descriptor->artifact_type || !descriptor->os)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	char digest[IT_OCI_DIGEST_SIZE];

	if (it_buf_add(&bytes, data, size))
		return 0;
	it_oci_digest(digest, it_buf_span(&bytes));
	if (it_oci_manifest_take(&manifest, &bytes, "", NULL, NULL))
		return manifest ? (abort(), 0) : 0;
	if (!it_streq(digest, manifest->digest))
		abort();
	for (size_t i = 0; i < manifest->layer_count; i++)
		check(&manifest->layers[i]);
	if (manifest->has_config)
		check(&manifest->config);
	if (manifest->has_subject)
		check(&manifest->subject);
	return 0;
}
