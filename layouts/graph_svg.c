/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture as SVG.  One row for each item, in their order, so that nothing can overlap: boxes in
 * the middle, what comes from outside on the left, and on the right a trunk for each item whose
 * files go further than to the next one.  Text is measured as if every character were as wide as
 * the widest fallback, and cut where it would not fit.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/graph.h"
#include "layouts/xml.h"

enum {
	LEFT = 150, /* of the first column of boxes; what comes from outside is before it */
	BOX = 470,  /* width of a box */
	PAD = 12,
	LINE = 18,	 /* of text */
	GAP = 46,	 /* between rows */
	INDENT = 26,	 /* of a sublayout */
	FRAME_HEAD = 30, /* of a sublayout */
	FRAME_PAD = 14,
	ENTRY = 17,    /* between arrows that enter a box */
	CHANNEL = 104, /* for what is said about them */
	LANE = 20,     /* between trunks */
	COLUMNS = 53,  /* of a box, in characters of CHARACTER tenths of a pixel */
	CHARACTER = 81,
	SIGNERS = 3,
	SENTENCE_LINES = 3,
	LOOSE_LINES = 6,
	LOOSE_MAX = 8,
	TITLE_LINES = 2,
	ARROW_AT = 40, /* of a straight arrow, from the left of its box */
	TEXT_LIMIT = 64 * 1024 * 1024,
};

/* Where a node is drawn. */
struct place {
	size_t y;
	size_t height;
	size_t entries; /* arrows from trunks */
	size_t entered; /* of those that are drawn */
	size_t lane;	/* of its own trunk */
	bool has_trunk;
};

struct drawing {
	const struct it_graph *graph;
	struct it_buf *out;
	struct place *places;
	size_t *lane_ends; /* the row behind the last of each lane */
	size_t lanes;
	size_t depth; /* of the deepest node */
	size_t top;   /* of the first row */
	size_t width;
	size_t height;
};

static const char style[] =
	"text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
	"fill:#1b1b1b}"
	".t{font-weight:bold}.s{fill:#555}.c{fill:#555;font-size:11px}.p{fill:#fff}"
	".box{stroke-width:1.6}.g{fill:#f1f8f1;stroke:#2e7d32}.u{fill:#f5f5f5;stroke:#8a8a8a}"
	".w,.d{fill:#fff8e1;stroke:#b26a00}.b{fill:#fdecea;stroke:#c62828}"
	".tg{fill:#1b5e20}.tu{fill:#616161}.tw,.td{fill:#8a5000}.tb{fill:#b71c1c}"
	".f{fill:none;stroke:#8a8a8a;stroke-dasharray:6 4}"
	".e{fill:none;stroke:#555;stroke-width:1.4}.n{stroke:#b26a00;stroke-dasharray:5 4}"
	".o{stroke:#8a8a8a;stroke-dasharray:2 3}.a{fill:#555;stroke:none}.i{fill:#555}"
	"@media (prefers-color-scheme:dark){text{fill:#e6e6e6}.s,.c{fill:#aaa}.p{fill:#16181c}"
	".g{fill:#16261a;stroke:#66bb6a}.u{fill:#22252a;stroke:#8a8a8a}"
	".w,.d{fill:#2b2410;stroke:#ffb74d}.b{fill:#331a1a;stroke:#ef5350}"
	".tg{fill:#81c784}.tu{fill:#aaa}.tw,.td{fill:#ffcc80}.tb{fill:#ff8a80}"
	".e{stroke:#bbb}.n{stroke:#ffb74d}.o{stroke:#8a8a8a}.a,.i{fill:#bbb}}";

static const char state_class[] = { [IT_GRAPH_GOOD] = 'g',
				    [IT_GRAPH_UNSEEN] = 'u',
				    [IT_GRAPH_WARNING] = 'w',
				    [IT_GRAPH_DOUBT] = 'd',
				    [IT_GRAPH_BAD] = 'b' };

