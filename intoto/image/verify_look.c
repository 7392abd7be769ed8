/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what hangs on an image, the likeliest first: its .sig, its referrers, its .att. */
#include "image/verify_look.h"

#include <string.h>

#include "base/text.h"
#include "model/sigstore_bundle.h"

enum { TAG_MAX = 256, RANKS = 3, ENOUGH = 1 /* ends a list, and is no error */ };

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle"

size_t it_verify_attested(const struct it_verifying *self, size_t wanted)
{
	size_t keys = self->policy->key_count;
	size_t found = 0;

	for (size_t i = 0; i < keys; i++)
		found += self->attested[wanted * keys + i];
	return found;
}

/* Of verdicts the newest decides, so that all are looked at. */
static bool has_enough(const struct it_verifying *self)
{
	const struct it_image_policy *policy = self->policy;

	if (policy->all || policy->vsa || self->signers < policy->threshold)
		return false;
	for (size_t i = 0; i < policy->attestation_count; i++)
		if (it_verify_attested(self, i) < policy->attestations[i].threshold)
			return false;
	return true;
}

static int judge(struct it_verifying *self, const struct it_verify_item *item,
		 struct intoto_error **err)
{
	switch (item->form) {
	case IT_ATTACHED_BUNDLE:
		return it_verify_bundle(self, item, err);
	case IT_ATTACHED_SIGNATURE:
		return self->policy->simple ? it_verify_simple(self, item, err) : INTOTO_OK;
	case IT_ATTACHED_ENVELOPE:
		return it_verify_envelope(self, item, err);
	case IT_ATTACHED_SBOM:
	case IT_ATTACHED_OTHER:
		break;
	}
	return INTOTO_OK;
}

/* Each layer of each, until there is enough. */
static int judge_all(struct it_verifying *self, const struct it_attachments *found,
		     const char *name, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < found->count && !has_enough(self); i++) {
		const struct it_attached *one = &found->items[i];
		IT_AUTO(it_buf_done) struct it_buf what = IT_BUF(IT_VERIFY_TEXT_MAX);
		struct it_verify_item item = { .form = one->form };

		if (one->form != IT_ATTACHED_OTHER && one->form != IT_ATTACHED_SBOM)
			item.layer = &one->manifest->layers[one->layer];
		(void)it_buf_add_text(&what, name); /* sticky */
		if (one->manifest->layer_count > 1)
			(void)it_buf_printf(&what, ", layer %zu", one->layer + 1);
		item.what = it_buf_text(&what);
		rc = judge(self, &item, err);
	}
	return rc;
}

/* --- tags --- */

static int look_at_tag(struct it_verifying *self, const char *suffix, struct intoto_error **err)
{
	IT_AUTO(it_attachments_done) struct it_attachments found = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(TAG_MAX);
	struct it_verify_item item = { 0 };
	struct it_oci_manifest *manifest = NULL;
	bool denied = false;
	int rc;

	it_attached_tag(&tag, self->digest, suffix);
	rc = it_buf_check(&tag, "tag", err);
	if (rc)
		return rc;
	item.what = it_buf_text(&tag);
	rc = it_place_manifest(self->place, &manifest, item.what, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_verify_trouble(self, &item, rc, why, err);
	rc = it_attached_add(&found, manifest, item.what, err);
	if (!rc)
		rc = it_verify_denies(self, &denied, IT_DENY_DIGEST, manifest->digest,
				      "denied.digest", err);
	if (rc || denied) {
		self->claims += denied;
		return rc;
	}
	return judge_all(self, &found, item.what, err);
}

/* --- referrers --- */

/* What the list says is only a hint of where to look first. */
static unsigned rank_of(const struct it_verifying *self, const struct it_referrer *one)
{
	bool bundle = it_starts_with(one->artifact_type, BUNDLE_TYPE);

	if (bundle && (!*one->predicate_type || it_verify_is_wanted(self, one->predicate_type)))
		return 0;
	return bundle || it_streq(one->artifact_type, IT_OCI_EMPTY) || !*one->artifact_type ? 1 : 2;
}

/* Gone since it was listed: somebody has cleaned up, and left the list. */
static int say_gone(struct it_verifying *self, const char *digest, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "attached.gone",
					    .result = IT_CHECK_PASSED_OVER };
	const struct it_verify_item item = { .what = digest };

	self->unseen = true;
	return it_verify_note(self, &item, &note, err, "is listed, and is not there");
}

