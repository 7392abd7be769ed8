/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/download/ID: bytes are sent when all of them have the digest that was asked for. */
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "serve/answers.h"

enum { IN_MEMORY_MAX = 256 * 1024 };

static int spill(struct it_exchange *exchange, const char *folder, struct intoto_error **err)
{
	int rc = it_exchange_spool(exchange, folder, err);

	if (!rc)
		rc = it_fd_write(exchange->answer_fd, it_buf_span(&exchange->answer), err);
	exchange->answer_len = exchange->answer.len;
	it_buf_done(&exchange->answer);
	return rc;
}

struct taking {
	struct it_exchange *exchange;
	const char *folder;
};

/* Little ones are kept in memory. */
static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct taking *taking = arg;
	struct it_exchange *exchange = taking->exchange;
	int rc = INTOTO_OK;

	if (exchange->answer_fd < 0 && exchange->answer.len + piece.len <= IN_MEMORY_MAX) {
		(void)it_buf_add_span(&exchange->answer, piece); /* is looked at */
		return it_buf_check(&exchange->answer, "the answer", err);
	}
	if (exchange->answer_fd < 0)
		rc = spill(exchange, taking->folder, err);
	if (!rc)
		rc = it_fd_write(exchange->answer_fd, piece, err);
	exchange->answer_len += piece.len;
	return rc;
}

/* Archivista's clients ask by gitoid, which looks like any other digest. */
static int resolve(struct it_object_id *id, struct it_store *store, const char *text,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf gitoid = IT_BUF(128);
	int rc;

	if (strlen(text) != 2 * IT_SHA256_SIZE || !it_hex_valid(it_span_text(text)))
		return it_store_resolve(store, text, id, err);
	(void)it_buf_printf(&gitoid, "gitoid:blob:sha256:%s", text); /* short */
	rc = it_store_resolve(store, it_buf_text(&gitoid), id, NULL);
	return rc == INTOTO_E_NOTFOUND ? it_store_resolve(store, text, id, err) : rc;
}

int it_answer_download(struct it_exchange *exchange, struct it_worker *worker,
		       struct intoto_error **err)
{
	struct taking taking = { exchange, worker->service->spool };
	const struct it_sink sink = { take, &taking };
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(128);
	struct it_object_id id;
	int rc = resolve(&id, worker->store, exchange->rest, err);

	if (rc)
		return rc;
	(void)it_buf_add_text(&digest, "sha256:"); /* short, as below */
	it_hex_encode(&digest, it_span(id.bytes, sizeof id.bytes));
	exchange->object = strdup(it_buf_text(&digest)); /* NULL: the line has none */
	exchange->attached = true;
	rc = it_store_get(worker->store, &id, &sink, err);
	if (rc) {
		it_buf_reset(&exchange->answer);
		it_fd_close(&exchange->answer_fd);
		exchange->answer_len = 0;
		exchange->attached = false;
		return rc;
	}
	if (!exchange->answer.len || exchange->answer.data[0] != '{')
		exchange->media_type = "application/octet-stream";
	return INTOTO_OK;
}

int it_answer_health(struct it_exchange *exchange, struct it_worker *worker,
		     struct intoto_error **err)
{
	(void)worker; /* that there is one says it */
	(void)it_buf_add_text(&exchange->answer, "{\"status\":\"ok\"}\n"); /* is looked at */
	return it_buf_check(&exchange->answer, "the answer", err);
}
