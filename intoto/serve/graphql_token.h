/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a GraphQL document (section 2.1); for graphql.c. */
#ifndef IT_SERVE_GRAPHQL_TOKEN_H
#define IT_SERVE_GRAPHQL_TOKEN_H

#include "base/buf.h"

enum it_graphql_token_kind {
	IT_TOKEN_END,
	IT_TOKEN_MARK, /* one of !$&():=@[]{|}, or "..." */
	IT_TOKEN_NAME,
	IT_TOKEN_INT,
	IT_TOKEN_FLOAT,
	IT_TOKEN_STRING, /* what it says is in said */
};

struct it_graphql_reader {
	const char *at;
	const char *end;
	unsigned line;
	/* The word that was read last. */
	enum it_graphql_token_kind kind;
	struct it_span word;
	struct it_buf said;
};

void it_graphql_reader_init(struct it_graphql_reader *reader, struct it_span text);
void it_graphql_reader_done(struct it_graphql_reader *reader);
/* Reads the next word. */
IT_CHECK int it_graphql_next(struct it_graphql_reader *reader, struct intoto_error **err);
/* FORMAT: "line N: want WANTED, found …". */
int it_graphql_refuse(const struct it_graphql_reader *reader, const char *wanted,
		      struct intoto_error **err);

#endif
