/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for values, the longest first, so that one within another does not hide it. */
#include "attest/secrets.h"

#include <string.h>
#include <unistd.h>

#include "attest/environment.h"
#include "base/text.h"
#include "json/pull.h"
#include "json/scan.h"
#include "json/writer.h"

enum { PART_LEAST = 4 }; /* of a value at a cut */

/* Whether a name can stand in a document as it is. */
static bool is_plain(struct it_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '_'))
			return false;
	}
	return name.len > 0;
}

static int by_length(const void *a, const void *b)
{
	const struct it_secret *one = a;
	const struct it_secret *two = b;

	if (one->value.len != two->value.len)
		return one->value.len < two->value.len ? 1 : -1;
	return it_span_cmp(it_span_text(one->name), it_span_text(two->name));
}

void it_secrets_done(struct it_secrets *secrets)
{
	free(secrets->items);
	it_strings_done(&secrets->names);
	*secrets = (struct it_secrets){ 0 };
}

void it_secrets_reset(struct it_secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		secrets->items[i].found = 0;
}

static int add(struct it_secrets *out, struct it_span name, struct it_span value,
	       struct intoto_error **err)
{
	struct it_secret *grown = reallocarray(out->items, out->count + 1, sizeof *grown);
	int rc;

	if (!grown)
		return it_err_nomem(err);
	out->items = grown;
	rc = it_strings_add_span(&out->names, name, err);
	if (rc)
		return rc;
	grown[out->count++] = (struct it_secret){ .name = out->names.items[out->names.count - 1],
						  .value = value };
	return INTOTO_OK;
}

int it_secrets_gather(struct it_secrets *out, const struct it_strings *allowed,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (char **entry = environ; !rc && *entry; entry++) {
		struct it_span name = it_span(*entry, strcspn(*entry, "="));
		struct it_span value;

		if (!(*entry)[name.len] || !is_plain(name) || !it_variable_looks_secret(name))
			continue;
		value = it_span_text(*entry + name.len + 1);
		if (value.len < IT_SECRET_LEAST)
			continue;
		rc = add(out, name, value, err);
		if (!rc && allowed && it_strings_has(allowed, out->items[out->count - 1].name))
			out->count--;
	}
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_length);
	return rc;
}

/* --- plain text --- */

/* The first value in text from at on; the longest of those that begin there. */
static struct it_secret *find(struct it_secrets *secrets, struct it_span text, size_t *at)
{
	struct it_secret *best = NULL;
	size_t first = text.len;

	for (size_t i = 0; i < secrets->count; i++) {
		const char *found =
			memmem(text.data + *at, text.len - *at, secrets->items[i].value.data,
			       secrets->items[i].value.len);

		if (found && (size_t)(found - text.data) < first) {
			first = (size_t)(found - text.data);
			best = &secrets->items[i];
		}
	}
	*at = first;
	return best;
}

static void add_mask(struct it_buf *out, struct it_secret *secret)
{
	secret->found++;
	(void)it_buf_printf(out, "[redacted: %s]", secret->name); /* sticks in out */
}

bool it_secrets_mask(struct it_buf *out, struct it_span text, struct it_secrets *secrets)
{
	size_t done = 0;
	size_t at = 0;
	struct it_secret *secret;

	if (!text.len || !secrets->count)
		return false;
	while (at < text.len && (secret = find(secrets, text, &at)) != NULL) {
		(void)it_buf_add(out, text.data + done, at - done); /* sticks in out */
		add_mask(out, secret);
		at += secret->value.len;
		done = at;
	}
	if (!done)
		return false;
	(void)it_buf_add(out, text.data + done, text.len - done); /* likewise */
	return true;
}

/* --- around a gap --- */

/* How many bytes at the end of head, or at the start of tail, are a part of a value. */
static size_t part_at(struct it_span text, bool end, struct it_secrets *secrets,
		      struct it_secret **whose)
{
	size_t best = 0;

