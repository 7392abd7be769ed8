/* SPDX-License-Identifier: Apache-2.0 */
/* The log: checkpoint and tiles by the paths of c2sp.org/tlog-tiles, proofs by request. */
#include "base/text.h"
#include "serve/answers.h"
#include "store/log.h"

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	uint64_t *number = arg;

	(void)err; /* nothing can fail */
	*number = (uint64_t)row->values[0].number;
	return INTOTO_OK;
}

int it_answer_proof(struct it_exchange *exchange, struct it_worker *worker,
		    struct intoto_error **err)
{
	struct it_object_id id;
	struct it_sql_value value;
	uint64_t number = UINT64_MAX;
	int rc = it_store_resolve(worker->store, exchange->rest, &id, err);

	if (rc)
		return rc;
	value = IT_SQL_B(it_span(id.bytes, sizeof id.bytes));
	rc = it_sql_each(worker->store->sql, "SELECT number FROM entry WHERE id = $1", &value, 1,
			 take_number, &number, err);
	if (!rc && number == UINT64_MAX)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such entry");
	exchange->media_type = "text/plain; charset=utf-8";
	return rc ? rc : it_log_prove(worker->store, number, &exchange->answer, err);
}

int it_answer_checkpoint(struct it_exchange *exchange, struct it_worker *worker,
			 struct intoto_error **err)
{
	exchange->media_type = "text/plain; charset=utf-8";
	return it_log_checkpoint(worker->store, &exchange->answer, err);
}

int it_answer_tile(struct it_exchange *exchange, struct it_worker *worker,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(256);
	int rc;

	(void)it_buf_printf(&path, "tile/%s", exchange->rest); /* is looked at */
	rc = it_buf_check(&path, "the path of a tile", err);
	exchange->media_type = "application/octet-stream";
	return rc ? rc : it_log_tile(worker->store, it_buf_text(&path), &exchange->answer, err);
}

int it_answer_consistency(struct it_exchange *exchange, struct it_worker *worker,
			  struct intoto_error **err)
{
	struct it_merkle_hash hashes[2 * IT_MERKLE_DEPTH];
	size_t count = 0;
	uint64_t first = 0;
	int rc;

	if (!it_parse_u64(exchange->rest, INT64_MAX, &first))
		return it_err_set(err, INTOTO_E_USAGE, "want the size of an older tree");
	rc = it_log_consistency(worker->store, first, hashes, &count, err);
	exchange->media_type = "text/plain; charset=utf-8";
	for (size_t i = 0; !rc && i < count; i++) {
		it_base64_encode(&exchange->answer, it_span(hashes[i].bytes, IT_SHA256_SIZE));
		(void)it_buf_add_byte(&exchange->answer, '\n'); /* sticky */
	}
	return rc;
}
