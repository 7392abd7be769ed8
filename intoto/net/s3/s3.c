/* SPDX-License-Identifier: Apache-2.0 */
#include "net/s3/s3.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/s3/credentials.h"
#include "net/s3/listing.h"
#include "net/s3/sign.h"

enum {
	TEXT_MAX = 16 * 1024,
	GIB = 1024 * 1024 * 1024,
	OK = 200,
	NOT_FOUND = 404,
	FORBIDDEN = 403,
	BAD_REQUEST = 400,
	CONFLICT = 409,
};

struct it_s3 {
	struct it_http *http;
	struct it_s3_credentials credentials;
	struct it_s3_identity identity;
	char *base; /* "https://host:port" */
	const char *host;
	char *region, *bucket;
	char *place; /* for messages */
	bool plain;
};

void it_s3_close(struct it_s3 *s3)
{
	if (!s3)
		return;
	it_http_free(s3->http);
	it_s3_credentials_done(&s3->credentials);
	free(s3->base);
	free(s3->region);
	free(s3->bucket);
	free(s3->place);
	free(s3);
}

/* --- opening --- */

static const char *first_of(const char *given, const char *const *names)
{
	for (; !given && *names; names++) {
		const char *value = getenv(*names);

		given = value && *value ? value : NULL;
	}
	return given;
}

/* 3 to 63 of lower case letters, digits, "." and "-" (S3, "Bucket naming rules"); no more is needed
 * here than that it is one part of a path. */
static int check_bucket(const char *bucket, struct intoto_error **err)
{
	size_t len = strlen(bucket);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(bucket));

	if (len >= 3 && len <= 63 &&
	    strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len &&
	    !strstr(bucket, ".."))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE, "%s: is no name of a bucket", quoted ? quoted : "");
}

static int find_endpoint(struct it_s3 *s3, const struct it_s3_options *options,
			 struct intoto_error **err)
{
	static const char *const names[] = { "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL };
	const char *endpoint = first_of(options->endpoint, names);
	size_t len;

	if (!endpoint && asprintf(&s3->base, "https://s3.%s.amazonaws.com", s3->region) < 0)
		s3->base = NULL;
	else if (endpoint)
		s3->base = strdup(endpoint);
	if (!s3->base)
		return it_err_nomem(err);
	len = strlen(s3->base);
	while (len && s3->base[len - 1] == '/')
		s3->base[--len] = '\0';
	s3->plain = it_starts_with(s3->base, "http://");
	s3->host = strstr(s3->base, "://");
	if (!s3->host || (!s3->plain && !it_starts_with(s3->base, "https://")) ||
	    strpbrk(s3->host + 3, "/@?# "))
		return it_err_set(err, INTOTO_E_USAGE,
				  "the endpoint of S3: want https://HOST[:PORT]");
	s3->host += 3;
	if (s3->plain && !options->insecure)
		return it_err_set(err, INTOTO_E_USAGE,
				  "the endpoint of S3 is http: say that this may be "
				  "(--insecure-objects)");
	return INTOTO_OK;
}

static int find_names(struct it_s3 *s3, const struct it_s3_options *options,
		      struct intoto_error **err)
{
	static const char *const names[] = { "AWS_REGION", "AWS_DEFAULT_REGION", NULL };
	const char *region = first_of(options->region, names);
	int rc = check_bucket(options->bucket, err);

