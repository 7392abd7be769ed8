/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an image is signed by whom it must be.  Three answers that are never mixed: a verdict
 * (good or refused, with every check and its reason), "nothing is signed there", and "could not
 * find out", which is an error.
 */
#ifndef IT_IMAGE_VERIFY_H
#define IT_IMAGE_VERIFY_H

#include "image/attached.h"
#include "model/deny_list.h"

/* One attestation that is wanted. */
struct it_image_wanted {
	const char *type; /* a word or URI as by it_predicate_is */
	size_t threshold; /* distinct keys that must have signed one; at least 1 */
};

struct it_image_policy {
	const struct intoto_key *const *keys;
	size_t key_count; /* at least 1 */
	size_t threshold; /* distinct keys by material; at least 1 */
	bool simple;	  /* forms that count; at least one of the two */
	bool bundles;
	const struct it_oci_annotation *annotations; /* that a signature must have */
	size_t annotation_count;
	const char
		*identity; /* docker-reference that a .sig must have; NULL: any of the repository */
	const struct it_image_wanted *attestations;
	size_t attestation_count;
	const struct it_deny_list *deny; /* NULL: none */
};

enum it_image_check_result { IT_CHECK_GOOD, IT_CHECK_REFUSED, IT_CHECK_PASSED_OVER };

/* Of one signature or attestation, or of the whole ("threshold", "denied"). */
struct it_image_check {
	const char *code; /* stable: "signature.good", "signature.wrong-digest", "denied.key" … */
	enum it_image_check_result result;
	enum it_attached_form form;
	char *what;	      /* "sha256:… in sha256-….sig, layer 2" */
	char *text;	      /* one sentence */
	char keyid[65];	      /* of the key that was good; "" */
	char *predicate_type; /* NULL */
};

enum it_image_verdict { IT_IMAGE_REFUSED = 0, IT_IMAGE_GOOD = 1, IT_IMAGE_UNSIGNED = 2 };

struct it_image_report {
	enum it_image_verdict verdict; /* starts at refused */
	char digest[IT_OCI_DIGEST_SIZE];
	struct it_image_check *checks;
	size_t check_count;
	size_t signers; /* distinct keys with a good signature */
	uint64_t round_trips;
};

/* INTOTO_OK: *out has the verdict.  manifest is the image that was resolved, whose digest counts.
 */
IT_CHECK int it_image_verify(struct it_image_report **out, struct it_place *place,
			     const struct it_oci_manifest *manifest,
			     const struct it_image_policy *policy, struct intoto_error **err);
void it_image_report_free(struct it_image_report *report);
IT_DEFINE_AUTO(struct it_image_report, it_image_report_free);

#endif
