/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a store (they are described in <store/store.h>), in the words of its database. */
#ifndef IT_STORE_SCHEMA_H
#define IT_STORE_SCHEMA_H

#include "store/sql.h"

enum { IT_SCHEMA_VERSION = 1, IT_SCHEMA_PART = 32768 /* as the indexes say */ };

/* All parts of such an index; "…, subject s WHERE s.entry / 32768 = p.n AND s.value = $1" */
#define IT_SCHEMA_PARTS                                                                            \
	"(WITH RECURSIVE part(n) AS (SELECT (SELECT max(number) FROM entry) / 32768 UNION ALL "    \
	"SELECT n - 1 FROM part WHERE n > 0) SELECT n FROM part) p CROSS JOIN"

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
