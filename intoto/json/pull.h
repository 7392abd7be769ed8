/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pull reader for documents that are long and regular, such as links: no tree is built.
 *
 * It says yes or "not me", never why.  What it takes, the document reader (json.h) takes under the
 * same limits and reads the same; what it does not take goes to that reader, which finds the words
 * for what is wrong.  So every refusal has one source, and what is unusual is slow but right.
 *
 *	it_pull_open(&in, '{');
 *	while (it_pull_next(&in, '}')) {
 *		it_pull_name(&in, &name);
 *		... one value ...
 *	}
 *	if (it_pull_end(&in)) ...
 *
 * A failure sticks: after one, nothing is found any more, and it_pull_end() says no.
 */
#ifndef IT_JSON_PULL_H
#define IT_JSON_PULL_H

#include "json/json.h"

struct it_pull {
	const char *at;
	const char *end;
	const struct it_json_limits *limits;
	unsigned depth; /* of open lists and objects */
	size_t values;
	bool fresh;		 /* the list or object was just opened */
	enum intoto_code failed; /* FORMAT: not me; or NOMEM */
	struct it_buf scratch;
};

/* A text of the document. */
struct it_pull_text {
	struct it_span raw;  /* between the quotes as it stands; lives as long as the document */
	struct it_span said; /* what it says: raw, or until the next text a copy; UTF-8, no NUL */
};

/* Borrows text and limits. */
void it_pull_init(struct it_pull *pull, struct it_span text, const struct it_json_limits *limits);
void it_pull_done(struct it_pull *pull);

/* For who finds that a value is not what it wants (FORMAT), or no memory (NOMEM). */
void it_pull_fail(struct it_pull *pull, enum intoto_code code);

/* Opens a list or an object. */
void it_pull_open(struct it_pull *pull, char bracket);
/* Whether another element or member follows; if not, the closing bracket was taken. */
bool it_pull_next(struct it_pull *pull, char bracket);
/* A text as a value, and one as the name of a member with its colon; both give their success. */
bool it_pull_text(struct it_pull *pull, struct it_pull_text *out);
bool it_pull_name(struct it_pull *pull, struct it_pull_text *out);
/* Any value as a tree; *out is the caller's, NULL on failure. */
bool it_pull_tree(struct it_pull *pull, struct it_json **out);

/* Whether all went well and nothing but white space is left. */
bool it_pull_end(struct it_pull *pull);

#endif
