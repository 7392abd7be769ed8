/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of entries, for those who change them: read inside the transaction that changes them. */
#ifndef IT_STORE_ENTRY_H
#define IT_STORE_ENTRY_H

#include "store/store.h"

struct it_entry {
	int64_t number;
	struct it_object_id id;
	char *class;
	int64_t lock_until;
};

struct it_entries {
	struct it_entry *items;
	size_t count, cap;
};

void it_entries_done(struct it_entries *entries);

/* These entries, and behind each archive what it holds; each once.  NOTFOUND when one is none. */
IT_CHECK int it_entries_read(struct it_entries *out, struct it_sql *sql,
			     const struct it_object_id *ids, size_t count,
			     struct intoto_error **err);
/* Those that are held under a name. */
IT_CHECK int it_entries_held(struct it_entries *out, struct it_sql *sql, const char *name,
			     struct intoto_error **err);

/* FORMAT for what is no id. */
IT_CHECK int it_object_id_read(struct it_object_id *out, const struct it_sql_value *value,
			       struct intoto_error **err);

#endif