/* Not by colour alone. */
static const char *const state_sign[] = { [IT_GRAPH_GOOD] = "ok",
					  [IT_GRAPH_UNSEEN] = "not looked at",
					  [IT_GRAPH_WARNING] = "warning",
					  [IT_GRAPH_DOUBT] = "undecided",
					  [IT_GRAPH_BAD] = "failed" };

/* --- text --- */

/* One element; text is cut to so many columns. */
static void add_text(struct drawing *drawing, size_t x, size_t y, const char *class,
		     const char *text, size_t columns)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(TEXT_LIMIT);
	const char *rest = quoted ? quoted : "";

	it_graph_line(&rest, columns, true, &line);
	if (!quoted || line.failed)
		drawing->out->failed = INTOTO_E_NOMEM;
	(void)it_buf_printf(drawing->out, "<text x=\"%zu\" y=\"%zu\" class=\"%s\">", x, y,
			    class); /* sticks in out, as the rest */
	it_xml_add(drawing->out, it_buf_text(&line));
	(void)it_buf_add_text(drawing->out, "</text>\n");
}

/* Up to max lines; returns the next y.  Draws nothing when out is NULL. */
static size_t add_lines(struct drawing *drawing, size_t x, size_t y, const char *class,
			const struct it_buf *text, size_t columns, size_t max)
{
	const char *rest = it_buf_text(text);

	for (size_t i = 0; *rest && i < max; i++) {
		IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(TEXT_LIMIT);

		it_graph_line(&rest, columns, i + 1 == max, &line);
		if (drawing)
			add_text(drawing, x, y, class, it_buf_text(&line), columns + 1);
		y += LINE;
	}
	return y;
}

static size_t count_lines(const struct it_buf *text, size_t columns, size_t max)
{
	return add_lines(NULL, 0, 0, "", text, columns, max) / LINE;
}

static void add_name(struct drawing *drawing, const char *element, const char *text)
{
	(void)it_buf_printf(drawing->out, "<%s>", element); /* sticks in out, as the rest */
	it_xml_add(drawing->out, text);
	(void)it_buf_printf(drawing->out, "</%s>", element);
}

/* --- measuring --- */

static size_t signer_lines(const struct it_graph_node *node)
{
	size_t count = node->item->signer_count;

	return count <= SIGNERS ? count : SIGNERS + 1;
}

static size_t node_height(const struct it_graph_node *node, size_t entries)
{
	size_t lines = 3 + signer_lines(node); /* name, people, files */
	size_t by_arrows = ENTRY * (entries + 2);
	size_t by_text;

	if (node->why) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

		it_graph_sentence(&text, node->why, node->more);
		lines += count_lines(&text, COLUMNS, SENTENCE_LINES);
	}
	by_text = 2 * PAD + lines * LINE - PAD / 2;
	return by_text > by_arrows ? by_text : by_arrows;
}

/* Whether an edge is drawn as an arrow from one box straight down to the next. */
static bool is_straight(const struct it_graph *graph, const struct it_graph_edge *edge)
{
	return edge->to == edge->from + 1 &&
	       it_traced_same_layout(graph->nodes[edge->from].item, graph->nodes[edge->to].item);
}

static size_t shared_depth(const struct it_graph *graph, size_t a, size_t b)
{
	return it_graph_shared_depth(&graph->nodes[a], &graph->nodes[b]);
}

/* Sublayouts that begin with a node, and that end with it. */
static size_t opened(const struct it_graph *graph, size_t node)
{
	return graph->nodes[node].depth - (node ? shared_depth(graph, node - 1, node) : 0);
}

static size_t closed(const struct it_graph *graph, size_t node)
{
	return graph->nodes[node].depth -
	       (node + 1 < graph->node_count ? shared_depth(graph, node, node + 1) : 0);
}

static void place_rows(struct drawing *drawing)
{
	const struct it_graph *graph = drawing->graph;
	size_t y = drawing->top;

	for (size_t i = 0; i < graph->edge_count; i++)
		if (!is_straight(graph, &graph->edges[i]))
			drawing->places[graph->edges[i].to].entries++;
	for (size_t i = 0; i < graph->node_count; i++) {
		struct place *place = &drawing->places[i];

		y += opened(graph, i) * (FRAME_HEAD + FRAME_PAD / 2);
		place->y = y;
		place->height = node_height(&graph->nodes[i], place->entries);
		y += place->height + closed(graph, i) * FRAME_PAD + GAP;
		if (graph->nodes[i].depth > drawing->depth)
			drawing->depth = graph->nodes[i].depth;
	}
	drawing->height = y - (graph->node_count ? GAP - PAD : 0);
}

