/* SPDX-License-Identifier: Apache-2.0 */
/* Where a redirect leads (RFC 9110 section 15.4), and what may go along. */
#include <string.h>

#include "base/text.h"
#include "json/where.h"
#include "net/http_part.h"

enum { URL_MAX = 16 * 1024, SENTENCE_MAX = 4096 };

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

/* A part of a URL; NULL when there is none.  The caller frees it by curl_free. */
static char *part(CURLU *url, CURLUPart which, unsigned flags)
{
	char *out = NULL;

	return url && curl_url_get(url, which, &out, flags) == CURLUE_OK ? out : NULL;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart which)
{
	char *left = part(a, which, CURLU_DEFAULT_PORT);
	char *right = part(b, which, CURLU_DEFAULT_PORT);
	bool same = left && right && it_streq_nocase(left, right);

	curl_free(left);
	curl_free(right);
	return same;
}

static bool is_plain(CURLU *url)
{
	char *scheme = part(url, CURLUPART_SCHEME, 0);
	bool plain = !it_streq(scheme, "https");

	curl_free(scheme);
	return plain;
}

void it_http_print_url(struct it_buf *out, const char *url)
{
	IT_AUTO(free_url) CURLU *parts = curl_url();
	char *text = NULL;

	if (parts &&
	    curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
		/* Setting a part to nothing fails for no memory only, and nothing needs any. */
		(void)curl_url_set(parts, CURLUPART_USER, NULL, 0);
		(void)curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0);
		(void)curl_url_set(parts, CURLUPART_QUERY, NULL, 0);
		(void)curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
		text = part(parts, CURLUPART_URL, 0);
	}
	it_text_quote(out, it_span_text(text ? text : "a URL that is none"));
	curl_free(text);
}

/* Uploads go elsewhere only within the same host: what they carry was meant for this one. */
static bool follows(const struct it_http_request *request, int status, bool away)
{
	bool reads = request->method == IT_HTTP_GET || request->method == IT_HTTP_HEAD;

	if (reads)
		return status == 301 || status == 302 || status == 303 || status == 307 ||
		       status == 308;
	return (status == 307 || status == 308) && !away;
}

static int refuse(const char *from, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	it_http_print_url(&text, from);
	return it_err_set(err, INTOTO_E_SERVICE, "%s: %s", it_buf_text(&text), why);
}

int it_http_next(char **next, bool *away, const struct it_http_answer *answer,
		 const struct it_http_request *request, const char *url, struct intoto_error **err)
{
	const char *location = it_http_header(answer, "location");
	IT_AUTO(free_url) CURLU *from = NULL;
	IT_AUTO(free_url) CURLU *to = NULL;
	char *text;

	*next = NULL;
	if (answer->status < 300 || answer->status > 399 || !location)
		return INTOTO_OK;
	from = curl_url();
	if (!from || curl_url_set(from, CURLUPART_URL, url, 0) != CURLUE_OK)
		return it_err_nomem(err);
	to = curl_url_dup(from);
	if (!to)
		return it_err_nomem(err);
	if (strlen(location) > URL_MAX || curl_url_set(to, CURLUPART_URL, location, 0) != CURLUE_OK)
		return refuse(url, "redirects to something that is no http or https URL", err);
	*away = !same_part(from, to, CURLUPART_SCHEME) || !same_part(from, to, CURLUPART_HOST) ||
		!same_part(from, to, CURLUPART_PORT);
	if (!follows(request, answer->status, *away))
		return INTOTO_OK;
	if (is_plain(to) && !is_plain(from))
		return refuse(url, "redirects from https to http, which is not followed", err);
	text = part(to, CURLUPART_URL, 0);
	*next = text ? strdup(text) : NULL;
	curl_free(text);
	return *next ? INTOTO_OK : it_err_nomem(err);
}
