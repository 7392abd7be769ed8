/* SPDX-License-Identifier: Apache-2.0 */
/* A growing list of owned strings. */
#include "base/strings.h"

#include <string.h>

#include "base/text.h"

void it_strings_done(struct it_strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct it_strings){ 0 };
}

/* Room for one more and for the NULL behind it. */
static int make_room(struct it_strings *list)
{
	size_t cap = list->cap ? list->cap * 2 : 8;
	char **items;

	if (list->count + 2 <= list->cap)
		return INTOTO_OK;
	items = reallocarray(list->items, cap, sizeof *items);
	if (!items)
		return INTOTO_E_NOMEM;
	list->items = items;
	list->cap = cap;
	return INTOTO_OK;
}

int it_strings_add_span(struct it_strings *list, struct it_span text, struct intoto_error **err)
{
	char *copy;

	if (text.len && memchr(text.data, '\0', text.len))
		return it_err_set(err, INTOTO_E_FORMAT, "a NUL character inside a text");
	if (make_room(list))
		return it_err_nomem(err);
	copy = strndup(text.len ? text.data : "", text.len);
	if (!copy)
		return it_err_nomem(err);
	list->items[list->count++] = copy;
	list->items[list->count] = NULL;
	return INTOTO_OK;
}

int it_strings_add(struct it_strings *list, const char *text, struct intoto_error **err)
{
	return it_strings_add_span(list, it_span_text(text), err);
}

bool it_strings_has(const struct it_strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (it_streq(list->items[i], text))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void it_strings_sort(struct it_strings *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof *list->items, compare);
}

size_t it_strings_from(const struct it_strings *list, const char *text)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(list->items[middle], text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
