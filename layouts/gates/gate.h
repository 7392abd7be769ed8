/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates: what a layout demands of a step's evidence.  They stand in the step's "expectedAttributes"
 * (ITE-10, ITE-11), each an object { "gate": NAME, … }; a layout that has any says
 * "_type": "gated-layout", so that a verifier that does not know them refuses it rather than
 * passing over them (docs/gates.md).
 *
 * One file per kind, gate_NAME.c, that ends in one descriptor; it_gate_kinds names them all.  A
 * gate sees all evidence of its step together.  It explains itself: one decision for each thing
 * that it looked at, and the verdict starts at no.
 */
#ifndef IT_LAYOUTS_GATES_GATE_H
#define IT_LAYOUTS_GATES_GATE_H

#include "base/strings.h"
#include "json/where.h"
#include "json/writer.h"
#include "layouts/people.h"
#include "model/attestation.h"
#include "model/link.h"

struct it_exceptions; /* layouts/gates/exception.h */
struct it_gate_kind;

/* How an attestation hangs together with the step, bits. */
enum it_gate_about {
	IT_ABOUT_PRODUCT = 1,	   /* a subject is a product of the step: same digest */
	IT_ABOUT_MATERIAL = 2,	   /* a subject is a material of the step */
	IT_ABOUT_LINK = 4,	   /* the step's link names the document by its digest */
	IT_ABOUT_ALL_PRODUCTS = 8, /* each product of the step is a subject */
};

/* An attestation whose signatures were verified. */
struct it_gate_evidence {
	const struct it_attestation *attestation;
	const struct it_people
		*signers; /* keys of the layout whose signature is good; maybe none */
	const char *name; /* file, or "FILE#LINE": for people */
	unsigned about;	  /* of enum it_gate_about */
};

struct it_gate_input {
	const char *step;		      /* label, for people */
	const struct intoto_link *link;	      /* that stands for the step; NULL: there is none */
	const struct it_artifacts *materials; /* of it; sealed.  NULL: none */
	const struct it_artifacts *products;
	/* What the gate may go by: signed by people whom the gate accepts, about the step.  The
	 * gate is not shown the rest; it is in unfit, with why. */
	const struct it_gate_evidence *evidence;
	size_t count;
	/* Attestations of the folder that are not evidence for this gate, and one clause each that
	 * says why ("is signed by nobody whom the gate accepts"), so that a gate that finds nothing
	 * can say what it passed over. */
	const struct it_gate_evidence *unfit;
	const char *const *unfit_why;
	size_t unfit_count;
	const struct it_exceptions *exceptions; /* never NULL */
	int64_t now;
};

enum it_decision_kind {
	IT_DECISION_BLOCKED = 0, /* the gate fails for this */
	IT_DECISION_ALLOWED = 1, /* would block, but for what by says: VEX, an exception, a limit */
	IT_DECISION_FINE = 2,	 /* kept */
	IT_DECISION_REMARK =
		3, /* neither: why a VEX statement did not match, what was passed over */
	IT_DECISION_UNDECIDED = 4, /* could not be found out; the gate does not pass */
};

struct it_decision {
	enum it_decision_kind kind;
	char *subject; /* "CVE-2024-1 in pkg:deb/debian/zlib@1.2", "GPL-2.0-only in pkg:…" */
	char *text;    /* one clause, no capital, no full stop */
	char *by; /* "exception EX-7 (owner alice@…)", "vex vex.json statement 3"; NULL: nothing */
	char *exception; /* id of the exception that was used; NULL: none */
};

/* Zero-initialised: refused, and nothing was decided. */
struct it_gate_verdict {
	bool passed; /* set by it_gate_conclude alone */
	struct it_decision *decisions;
	size_t count;
	size_t cap;
	char *summary; /* one sentence: "2 of 31 findings block" */
};
void it_gate_verdict_done(struct it_gate_verdict *verdict);

/* Appends a decision; by and exception may be NULL.  format makes the text. */
IT_CHECK int it_gate_decide(struct it_gate_verdict *verdict, enum it_decision_kind kind,
			    const char *subject, const char *by, const char *exception,
			    struct intoto_error **err, const char *format, ...) IT_PRINTF(7, 8);
/*
 * The end of a judgement: it passes if at least one decision is FINE or ALLOWED, and none is
 * BLOCKED or UNDECIDED.  Remarks alone decide nothing.  A gate that found nothing to look at must
 * have decided BLOCKED (it_gate_block_for_nothing) itself.
 */
IT_CHECK int it_gate_conclude(struct it_gate_verdict *verdict, struct intoto_error **err,
			      const char *format, ...) IT_PRINTF(3, 4);

/*
 * For a gate that has no evidence at all: BLOCKED for "evidence" with what was wanted ("a test
 * result"), and a REMARK for each of the unfit documents that it would have read, with why.
 */
IT_CHECK int it_gate_block_for_nothing(struct it_gate_verdict *verdict,
				       const struct it_gate_kind *kind,
				       const struct it_gate_input *input, const char *wanted,
				       struct intoto_error **err);

/* --- for the readers of kinds --- */

