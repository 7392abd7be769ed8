/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a query asks for, of one value; for archivista.c. */
#ifndef IT_SERVE_ARCHIVISTA_SELECT_H
#define IT_SERVE_ARCHIVISTA_SELECT_H

#include "serve/archivista_schema.h"
#include "serve/graphql.h"

struct it_selecting {
	const struct it_graphql *document;
	const struct it_json *variables;
	size_t rows; /* that were made so far */
};

/* Rows of a connection with what pages them. */
struct it_rows {
	struct it_json **nodes; /* owned; an object each, as the fields of "node" ask for it */
	char **cursors;
	size_t count, cap;
	size_t total;
	bool before, after; /* whether there are more at either end */
};

void it_rows_done(struct it_rows *rows);
IT_CHECK int it_rows_add(struct it_rows *rows, struct it_json *node, const char *cursor,
			 struct intoto_error **err);

/* first, after, last, before and where, by the arguments of a connection. */
struct it_page_words {
	int64_t first, last; /* -1: not given */
	struct it_json *after, *before, *where;
};

IT_CHECK int it_page_words_read(struct it_page_words *out, const struct it_selecting *selecting,
				const struct it_graphql_selection *field,
				struct intoto_error **err);
void it_page_words_done(struct it_page_words *words);
/* Leaves the rows that the words ask for. */
void it_rows_cut(struct it_rows *rows, const struct it_page_words *words);

/* Calls each for every field of a selection, fragments and directives applied. */
IT_CHECK int it_select_fields(struct it_selecting *selecting,
			      const struct it_graphql_selection *selections, const char *type,
			      int (*each)(void *arg, const struct it_graphql_selection *field,
					  struct intoto_error **err),
			      void *arg, struct intoto_error **err);

/* The object that selections make of a node. */
IT_CHECK int it_select_node(struct it_json **out, struct it_selecting *selecting,
			    const struct it_graphql_selection *selections,
			    const struct it_node *node, struct intoto_error **err);

/* What "node" below "edges" asks for; *out is NULL when it is not asked for. */
IT_CHECK int it_select_row(struct it_json **out, struct it_selecting *selecting,
			   const struct it_graphql_selection *connection,
			   const struct it_node *node, struct intoto_error **err);
/* The object of a connection. */
IT_CHECK int it_select_connection(struct it_json **out, struct it_selecting *selecting,
				  const struct it_graphql_selection *connection,
				  const struct it_type *type, const struct it_rows *rows,
				  struct intoto_error **err);

#endif
