/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where inside a document we are: a chain on the stack, printed only when something is wrong.
 *
 *	struct it_where steps = { &layout, "steps", 0 }, step = { &steps, NULL, 2 };
 *	=> layout.steps[2]
 */
#ifndef IT_JSON_WHERE_H
#define IT_JSON_WHERE_H

#include "base/buf.h"

struct it_where {
	const struct it_where *up;
	const char *name; /* of a member; NULL: an element of a list */
	size_t index;
};

/* Appends the path, names quoted for a terminal: layout.steps[2].threshold, keys["a b"]. */
void it_where_print(struct it_buf *out, const struct it_where *where);

/* The parts of a path, for who walks a document without such a chain.  The first name has no dot.
 */
void it_where_print_name(struct it_buf *out, struct it_span name, bool first);
void it_where_print_index(struct it_buf *out, size_t index);

/* Appends text in quotation marks for a message: safe on a terminal, cut after 200 bytes. */
void it_where_quote(struct it_buf *out, struct it_span text);

/* "WHERE: text", as it_err_set; where may be NULL for nowhere in particular. */
int it_where_refuse(const struct it_where *where, enum intoto_code code, struct intoto_error **err,
		    const char *format, ...) IT_PRINTF(4, 5);

#endif
