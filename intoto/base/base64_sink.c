/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 without the whole of it. */
#include "base/base64_sink.h"

#include "base/text.h"

static int pass_on(struct it_base64_sink *encoder, struct it_span bytes, struct intoto_error **err)
{
	int rc;

	it_buf_reset(&encoder->text);
	it_base64_encode(&encoder->text, bytes);
	rc = it_buf_check(&encoder->text, "base64", err);
	return rc || !bytes.len ? rc
				: it_sink_take(encoder->next, it_buf_span(&encoder->text), err);
}

static void skip(struct it_span *piece, size_t len)
{
	*piece = it_span(piece->data + len, piece->len - len);
}

int it_base64_take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct it_base64_sink *encoder = arg;
	int rc = INTOTO_OK;
	size_t whole;

	while (piece.len && encoder->waits && encoder->waits < IT_BASE64_GROUP) {
		encoder->waiting[encoder->waits++] = *piece.data;
		skip(&piece, 1);
	}
	if (encoder->waits == IT_BASE64_GROUP) {
		rc = pass_on(encoder, it_span(encoder->waiting, IT_BASE64_GROUP), err);
		encoder->waits = 0;
	}
	whole = piece.len - piece.len % IT_BASE64_GROUP;
	if (!rc && whole)
		rc = pass_on(encoder, it_span(piece.data, whole), err);
	if (rc)
		return rc;
	for (skip(&piece, whole); piece.len; skip(&piece, 1))
		encoder->waiting[encoder->waits++] = *piece.data;
	return INTOTO_OK;
}

int it_base64_end(struct it_base64_sink *encoder, struct intoto_error **err)
{
	int rc = pass_on(encoder, it_span(encoder->waiting, encoder->waits), err);

	encoder->waits = 0;
	return rc;
}
