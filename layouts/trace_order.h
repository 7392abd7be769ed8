/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a trace as things happened: what is inside of a sublayout comes before its step. */
#ifndef IT_LAYOUTS_TRACE_ORDER_H
#define IT_LAYOUTS_TRACE_ORDER_H

#include "layouts/trace.h"

struct it_ordered {
	const struct it_traced_item *item;
	size_t depth; /* 0: of the layout that was asked for */
};

struct it_trace_order {
	struct it_ordered *items;
	size_t count;
};

/* Borrows from the trace. */
IT_CHECK int it_trace_order_make(struct it_trace_order *order, const struct it_trace *trace,
				 struct intoto_error **err);
void it_trace_order_done(struct it_trace_order *order);

#endif
