/* SPDX-License-Identifier: Apache-2.0 */
/* Answering a challenge: Basic, or a token that the realm gives (distribution, "Token
 * Authentication"; "OAuth 2"). */
#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "json/json.h"
#include "json/where.h"
#include "net/http_part.h"
#include "net/oci/access.h"

enum {
	ANSWER_MAX = 1024 * 1024,
	TOKEN_MAX = 64 * 1024,
	FORM_MAX = 256 * 1024,
	DEFAULT_SECONDS = 60, /* distribution: expires_in */
	MOST_SECONDS = 24 * 60 * 60,
	REALM_SECONDS = 30,
	SAID = 200,
};

#define NS_PER_SECOND INT64_C(1000000000)

static const struct it_json_limits limits = {
	.bytes = ANSWER_MAX, .depth = 16, .reals = true, .values = 4096
};

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static int print_basic(struct it_buf *out, const struct it_credentials *credentials,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf pair = IT_BUF(TOKEN_MAX);

	/* RFC 7617 section 2: the first colon ends the name. */
	if (strchr(credentials->user, ':'))
		return it_err_set(err, INTOTO_E_FORMAT, "a user's name has a colon in it");
	(void)it_buf_printf(&pair, "%s:%s", credentials->user, /* looked at below */
			    credentials->password ? credentials->password : "");
	(void)it_buf_add_text(out, "Basic ");
	it_base64_encode(out, it_buf_span(&pair));
	return pair.failed ? it_buf_check(&pair, "a name and password", err)
			   : it_buf_check(out, "an authorization", err);
}

/* --- the realm --- */

struct asking {
	struct it_http *http;
	const struct it_challenge *challenge;
	const struct it_credentials *credentials;
	const struct it_realm_terms *terms;
};

static int refuse_realm(const char *realm, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(FORM_MAX);

	it_http_print_url(&text, realm);
	return it_err_set(err, INTOTO_E_SERVICE, "the registry sends to %s for a token: %s",
			  it_buf_text(&text), why);
}

/* Whether a URL is of the registry that asks. */
static bool is_of(CURLU *url, const char *host)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024);
	char *name = NULL;
	char *port = NULL;
	bool same;

	if (curl_url_get(url, CURLUPART_HOST, &name, 0) == CURLUE_OK)
		(void)it_buf_add_text(&text, name);
	if (curl_url_get(url, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT) == CURLUE_OK)
		(void)it_buf_printf(&text, ":%s", port);
	same = !text.failed && it_streq_nocase(it_buf_text(&text), host);
	curl_free(name);
	curl_free(port);
	return same;
}

static int check_realm(CURLU *url, const struct asking *asking, struct intoto_error **err)
{
	const char *realm = asking->challenge->realm;
	const struct it_credentials *credentials = asking->credentials;
	char *scheme = NULL;
	bool secure, plain;

	if (!realm || curl_url_set(url, CURLUPART_URL, realm, CURLU_DISALLOW_USER) != CURLUE_OK)
		return refuse_realm(realm ? realm : "", "that is no URL", err);
	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return it_err_nomem(err);
	secure = it_streq(scheme, "https");
	plain = it_streq(scheme, "http");
	curl_free(scheme);
	if (secure)
		return INTOTO_OK;
	if (!plain || !asking->terms->plain)
		return refuse_realm(realm, "that is not https", err);
	if ((credentials->user || credentials->identity) && !is_of(url, asking->terms->host))
		return refuse_realm(realm, "a password goes to another host by https only", err);
	return INTOTO_OK;
}

static bool add_query(CURLU *url, const char *name, struct it_span value)
{
	IT_AUTO(it_buf_done) struct it_buf pair = IT_BUF(FORM_MAX);

	(void)it_buf_printf(&pair, "%s=%.*s", name, (int)value.len, value.data);
	return !pair.failed && curl_url_set(url, CURLUPART_QUERY, it_buf_text(&pair),
					    CURLU_APPENDQUERY | CURLU_URLENCODE) == CURLUE_OK;
}

