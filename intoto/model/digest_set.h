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

#endif
