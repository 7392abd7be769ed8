/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an image is signed: what hangs on it is judged one by one, cheapest first, until enough
 * counts.
 *
 * The tag sha256-HEX.sig is looked at first: it costs two requests whatever the registry can, where
 * a bundle costs three or four.  What could not be read never counts; whether it matters is seen at
 * the end, when the rest was enough or not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "image/verify_look.h"
#include "json/where.h"
#include "model/vsa.h"

enum { DEPTH_MAX = 4 }; /* of indexes in indexes */

static void verifying_done(struct it_verifying *self)
{
	free(self->signed_by);
	free(self->attested);
	free(self->vsa.what);
	it_buf_done(&self->vsa.payload);
	intoto_error_free(self->why);
	it_buf_done(&self->cache);
}

static int start(struct it_verifying *self, struct intoto_error **err)
{
	const struct it_image_policy *policy = self->policy;

	self->cache.max = IT_VERIFY_SIMPLE_MAX;
	self->signed_by = calloc(policy->key_count + 1, sizeof *self->signed_by);
	self->attested = calloc((policy->attestation_count + 1) * (policy->key_count + 1),
				sizeof *self->attested);
	return self->signed_by && self->attested ? INTOTO_OK : it_err_nomem(err);
}

/* --- the deny list, before all else --- */

static int deny_parts(struct it_verifying *self, bool *denied,
		      const struct it_oci_manifest *manifest, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (manifest->has_config)
		rc = it_verify_denies(self, denied, IT_DENY_DIGEST, manifest->config.digest,
				      "denied.layer", err);
	/* What an index names is shipped with it: a revoked image, too. */
	for (size_t i = 0; !rc && !*denied && i < manifest->layer_count; i++)
		rc = it_verify_denies(self, denied, IT_DENY_DIGEST, manifest->layers[i].digest,
				      manifest->is_index ? "denied.digest" : "denied.layer", err);
	return rc;
}

/* The list names an image by one digest; the image may be asked for by another. */
static int deny_bytes(struct it_verifying *self, bool *denied,
		      const struct it_oci_manifest *manifest, struct intoto_error **err)
{
	static const char *const algorithms[] = { "sha256", "sha512" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && !*denied && i < IT_COUNT_OF(algorithms); i++) {
		const struct it_digest_alg *alg = it_digest_find(algorithms[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_OCI_DIGEST_SIZE);
		unsigned char bytes[IT_DIGEST_MAX];
		struct it_digest digest;

		it_digest_start(&digest, alg);
		it_digest_add(&digest, manifest->bytes.data, manifest->bytes.len);
		it_digest_finish(&digest, bytes);
		(void)it_buf_printf(&text, "%s:", alg->name); /* looked at below */
		it_hex_encode(&text, it_span(bytes, alg->size));
		rc = it_buf_check(&text, "digest", err);
		if (!rc)
			rc = it_verify_denies(self, denied, IT_DENY_DIGEST, it_buf_text(&text),
					      "denied.digest", err);
	}
	return rc;
}

/* By the name that it is asked for; folders and files give it none. */
static int deny_name(struct it_verifying *self, bool *denied, struct intoto_error **err)
{
	const struct it_image_reference *reference = &self->place->reference;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);
	int rc;

	if (!reference->host || !*reference->host)
		return INTOTO_OK;
	it_image_reference_print(&text, reference);
	rc = it_buf_check(&text, "the name of an image", err);
	return rc ? rc : it_verify_denies_image(self, denied, it_buf_text(&text), err);
}

/* Reads the manifest for that, if nobody has. */
static int deny(struct it_verifying *self, bool *denied, const struct it_oci_manifest *manifest,
		struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *read = NULL;
	int rc;

	if (!self->policy->deny)
		return INTOTO_OK;
	rc = deny_name(self, denied, err);
	if (!rc && !*denied)
		rc = it_verify_denies(self, denied, IT_DENY_DIGEST, self->digest, "denied.digest",
				      err);
	if (rc || *denied)
		return rc;
	if (!manifest) {
		rc = it_place_manifest(self->place, &read, self->digest, err);
		manifest = read;
	}
	if (!rc)
		rc = deny_bytes(self, denied, manifest, err);
	return rc || *denied ? rc : deny_parts(self, denied, manifest, err);
}

/* --- the end --- */

static int say_threshold(struct it_verifying *self, struct intoto_error **err)
{
	const struct it_image_policy *policy = self->policy;
	bool met = self->signers >= policy->threshold;
	const struct it_image_note note = {
		.code = met ? "threshold.met" : "threshold.missed",
		.result = met ? IT_CHECK_GOOD : IT_CHECK_REFUSED,
	};

	return it_verify_note(self, NULL, &note, err,
			      "%zu of the keys signed this image, %zu %s wanted", self->signers,
			      policy->threshold, policy->threshold == 1 ? "is" : "are");
}

