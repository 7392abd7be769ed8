/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on the wire.
 *
 * libcurl asks for what it sends, and a message pours what it has.  So while a message pours, each
 * piece of it drives the transfer until libcurl has taken it: nothing is copied but once, no thread
 * is needed, and a message of any length costs no memory.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/http_part.h"

enum {
	CONNECT_SECONDS = 15,
	STALL_SECONDS = 30,
	STALL_SPEED = 1024, /* bytes a second */
	POLL_MS = 1000,
	DOWN_BUFFER = 512 * 1024,
	UP_BUFFER = 1024 * 1024,
	POUR_ENDED = 1, /* a sink's way to say: no more */
};

struct transfer {
	struct it_http *http;
	const struct it_http_hop *hop;
	struct it_http_answer *answer;
	struct it_http_end *end;
	int rc; /* of a sink, a message or the ceiling; with why */
	struct intoto_error *why;
	struct curl_slist *headers;
	size_t header_bytes;
	bool head_ended; /* by the empty line: else it was cut, and what it says is half of it */
	/* sending */
	struct it_span waiting; /* what libcurl has not taken yet */
	uint64_t skip;		/* bytes of the message before those that are sent */
	uint64_t left;		/* bytes still to be sent */
	bool paused;
	bool added; /* to the multi handle */
	bool ended;
};

static void transfer_done(struct transfer *transfer)
{
	if (transfer->added)
		(void)curl_multi_remove_handle(transfer->http->multi, /* it is in there */
					       transfer->http->easy);
	curl_slist_free_all(transfer->headers);
	intoto_error_free(transfer->why);
}

/* --- what comes --- */

static bool is_success(const struct transfer *transfer)
{
	return transfer->answer->status >= 200 && transfer->answer->status <= 299;
}

static int limit(struct transfer *transfer, uint64_t ceiling)
{
	return it_err_set(&transfer->why, INTOTO_E_LIMIT, "the answer has more than %llu bytes",
			  (unsigned long long)ceiling);
}

/* "HTTP/1.1 200 OK": a new head begins, of this hop or behind a 1xx. */
static bool take_status(struct transfer *transfer, struct it_span line)
{
	const char *space = line.len ? memchr(line.data, ' ', line.len) : NULL;
	size_t digits = 0;
	int status = 0;

	if (line.len < 5 || !it_span_is(it_span(line.data, 5), "HTTP/") || !space)
		return false;
	for (space++; digits < 3 && space < line.data + line.len && *space >= '0' && *space <= '9';
	     digits++)
		status = status * 10 + (*space++ - '0');
	it_strings_done(&transfer->answer->headers);
	transfer->answer->headers = (struct it_strings){ 0 };
	transfer->answer->status = digits == 3 ? status : 0;
	transfer->head_ended = false;
	return true;
}

