/* SPDX-License-Identifier: Apache-2.0 */
/* The picture for Graphviz.  Every text stands in a quoted string, and is cut when it is long. */
#include <string.h>

#include "base/text.h"
#include "layouts/graph.h"
#include "layouts/xml.h"

enum { COLUMNS = 60, LINES = 4, SIGNERS = 3, TEXT_LIMIT = 1024 * 1024 };

struct look {
	const char *line;
	const char *fill;
	const char *text;
};

static const struct look looks[] = {
	[IT_GRAPH_GOOD] = { "#2e7d32", "#f1f8f1", "#1b1b1b" },
	[IT_GRAPH_UNSEEN] = { "#757575", "#f5f5f5", "#616161" },
	[IT_GRAPH_WARNING] = { "#b26a00", "#fff8e1", "#1b1b1b" },
	[IT_GRAPH_DOUBT] = { "#b26a00", "#fff8e1", "#1b1b1b" },
	[IT_GRAPH_BAD] = { "#c62828", "#fdecea", "#1b1b1b" },
};

/* --- strings --- */

/* Graphviz reads backslashes and the references of HTML in its strings. */
static void add_byte(struct it_buf *out, char byte)
{
	if (byte == '&') {
		(void)it_buf_add_text(out, "&amp;"); /* sticks in out, as the rest */
		return;
	}
	if (byte == '"' || byte == '\\')
		(void)it_buf_add_byte(out, '\\');
	(void)it_buf_add_byte(out, byte);
}

/* Graphviz writes XML, too, and looks at nothing. */
static void add_character(struct it_buf *out, struct it_span character)
{
	if (it_xml_is_no_character(character)) {
		(void)it_buf_add_text(out, "\xef\xbf\xbd"); /* sticks in out */
		return;
	}
	for (size_t i = 0; i < character.len; i++)
		add_byte(out, character.data[i]);
}

static size_t character_at(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* Words of one paragraph in lines of at most COLUMNS, the last one cut; \l ends each. */
static void add_wrapped(struct it_buf *out, const char *text, size_t lines)
{
	size_t column = 0;
	size_t line = 1;

	while (*text) {
		size_t len = character_at(text);

		if (column >= COLUMNS || (column > COLUMNS * 3 / 4 && *text == ' ')) {
			if (line == lines) {
				(void)it_buf_add_text(out, "…"); /* sticks in out, as the rest */
				break;
			}
			(void)it_buf_add_text(out, "\\l");
			line++;
			column = 0;
		}
		if (column || *text != ' ')
			add_character(out, it_span(text, len));
		column++;
		text += len;
	}
	(void)it_buf_add_text(out, "\\l");
}

static void add_quoted(struct it_buf *out, const char *text, size_t lines)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	if (!quoted)
		out->failed = INTOTO_E_NOMEM;
	add_wrapped(out, quoted ? quoted : "", lines);
}

static void add_words(struct it_buf *out,
		      void (*words)(struct it_buf *text, const struct it_graph_node *node),
		      const struct it_graph_node *node)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	words(&text, node);
	add_wrapped(out, it_buf_text(&text), 1);
}

static void add_sentence(struct it_buf *out, const struct intoto_check *check, size_t more)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT * 64);

	it_graph_sentence(&text, check, more);
	if (text.failed)
		out->failed = text.failed;
	add_wrapped(out, it_buf_text(&text), LINES);
}

/* --- nodes --- */

static void add_node(struct it_buf *out, const struct it_graph *graph, size_t index)
{
	const struct it_graph_node *node = &graph->nodes[index];
	const struct look *look = &looks[node->state];

	(void)it_buf_printf(out, "n%zu [label=\"", index); /* sticks in out, as the rest */
	add_quoted(out, node->item->name, 2);
	add_words(out, it_graph_people, node);
	for (size_t i = 0; i < node->item->signer_count && i < SIGNERS; i++)
		add_quoted(out, node->item->signers[i].name, 1);
	if (node->item->signer_count > SIGNERS)
		(void)it_buf_printf(out, "and %zu more\\l", node->item->signer_count - SIGNERS);
	add_words(out, it_graph_files, node);
	if (node->why)
		add_sentence(out, node->why, node->more);
	(void)it_buf_printf(out,
			    "\", shape=%s, color=\"%s\", fillcolor=\"%s\", fontcolor=\"%s\"];\n",
			    node->item->is_inspection ? "note" : "box", look->line, look->fill,
			    node->state == IT_GRAPH_BAD ? look->line : look->text);
	if (node->judged && node->outside) {
		(void)it_buf_printf(out, "o%zu [label=\"", index);
		it_graph_count(out, node->outside);
		(void)it_buf_printf(out,
				    "\\nfrom outside\", shape=plaintext, style=\"\"];\n"
				    "o%zu -> n%zu [style=dashed, color=\"#757575\"];\n",
				    index, index);
	}
}

