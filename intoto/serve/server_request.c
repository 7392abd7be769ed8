/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as they come in: refused where they can be before anything of them is kept. */
#include "serve/server_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "serve/archivista.h"
#include "serve/routes.h"
#include "serve/server_answer.h"

enum { DRAINED_MAX = 16 * 1024 * 1024 /* of a body that was refused already */ };

void *it_server_target(void *server, const char *uri, struct MHD_Connection *connection)
{
	struct it_client *client = it_client_of(connection);

	(void)server; /* the client knows it */
	if (!client || !client->address || client->exchange ||
	    it_exchange_new(&client->exchange, client->address, uri))
		return NULL; /* and the request is dropped */
	client->exchange->connection = connection;
	client->told = false;
	return client->exchange;
}

/* Headers that must not come twice, since two readers may take two of them. */
struct once {
	const char *twice;
	unsigned lengths, codings, credentials, hosts;
};

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *name,
				    const char *value)
{
	struct once *once = arg;
	unsigned *count = it_streq_nocase(name, "Content-Length")      ? &once->lengths
			  : it_streq_nocase(name, "Transfer-Encoding") ? &once->codings
			  : it_streq_nocase(name, "Authorization")     ? &once->credentials
			  : it_streq_nocase(name, "Host")	       ? &once->hosts
								       : NULL;

	(void)kind; /* of headers alone */
	(void)value;
	if (count && ++*count > 1)
		once->twice = name;
	return MHD_YES;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* RFC 9112 section 6.3: what a proxy in front of us may have read otherwise. */
static int check_headers(struct it_exchange *exchange, struct MHD_Connection *connection)
{
	struct once once = { 0 };

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &once);
	if (once.twice || (once.lengths && once.codings)) {
		it_exchange_refuse(exchange, IT_HTTP_BAD_REQUEST,
				   once.twice ? "want each header of a request once"
					      : "want a length or chunks, found both");
		return -1;
	}
	return 0;
}

static int read_target(struct it_exchange *exchange)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_target_parse(&exchange->target, it_span_text(exchange->asked), &err);

	if (rc)
		it_exchange_refuse(exchange,
				   rc == INTOTO_E_LIMIT ? IT_HTTP_TOO_LONG : IT_HTTP_BAD_REQUEST,
				   intoto_error_text(err));
	return rc;
}

static int admit(struct it_client *client, struct it_exchange *exchange,
		 struct MHD_Connection *connection)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_guard_ask(client->server->guard, exchange, header(connection, "Authorization"),
			      it_client_certificate(client, connection), &err);

	if (rc == INTOTO_E_SERVICE || rc == INTOTO_E_NOMEM)
		it_exchange_fail(exchange, err);
	else if (rc)
		it_exchange_refuse(exchange, IT_HTTP_UNAUTHORIZED, intoto_error_text(err));
	return rc;
}

/* Who has no rights at all is told no more than that, also of what is not there. */
static int refuse_right(struct it_exchange *exchange, unsigned right)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(256);

	if (!exchange->who) {
		it_exchange_refuse(exchange, IT_HTTP_UNAUTHORIZED,
				   "want a token (Authorization: Bearer TOKEN) or a client "
				   "certificate that has a right here");
		return -1;
	}
	(void)it_buf_add_text(&text, "this token has no right to "); /* short, as below */
	it_rights_print(&text, right);
	it_exchange_refuse(exchange, IT_HTTP_FORBIDDEN, it_buf_text(&text));
	return -1;
}

static int find_route(struct it_exchange *exchange)
{
	bool other_method = false;

	exchange->route = it_route_find(exchange, &other_method);
	if (exchange->route && !exchange->route->right)
		return 0;
	if (!exchange->rights)
		return refuse_right(exchange, IT_RIGHT_READ);
	if (!exchange->route) {
		it_exchange_refuse(exchange, other_method ? IT_HTTP_NOT_ALLOWED : IT_HTTP_NOT_FOUND,
				   other_method ? "this cannot be asked for with that method"
						: "there is nothing of that name here");
		return -1;
	}
	if (!(exchange->rights & exchange->route->right))
		return refuse_right(exchange, exchange->route->right);
	return 0;
}