/* "90s", "15m", "36h", "7d": seconds, at least 1 and at most 100 years. */
IT_CHECK int it_gate_read_duration(int64_t *out, const struct it_json *value,
				   const struct it_where *where, struct intoto_error **err);
/* A list of at least one text, none empty, none twice. */
IT_CHECK int it_gate_read_words(struct it_strings *out, const struct it_json *value,
				const struct it_where *where, struct intoto_error **err);
/* As it_gate_read_words; each must be known to it_predicate_word_is_known. */
IT_CHECK int it_gate_read_predicates(struct it_strings *out, const struct it_json *value,
				     const struct it_where *where, struct intoto_error **err);
/* A whole number from least to most. */
IT_CHECK int it_gate_read_count(int64_t *out, const struct it_json *value, int64_t least,
				int64_t most, const struct it_where *where,
				struct intoto_error **err);
IT_CHECK int it_gate_read_bool(bool *out, const struct it_json *value, const struct it_where *where,
			       struct intoto_error **err);

/* What every gate can have beside its own members: "gate", "functionaries", "threshold", "subject",
 * "maxAge", "warn".  They are read and applied by the host of gates (gate.c), not by the kinds. */
struct it_gate_terms {
	struct it_strings functionaries; /* ids of the layout's keys; empty: the step's pubkeys */
	int64_t threshold;		 /* of people on one document; 1 if not said */
	unsigned about;	 /* bits of it_gate_about, one of which an attestation must have; from
			    "subject": "step" (any of PRODUCT, MATERIAL, LINK; the default),
			    "product",  "material", "link", "all-products", "any" (0) */
	int64_t max_age; /* seconds since the attestor ended (or the predicate's own time); 0: any
			  */
	bool warn;	 /* what it finds is told and does not change the verdict */
};

struct it_gate_kind {
	const char *name;
	const char *summary; /* one line, for lists */
	/*
	 * Reads the members of its own into *out; object has them alone (the common ones are gone).
	 * Closed: what it does not know is refused, and so is what cannot be met or is empty.
	 */
	int (*read)(void **out, const struct it_json *object, const struct it_where *where,
		    struct intoto_error **err);
	void (*free)(void *demand);
	/* Each demand as a clause for people, as it_requirement_clauses does it. */
	int (*clauses)(struct it_strings *out, const void *demand, struct intoto_error **err);
	/* Words of predicates (it_predicate_is) that it reads; NULL-terminated; NULL: all. */
	const char *const *predicates;
	int (*judge)(struct it_gate_verdict *out, const void *demand,
		     const struct it_gate_input *input, struct intoto_error **err);
	/* Whether evidence is asked of at all: "command" reads the link alone. */
	bool link_only;
	/* For a kind without predicates: whether this demand reads such documents; NULL: all. */
	bool (*reads)(const void *demand, const char *predicate_type);
};
extern const struct it_gate_kind *const it_gate_kinds[]; /* sorted by name, NULL-terminated */
const struct it_gate_kind *it_gate_kind_find(struct it_span name);

extern const struct it_gate_kind it_gate_command;
extern const struct it_gate_kind it_gate_identity;
extern const struct it_gate_kind it_gate_licenses;
extern const struct it_gate_kind it_gate_provenance;
extern const struct it_gate_kind it_gate_require;
extern const struct it_gate_kind it_gate_rule;
extern const struct it_gate_kind it_gate_sbom;
extern const struct it_gate_kind it_gate_source;
extern const struct it_gate_kind it_gate_tests;
extern const struct it_gate_kind it_gate_vulnerabilities;

/* One gate of a step. */
struct it_gate {
	const struct it_gate_kind *kind;
	struct it_gate_terms terms;
	void *demand;
	struct it_json *object; /* as it was read: so it is written again */
};

struct it_gates {
	struct it_gate *items;
	size_t count;
};
void it_gates_done(struct it_gates *gates);
/* The value of "expectedAttributes": a list of at least one. */
IT_CHECK int it_gates_read(struct it_gates *out, const struct it_json *list,
			   const struct it_where *where, struct intoto_error **err);
/* Appends one, which must be an object with the member "gate". */
IT_CHECK int it_gates_add(struct it_gates *out, const struct it_json *object,
			  const struct it_where *where, struct intoto_error **err);
/* As the value of "expectedAttributes". */
void it_gates_write(struct it_writer *writer, const struct it_gates *gates);
/* Each demand as a clause for people, the kind's own and then the terms'. */
IT_CHECK int it_gate_clauses(struct it_strings *out, const struct it_gate *gate,
			     struct intoto_error **err);
/*
 * The type of a statement in which our host records that an attestor failed.  It is never evidence,
 * and explains why there is none.
 */
#define IT_ATTESTOR_FAILURE_TYPE "https://in-toto.io/intoto/attestor-failure/v1"

/* Whether this gate reads such documents. */
bool it_gate_wants(const struct it_gate *gate, const char *predicate_type);
/* Whether the kind reads such documents at all. */
bool it_gate_reads(const struct it_gate_kind *kind, const char *predicate_type);

#endif
