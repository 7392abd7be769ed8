/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer. */
#include "serve/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "json/writer.h"

enum { ANSWER_MAX = 64 * 1024 * 1024, SENTENCE_MAX = 16 * 1024 };

int it_exchange_new(struct it_exchange **out, const char *address, const char *asked)
{
	struct it_exchange *exchange = calloc(1, sizeof *exchange);

	*out = NULL;
	if (!exchange)
		return INTOTO_E_NOMEM;
	exchange->address = strdup(address);
	exchange->asked = strdup(asked);
	exchange->body_fd = -1;
	exchange->answer_fd = -1;
	exchange->answer.max = ANSWER_MAX;
	exchange->media_type = "application/json";
	exchange->begun = it_clock_monotonic();
	if (!exchange->address || !exchange->asked) {
		it_exchange_free(exchange);
		return INTOTO_E_NOMEM;
	}
	*out = exchange;
	return INTOTO_OK;
}

void it_exchange_free(struct it_exchange *exchange)
{
	if (!exchange)
		return;
	if (exchange->body_path)
		(void)unlink(exchange->body_path); /* is gone, or the next start finds it */
	it_fd_close(&exchange->body_fd);
	it_fd_close(&exchange->answer_fd);
	it_target_done(&exchange->target);
	it_buf_done(&exchange->body);
	it_buf_done(&exchange->answer);
	free(exchange->body_path);
	free(exchange->address);
	free(exchange->asked);
	free(exchange->verb);
	free(exchange->who);
	free(exchange->object);
	free(exchange->reason);
	free(exchange);
}

/* {"error":"…"}, or for GraphQL {"errors":[{"message":"…"}]} */
static void write_sentence(struct it_exchange *exchange, const char *sentence)
{
	struct it_writer writer;
	bool listed = exchange->graphql;

	it_writer_init(&writer, &exchange->answer, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, listed ? "errors" : "error");
	if (listed) {
		it_write_list(&writer);
		it_write_object(&writer);
		it_write_name(&writer, "message");
	}
	it_write_text(&writer, sentence);
	if (listed) {
		it_write_object_end(&writer);
		it_write_list_end(&writer);
	}
	it_write_object_end(&writer);
	if (it_writer_finish(&writer, NULL))
		it_buf_reset(&exchange->answer);	/* the status alone says it */
	(void)it_buf_add_byte(&exchange->answer, '\n'); /* the same */
}

void it_exchange_refuse(struct it_exchange *exchange, int status, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	(void)it_utf8_replace(&text, it_span_text(sentence)); /* it is UTF-8 either way */
	it_buf_reset(&exchange->answer);
	it_fd_close(&exchange->answer_fd);
	exchange->status = status;
	exchange->media_type = "application/json";
	exchange->headers = NULL;
	free(exchange->reason);
	exchange->reason = strdup(it_buf_text(&text)); /* NULL: the line has none */
	write_sentence(exchange, it_buf_text(&text));
}

static const struct status_row {
	enum intoto_code code;
	int status;
} statuses[] = {
	{ INTOTO_E_FORMAT, IT_HTTP_UNPROCESSABLE },	 { INTOTO_E_LIMIT, IT_HTTP_TOO_LARGE },
	{ INTOTO_E_UNSUPPORTED, IT_HTTP_UNPROCESSABLE }, { INTOTO_E_NOTFOUND, IT_HTTP_NOT_FOUND },
	{ INTOTO_E_UNTRUSTED, IT_HTTP_FORBIDDEN },	 { INTOTO_E_POLICY, IT_HTTP_FORBIDDEN },
	{ INTOTO_E_USAGE, IT_HTTP_BAD_REQUEST },
};

/* Errors of ours name files and servers, which are nobody's business outside. */
void it_exchange_fail(struct it_exchange *exchange, const struct intoto_error *err)
{
	const char *text = intoto_error_text(err);
	bool busy = intoto_error_code(err) == INTOTO_E_SERVICE;

	for (size_t i = 0; i < IT_COUNT_OF(statuses); i++) {
		if (statuses[i].code == intoto_error_code(err)) {
			it_exchange_refuse(exchange, statuses[i].status, text);
			return;
		}
	}
	it_exchange_refuse(exchange, busy ? IT_HTTP_UNAVAILABLE : IT_HTTP_INTERNAL,
			   busy ? "the store cannot be reached now"
				: "the store could not do this; its audit log says why");
	free(exchange->reason);
	exchange->reason = strdup(text); /* NULL: the line has none */
}

int it_exchange_spool(struct it_exchange *exchange, const char *folder, struct intoto_error **err)
{
	it_fd_close(&exchange->answer_fd);
	exchange->answer_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return exchange->answer_fd < 0 ? it_err_errno(err, errno, "%s", folder) : INTOTO_OK;
}