	for (size_t i = 0; i < secrets->count; i++) {
		struct it_span value = secrets->items[i].value;
		size_t most = value.len - 1 < text.len ? value.len - 1 : text.len;

		for (size_t len = most; len > best && len >= PART_LEAST; len--) {
			struct it_span there =
				it_span(end ? text.data + text.len - len : text.data, len);
			struct it_span part =
				it_span(end ? value.data : value.data + value.len - len, len);

			if (!it_span_eq(there, part))
				continue;
			best = len;
			*whose = &secrets->items[i];
		}
	}
	return best;
}

static bool mask_or_add(struct it_buf *out, struct it_span text, struct it_secrets *secrets)
{
	if (it_secrets_mask(out, text, secrets))
		return true;
	(void)it_buf_add_span(out, text); /* sticks in out */
	return false;
}

bool it_secrets_mask_cut(struct it_buf *out, struct it_span text, struct it_span gap,
			 struct it_secrets *secrets)
{
	struct it_span head = it_span(text.data, (size_t)(gap.data - text.data));
	struct it_span tail = it_span(gap.data + gap.len, text.len - head.len - gap.len);
	struct it_secret *before = NULL;
	struct it_secret *behind = NULL;
	size_t at_end = part_at(head, true, secrets, &before);
	size_t at_start = part_at(tail, false, secrets, &behind);
	bool masked;

	masked = mask_or_add(out, it_span(head.data, head.len - at_end), secrets);
	if (before)
		add_mask(out, before);
	(void)it_buf_add_span(out, gap); /* sticks in out */
	if (behind)
		add_mask(out, behind);
	masked = mask_or_add(out, it_span(tail.data + at_start, tail.len - at_start), secrets) ||
		 masked || before || behind;
	if (!masked)
		it_buf_reset(out);
	return masked;
}

/* --- JSON --- */

static const struct it_json_limits any = {
	.bytes = IT_JSON_BYTES_MAX, .depth = 1, .reals = true, .values = 1
};

/* A text with its quotes, masked and quoted again; false when there is nothing to mask. */
static bool mask_token(struct it_buf *out, struct it_span token, struct it_secrets *secrets)
{
	IT_AUTO(it_buf_done) struct it_buf masked = IT_BUF(IT_JSON_BYTES_MAX);
	struct it_pull_text text;
	struct it_pull pull;
	struct it_writer writer;
	bool found;

	it_pull_init(&pull, token, &any);
	found = it_pull_text(&pull, &text) && it_secrets_mask(&masked, text.said, secrets);
	if (found && !masked.failed) {
		it_writer_init(&writer, out, IT_WRITE_COMPACT);
		it_write_text_span(&writer, it_buf_span(&masked));
		if (it_writer_finish(&writer, NULL))
			out->failed = out->failed ? out->failed : INTOTO_E_NOMEM;
	}
	if (masked.failed || pull.failed == INTOTO_E_NOMEM)
		out->failed = INTOTO_E_NOMEM;
	it_pull_done(&pull);
	return found;
}

/* Texts without an escape can be passed over when no value stands anywhere as it is. */
static bool any_stands_in(struct it_span json, struct it_secrets *secrets)
{
	size_t at = 0;

	return find(secrets, json, &at) != NULL;
}

bool it_secrets_mask_json(struct it_buf *out, struct it_span json, struct it_secrets *secrets)
{
	bool stands = any_stands_in(json, secrets);
	struct it_scan scan = { json, 0 };
	struct it_token token;
	size_t done = 0;

	if (!secrets->count)
		return false;
	while ((token = it_scan_next(&scan)).kind != IT_TOKEN_END) {
		IT_AUTO(it_buf_done) struct it_buf masked = IT_BUF(IT_JSON_BYTES_MAX);

		if (token.kind != IT_TOKEN_TEXT ||
		    (!stands && !memchr(token.text.data, '\\', token.text.len)))
			continue;
		if (!mask_token(&masked, token.text, secrets)) {
			if (masked.failed)
				out->failed = masked.failed;
			continue;
		}
		if (masked.failed)
			out->failed = masked.failed;
		(void)it_buf_add(out, json.data + done, token.at - done); /* sticks in out */
		(void)it_buf_add_span(out, it_buf_span(&masked));
		done = token.at + token.text.len;
	}
	if (done)
		(void)it_buf_add(out, json.data + done, json.len - done); /* sticks in out */
	return done || out->failed;
}
