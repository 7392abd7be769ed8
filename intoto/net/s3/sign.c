/* SPDX-License-Identifier: Apache-2.0 */
#include "net/s3/sign.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/hmac.h"

enum { REQUEST_MAX = 64 * 1024, KEY_MAX = 1024, DATE_LENGTH = 8 };

void it_s3_time(char out[IT_S3_TIME_SIZE], int64_t seconds)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, seconds);
	for (const char *from = text; *from; from++)
		if (*from != '-' && *from != ':')
			*out++ = *from;
	*out = '\0';
}

void it_s3_escape(struct it_buf *out, const char *text, bool keep_slashes)
{
	static const char kept[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(kept, *text) || (keep_slashes && *text == '/'))
			(void)it_buf_add_byte(out, *text); /* sticky */
		else
			(void)it_buf_printf(out, "%%%02X", (unsigned char)*text); /* sticky */
	}
}

/* The names of the headers, with ";" between. */
static void print_names(struct it_buf *out, const struct it_strings *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const char *text = headers->items[i];

		if (i)
			(void)it_buf_add_byte(out, ';');	 /* sticky */
		(void)it_buf_add(out, text, strcspn(text, ":")); /* sticky */
	}
}

/* "host:examplebucket": no blank behind the colon, none at the end. */
static void print_headers(struct it_buf *out, const struct it_strings *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const char *text = headers->items[i];
		size_t name = strcspn(text, ":");
		const char *value = text + name + (text[name] == ':');

		value += strspn(value, " ");
		(void)it_buf_add(out, text, name);	  /* sticky */
		(void)it_buf_printf(out, ":%s\n", value); /* sticky */
	}
}

static int hash_request(struct it_buf *hex, const struct it_s3_to_sign *request,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REQUEST_MAX);
	int rc;

	(void)it_buf_printf(&text, "%s\n%s\n%s\n", request->method, request->path,
			    request->query); /* sticky */
	print_headers(&text, request->headers);
	(void)it_buf_add_byte(&text, '\n'); /* sticky */
	print_names(&text, request->headers);
	(void)it_buf_printf(&text, "\n%s", request->payload); /* sticky */
	rc = it_buf_check(&text, "a request to S3", err);
	if (!rc)
		it_sha256_hex(hex, it_buf_span(&text));
	return rc;
}

/* "20130524/us-east-1/s3/aws4_request" */
static void print_scope(struct it_buf *out, const struct it_s3_identity *identity, const char *time)
{
	(void)it_buf_add(out, time, DATE_LENGTH);			   /* sticky */
	(void)it_buf_printf(out, "/%s/s3/aws4_request", identity->region); /* sticky */
}

/* The key of a day, a region and a service, each hashed with the one before. */
static int derive_key(unsigned char key[IT_SHA256_SIZE], const struct it_s3_identity *identity,
		      const char *time, struct intoto_error **err)
{
	const struct it_span parts[] = { it_span(time, DATE_LENGTH), it_span_text(identity->region),
					 it_span_text("s3"), it_span_text("aws4_request") };
	IT_AUTO(it_buf_wipe) struct it_buf secret = IT_BUF(KEY_MAX);
	struct it_span with;
	int rc;

	(void)it_buf_printf(&secret, "AWS4%s", identity->secret); /* looked at below */
	rc = it_buf_check(&secret, "a secret key", err);
	with = it_buf_span(&secret);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(parts); i++) {
		unsigned char next[IT_SHA256_SIZE];

		it_hmac_sha256(next, with, parts[i]);
		memcpy(key, next, sizeof next);
		explicit_bzero(next, sizeof next);
		with = it_span(key, IT_SHA256_SIZE);
	}
	return rc;
}

int it_s3_sign(struct it_buf *out, const struct it_s3_identity *identity,
	       const struct it_s3_to_sign *request, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REQUEST_MAX);
	unsigned char key[IT_SHA256_SIZE];
	unsigned char signature[IT_SHA256_SIZE];
	int rc;

	(void)it_buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n", request->time); /* sticky */
	print_scope(&text, identity, request->time);
	(void)it_buf_add_byte(&text, '\n'); /* sticky */
	rc = hash_request(&text, request, err);
	if (!rc)
		rc = it_buf_check(&text, "a request to S3", err);
	if (!rc)
		rc = derive_key(key, identity, request->time, err);
	if (rc)
		return rc;
	it_hmac_sha256(signature, it_span(key, sizeof key), it_buf_span(&text));
	explicit_bzero(key, sizeof key);
	(void)it_buf_printf(out, "AWS4-HMAC-SHA256 Credential=%s/",
			    identity->access_key); /* sticky */
	print_scope(out, identity, request->time);
	(void)it_buf_add_text(out, ",SignedHeaders="); /* sticky */
	print_names(out, request->headers);
	(void)it_buf_add_text(out, ",Signature="); /* sticky */
	it_hex_encode(out, it_span(signature, sizeof signature));
	return it_buf_check(out, "a signature", err);
}
