/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a document says that one may search for.  Reading facts never refuses: a document that
 * cannot be read has the kind "file" and no facts, and hostile texts are kept as they are (they are
 * escaped where they are shown), cut at IT_FACT_TEXT_MAX.
 *
 * Facts are claims of the document; nothing here was verified.
 */
#ifndef IT_STORE_FACTS_H
#define IT_STORE_FACTS_H

#include "base/strings.h"

enum {
	IT_FACT_TEXT_MAX = 2000 /* what an index of PostgreSQL takes */,
	IT_FACTS_MAX = 1024 * 1024 /* of each sort in a document */
};

struct it_fact_subject {
	const char *role; /* "subject", "material", "product", "input", "dependency" */
	const char *name;
	const char *algorithm; /* "sha256" */
	const char *value;     /* lower case hex, or as it is */
	unsigned line; /* of a bundle, from 1: what has the same is one document's; else 0 */
};

struct it_fact_signer {
	const char *keyid;
	const char *identity; /* of a certificate, "" */
};

struct it_fact_package {
	const char *purl; /* "" */
	const char *base; /* purl without version, qualifiers and subpath; else the name */
	const char *name;
	const char *version;
	const char *license; /* "" */
	unsigned line;	     /* as of a subject */
};

struct it_fact_vulnerability {
	const char *id;	      /* "CVE-2024-1234"; aliases are rows of their own */
	const char *package;  /* purl or name; "" */
	const char *base;     /* of that package, as of a package's */
	const char *version;  /* of that package, or a vers range; "": any */
	unsigned finding;     /* what has the same number is one finding by its aliases */
	const char *state;    /* "found", or of a VEX: "affected", "not_affected", "fixed",
				 "under_investigation"; of an exception: "excepted" */
	const char *severity; /* "critical" …; "" */
	unsigned line;	      /* as of a subject */
};

struct it_fact_exception {
	const char *id;
	const char *owner;
	const char *reason;
	int64_t expires;
};

/* What a line of a bundle is; as it is in the facts of a document. */
struct it_fact_line {
	unsigned line; /* from 1 */
	const char *kind, *predicate_type, *step, *verdict;
};

/*
 * Texts are borrowed from the facts.  Those of a bundle are of all its lines; its own predicate
 * type, step and verdict are what all of them agree on, its time is that of the youngest.
 */
struct it_facts {
	const char *kind; /* "layout", "link", "attestation", "bundle", "sbom", "report", "vex",
			     "exception", "deny-list", "archive", "key", "file" */
	const char *media_type;
	const char *predicate_type; /* "" */
	const char *step;	    /* "" */
	const char *verdict;	    /* "passed", "failed", "" */
	int64_t time;		    /* what it says when it was made; 0 */
	struct it_fact_subject *subjects;
	size_t subject_count, subject_cap;
	struct it_fact_signer *signers;
	size_t signer_count, signer_cap;
	struct it_fact_package *packages;
	size_t package_count, package_cap;
	struct it_fact_vulnerability *vulnerabilities;
	size_t vulnerability_count, vulnerability_cap;
	struct it_fact_exception *exceptions;
	size_t exception_count, exception_cap;
	struct it_fact_line *lines; /* of a bundle that could be read */
	size_t line_count, line_cap;
	unsigned line;	  /* that is being read; 0 */
	unsigned finding; /* added to the number of each finding: another line's are others */
	bool unread;	  /* some of it could not be read, so that its facts are missing */
	bool cut;	  /* there was more than IT_FACTS_MAX of a sort: search may miss some */
	struct it_strings texts;
};

/* name: of the file, a hint; may be "". */
IT_CHECK int it_facts_read(struct it_facts **out, struct it_span bytes, const char *name,
			   struct intoto_error **err);
void it_facts_free(struct it_facts *facts);
IT_DEFINE_AUTO(struct it_facts, it_facts_free);

#endif
