/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of a JSON text, leniently: for what must be known before a document is parsed (bounds)
 * and after that failed (where).  It decides nothing about validity.
 */
#ifndef IT_JSON_SCAN_H
#define IT_JSON_SCAN_H

#include "json/json.h"

enum it_token_kind {
	IT_TOKEN_END,
	IT_TOKEN_OBJECT,
	IT_TOKEN_OBJECT_END,
	IT_TOKEN_LIST,
	IT_TOKEN_LIST_END,
	IT_TOKEN_COMMA,
	IT_TOKEN_COLON,
	IT_TOKEN_TEXT, /* with its quotes; up to the end when the last one is missing */
	IT_TOKEN_NUMBER,
	IT_TOKEN_WORD, /* true, false, null and everything that JSON does not know */
};

struct it_token {
	enum it_token_kind kind;
	size_t at;
	struct it_span text;
};

struct it_scan {
	struct it_span text;
	size_t at;
};

struct it_token it_scan_next(struct it_scan *scan);

/*
 * Refuses, in one pass and before anything is built, what is over the limits.  *content is how many
 * bytes the document holds (<json/content.h>).
 */
IT_CHECK int it_scan_bounds(struct it_span text, const struct it_json_limits *limits,
			    size_t *content, struct intoto_error **err);

#endif
