/* SPDX-License-Identifier: Apache-2.0 */
/* Digest sets, { algorithm: hex }, as the text that <model/artifacts.h> describes. */
#ifndef IT_MODEL_DIGEST_SET_H
#define IT_MODEL_DIGEST_SET_H

#include "json/where.h"
#include "json/writer.h"

/* Fills out (emptied first) with the text of the set; refuses an empty set and bad hex. */
IT_CHECK int it_digest_set_read(struct it_buf *out, const struct it_json *object,
				const struct it_where *where, struct intoto_error **err);
/* A text that is none is a misuse of the writer. */
void it_digest_set_write(struct it_writer *writer, const char *text);

enum it_digests_match {
	IT_DIGESTS_DIFFER,
	IT_DIGESTS_MATCH,
	IT_DIGESTS_NOT_COMPARABLE, /* they share no algorithm that is worth trusting */
};

/*
 * Whether two sets mean the same bytes: they share at least one strong algorithm and agree in every
 * strong one that they share.  md5, sha1 and what nobody knows never decide anything; git object
 * ids (gitCommit, gitTree, gitBlob, gitTag) count, since nothing stronger names a git object.
 */
enum it_digests_match it_digests_match(const char *a, const char *b);

#endif