/* "Name: value" with the name in lower case; a line that is none, or has a NUL, is left out. */
static int take_header(struct transfer *transfer, struct it_span line)
{
	struct it_strings *headers = &transfer->answer->headers;
	size_t len = line.len;
	IT_AUTO(it_freep) char *text = NULL;

	while (len && (line.data[len - 1] == '\n' || line.data[len - 1] == '\r' ||
		       line.data[len - 1] == ' '))
		len--;
	if (!len || memchr(line.data, '\0', len) || !memchr(line.data, ':', len))
		return INTOTO_OK;
	if (headers->count == IT_HTTP_HEADERS_MAX)
		return it_err_set(&transfer->why, INTOTO_E_LIMIT,
				  "the answer has more than %d headers", IT_HTTP_HEADERS_MAX);
	text = strndup(line.data, len);
	if (!text)
		return it_err_nomem(&transfer->why);
	for (char *c = text; *c != ':'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return it_strings_add(headers, text, &transfer->why);
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct it_span line = it_span(data, size * count);

	transfer->header_bytes += line.len;
	if (transfer->header_bytes > IT_HTTP_HEADER_BYTES_MAX)
		transfer->rc = it_err_set(&transfer->why, INTOTO_E_LIMIT,
					  "the answer has more than %d bytes of headers",
					  IT_HTTP_HEADER_BYTES_MAX);
	else if (it_span_is(line, "\r\n") || it_span_is(line, "\n"))
		transfer->head_ended = true;
	else if (!take_status(transfer, line))
		transfer->rc = take_header(transfer, line);
	return transfer->rc ? 0 : line.len;
}

/* Into the sink, or into the answer when there is none. */
static int take_body(struct transfer *transfer, struct it_span piece)
{
	const struct it_http_request *request = transfer->hop->request;
	struct it_http_answer *answer = transfer->answer;
	uint64_t ceiling = request->ceiling ? request->ceiling : IT_HTTP_CEILING;

	if (!request->sink) {
		answer->body.max = ceiling < SIZE_MAX / 4 ? (size_t)ceiling : SIZE_MAX / 4;
		if (piece.len > answer->body.max - answer->body.len)
			return limit(transfer, ceiling);
		return it_buf_add_span(&answer->body, piece) ? it_err_nomem(&transfer->why)
							     : INTOTO_OK;
	}
	if (piece.len > ceiling || answer->received > ceiling - piece.len)
		return limit(transfer, ceiling);
	answer->received += piece.len;
	transfer->end->began = true;
	return it_sink_take(request->sink, piece, &transfer->why);
}

/* What a server says beside a refusal, and no more of it than a person would read. */
static size_t keep_said(struct transfer *transfer, struct it_span piece)
{
	struct it_buf *body = &transfer->answer->body;
	size_t room;

	body->max = IT_HTTP_SAID_MAX;
	room = body->max - body->len;
	(void)it_buf_add(body, piece.data, piece.len < room ? piece.len : room); /* a message */
	return piece.len <= room ? piece.len : 0; /* ends the transfer */
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct it_span piece = it_span(data, size * count);

	if (!is_success(transfer))
		return keep_said(transfer, piece);
	transfer->rc = take_body(transfer, piece);
	return transfer->rc ? 0 : piece.len;
}

/* --- what goes --- */

static size_t on_ask(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t len = size * count;

	if (!transfer->waiting.len) {
		if (!transfer->left)
			return 0;
		transfer->paused = true;
		return CURL_READFUNC_PAUSE;
	}
	if (len > transfer->waiting.len)
		len = transfer->waiting.len;
	memcpy(data, transfer->waiting.data, len);
	transfer->waiting.data += len;
	transfer->waiting.len -= len;
	transfer->left -= len;
	return len;
}

/* Poured bytes are gone; an attempt that has to begin anew is ours to make. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
	const struct transfer *transfer = arg;
	const struct it_http_request *request = transfer->hop->request;
	uint64_t all = request->body_length ? request->body_length
					    : request->body->len - request->body_offset;

	(void)origin; /* is always the beginning */
	return offset == 0 && transfer->left == all ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* --- driving --- */

static void look_for_end(struct transfer *transfer)
{
	CURLMsg *message;
	int more;

	while ((message = curl_multi_info_read(transfer->http->multi, &more)))
		if (message->msg == CURLMSG_DONE && message->easy_handle == transfer->http->easy) {
			transfer->ended = true;
			transfer->end->code = message->data.result;
		}
}

/* Until libcurl has taken what waits, or the transfer has ended. */
static void drive(struct transfer *transfer, bool to_the_end)
{
	CURLM *multi = transfer->http->multi;
	int running = 0;

	while (!transfer->ended) {
		if (curl_multi_perform(multi, &running) != CURLM_OK) {
			transfer->ended = true;
			transfer->end->code = CURLE_OUT_OF_MEMORY;
			return;
		}
		look_for_end(transfer);
		if (transfer->ended || (!to_the_end && !transfer->waiting.len && transfer->paused))
			return;
		(void)curl_multi_poll(multi, NULL, 0, POLL_MS,
				      NULL); /* an early return only costs a turn */
	}
}

static int on_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct transfer *transfer = arg;

	(void)err; /* how the transfer ended is told elsewhere */
	if (transfer->skip >= piece.len) {
		transfer->skip -= piece.len;
		return INTOTO_OK;
	}
	piece.data += transfer->skip;
	piece.len -= (size_t)transfer->skip;
	transfer->skip = 0;
	if (piece.len > transfer->left)
		piece.len = (size_t)transfer->left;
	transfer->waiting = piece;
	if (transfer->paused) {
		transfer->paused = false;
		(void)curl_easy_pause(transfer->http->easy,
				      CURLPAUSE_CONT); /* perform says it again */
	}
	drive(transfer, false);
	return transfer->ended || !transfer->left ? POUR_ENDED : INTOTO_OK;
}

