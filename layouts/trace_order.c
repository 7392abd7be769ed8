/* SPDX-License-Identifier: Apache-2.0 */
/* Ordering by the paths of labels. */
#include "layouts/trace_order.h"

#include <string.h>

#include "base/text.h"

enum { DEPTH_MAX = 64 }; /* of sublayouts; verification stops far earlier */

static size_t depth_of(const char *label)
{
	size_t depth = 0;

	for (; *label; label++)
		depth += *label == '/';
	return depth;
}

/* Items of the layout whose labels begin with prefix, each behind what is inside of it. */
static void visit(struct it_trace_order *order, const struct it_trace *trace, struct it_span prefix,
		  size_t depth)
{
	for (size_t i = 0; i < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);
		size_t len = (size_t)(item->name - item->label);
		bool known = false;

		if (!it_span_eq(it_span(item->label, len), prefix))
			continue;
		/* What is inside of a label that comes twice was visited with the first. */
		for (size_t j = 0; j < order->count && !known; j++)
			known = it_streq(order->items[j].item->label, item->label);
		if (!known && depth < DEPTH_MAX) {
			IT_AUTO(it_buf_done) struct it_buf below = IT_BUF(SIZE_MAX / 2);

			(void)it_buf_printf(&below, "%s/", item->label); /* then nothing is below */
			if (it_buf_span(&below).len)
				visit(order, trace, it_buf_span(&below), depth + 1);
		}
		order->items[order->count++] = (struct it_ordered){ item, depth };
	}
}

/* Items of a sublayout whose step is not in the trace; nothing that was told gets lost. */
static void add_orphans(struct it_trace_order *order, const struct it_trace *trace)
{
	for (size_t i = 0; i < it_trace_count(trace) && order->count < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);
		bool known = false;

		for (size_t j = 0; j < order->count && !known; j++)
			known = order->items[j].item == item;
		if (!known)
			order->items[order->count++] =
				(struct it_ordered){ item, depth_of(item->label) };
	}
}

/* Linear as long as there are no sublayouts, which is nearly always. */
static bool is_flat(const struct it_trace *trace)
{
	for (size_t i = 0; i < it_trace_count(trace); i++)
		if (depth_of(it_trace_at(trace, i)->label))
			return false;
	return true;
}

int it_trace_order_make(struct it_trace_order *order, const struct it_trace *trace,
			struct intoto_error **err)
{
	size_t count = it_trace_count(trace);

	*order = (struct it_trace_order){ calloc(count + 1, sizeof *order->items), 0 };
	if (!order->items)
		return it_err_nomem(err);
	if (!is_flat(trace)) {
		visit(order, trace, it_span_text(""), 0);
		add_orphans(order, trace);
		return INTOTO_OK;
	}
	for (size_t i = 0; i < count; i++)
		order->items[order->count++] = (struct it_ordered){ it_trace_at(trace, i), 0 };
	return INTOTO_OK;
}

void it_trace_order_done(struct it_trace_order *order)
{
	free(order->items);
	*order = (struct it_trace_order){ 0 };
}
