/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII armor (RFC 9580 section 6): base64 between lines of dashes, and perhaps a checksum. */
#include <string.h>

#include "base/text.h"
#include "crypto/openpgp_packet.h"

enum {
	CRC_START = 0xb704ce,
	CRC_POLYNOMIAL = 0x1864cfb,
	CRC_TOP = 0x1000000,
	CRC_SIZE = 3,
	CRC_ROOM = 64,
	BODY_MAX = 16 * 1024 * 1024,
};

static const char begin[] = "-----BEGIN PGP ";
static const char end[] = "-----END PGP ";
static const char dashes[] = "-----";

struct cursor {
	struct it_span rest;
	struct it_span line; /* without its end and trailing white space */
	size_t number;	     /* of line, from 1 */
};

static bool next_line(struct cursor *at)
{
	const char *newline;
	size_t len;

	if (!at->rest.len)
		return false;
	newline = memchr(at->rest.data, '\n', at->rest.len);
	len = newline ? (size_t)(newline - at->rest.data) + 1 : at->rest.len;
	at->line = it_span(at->rest.data, len);
	while (at->line.len && strchr(" \t\r\n", at->line.data[at->line.len - 1]) &&
	       at->line.data[at->line.len - 1])
		at->line.len--;
	at->rest = it_span(at->rest.data + len, at->rest.len - len);
	at->number++;
	return true;
}

static bool starts_with(struct it_span text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && it_span_is(it_span(text.data, len), prefix);
}

/* -----BEGIN PGP LABEL----- or its END. */
static bool is_boundary(struct it_span line, const char *prefix, const char *label)
{
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(256);

	(void)it_buf_printf(&want, "%s%s%s", prefix, label, dashes); /* no line equals less */
	return !want.failed && it_span_eq(line, it_buf_span(&want));
}

bool it_pgp_is_armored(struct it_span text)
{
	return memmem(text.data, text.len, begin, sizeof begin - 1) != NULL;
}

static uint32_t crc24(struct it_span bytes)
{
	uint32_t crc = CRC_START;

	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= (uint32_t)(unsigned char)bytes.data[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if (crc & CRC_TOP)
				crc ^= CRC_POLYNOMIAL;
		}
	}
	return crc;
}

static int check_sum(struct it_span bytes, struct it_span line, size_t number,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf sum = IT_BUF(CRC_ROOM);
	uint32_t crc = crc24(bytes);
	const unsigned char want[CRC_SIZE] = { (unsigned char)(crc >> 16),
					       (unsigned char)(crc >> 8), (unsigned char)crc };

	if (!it_base64_decode(&sum, line) || sum.len != CRC_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "line %zu: found no checksum behind the =", number);
	if (!it_span_eq(it_buf_span(&sum), it_span(want, sizeof want)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "line %zu: the checksum is wrong, so the block is damaged",
				  number);
	return INTOTO_OK;
}

/* Header lines, up to an empty line; old programs leave that out when there are none. */
static void skip_headers(struct cursor *at)
{
	struct cursor ahead = *at;

	while (next_line(&ahead) && ahead.line.len) {
		if (!memchr(ahead.line.data, ':', ahead.line.len))
			return;
		*at = ahead;
	}
	if (!ahead.line.len)
		*at = ahead;
}

static int decode(struct it_buf *bytes, const struct it_buf *body, size_t number,
		  struct intoto_error **err)
{
	int rc = it_buf_check(body, "armored block", err);

	if (rc)
		return rc;
	if (!body->len || body->len % 4 || !it_base64_decode(bytes, it_buf_span(body)))
		return bytes->failed
			       ? it_buf_check(bytes, "armored block", err)
			       : it_err_set(err, INTOTO_E_FORMAT,
					    "line %zu: the block before it is no base64", number);
	return INTOTO_OK;
}

/* From the line behind BEGIN to END. */
static int take_block(struct it_buf *out, struct cursor *at, const char *label,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(BODY_MAX);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(BODY_MAX);
	size_t first = at->number;
	bool summed = false;
	int rc;

	skip_headers(at);
	for (;;) {
		if (!next_line(at))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "line %zu: the block has no END line", first);
		if (starts_with(at->line, dashes) || starts_with(at->line, "="))
			break;
		(void)it_buf_add_span(&body, at->line); /* sticky */
	}
	rc = decode(&bytes, &body, at->number, err);
	if (!rc && starts_with(at->line, "=")) {
		summed = true;
		rc = check_sum(it_buf_span(&bytes), it_span(at->line.data + 1, at->line.len - 1),
			       at->number, err);
	}
	if (rc)
		return rc;
	if ((summed && !next_line(at)) || !is_boundary(at->line, end, label))
		return it_err_set(
			err, INTOTO_E_FORMAT,
			"line %zu: want the END line of the block that begins in line %zu",
			at->number, first);
	(void)it_buf_add_span(out, it_buf_span(&bytes)); /* sticky */
	return it_buf_check(out, "OpenPGP key", err);
}

int it_pgp_dearmor(struct it_buf *out, struct it_span text, const char *label,
		   struct intoto_error **err)
{
	struct cursor at = { .rest = text };
	bool found = false;

	while (next_line(&at)) {
		int rc;

		if (!is_boundary(at.line, begin, label))
			continue;
		rc = take_block(out, &at, label, err);
		if (rc)
			return rc;
		found = true;
	}
	return found ? INTOTO_OK
		     : it_err_set(err, INTOTO_E_FORMAT, "found no armored block \"PGP %s\"", label);
}
