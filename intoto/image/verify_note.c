/* SPDX-License-Identifier: Apache-2.0 */
/* Checks about one thing that hangs on an image, and reading it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "image/verify_part.h"
#include "json/where.h"

int it_verify_note(struct it_verifying *self, const struct it_verify_item *item,
		   const struct it_image_note *note, struct intoto_error **err, const char *format,
		   ...)
{
	struct it_image_note whole = *note;
	IT_AUTO(it_freep) char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		text = NULL;
		return it_err_nomem(err);
	}
	whole.image = self->digest;
	whole.what = item ? item->what : NULL;
	return it_image_report_add(self->report, &whole, err, "%s", text);
}

int it_verify_note_denied(struct it_verifying *self, const struct it_verify_item *item,
			  const struct intoto_key *key, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "denied.key", .result = IT_CHECK_PASSED_OVER };

	return it_verify_note(self, item, &note, err, "is by the key sha256:%s, which is revoked",
			      intoto_key_fingerprint(key));
}

int it_verify_count(struct it_verifying *self, const struct it_verify_item *item, size_t key,
		    const char *remark, struct intoto_error **err)
{
	const char *keyid = intoto_key_fingerprint(self->policy->keys[key]);
	struct it_image_note note = { .code = "signature.good",
				      .result = IT_CHECK_GOOD,
				      .keyid = keyid };

	if (self->signed_by[key]) {
		note.code = "signature.same-key";
		note.result = IT_CHECK_PASSED_OVER;
		return it_verify_note(self, item, &note, err,
				      "is by the key sha256:%s, which was counted already", keyid);
	}
	self->signed_by[key] = true;
	self->signers++;
	return it_verify_note(self, item, &note, err, "signed by the key sha256:%s%s", keyid,
			      remark);
}

int it_verify_trouble(struct it_verifying *self, const struct it_verify_item *item, int rc,
		      const struct intoto_error *why, struct intoto_error **err)
{
	struct it_image_note note = { .code = "attached.unreadable", .result = IT_CHECK_REFUSED };

	if (rc == INTOTO_E_NOMEM || rc == INTOTO_E_INTERNAL || rc == INTOTO_E_USAGE)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	self->unseen = true;
	if (rc == INTOTO_E_SERVICE || rc == INTOTO_E_IO || rc == INTOTO_E_HELPER) {
		self->lost = true;
		if (!self->why)
			(void)it_err_set(&self->why, (enum intoto_code)rc, "%s",
					 intoto_error_text(why)); /* told at the end */
		note.code = "attached.unknown";
		note.result = IT_CHECK_PASSED_OVER;
	} else {
		self->claims++;
	}
	return it_verify_note(self, item, &note, err, "%s", intoto_error_text(why));
}

static int refuse_large(struct it_verifying *self, const struct it_verify_item *item, size_t most,
			struct intoto_error **err)
{
	const struct it_image_note note = { .code = "attached.too-large",
					    .result = IT_CHECK_REFUSED };

	self->claims++;
	self->unseen = true;
	return it_verify_note(self, item, &note, err,
			      "has %llu bytes, more than the %zu that are read",
			      (unsigned long long)item->layer->size, most);
}

int it_verify_read(struct it_verifying *self, struct it_buf *out, bool *there,
		   const struct it_verify_item *item, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool denied = false;
	int rc = it_verify_denies(self, &denied, IT_DENY_DIGEST, item->layer->digest,
				  "denied.digest", err);

	*there = false;
	self->claims += denied;
	if (rc || denied)
		return rc;
	if (item->layer->size > out->max)
		return refuse_large(self, item, out->max, err);
	rc = it_place_read_blob(self->place, out, item->layer, &why);
	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	*there = true;
	return INTOTO_OK;
}

void it_verify_print_denial(struct it_buf *out, const struct it_deny_entry *entry)
{
	char since[IT_TIME_SIZE];

	it_time_format(since, entry->since);
	(void)it_buf_printf(out, "revoked since %s", since); /* sticky */
	if (*entry->by) {
		(void)it_buf_add_text(out, " by ");
		it_where_quote(out, it_span_text(entry->by));
	}
	(void)it_buf_add_text(out, ": ");
	it_where_quote(out, it_span_text(entry->reason));
}

int it_verify_denies(struct it_verifying *self, bool *denied, enum it_deny_kind kind,
		     const char *value, const char *code, struct intoto_error **err)
{
	const struct it_deny_entry *entry;
	const struct it_image_note note = { .code = code, .result = IT_CHECK_REFUSED };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	int rc = it_deny_list_find(&entry, self->policy->deny, kind, value, err);

	*denied = rc || entry;
	if (rc || !entry)
		return rc;
	it_where_quote(&text, it_span_text(value));
	(void)it_buf_add_text(&text, " is "); /* sticky */
	it_verify_print_denial(&text, entry);
	return it_verify_note(self, NULL, &note, err, "%s", it_buf_text(&text));
}

/* By its whole name, and by that of its repository, whatever tag or digest stands behind it. */
int it_verify_denies_image(struct it_verifying *self, bool *denied, const char *found,
			   struct intoto_error **err)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	IT_AUTO(it_buf_done) struct it_buf repository = IT_BUF(IT_VERIFY_TEXT_MAX);
	int rc = it_verify_denies(self, denied, IT_DENY_IDENTITY, found, "denied.identity", err);

	if (rc || *denied)
		return rc;
	rc = it_image_reference_parse(&reference, found, NULL);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc || (!*reference.tag && !*reference.digest))
		return INTOTO_OK;
	it_image_reference_print_repository(&repository, &reference);
	rc = it_buf_check(&repository, "the name of an image", err);
	if (rc)
		return rc;
	return it_verify_denies(self, denied, IT_DENY_IDENTITY, it_buf_text(&repository),
				"denied.identity", err);
}
