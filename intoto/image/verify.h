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

/* The verdict of a gate that is wanted: the newest VSA by one of the keys decides. */
struct it_image_vsa_policy {
	const struct intoto_key *const *keys; /* key_count 0: those of the policy */
	size_t key_count;
	const char *verifier_id; /* NULL: any */
	const char *layout;	 /* "sha256:HEX" of the policy that it must name; NULL: any */
	int64_t now;		 /* one from later does not count */
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
	const struct it_image_vsa_policy *vsa; /* NULL: none is wanted */
	const struct it_deny_list *deny;       /* NULL: none */
	bool all;			       /* look at everything, though enough was found */
	bool recursive; /* what an index names is there, and vouched for by it or signed itself */
};

enum it_image_check_result { IT_CHECK_GOOD, IT_CHECK_REFUSED, IT_CHECK_PASSED_OVER };

/* Of one signature or attestation, or of the whole ("threshold.met", "denied.key"). */
struct it_image_check {
	const char *code; /* stable: one of it_image_codes */
	enum it_image_check_result result;
	char image[IT_OCI_DIGEST_SIZE];
	char *what;	      /* "sha256-….sig, layer 2"; "" */
	char *text;	      /* one sentence */
	char keyid[65];	      /* SHA-256 of the SPKI of the key that was good; "" */
	char *predicate_type; /* NULL */
};

enum it_image_verdict { IT_IMAGE_REFUSED = 0, IT_IMAGE_GOOD = 1, IT_IMAGE_UNSIGNED = 2 };

/* A statement whose signature and subject were good. */
struct it_image_verified {
	char image[IT_OCI_DIGEST_SIZE];
	char keyid[65];
	char *type;
	struct it_buf payload; /* the very bytes that were signed */
};

struct it_image_report {
	enum it_image_verdict verdict; /* starts at refused */
	char digest[IT_OCI_DIGEST_SIZE];
	struct it_image_check *checks;
	size_t check_count;
	size_t signers; /* distinct keys with a good signature */
	uint64_t round_trips;
	struct it_image_verified *statements; /* attestations that were wanted, and VSAs */
	size_t statement_count;
};

/* Every code that a check can have, sorted, and what it means. */
struct it_image_code {
	const char *code;
	const char *summary;
};
extern const struct it_image_code it_image_codes[];
extern const size_t it_image_code_count;

/*
 * digest: of the image, which the place names or the caller has resolved; manifest: the same when
 * it was read for that, which spares reading it again; NULL.
 *
 * INTOTO_OK: *out has the verdict.  Nothing that could not be read counts: when what could be read
 * is not enough, and something could not, that is SERVICE and *out (which is there all the same)
 * says what was found.  NOTFOUND: there is no such image.  USAGE: fewer distinct keys than the
 * threshold, or a key that signs no images.
 */
IT_CHECK int it_image_verify(struct it_image_report **out, struct it_place *place,
			     const char *digest, const struct it_oci_manifest *manifest,
			     const struct it_image_policy *policy, struct intoto_error **err);
void it_image_report_free(struct it_image_report *report);
IT_DEFINE_AUTO(struct it_image_report, it_image_report_free);

/* What else was looked at, by the caller: code is of the table; the rest may be NULL. */
struct it_image_note {
	const char *code;
	enum it_image_check_result result;
	const char *image;
	const char *what;
	const char *keyid;
	const char *predicate_type;
};
IT_CHECK int it_image_report_add(struct it_image_report *report, const struct it_image_note *note,
				 struct intoto_error **err, const char *format, ...)
	IT_PRINTF(4, 5);
/* What was refused decides, whatever was said before. */
void it_image_report_refuse(struct it_image_report *report);

/* The report as a JSON document (intoto-image-verify(1), "JSON"), or for people. */
IT_CHECK int it_image_report_print_json(struct it_buf *out, const struct it_image_report *report,
					const char *place, struct intoto_error **err);
void it_image_report_print(struct it_buf *out, const struct it_image_report *report,
			   const char *place, bool verbose);

#endif
