/* SPDX-License-Identifier: Apache-2.0 */
/* Places by their words, and what is the same for all of them. */
#include "image/place.h"

#include "base/text.h"

/* What stands behind "scheme:", or NULL.  "oci://REF" and Docker's word for it are a registry's. */
static const char *behind_scheme(const char *text, const char *scheme)
{
	size_t len = strlen(scheme);

	if (!it_starts_with(text, scheme) || text[len] != ':')
		return NULL;
	text += len + 1;
	return it_starts_with(text, "//") ? text + 2 : text;
}

static const struct it_place_kind *find_kind(const char *text, const char **rest)
{
	for (const struct it_place_kind *const *kind = it_place_kinds; *kind; kind++)
		if ((*rest = behind_scheme(text, (*kind)->scheme)))
			return *kind;
	if ((*rest = behind_scheme(text, "docker")) && it_starts_with(text, "docker://"))
		return &it_place_registry;
	*rest = text;
	return &it_place_registry;
}

int it_place_open(struct it_place **out, const char *text, bool for_writing,
		  const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = calloc(1, sizeof *place);
	const char *rest;
	int rc;

	*out = NULL;
	if (!place)
		return it_err_nomem(err);
	place->kind = find_kind(text, &rest);
	place->text = it_text_quoted(it_span_text(text));
	if (!place->text)
		return it_err_nomem(err);
	if (for_writing && !(place->kind->abilities & IT_PLACE_WRITES))
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s can be read only", place->text,
				  place->kind->scheme);
	rc = place->kind->open(place, rest, for_writing, access, err);
	if (rc)
		return rc;
	*out = place;
	place = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_place_free(struct it_place *place)
{
	if (!place)
		return;
	if (place->state)
		place->kind->close(place);
	it_image_reference_done(&place->reference);
	free(place->text);
	free(place->tag);
	free(place->digest);
	free(place);
}

int it_place_named(struct it_place *place, struct it_oci_manifest **out, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *tagged = NULL;
	int rc;

	*out = NULL;
	if (!*place->digest)
		return place->kind->manifest(place, out, place->tag, err);
	if (*place->tag) {
		rc = place->kind->manifest(place, &tagged, place->tag, err);
		if (rc)
			return rc;
		if (!it_streq(tagged->digest, place->digest))
			return it_err_set(err, INTOTO_E_POLICY,
					  "%s: the tag stands at another digest, %s", place->text,
					  tagged->digest);
		*out = tagged;
		tagged = NULL; /* now the caller's */
		return INTOTO_OK;
	}
	return place->kind->manifest(place, out, place->digest, err);
}

int it_place_manifest(struct it_place *place, struct it_oci_manifest **out, const char *name,
		      struct intoto_error **err)
{
	*out = NULL;
	return place->kind->manifest(place, out, name, err);
}

int it_place_read_blob(struct it_place *place, struct it_buf *out,
		       const struct it_oci_descriptor *blob, struct intoto_error **err)
{
	const struct it_sink sink = { it_sink_into_buf, out };
	size_t before = out->len;
	int rc;

	if (blob->size > out->max - before)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: %s has %ju bytes, at most %zu are read",
				  place->text, blob->digest, (uintmax_t)blob->size,
				  out->max - before);
	if (it_oci_descriptor_data(out, blob))
		return INTOTO_OK;
	rc = place->kind->blob(place, blob->digest, blob->size, &sink, err);
	if (!rc && out->len - before != blob->size)
		rc = it_err_set(err, INTOTO_E_POLICY, "%s: %s: want %ju bytes, found %zu",
				place->text, blob->digest, (uintmax_t)blob->size,
				out->len - before);
	return rc;
}

int it_place_put_bytes(struct it_place *place, struct it_span bytes,
		       char digest[IT_OCI_DIGEST_SIZE], struct intoto_error **err)
{
	const struct it_message message = it_message_of(&bytes);

	it_oci_digest(digest, bytes);
	return place->kind->put_blob(place, digest, &message, err);
}
