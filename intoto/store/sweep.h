/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How objects are removed beside puts that leave alone what is there already.
 *
 * A put writes its objects before its transaction, and skips one that exists; a sweep might remove
 * that very one before the transaction.  So a sweep counts before it removes anything, removes
 * under the lock of writers, and counts again when it is through: the count is odd in between, and
 * stays so when it is killed.  A put notes the count before it writes; when its transaction finds
 * another one, or an odd one, it looks whether its objects are still there.
 */
#ifndef IT_STORE_SWEEP_H
#define IT_STORE_SWEEP_H

#include "store/sql.h"

/* Of a new store: 0. */
IT_CHECK int it_sweep_create(struct it_sql *sql, struct intoto_error **err);
IT_CHECK int it_sweep_count(uint64_t *out, struct it_sql *sql, struct intoto_error **err);
/* Inside transactions: before the first object is removed, and behind the last. */
IT_CHECK int it_sweep_begin(struct it_sql *sql, struct intoto_error **err);
IT_CHECK int it_sweep_finish(struct it_sql *sql, struct intoto_error **err);

/* Whether a put that noted before must look after its objects now. */
static inline bool it_sweep_may_have_taken(uint64_t before, uint64_t now)
{
	return before != now || now % 2;
}

#endif
