/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 answers in XML: lists of objects, of their versions, and refusals. */
#ifndef IT_NET_S3_LISTING_H
#define IT_NET_S3_LISTING_H

#include "base/buf.h"
#include "base/strings.h"

enum { IT_S3_ANSWER_MAX = 16 * 1024 * 1024, IT_S3_KEY_MAX = 1024 };

struct it_s3_item {
	char *key;
	char *version; /* NULL: said nothing of versions */
	uint64_t size;
	bool is_marker; /* of a deletion */
};

struct it_s3_listing {
	struct it_s3_item *items;
	size_t count, cap;
	bool truncated;
	char *next;	    /* to go on with: a token, or a key */
	char *next_version; /* and the version of it */
	/* Of an <Error>. */
	char *code, *message;
};

/* FORMAT for what is no such XML, or has a document type: entities are nobody's. */
IT_CHECK int it_s3_listing_read(struct it_s3_listing *out, struct it_span text,
				struct intoto_error **err);
void it_s3_listing_done(struct it_s3_listing *listing);

#endif
