/* SPDX-License-Identifier: Apache-2.0 */
#include "store/put_row.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/put_batch.h"
#include "store/sweep.h"

struct given {
	struct it_store_put *puts;
	struct it_store_receipt *receipts;
	size_t count;
	struct it_put_batch *batch;
};

struct it_put_row {
	struct it_store *store;
	int (*told)(void *arg, const struct it_store_put *puts,
		    const struct it_store_receipt *receipts, size_t count,
		    struct intoto_error **err);
	void *arg;
	uint64_t sweep; /* before any object of the next batch is written */
	/* The batch whose rows are being added, and by whom. */
	struct given given;
	pthread_t thread;
	bool runs, done;
	int rc;
	struct intoto_error *err;
};

static void given_done(struct given *given)
{
	it_put_batch_free(given->batch);
	free(given->puts);
	free(given->receipts);
	*given = (struct given){ 0 };
}

int it_put_row_open(struct it_put_row **out, struct it_store *store,
		    int (*told)(void *arg, const struct it_store_put *puts,
				const struct it_store_receipt *receipts, size_t count,
				struct intoto_error **err),
		    void *arg, struct intoto_error **err)
{
	IT_AUTO(it_put_row_closep) struct it_put_row *row = calloc(1, sizeof *row);
	int rc;

	*out = NULL;
	if (!row)
		return it_err_nomem(err);
	row->store = store;
	row->told = told;
	row->arg = arg;
	rc = it_sweep_count(&row->sweep, store->sql, err);
	if (rc)
		return rc;
	*out = row;
	row = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void join(struct it_put_row *row)
{
	if (row->runs)
		(void)pthread_join(row->thread, NULL); /* it ends by itself */
	row->runs = false;
}

void it_put_row_close(struct it_put_row *row)
{
	if (!row)
		return;
	join(row);
	given_done(&row->given);
	intoto_error_free(row->err);
	free(row);
}

/* --- the thread --- */

static void *add_rows(void *arg)
{
	struct it_put_row *row = arg;

	row->rc = it_put_batch_rows(&row->done, row->given.batch, false, row->given.receipts,
				    &row->err);
	return NULL;
}

/* Without a thread it takes longer, that is all. */
static int start(struct it_put_row *row, struct intoto_error **err)
{
	int rc = it_sweep_count(&row->sweep, row->store->sql, err);

	if (rc)
		return rc;
	row->runs = !pthread_create(&row->thread, NULL, add_rows, row);
	if (!row->runs)
		(void)add_rows(row); /* row->rc says how it went */
	return INTOTO_OK;
}

/* Waits for the batch that is on its way, and tells of it. */
static int settle(struct it_put_row *row, struct intoto_error **err)
{
	struct given *given = &row->given;
	int rc;

	if (!given->batch)
		return INTOTO_OK;
	join(row);
	rc = row->rc;
	if (rc) {
		if (err)
			*err = row->err;
		else
			intoto_error_free(row->err);
		row->err = NULL;
	} else if (!row->done) {
		rc = it_put_batch_finish(given->batch, given->receipts, err);
	}
	if (!rc)
		rc = row->told(row->arg, given->puts, given->receipts, given->count, err);
	given_done(given);
	return rc;
}

/* --- giving --- */

static int take(struct given *given, const struct it_store_put *puts, size_t count,
		struct intoto_error **err)
{
	given->puts = calloc(count + 1, sizeof *given->puts);
	given->receipts = calloc(count + 1, sizeof *given->receipts);
	if (!given->puts || !given->receipts)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++)
		given->puts[i] = puts[i];
	given->count = count;
	return INTOTO_OK;
}

int it_put_row_give(struct it_put_row *row, const struct it_store_put *puts, size_t count,
		    struct intoto_error **err)
{
	IT_AUTO(given_done) struct given next = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = take(&next, puts, count, err);
	int failed;

	if (rc)
		return rc;
	failed = it_put_batch_prepare(&next.batch, row->store, row->sweep, next.puts, count, &why);
	/* What was given before does not go down with what cannot be read. */
	rc = settle(row, err);
	if (!rc && failed) {
		if (err) {
			*err = why;
			why = NULL;
		}
		return failed;
	}
	if (rc)
		return rc;
	row->given = next;
	next = (struct given){ 0 }; /* now the row's */
	return start(row, err);
}

int it_put_row_finish(struct it_put_row *row, struct intoto_error **err)
{
	return settle(row, err);
}
