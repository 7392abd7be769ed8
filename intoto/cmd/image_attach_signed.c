/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations that somebody has signed are hung on as they are, byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/image_attach.h"
#include "model/attestation.h"
#include "model/digest_set.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"

#define ENVELOPE_LAYER "application/vnd.dsse.envelope.v1+json"
#define CREATED "org.opencontainers.image.created"

static bool is_about(const struct it_attestation *attestation, const char *digest)
{
	for (size_t i = 0; i < attestation->subject_count; i++)
		if (it_digests_match(attestation->subjects[i].digests, digest) == IT_DIGESTS_MATCH)
			return true;
	return false;
}

/* Takes the envelope, also on failure. */
static int check(struct it_image_attaching *job, struct intoto_envelope *envelope,
		 struct intoto_error **err)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *attestation = NULL;
	IT_AUTO(it_freep) char *quoted = NULL;
	int rc = it_attestation_take(&attestation, envelope, err);

	if (rc)
		return it_err_wrap(err, rc, "%s", job->path);
	quoted = it_text_quoted(it_span_text(attestation->type));
	job->type = strdup(attestation->type);
	if (!quoted || !job->type)
		return it_err_nomem(err);
	if (job->wanted && !it_predicate_is(attestation->type, job->wanted))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: its predicate is of type '%s', which is not what --type "
				  "wants",
				  job->path, quoted);
	if (!is_about(attestation, job->image->digest))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: is about other subjects, none of them is %s", job->path,
				  job->image->digest);
	return INTOTO_OK;
}

int it_image_attach_bundle(struct it_image_attaching *job, struct intoto_error **err)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	struct it_oci_annotation notes[] = { { IT_BUNDLE_CONTENT, "dsse-envelope" },
					     { IT_BUNDLE_PREDICATE, NULL },
					     { CREATED, NULL } };
	struct intoto_envelope *envelope;
	char created[IT_TIME_SIZE];
	int rc = it_sigstore_bundle_parse(&bundle, it_buf_span(&job->bytes), err);

	if (rc)
		return it_err_wrap(err, rc, "%s", job->path);
	/* cosign passes over older ones among the referrers. */
	if (!bundle->envelope || bundle->version < 3)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: want a bundle of version 0.3 that holds an attestation",
				  job->path);
	envelope = bundle->envelope;
	bundle->envelope = NULL; /* now check's */
	rc = check(job, envelope, err);
	if (rc)
		return rc;
	it_time_format(created, job->signing.time);
	notes[1].value = job->type;
	notes[2].value = created;
	return it_image_attach_referrer(job, IT_SIGSTORE_BUNDLE, notes, IT_COUNT_OF(notes), err);
}

/* A bare envelope does not say by which key, as a bundle must: it goes where cosign before 3 looks.
 */
int it_image_attach_envelope(struct it_image_attaching *job, struct intoto_error **err)
{
	struct intoto_envelope *envelope = NULL;
	struct it_oci_annotation notes[] = { { IT_SIMPLE_SIGNING_SIGNATURE, "" },
					     { "predicateType", NULL } };
	struct it_attach_layer layer = { .digest = job->image->digest,
					 .suffix = ".att",
					 .media_type = ENVELOPE_LAYER,
					 .bytes = it_buf_span(&job->bytes),
					 .annotations = notes,
					 .annotation_count = IT_COUNT_OF(notes) };
	int rc = intoto_envelope_parse(&envelope, job->bytes.data, job->bytes.len, err);

	if (rc)
		return it_err_wrap(err, rc, "%s", job->path);
	if (!intoto_envelope_signature_count(envelope))
		rc = it_err_set(err, INTOTO_E_UNTRUSTED, "%s: nobody has signed it", job->path);
	if (rc) {
		intoto_envelope_free(envelope);
		return rc;
	}
	rc = check(job, envelope, err);
	if (rc)
		return rc;
	notes[1].value = job->type;
	rc = it_attach_append(job->place, &layer, err);
	return rc ? rc : job->place->kind->finish(job->place, err);
}
