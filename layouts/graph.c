/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace and a report to nodes and edges. */
#include "layouts/graph.h"

#include <string.h>

#include "base/text.h"
#include "layouts/trace_order.h"

/* --- nodes --- */

static enum it_graph_state state_of(enum intoto_outcome outcome)
{
	switch (outcome) {
	case INTOTO_CHECK_FAILED:
		return IT_GRAPH_BAD;
	case INTOTO_CHECK_UNDECIDED:
		return IT_GRAPH_DOUBT;
	case INTOTO_CHECK_WARNING:
		return IT_GRAPH_WARNING;
	case INTOTO_CHECK_SKIPPED:
		return IT_GRAPH_UNSEEN;
	case INTOTO_CHECK_PASSED:
		break;
	}
	return IT_GRAPH_GOOD;
}

/* The worst of its checks decides. */
static void judge(struct it_graph_node *node, const struct intoto_report *report)
{
	bool seen = false;

	node->state = IT_GRAPH_GOOD;
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);
		enum it_graph_state state;

		if (!it_streq(check->item, node->item->label))
			continue;
		seen = true;
		state = state_of(check->outcome);
		if (state == IT_GRAPH_GOOD || state < node->state)
			continue;
		if (state == node->state) {
			node->more++;
			continue;
		}
		node->state = state;
		node->why = check;
		node->more = 0;
	}
	if (!seen || (node->state == IT_GRAPH_GOOD && !node->item->has_link))
		node->state = IT_GRAPH_UNSEEN;
}

/* Materials are from outside when no MATCH rule found them in another item. */
static void count_outside(struct it_graph_node *node)
{
	const struct it_traced_side *side = &node->item->sides[INTOTO_MATERIALS];
	size_t found = 0;

	node->judged = node->item->has_link;
	for (size_t i = 0; i < side->rule_count; i++) {
		node->judged = node->judged && side->rules[i].applied;
		if (*side->rules[i].from)
			found += side->rules[i].consumed;
	}
	node->outside = side->count > found ? side->count - found : 0;
}

static int make_nodes(struct it_graph *graph, const struct it_trace *trace,
		      struct intoto_error **err)
{
	IT_AUTO(it_trace_order_done) struct it_trace_order order = { 0 };
	int rc = it_trace_order_make(&order, trace, err);

	if (rc)
		return rc;
	graph->nodes = calloc(order.count + 1, sizeof *graph->nodes);
	if (!graph->nodes)
		return it_err_nomem(err);
	for (size_t i = 0; i < order.count; i++) {
		struct it_graph_node *node = &graph->nodes[graph->node_count++];

		node->item = order.items[i].item;
		node->depth = order.items[i].depth;
		judge(node, graph->report);
		count_outside(node);
	}
	return INTOTO_OK;
}

/* --- edges --- */

/* The item behind FROM; the number of nodes when there is none. */
static size_t find_node(const struct it_graph *graph, const struct it_traced_item *beside,
			const char *name)
{
	for (size_t i = graph->node_count; i-- > 0;)
		if (it_streq(graph->nodes[i].item->name, name) &&
		    it_traced_same_layout(graph->nodes[i].item, beside))
			return i;
	return graph->node_count;
}

static int add_edge(struct it_graph *graph, size_t from, size_t to, size_t count,
		    struct intoto_error **err)
{
	struct it_graph_edge *edges;

	for (size_t i = graph->edge_count; i-- > 0 && graph->edges[i].to == to;) {
		if (graph->edges[i].from == from) {
			graph->edges[i].count += count;
			return INTOTO_OK;
		}
	}
	edges = reallocarray(graph->edges, graph->edge_count + 1, sizeof *edges);
	if (!edges)
		return it_err_nomem(err);
	graph->edges = edges;
	edges[graph->edge_count++] = (struct it_graph_edge){ from, to, count };
	return INTOTO_OK;
}