/* A trunk takes the first lane that is free from its first row to its last. */
static void place_trunks(struct drawing *drawing)
{
	const struct it_graph *graph = drawing->graph;

	for (size_t from = 0; from < graph->node_count; from++) {
		struct place *place = &drawing->places[from];
		size_t first = from;
		size_t last = from;

		for (size_t i = 0; i < graph->edge_count; i++) {
			const struct it_graph_edge *edge = &graph->edges[i];

			if (edge->from != from || is_straight(graph, edge))
				continue;
			place->has_trunk = true;
			first = edge->to < first ? edge->to : first;
			last = edge->to > last ? edge->to : last;
		}
		if (!place->has_trunk)
			continue;
		while (place->lane < drawing->lanes && drawing->lane_ends[place->lane] > first)
			place->lane++;
		if (place->lane == drawing->lanes)
			drawing->lanes++;
		drawing->lane_ends[place->lane] = last + 1;
	}
}

static size_t box_x(const struct it_graph_node *node)
{
	return LEFT + node->depth * INDENT;
}

/* The right side of the widest frame, or of the boxes. */
static size_t right_of(const struct drawing *drawing)
{
	return LEFT + BOX + drawing->depth * (INDENT + FRAME_PAD);
}

static size_t lane_x(const struct drawing *drawing, size_t lane)
{
	return right_of(drawing) + CHANNEL + lane * LANE;
}

/* --- drawing --- */

static void add_frame(struct drawing *drawing, size_t first, size_t level)
{
	const struct it_graph *graph = drawing->graph;
	const char *label = graph->nodes[first].item->label;
	const char *end = label;
	IT_AUTO(it_buf_done) struct it_buf title = IT_BUF(TEXT_LIMIT);
	size_t x = LEFT + (level - 1) * INDENT + INDENT - FRAME_PAD;
	size_t right =
		LEFT + BOX + drawing->depth * INDENT + (drawing->depth - level + 1) * FRAME_PAD;
	size_t below = graph->nodes[first].depth - level;
	size_t y = drawing->places[first].y - (below + 1) * (FRAME_HEAD + FRAME_PAD / 2) +
		   FRAME_PAD / 2;
	size_t last = first;
	size_t bottom;

	while (last + 1 < graph->node_count && shared_depth(graph, last, last + 1) >= level)
		last++;
	bottom = drawing->places[last].y + drawing->places[last].height +
		 (graph->nodes[last].depth - level + 1) * FRAME_PAD;
	for (size_t i = 0; i < level; i++)
		end = strchr(end, '/') + 1;
	(void)it_buf_add_text(&title, "sublayout of step "); /* sticks; then it is shorter */
	(void)it_buf_add(&title, label, (size_t)(end - label) - 1);
	(void)it_buf_printf(drawing->out,
			    "<rect class=\"f\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\" "
			    "rx=\"8\"/>\n",
			    x, y, right - x, bottom - y); /* sticks in out */
	add_text(drawing, x + PAD, y + LINE, "s", it_buf_text(&title), COLUMNS);
}

static void add_frames(struct drawing *drawing, size_t node)
{
	size_t depth = drawing->graph->nodes[node].depth;

	for (size_t i = opened(drawing->graph, node); i > 0; i--)
		add_frame(drawing, node, depth - i + 1);
}

