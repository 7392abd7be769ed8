/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/store_entries.h"

#include <stdlib.h>

#include "base/text.h"

int it_store_entries_read(struct it_store_entries *out, struct it_store *store,
			  const struct it_strings *names, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->items = calloc(names->count + 1, sizeof *out->items);
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < names->count; i++)
		rc = it_store_resolve(store, names->items[i], &out->items[i], err);
	out->count = names->count;
	return rc;
}

void it_store_entries_done(struct it_store_entries *entries)
{
	free(entries->items);
}

void it_object_id_print(struct it_buf *out, const struct it_object_id *id)
{
	(void)it_buf_add_text(out, "sha256:"); /* sticky */
	it_hex_encode(out, it_span(id->bytes, sizeof id->bytes));
}
