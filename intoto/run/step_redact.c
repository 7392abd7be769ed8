/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of byproducts rewritten. */
#include "run/step_redact.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "run/command.h"

enum { TEXT_MAX = 64 * 1024 * 1024, NAME_SIZE = 32, RECORD_MAX = 10000 };

static const char *const streams[] = { "stderr", "stdout" };

/* --- one stream --- */

/* The exact bytes of a stream that is no UTF-8 would have all that was taken out of its text. */
static int set_stream(struct it_json *byproducts, const char *stream, const struct it_buf *text,
		      struct intoto_error **err)
{
	char exact[NAME_SIZE];
	int rc = it_buf_check(text, stream, err);

	(void)snprintf(exact, sizeof exact, "%s-base64", stream); /* fits */
	if (!rc)
		rc = it_json_set_take(byproducts, stream,
				      it_json_new_text(it_span(it_buf_text(text), text->len)), err);
	if (!rc && it_json_get(byproducts, exact))
		rc = it_json_set_take(byproducts, exact, it_json_new_text(it_span_text("")), err);
	return rc;
}

/* The line that stands for what is missing (run/stream_text.c); data NULL: nothing is. */
static struct it_span find_gap(const struct it_json *byproducts, const char *stream,
			       struct it_span text)
{
	static const char start[] = "\n[... ";
	static const char finish[] = " bytes are not recorded here ...]\n";
	char length[NAME_SIZE];
	const char *at;
	const char *end;

	(void)snprintf(length, sizeof length, "%s-length", stream); /* fits */
	if (!it_json_get(byproducts, length))
		return it_span(NULL, 0);
	for (at = text.data; at; at++) {
		size_t left = text.len - (size_t)(at - text.data);

		at = memmem(at, left, start, sizeof start - 1);
		if (!at)
			break;
		end = memmem(at, text.len - (size_t)(at - text.data), finish, sizeof finish - 1);
		if (end && (size_t)(end - at) < NAME_SIZE)
			return it_span(at, (size_t)(end - at) + sizeof finish - 1);
	}
	return it_span(NULL, 0);
}

static int note_value(struct it_json *record, const char *where, const struct it_secret *secret,
		      struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	int rc = it_json_set_take(object, "count", it_json_new_int((int64_t)secret->found), err);

	if (!rc)
		rc = it_json_set_take(object, "rule", it_json_new_text(it_span_text("environment")),
				      err);
	if (!rc)
		rc = it_json_set_take(object, "stream", it_json_new_text(it_span_text(where)), err);
	if (!rc)
		rc = it_json_set_take(object, "variable",
				      it_json_new_text(it_span_text(secret->name)), err);
	return rc ? rc : it_json_append_take(record, it_json_ref(object), err);
}

static int note_values(struct it_json *record, const char *where, const struct it_secrets *secrets,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < secrets->count; i++)
		if (secrets->items[i].found)
			rc = note_value(record, where, &secrets->items[i], err);
	return rc;
}

static int mask_stream(struct it_json *byproducts, const char *stream, struct it_secrets *secrets,
		       struct it_json *record, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf masked = IT_BUF(TEXT_MAX);
	struct it_span text = it_json_text(it_json_get(byproducts, stream));
	struct it_span gap = find_gap(byproducts, stream, text);
	bool found;
	int rc;

	if (!text.len)
		return INTOTO_OK;
	it_secrets_reset(secrets);
	found = gap.data ? it_secrets_mask_cut(&masked, text, gap, secrets)
			 : it_secrets_mask(&masked, text, secrets);
	if (!found)
		return it_buf_check(&masked, stream, err);
	rc = set_stream(byproducts, stream, &masked, err);
	return rc ? rc : note_values(record, stream, secrets, err);
}

static int mask_command(struct intoto_link *link, struct it_secrets *secrets,
			struct it_json *record, struct intoto_error **err)
{
	it_secrets_reset(secrets);
	for (size_t i = 0; i < link->command.count; i++) {
		IT_AUTO(it_buf_done) struct it_buf masked = IT_BUF(TEXT_MAX);
		char *text;

		if (!it_secrets_mask(&masked, it_span_text(link->command.items[i]), secrets))
			continue;
		text = it_buf_take(&masked);
		if (!text)
			return it_err_nomem(err);
		free(link->command.items[i]);
		link->command.items[i] = text;
	}
	return note_values(record, "command", secrets, err);
}

