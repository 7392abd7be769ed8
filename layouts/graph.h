/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verified chain as a picture: items in the order in which things happened, who signed them, what
 * went from one to the other by MATCH rules, what came from outside, and what is wrong.
 */
#ifndef IT_LAYOUTS_GRAPH_H
#define IT_LAYOUTS_GRAPH_H

#include "layouts/report.h"
#include "layouts/trace.h"

enum it_graph_state {
	IT_GRAPH_GOOD,
	IT_GRAPH_UNSEEN, /* nothing was looked at */
	IT_GRAPH_WARNING,
	IT_GRAPH_DOUBT, /* undecided */
	IT_GRAPH_BAD,
};

struct it_graph_node {
	const struct it_traced_item *item;
	size_t depth; /* of sublayouts */
	enum it_graph_state state;
	const struct intoto_check *why; /* the first check of that state; NULL when all is good */
	size_t more;			/* checks of that state besides it */
	bool judged;			/* its rules were applied, so outside means something */
	size_t outside;			/* materials that no MATCH rule found anywhere */
};

/* What MATCH rules of one item found in another. */
struct it_graph_edge {
	size_t from; /* numbers of nodes */
	size_t to;
	size_t count; /* artifacts */
};

struct it_graph {
	const struct intoto_report *report;
	struct it_graph_node *nodes;
	size_t node_count;
	struct it_graph_edge *edges; /* by to, then from */
	size_t edge_count;
};

/* Borrows from both; a brief trace is enough. */
IT_CHECK int it_graph_make(struct it_graph *graph, const struct it_trace *trace,
			   const struct intoto_report *report, struct intoto_error **err);
void it_graph_done(struct it_graph *graph);

/* Whether a failed or undecided check is about none of the nodes: the layout itself, as a rule. */
bool it_graph_is_loose(const struct it_graph *graph, const struct intoto_check *check);

/* For Graphviz. */
void it_graph_dot(struct it_buf *out, const struct it_graph *graph);
/* A document of its own: no script, nothing from elsewhere, for light and dark backgrounds. */
int it_graph_svg(struct it_buf *out, const struct it_graph *graph, struct intoto_error **err);

/* For the drawers. */
/* Of two nodes: how many sublayouts both are in. */
size_t it_graph_shared_depth(const struct it_graph_node *a, const struct it_graph_node *b);
/* "2 of 3 signed, want 2": people, keys that may, threshold. */
void it_graph_people(struct it_buf *out, const struct it_graph_node *node);
/* "4 materials, 2 products", or what is missing. */
void it_graph_files(struct it_buf *out, const struct it_graph_node *node);
/* The sentence of its state. */
void it_graph_sentence(struct it_buf *out, const struct intoto_check *check, size_t more);
/* "1 file", "3 files" */
void it_graph_count(struct it_buf *out, size_t count);

/*
 * Takes the next line of at most max columns off *text, which is quoted UTF-8: broken at a blank
 * where one is near, cut with an ellipsis when it must be the last.
 */
void it_graph_line(const char **text, size_t max, bool last, struct it_buf *line);

#endif