static int open_upload(struct it_client *client, struct it_exchange *exchange)
{
	const struct it_server_options *options = client->server->options;
	char *path = NULL;

	if (atomic_fetch_add(&client->server->uploads, 1) >= IT_UPLOADS_MAX) {
		(void)atomic_fetch_sub(&client->server->uploads, 1); /* it is none */
		it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE, "too many uploads at once");
		return -1;
	}
	exchange->counted = true;
	if (asprintf(&path, "%s/upload-XXXXXX", options->service.spool) >= 0)
		exchange->body_fd = mkostemp(path, O_CLOEXEC);
	if (exchange->body_fd < 0) {
		free(path);
		it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE, "there is no room for an upload");
		return -1;
	}
	exchange->body_path = path;
	return 0;
}

static uint64_t body_max(const struct it_server *server, const struct it_exchange *exchange)
{
	if (!exchange->route)
		return 0;
	switch (exchange->route->body) {
	case IT_BODY_NONE:
		break;
	case IT_BODY_MEMORY:
		return IT_ARCHIVISTA_REQUEST_MAX;
	case IT_BODY_FILE:
		return server->options->upload_max;
	}
	return 0;
}

static void refuse_size(const struct it_server *server, struct it_exchange *exchange)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(256);

	(void)it_buf_printf(&text, "want at most %ju bytes",
			    (uintmax_t)body_max(server, exchange)); /* short */
	it_exchange_refuse(exchange, IT_HTTP_TOO_LARGE, it_buf_text(&text));
}

/* What is said about the body, before any of it is taken. */
static int expect_body(struct it_client *client, struct it_exchange *exchange,
		       struct MHD_Connection *connection)
{
	const char *length = header(connection, "Content-Length");
	uint64_t size = 0;

	if (header(connection, "Content-Encoding")) {
		it_exchange_refuse(exchange, IT_HTTP_UNSUPPORTED_MEDIA,
				   "want the bytes as they are, without a Content-Encoding");
		return -1;
	}
	if (length && (!it_parse_u64(length, UINT64_MAX, &size) ||
		       size > body_max(client->server, exchange))) {
		refuse_size(client->server, exchange);
		return -1;
	}
	exchange->body.max = IT_ARCHIVISTA_REQUEST_MAX;
	return exchange->route->body == IT_BODY_FILE ? open_upload(client, exchange) : 0;
}

/* Pages of other sites can make a browser send things along with what it is known by. */
static int check_origin(struct it_exchange *exchange, struct MHD_Connection *connection)
{
	if (exchange->method != IT_METHOD_POST || !header(connection, "Origin"))
		return 0;
	it_exchange_refuse(exchange, IT_HTTP_FORBIDDEN, "a page in a browser may not do this");
	return -1;
}

static int check_audit(struct it_client *client, struct it_exchange *exchange)
{
	if (it_audit_is_good(client->server->audit))
		return 0;
	it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE,
			   "the audit log cannot be written, so nothing is answered");
	return -1;
}

/*
 * Whether a client that was refused is already sending its body: if it were answered at once and
 * the rest of it thrown away, the system would reset the connection, and the answer with it.
 */
static bool is_sending(struct MHD_Connection *connection)
{
	const char *length = header(connection, "Content-Length");
	uint64_t size = 0;

	if (header(connection, "Expect"))
		return false;
	if (header(connection, "Transfer-Encoding"))
		return true;
	return length && it_parse_u64(length, DRAINED_MAX, &size) && size;
}