static int say_attested(struct it_verifying *self, bool *good, struct intoto_error **err)
{
	const struct it_image_policy *policy = self->policy;
	const struct it_image_note note = { .code = "statement.missing",
					    .result = IT_CHECK_REFUSED };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < policy->attestation_count; i++) {
		const struct it_image_wanted *want = &policy->attestations[i];
		size_t found = it_verify_attested(self, i);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

		if (found >= want->threshold)
			continue;
		*good = false;
		it_where_quote(&text, it_span_text(want->type));
		rc = it_verify_note(self, NULL, &note, err,
				    "%zu of the keys signed an attestation of type %s, %zu %s "
				    "wanted",
				    found, it_buf_text(&text), want->threshold,
				    want->threshold == 1 ? "is" : "are");
	}
	return rc;
}

static int say_verdict(struct it_verifying *self, bool *good, struct intoto_error **err)
{
	const struct it_verify_vsa *found = &self->vsa;
	struct it_image_note note = { .code = "vsa.missing", .result = IT_CHECK_REFUSED };
	struct it_verify_item item = { .what = found->what };
	int rc;

	if (!self->policy->vsa)
		return INTOTO_OK;
	if (!found->found || !found->passed)
		*good = false;
	if (!found->found)
		return it_verify_note(self, NULL, &note, err,
				      "no verdict about this image that counts");
	note.code = found->passed ? "vsa.good" : "vsa.failed";
	note.result = found->passed ? IT_CHECK_GOOD : IT_CHECK_REFUSED;
	note.keyid = found->keyid;
	rc = it_verify_keep(self, IT_VSA_TYPE, it_buf_span(&found->payload), found->keyid, err);
	if (rc)
		return rc;
	return it_verify_note(self, &item, &note, err, "its chain %s, by the key sha256:%s",
			      found->passed ? "passed" : "did not pass", found->keyid);
}

/* An image that nobody signed, or one that is not there at all. */
static int say_unsigned(struct it_verifying *self, const struct it_oci_manifest *manifest,
			enum it_image_verdict *verdict, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *read = NULL;
	int rc = manifest ? INTOTO_OK : it_place_manifest(self->place, &read, self->digest, err);

	if (!rc)
		*verdict = IT_IMAGE_UNSIGNED;
	return rc;
}

static int refuse_unknown(const struct it_verifying *self, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_SERVICE,
			  "could not find out whether %s is signed (%zu of %zu signers found): %s",
			  self->digest, self->signers, self->policy->threshold,
			  intoto_error_text(self->why));
}

static int conclude(struct it_verifying *self, enum it_image_verdict *verdict,
		    const struct it_oci_manifest *manifest, struct intoto_error **err)
{
	bool good = self->signers >= self->policy->threshold;
	int rc = say_threshold(self, err);

	if (!rc)
		rc = say_attested(self, &good, err);
	if (!rc)
		rc = say_verdict(self, &good, err);
	if (rc)
		return rc;
	if (self->policy->vsa && self->lost)
		good = false; /* a newer verdict may be where we could not look */
	if (good && self->policy->vsa && self->unseen)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "could not find out what the newest verdict about %s is: "
				  "something that hangs on it could not be read",
				  self->digest);
	if (good)
		*verdict = IT_IMAGE_GOOD;
	else if (self->lost)
		return refuse_unknown(self, err);
	else if (!self->claims)
		return say_unsigned(self, manifest, verdict, err);
	return INTOTO_OK;
}

static int verify_image(struct it_verifying *self, enum it_image_verdict *verdict,
			const struct it_oci_manifest *manifest, struct intoto_error **err)
{
	bool denied = false;
	int rc = start(self, err);

	*verdict = IT_IMAGE_REFUSED;
	if (!rc)
		rc = deny(self, &denied, manifest, err);
	if (!rc && !denied)
		rc = it_verify_look(self, err);
	return rc || denied ? rc : conclude(self, verdict, manifest, err);
}

/* --- what an index names --- */

/* All that one verification has, for each image of it. */
struct family {
	struct it_place *place;
	const struct it_image_policy *policy;
	struct it_image_report *report;
	const bool *denied;
	const bool *vsa_denied;
};

static int add(struct family *family, const char *image, const char *code,
	       enum it_image_check_result result, const char *text, struct intoto_error **err)
{
	const struct it_image_note note = { .code = code, .result = result, .image = image };

	return it_image_report_add(family->report, &note, err, "%s", text);
}

