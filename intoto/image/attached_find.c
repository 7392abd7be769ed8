/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what hangs on an image: its referrers, then the tags of cosign before 3. */
#include <stdlib.h>

#include "base/text.h"
#include "image/attached.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"

enum {
	REFERRERS_MAX = 4096, /* each is a manifest that is read */
	TAG_MAX = 256,
	TROUBLE_MAX = 64 * 1024,
};

#define ENVELOPE_LAYER "application/vnd.dsse.envelope.v1+json"
#define BUNDLE_LAYER "application/vnd.dev.sigstore.bundle"

void it_attachments_done(struct it_attachments *attachments)
{
	for (size_t i = 0; i < attachments->manifest_count; i++)
		it_oci_manifest_free(attachments->manifests[i]);
	free(attachments->manifests);
	free(attachments->items);
	it_strings_done(&attachments->tags);
	*attachments = (struct it_attachments){ 0 };
}

/* --- lists --- */

/* Takes the manifest, also on failure. */
static int keep(struct it_attachments *out, struct it_oci_manifest *manifest,
		struct intoto_error **err)
{
	struct it_oci_manifest **list = reallocarray(out->manifests, out->manifest_count + 1,
						     sizeof(struct it_oci_manifest *));

	if (!list) {
		it_oci_manifest_free(manifest);
		return it_err_nomem(err);
	}
	out->manifests = list;
	list[out->manifest_count++] = manifest;
	return INTOTO_OK;
}

static int add(struct it_attachments *out, enum it_attached_form form,
	       struct it_oci_manifest *manifest, size_t layer, const char *tag,
	       struct intoto_error **err)
{
	struct it_attached *items = reallocarray(out->items, out->count + 1, sizeof *items);

	if (!items)
		return it_err_nomem(err);
	out->items = items;
	items[out->count++] = (struct it_attached){ form, manifest, layer, tag };
	return INTOTO_OK;
}

/* --- referrers --- */

struct search {
	struct it_attachments *out;
	struct it_strings *troubles;
	struct it_place *place;
	const char *digest;
	struct it_strings found; /* digests of referrers */
};

static void search_done(struct search *search)
{
	it_strings_done(&search->found);
}

static int visit(void *arg, const struct it_oci_descriptor *found, struct intoto_error **err)
{
	struct search *search = arg;

	if (search->found.count >= REFERRERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d manifests refer to it",
				  search->digest, (int)REFERRERS_MAX);
	return it_strings_add(&search->found, found->digest, err);
}

static int add_trouble(struct search *search, const char *digest, const char *why,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TROUBLE_MAX);
	int rc;

	(void)it_buf_printf(&text, "%s, which refers to the image: %s", digest, why);
	rc = it_buf_check(&text, "trouble", err);
	return rc ? rc : it_strings_add(search->troubles, it_buf_text(&text), err);
}

/* Gone, or not what its digest or its form says: the others still count. */
static bool is_trouble(int rc)
{
	return rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_POLICY || rc == INTOTO_E_FORMAT ||
	       rc == INTOTO_E_LIMIT || rc == INTOTO_E_UNSUPPORTED;
}

static int read_referrer(struct search *search, const char *digest, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_oci_manifest *manifest = NULL;
	int rc = it_place_manifest(search->place, &manifest, digest, &why);

	if (is_trouble(rc))
		return add_trouble(search, digest, intoto_error_text(why), err);
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (!manifest->has_subject || !it_streq(manifest->subject.digest, search->digest)) {
		it_oci_manifest_free(manifest);
		return add_trouble(search, digest, "is about something else", err);
	}
	return keep(search->out, manifest, err);
}

/* cosign's rule: whatever the artifact type says, exactly one layer, which is a bundle. */
static bool is_bundle(const struct it_oci_manifest *manifest)
{
	return !manifest->is_index && manifest->layer_count == 1 &&
	       it_starts_with(manifest->layers[0].media_type, BUNDLE_LAYER);
}

static bool has_signatures(const struct it_oci_manifest *manifest)
{
	return !manifest->is_index && manifest->layer_count &&
	       it_streq(manifest->layers[0].media_type, IT_SIMPLE_SIGNING_LAYER);
}

static int add_layers(struct it_attachments *out, enum it_attached_form form,
		      struct it_oci_manifest *manifest, const char *tag, const char *media_type,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < manifest->layer_count; i++)
		if (!media_type || it_streq(manifest->layers[i].media_type, media_type))
			rc = add(out, form, manifest, i, tag, err);
	return rc;
}

static bool is_tag_of(const char *tag, const char *suffix)
{
	return *tag && it_ends_with(tag, suffix);
}

int it_attached_add(struct it_attachments *out, struct it_oci_manifest *manifest, const char *tag,
		    struct intoto_error **err)
{
	int rc = keep(out, manifest, err);

