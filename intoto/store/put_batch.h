/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch of puts by its parts, for who does one part of one batch beside another part of another
 * one (<store/put_row.h>); it_store_put is all of them.
 */
#ifndef IT_STORE_PUT_BATCH_H
#define IT_STORE_PUT_BATCH_H

#include "store/store.h"

struct it_put_batch;

/*
 * Reads the documents, and makes their objects durable: uses nothing of the store but its objects.
 * sweep: it_sweep_count() of before.  puts stay the caller's, and stay as they are while the batch
 * lives.
 */
IT_CHECK int it_put_batch_prepare(struct it_put_batch **out, struct it_store *store, uint64_t sweep,
				  const struct it_store_put *puts, size_t count,
				  struct intoto_error **err);
void it_put_batch_free(struct it_put_batch *batch);
IT_DEFINE_AUTO(struct it_put_batch, it_put_batch_free);

/*
 * The rows, in one transaction; done: false when a sweep came between, and nothing was done.
 * Uses nothing of the store but its database, unless alone.
 */
IT_CHECK int it_put_batch_rows(bool *done, struct it_put_batch *batch, bool alone,
			       struct it_store_receipt *receipts, struct intoto_error **err);
/* The rows, and the objects again as often as it takes. */
IT_CHECK int it_put_batch_finish(struct it_put_batch *batch, struct it_store_receipt *receipts,
				 struct intoto_error **err);

#endif
