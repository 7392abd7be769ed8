/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a store (they are described in <store/store.h>), in the words of its database. */
#ifndef IT_STORE_SCHEMA_H
#define IT_STORE_SCHEMA_H

#include "store/sql.h"

enum { IT_SCHEMA_VERSION = 1 };

/* Makes the tables, inside a transaction of the caller's. */
IT_CHECK int it_schema_create(struct it_sql *sql, struct intoto_error **err);
/* INTOTO_OK for a store of this version; FORMAT says what it is instead. */
IT_CHECK int it_schema_check(struct it_sql *sql, struct intoto_error **err);

/* A row of meta: appended to out; NOTFOUND when there is none. */
IT_CHECK int it_meta_get(struct it_sql *sql, const char *name, struct it_buf *out,
			 struct intoto_error **err);
IT_CHECK int it_meta_set(struct it_sql *sql, const char *name, struct it_span value,
			 struct intoto_error **err);

#endif
