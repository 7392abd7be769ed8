/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any in-toto statement as evidence (attestation framework v1, "Statement"; v0.1 is read too): what
 * it is about, of which family its predicate is, and the predicate as it stands.
 *
 * The same kind of document goes by several type URIs ("https://spdx.dev/Document",
 * "https://spdx.dev/Document/v2.3"): a family is all of them, so that a gate that wants an SBOM
 * does not pass over one of them.
 */
#ifndef IT_MODEL_ATTESTATION_H
#define IT_MODEL_ATTESTATION_H

#include "model/envelope.h"

enum { IT_SUBJECTS_MAX = 1024 * 1024 };

/* One kind of predicate with its type URIs. */
struct it_predicate_family {
	const char *name; /* a word for layouts and people: "sbom-spdx", "vulns", "test-result" … */
	const char *group; /* a wider word, "sbom" for both SPDX and CycloneDX; else name itself */
	const char *write; /* the URI that we write */
	const char *const *exact; /* URIs that belong to it, NULL-terminated */
	const char *const
		*prefixes; /* URIs that begin so belong to it too; NULL-terminated or NULL */
};
extern const struct it_predicate_family it_predicate_families[];
extern const size_t it_predicate_family_count;

/* The family of a type URI; NULL: none that is known. */
const struct it_predicate_family *it_predicate_family_of(const char *type);
/*
 * Whether a type URI is meant by a word of a layout: the URI itself, or one of the same family that
 * the type only makes more precise (".../Document" is also ".../Document/v2.3", ".../v1" also
 * ".../v1.0"); the name or the group of its family; or cosign's short name for it ("spdxjson",
 * "cyclonedx", "vuln", "openvex" …).
 */
bool it_predicate_is(const char *type, const char *word);
/* The type URI to write for such a word; NULL: unknown, or of several families ("sbom").  "vuln" is
 * cosign's own predicate here, as it is for cosign. */
const char *it_predicate_uri(const char *word);
/* Whether a word of a layout can mean anything at all: a URI (it has a colon), or a known word. */
bool it_predicate_word_is_known(const char *word);

struct it_attested_subject {
	struct it_span name; /* of the statement; may be empty */
	const char *digests; /* as in <model/artifacts.h>; never NULL: one without is refused */
};

/* What our own host says of the making (the annotation "intoto" of the first subject), where it is there. */
struct it_attested_making {
	bool there;
	const char *step;	     /* all borrowed from the document, "" where it is not said */
	const char *attestor;	     /* name of the attestor */
	const char *version;	     /* of the attestor */
	const char *sha256;	     /* of its program, hex digits */
	const char *outcome;	     /* "ok" or "failed" */
	const char *reason;	     /* of a failure */
	const struct it_json *level; /* words: mechanisms of its sandbox */
	const struct it_json *inputs; /* reports that it read: { "name", "sha256", "modified" … } */
	int64_t started;	      /* of the step, seconds since 1970; 0: not said */
	int64_t finished;	      /* when the attestor had ended */
};

struct it_attestation {
	struct intoto_envelope *envelope; /* owned */
	struct it_json *body; /* owned: the statement, in which real numbers are allowed */
	const char *type;     /* predicateType; borrowed from body */
	const struct it_predicate_family *family; /* NULL: unknown */
	const struct it_json *predicate;	  /* an object; borrowed from body */
	struct it_attested_subject *subjects;
	size_t subject_count; /* at least 1 */
	struct it_attested_making making;
};

/*
 * Reads the statement in a DSSE envelope; takes envelope, also on failure.  FORMAT: it is none.
 * Signatures are not looked at.  The predicate itself is not judged, only that it is an object.
 */
IT_CHECK int it_attestation_take(struct it_attestation **out, struct intoto_envelope *envelope,
				 struct intoto_error **err);
void it_attestation_free(struct it_attestation *attestation);
IT_DEFINE_AUTO(struct it_attestation, it_attestation_free);

/*
 * How old what it says is, seconds since 1970; 0: it does not say.  The older of when our host had
 * made it and what the document itself gives as its time (scanFinishedOn, created, timestamp …):
 * an old report that was wrapped today is old.
 */
int64_t it_attestation_time(const struct it_attestation *attestation);

#endif