/* Each scope once: ours, then what the challenge names beside it. */
static bool each_scope(const struct asking *asking, bool (*add)(void *arg, struct it_span scope),
		       void *arg)
{
	const char *texts[] = { asking->terms->scope, asking->challenge->scope };
	bool good = true;

	for (size_t i = 0; i < IT_COUNT_OF(texts); i++)
		for (const char *at = texts[i]; good && at && *at;) {
			struct it_span scope = it_span(at, strcspn(at, " "));

			if (scope.len && !(i && it_span_is(scope, texts[0])))
				good = add(arg, scope);
			at += scope.len + (at[scope.len] == ' ');
		}
	return good;
}

static bool add_scope_to_url(void *arg, struct it_span scope)
{
	return add_query(arg, "scope", scope);
}

/* GET: the older way, with Basic when there is somebody. */
static int ask_by_get(struct it_http_answer *answer, const struct asking *asking, CURLU *url,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf basic = IT_BUF(TOKEN_MAX);
	struct it_http_request request = { .plain = asking->terms->plain,
					   .stranger = !is_of(url, asking->terms->host),
					   .ceiling = ANSWER_MAX,
					   .seconds = REALM_SECONDS };
	const char *service = asking->challenge->service;
	char *text = NULL;
	int rc;

	if ((service && !add_query(url, "service", it_span_text(service))) ||
	    !each_scope(asking, add_scope_to_url, url) ||
	    curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return it_err_nomem(err);
	rc = asking->credentials->user ? print_basic(&basic, asking->credentials, err) : INTOTO_OK;
	request.url = text;
	request.authorization = basic.len ? it_buf_text(&basic) : NULL;
	if (!rc)
		rc = it_http_do(asking->http, answer, &request, err);
	curl_free(text);
	return rc;
}

static void add_form(struct it_buf *out, const char *name, struct it_span value)
{
	static const char digits[] = "0123456789ABCDEF";

	(void)it_buf_printf(out, "%s%s=", out->len ? "&" : "", name); /* sticky, as all here */
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];
		char escaped[] = { '%', digits[c >> 4], digits[c & 15] };

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    c == '-' || c == '.' || c == '_')
			(void)it_buf_add_byte(out, (char)c);
		else
			(void)it_buf_add(out, escaped, sizeof escaped);
	}
}

static bool add_scope_to_list(void *arg, struct it_span scope)
{
	struct it_buf *list = arg;

	(void)it_buf_add_text(list, list->len ? " " : "");
	return !it_buf_add_span(list, scope);
}

/* POST: an identity token becomes an access token. */
static int ask_by_post(struct it_http_answer *answer, const struct asking *asking, CURLU *url,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf form = IT_BUF(FORM_MAX);
	IT_AUTO(it_buf_done) struct it_buf scopes = IT_BUF(FORM_MAX);
	IT_AUTO(it_strings_done) struct it_strings headers = { 0 };
	struct it_span bytes;
	struct it_message body;
	struct it_http_request request = { .method = IT_HTTP_POST,
					   .headers = &headers,
					   .plain = asking->terms->plain,
					   .stranger = !is_of(url, asking->terms->host),
					   .ceiling = ANSWER_MAX,
					   .seconds = REALM_SECONDS };
	const char *service = asking->challenge->service;
	char *text = NULL;
	int rc = it_strings_add(&headers, "Content-Type: application/x-www-form-urlencoded", err);

	if (rc)
		return rc;
	add_form(&form, "grant_type", it_span_text("refresh_token"));
	add_form(&form, "service", it_span_text(service));
	add_form(&form, "client_id", it_span_text("intoto"));
	if (!each_scope(asking, add_scope_to_list, &scopes))
		return it_err_nomem(err);
	add_form(&form, "scope", it_buf_span(&scopes));
	add_form(&form, "refresh_token", it_span_text(asking->credentials->identity));
	rc = it_buf_check(&form, "what is sent to the realm", err);
	if (rc)
		return rc;
	if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return it_err_nomem(err);
	bytes = it_buf_span(&form);
	body = it_message_of(&bytes);
	request.url = text;
	request.body = &body;
	rc = it_http_do(asking->http, answer, &request, err);
	curl_free(text);
	return rc;
}