/* Pours while libcurl takes; what is left when there is no more was promised and is not there. */
static int pour(struct transfer *transfer, const struct it_message *body)
{
	const struct it_sink sink = { on_piece, transfer };
	int rc;

	transfer->skip = transfer->hop->request->body_offset;
	rc = it_message_pour(body, &sink, &transfer->why);
	if (rc && rc != POUR_ENDED)
		return rc;
	if (!transfer->ended && transfer->left) {
		transfer->end->poured_wrong = true;
		transfer->end->code = CURLE_READ_ERROR;
		transfer->ended = true;
	}
	return INTOTO_OK;
}

/* --- setting up --- */

/* What the asker knows of itself stays; what it wants may go along. */
static bool is_kept_away(const char *header)
{
	return !it_starts_with(header, "Accept:") && !it_starts_with(header, "Range:");
}

static bool add_line(struct transfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);

	if (longer)
		transfer->headers = longer;
	return longer;
}

static int add_headers(struct transfer *transfer, struct intoto_error **err)
{
	const struct it_http_request *request = transfer->hop->request;
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(IT_HTTP_HEADER_BYTES_MAX);
	/* No waiting for "100 Continue", and no coding: digests are of the bytes as they are sent.
	 */
	bool good =
		add_line(transfer, "Expect:") && add_line(transfer, "Accept-Encoding: identity");

	for (size_t i = 0; good && request->headers && i < request->headers->count; i++)
		if (!transfer->hop->away || !is_kept_away(request->headers->items[i]))
			good = add_line(transfer, request->headers->items[i]);
	if (good && request->authorization && !transfer->hop->away) {
		(void)it_buf_printf(&line, "Authorization: %s", request->authorization);
		good = !line.failed && add_line(transfer, it_buf_text(&line));
		if (line.data)
			explicit_bzero(line.data, line.len);
	}
	return good ? INTOTO_OK : it_err_nomem(err);
}

/* Failures stick: one look at the end. */
#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (rc == CURLE_OK)                                                                \
			rc = curl_easy_setopt(easy, (option), (value));                            \
	} while (0)

static CURLcode set_safety(struct transfer *transfer)
{
	const struct it_http_options *options = &transfer->http->options;
	const char *roots = options->ca ? options->ca : getenv("SSL_CERT_FILE");
	bool is_known = !transfer->hop->away && !transfer->hop->request->stranger;
	CURL *easy = transfer->http->easy;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, transfer->hop->request->plain ? "https,http" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, options->insecure_tls ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, options->insecure_tls ? 0L : 2L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (roots && *roots)
		SET(CURLOPT_CAINFO, roots);
	if (options->cert && is_known)
		SET(CURLOPT_SSLCERT, options->cert);
	if (options->key && is_known)
		SET(CURLOPT_SSLKEY, options->key);
	return rc;
}

static CURLcode set_limits(struct transfer *transfer)
{
	const struct it_http_options *options = &transfer->http->options;
	CURL *easy = transfer->http->easy;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_CONNECTTIMEOUT,
	    (long)(options->connect_seconds ? options->connect_seconds : CONNECT_SECONDS));
	/* A server that sends a byte now and then is as silent as one that sends none. */
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)STALL_SPEED);
	SET(CURLOPT_LOW_SPEED_TIME,
	    (long)(options->stall_seconds ? options->stall_seconds : STALL_SECONDS));
	SET(CURLOPT_TIMEOUT, (long)transfer->hop->request->seconds);
	SET(CURLOPT_BUFFERSIZE, (long)DOWN_BUFFER);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)UP_BUFFER);
	return rc;
}

