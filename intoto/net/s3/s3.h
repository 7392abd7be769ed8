/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of S3-compatible object stores: path-style addresses, AWS Signature Version 4 over the
 * real digest of each payload (so that the server checks it, too), object lock.
 *
 * Who we are is in the environment or in a file of credentials, never on a command line:
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; else the profile AWS_PROFILE of
 * AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials).  No error shows a secret.
 */
#ifndef IT_NET_S3_S3_H
#define IT_NET_S3_S3_H

#include "crypto/digest.h"
#include "net/http.h"

struct it_s3;

struct it_s3_options {
	const char *bucket;
	const char *endpoint; /* "https://host:port"; NULL: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL,
				 else Amazon's own */
	const char *region;   /* NULL: AWS_REGION, AWS_DEFAULT_REGION, else "us-east-1" */
	const char *ca;	      /* PEM file; NULL: AWS_CA_BUNDLE, else the system's */
	bool insecure;	      /* http may be spoken */
	void (*on_retry)(void *arg, const char *text);
	void *arg;
};

IT_CHECK int it_s3_open(struct it_s3 **out, const struct it_s3_options *options,
			struct intoto_error **err);
void it_s3_close(struct it_s3 *s3);
IT_DEFINE_AUTO(struct it_s3, it_s3_close);

enum { IT_S3_PUT_MAX_GIB = 5 }; /* what one request may put */

/* Durable when it returns OK; LIMIT when it is larger than IT_S3_PUT_MAX_GIB. */
IT_CHECK int it_s3_put(struct it_s3 *s3, const char *key, const struct it_message *bytes,
		       const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err);
/* NOTFOUND; the bytes are whatever the server says. */
IT_CHECK int it_s3_get(struct it_s3 *s3, const char *key, const struct it_sink *sink,
		       struct intoto_error **err);
IT_CHECK int it_s3_head(struct it_s3 *s3, const char *key, bool *has, uint64_t *size,
			struct intoto_error **err);
/* All of its versions, if the bucket keeps any; POLICY while one of them is locked.  What is not
 * there is removed already. */
IT_CHECK int it_s3_remove(struct it_s3 *s3, const char *key, struct intoto_error **err);
IT_CHECK int it_s3_list(struct it_s3 *s3, const char *prefix,
			int (*item)(void *arg, const char *key, uint64_t size,
				    struct intoto_error **err),
			void *arg, struct intoto_error **err);

/* Nobody, root included, removes it before then (mode COMPLIANCE); it can be made later only.
 * UNSUPPORTED when the bucket was made without object lock. */
IT_CHECK int it_s3_retain(struct it_s3 *s3, const char *key, int64_t until,
			  struct intoto_error **err);
IT_CHECK int it_s3_hold(struct it_s3 *s3, const char *key, bool on, struct intoto_error **err);

#endif
