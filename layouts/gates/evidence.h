/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that may be evidence of gates, read once, their signatures verified once against the
 * keys that any gate accepts; and for one step and one gate, which of them are.
 */
#ifndef IT_LAYOUTS_GATES_EVIDENCE_H
#define IT_LAYOUTS_GATES_EVIDENCE_H

#include "layouts/gates/gate.h"
#include "layouts/gates/pins.h"

struct intoto_layout;

/* Keys under the ids that gates and steps name them by. */
struct it_gate_key {
	const char *id;		      /* borrowed from keys.ids */
	const struct intoto_key *key; /* NULL: nobody can sign with it */
	const char *only;	      /* the OpenPGP subkey that it is; else NULL */
	char *name;		      /* for people */
};
struct it_gate_keys {
	struct it_strings ids; /* each once */
	struct it_gate_key *items;
	size_t count;
};
void it_gate_keys_done(struct it_gate_keys *keys);
/* Those that some gate of the layout goes by. */
IT_CHECK int it_gate_keys_of(struct it_gate_keys *out, const struct intoto_layout *layout,
			     struct intoto_error **err);
/* Those that a list of ids means in the layout. */
IT_CHECK int it_gate_keys_named(struct it_gate_keys *out, const struct intoto_layout *layout,
				const struct it_strings *ids, struct intoto_error **err);
/* One more key under an id; both are borrowed for as long as the set lives. */
IT_CHECK int it_gate_keys_add(struct it_gate_keys *out, const char *id,
			      const struct intoto_key *key, const char *only,
			      struct intoto_error **err);

struct it_gate_document {
	struct it_attestation *attestation;
	char *name; /* file, or "FILE#LINE" */
	char *uri;  /* path, or "PATH#LINE" */
	char sha256[65];
	char sha256_line[65]; /* with the line's end, which the file had before it was bundled */
	struct it_people signers;
	bool *good; /* for each of the keys: it signed this */
};
struct it_gate_documents {
	const struct it_gate_keys *keys;
	int64_t now;
	/* NULL, or whether anybody wants to see predicates of that type. */
	bool (*wanted)(const void *arg, const char *type);
	const void *arg;
	struct it_gate_document *items;
	size_t count;
	size_t cap;
	size_t bytes;
};
void it_gate_documents_done(struct it_gate_documents *documents);

/* What a text turned out to be. */
enum it_gate_text {
	IT_GATE_TEXT_FOREIGN,  /* no signed document, or one of another kind */
	IT_GATE_TEXT_UNWANTED, /* a statement that no gate reads */
	IT_GATE_TEXT_TAKEN,
};
/* Reads one.  FORMAT, LIMIT: it says that it is a statement, and is none that can be used. */
IT_CHECK int it_gate_documents_add(struct it_gate_documents *documents, const char *name,
				   const char *uri, struct it_span text, enum it_gate_text *what,
				   struct intoto_error **err);
/* The same for one whose envelope is made already (and not signed); takes it, also on failure. */
IT_CHECK int it_gate_documents_take(struct it_gate_documents *documents, const char *name,
				    const char *uri, struct it_span text,
				    struct intoto_envelope *envelope, struct intoto_error **err);

/* --- what it has to do with a step --- */

struct it_gate_step {
	const char *name; /* as an attestation names it; NULL: of no step in particular */
	const struct intoto_link *link;	      /* NULL: none */
	const struct it_artifacts *materials; /* NULL: not known, then nothing is compared */
	const struct it_artifacts *products;
};
/* How one document hangs together with it. */
struct it_gate_bond {
	unsigned about; /* of enum it_gate_about */
	char *why_not;	/* what speaks against it though something matches; NULL: nothing */
};
void it_gate_bonds_free(struct it_gate_bond *bonds, size_t count);
/* For each of the documents; *out is the caller's. */
IT_CHECK int it_gate_bind(struct it_gate_bond **out, const struct it_gate_documents *documents,
			  const struct it_gate_step *step, struct intoto_error **err);
/*
 * Attestations that the step's link names and that are not among the documents, of types that
 * somebody wants; calls visit with file, type and what is wrong.
 */
IT_CHECK int it_gate_missing(const struct it_gate_documents *documents,
			     const struct it_gate_step *step,
			     int (*visit)(void *arg, const char *file, const char *type,
					  struct intoto_error **err),
			     void *arg, struct intoto_error **err);

/* --- what is evidence for a gate --- */

struct it_gate_choice {
	struct it_gate_evidence *evidence;
	struct it_gate_evidence *unfit;
	struct it_strings why; /* for each of the unfit */
	size_t count;
	size_t unfit_count;
	size_t *fit; /* numbers of the documents behind evidence */
};
void it_gate_choice_done(struct it_gate_choice *choice);

/* Under what documents are chosen. */
struct it_gate_rules {
	const struct it_gate *gate;
	const struct it_strings *pubkeys; /* of the step: for a gate without functionaries */
	/* Beside keys, who signed number i with a certificate that the step accepts; may be NULL.
	 */
	const struct it_people *certified;
	const struct it_attestor_pins *pins;
	const char *step; /* as an attestation names it */
	int64_t now;
	bool unsigned_too; /* intoto evaluate: nobody is asked who signed */
};
IT_CHECK int it_gate_choose(struct it_gate_choice *out, const struct it_gate_documents *documents,
			    const struct it_gate_bond *bonds, const struct it_gate_rules *rules,
			    struct intoto_error **err);

#endif
