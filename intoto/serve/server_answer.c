/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as they go out. */
#include "serve/server_answer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"

/* Whatever is kept comes from strangers: no browser runs, frames or guesses any of it. */
static const char *const common[][2] = {
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; "
				     "frame-ancestors 'none'; sandbox" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Referrer-Policy", "no-referrer" },
	{ "X-Content-Type-Options", "nosniff" },
	{ NULL, NULL },
};

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_all(struct MHD_Response *response, const char *const headers[][2])
{
	bool good = true;

	for (; good && (*headers)[0]; headers++)
		good = add(response, (*headers)[0], (*headers)[1]);
	return good;
}

/* A token for programs; a browser asks for a password, which is the token. */
static bool add_challenge(struct MHD_Response *response)
{
	return add(response, "WWW-Authenticate", "Bearer realm=\"intoto store\"") &&
	       add(response, "WWW-Authenticate", "Basic realm=\"intoto store\", charset=\"UTF-8\"");
}

static bool add_headers(struct MHD_Response *response, const struct it_client *client,
			const struct it_exchange *exchange)
{
	bool good = add(response, "Content-Type", exchange->media_type) &&
		    add_all(response, exchange->headers ? exchange->headers : common);

	if (exchange->attached)
		good = good && add(response, "Content-Disposition", "attachment");
	if (exchange->status == IT_HTTP_UNAUTHORIZED)
		good = good && add_challenge(response);
	if (exchange->status == IT_HTTP_NOT_ALLOWED)
		good = good && add(response, "Allow",
				   exchange->method == IT_METHOD_GET ? "POST" : "GET, HEAD");
	if (exchange->status == IT_HTTP_UNAVAILABLE)
		good = good && add(response, "Retry-After", "5");
	if (atomic_load(&client->server->stopping))
		good = good && add(response, "Connection", "close");
	return good;
}

/* Takes the file or the bytes. */
static struct MHD_Response *response_of(struct it_exchange *exchange)
{
	struct MHD_Response *response;
	size_t len = exchange->answer.len;
	char *bytes;

	if (exchange->answer_fd >= 0) {
		response = MHD_create_response_from_fd64(exchange->answer_len, exchange->answer_fd);
		exchange->answer_fd = response ? -1 : exchange->answer_fd;
		return response;
	}
	bytes = it_buf_take(&exchange->answer);
	if (!bytes)
		return NULL;
	exchange->answer_len = len; /* for the audit */
	response = MHD_create_response_from_buffer_with_free_callback(len, bytes, free);
	if (!response)
		free(bytes);
	return response;
}

enum MHD_Result it_server_send(struct it_client *client, struct it_exchange *exchange,
			       struct MHD_Connection *connection)
{
	uint64_t len = exchange->answer_len + exchange->answer.len;
	struct MHD_Response *response;
	enum MHD_Result sent = MHD_NO;

	if (exchange->answer.failed)
		it_exchange_refuse(exchange, IT_HTTP_INTERNAL, "the answer is too long");
	response = response_of(exchange);
	if (!response)
		return MHD_NO;
	it_client_allow(client, it_clock_monotonic(), len);
	if (add_headers(response, client, exchange))
		sent = MHD_queue_response(connection, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return sent;
}
