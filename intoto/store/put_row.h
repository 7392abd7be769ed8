/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of puts in a row: while the rows of one are made durable, the next one is read, hashed
 * and written.  Each is all or none, they are in the order of their giving, and what is told is
 * durable.
 */
#ifndef IT_STORE_PUT_ROW_H
#define IT_STORE_PUT_ROW_H

#include "store/store.h"

struct it_put_row;

/* told is called for each batch, in order, while nothing else uses the store: it may. */
IT_CHECK int it_put_row_open(struct it_put_row **out, struct it_store *store,
			     int (*told)(void *arg, const struct it_store_put *puts,
					 const struct it_store_receipt *receipts, size_t count,
					 struct intoto_error **err),
			     void *arg, struct intoto_error **err);
/* Gives up what was not told. */
void it_put_row_close(struct it_put_row *row);
IT_DEFINE_AUTO(struct it_put_row, it_put_row_close);

/*
 * What puts point to stays as it is until they are told: the batch before is, when this returns;
 * the array itself is copied.
 */
IT_CHECK int it_put_row_give(struct it_put_row *row, const struct it_store_put *puts, size_t count,
			     struct intoto_error **err);
/* All that was given is told. */
IT_CHECK int it_put_row_finish(struct it_put_row *row, struct intoto_error **err);

#endif