/* One that is gone or broken is decided: no; one that could not be read is not. */
static int read_child(struct family *family, struct it_oci_manifest **out, const char *digest,
		      struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_place_manifest(family->place, out, digest, &why);

	if (!rc)
		return INTOTO_OK;
	*out = NULL;
	if (rc == INTOTO_E_NOTFOUND)
		return add(family, digest, "index.missing-child", IT_CHECK_REFUSED,
			   "the index names this image, and it is not there", err);
	if (rc == INTOTO_E_POLICY || rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT ||
	    rc == INTOTO_E_UNSUPPORTED)
		return add(family, digest, "attached.unreadable", IT_CHECK_REFUSED,
			   intoto_error_text(why), err);
	return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
}

static struct it_verifying verifying_of(const struct family *family, const char *digest)
{
	return (struct it_verifying){
		.place = family->place,
		.policy = family->policy,
		.report = family->report,
		.digest = digest,
		.denied = family->denied,
		.vsa_denied = family->vsa_denied,
	};
}

static int vouch(struct family *family, bool *good, const struct it_oci_manifest *index,
		 unsigned depth, struct intoto_error **err);

static int vouch_one(struct family *family, bool *good, const char *digest, unsigned depth,
		     struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *child = NULL;
	IT_AUTO(verifying_done) struct it_verifying one = verifying_of(family, digest);
	bool denied = false;
	int rc = read_child(family, &child, digest, err);

	if (!rc && child)
		rc = deny(&one, &denied, child, err);
	if (rc || !child || denied) {
		*good = false;
		return rc;
	}
	rc = add(family, digest, "index.vouched", IT_CHECK_GOOD, "is named by the signed index",
		 err);
	return rc || !child->is_index ? rc : vouch(family, good, child, depth + 1, err);
}

/* A digest vouches for the bytes of the index, and so for the digests in them. */
static int vouch(struct family *family, bool *good, const struct it_oci_manifest *index,
		 unsigned depth, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (depth > DEPTH_MAX) {
		*good = false;
		return add(family, index->digest, "index.too-deep", IT_CHECK_REFUSED,
			   "indexes name indexes more than four times", err);
	}
	for (size_t i = 0; !rc && i < index->layer_count; i++)
		rc = vouch_one(family, good, index->layers[i].digest, depth, err);
	return rc;
}

/* What came of images that must be signed themselves. */
struct tally {
	size_t good;
	size_t not_signed;
	size_t others;
	size_t fewest; /* signers */
};

static int verify_child(struct family *family, struct tally *tally, const char *digest,
			struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *child = NULL;
	IT_AUTO(verifying_done) struct it_verifying one = verifying_of(family, digest);
	enum it_image_verdict verdict = IT_IMAGE_REFUSED;
	bool good = true;
	int rc = read_child(family, &child, digest, err);

	if (!rc && child)
		rc = verify_image(&one, &verdict, child, err);
	/* A signed index below one that is not signed: it vouches for what it names, which is there
	   and not denied. */
	if (!rc && verdict == IT_IMAGE_GOOD && child->is_index)
		rc = vouch(family, &good, child, 2, err);
	if (rc)
		return rc;
	if (!good)
		verdict = IT_IMAGE_REFUSED;
	tally->others += verdict == IT_IMAGE_REFUSED;
	tally->not_signed += verdict == IT_IMAGE_UNSIGNED;
	if (verdict != IT_IMAGE_GOOD)
		return INTOTO_OK;
	if (!tally->good++ || one.signers < tally->fewest)
		tally->fewest = one.signers;
	return add(family, digest, "index.child", IT_CHECK_GOOD, "is signed itself", err);
}

/* That the index is not signed is no refusal when all that it names is. */
static void excuse_index(struct it_image_report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (it_streq(report->checks[i].image, report->digest) &&
		    report->checks[i].result == IT_CHECK_REFUSED &&
		    !it_starts_with(report->checks[i].code, "denied."))
			report->checks[i].result = IT_CHECK_PASSED_OVER;
}

static int verify_children(struct family *family, const struct it_oci_manifest *index,
			   struct intoto_error **err)
{
	struct it_image_report *report = family->report;
	struct tally tally = { 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < index->layer_count; i++)
		rc = verify_child(family, &tally, index->layers[i].digest, err);
	if (rc)
		return rc;
	if (tally.others || (tally.good && tally.not_signed)) {
		report->verdict = IT_IMAGE_REFUSED;
	} else if (tally.good) {
		excuse_index(report);
		report->verdict = IT_IMAGE_GOOD;
		report->signers = tally.fewest;
	}
	return INTOTO_OK;
}

static int descend(struct family *family, const struct it_oci_manifest *manifest,
		   struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *read = NULL;
	struct it_image_report *report = family->report;
	bool good = true;
	int rc = INTOTO_OK;

	if (!family->policy->recursive || report->verdict == IT_IMAGE_REFUSED)
		return INTOTO_OK;
	if (!manifest) {
		rc = it_place_manifest(family->place, &read, report->digest, err);
		manifest = read;
	}
	if (rc || !manifest->is_index)
		return rc;
	if (report->verdict == IT_IMAGE_UNSIGNED)
		return verify_children(family, manifest, err);
	report->verdict = IT_IMAGE_REFUSED; /* until all of them are seen */
	rc = vouch(family, &good, manifest, 1, err);
	if (!rc && good)
		report->verdict = IT_IMAGE_GOOD;
	return rc;
}

