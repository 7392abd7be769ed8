/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row for each step, in their order: what went from one to the next is an arrow between them,
 * and what went further goes by a lane on the right.
 */
#include "report/picture.h"

#include <string.h>

#include "base/text.h"
#include "layouts/graph.h"
#include "report/html.h"

enum {
	BOX = 318,
	PAD = 12,
	LINE = 18,
	GAP = 34,
	INDENT = 14,
	DEPTH_MAX = 4, /* deeper ones stand under each other */
	LANE = 15,
	LANES_MAX = 12,
	COLUMNS = 40,
	ENTRY = 9, /* between arrows that enter a box */
	NODES_MAX = 500,
	TEXT_LIMIT = 1024 * 1024,
};

struct place {
	size_t y, height;
	size_t indent;
	size_t entries, entered;
	size_t lane;
	bool far; /* something of it goes further than to the next */
};

struct drawing {
	const struct it_audit *audit;
	struct it_buf *out;
	struct place *places;
	size_t count;
	size_t lanes;
	size_t deepest; /* indent */
	size_t width, height;
};

const char *it_step_state(const struct it_audit_step *step)
{
	if (step->tally[INTOTO_CHECK_FAILED])
		return "failed";
	if (step->tally[INTOTO_CHECK_UNDECIDED])
		return "undecided";
	if (!step->looked_at)
		return "not looked at";
	if (!step->evidence)
		return "no evidence";
	return step->tally[INTOTO_CHECK_WARNING] ? "warning" : "passed";
}

const char *it_step_class(const struct it_audit_step *step)
{
	const char *state = it_step_state(step);

	if (it_streq(state, "passed"))
		return "good";
	if (it_streq(state, "failed"))
		return "bad";
	return step->evidence ? "warn" : "none";
}

static bool is_near(const struct it_audit_edge *edge)
{
	return edge->to == edge->from + 1;
}

/* --- where things are --- */

static void place_boxes(struct drawing *drawing)
{
	size_t y = 2;

	for (size_t i = 0; i < drawing->audit->edge_count; i++) {
		const struct it_audit_edge *edge = &drawing->audit->edges[i];

		if (edge->to < drawing->count && edge->from < drawing->count && !is_near(edge))
			drawing->places[edge->to].entries++;
	}
	for (size_t i = 0; i < drawing->count; i++) {
		const struct it_audit_step *step = &drawing->audit->steps[i];
		struct place *place = &drawing->places[i];
		size_t lines = 3 + (*step->why != '\0');
		size_t by_entries = ENTRY * (place->entries + 1);

		for (const char *c = step->label; *c; c++)
			place->indent += *c == '/' && place->indent < DEPTH_MAX;
		place->indent *= INDENT;
		if (place->indent > drawing->deepest)
			drawing->deepest = place->indent;
		place->y = y;
		place->height = 2 * PAD + lines * LINE - 6;
		if (place->height < by_entries)
			place->height = by_entries;
		y += place->height + GAP;
	}
	drawing->height = y - (drawing->count ? GAP - 2 : 0);
}

/* A lane is free again behind the last box that it enters. */
static void place_lanes(struct drawing *drawing)
{
	size_t ends[LANES_MAX] = { 0 };

	for (size_t from = 0; from < drawing->count; from++) {
		struct place *place = &drawing->places[from];
		size_t first = from;
		size_t last = from;

		for (size_t i = 0; i < drawing->audit->edge_count; i++) {
			const struct it_audit_edge *edge = &drawing->audit->edges[i];

			if (edge->from != from || is_near(edge) || edge->to >= drawing->count)
				continue;
			place->far = true;
			last = edge->to > last ? edge->to : last;
			first = edge->to < first ? edge->to : first;
		}
		if (!place->far)
			continue;
		while (place->lane + 1 < LANES_MAX && ends[place->lane] > first)
			place->lane++;
		if (place->lane >= drawing->lanes)
			drawing->lanes = place->lane + 1;
		if (last + 1 > ends[place->lane])
			ends[place->lane] = last + 1;
	}
	drawing->width =
		BOX + drawing->deepest + 6 + drawing->lanes * LANE + (drawing->lanes ? 8 : 0);
}

