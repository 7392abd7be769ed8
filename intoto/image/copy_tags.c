/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of two manifests under one tag, compared: a signature is its payload and its annotations.
 */
#include "image/copy_tags.h"

#include "base/text.h"

enum { LAYER_MAX = 128 * 1024 * 1024 /* what cosign takes for an attachment */ };

static bool same_annotations(const struct it_oci_descriptor *a, const struct it_oci_descriptor *b)
{
	if (a->annotation_count != b->annotation_count)
		return false;
	for (size_t i = 0; i < a->annotation_count; i++)
		if (!it_streq(a->annotations[i].name, b->annotations[i].name) ||
		    !it_streq(a->annotations[i].value, b->annotations[i].value))
			return false;
	return true;
}

static bool has_layer(const struct it_oci_manifest *manifest, const struct it_oci_descriptor *layer)
{
	for (size_t i = 0; i < manifest->layer_count; i++)
		if (it_streq(manifest->layers[i].digest, layer->digest) &&
		    same_annotations(&manifest->layers[i], layer))
			return true;
	return false;
}

static bool has_all(const struct it_oci_manifest *manifest, const struct it_oci_manifest *of)
{
	for (size_t i = 0; i < of->layer_count; i++)
		if (!has_layer(manifest, &of->layers[i]))
			return false;
	return true;
}

int it_copy_tag_look(enum it_copy_tag *out, char expected[IT_OCI_DIGEST_SIZE], struct it_place *to,
		     const char *tag, const struct it_oci_manifest *ours, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *theirs = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_place_manifest(to, &theirs, tag, &why);

	*out = IT_COPY_TAG_SET;
	*expected = '\0';
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	(void)memcpy(expected, theirs->digest, IT_OCI_DIGEST_SIZE); /* returns expected */
	if (it_streq(theirs->digest, ours->digest))
		*out = IT_COPY_TAG_THERE;
	else if (theirs->is_index || ours->is_index)
		*out = IT_COPY_TAG_MERGE; /* which then says that it cannot */
	else if (has_all(theirs, ours))
		*out = IT_COPY_TAG_KEEP;
	else if (!has_all(ours, theirs))
		*out = IT_COPY_TAG_MERGE;
	return INTOTO_OK;
}

static int merge_layer(struct it_place *to, struct it_place *from, const char *subject,
		       const char *suffix, const struct it_oci_descriptor *layer,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(LAYER_MAX);
	int rc = it_place_read_blob(from, &bytes, layer, err);
	const struct it_attach_layer adding = {
		.digest = subject,
		.suffix = suffix,
		.media_type = layer->media_type,
		.bytes = it_buf_span(&bytes),
		.annotations = layer->annotations,
		.annotation_count = layer->annotation_count,
	};

	return rc ? rc : it_attach_append(to, &adding, err);
}

int it_copy_tag_merge(struct it_place *to, struct it_place *from, const char *subject,
		      const char *tag, const struct it_oci_manifest *ours,
		      struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *theirs = NULL;
	const char *suffix = strrchr(tag, '.');
	int rc = it_place_manifest(to, &theirs, tag, err);

	if (rc)
		return rc;
	if (!suffix || theirs->is_index || ours->is_index)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: %s is an index, to which nothing can be added", to->text,
				  tag);
	for (size_t i = 0; !rc && i < ours->layer_count; i++)
		if (!has_layer(theirs, &ours->layers[i]))
			rc = merge_layer(to, from, subject, suffix, &ours->layers[i], err);
	return rc;
}