	if (rc)
		return rc;
	s3->region = strdup(region ? region : "us-east-1");
	s3->bucket = strdup(options->bucket);
	if (!s3->region || !s3->bucket)
		return it_err_nomem(err);
	rc = find_endpoint(s3, options, err);
	if (!rc && asprintf(&s3->place, "s3://%s at %s", s3->bucket, s3->host) < 0) {
		s3->place = NULL;
		rc = it_err_nomem(err);
	}
	return rc;
}

int it_s3_open(struct it_s3 **out, const struct it_s3_options *options, struct intoto_error **err)
{
	static const char *const bundles[] = { "AWS_CA_BUNDLE", NULL };
	IT_AUTO(it_s3_closep) struct it_s3 *s3 = calloc(1, sizeof *s3);
	const struct it_http_options http = { .ca = first_of(options->ca, bundles),
					      .on_retry = options->on_retry,
					      .arg = options->arg };
	int rc;

	*out = NULL;
	if (!s3)
		return it_err_nomem(err);
	rc = find_names(s3, options, err);
	if (!rc)
		rc = it_s3_credentials_find(&s3->credentials, err);
	if (!rc)
		rc = it_http_new(&s3->http, &http, err);
	if (rc)
		return rc;
	s3->identity = (struct it_s3_identity){ .access_key = s3->credentials.access_key,
						.secret = s3->credentials.secret,
						.token = s3->credentials.token,
						.region = s3->region };
	*out = s3;
	s3 = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- a request --- */

static const char *const methods[] = {
	[IT_HTTP_GET] = "GET", [IT_HTTP_HEAD] = "HEAD",	  [IT_HTTP_POST] = "POST",
	[IT_HTTP_PUT] = "PUT", [IT_HTTP_PATCH] = "PATCH", [IT_HTTP_DELETE] = "DELETE",
};

struct call {
	enum it_http_method method;
	const char *key;   /* NULL: the bucket */
	const char *query; /* escaped and sorted; NULL: none */
	const struct it_message *body;
	unsigned char payload[IT_SHA256_SIZE];
	const char *checksum; /* base64 of the payload's digest, where one is wanted; NULL */
	const struct it_sink *sink;
	uint64_t ceiling;
};

struct sending {
	struct it_strings headers;
	struct it_buf text, path, url, authorization, payload;
};

static void sending_done(struct sending *sending)
{
	it_strings_done(&sending->headers);
	it_buf_done(&sending->text);
	it_buf_done(&sending->path);
	it_buf_done(&sending->url);
	it_buf_wipe(&sending->authorization);
	it_buf_done(&sending->payload);
}

static int add_header(struct sending *sending, const char *name, const char *value,
		      struct intoto_error **err)
{
	int rc;

	it_buf_reset(&sending->text);
	(void)it_buf_printf(&sending->text, "%s: %s", name, value); /* looked at below */
	rc = it_buf_check(&sending->text, "a header", err);
	return rc ? rc : it_strings_add(&sending->headers, it_buf_text(&sending->text), err);
}

/* In the order of their names, as the signature has them. */
static int add_headers(struct sending *sending, const struct it_s3 *s3, const struct call *call,
		       const char *time, struct intoto_error **err)
{
	int rc = add_header(sending, "host", s3->host, err);

	if (!rc && call->checksum)
		rc = add_header(sending, "x-amz-checksum-sha256", call->checksum, err);
	if (!rc)
		rc = add_header(sending, "x-amz-content-sha256", it_buf_text(&sending->payload),
				err);
	if (!rc)
		rc = add_header(sending, "x-amz-date", time, err);
	if (!rc && call->checksum)
		rc = add_header(sending, "x-amz-sdk-checksum-algorithm", "SHA256", err);
	if (!rc && s3->identity.token)
		rc = add_header(sending, "x-amz-security-token", s3->identity.token, err);
	return rc;
}

static int sign(struct sending *sending, const struct it_s3 *s3, const struct call *call,
		struct intoto_error **err)
{
	char time[IT_S3_TIME_SIZE];
	const char *query = call->query ? call->query : "";
	struct it_s3_to_sign request = { .method = methods[call->method],
					 .path = it_buf_text(&sending->path),
					 .query = query,
					 .headers = &sending->headers,
					 .time = time };
	int rc;

	it_s3_time(time, it_clock_now());
	it_hex_encode(&sending->payload, it_span(call->payload, sizeof call->payload));
	rc = it_buf_check(&sending->payload, "a digest", err);
	request.payload = it_buf_text(&sending->payload);
	if (!rc)
		rc = add_headers(sending, s3, call, time, err);
	if (!rc)
		rc = it_s3_sign(&sending->authorization, &s3->identity, &request, err);
	(void)it_buf_printf(&sending->url, "%s%s%s%s", s3->base, it_buf_text(&sending->path),
			    *query ? "?" : "", query); /* looked at below */
	return rc ? rc : it_buf_check(&sending->url, "a URL", err);
}

static int send(struct it_s3 *s3, struct it_http_answer *answer, const struct call *call,
		struct intoto_error **err)
{
	IT_AUTO(sending_done)
	struct sending sending = { .text = IT_BUF(TEXT_MAX),
				   .path = IT_BUF(TEXT_MAX),
				   .url = IT_BUF(TEXT_MAX),
				   .authorization = IT_BUF(TEXT_MAX),
				   .payload = IT_BUF(2 * IT_SHA256_SIZE) };
	struct it_http_request request = { .method = call->method,
					   .headers = &sending.headers,
					   .plain = s3->plain,
					   .body = call->body,
					   .sink = call->sink,
					   .ceiling = call->ceiling };
	int rc;

	(void)it_buf_printf(&sending.path, "/%s", s3->bucket); /* sticky */
	if (call->key) {
		(void)it_buf_add_byte(&sending.path, '/'); /* sticky */
		it_s3_escape(&sending.path, call->key, true);
	}
	rc = it_buf_check(&sending.path, "a path", err);
	if (!rc)
		rc = sign(&sending, s3, call, err);
	request.url = it_buf_text(&sending.url);
	request.authorization = it_buf_text(&sending.authorization);
	if (!rc)
		rc = it_http_do(s3->http, answer, &request, err);
	return rc ? it_err_wrap(err, rc, "%s", s3->place) : rc;
}

/* What the server said, by its own word for it. */
static int refuse(const struct it_s3 *s3, const struct it_http_answer *answer,
		  struct intoto_error **err)
{
	IT_AUTO(it_s3_listing_done) struct it_s3_listing said = { 0 };
	IT_AUTO(it_freep) char *code = NULL;
	IT_AUTO(it_freep) char *message = NULL;
	enum intoto_code rc = INTOTO_E_SERVICE;

	if (it_s3_listing_read(&said, it_buf_span(&answer->body), NULL))
		it_s3_listing_done(&said); /* the status says enough */
	if (answer->status == FORBIDDEN || answer->status == 401)
		rc = INTOTO_E_KEY;
	else if (answer->status == NOT_FOUND)
		rc = INTOTO_E_NOTFOUND;
	code = it_text_quoted(it_span_text(said.code ? said.code : "no reason given"));
	message = it_text_quoted(it_span_text(said.message ? said.message : ""));
	return it_err_set(err, rc, "%s: the server refuses (%d): %s%s%s", s3->place, answer->status,
			  code ? code : "", message && *message ? ": " : "",
			  message ? message : "");
}

static bool is_good(const struct it_http_answer *answer)
{
	return answer->status >= OK && answer->status < 300;
}

/* --- objects --- */

int it_s3_put(struct it_s3 *s3, const char *key, const struct it_message *bytes,
	      const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	IT_AUTO(it_buf_done) struct it_buf checksum = IT_BUF(4 * IT_SHA256_SIZE);
	struct call call = { .method = IT_HTTP_PUT, .key = key, .body = bytes };
	int rc;

	if (bytes->len > (uint64_t)IT_S3_PUT_MAX_GIB * GIB)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "%s: want at most %d GiB, which is what one request may put",
				  s3->place, IT_S3_PUT_MAX_GIB);
	memcpy(call.payload, sha256, sizeof call.payload);
	it_base64_encode(&checksum, it_span(sha256, IT_SHA256_SIZE));
	rc = it_buf_check(&checksum, "a digest", err);
	call.checksum = it_buf_text(&checksum); /* wanted where a lock is the default */
	if (!rc)
		rc = send(s3, &answer, &call, err);
	return rc || is_good(&answer) ? rc : refuse(s3, &answer, err);
}

static void no_payload(struct call *call)
{
	it_sha256(call->payload, it_span("", 0));
}

int it_s3_get(struct it_s3 *s3, const char *key, const struct it_sink *sink,
	      struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	struct call call = {
		.method = IT_HTTP_GET, .key = key, .sink = sink, .ceiling = INT64_MAX
	};
	int rc;

	no_payload(&call);
	rc = send(s3, &answer, &call, err);
	return rc || is_good(&answer) ? rc : refuse(s3, &answer, err);
}

int it_s3_head(struct it_s3 *s3, const char *key, bool *has, uint64_t *size,
	       struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	struct call call = { .method = IT_HTTP_HEAD, .key = key };
	const char *length;
	int rc;

	*has = false;
	*size = 0;
	no_payload(&call);
	rc = send(s3, &answer, &call, err);
	if (rc || answer.status == NOT_FOUND)
		return rc;
	if (!is_good(&answer))
		return refuse(s3, &answer, err);
	*has = true;
	length = it_http_header(&answer, "content-length");
	if (length && !it_parse_u64(length, INT64_MAX, size))
		return it_err_set(err, INTOTO_E_SERVICE, "%s: a length that is none", s3->place);
	return INTOTO_OK;
}

/* --- lists --- */

static int read_listing(struct it_s3 *s3, struct it_s3_listing *listing, const char *query,
			struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	struct call call = { .method = IT_HTTP_GET, .query = query, .ceiling = IT_S3_ANSWER_MAX };
	int rc;

	no_payload(&call);
	rc = send(s3, &answer, &call, err);
	if (rc)
		return rc;
	if (!is_good(&answer))
		return refuse(s3, &answer, err);
	rc = it_s3_listing_read(listing, it_buf_span(&answer.body), err);
	return rc ? it_err_wrap(err, rc, "%s", s3->place) : rc;
}

/* One page; next: where it goes on, or NULL at the end. */
static int list_page(struct it_s3 *s3, const char *prefix, char **next,
		     int (*item)(void *arg, const char *key, uint64_t size,
				 struct intoto_error **err),
		     void *arg, struct intoto_error **err)
{
	IT_AUTO(it_s3_listing_done) struct it_s3_listing listing = { 0 };
	IT_AUTO(it_buf_done) struct it_buf query = IT_BUF(TEXT_MAX);
	int rc;

	if (*next) {
		(void)it_buf_add_text(&query, "continuation-token="); /* sticky */
		it_s3_escape(&query, *next, false);
		(void)it_buf_add_byte(&query, '&'); /* sticky */
	}
	(void)it_buf_add_text(&query, "list-type=2&prefix="); /* sticky */
	it_s3_escape(&query, prefix, false);
	rc = it_buf_check(&query, "a query", err);
	if (!rc)
		rc = read_listing(s3, &listing, it_buf_text(&query), err);
	for (size_t i = 0; !rc && i < listing.count; i++)
		rc = item(arg, listing.items[i].key, listing.items[i].size, err);
	free(*next);
	*next = NULL;
	if (!rc && listing.truncated && !listing.next)
		rc = it_err_set(err, INTOTO_E_SERVICE, "%s: a list that ends in the middle",
				s3->place);
	if (!rc && listing.truncated) {
		*next = listing.next;
		listing.next = NULL; /* now the caller's */
	}
	return rc;
}

int it_s3_list(struct it_s3 *s3, const char *prefix,
	       int (*item)(void *arg, const char *key, uint64_t size, struct intoto_error **err),
	       void *arg, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *next = NULL;
	int rc;

	do
		rc = list_page(s3, prefix, &next, item, arg, err);
	while (!rc && next);
	return rc;
}

/* --- removing --- */

static int remove_version(struct it_s3 *s3, const struct it_s3_item *item,
			  struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	IT_AUTO(it_buf_done) struct it_buf query = IT_BUF(TEXT_MAX);
	struct call call = { .method = IT_HTTP_DELETE, .key = item->key };
	int rc;

	no_payload(&call);
	if (item->version) {
		(void)it_buf_add_text(&query, "versionId="); /* sticky */
		it_s3_escape(&query, item->version, false);
		rc = it_buf_check(&query, "a query", err);
		if (rc)
			return rc;
		call.query = it_buf_text(&query);
	}
	rc = send(s3, &answer, &call, err);
	if (rc || is_good(&answer) || answer.status == NOT_FOUND)
		return rc;
	/* "Access Denied": we were let in, since we could list. */
	if (answer.status == FORBIDDEN)
		return it_err_set(err, INTOTO_E_POLICY, "%s: is locked there", s3->place);
	return refuse(s3, &answer, err);
}

/* Keys of the same beginning are listed, too; ours are all of one length. */
static int remove_page(struct it_s3 *s3, const char *key, bool *more, struct intoto_error **err)
{
	IT_AUTO(it_s3_listing_done) struct it_s3_listing listing = { 0 };
	IT_AUTO(it_buf_done) struct it_buf query = IT_BUF(TEXT_MAX);
	size_t removed = 0;
	int rc;

	(void)it_buf_add_text(&query, "prefix="); /* sticky */
	it_s3_escape(&query, key, false);
	(void)it_buf_add_text(&query, "&versions="); /* sticky */
	rc = it_buf_check(&query, "a query", err);
	if (!rc)
		rc = read_listing(s3, &listing, it_buf_text(&query), err);
	for (size_t i = 0; !rc && i < listing.count; i++) {
		if (!it_streq(listing.items[i].key, key))
			continue;
		rc = remove_version(s3, &listing.items[i], err);
		removed++;
	}
	*more = listing.truncated && removed;
	return rc;
}

int it_s3_remove(struct it_s3 *s3, const char *key, struct intoto_error **err)
{
	bool more = true;
	int rc = INTOTO_OK;

	while (!rc && more)
		rc = remove_page(s3, key, &more, err);
	return rc;
}

/* --- locks --- */

static int put_document(struct it_s3 *s3, const char *key, const char *query, const char *text,
			struct intoto_error **err)
{
	IT_AUTO(it_http_answer_done) struct it_http_answer answer = { 0 };
	IT_AUTO(it_buf_done) struct it_buf checksum = IT_BUF(4 * IT_SHA256_SIZE);
	struct it_span bytes = it_span_text(text);
	const struct it_message message = it_message_of(&bytes);
	struct call call = { .method = IT_HTTP_PUT, .key = key, .query = query, .body = &message };
	int rc;