/* The manifest is given away, or NULL: it does not count. */
static int read_referrer(struct it_verifying *self, struct it_oci_manifest **out,
			 const char *digest, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_verify_item item = { .what = digest };
	int rc = it_place_manifest(self->place, &manifest, digest, &why);

	*out = NULL;
	if (rc == INTOTO_E_NOTFOUND)
		return say_gone(self, digest, err);
	if (rc)
		return it_verify_trouble(self, &item, rc, why, err);
	if (!manifest->has_subject || !it_streq(manifest->subject.digest, self->digest)) {
		rc = it_err_set(&why, INTOTO_E_FORMAT,
				"is listed as about this image, and is about something else");
		return it_verify_trouble(self, &item, rc, why, err);
	}
	*out = manifest;
	manifest = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int look_at_referrer(struct it_verifying *self, const char *digest,
			    struct intoto_error **err)
{
	IT_AUTO(it_attachments_done) struct it_attachments found = { 0 };
	struct it_oci_manifest *manifest = NULL;
	bool denied = false;
	int rc = it_verify_denies(self, &denied, IT_DENY_DIGEST, digest, "denied.digest", err);

	if (rc || denied) {
		self->claims += denied;
		return rc;
	}
	rc = read_referrer(self, &manifest, digest, err);
	if (rc || !manifest)
		return rc;
	rc = it_attached_add(&found, manifest, "", err);
	return rc ? rc : judge_all(self, &found, digest, err);
}

/* A list as it comes. */
struct listing {
	struct it_verifying *self;
	struct it_referrers later; /* what is judged when the list is at its end */
	int failed;		   /* not the list: what was done with it */
};

static void listing_done(struct listing *listing)
{
	it_referrers_done(&listing->later);
}

/* What calls itself a signature is looked at at once: a registry is then asked for no more. */
static int visit(void *arg, const struct it_oci_descriptor *found, struct intoto_error **err)
{
	struct listing *listing = arg;
	struct it_verifying *self = listing->self;
	const char *predicate =
		it_oci_annotation(found->annotations, found->annotation_count, IT_BUNDLE_PREDICATE);

	if (it_streq(predicate, IT_COSIGN_SIGN_TYPE))
		listing->failed = look_at_referrer(self, found->digest, err);
	else
		listing->failed = it_referrers_add(&listing->later, found, err);
	if (listing->failed)
		return listing->failed;
	return has_enough(self) ? ENOUGH : INTOTO_OK;
}

static bool is_unreadable(int rc)
{
	return rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT || rc == INTOTO_E_POLICY ||
	       rc == INTOTO_E_UNSUPPORTED;
}

static int look_at_list(struct it_verifying *self, struct listing *listing,
			struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_verify_item item = { .what = "referrers" };
	int rc = self->place->kind->each_referrer(self->place, self->digest, visit, listing, &why);

	if (listing->failed)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (!rc || rc == ENOUGH || rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	/* A list that cannot be read says nothing of what stands in it. */
	if (self->place->kind == &it_place_registry && is_unreadable(rc))
		rc = INTOTO_E_SERVICE;
	return it_verify_trouble(self, &item, rc, why, err);
}

static int look_at_referrers(struct it_verifying *self, struct intoto_error **err)
{
	IT_AUTO(listing_done) struct listing listing = { .self = self };
	const struct it_referrers *later = &listing.later;
	int rc = look_at_list(self, &listing, err);

	for (unsigned rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; !rc && i < later->count && !has_enough(self); i++)
			if (rank_of(self, &later->items[i]) == rank)
				rc = look_at_referrer(self, later->items[i].digest, err);
	return rc;
}

/* --- all of them --- */

static bool wants_statements(const struct it_verifying *self)
{
	return self->policy->vsa || self->policy->attestation_count;
}

int it_verify_look(struct it_verifying *self, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (self->policy->simple)
		rc = look_at_tag(self, ".sig", err);
	if (!rc && !has_enough(self))
		rc = look_at_referrers(self, err);
	if (!rc && wants_statements(self) && !has_enough(self))
		rc = look_at_tag(self, ".att", err);
	return rc;
}
