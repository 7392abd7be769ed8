/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of exceptions: what a layout demands of them, the documents themselves, and the set
 * that gates ask (<layouts/gates/exception.h>).
 */
#ifndef IT_LAYOUTS_GATES_EXCEPTIONS_H
#define IT_LAYOUTS_GATES_EXCEPTIONS_H

#include "json/where.h"
#include "json/writer.h"
#include "layouts/gates/exception.h"
#include "model/envelope.h"

#define IT_EXCEPTION_SUFFIX ".exception.json"

/* "exceptions" of a layout. */
struct it_exception_terms {
	bool given;
	struct it_strings pubkeys; /* ids, hex digits */
	int64_t threshold;
	int64_t max_days; /* 0: no limit */
	bool require_ticket;
	struct it_json *object; /* as it was read */
};
void it_exception_terms_done(struct it_exception_terms *terms);
IT_CHECK int it_exception_terms_read(struct it_exception_terms *out, const struct it_json *object,
				     const struct it_where *where, struct intoto_error **err);
IT_CHECK int it_exception_terms_clauses(struct it_strings *out,
					const struct it_exception_terms *terms,
					struct intoto_error **err);

struct it_exception {
	char *id;
	char *owner;
	char *reason;
	char *ticket;	    /* NULL: none */
	int64_t not_before; /* 0: not said */
	int64_t expires;
	char *gate;
	struct it_strings steps; /* each of these empty: does not matter */
	struct it_strings findings;
	struct it_strings packages;
	struct it_strings licenses;
	struct it_strings tests;
	struct it_strings artifacts; /* sha256, hex digits, lower case */
};
void it_exception_done(struct it_exception *exception);
/* Closed.  A scope that names nothing but a gate is refused: it would excuse everything. */
IT_CHECK int it_exception_read(struct it_exception *out, const struct it_json *object,
			       const struct it_where *where, struct intoto_error **err);
void it_exception_write(struct it_writer *writer, const struct it_exception *exception);
/* The unsigned envelope of one. */
IT_CHECK int it_exception_to_envelope(struct intoto_envelope **out,
				      const struct it_exception *exception,
				      struct intoto_error **err);
/* From an envelope of IT_EXCEPTION_PAYLOAD; FORMAT: it is none. */
IT_CHECK int it_exception_from_envelope(struct it_exception *out,
					const struct intoto_envelope *envelope,
					struct intoto_error **err);
/* The scope as one clause: "vulnerabilities: CVE-2024-1 in pkg:deb/debian/zlib@1.2". */
void it_exception_scope(struct it_buf *out, const struct it_exception *exception);

/* One that was found. */
struct it_exception_item {
	struct it_exception exception;
	struct it_people signers; /* of those whom the layout lets excuse */
	char *name;		  /* of its file, for people */
	char *uri;
	char sha256[65];
	char *why_not; /* why it never holds, or not now; NULL: it holds */
	size_t *used;  /* how often: who asks has a const set */
};

struct it_exceptions {
	const struct it_exception_terms *terms; /* NULL or not given: none counts */
	struct it_exception_item *items;
	size_t count;
	int64_t now;
};
void it_exceptions_done(struct it_exceptions *exceptions);

/* A key that may sign one. */
struct it_excuser {
	const struct intoto_key *key;
	const char *only; /* of an OpenPGP key: the subkey; else NULL */
	const char *name; /* for people */
	size_t rank;
};
/*
 * Adds the exception of an envelope: reads it, verifies who of the excusers signed it, and says in
 * why_not what keeps it from holding.  FORMAT when it is no exception.
 */
IT_CHECK int it_exceptions_add(struct it_exceptions *exceptions, const char *name, const char *uri,
			       struct it_span text, const struct it_excuser *excusers,
			       size_t excuser_count, struct intoto_error **err);

#endif
