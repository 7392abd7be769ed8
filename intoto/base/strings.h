/* SPDX-License-Identifier: Apache-2.0 */
/* A growing list of owned strings. */
#ifndef IT_BASE_STRINGS_H
#define IT_BASE_STRINGS_H

#include "base/buf.h"

/* Zero-initialised is empty.  items is NULL-terminated as soon as it is not NULL (fit for exec). */
struct it_strings {
	char **items;
	size_t count;
	size_t cap;
};

void it_strings_done(struct it_strings *list);
/* Copies. */
int it_strings_add(struct it_strings *list, const char *text, struct intoto_error **err);
/* Copies; refuses a NUL inside with INTOTO_E_FORMAT. */
int it_strings_add_span(struct it_strings *list, struct it_span text, struct intoto_error **err);
bool it_strings_has(const struct it_strings *list, const char *text);
/* Bytewise. */
void it_strings_sort(struct it_strings *list);
/* Of a sorted list: the number of the first text that does not stand before text. */
size_t it_strings_from(const struct it_strings *list, const char *text);

#endif
