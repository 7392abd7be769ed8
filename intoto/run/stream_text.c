/* SPDX-License-Identifier: Apache-2.0 */
/* What a link says about one output stream. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "run/command.h"
#include "run/stream.h"

enum { HALF = IT_STREAM_KEPT / 2, CHARACTER_MAX = 4 };

/* What is left of a stream: all of it, or its head and its tail. */
struct remains {
	struct it_buf bytes;
	struct it_span head; /* both within bytes */
	struct it_span tail;
	uint64_t missing; /* between them */
};

static void remains_done(struct remains *remains)
{
	it_buf_done(&remains->bytes);
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t length_by_lead(unsigned char lead)
{
	if (lead >= 0xf0)
		return 4;
	if (lead >= 0xe0)
		return 3;
	return lead >= 0xc0 ? 2 : 1;
}

/* Without the beginning of a character that the cut went through. */
static struct it_span whole_at_end(struct it_span head)
{
	for (size_t back = 1; back < CHARACTER_MAX && back <= head.len; back++) {
		char byte = head.data[head.len - back];

		if (is_continuation(byte))
			continue;
		if (length_by_lead((unsigned char)byte) > back)
			head.len -= back;
		break;
	}
	return head;
}

static struct it_span whole_at_start(struct it_span tail)
{
	for (size_t i = 1; i < CHARACTER_MAX && tail.len && is_continuation(*tail.data); i++)
		tail = it_span(tail.data + 1, tail.len - 1);
	return tail;
}

static int collect(struct remains *remains, const struct it_stream *stream,
		   struct intoto_error **err)
{
	size_t len = stream->length < IT_STREAM_KEPT ? (size_t)stream->length : IT_STREAM_KEPT;
	bool cut = stream->length > IT_STREAM_KEPT;
	size_t turn = cut ? (size_t)(stream->length % HALF) : 0; /* where the ring begins */
	size_t head = len < HALF ? len : HALF;

	/* Sticky; checked below. */
	(void)it_buf_add(&remains->bytes, stream->kept, head);
	(void)it_buf_add(&remains->bytes, stream->kept + HALF + turn, len - head - turn);
	(void)it_buf_add(&remains->bytes, stream->kept + HALF, turn);
	if (remains->bytes.failed)
		return it_err_nomem(err);
	remains->head = it_span(remains->bytes.data, cut ? HALF : len);
	if (!cut)
		return INTOTO_OK;
	remains->head = whole_at_end(remains->head);
	remains->tail = whole_at_start(it_span(remains->bytes.data + HALF, HALF));
	remains->missing = stream->length - remains->head.len - remains->tail.len;
	return INTOTO_OK;
}

/* "stdout-length" and the like. */
static int set(const struct it_stream *stream, struct it_json *byproducts, const char *suffix,
	       struct it_json *value, struct intoto_error **err)
{
	char name[32];

	(void)snprintf(name, sizeof name, "%s%s", stream->name, suffix); /* both are ours, short */
	return it_json_set_take(byproducts, name, value, err);
}

static int set_text(const struct it_stream *stream, struct it_json *byproducts, const char *suffix,
		    const struct it_buf *text, struct intoto_error **err)
{
	if (text->failed)
		return it_err_nomem(err);
	return set(stream, byproducts, suffix,
		   it_json_new_text(it_span(it_buf_text(text), text->len)), err);
}

static int describe_text(const struct it_stream *stream, const struct remains *remains,
			 struct it_json *byproducts, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4 * IT_STREAM_KEPT);
	IT_AUTO(it_buf_done) struct it_buf exact = IT_BUF(2 * IT_STREAM_KEPT);
	IT_AUTO(it_buf_done) struct it_buf both = IT_BUF(IT_STREAM_KEPT);
	bool replaced = it_utf8_replace(&text, remains->head);
	int rc;

	/* All sticky; set_text checks. */
	if (remains->missing)
		(void)it_buf_printf(&text, "\n[... %ju bytes are not recorded here ...]\n",
				    (uintmax_t)remains->missing);
	replaced = it_utf8_replace(&text, remains->tail) || replaced;
	rc = set_text(stream, byproducts, "", &text, err);
	if (rc || !replaced)
		return rc;
	(void)it_buf_add_span(&both, remains->head);
	(void)it_buf_add_span(&both, remains->tail);
	it_base64_encode(&exact, it_buf_span(&both));
	return both.failed ? it_err_nomem(err)
			   : set_text(stream, byproducts, "-base64", &exact, err);
}

static int describe_whole(const struct it_stream *stream, struct it_json *byproducts,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	struct it_digest digest = stream->sha256; /* finished once, looked at as often as needed */
	unsigned char value[IT_DIGEST_MAX];
	int rc;

	it_digest_finish(&digest, value);
	it_hex_encode(&hex, it_span(value, IT_SHA256_SIZE));
	rc = set(stream, byproducts, "-length", it_json_new_int((int64_t)stream->length), err);
	return rc ? rc : set_text(stream, byproducts, "-sha256", &hex, err);
}

int it_stream_describe(const struct it_stream *stream, struct it_json *byproducts,
		       struct intoto_error **err)
{
	IT_AUTO(remains_done) struct remains remains = { .bytes = IT_BUF(IT_STREAM_KEPT) };
	int rc = collect(&remains, stream, err);

	if (!rc)
		rc = describe_text(stream, &remains, byproducts, err);
	if (!rc && remains.missing)
		rc = describe_whole(stream, byproducts, err);
	if (!rc && stream->left_open)
		rc = set(stream, byproducts, "-open", it_json_new_bool(true), err);
	return rc;
}