/* --- drawing --- */

static void add_text(struct drawing *drawing, size_t x, size_t y, const char *class,
		     const char *text, size_t columns)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(TEXT_LIMIT);
	const char *rest = quoted ? quoted : "";

	it_graph_line(&rest, columns, true, &line);
	if (!quoted || line.failed)
		drawing->out->failed = INTOTO_E_NOMEM;
	it_html(drawing->out, "<text x=\"%zu\" y=\"%zu\" class=\"%s\">%s</text>", x, y, class,
		it_buf_text(&line));
}

static void add_people(struct drawing *drawing, const struct it_audit_step *step, size_t x,
		       size_t y)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	if (step->inspection) {
		add_text(drawing, x, y, "s", "inspection, run by the verifier", COLUMNS);
		return;
	}
	for (size_t i = 0; i < step->signer_count; i++) {
		(void)it_buf_add_text(&text, i ? ", " : "signed by "); /* sticks: then shorter */
		(void)it_buf_add_text(&text, step->signers[i].name);
	}
	if (!step->signer_count)
		(void)it_buf_printf(&text, "signed by nobody, want %lld",
				    (long long)step->threshold);
	add_text(drawing, x, y, "s", it_buf_text(&text), COLUMNS);
}

static void add_files(struct drawing *drawing, const struct it_audit_step *step, size_t x, size_t y)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	if (!step->evidence) {
		add_text(drawing, x, y, "s", "no evidence", COLUMNS);
		return;
	}
	(void)it_buf_printf(&text, "%zu in", step->sides[INTOTO_MATERIALS].count); /* short */
	if (step->outside_known && step->outside)
		(void)it_buf_printf(&text, " (%zu from outside)", step->outside);
	(void)it_buf_printf(&text, ", %zu out", step->sides[INTOTO_PRODUCTS].count);
	if (step->gates.count)
		(void)it_buf_printf(&text, ", %zu gate%s", step->gates.count,
				    step->gates.count == 1 ? "" : "s");
	add_text(drawing, x, y, "s", it_buf_text(&text), COLUMNS);
}

static void add_box(struct drawing *drawing, size_t index)
{
	const struct it_audit_step *step = &drawing->audit->steps[index];
	const struct place *place = &drawing->places[index];
	const char *state = it_step_state(step);
	const char colour = it_step_class(step)[0] == 'n' ? 'u' : it_step_class(step)[0];
	const char box[] = { 'f', colour, '\0' };
	const char word[] = { 't', colour, '\0' };
	size_t x = 2 + place->indent + PAD;
	size_t y = place->y + PAD + 12;

	it_html(drawing->out,
		"<a href=\"#step-%zu\"><title>%s: %s</title><rect class=\"box %s\" x=\"%zu\" "
		"y=\"%zu\" width=\"%d\" height=\"%zu\" rx=\"%d\"/>",
		index, step->label, state, box, 2 + place->indent, place->y, BOX, place->height,
		step->inspection ? 0 : 8);
	add_text(drawing, x, y, "t", step->label, COLUMNS - strlen(state) - 6);
	it_html(drawing->out,
		"<text x=\"%zu\" y=\"%zu\" class=\"t %s\" text-anchor=\"end\">%s</text>",
		2 + place->indent + BOX - PAD, y, word, state);
	add_people(drawing, step, x, y + LINE);
	add_files(drawing, step, x, y + 2 * LINE);
	if (*step->why)
		add_text(drawing, x, y + 3 * LINE, colour == 'g' ? "s" : word, step->why, COLUMNS);
	it_html(drawing->out, "</a>\n");
}