int it_step_redact_values(struct intoto_link *link, struct it_secrets *secrets,
			  struct it_json *record, struct intoto_error **err)
{
	int rc = mask_command(link, secrets, record, err);

	for (size_t i = 0; !rc && link->byproducts && i < IT_COUNT_OF(streams); i++)
		rc = mask_stream(link->byproducts, streams[i], secrets, record, err);
	return rc;
}

/* --- what attestors ask for --- */

int it_step_redaction_check(const struct intoto_link *link, const struct it_redaction *redaction,
			    struct intoto_error **err)
{
	struct it_span text = it_json_text(it_json_get(link->byproducts, redaction->stream));

	if (redaction->offset < text.len && redaction->length <= text.len - redaction->offset)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT,
			  "answer.redactions: byte %ju and %ju from there on are not within the "
			  "%zu bytes of %s that it was shown",
			  (uintmax_t)redaction->offset, (uintmax_t)redaction->length, text.len,
			  redaction->stream);
}

static int by_place(const void *a, const void *b)
{
	const struct it_redaction *one = ((const struct it_step_redaction *)a)->what;
	const struct it_redaction *two = ((const struct it_step_redaction *)b)->what;
	int order = it_span_cmp(it_span_text(one->stream), it_span_text(two->stream));

	if (order || one->offset != two->offset)
		return order ? order : one->offset < two->offset ? -1 : 1;
	return one->length < two->length ? 1 : one->length > two->length ? -1 : 0;
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* No character is cut in two. */
static void widen(struct it_span text, size_t *from, size_t *to)
{
	while (*from && continues(text.data[*from]))
		--*from;
	while (*to < text.len && continues(text.data[*to]))
		++*to;
}

static int redact_stream(struct it_json *byproducts, const char *stream,
			 const struct it_step_redaction *items, size_t count,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(TEXT_MAX);
	struct it_span text = it_json_text(it_json_get(byproducts, stream));
	size_t done = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct it_redaction *what = items[i].what;
		size_t from = (size_t)what->offset;
		size_t to = from + (size_t)what->length;

		if (!it_streq(what->stream, stream))
			continue;
		widen(text, &from, &to);
		if (!any || from >= done) { /* else it overlaps one that stands there already */
			(void)it_buf_add(&out, text.data + done, from - done); /* sticky */
			(void)it_buf_printf(&out, "[redacted: %s]", what->rule);
		}
		any = true;
		done = to > done ? to : done;
	}
	if (!any)
		return INTOTO_OK;
	(void)it_buf_add(&out, text.data + done, text.len - done); /* sticky, set_stream looks */
	return set_stream(byproducts, stream, &out, err);
}

static int note_redaction(struct it_json *record, const struct it_step_redaction *item,
			  struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	const struct it_redaction *what = item->what;
	int rc = it_json_set_take(object, "attestor",
				  it_json_new_text(it_span_text(item->attestor)), err);

	if (!rc)
		rc = it_json_set_take(object, "length", it_json_new_int((int64_t)what->length),
				      err);
	if (!rc)
		rc = it_json_set_take(object, "offset", it_json_new_int((int64_t)what->offset),
				      err);
	if (!rc)
		rc = it_json_set_take(object, "rule", it_json_new_text(it_span_text(what->rule)),
				      err);
	if (!rc)
		rc = it_json_set_take(object, "stream",
				      it_json_new_text(it_span_text(what->stream)), err);
	return rc ? rc : it_json_append_take(record, it_json_ref(object), err);
}

int it_step_redact(struct intoto_link *link, struct it_step_redaction *items, size_t count,
		   struct it_json *record, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!count)
		return INTOTO_OK;
	qsort(items, count, sizeof *items, by_place);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(streams); i++)
		rc = redact_stream(link->byproducts, streams[i], items, count, err);
	for (size_t i = 0; !rc && i < count && it_json_count(record) < RECORD_MAX; i++)
		rc = note_redaction(record, &items[i], err);
	return rc;
}

int it_step_withhold(struct intoto_link *link, struct intoto_error **err)
{
	const struct it_buf nothing = IT_BUF(0);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(streams); i++) {
		char name[NAME_SIZE];

		if (!it_json_get(link->byproducts, streams[i]))
			continue;
		(void)snprintf(name, sizeof name, "%s-withheld", streams[i]); /* fits */
		rc = set_stream(link->byproducts, streams[i], &nothing, err);
		if (!rc)
			rc = it_json_set_take(link->byproducts, name, it_json_new_bool(true), err);
	}
	return rc;
}
