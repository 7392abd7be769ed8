/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations that are wanted: of that type, about this image, by keys that count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "image/verify_part.h"
#include "json/where.h"
#include "model/digest_set.h"
#include "model/vsa.h"

bool it_verify_is_about(const struct it_attestation *statement, const char *digest, size_t *index)
{
	for (size_t i = 0; i < statement->subject_count; i++)
		if (it_digests_match(statement->subjects[i].digests, digest) == IT_DIGESTS_MATCH) {
			*index = i;
			return true;
		}
	return false;
}

bool it_verify_is_wanted(const struct it_verifying *self, const char *type)
{
	for (size_t i = 0; i < self->policy->attestation_count; i++)
		if (it_predicate_is(type, self->policy->attestations[i].type))
			return true;
	return false;
}

int it_verify_keep(struct it_verifying *self, const char *type, struct it_span payload,
		   const char *keyid, struct intoto_error **err)
{
	struct it_image_report *report = self->report;
	struct it_image_verified *list =
		reallocarray(report->statements, report->statement_count + 1, sizeof *list);

	if (!list)
		return it_err_nomem(err);
	report->statements = list;
	list += report->statement_count++;
	*list = (struct it_image_verified){ .payload = IT_BUF(2 * (size_t)IT_VERIFY_BUNDLE_MAX) };
	(void)snprintf(list->image, sizeof list->image, "%s", self->digest);
	(void)snprintf(list->keyid, sizeof list->keyid, "%s", keyid);
	list->type = strdup(type);
	(void)it_buf_add_span(&list->payload, payload); /* looked at next */
	return list->type ? it_buf_check(&list->payload, "statement", err) : it_err_nomem(err);
}

/* Whether the key is new for any of the wanted ones that the type belongs to. */
static bool mark(struct it_verifying *self, const char *type, size_t key)
{
	const struct it_image_policy *policy = self->policy;
	bool fresh = false;

	for (size_t i = 0; i < policy->attestation_count; i++) {
		bool *attested = &self->attested[i * policy->key_count + key];

		if (!it_predicate_is(type, policy->attestations[i].type))
			continue;
		fresh |= !*attested;
		*attested = true;
	}
	return fresh;
}

static int count(struct it_verifying *self, const struct it_verify_item *item,
		 const struct it_attestation *statement, size_t key, struct intoto_error **err)
{
	const char *keyid = intoto_key_fingerprint(self->policy->keys[key]);
	struct it_image_note note = { .code = "statement.good",
				      .result = IT_CHECK_GOOD,
				      .keyid = keyid,
				      .predicate_type = statement->type };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	it_where_quote(&text, it_span_text(statement->type));
	if (mark(self, statement->type, key))
		return it_verify_note(self, item, &note, err, "%s, by the key sha256:%s",
				      it_buf_text(&text), keyid);
	note.code = "statement.same-key";
	note.result = IT_CHECK_PASSED_OVER;
	return it_verify_note(self, item, &note, err,
			      "another %s by the key sha256:%s, which was counted already",
			      it_buf_text(&text), keyid);
}

static int refuse_subject(struct it_verifying *self, const struct it_verify_item *item,
			  const struct it_attestation *statement, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "statement.wrong-digest",
					    .result = IT_CHECK_REFUSED,
					    .predicate_type = statement->type };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	it_where_quote(&text, it_span_text(statement->type));
	return it_verify_note(self, item, &note, err, "%s is about something else, %s",
			      it_buf_text(&text), statement->subjects[0].digests);
}

/* Of verdicts one decides, and only that one is given to who asked for verdicts. */
static int keep(struct it_verifying *self, const struct it_attestation *statement, size_t key,
		struct intoto_error **err)
{
	if (self->policy->vsa && it_streq(statement->type, IT_VSA_TYPE))
		return INTOTO_OK;
	return it_verify_keep(self, statement->type, it_buf_span(&statement->envelope->payload),
			      intoto_key_fingerprint(self->policy->keys[key]), err);
}

/* For each key that made it and is not revoked; written once, whoever signed it. */
static int count_all(struct it_verifying *self, const struct it_verify_item *item,
		     const struct it_attestation *statement, const struct it_verify_keys *keys,
		     struct intoto_error **err)
{
	size_t subject = 0;
	bool about = it_verify_is_about(statement, self->digest, &subject);
	bool kept = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < self->policy->key_count; i++) {
		if (!keys->made[i] || self->denied[i])
			continue;
		if (!about)
			return refuse_subject(self, item, statement, err);
		if (!kept)
			rc = keep(self, statement, i, err);
		kept = true;
		if (!rc)
			rc = count(self, item, statement, i, err);
	}
	return rc;
}

int it_verify_statement(struct it_verifying *self, const struct it_verify_item *item,
			const struct it_attestation *statement, struct intoto_error **err)
{
	const struct it_image_note note = { .code = "statement.unknown-key",
					    .result = IT_CHECK_REFUSED,
					    .predicate_type = statement->type };
	IT_AUTO(it_verify_keys_done) struct it_verify_keys keys = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_verify_envelope_keys(&keys, self->policy->keys, self->policy->key_count,
					 statement->envelope, &why);

	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (!keys.any)
		return it_verify_note(self, item, &note, err,
				      "none of the keys that were given signed this attestation");
	for (size_t i = 0; !rc && i < self->policy->key_count; i++)
		if (keys.made[i] && self->denied[i])
			rc = it_verify_note_denied(self, item, self->policy->keys[i], err);
	return rc ? rc : count_all(self, item, statement, &keys, err);
}