/* --- its answer --- */

static int refuse_answer(const struct asking *asking, const struct it_http_answer *answer,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(FORM_MAX);

	it_http_print_url(&text, asking->challenge->realm);
	(void)it_buf_printf(&text, ": answers %d to who asks for a token",
			    answer->status); /* sticky */
	if (answer->body.len) {
		size_t len = answer->body.len < SAID ? answer->body.len : SAID;

		(void)it_buf_add_text(&text, ": ");
		it_text_quote(&text, it_span(answer->body.data, len));
	}
	return it_err_set(err, INTOTO_E_SERVICE, "%s", it_buf_text(&text));
}

/* What stands in a header must be visible ASCII (RFC 6750 section 2.1). */
static bool is_fit(struct it_span token)
{
	for (size_t i = 0; i < token.len; i++)
		if (token.data[i] <= ' ' || token.data[i] > '~')
			return false;
	return token.len > 0;
}

static int take_token(struct it_buf *out, int64_t *expires, const struct asking *asking,
		      const struct it_http_answer *answer, struct intoto_error **err)
{
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	struct it_span token;
	double seconds = DEFAULT_SECONDS;
	int rc = it_json_parse(&root, it_buf_span(&answer->body), &limits, err);

	if (rc)
		return it_err_wrap(err, rc, "what the realm answers");
	token = it_json_text(it_json_get(root, "token"));
	if (!token.len)
		token = it_json_text(it_json_get(root, "access_token"));
	if (!is_fit(token))
		return refuse_realm(asking->challenge->realm, "it gives no token that can be used",
				    err);
	if (!it_json_number(it_json_get(root, "expires_in"), &seconds) || !(seconds >= 1))
		seconds = DEFAULT_SECONDS;
	if (seconds > MOST_SECONDS)
		seconds = MOST_SECONDS;
	*expires = it_clock_monotonic() + (int64_t)seconds * NS_PER_SECOND;
	(void)it_buf_add_text(out, "Bearer "); /* looked at below */
	(void)it_buf_add_span(out, token);
	return it_buf_check(out, "a token", err);
}

static void answer_wipe(struct it_http_answer *answer)
{
	it_buf_wipe(&answer->body);
	it_http_answer_done(answer);
}

static int ask(struct it_buf *out, int64_t *expires, const struct asking *asking,
	       struct intoto_error **err)
{
	IT_AUTO(free_url) CURLU *url = curl_url();
	IT_AUTO(answer_wipe) struct it_http_answer answer = { 0 };
	int rc = url ? check_realm(url, asking, err) : it_err_nomem(err);

	if (!rc && asking->credentials->identity)
		rc = ask_by_post(&answer, asking, url, err);
	else if (!rc)
		rc = ask_by_get(&answer, asking, url, err);
	if (rc)
		return rc;
	if (answer.status != 200)
		return refuse_answer(asking, &answer, err);
	return take_token(out, expires, asking, &answer, err);
}

int it_authorization_get(struct it_buf *out, int64_t *expires, struct it_http *http,
			 const struct it_challenge *challenge,
			 const struct it_credentials *credentials,
			 const struct it_realm_terms *terms, struct intoto_error **err)
{
	const struct asking asking = { http, challenge, credentials, terms };

	*expires = 0;
	it_buf_reset(out);
	if (!out->max)
		out->max = TOKEN_MAX;
	if (challenge->bearer)
		return ask(out, expires, &asking, err);
	if (!credentials->user)
		return it_err_set(
			err, INTOTO_E_SERVICE,
			"the registry wants a name and password, and none is known for it");
	return print_basic(out, credentials, err);
}