static CURLcode set_method(struct transfer *transfer)
{
	static const char *const words[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };
	const struct it_http_request *request = transfer->hop->request;
	CURL *easy = transfer->http->easy;
	CURLcode rc = CURLE_OK;

	if (request->body) {
		transfer->left = request->body_length ? request->body_length
						      : request->body->len - request->body_offset;
		SET(CURLOPT_UPLOAD, 1L);
		SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->left);
		SET(CURLOPT_READFUNCTION, on_ask);
		SET(CURLOPT_READDATA, transfer);
		SET(CURLOPT_SEEKFUNCTION, on_seek);
		SET(CURLOPT_SEEKDATA, transfer);
	} else if (request->method == IT_HTTP_HEAD) {
		SET(CURLOPT_NOBODY, 1L);
	} else if (request->method != IT_HTTP_GET && request->method != IT_HTTP_DELETE) {
		SET(CURLOPT_POSTFIELDSIZE, 0L);
		SET(CURLOPT_POSTFIELDS, "");
	}
	if (request->method != IT_HTTP_HEAD)
		SET(CURLOPT_CUSTOMREQUEST, words[request->method]);
	return rc;
}

static CURLcode set_up(struct transfer *transfer)
{
	CURL *easy = transfer->http->easy;
	CURLcode rc;

	curl_easy_reset(easy);
	rc = set_safety(transfer);
	if (rc == CURLE_OK)
		rc = set_limits(transfer);
	if (rc == CURLE_OK)
		rc = set_method(transfer);
	SET(CURLOPT_URL, transfer->hop->url);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	SET(CURLOPT_USERAGENT, transfer->http->options.user_agent);
	SET(CURLOPT_ERRORBUFFER, transfer->end->text);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	return rc;
}

/* An answer that we cut off ourselves is an answer. */
static void forgive(struct transfer *transfer)
{
	if (transfer->end->code == CURLE_WRITE_ERROR && !transfer->rc && transfer->answer->status &&
	    !is_success(transfer))
		transfer->end->code = CURLE_OK;
}

/* libcurl takes a head that the connection ended in for all of it. */
static void doubt(struct transfer *transfer)
{
	if (transfer->end->code != CURLE_OK || transfer->head_ended)
		return;
	transfer->end->code = CURLE_PARTIAL_FILE;
	it_http_answer_done(transfer->answer);
}

static int run(struct transfer *transfer, struct intoto_error **err)
{
	const struct it_message *body = transfer->hop->request->body;
	CURLcode code = set_up(transfer);

	if (code != CURLE_OK) {
		transfer->end->code = code;
		return INTOTO_OK;
	}
	if (curl_multi_add_handle(transfer->http->multi, transfer->http->easy) != CURLM_OK)
		return it_err_nomem(err);
	transfer->added = true;
	transfer->http->trips++;
	if (body && transfer->left)
		transfer->rc = pour(transfer, body);
	if (!transfer->rc)
		drive(transfer, true);
	forgive(transfer);
	doubt(transfer);
	if (!transfer->rc)
		return INTOTO_OK;
	if (err) {
		*err = transfer->why;
		transfer->why = NULL;
	}
	return transfer->rc;
}

int it_http_transfer(struct it_http *http, struct it_http_answer *answer,
		     const struct it_http_hop *hop, struct it_http_end *end,
		     struct intoto_error **err)
{
	IT_AUTO(transfer_done)
	struct transfer transfer = { .http = http, .hop = hop, .answer = answer, .end = end };
	int rc;

	*end = (struct it_http_end){ 0 };
	rc = add_headers(&transfer, err);
	return rc ? rc : run(&transfer, err);
}
