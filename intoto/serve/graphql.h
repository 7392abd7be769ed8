/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GraphQL documents (specification of October 2021, section 2) that ask: operations with variables,
 * fields with aliases and arguments, fragments, directives.  Read strictly and within bounds; types
 * and schemas are no part of a request and not read.
 */
#ifndef IT_SERVE_GRAPHQL_H
#define IT_SERVE_GRAPHQL_H

#include "base/buf.h"

enum {
	IT_GRAPHQL_MAX = 128 * 1024, /* bytes */
	IT_GRAPHQL_DEPTH = 32,
	IT_GRAPHQL_NODES_MAX = 16 * 1024,
};

enum it_graphql_kind {
	IT_GRAPHQL_VARIABLE, /* text: its name */
	IT_GRAPHQL_INT,	     /* text: as it stands */
	IT_GRAPHQL_FLOAT,
	IT_GRAPHQL_STRING, /* text: what it says */
	IT_GRAPHQL_BOOL,   /* text: "true", "false" */
	IT_GRAPHQL_NULL,
	IT_GRAPHQL_ENUM,
	IT_GRAPHQL_LIST,
	IT_GRAPHQL_OBJECT,
};

/* A value; as an argument or a field of an object it has a name. */
struct it_graphql_value {
	enum it_graphql_kind kind;
	const char *name;
	const char *text;
	struct it_graphql_value *first; /* of a list or an object */
	struct it_graphql_value *next;
};

struct it_graphql_directive {
	const char *name;
	struct it_graphql_value *arguments;
	struct it_graphql_directive *next;
};

enum it_graphql_what { IT_GRAPHQL_FIELD, IT_GRAPHQL_SPREAD, IT_GRAPHQL_INLINE };

struct it_graphql_selection {
	enum it_graphql_what what;
	const char *alias; /* of a field; its name where there is none */
	const char *name;  /* of a field or of a fragment */
	const char *type;  /* of an inline fragment; NULL: any */
	struct it_graphql_value *arguments;
	struct it_graphql_directive *directives;
	struct it_graphql_selection *first;
	struct it_graphql_selection *next;
};

struct it_graphql_variable {
	const char *name;
	const char *type;		   /* the innermost name: "String" */
	unsigned lists;			   /* how many brackets there are around it */
	bool required;			   /* "!" at the end */
	struct it_graphql_value *fallback; /* NULL: none */
	struct it_graphql_variable *next;
};

struct it_graphql_operation {
	const char *kind; /* "query", "mutation", "subscription" */
	const char *name; /* NULL: none */
	struct it_graphql_variable *variables;
	struct it_graphql_directive *directives;
	struct it_graphql_selection *first;
	struct it_graphql_operation *next;
};

struct it_graphql_fragment {
	const char *name;
	const char *type;
	struct it_graphql_directive *directives;
	struct it_graphql_selection *first;
	struct it_graphql_fragment *next;
};

/* Everything lives as long as the document. */
struct it_graphql {
	struct it_graphql_operation *operations;
	struct it_graphql_fragment *fragments;
	struct it_graphql_block *blocks;
	size_t nodes;
};

/* Errors begin with the line: "line 3: …". */
IT_CHECK int it_graphql_parse(struct it_graphql **out, struct it_span text,
			      struct intoto_error **err);
void it_graphql_free(struct it_graphql *document);
IT_DEFINE_AUTO(struct it_graphql, it_graphql_free);

/* NULL: none. */
const struct it_graphql_fragment *it_graphql_fragment(const struct it_graphql *document,
						      const char *name);

#endif
