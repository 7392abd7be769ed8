/* SPDX-License-Identifier: Apache-2.0 */
/* The types of Archivista's schema, and conditions on them; for archivista*.c. */
#ifndef IT_SERVE_ARCHIVISTA_SCHEMA_H
#define IT_SERVE_ARCHIVISTA_SCHEMA_H

#include "json/json.h"

enum it_edge_kind {
	IT_EDGE_LEAF,	    /* a text */
	IT_EDGE_ONE,	    /* an object, or null */
	IT_EDGE_LIST,	    /* of objects */
	IT_EDGE_CONNECTION, /* the same, in pages */
	IT_EDGE_BACK,	    /* the object that this one is a part of */
	IT_EDGE_BACK_LIST,  /* the same as a list of one */
};

struct it_edge {
	const char *name;
	enum it_edge_kind kind;
	const struct it_type *type; /* NULL for leaves */
};

struct it_type {
	const char *name;
	const struct it_edge *edges;
	size_t count;
};

extern const struct it_type it_type_dsse;
extern const struct it_type it_type_subject;
extern const struct it_type it_type_policy;

/* A value of a type, and what it is a part of; on the stack of who walks. */
struct it_node {
	const struct it_type *type;
	const struct it_json *value;
	const struct it_node *up;
};

/* NULL: none. */
const struct it_edge *it_type_edge(const struct it_type *type, const char *name);

/* Calls each for what stands at the end of an edge; what it returns, if not 0, ends it. */
IT_CHECK int it_node_each(const struct it_node *node, const struct it_edge *edge,
			  int (*each)(void *arg, const struct it_node *node, size_t index,
				      struct intoto_error **err),
			  void *arg, struct intoto_error **err);

/* Whether a condition of the schema holds; FORMAT when it is none. */
IT_CHECK int it_where_holds(bool *out, const struct it_node *node, const struct it_json *where,
			    struct intoto_error **err);

#endif
