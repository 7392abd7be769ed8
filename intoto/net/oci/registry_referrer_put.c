/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests that refer to others: put so that they are found, and taken away so that nothing leads
 * to them (distribution-spec, "Pushing Manifests with Subject"). */
#include "net/oci/registry_part.h"

/* What a list of referrers says of a manifest. */
static struct it_oci_descriptor describe(const struct it_oci_manifest *manifest)
{
	return (struct it_oci_descriptor){
		.media_type = manifest->media_type,
		.digest = manifest->digest,
		.size = manifest->bytes.len,
		.artifact_type = *manifest->artifact_type ? manifest->artifact_type
				 : manifest->has_config	  ? manifest->config.media_type
							  : "",
		.annotations = manifest->annotations,
		.annotation_count = manifest->annotation_count,
	};
}

static int read_copy(struct it_oci_manifest **out, struct it_span bytes, const char *media_type,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf copy = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	int rc;

	*out = NULL;
	(void)it_buf_add_span(&copy, bytes); /* sticky */
	rc = it_buf_check(&copy, "a manifest", err);
	if (!rc)
		rc = it_oci_manifest_take(out, &copy, media_type, NULL, err);
	if (!rc && !(*out)->has_subject) {
		it_oci_manifest_free(*out);
		*out = NULL;
		return it_err_set(err, INTOTO_E_FORMAT, "manifest: want a subject");
	}
	return rc;
}

int it_registry_put_referrer(struct it_registry *registry, struct it_span bytes,
			     const char *media_type, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	struct it_registry_entry entry = { 0 };
	bool done;
	int rc = read_copy(&manifest, bytes, media_type, err);

	if (!rc)
		rc = it_registry_put_manifest(registry, bytes, media_type, NULL, &done, err);
	if (rc || done)
		return rc;
	entry.subject = manifest->subject.digest;
	entry.descriptor = describe(manifest);
	return it_registry_fallback_change(registry, &entry, err);
}

/* The list first: never does it name what is not there. */
int it_registry_delete_referrer(struct it_registry *registry, const char *subject,
				const char *digest, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_registry_entry entry = { .subject = subject,
						 .descriptor = { .digest = digest },
						 .gone = true };
	int rc = it_registry_fallback_change(registry, &entry, err);

	if (rc)
		return rc;
	rc = it_registry_delete_manifest(registry, digest, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	it_registry_pass_error(err, &why);
	return rc;
}