static size_t add_signers(struct drawing *drawing, const struct it_graph_node *node, size_t x,
			  size_t y)
{
	const struct it_traced_item *item = node->item;

	for (size_t i = 0; i < item->signer_count && i < SIGNERS; i++) {
		(void)it_buf_printf(drawing->out,
				    "<path class=\"i\" d=\"M%zu %zua3.4 3.4 0 1 0 .1 0z"
				    "M%zu %zua6 6 0 0 1 12 0z\"/>\n",
				    x + 6, y - 11, x, y + 1); /* sticks in out */
		add_text(drawing, x + 20, y, "", item->signers[i].name, COLUMNS - 3);
		y += LINE;
	}
	if (item->signer_count > SIGNERS) {
		IT_AUTO(it_buf_done) struct it_buf more = IT_BUF(TEXT_LIMIT);

		(void)it_buf_printf(&more, "and %zu more",
				    item->signer_count - SIGNERS); /* short */
		add_text(drawing, x + 20, y, "s", it_buf_text(&more), COLUMNS - 3);
		y += LINE;
	}
	return y;
}

static void add_words(struct drawing *drawing, size_t x, size_t y,
		      void (*words)(struct it_buf *out, const struct it_graph_node *node),
		      const struct it_graph_node *node)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	words(&text, node);
	add_text(drawing, x, y, "s", it_buf_text(&text), COLUMNS);
}

/* The state stands at the right end of the first line; the name has what is left of it. */
static void add_title(struct drawing *drawing, const struct it_graph_node *node, size_t x, size_t y)
{
	const char *sign = state_sign[node->state];
	char class[] = { 't', ' ', 't', state_class[node->state], '\0' };

	add_text(drawing, x, y, "t", node->item->name, COLUMNS - strlen(sign) - 2);
	(void)it_buf_printf(
		drawing->out,
		"<text x=\"%zu\" y=\"%zu\" class=\"%s\" text-anchor=\"end\">%s</text>\n",
		x + BOX - 2 * PAD, y, class, sign); /* sticks in out */
}

static void add_node(struct drawing *drawing, size_t index)
{
	const struct it_graph_node *node = &drawing->graph->nodes[index];
	const struct place *place = &drawing->places[index];
	char class[] = { 't', state_class[node->state], '\0' };
	size_t x = box_x(node);
	size_t y = place->y + PAD + LINE / 2 + 2;

	(void)it_buf_add_text(drawing->out, "<g>"); /* sticks in out, as the rest */
	add_name(drawing, "title", node->item->label);
	(void)it_buf_printf(
		drawing->out,
		"<rect class=\"box %c\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%zu\" "
		"rx=\"%d\"/>\n",
		state_class[node->state], x, place->y, BOX, place->height,
		node->item->is_inspection ? 0 : 9);
	x += PAD;
	add_title(drawing, node, x, y);
	add_words(drawing, x, y + LINE, it_graph_people, node);
	y = add_signers(drawing, node, x, y + 2 * LINE);
	add_words(drawing, x, y, it_graph_files, node);
	if (node->why) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

		it_graph_sentence(&text, node->why, node->more);
		(void)add_lines(drawing, x, y + LINE, class, &text, COLUMNS, SENTENCE_LINES);
	}
	(void)it_buf_add_text(drawing->out, "</g>\n");
}

static void add_arrow(struct drawing *drawing, const char *class, const char *path, size_t x,
		      size_t y, const char *head)
{
	(void)it_buf_printf(drawing->out,
			    "<path class=\"e%s\" d=\"%s\"/>"
			    "<path class=\"a\" d=\"M%zu %zu%s\"/>\n",
			    class, path, x, y, head); /* sticks in out */
}

#define HEAD_DOWN "l-5 -9h10z"
#define HEAD_RIGHT "l-9 -5v10z"
#define HEAD_LEFT "l9 -5v10z"

static void add_count(struct drawing *drawing, size_t x, size_t y, size_t count)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	it_graph_count(&text, count);
	add_text(drawing, x, y, "c", it_buf_text(&text), 16);
}

static void add_straight(struct drawing *drawing, size_t from, const char *class)
{
	const struct place *above = &drawing->places[from];
	const struct place *below = &drawing->places[from + 1];
	size_t x = box_x(&drawing->graph->nodes[from + 1]) + ARROW_AT;
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_LIMIT);

	(void)it_buf_printf(&path, "M%zu %zuV%zu", x, above->y + above->height,
			    below->y - 8); /* short */
	add_arrow(drawing, class, it_buf_text(&path), x, below->y, HEAD_DOWN);
}

