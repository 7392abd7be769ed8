/* SPDX-License-Identifier: Apache-2.0 */
/* PEM text, read line by line and written as OpenSSL does. */
#include "crypto/pem.h"

#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 1024 * 1024, LINE_WIDTH = 64 };

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char dashes[] = "-----";

struct cursor {
	struct it_span rest;
	struct it_span line; /* without its end and trailing white space */
	size_t number;	     /* of line, from 1 */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct it_span without_tail(struct it_span text)
{
	while (text.len && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static bool next_line(struct cursor *at)
{
	const char *newline;
	size_t len;

	if (!at->rest.len)
		return false;
	newline = memchr(at->rest.data, '\n', at->rest.len);
	len = newline ? (size_t)(newline - at->rest.data) + 1 : at->rest.len;
	at->line = without_tail(it_span(at->rest.data, len));
	at->rest = it_span(at->rest.data + len, at->rest.len - len);
	at->number++;
	return true;
}

static bool starts_with(struct it_span text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && it_span_is(it_span(text.data, len), prefix);
}

/* Whether line is -----BEGIN LABEL----- (or END); points label into it. */
static bool is_boundary(struct it_span line, const char *prefix, struct it_span *label)
{
	size_t around = strlen(prefix) + sizeof dashes - 1;

	if (line.len < around || !starts_with(line, prefix) ||
	    !it_span_is(it_span(line.data + line.len - (sizeof dashes - 1), sizeof dashes - 1),
			dashes))
		return false;
	*label = it_span(line.data + strlen(prefix), line.len - around);
	return true;
}

/* What else people hand over as a key, for the sentence that refuses it. */
static const struct {
	const char *start;
	const char *what;
} strangers[] = {
	{ "\x30\x82", "DER" },
	{ "\x30\x81", "DER" },
	{ "{", "JSON" },
	{ "ssh-", "an OpenSSH key" },
	{ "ecdsa-sha2-", "an OpenSSH key" },
	{ "untrusted comment:", "a minisign or signify key" },
	{ begin, "a broken BEGIN line" },
};

static int refuse_stranger(struct it_span text, struct intoto_error **err)
{
	if (!without_tail(text).len)
		return it_err_set(err, INTOTO_E_FORMAT, "empty, want a key in PEM");
	for (size_t i = 0; i < IT_COUNT_OF(strangers); i++) {
		if (starts_with(text, strangers[i].start))
			return it_err_set(err, INTOTO_E_FORMAT, "found %s, want a key in PEM",
					  strangers[i].what);
	}
	return it_err_set(err, INTOTO_E_FORMAT, "found no -----BEGIN line, want a key in PEM");
}

/* Header lines stand between BEGIN and an empty line, and only they have a colon. */
static void take_headers(struct it_pem *pem, struct cursor *at)
{
	struct cursor ahead = *at;
	const char *first = at->rest.data;

	if (!next_line(&ahead) || !ahead.line.len || !memchr(ahead.line.data, ':', ahead.line.len))
		return;
	while (ahead.line.len && next_line(&ahead))
		continue;
	pem->headers = it_span(first, (size_t)(ahead.rest.data - first));
	*at = ahead;
}

static bool is_base64(struct it_span line)
{
	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '+' || c == '/' || c == '='))
			return false;
	}
	return true;
}

/* Decodes up to the END line that fits. */
static int take_body(struct it_pem *pem, struct cursor *at, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf body = IT_BUF(TEXT_MAX);
	size_t first = at->number;
	struct it_span label;

	for (;;) {
		if (!next_line(at))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "line %zu: the block \"%s\" has no END line", first,
					  pem->label);
		if (is_boundary(at->line, end, &label))
			break;
		if (!is_base64(at->line))
			return it_err_set(err, INTOTO_E_FORMAT, "line %zu: found no base64",
					  at->number);
		(void)it_buf_add_span(&body, at->line); /* sticky */
	}
	if (!it_span_is(label, pem->label))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "line %zu: the END line does not fit BEGIN \"%s\"", at->number,
				  pem->label);
	if (it_buf_check(&body, "key", err))
		return (int)body.failed;
	if (!body.len || body.len % 4 || !it_base64_decode(&pem->bytes, it_buf_span(&body)))
		return pem->bytes.failed
			       ? it_buf_check(&pem->bytes, "key", err)
			       : it_err_set(err, INTOTO_E_FORMAT,
					    "line %zu: broken base64 in \"%s\"", first, pem->label);
	return INTOTO_OK;
}

/* A label may reach a terminal, so it must be plain. */
static int take_label(struct it_pem *pem, struct it_span label, size_t line,
		      struct intoto_error **err)
{
	bool plain = label.len <= IT_PEM_LABEL_MAX;

	for (size_t i = 0; plain && i < label.len; i++)
		plain = label.data[i] >= ' ' && label.data[i] <= '~' && label.data[i] != '"';
	if (!plain)
		return it_err_set(err, INTOTO_E_FORMAT, "line %zu: a BEGIN line that is no key's",
				  line);
	memcpy(pem->label, label.data, label.len);
	pem->label[label.len] = '\0';
	return INTOTO_OK;
}

static int take_block(struct it_pem *pem, struct cursor *at, struct it_span label,
		      struct intoto_error **err)
{
	int rc = take_label(pem, label, at->number, err);

	if (rc)
		return rc;
	it_buf_wipe(&pem->bytes);
	it_buf_reset(&pem->bytes);
	pem->headers = it_span(NULL, 0);
	take_headers(pem, at);
	return take_body(pem, at, err);
}

static int read_text(struct it_pem *pem, struct it_span text, struct intoto_error **err)
{
	struct cursor at = { .rest = text };
	struct it_span label;
	bool found = false;

	pem->alone = true;
	while (next_line(&at)) {
		int rc;

		if (!is_boundary(at.line, begin, &label)) {
			pem->alone = pem->alone && !at.line.len;
			continue;
		}
		if (found)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "line %zu: a second PEM block, want one key", at.number);
		rc = take_block(pem, &at, label, err);
		if (rc)
			return rc;
		found = !it_streq(pem->label, "EC PARAMETERS");
	}
	return found ? INTOTO_OK : refuse_stranger(text, err);
}

int it_pem_read(struct it_pem *out, struct it_span text, struct intoto_error **err)
{
	int rc;

	*out = (struct it_pem){ .bytes = IT_BUF(TEXT_MAX) };
	rc = read_text(out, text, err);
	if (rc)
		it_pem_done(out);
	return rc;
}

void it_pem_done(struct it_pem *pem)
{
	it_buf_wipe(&pem->bytes);
}

int it_pem_write(struct it_buf *out, const char *label, struct it_span bytes,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf body = IT_BUF(TEXT_MAX);
	int rc;

	it_base64_encode(&body, bytes);
	rc = it_buf_check(&body, "key", err);
	if (rc)
		return rc;
	(void)it_buf_printf(out, "%s%s%s\n", begin, label, dashes); /* sticky, as all below */
	for (size_t at = 0; at < body.len; at += LINE_WIDTH) {
		size_t len = body.len - at < LINE_WIDTH ? body.len - at : LINE_WIDTH;

		(void)it_buf_add(out, body.data + at, len);
		(void)it_buf_add_byte(out, '\n');
	}
	(void)it_buf_printf(out, "%s%s%s\n", end, label, dashes);
	return it_buf_check(out, "key", err);
}