static enum MHD_Result begin(struct it_client *client, struct it_exchange *exchange,
			     struct MHD_Connection *connection, const char *method)
{
	atomic_store(&client->busy, true);
	it_client_allow(client, it_clock_monotonic(), 0);
	exchange->verb = strdup(method);
	if (!exchange->verb)
		return MHD_NO;
	if (it_streq(method, "GET") || it_streq(method, "HEAD"))
		exchange->method = IT_METHOD_GET;
	else
		exchange->method = it_streq(method, "POST") ? IT_METHOD_POST : IT_METHOD_OTHER;
	if (check_audit(client, exchange) || check_headers(exchange, connection) ||
	    read_target(exchange) || admit(client, exchange, connection) || find_route(exchange) ||
	    check_origin(exchange, connection) || expect_body(client, exchange, connection))
		return is_sending(connection) ? MHD_YES
					      : it_server_send(client, exchange, connection);
	return MHD_YES;
}

static void keep(struct it_client *client, struct it_exchange *exchange, struct it_span piece)
{
	if (exchange->received > body_max(client->server, exchange)) {
		refuse_size(client->server, exchange);
		return;
	}
	if (exchange->route->body == IT_BODY_MEMORY)
		(void)it_buf_add_span(&exchange->body, piece); /* sticky */
	else if (it_fd_write(exchange->body_fd, piece, NULL))
		it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE, "there is no room for an upload");
}

static enum MHD_Result take(struct it_client *client, struct it_exchange *exchange,
			    const char *data, size_t *len)
{
	exchange->received += *len;
	it_client_allow(client, exchange->begun, exchange->received);
	if (!exchange->status)
		keep(client, exchange, it_span(data, *len));
	*len = 0;
	/* What is behind a refusal is read so that it can be told, but not for ever. */
	if (exchange->status &&
	    exchange->received > body_max(client->server, exchange) + DRAINED_MAX)
		return MHD_NO;
	return MHD_YES;
}

static enum MHD_Result dispatch(struct it_client *client, struct it_exchange *exchange,
				struct MHD_Connection *connection)
{
	if (exchange->status)
		return it_server_send(client, exchange, connection);
	if (it_buf_check(&exchange->body, "the body", NULL)) {
		it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE, "there is no room for this");
		return it_server_send(client, exchange, connection);
	}
	atomic_store(&client->deadline, 0);
	exchange->queued = true;
	MHD_suspend_connection(connection);
	if (!it_workers_give(client->server->workers, exchange)) {
		it_exchange_refuse(exchange, IT_HTTP_UNAVAILABLE, "the server is being stopped");
		it_server_answered(client->server, exchange);
	}
	return MHD_YES;
}

void it_server_answered(void *server, struct it_exchange *exchange)
{
	(void)server; /* the connection is enough */
	exchange->answered = true;
	MHD_resume_connection(exchange->connection);
}

enum MHD_Result it_server_request(void *server, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *len, void **context)
{
	struct it_client *client = it_client_of(connection);
	struct it_exchange *exchange = *context;

	(void)server; /* the client knows it */
	(void)url;    /* was taken as it came */
	(void)version;
	if (!client || !exchange)
		return MHD_NO;
	if (!exchange->verb)
		return begin(client, exchange, connection, method);
	if (*len)
		return take(client, exchange, data, len);
	if (exchange->queued && !exchange->answered)
		return MHD_YES;
	return exchange->answered ? it_server_send(client, exchange, connection)
				  : dispatch(client, exchange, connection);
}

static const char *outcome_of(const struct it_client *client, enum MHD_RequestTerminationCode why)
{
	if (atomic_load(&client->slow))
		return "slow";
	if (why == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		return "answered";
	return why == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN ? "stopped" : "broken off";
}

void it_server_completed(void *server, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode why)
{
	struct it_client *client = it_client_of(connection);
	struct it_exchange *exchange = *context;

	*context = NULL;
	if (!client || !exchange)
		return;
	it_audit_request(client->server->audit, exchange, outcome_of(client, why));
	client->told = true;
	if (exchange->counted)
		(void)atomic_fetch_sub(&client->server->uploads, 1); /* only counted */
	client->exchange = NULL;
	it_exchange_free(exchange);
	it_client_allow(client, it_clock_monotonic(), 0);
	atomic_store(&client->busy, false);
	(void)server; /* the client knows it */
}
