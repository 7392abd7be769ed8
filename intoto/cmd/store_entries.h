/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that a command line names. */
#ifndef IT_CMD_STORE_ENTRIES_H
#define IT_CMD_STORE_ENTRIES_H

#include "cmd/store_options.h"

struct it_store_entries {
	struct it_object_id *items;
	size_t count;
};

/* NOTFOUND for the first that is none. */
IT_CHECK int it_store_entries_read(struct it_store_entries *out, struct it_store *store,
				   const struct it_strings *names, struct intoto_error **err);
void it_store_entries_done(struct it_store_entries *entries);

/* Appends "sha256:HEX". */
void it_object_id_print(struct it_buf *out, const struct it_object_id *id);

#endif