/* --- all --- */

static int check_keys(const struct intoto_key *const *keys, size_t count, struct intoto_error **err)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i]->openpgp || !keys[i]->scheme)
			return it_err_set(err, INTOTO_E_USAGE,
					  "an OpenPGP key signs no images: want RSA, ECDSA or "
					  "Ed25519");
	return INTOTO_OK;
}

static int check_policy(const struct it_image_policy *policy, struct intoto_error **err)
{
	size_t distinct = it_verify_distinct(policy->keys, policy->key_count, NULL);
	int rc = check_keys(policy->keys, policy->key_count, err);

	if (!rc && policy->vsa)
		rc = check_keys(policy->vsa->keys, policy->vsa->key_count, err);
	if (rc)
		return rc;
	if (!policy->key_count || !policy->threshold || (!policy->simple && !policy->bundles))
		return it_err_set(err, INTOTO_E_USAGE,
				  "want a key, a threshold of 1 or more, and a form of signature");
	if (distinct < policy->threshold)
		return it_err_set(err, INTOTO_E_USAGE,
				  "a threshold of %zu wants as many different keys, found %zu",
				  policy->threshold, distinct);
	for (size_t i = 0; i < policy->attestation_count; i++)
		if (distinct < policy->attestations[i].threshold)
			return it_err_set(err, INTOTO_E_USAGE,
					  "a threshold of %zu attestations wants as many "
					  "different keys, found %zu",
					  policy->attestations[i].threshold, distinct);
	return INTOTO_OK;
}

/* Each key that is revoked is told, whatever it signed. */
static int tell_denied(struct family *family, const struct intoto_key *const *keys, size_t count,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_deny_entry *entry;
		const char *keyid = intoto_key_fingerprint(keys[i]);
		const struct it_image_note note = { .code = "denied.key",
						    .result = IT_CHECK_REFUSED };
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

		rc = it_deny_list_find_key(&entry, family->policy->deny, keys[i], err);
		if (rc || !entry)
			continue;
		it_verify_print_denial(&text, entry);
		rc = it_image_report_add(family->report, &note, err, "the key sha256:%s is %s",
					 keyid, it_buf_text(&text));
	}
	return rc;
}

static int verify_family(struct family *family, const struct it_oci_manifest *manifest,
			 struct intoto_error **err)
{
	struct it_image_report *report = family->report;
	const struct it_image_policy *policy = family->policy;
	IT_AUTO(verifying_done) struct it_verifying top = verifying_of(family, report->digest);
	int rc = tell_denied(family, policy->keys, policy->key_count, err);

	if (!rc && policy->vsa)
		rc = tell_denied(family, policy->vsa->keys, policy->vsa->key_count, err);
	if (!rc)
		rc = verify_image(&top, &report->verdict, manifest, err);
	report->signers = top.signers;
	return rc ? rc : descend(family, manifest, err);
}

static int verify(struct it_image_report *report, struct it_place *place,
		  const struct it_oci_manifest *manifest, const struct it_image_policy *policy,
		  struct intoto_error **err)
{
	const struct it_image_vsa_policy *vsa = policy->vsa;
	IT_AUTO(it_freep) bool *denied = NULL;
	IT_AUTO(it_freep) bool *vsa_denied = NULL;
	struct family family = { .place = place, .policy = policy, .report = report };
	int rc = check_policy(policy, err);

	if (!rc)
		rc = it_verify_denied_keys(&denied, policy->deny, policy->keys, policy->key_count,
					   err);
	if (!rc && vsa)
		rc = it_verify_denied_keys(&vsa_denied, policy->deny, vsa->keys, vsa->key_count,
					   err);
	if (rc)
		return rc;
	family.denied = denied;
	family.vsa_denied = vsa_denied;
	rc = verify_family(&family, manifest, err);
	if (rc)
		report->verdict = IT_IMAGE_REFUSED;
	report->round_trips = place->kind->round_trips ? place->kind->round_trips(place) : 0;
	return rc;
}

int it_image_verify(struct it_image_report **out, struct it_place *place, const char *digest,
		    const struct it_oci_manifest *manifest, const struct it_image_policy *policy,
		    struct intoto_error **err)
{
	struct it_image_report *report = calloc(1, sizeof *report);

	*out = report;
	if (!report)
		return it_err_nomem(err);
	(void)snprintf(report->digest, sizeof report->digest, "%s", digest);
	return verify(report, place, manifest, policy, err);
}