/* From the trunk of one box into another. */
static void add_entry(struct drawing *drawing, const struct it_graph_edge *edge)
{
	const struct it_graph_node *node = &drawing->graph->nodes[edge->to];
	struct place *to = &drawing->places[edge->to];
	size_t right = box_x(node) + BOX;
	size_t y = to->y + ENTRY * ++to->entered;
	size_t lane = lane_x(drawing, drawing->places[edge->from].lane);
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_LIMIT);

	(void)it_buf_printf(&path, "M%zu %zuH%zu", lane, y, right + 8); /* short */
	add_arrow(drawing, edge->count ? "" : " n", it_buf_text(&path), right, y, HEAD_LEFT);
	add_count(drawing, right_of(drawing) + 12, y - 3, edge->count);
}

/* Down (or up) from a box to the farthest that it enters. */
static void add_trunk(struct drawing *drawing, size_t from)
{
	const struct it_graph *graph = drawing->graph;
	const struct place *place = &drawing->places[from];
	size_t out_y = place->y + place->height - ENTRY / 2;
	size_t low = out_y;
	size_t high = out_y;
	size_t x = lane_x(drawing, place->lane);

	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct it_graph_edge *edge = &graph->edges[i];
		size_t y;

		if (edge->from != from || is_straight(graph, edge))
			continue;
		add_entry(drawing, edge);
		y = drawing->places[edge->to].y + ENTRY * drawing->places[edge->to].entered;
		low = y < low ? y : low;
		high = y > high ? y : high;
	}
	(void)it_buf_printf(drawing->out, "<path class=\"e\" d=\"M%zu %zuH%zuM%zu %zuV%zu\"/>\n",
			    box_x(&graph->nodes[from]) + BOX, out_y, x, x, low,
			    high); /* sticks in out */
}

static void add_outside(struct drawing *drawing, size_t index)
{
	const struct it_graph_node *node = &drawing->graph->nodes[index];
	size_t y = drawing->places[index].y + PAD + LINE / 2;
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_LIMIT);

	if (!node->judged || !node->outside)
		return;
	(void)it_buf_printf(&path, "M%d %zuH%zu", LEFT - 36, y, box_x(node) - 8); /* short */
	add_arrow(drawing, " o", it_buf_text(&path), box_x(node), y, HEAD_RIGHT);
	add_count(drawing, 14, y, node->outside);
	add_text(drawing, 14, y + LINE - 4, "c", "from outside", 12);
}

static void add_edges(struct drawing *drawing)
{
	const struct it_graph *graph = drawing->graph;

	for (size_t i = 0; i < graph->node_count; i++) {
		add_outside(drawing, i);
		if (drawing->places[i].has_trunk)
			add_trunk(drawing, i);
	}
	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct it_graph_edge *edge = &graph->edges[i];
		const struct place *above = &drawing->places[edge->from];

		if (!is_straight(graph, edge))
			continue;
		add_straight(drawing, edge->from, edge->count ? "" : " n");
		add_count(drawing, box_x(&graph->nodes[edge->to]) + ARROW_AT + 12,
			  above->y + above->height + GAP / 2 + 4, edge->count);
	}
	/* What came out of a sublayout is what its step gave. */
	for (size_t i = 0; i + 1 < graph->node_count; i++) {
		if (graph->nodes[i].depth != graph->nodes[i + 1].depth + 1)
			continue;
		add_straight(drawing, i, " o");
		add_text(drawing, box_x(&graph->nodes[i + 1]) + ARROW_AT + 12,
			 drawing->places[i + 1].y - GAP / 2 + FRAME_PAD / 2 + 4, "s", "summary",
			 16);
	}
}

/* --- head --- */

/* Columns of the whole picture, as wide as one box and what is beside it at least. */
static size_t head_columns(void)
{
	return (LEFT + BOX + CHANNEL - 2 * PAD) * 10 / CHARACTER;
}

