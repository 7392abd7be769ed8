/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an archive says about a release, gathered for whoever reads it: nothing here decides
 * anything.  What the verification decided is told as it was recorded; what documents claim is told
 * as their claim; and what is not there is told, too.
 *
 * Texts are borrowed from the audit and may be hostile: they are escaped where they are shown.
 */
#ifndef IT_REPORT_AUDIT_H
#define IT_REPORT_AUDIT_H

#include "archive/check.h"
#include "layouts/layout.h"
#include "model/link.h"
#include "model/severity.h"

enum {
	IT_AUDIT_DOCUMENT_MAX = 256 * 1024 * 1024,
	IT_AUDIT_KEPT_MAX = 1024 * 1024 * 1024, /* texts of all documents together */
	IT_AUDIT_ARTIFACTS_SHOWN = 200,		/* of one side of a step */
	IT_AUDIT_STEPS_MAX = 5000,		/* they are looked for one by one, as are */
	IT_AUDIT_EDGES_MAX = 20 * 1000,
	IT_AUDIT_ROWS_MAX = 1000 * 1000, /* of each sort */
};

/* How far something is evidenced.  In rising order but for FAILED, which beats all. */
enum it_proof {
	IT_PROOF_NONE,	  /* nothing says so */
	IT_PROOF_PRESENT, /* a document says so; no check of the verification decided on it */
	IT_PROOF_CHECKED, /* a check of the verification says so */
	IT_PROOF_FAILED,  /* a check of the verification says the contrary */
};

struct it_audit_signer {
	const char *name;
	const char *identity;
	const char *file;
};

struct it_audit_artifact {
	const char *name;
	const char *digests;
};

struct it_audit_side {
	size_t count;
	struct it_audit_artifact *shown;
	size_t shown_count;
};

struct it_audit_step {
	const char *label; /* "sub/step" */
	bool inspection;
	bool looked_at;	     /* false: the verification never came to it */
	bool told_by_checks; /* the report has no items */
	bool evidence;
	int64_t threshold;
	int64_t people;
	const char *command;
	const char *file; /* of the link that stood for it */
	struct it_audit_signer *signers;
	size_t signer_count;
	struct it_audit_side sides[2];
	size_t outside; /* materials that came from no step */
	bool outside_known;
	size_t tally[5];	   /* of checks, by enum intoto_outcome */
	const char *why;	   /* the first sentence of what is wrong; "" */
	struct it_strings gates;   /* what is demanded, a clause each: "sbom: …" */
	struct it_strings members; /* names of members that are its evidence */
	int64_t started, finished; /* as attestations of the step say; 0 */
};

/* Of the picture: what MATCH rules of one step found in another. */
struct it_audit_edge {
	size_t from, to;
	size_t count;
};

struct it_audit_check {
	enum intoto_outcome outcome;
	const char *code, *item, *subject, *text;
};

struct it_audit_exception {
	const char *id, *owner, *reason, *ticket, *scope, *member;
	int64_t expires;
	int64_t used; /* -1: by nobody, as far as the verification says */
};

/* An attestation or a raw report. */
struct it_audit_document {
	const char *member;
	const char *sort;    /* "sbom", "vulns" …: the group of its family; "" */
	const char *type;    /* predicate type, or format of a raw one */
	const char *about;   /* first subject */
	const char *digest;  /* of it */
	const char *step;    /* that it says it was made in; "" */
	const char *maker;   /* attestor, scanner, tool, builder; "" */
	const char *signers; /* keyids as claimed */
	const char *summary; /* one sentence; "" */
	const char *trouble; /* why it could not be read; "" */
	int64_t time;
	int64_t started, finished; /* of its step, as our own host says; 0 */
	bool raw;
	bool good; /* a test result that passed, a VSA that did */
};

struct it_audit_package {
	const char *name, *version, *purl, *license, *supplier, *member;
};

struct it_audit_finding {
	const char *id, *aliases, *package, *version, *fix, *scanner, *member;
	enum it_severity severity;
	const char *said;    /* what VEX documents say about this id; "" */
	const char *decided; /* what the gate decided; "" */
	bool blocked, allowed;
};

struct it_audit_vex {
	const char *id, *status, *product, *justification, *impact, *author, *member;
};

struct it_audit_key {
	const char *id, *kind, *fingerprint;
	struct it_strings steps; /* that it may do */
	bool excuses;
};

/* Something that nobody evidenced. */
struct it_audit_gap {
	const char *what;
	const char *why;
	bool serious; /* something was wanted, and is not there */
};

/* A renewal, or a redaction: as it stands in the file. */
struct it_audit_later {
	const char *name;
	const char *kind;   /* "renewal", "redaction"; "unknown": cannot be read */
	const char *reason; /* of a redaction */
	int64_t time;	    /* by the clock of who signed it; 0 */
	bool stamped;	    /* it has a timestamp of an authority */
	struct it_strings withheld;
};

struct it_audit_link {
	const char *label;
	const char *member;
	struct intoto_link *link;
};

struct it_audit_layout {
	const char *prefix; /* "" or "step/" */
	const char *member;
	struct intoto_layout *layout;
};