static void add_near(struct drawing *drawing, const struct it_audit_edge *edge)
{
	const struct place *above = &drawing->places[edge->from];
	const struct place *below = &drawing->places[edge->to];
	size_t x = 2 + below->indent + 30;

	it_html(drawing->out,
		"<path class=\"e%s\" d=\"M%zu %zuV%zu\"/><path class=\"a\" d=\"M%zu %zul-5 "
		"-9h10z\"/>"
		"<text x=\"%zu\" y=\"%zu\" class=\"s\">%zu file%s</text>\n",
		edge->count ? "" : " o", x, above->y + above->height, below->y - 8, x, below->y,
		x + 10, above->y + above->height + GAP / 2 + 3, edge->count,
		edge->count == 1 ? "" : "s");
}

static size_t right_of(const struct place *place)
{
	return 2 + place->indent + BOX;
}

/* From a box to its lane, and from there into those that are further away. */
static void add_far(struct drawing *drawing, size_t from)
{
	const struct place *place = &drawing->places[from];
	size_t x = BOX + drawing->deepest + 16 + place->lane * LANE;
	size_t out_y = place->y + place->height - 8;
	size_t low = out_y;
	size_t high = out_y;

	for (size_t i = 0; i < drawing->audit->edge_count; i++) {
		const struct it_audit_edge *edge = &drawing->audit->edges[i];
		struct place *to;
		size_t y;

		if (edge->from != from || is_near(edge) || edge->to >= drawing->count)
			continue;
		to = &drawing->places[edge->to];
		y = to->y + ENTRY * ++to->entered;
		low = y < low ? y : low;
		high = y > high ? y : high;
		it_html(drawing->out,
			"<path class=\"e%s\" d=\"M%zu %zuH%zu\"/>"
			"<path class=\"a\" d=\"M%zu %zul9 -4v8z\"><title>%zu files from %s to "
			"%s</title></path>\n",
			edge->count ? "" : " o", x, y, right_of(to) + 8, right_of(to), y,
			edge->count, drawing->audit->steps[from].label,
			drawing->audit->steps[edge->to].label);
	}
	it_html(drawing->out, "<path class=\"e\" d=\"M%zu %zuH%zuM%zu %zuV%zu\"/>\n",
		right_of(place), out_y, x, x, low, high);
}

static void draw(struct drawing *drawing)
{
	const struct it_audit *audit = drawing->audit;

	place_boxes(drawing);
	place_lanes(drawing);
	it_html(drawing->out,
		"<svg class=\"chain\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
		"height=\"%zu\" "
		"viewBox=\"0 0 %zu %zu\" role=\"group\" aria-label=\"The chain: %zu steps and "
		"inspections in their order\">\n",
		drawing->width, drawing->height, drawing->width, drawing->height,
		audit->step_count);
	for (size_t i = 0; i < drawing->count; i++)
		if (drawing->places[i].far)
			add_far(drawing, i);
	for (size_t i = 0; i < audit->edge_count; i++)
		if (is_near(&audit->edges[i]) && audit->edges[i].to < drawing->count)
			add_near(drawing, &audit->edges[i]);
	for (size_t i = 0; i < drawing->count; i++)
		add_box(drawing, i);
	it_html(drawing->out, "</svg>\n");
}

void it_picture_draw(struct it_buf *out, const struct it_audit *audit)
{
	struct drawing drawing = { .audit = audit, .out = out, .count = audit->step_count };

	if (drawing.count > NODES_MAX)
		drawing.count = NODES_MAX;
	if (!drawing.count) {
		it_html(out, "<p class=\"dim\">No step is known.</p>\n");
		return;
	}
	drawing.places = calloc(drawing.count, sizeof *drawing.places);
	if (!drawing.places) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	draw(&drawing);
	free(drawing.places);
	if (audit->step_count > drawing.count)
		it_html(out, "<p class=\"dim\">%zu more steps are in the table.</p>\n",
			audit->step_count - drawing.count);
}
