/* SPDX-License-Identifier: Apache-2.0 */
/* A deny list that was read finds each of its entries, and is the same when it is written again. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "model/deny_list.h"

static int read_text(struct it_deny_list **out, struct it_span bytes)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	if (intoto_envelope_parse(&envelope, bytes.data, bytes.len, NULL))
		return INTOTO_E_FORMAT;
	return it_deny_list_read(out, envelope, NULL);
}

/* An envelope can only be read with a signature, so the written one is looked at as it is. */
static void check_again(const struct it_deny_list *list)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_deny_list_freep) struct it_deny_list *again = NULL;

	if (it_deny_list_to_envelope(&envelope, list, NULL))
		return; /* it may be too long now */
	if (it_deny_list_read(&again, envelope, NULL) || again->version != list->version ||
	    again->entry_count != list->entry_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	const struct it_deny_entry *found;

	if (read_text(&list, it_span(data, size)))
		return 0;
	for (size_t i = 0; i < list->entry_count; i++)
		if (it_deny_list_find(&found, list, list->entries[i].kind, list->entries[i].value,
				      NULL) ||
		    found != &list->entries[i] || !*list->entries[i].reason)
			abort();
	check_again(list);
	return 0;
}