struct it_audit {
	const char *file; /* last part of the archive's path */
	struct it_archive *archive;
	const struct it_archive_answer *answer; /* of the check; NULL: nobody asked for one */
	bool reported;	     /* it holds a report of a verification that can be read */
	const char *verdict; /* of that report: "passed", "refused", "undecided"; "" */
	int64_t verified;    /* as of when */
	const char *readme;
	int64_t layout_expires; /* 0: never, or not known */
	const char *parameters; /* of the verifier, JSON; "" */
	struct it_audit_step *steps;
	size_t step_count;
	struct it_audit_edge *edges;
	size_t edge_count;
	struct it_audit_check *checks;
	size_t check_count;
	struct it_audit_exception *exceptions;
	size_t exception_count;
	struct it_audit_document *documents;
	size_t document_count;
	struct it_audit_package *packages; /* by name, version; each once */
	size_t package_count;
	struct it_audit_finding *findings; /* the worst first; each once */
	size_t finding_count;
	struct it_audit_vex *vexes;
	size_t vex_count;
	struct it_audit_key *keys;
	size_t key_count;
	struct it_audit_gap *gaps;
	size_t gap_count;
	struct it_audit_later *laters;
	size_t later_count;
	struct it_audit_link *links;
	size_t link_count;
	struct it_audit_layout *layouts;
	size_t layout_count;
	struct it_strings texts;
	size_t kept; /* bytes of texts */
	bool cut;    /* some of it was too much and is left out */
	int failed;  /* sticks: a code of enum intoto_code */
	_Alignas(16) unsigned char spill[512];
};

/*
 * Reads an archive.  answer is that of it_archive_check() on the same file, and must live as long
 * as the audit; NULL: nothing was verified, and the audit says so.  Whatever is wrong inside is a
 * part of the audit.
 */
IT_CHECK int it_audit_read(struct it_audit **out, const char *path,
			   const struct it_archive_answer *answer, struct intoto_error **err);
void it_audit_free(struct it_audit *audit);
IT_DEFINE_AUTO(struct it_audit, it_audit_free);

/* --- for readers of an audit --- */

size_t it_audit_tally(const struct it_audit *audit, enum intoto_outcome outcome);
/* Whether checks with this code (or, ending in ".", with one of these) say anything, and what. */
enum it_proof it_audit_proof(const struct it_audit *audit, const char *code);
/* The first document of a sort, from number start on; NULL. */
const struct it_audit_document *it_audit_document(const struct it_audit *audit, const char *sort,
						  size_t *start);
/* Position of a member in the manifest; false: there is none. */
bool it_audit_member(const struct it_audit *audit, const char *name, size_t *index);
/* Whether the archive itself was verified, and is what its signer packed. */
bool it_audit_is_verified(const struct it_audit *audit);
/* Steps (not inspections) with enough evidence. */
size_t it_audit_evidenced(const struct it_audit *audit, size_t *steps);
size_t it_audit_open_findings(const struct it_audit *audit, enum it_severity severity);

/* --- for its parts --- */

/* A copy; "" for NULL, and when memory ran out, which sticks in failed.  Bytes that are no text are
 * replaced. */
const char *it_audit_keep(struct it_audit *audit, const char *text);
const char *it_audit_keep_span(struct it_audit *audit, struct it_span text);
/* Formatted. */
const char *it_audit_say(struct it_audit *audit, const char *format, ...) IT_PRINTF(2, 3);
/* One more row, zeroed; never NULL (failed sticks).  items is the address of the list's pointer. */
void *it_audit_row(struct it_audit *audit, void *items, size_t *count, size_t size);
#define IT_AUDIT_ROW(audit, list, counter) it_audit_row(audit, &(list), &(counter), sizeof *(list))
/* Adds to a list of texts; failed sticks. */
void it_audit_list(struct it_audit *audit, struct it_strings *list, const char *text);

/* A member that is good.  In what order they come does not matter. */
void it_audit_take(struct it_audit *audit, const struct it_archive_member *member,
		   struct it_span bytes);
/* What stands behind the members. */
void it_audit_take_later(struct it_audit *audit);
/* How many timestamps of authorities (RFC 3161) were added to the archive, and how many of them the
 * check of the archive let count. */
size_t it_audit_stamps(const struct it_audit *audit, size_t *good);
void it_audit_take_report(struct it_audit *audit, const struct it_archive_member *member,
			  struct it_span bytes);
void it_audit_take_layout(struct it_audit *audit, const char *prefix, const char *member,
			  const struct intoto_envelope *envelope);
void it_audit_take_statement(struct it_audit *audit, const char *member,
			     struct intoto_envelope *envelope);
void it_audit_take_raw(struct it_audit *audit, const char *member, struct it_span bytes);
void it_audit_take_exception(struct it_audit *audit, const char *member,
			     const struct intoto_envelope *envelope);
/* What a predicate holds: rows, and a summary in the document. */
struct it_json;
void it_audit_take_sbom(struct it_audit *audit, struct it_audit_document *document,
			const struct it_json *predicate, const char *type);
void it_audit_take_vulns(struct it_audit *audit, struct it_audit_document *document,
			 const struct it_json *predicate, const char *type);
void it_audit_take_vex(struct it_audit *audit, struct it_audit_document *document,
		       const struct it_json *predicate);
/* When all members were taken. */
void it_audit_join(struct it_audit *audit);
void it_audit_join_evidence(struct it_audit *audit);
void it_audit_find_gaps(struct it_audit *audit);

#endif
