/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a store (they are described in <store/store.h>), in the words of its database. */
#ifndef IT_STORE_SCHEMA_H
#define IT_STORE_SCHEMA_H

#include "store/sql.h"

enum {
	IT_SCHEMA_VERSION = 2,
	IT_SCHEMA_PART = 131072,
	IT_SCHEMA_PREFIX = 8 /* as the indexes say */
};

/* All parts of such an index; "…, subject s WHERE s.entry / 131072 = p.n AND
 * substr(s.value, 1, 8) = $1 AND s.value = $2" */
#define IT_SCHEMA_PARTS                                                                            \
	"(WITH RECURSIVE part(n) AS (SELECT (SELECT max(number) FROM entry) / 131072 UNION ALL "   \
	"SELECT n - 1 FROM part WHERE n > 0) SELECT n FROM part) p CROSS JOIN"

/* What the index has of a value. */
static inline struct it_span it_schema_prefix(struct it_span value)
{
	return it_span(value.data, value.len < IT_SCHEMA_PREFIX ? value.len : IT_SCHEMA_PREFIX);
}

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
