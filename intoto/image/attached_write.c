/* SPDX-License-Identifier: Apache-2.0 */
/* Hangs blobs on an image: as referrers (OCI 1.1), in the form that cosign 3 gives to bundles. */
#include "base/text.h"
#include "image/attached.h"
#include "image/contention.h"

/* "{}", the content of IT_OCI_EMPTY (image-spec manifest.md, "Guidance for an Empty Descriptor").
 */
static const struct it_span empty = { "{}", 2 };

enum { DATA_MAX = 8 * 1024 };

static bool is_bundle(const char *type)
{
	return it_starts_with(type, "application/vnd.dev.sigstore.bundle");
}

static int put_empty(struct it_place *place, struct intoto_error **err)
{
	char digest[IT_OCI_DIGEST_SIZE];

	return it_place_put_bytes(place, empty, digest, err);
}

/* A bundle that is small stands in the manifest, too (image-spec descriptor.md, "data"): that
 * spares who verifies it a request. */
static const char *data_of(struct it_buf *text, const struct it_attach_blob *blob)
{
	if (!is_bundle(blob->artifact_type) || blob->bytes.len > DATA_MAX)
		return NULL;
	it_base64_encode(text, blob->bytes);
	return text->failed ? NULL : it_buf_text(text);
}

static int print_manifest(struct it_buf *out, const struct it_attach_blob *blob, const char *digest,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf data = IT_BUF(2 * DATA_MAX);
	/* What an image is about is its digest: no platform, no annotations of an index. */
	const struct it_oci_descriptor subject = {
		.media_type = blob->subject->media_type,
		.digest = blob->subject->digest,
		.size = blob->subject->size,
	};
	const struct it_oci_descriptor config = {
		.media_type = IT_OCI_EMPTY,
		.digest = IT_OCI_EMPTY_DIGEST,
		.size = empty.len,
		/* cosign clean knows bundles by this member only. */
		.artifact_type = is_bundle(blob->artifact_type) ? blob->artifact_type : "",
	};
	const struct it_oci_descriptor layer = {
		.media_type = blob->layer_type ? blob->layer_type : blob->artifact_type,
		.digest = digest,
		.size = blob->bytes.len,
		.data = data_of(&data, blob),
	};
	const struct it_oci_draft draft = {
		.media_type = IT_OCI_MANIFEST,
		.artifact_type = blob->artifact_type,
		.config = &config,
		.layers = &layer,
		.layer_count = 1,
		.subject = &subject,
		.annotations = blob->annotations,
		.annotation_count = blob->annotation_count,
	};

	return it_oci_draft_print(out, &draft, err);
}

static int attach(struct it_place *place, const struct it_attach_blob *blob,
		  char digest[IT_OCI_DIGEST_SIZE], struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf manifest = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	char layer[IT_OCI_DIGEST_SIZE];
	int rc = it_place_put_bytes(place, blob->bytes, layer, err);

	if (!rc)
		rc = put_empty(place, err);
	if (!rc)
		rc = print_manifest(&manifest, blob, layer, err);
	if (rc)
		return rc;
	it_oci_digest(digest, it_buf_span(&manifest));
	return place->kind->put_manifest(place, it_buf_span(&manifest), IT_OCI_MANIFEST, NULL, err);
}

/* Everything is put by its digest, so that it can be put again. */
int it_attach_referrer(struct it_place *place, const struct it_attach_blob *blob,
		       char digest[IT_OCI_DIGEST_SIZE], struct intoto_error **err)
{
	for (unsigned trouble = 0;; trouble++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc = attach(place, blob, digest, &why);

		if (!rc)
			return INTOTO_OK;
		if (trouble == IT_CONTENTION_TROUBLES || !it_contention_is(place, rc, why))
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		rc = it_contention_wait(0, trouble, err);
		if (rc)
			return rc;
	}
}
