/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients of Archivista ask by GraphQL: envelopes, their subjects and policies, under
 * conditions of the form that its schema has (where: {hasStatementWith: {hasSubjectsWith: …}}).
 * Conditions are evaluated on the documents themselves, so all of them hold that are given; those
 * by digest and gitoid narrow down which documents are read.
 */
#ifndef IT_SERVE_ARCHIVISTA_H
#define IT_SERVE_ARCHIVISTA_H

#include "base/strings.h"
#include "json/json.h"

enum {
	IT_ARCHIVISTA_REQUEST_MAX = 1024 * 1024,
	IT_ARCHIVISTA_ANSWER_MAX = 64 * 1024 * 1024,
	IT_ARCHIVISTA_ROWS_MAX = 10 * 1000, /* of an answer */
};

/* What a document must have one of to be asked for; an empty list asks for nothing special. */
struct it_archivista_hint {
	struct it_strings gitoids;
	struct it_strings digests; /* values of subjects */
};

/* Where documents come from: all that fulfil the hint, in the order of their numbers. */
struct it_archivista_source {
	int (*each)(void *arg, const struct it_archivista_hint *hint,
		    int (*document)(void *document_arg, uint64_t number, struct it_span bytes,
				    struct intoto_error **err),
		    void *document_arg, struct intoto_error **err);
	void *arg;
};

/*
 * request is the body of a POST: {"query":…,"variables":…,"operationName":…}.  Appends
 * {"data":…}; on an error nothing, and the sentence is for the client.
 */
IT_CHECK int it_archivista_query(struct it_buf *out, struct it_span request,
				 const struct it_archivista_source *source,
				 struct intoto_error **err);

/*
 * A DSSE envelope as its schema has it: gitoidSha256, payloadType, statement, signatures,
 * payloadDigests, with ids; *out is NULL when the bytes are none.
 */
IT_CHECK int it_archivista_document(struct it_json **out, struct it_span bytes,
				    struct intoto_error **err);

#endif
