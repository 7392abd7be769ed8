/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an attestor answered (intoto-attestor(7)), checked without a tree: a predicate may be long,
 * and is signed as the bytes that it came in.
 */
#ifndef IT_ATTEST_ANSWER_H
#define IT_ATTEST_ANSWER_H

#include "attest/manifest.h"

enum {
	/* Readers of signed documents take 32 levels (json/json.h): the statement's, which has two
	   less than the answer around a predicate. */
	IT_ANSWER_DEPTH = 34,
	IT_ANSWER_STATEMENTS_MAX = 256,
	IT_ANSWER_NOTES_MAX = 100,
	IT_ANSWER_TEXT_MAX = 4096, /* of a note or a reason */
	IT_ANSWER_REDACTIONS_MAX = 65536,
};

struct it_answer_statement {
	char *type;		  /* one of the manifest's predicates */
	struct it_span predicate; /* of the text, or of masked: an object */
	struct it_buf masked;	  /* empty, unless something was taken out of it */
};

/* Bytes of what the host showed as a captured stream. */
struct it_redaction {
	char *stream; /* "stdout" or "stderr" */
	uint64_t offset;
	uint64_t length;
	char *rule; /* 1 to 64 of A-Za-z0-9 . _ - */
};

struct it_answer {
	struct it_buf text;			/* owned; the spans are of it */
	bool failed;				/* its outcome */
	char *reason;				/* of a failure; never NULL then */
	struct it_answer_statement *statements; /* at least one, unless it failed */
	size_t count;
	struct it_strings notes;
	struct it_redaction *redactions;
	size_t redaction_count;
};

/* Takes text, also on failure (it is empty then). */
IT_CHECK int it_answer_take(struct it_answer *out, struct it_buf *text,
			    const struct it_manifest *manifest, struct intoto_error **err);
void it_answer_done(struct it_answer *answer);

/* --- answer_walk.c --- */

struct it_pull;
/*
 * Passes over one value, whose bytes are span: false when it is no JSON, nested too deeply, or has
 * two members of one name; why is then a clause, or NULL.
 */
bool it_answer_walk(struct it_pull *pull, struct it_span *span, const char **why);

#endif