	if (rc || (*tag && manifest->is_index))
		return rc;
	if (is_tag_of(tag, ".att"))
		return add_layers(out, IT_ATTACHED_ENVELOPE, manifest, tag, ENVELOPE_LAYER, err);
	if (is_tag_of(tag, ".sig") || has_signatures(manifest))
		return add_layers(out, IT_ATTACHED_SIGNATURE, manifest, tag,
				  IT_SIMPLE_SIGNING_LAYER, err);
	return add(out, is_bundle(manifest) ? IT_ATTACHED_BUNDLE : IT_ATTACHED_OTHER, manifest, 0,
		   tag, err);
}

/* --- the list alone --- */

void it_referrers_done(struct it_referrers *referrers)
{
	for (size_t i = 0; i < referrers->count; i++) {
		free(referrers->items[i].digest);
		free(referrers->items[i].artifact_type);
		free(referrers->items[i].predicate_type);
	}
	free(referrers->items);
	*referrers = (struct it_referrers){ 0 };
}

int it_referrers_add(struct it_referrers *out, const struct it_oci_descriptor *found,
		     struct intoto_error **err)
{
	struct it_referrer *items = reallocarray(out->items, out->count + 1, sizeof *items);
	const char *predicate =
		it_oci_annotation(found->annotations, found->annotation_count, IT_BUNDLE_PREDICATE);
	struct it_referrer *one;

	if (!items)
		return it_err_nomem(err);
	out->items = items;
	if (out->count == REFERRERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d manifests refer to it",
				  (int)REFERRERS_MAX);
	one = &items[out->count++];
	one->digest = strdup(found->digest);
	one->artifact_type = strdup(found->artifact_type);
	one->predicate_type = strdup(predicate ? predicate : "");
	return one->digest && one->artifact_type && one->predicate_type ? INTOTO_OK
									: it_err_nomem(err);
}

/* Bundles first; cosign's experimental mode of simple signing counts as what it holds. */
static int sort_referrers(struct it_attachments *out, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < out->manifest_count; i++)
		if (is_bundle(out->manifests[i]))
			rc = add(out, IT_ATTACHED_BUNDLE, out->manifests[i], 0, "", err);
	for (size_t i = 0; !rc && i < out->manifest_count; i++)
		if (!is_bundle(out->manifests[i]) && !has_signatures(out->manifests[i]))
			rc = add(out, IT_ATTACHED_OTHER, out->manifests[i], 0, "", err);
	for (size_t i = 0; !rc && i < out->manifest_count; i++)
		if (has_signatures(out->manifests[i]))
			rc = add_layers(out, IT_ATTACHED_SIGNATURE, out->manifests[i], "",
					IT_SIMPLE_SIGNING_LAYER, err);
	return rc;
}

static int find_referrers(struct search *search, struct intoto_error **err)
{
	struct it_place *place = search->place;
	int rc = place->kind->each_referrer(place, search->digest, visit, search, err);

	for (size_t i = 0; !rc && i < search->found.count; i++)
		rc = read_referrer(search, search->found.items[i], err);
	return rc ? rc : sort_referrers(search->out, err);
}

/* --- tags --- */

static const struct {
	unsigned look;
	const char *suffix;
	enum it_attached_form form;
	const char *media_type; /* of the layers that count; NULL: any */
} tags[] = {
	{ IT_LOOK_SIG, ".sig", IT_ATTACHED_SIGNATURE, IT_SIMPLE_SIGNING_LAYER },
	{ IT_LOOK_ATT, ".att", IT_ATTACHED_ENVELOPE, ENVELOPE_LAYER },
	{ IT_LOOK_SBOM, ".sbom", IT_ATTACHED_SBOM, NULL },
};

static int find_tag(struct search *search, size_t index, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(TAG_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_oci_manifest *manifest = NULL;
	const char *kept;
	int rc;

	it_attached_tag(&tag, search->digest, tags[index].suffix);
	rc = it_buf_check(&tag, "tag", err);
	if (!rc)
		rc = it_strings_add(&search->out->tags, it_buf_text(&tag), err);
	if (rc)
		return rc;
	kept = search->out->tags.items[search->out->tags.count - 1];
	rc = it_place_manifest(search->place, &manifest, kept, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s: %s", kept,
				  intoto_error_text(why));
	rc = keep(search->out, manifest, err);
	if (rc || manifest->is_index)
		return rc;
	return add_layers(search->out, tags[index].form, manifest, kept, tags[index].media_type,
			  err);
}

int it_attached_find(struct it_attachments *out, struct it_strings *troubles,
		     struct it_place *place, const char *digest, unsigned look,
		     struct intoto_error **err)
{
	IT_AUTO(search_done)
	struct search search = {
		.out = out, .troubles = troubles, .place = place, .digest = digest
	};
	int rc = look & IT_LOOK_REFERRERS ? find_referrers(&search, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(tags); i++)
		if (look & tags[i].look)
			rc = find_tag(&search, i, err);
	return rc;
}