/* Draws it, or only measures it when drawing is NULL; returns where the rows begin. */
static size_t add_head(struct drawing *drawing, const struct it_graph *graph)
{
	const struct intoto_report *report = graph->report;
	enum intoto_verdict verdict = intoto_report_verdict(report);
	IT_AUTO(it_buf_done) struct it_buf title = IT_BUF(TEXT_LIMIT);
	char time[IT_TIME_SIZE];
	size_t loose = 0;
	size_t y = PAD + LINE;

	it_time_format(time, it_report_time(report));
	it_text_quote(&title, it_span_text(it_report_layout(report)));
	(void)it_buf_printf(&title, ": %s, as of %s", it_verdict_name(verdict), time); /* sticks */
	y = add_lines(drawing, PAD, y, verdict == INTOTO_PASSED ? "t tg" : "t tb", &title,
		      head_columns(), TITLE_LINES);
	for (size_t i = 0; i < intoto_report_count(report) && loose < LOOSE_MAX; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

		if (!it_graph_is_loose(graph, intoto_report_at(report, i)))
			continue;
		loose++;
		it_graph_sentence(&text, intoto_report_at(report, i), 0);
		y = add_lines(drawing, PAD, y, "tb", &text, head_columns(), LOOSE_LINES);
	}
	if (!graph->node_count) {
		if (drawing)
			add_text(drawing, PAD, y, "s", "steps were not looked at", head_columns());
		y += LINE;
	}
	return y + LINE;
}

static void add_description(struct drawing *drawing)
{
	const struct intoto_report *report = drawing->graph->report;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	(void)it_buf_printf(&text, "A chain of %zu steps and inspections in their order. ",
			    drawing->graph->node_count); /* sticks, and is only a description */
	for (size_t i = 0; i < drawing->graph->node_count; i++) {
		const struct it_graph_node *node = &drawing->graph->nodes[i];

		if (i == 100)
			break;
		it_text_quote(&text, it_span_text(node->item->label));
		(void)it_buf_printf(&text, ": %s. ", state_sign[node->state]);
	}
	(void)it_buf_printf(
		drawing->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" "
		"viewBox=\"0 0 %zu %zu\" role=\"img\" aria-labelledby=\"title desc\">\n"
		"<title id=\"title\">",
		drawing->width, drawing->height, drawing->width, drawing->height);
	it_xml_add(drawing->out, it_report_layout(report));
	(void)it_buf_printf(drawing->out, ": %s</title>\n<desc id=\"desc\">",
			    it_verdict_name(intoto_report_verdict(report)));
	it_xml_add(drawing->out, it_buf_text(&text));
	(void)it_buf_printf(drawing->out,
			    "</desc>\n<style>%s</style>\n"
			    "<rect class=\"p\" width=\"%zu\" height=\"%zu\"/>\n",
			    style, drawing->width, drawing->height);
}

static void draw(struct drawing *drawing)
{
	drawing->top = add_head(NULL, drawing->graph);
	drawing->height = drawing->top;
	place_rows(drawing);
	place_trunks(drawing);
	drawing->width = lane_x(drawing, drawing->lanes) + PAD;
	add_description(drawing);
	(void)add_head(drawing, drawing->graph); /* where it ends is known */
	for (size_t i = 0; i < drawing->graph->node_count; i++)
		add_frames(drawing, i);
	add_edges(drawing);
	for (size_t i = 0; i < drawing->graph->node_count; i++)
		add_node(drawing, i);
	(void)it_buf_add_text(drawing->out, "</svg>\n"); /* sticks in out */
}

int it_graph_svg(struct it_buf *out, const struct it_graph *graph, struct intoto_error **err)
{
	struct drawing drawing = { .graph = graph, .out = out };

	drawing.places = calloc(graph->node_count + 1, sizeof *drawing.places);
	drawing.lane_ends = calloc(graph->node_count + 1, sizeof *drawing.lane_ends);
	if (drawing.places && drawing.lane_ends)
		draw(&drawing);
	else
		out->failed = INTOTO_E_NOMEM;
	free(drawing.places);
	free(drawing.lane_ends);
	return it_buf_check(out, "picture", err);
}
