/* SPDX-License-Identifier: Apache-2.0 */
/* A request from its first attempt to its answer: hops and repetitions. */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/where.h"
#include "net/http_part.h"

enum { SENTENCE_MAX = 16 * 1024 };

/* --- the client --- */

int it_http_new(struct it_http **out, const struct it_http_options *options,
		struct intoto_error **err)
{
	IT_AUTO(it_http_freep) struct it_http *http = calloc(1, sizeof *http);

	*out = NULL;
	if (!http)
		return it_err_nomem(err);
	/* Counted by libcurl itself, and safe between threads since 7.84. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(http);
		http = NULL;
		return it_err_set(err, INTOTO_E_SERVICE, "libcurl does not start");
	}
	http->options = *options;
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (!http->multi || !http->easy)
		return it_err_nomem(err);
	*out = http;
	http = NULL;
	return INTOTO_OK;
}

void it_http_free(struct it_http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->easy);
	if (http->multi)
		(void)curl_multi_cleanup(http->multi); /* fails for no handle only */
	curl_global_cleanup();
	free(http);
}

uint64_t it_http_round_trips(const struct it_http *http)
{
	return http->trips;
}

/* --- answers --- */

void it_http_answer_done(struct it_http_answer *answer)
{
	it_strings_done(&answer->headers);
	it_buf_done(&answer->body);
	free(answer->url);
	*answer = (struct it_http_answer){ 0 };
}

const char *it_http_header(const struct it_http_answer *answer, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < answer->headers.count; i++) {
		const char *line = answer->headers.items[i];

		if (it_starts_with(line, name) && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " \t");
	}
	return NULL;
}

/* --- one attempt --- */

/* What a failed transfer means to people. */
static int tell(const struct it_http_end *end, const char *url, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (end->code == CURLE_OUT_OF_MEMORY)
		return it_err_nomem(err);
	it_http_print_url(&text, url);
	(void)it_buf_add_text(&text, ": "); /* sticky: a message */
	if (end->poured_wrong)
		(void)it_buf_add_text(&text, "what was to be sent was shorter than it had said");
	else
		it_text_quote(&text,
			      it_span_text(*end->text ? end->text : curl_easy_strerror(end->code)));
	/* What TLS says of an answer that is no TLS. */
	if (end->code == CURLE_SSL_CONNECT_ERROR && strstr(end->text, "wrong version number"))
		(void)it_buf_add_text(&text, " (it seems to speak plain HTTP, which needs "
					     "--insecure-registry, of a store --insecure-objects)");
	return it_err_set(err, end->poured_wrong ? INTOTO_E_IO : INTOTO_E_SERVICE, "%s",
			  it_buf_text(&text));
}

static void forget(struct it_http_answer *answer)
{
	uint64_t received = answer->received;

	it_http_answer_done(answer);
	answer->received = received;
}

/* The request and the redirects that it leads to. */
static int attempt(struct it_http *http, struct it_http_answer *answer,
		   const struct it_http_request *request, struct it_http_end *end,
		   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *url = strdup(request->url);
	struct it_http_hop hop = { .request = request, .url = url };

	if (!url)
		return it_err_nomem(err);
	for (int hops = 0;; hops++) {
		char *next = NULL;
		bool away = false;
		int rc;

		forget(answer);
		rc = it_http_transfer(http, answer, &hop, end, err);
		if (!rc && end->code == CURLE_OK)
			rc = it_http_next(&next, &away, answer, request, url, err);
		if (rc || !next) {
			answer->moved = hop.away;
			answer->url = url;
			url = NULL;
			return rc;
		}
		free(url);
		hop.url = url = next;
		hop.away = hop.away || away;
		if (hops == IT_HTTP_HOPS_MAX)
			return it_err_set(err, INTOTO_E_SERVICE, "more than %d redirects",
					  IT_HTTP_HOPS_MAX);
	}
}

static bool has_line_end(const char *text)
{
	return text && strpbrk(text, "\r\n");
}

/* Nobody can smuggle a second header in. */
static int check(const struct it_http_request *request, struct intoto_error **err)
{
	bool bad = has_line_end(request->authorization) || has_line_end(request->url);

	for (size_t i = 0; request->headers && i < request->headers->count; i++)
		bad = bad || has_line_end(request->headers->items[i]);
	if (bad)
		return it_err_set(err, INTOTO_E_FORMAT, "a line end in a header or URL");
	if (request->body && request->body_offset > request->body->len)
		return it_err_set(err, INTOTO_E_INTERNAL, "a range behind the end of what is sent");
	return INTOTO_OK;
}

static int begin_anew(const struct it_http_request *request, struct it_http_answer *answer,
		      struct intoto_error **err)
{
	int rc = answer->received ? request->restart(request->restart_arg, err) : INTOTO_OK;

	answer->received = 0;
	return rc;
}

int it_http_do(struct it_http *http, struct it_http_answer *answer,
	       const struct it_http_request *request, struct intoto_error **err)
{
	struct it_http_patience patience = { 0 };
	int rc = check(request, err);

	*answer = (struct it_http_answer){ 0 };
	while (!rc) {
		struct it_http_end end = { 0 };

		rc = attempt(http, answer, request, &end, err);
		if (rc)
			return rc;
		/* What was begun and cannot begin anew is the caller's to resume. */
		if (answer->received && !request->restart)
			return end.code == CURLE_OK ? INTOTO_OK : tell(&end, request->url, err);
		if (!it_http_wait(&patience, http, request, answer, &end))
			return end.code == CURLE_OK ? INTOTO_OK : tell(&end, request->url, err);
		rc = begin_anew(request, answer, err);
	}
	return rc;
}