	it_sha256(call.payload, bytes);
	it_base64_encode(&checksum, it_span(call.payload, sizeof call.payload));
	rc = it_buf_check(&checksum, "a digest", err);
	call.checksum = it_buf_text(&checksum);
	if (!rc)
		rc = send(s3, &answer, &call, err);
	if (rc || is_good(&answer))
		return rc;
	if (answer.status == BAD_REQUEST || answer.status == CONFLICT)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: cannot lock objects: the bucket was made without object "
				  "lock",
				  s3->place);
	if (answer.status == FORBIDDEN)
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: is locked there, and for longer, or we may not lock it",
				  s3->place);
	return refuse(s3, &answer, err);
}

int it_s3_retain(struct it_s3 *s3, const char *key, int64_t until, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	char time[IT_TIME_SIZE];
	int rc;

	it_time_format(time, until);
	(void)it_buf_printf(&text,
			    "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
			    "<Mode>COMPLIANCE</Mode><RetainUntilDate>%s</RetainUntilDate>"
			    "</Retention>",
			    time); /* looked at below */
	rc = it_buf_check(&text, "a retention", err);
	return rc ? rc : put_document(s3, key, "retention=", it_buf_text(&text), err);
}

int it_s3_hold(struct it_s3 *s3, const char *key, bool on, struct intoto_error **err)
{
	return put_document(s3, key, "legal-hold=",
			    on ? "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
				 "<Status>ON</Status></LegalHold>"
			       : "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
				 "<Status>OFF</Status></LegalHold>",
			    err);
}
