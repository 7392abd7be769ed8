/* SPDX-License-Identifier: Apache-2.0 */
/* "oci:REF": a repository of a registry. */
#include "base/text.h"
#include "image/place.h"
#include "net/oci/registry.h"

static int registry_open(struct it_place *place, const char *rest, bool for_writing,
			 const struct it_registry_access *access, struct intoto_error **err)
{
	struct it_registry *registry = NULL;
	int rc = it_image_reference_parse(&place->reference, rest, err);

	(void)for_writing; /* what may be done is seen when it is done */
	if (rc)
		return rc;
	place->tag = strdup(it_image_reference_tag(&place->reference));
	place->digest = strdup(place->reference.digest);
	if (!place->tag || !place->digest)
		return it_err_nomem(err);
	rc = it_registry_open(&registry, &place->reference, access, err);
	place->state = registry;
	return rc;
}

static void registry_close(struct it_place *place)
{
	it_registry_free(place->state);
}

static int registry_manifest(struct it_place *place, struct it_oci_manifest **out, const char *name,
			     struct intoto_error **err)
{
	return it_registry_manifest(place->state, out, name, err);
}

static int registry_blob(struct it_place *place, const char *digest, uint64_t size,
			 const struct it_sink *sink, struct intoto_error **err)
{
	return it_registry_blob(place->state, digest, size, sink, err);
}

static int registry_has_blob(struct it_place *place, bool *has, const char *digest,
			     struct intoto_error **err)
{
	return it_registry_has_blob(place->state, has, digest, err);
}

static int registry_put_blob(struct it_place *place, const char *digest,
			     const struct it_message *blob, struct intoto_error **err)
{
	const struct it_upload_options options = { .mount_from = place->mount_from };

	return it_registry_put_blob(place->state, digest, blob, &options, err);
}

/* What has a subject is found by it afterwards, tagged or not. */
static int registry_put_manifest(struct it_place *place, struct it_span bytes,
				 const char *media_type, const char *tag, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(it_buf_done) struct it_buf copy = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	int rc;

	(void)it_buf_add_span(&copy, bytes); /* looked at next */
	rc = it_buf_check(&copy, "the manifest", err);
	if (!rc)
		rc = it_oci_manifest_take(&manifest, &copy, media_type, NULL, err);
	if (!rc && manifest->has_subject)
		rc = it_registry_put_referrer(place->state, bytes, media_type, err);
	if (rc || (manifest->has_subject && !tag))
		return rc;
	return it_registry_put_manifest(place->state, bytes, media_type, tag, NULL, err);
}

/* A registry has no compare-and-swap: it is looked at before and after. */
static int registry_swap_tag(struct it_place *place, struct it_span bytes, const char *media_type,
			     const char *tag, const char *expected, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *before = NULL;
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *after = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char ours[IT_OCI_DIGEST_SIZE];
	int rc = it_registry_manifest(place->state, &before, tag, &why);

	if (rc && rc != INTOTO_E_NOTFOUND)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (!it_streq(before ? before->digest : "", expected))
		return it_err_set(err, INTOTO_E_POLICY, "%s: another writer moved the tag %s",
				  place->text, tag);
	rc = it_registry_put_manifest(place->state, bytes, media_type, tag, NULL, err);
	if (!rc)
		rc = it_registry_manifest(place->state, &after, tag, err);
	it_oci_digest(ours, bytes);
	if (!rc && !it_streq(after->digest, ours))
		rc = it_err_set(err, INTOTO_E_POLICY,
				"%s: another writer moved the tag %s right after us", place->text,
				tag);
	return rc;
}

static int registry_each_referrer(struct it_place *place, const char *digest,
				  int (*visit)(void *arg, const struct it_oci_descriptor *found,
					       struct intoto_error **err),
				  void *arg, struct intoto_error **err)
{
	return it_registry_each_referrer(place->state, digest, NULL, visit, arg, err);
}

static int registry_each_tag(struct it_place *place,
			     int (*visit)(void *arg, const char *tag, struct intoto_error **err),
			     void *arg, struct intoto_error **err)
{
	return it_registry_each_tag(place->state, visit, arg, err);
}

/* A digest that has a subject goes out of the fallback index, too. */
static int registry_remove(struct it_place *place, const char *name, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	int rc;

	if (!it_image_digest_valid(it_span_text(name)))
		return it_registry_delete_manifest(place->state, name, err);
	rc = it_registry_manifest(place->state, &manifest, name, err);
	if (rc)
		return rc;
	if (manifest->has_subject)
		return it_registry_delete_referrer(place->state, manifest->subject.digest, name,
						   err);
	return it_registry_delete_manifest(place->state, name, err);
}

static int registry_finish(struct it_place *place, struct intoto_error **err)
{
	(void)place; /* it is there as soon as it is put */
	(void)err;
	return INTOTO_OK;
}

static uint64_t registry_round_trips(const struct it_place *place)
{
	return it_registry_round_trips(place->state);
}

const struct it_place_kind it_place_registry = {
	.scheme = "oci",
	.abilities = IT_PLACE_WRITES | IT_PLACE_DELETES | IT_PLACE_REFERRERS | IT_PLACE_AGAIN,
	.open = registry_open,
	.close = registry_close,
	.manifest = registry_manifest,
	.blob = registry_blob,
	.has_blob = registry_has_blob,
	.put_blob = registry_put_blob,
	.put_manifest = registry_put_manifest,
	.swap_tag = registry_swap_tag,
	.each_referrer = registry_each_referrer,
	.each_tag = registry_each_tag,
	.remove = registry_remove,
	.finish = registry_finish,
	.round_trips = registry_round_trips,
};