/* A sublayout is a run of nodes, so a cluster opens with its first and closes behind its last. */
static void open_clusters(struct it_buf *out, const struct it_graph_node *node, size_t depth,
			  size_t *number)
{
	const char *label = node->item->label;
	const char *end = label;

	for (size_t i = 0; i < node->depth; i++) {
		IT_AUTO(it_freep) char *path = NULL;

		end = strchr(end, '/') + 1; /* there is one for each depth */
		if (i < depth)
			continue;
		path = strndup(label, (size_t)(end - label) - 1);
		if (!path)
			out->failed = INTOTO_E_NOMEM;
		(void)it_buf_printf(out, "subgraph cluster%zu {\nlabel=\"sublayout of step ",
				    ++*number); /* sticks in out, as the rest */
		add_quoted(out, path ? path : "", 1);
		(void)it_buf_add_text(out, "\";\nstyle=\"rounded,dashed\";\ncolor=\"#757575\";\n"
					   "fontcolor=\"#424242\";\nfontsize=11;\n");
	}
}

static void close_clusters(struct it_buf *out, size_t *depth, size_t to)
{
	for (; *depth > to; --*depth)
		(void)it_buf_add_text(out, "}\n"); /* sticks in out */
}

static void add_nodes(struct it_buf *out, const struct it_graph *graph)
{
	size_t depth = 0;
	size_t number = 0;

	for (size_t i = 0; i < graph->node_count; i++) {
		const struct it_graph_node *node = &graph->nodes[i];

		size_t shared = i ? it_graph_shared_depth(&graph->nodes[i - 1], node) : 0;

		close_clusters(out, &depth, shared);
		open_clusters(out, node, depth, &number);
		depth = node->depth;
		add_node(out, graph, i);
	}
	close_clusters(out, &depth, 0);
}

/* --- edges --- */

static void add_edges(struct it_buf *out, const struct it_graph *graph)
{
	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct it_graph_edge *edge = &graph->edges[i];

		(void)it_buf_printf(out, "n%zu -> n%zu [label=\"", edge->from,
				    edge->to); /* sticks */
		it_graph_count(out, edge->count);
		(void)it_buf_printf(out, "\"%s];\n",
				    edge->count ? "" : ", style=dashed, color=\"#b26a00\"");
	}
	/* The order of the layout, unseen; and what sublayouts gave to the steps they stand for. */
	for (size_t i = 1; i < graph->node_count; i++) {
		bool below = graph->nodes[i - 1].depth == graph->nodes[i].depth + 1;

		(void)it_buf_printf(out, "n%zu -> n%zu [%s];\n", i - 1, i,
				    below ? "style=dotted, label=\"summary\"" : "style=invis");
	}
}

static void add_headline(struct it_buf *out, const struct it_graph *graph)
{
	(void)it_buf_printf(out, "label=\"%s: ",
			    it_verdict_name(intoto_report_verdict(graph->report))); /* sticks */
	add_quoted(out, it_report_layout(graph->report), 2);
	for (size_t i = 0; i < intoto_report_count(graph->report); i++)
		if (it_graph_is_loose(graph, intoto_report_at(graph->report, i)))
			add_sentence(out, intoto_report_at(graph->report, i), 0);
	(void)it_buf_printf(
		out, "\";\nlabelloc=t;\nlabeljust=l;\nfontcolor=\"%s\";\n",
		looks[intoto_report_verdict(graph->report) == INTOTO_PASSED ? IT_GRAPH_GOOD
									    : IT_GRAPH_BAD]
			.line);
}

void it_graph_dot(struct it_buf *out, const struct it_graph *graph)
{
	(void)it_buf_add_text(out, "digraph chain {\nrankdir=TB;\nbgcolor=\"white\";\n"
				   "node [fontname=\"sans-serif\", fontsize=11, "
				   "style=\"rounded,filled\", penwidth=1.5];\n"
				   "edge [fontname=\"sans-serif\", fontsize=10];\n"
				   "graph [fontname=\"sans-serif\", fontsize=13];\n"); /* sticks */
	add_headline(out, graph);
	add_nodes(out, graph);
	add_edges(out, graph);
	(void)it_buf_add_text(out, "}\n"); /* sticks in out */
}
