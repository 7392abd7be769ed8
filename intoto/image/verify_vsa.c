/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict of a gate about the image (SLSA verification summary v1).  Whoever may say "passed"
 * may say "failed" later: the newest one decides, whatever is listed first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "image/verify_part.h"
#include "json/where.h"
#include "model/digest_set.h"

/* Clocks differ. */
enum { FUTURE_SECONDS = 300 };

struct verdict {
	bool passed;
	int64_t time;
	struct it_span verifier;
	struct it_buf policy; /* digests; empty when it has none */
};

static void verdict_done(struct verdict *verdict)
{
	it_buf_done(&verdict->policy);
}

static int refuse(struct it_verifying *self, const struct it_verify_item *item, const char *code,
		  const char *text, struct intoto_error **err)
{
	const struct it_image_note note = { .code = code, .result = IT_CHECK_REFUSED };

	return it_verify_note(self, item, &note, err, "%s", text);
}

/* What is missing or wrong, or NULL. */
static const char *read_verdict(struct verdict *out, const struct it_json *predicate)
{
	static const struct it_where where = { NULL, "predicate.policy.digest", 0 };
	const struct it_json *digest = it_json_get(it_json_get(predicate, "policy"), "digest");
	struct it_span result = it_json_text(it_json_get(predicate, "verificationResult"));

	out->passed = it_span_is(result, "PASSED");
	out->verifier = it_json_text(it_json_get(it_json_get(predicate, "verifier"), "id"));
	if (!out->passed && !it_span_is(result, "FAILED"))
		return "predicate.verificationResult: want PASSED or FAILED";
	if (!out->verifier.len)
		return "predicate.verifier.id: is missing";
	if (!it_time_parse_any(&out->time, it_json_text(it_json_get(predicate, "timeVerified"))))
		return "predicate.timeVerified: want a time";
	if (digest && it_digest_set_read_open(&out->policy, digest, &where, NULL))
		return "predicate.policy.digest: want a set of digests";
	return NULL;
}

/* Whether it is one that decides: by this verifier, with this layout, of a time that was. */
static int check_terms(struct it_verifying *self, bool *counts, const struct it_verify_item *item,
		       const struct verdict *verdict, struct intoto_error **err)
{
	const struct it_image_vsa_policy *want = self->policy->vsa;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_VERIFY_TEXT_MAX);

	*counts = false;
	it_where_quote(&text, verdict->verifier);
	if (want->verifier_id && !it_span_is(verdict->verifier, want->verifier_id)) {
		(void)it_buf_add_text(&text, " made this verdict, want "); /* sticky */
		it_where_quote(&text, it_span_text(want->verifier_id));
		return refuse(self, item, "vsa.verifier", it_buf_text(&text), err);
	}
	if (want->layout &&
	    it_digests_match(it_buf_text(&verdict->policy), want->layout) != IT_DIGESTS_MATCH) {
		it_buf_reset(&text);
		(void)it_buf_printf(&text, "the layout was %s, want %s",
				    verdict->policy.len ? it_buf_text(&verdict->policy)
							: "not named by a digest",
				    want->layout); /* sticky */
		return refuse(self, item, "vsa.layout", it_buf_text(&text), err);
	}
	if (verdict->time > want->now + FUTURE_SECONDS)
		return refuse(self, item, "vsa.future", "it is from a time that has not come", err);
	*counts = true;
	return INTOTO_OK;
}

/* A FAILED of the same second as a PASSED decides. */
static bool is_newer(const struct it_verify_vsa *kept, const struct verdict *verdict)
{
	if (!kept->found)
		return true;
	return verdict->time > kept->time || (verdict->time == kept->time && !verdict->passed);
}

static int keep(struct it_verifying *self, const struct it_verify_item *item,
		const struct verdict *verdict, struct it_span payload, const char *keyid,
		struct intoto_error **err)
{
	struct it_verify_vsa *kept = &self->vsa;
	const struct it_image_note older = { .code = "vsa.older", .result = IT_CHECK_PASSED_OVER };
	char *what;

	if (!is_newer(kept, verdict))
		return it_verify_note(self, item, &older, err, "a newer verdict replaces it");
	what = strdup(item->what);
	if (!what)
		return it_err_nomem(err);
	free(kept->what);
	kept->what = what;
	kept->found = true;
	kept->passed = verdict->passed;
	kept->time = verdict->time;
	(void)snprintf(kept->keyid, sizeof kept->keyid, "%s", keyid);
	it_buf_done(&kept->payload);
	kept->payload = (struct it_buf)IT_BUF(2 * (size_t)IT_VERIFY_BUNDLE_MAX);
	return it_buf_add_span(&kept->payload, payload) ? it_err_nomem(err) : INTOTO_OK;
}

static int judge(struct it_verifying *self, const struct it_verify_item *item,
		 const struct it_attestation *statement, const char *keyid,
		 struct intoto_error **err)
{
	IT_AUTO(verdict_done) struct verdict verdict = { .policy = IT_BUF(IT_VERIFY_TEXT_MAX) };
	IT_AUTO(it_freep) char *verifier = NULL;
	const char *wrong = read_verdict(&verdict, statement->predicate);
	bool denied = false;
	bool counts = false;
	int rc;

	if (wrong)
		return refuse(self, item, "vsa.unreadable", wrong, err);
	verifier = strndup(verdict.verifier.data, verdict.verifier.len);
	if (!verifier)
		return it_err_nomem(err);
	rc = it_verify_denies(self, &denied, IT_DENY_IDENTITY, verifier, "denied.identity", err);
	if (!rc && !denied)
		rc = check_terms(self, &counts, item, &verdict, err);
	if (rc || !counts)
		return rc;
	return keep(self, item, &verdict, it_buf_span(&statement->envelope->payload), keyid, err);
}

int it_verify_vsa(struct it_verifying *self, const struct it_verify_item *item,
		  const struct it_attestation *statement, struct intoto_error **err)
{
	const struct it_image_vsa_policy *want = self->policy->vsa;
	const struct intoto_key *const *keys = want->key_count ? want->keys : self->policy->keys;
	size_t count = want->key_count ? want->key_count : self->policy->key_count;
	const bool *denied = want->key_count ? self->vsa_denied : self->denied;
	IT_AUTO(it_verify_keys_done) struct it_verify_keys made = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	size_t subject = 0;
	size_t key = 0;
	int rc = it_verify_envelope_keys(&made, keys, count, statement->envelope, &why);

	if (rc)
		return it_verify_trouble(self, item, rc, why, err);
	if (!made.any)
		return refuse(self, item, "vsa.unknown-key",
			      "none of the keys for verdicts signed this one", err);
	while (key < count && (!made.made[key] || denied[key]))
		key++;
	if (key == count)
		return refuse(self, item, "denied.key", "the key of this verdict is revoked", err);
	if (!it_verify_is_about(statement, self->digest, &subject))
		return refuse(self, item, "statement.wrong-digest",
			      "this verdict is about something else", err);
	return judge(self, item, statement, intoto_key_fingerprint(keys[key]), err);
}
