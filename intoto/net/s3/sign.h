/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of requests to S3 (AWS Signature Version 4, "Authenticating Requests: Using the
 * Authorization Header"): by ourselves, since libcurl before 8 signs queries and payloads that it
 * does not see in ways that servers refuse.
 */
#ifndef IT_NET_S3_SIGN_H
#define IT_NET_S3_SIGN_H

#include "base/buf.h"
#include "base/strings.h"

struct it_s3_identity {
	const char *access_key;
	const char *secret;
	const char *token; /* of a session; NULL */
	const char *region;
};

struct it_s3_to_sign {
	const char *method; /* "PUT" */
	const char *path;   /* "/bucket/key", escaped as it is sent */
	/* "name=value&name=value", escaped and sorted by name; a name without a value is "name=".
	 */
	const char *query;
	/* "name: value", names in lower case and sorted, with "host", "x-amz-date" and
	 * "x-amz-content-sha256" among them. */
	const struct it_strings *headers;
	const char *payload; /* 64 hex digits, or UNSIGNED-PAYLOAD */
	const char *time;    /* "20130524T000000Z" */
};

/* Appends the value of the header "Authorization". */
IT_CHECK int it_s3_sign(struct it_buf *out, const struct it_s3_identity *identity,
			const struct it_s3_to_sign *request, struct intoto_error **err);

/* "20130524T000000Z" */
enum { IT_S3_TIME_SIZE = sizeof "20130524T000000Z" };
void it_s3_time(char out[IT_S3_TIME_SIZE], int64_t seconds);

/* Appends text escaped as a part of a path or a query: all but unreserved characters (RFC
 * 3986 2.3), and "/" where it is kept. */
void it_s3_escape(struct it_buf *out, const char *text, bool keep_slashes);

#endif