static int add_edges(struct it_graph *graph, size_t to, enum intoto_link_side side,
		     struct intoto_error **err)
{
	const struct it_traced_item *item = graph->nodes[to].item;
	const struct it_traced_side *rules = &item->sides[side];

	for (size_t i = 0; i < rules->rule_count; i++) {
		const struct it_traced_rule *rule = &rules->rules[i];
		size_t from = *rule->from ? find_node(graph, item, rule->from) : graph->node_count;
		int rc;

		if (from == graph->node_count || from == to)
			continue;
		rc = add_edge(graph, from, to, rule->consumed, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

int it_graph_make(struct it_graph *graph, const struct it_trace *trace,
		  const struct intoto_report *report, struct intoto_error **err)
{
	int rc;

	*graph = (struct it_graph){ .report = report };
	rc = make_nodes(graph, trace, err);
	for (size_t i = 0; !rc && i < graph->node_count; i++) {
		rc = add_edges(graph, i, INTOTO_MATERIALS, err);
		if (!rc)
			rc = add_edges(graph, i, INTOTO_PRODUCTS, err);
	}
	return rc;
}

void it_graph_done(struct it_graph *graph)
{
	free(graph->nodes);
	free(graph->edges);
	*graph = (struct it_graph){ 0 };
}

size_t it_graph_shared_depth(const struct it_graph_node *a, const struct it_graph_node *b)
{
	size_t depth = 0;
	const char *one = a->item->label;
	const char *other = b->item->label;

	for (; one < a->item->name && other < b->item->name && *one == *other; one++, other++)
		depth += *one == '/';
	/* Two sublayouts for one step stand beside each other. */
	if (depth && depth == a->depth && depth == b->depth &&
	    a->item->instance != b->item->instance)
		depth--;
	return depth;
}

/* --- words --- */

bool it_graph_is_loose(const struct it_graph *graph, const struct intoto_check *check)
{
	if (check->outcome != INTOTO_CHECK_FAILED && check->outcome != INTOTO_CHECK_UNDECIDED)
		return false;
	for (size_t i = 0; i < graph->node_count; i++)
		if (it_streq(graph->nodes[i].item->label, check->item))
			return false;
	return true;
}

void it_graph_people(struct it_buf *out, const struct it_graph_node *node)
{
	const struct it_traced_item *item = node->item;

	if (item->is_inspection) {
		(void)it_buf_add_text(out, "inspection"); /* sticks in out, as the rest */
		return;
	}
	(void)it_buf_printf(out, "%zu of %zu signed", it_traced_people(item), item->authorised);
	if (item->by_certificate)
		(void)it_buf_add_text(out, " (and by certificate)");
	(void)it_buf_printf(out, ", want %lld", (long long)item->threshold);
}

static void add_number(struct it_buf *out, size_t count, const char *what)
{
	(void)it_buf_printf(out, "%zu %s%s", count, what, count == 1 ? "" : "s"); /* sticks */
}

void it_graph_files(struct it_buf *out, const struct it_graph_node *node)
{
	if (!node->item->has_link) {
		(void)it_buf_add_text(out,
				      node->item->is_inspection ? "did not run" : "no evidence");
		return;
	}
	add_number(out, node->item->sides[INTOTO_MATERIALS].count, "material");
	(void)it_buf_add_text(out, ", "); /* sticks in out */
	add_number(out, node->item->sides[INTOTO_PRODUCTS].count, "product");
}

void it_graph_sentence(struct it_buf *out, const struct intoto_check *check, size_t more)
{
	if (*check->subject) {
		it_text_quote(out, it_span_text(check->subject));
		(void)it_buf_add_text(out, ": "); /* sticks in out, as the rest */
	}
	it_text_quote(out, it_span_text(check->text));
	if (more)
		(void)it_buf_printf(out, " (and %zu more)", more);
}

void it_graph_count(struct it_buf *out, size_t count)
{
	add_number(out, count, "file");
}
