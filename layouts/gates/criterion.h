/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For gates that hold documents against a list of criteria (source, identity, provenance): every
 * document must keep each of them, and each is one decision.  A criterion has a word ("branch"),
 * which is what an exception names as its finding.
 */
#ifndef IT_LAYOUTS_GATES_CRITERION_H
#define IT_LAYOUTS_GATES_CRITERION_H

#include "layouts/gates/gate.h"

enum { IT_CRITERION_TEXT_MAX = 1 << 20 };

/* One document that is judged. */
struct it_criteria {
	const char *gate;
	struct it_gate_verdict *out;
	const struct it_gate_input *input;
	const struct it_gate_evidence *evidence;
	uint64_t failed; /* how many criteria blocked */
};

/* BLOCKED with the text, or ALLOWED by an exception that names the word.  subject NULL: the
 * document's name. */
IT_CHECK int it_criterion_fail(struct it_criteria *criteria, const char *word,
			       struct intoto_error **err, const char *format, ...) IT_PRINTF(4, 5);
IT_CHECK int it_criterion_keep(struct it_criteria *criteria, struct intoto_error **err,
			       const char *format, ...) IT_PRINTF(3, 4);

/* A list of patterns (layouts/glob.h), each whole. */
IT_CHECK int it_patterns_read(struct it_strings *out, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err);
/* Whether the text matches one; a NULL text matches none. */
bool it_patterns_match(const struct it_strings *patterns, const char *text);
/* Appends "a, b or c". */
void it_patterns_name(struct it_buf *out, const struct it_strings *patterns);
/* Appends a clause "WHAT a, b or c" when there are patterns. */
IT_CHECK int it_patterns_clause(struct it_strings *out, const char *what,
				const struct it_strings *patterns, struct intoto_error **err);
/*
 * Keeps or fails: the text (NULL: not said) must match one of the patterns, if there are any.  what
 * begins the sentences: "the branch".
 */
IT_CHECK int it_criterion_match(struct it_criteria *criteria, const char *word, const char *what,
				const char *text, const struct it_strings *patterns,
				struct intoto_error **err);

/* A member's text without a NUL, or NULL. */
const char *it_member_text(const struct it_json *object, const char *name);
/* Whether a member is there and true. */
bool it_member_is_true(const struct it_json *object, const char *name);

#endif
