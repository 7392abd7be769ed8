/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verification came to, as statements that can be signed: the SLSA verification summary
 * (VSA v1) and the in-toto simple verification result (SVR v0.2).
 */
#ifndef IT_MODEL_VSA_H
#define IT_MODEL_VSA_H

#include "model/envelope.h"

#define IT_VSA_TYPE "https://slsa.dev/verification_summary/v1"
#define IT_SVR_TYPE "https://in-toto.io/attestation/svr/v0.2"

/* Where something is and what it is; text members may be NULL where that is said. */
struct it_resource {
	const char *name;    /* NULL: has none */
	const char *uri;     /* NULL: has none */
	const char *digests; /* as in <model/artifacts.h>; NULL: has none */
};

/* What was let pass because somebody signed that it may (intoto-exception(1)). */
struct it_excuse {
	const char *id;
	const char *owner;
	const char *reason;
	const char *ticket; /* NULL: none */
	int64_t expires;
	const char *uri;
};

/* Everything is borrowed. */
struct it_verification {
	const struct it_resource *subjects; /* at least one, each with digests */
	size_t subject_count;
	const char *verifier_id; /* URI */
	const char *verifier_version;
	int64_t time;
	const char *resource_uri;	  /* URI (VSA) */
	struct it_resource policy;	  /* uri; digests may be NULL */
	const struct it_resource *inputs; /* all that were used, each with digests (VSA) */
	size_t input_count;
	bool passed;
	/* What was verified: levels of tracks, each track once, and other words; none means
	   SLSA_BUILD_LEVEL_UNEVALUATED (VSA).  Only on a pass. */
	const char *const *levels;
	size_t level_count;
	const struct it_excuse *excuses;
	size_t excuse_count;
};

/* "scheme:…", scheme and authority in lower case, no blanks or controls (attestation framework v1,
 * "ResourceURI"); what names it in the error. */
IT_CHECK int it_resource_check_uri(const char *uri, const char *what, struct intoto_error **err);

/*
 * SLSA_<TRACK>_LEVEL_<NUMBER|UNEVALUATED>, or a word of one's own in capitals, digits and
 * underscores that does not begin with SLSA_ (VSA, "SlsaResult").
 */
IT_CHECK int it_vsa_check_level(const char *level, struct intoto_error **err);
/* Each of them, and that no track comes twice. */
IT_CHECK int it_vsa_check_levels(const char *const *levels, size_t count,
				 struct intoto_error **err);

/* Unsigned envelopes; INTOTO_E_USAGE says what is missing or wrong.  An SVR has no form for a
 * failure. */
IT_CHECK int it_vsa_to_envelope(struct intoto_envelope **out, const struct it_verification *done,
				struct intoto_error **err);
IT_CHECK int it_svr_to_envelope(struct intoto_envelope **out, const struct it_verification *done,
				struct intoto_error **err);

#endif
