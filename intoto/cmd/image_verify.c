/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image verify: whether an image is signed by whom it must be. */
#include "cmd/image_verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/verify.h"
#include "image/sign.h"
#include "json/where.h"
#include "layouts/report.h"
#include "layouts/trace.h"

enum { OUTPUT_MAX = 512 << 20, DENIAL_MAX = 64 * 1024, FILE_MODE = 0666 /* and umask */ };

static const char *const form_words[] = { "any", "bundle", "simple", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct it_image_verify_words, keys, 0, "key", "FILE",
		"a public key whose signature counts"),
	IT_VALUE(struct it_image_verify_words, threshold, 0, "threshold", "NUMBER",
		 "how many different keys must have signed (1)"),
	IT_CHOICE(struct it_image_verify_words, signature, 0, "signature", "FORM", form_words,
		  "which form of signature counts (any)"),
	IT_EACH(struct it_image_verify_words, annotations, 'a', "annotation", "NAME=VALUE",
		"what each signature that counts must say"),
	IT_VALUE(struct it_image_verify_words, identity, 0, "identity", "REFERENCE",
		 "for which image simple signatures must be (any of this repository)"),
	IT_EACH(struct it_image_verify_words, attestations, 0, "attestation", "TYPE[:NUMBER]",
		"want an attestation of this predicate type, by so many of the keys (1)"),
	IT_VALUE(struct it_image_verify_words, attestation_out, 0, "attestation-out", "FILE",
		 "write the attestations that were good, a line each"),
	IT_FLAG(struct it_image_verify_words, vsa, 0, "vsa",
		"want the signed verdict that its chain passed"),
	IT_EACH(struct it_image_verify_words, vsa_keys, 0, "vsa-key", "FILE",
		"a public key that verdicts are signed by (those of --key)"),
	IT_VALUE(struct it_image_verify_words, verifier_id, 0, "verifier-id", "URI",
		 "who must have made the verdict"),
	IT_VALUE(struct it_image_verify_words, chain.layout, 'l', "layout", "FILE",
		 "the signed layout that the verdict must be about"),
	IT_CHAIN_OPTIONS(struct it_image_verify_words, chain),
	IT_VALUE(struct it_image_verify_words, step, 0, "step", "NAME",
		 "whose product the image must be when the chain is verified again"),
	IT_VALUE(struct it_image_verify_words, deny_list, 0, "deny-list", "FILE",
		 "what was revoked, by intoto image revoke; consulted first"),
	IT_EACH(struct it_image_verify_words, deny_list_keys, 0, "deny-list-key", "FILE",
		"a public key that deny lists are signed by"),
	IT_VALUE(struct it_image_verify_words, deny_list_version, 0, "deny-list-version", "NUMBER",
		 "the least version that the deny list must have"),
	IT_FLAG(struct it_image_verify_words, recursive, 'r', "recursive",
		"look at each image that an index names, too"),
	IT_FLAG(struct it_image_verify_words, all, 0, "all",
		"look at everything, also when enough was found"),
	IT_TALLY(struct it_image_verify_words, chain.verbose, 'v', "verbose", "list every check"),
	IT_FLAG(struct it_image_verify_words, quiet, 'q', "quiet", "say nothing on a pass"),
	IT_IMAGE_OPTIONS(struct it_image_verify_words, image),
};
/* clang-format on */

/* One run. */
struct verifying {
	const struct it_image_verify_words *words;
	struct it_image_verify_policy policy;
	struct it_place *place;
	struct it_oci_manifest *manifest; /* NULL: nobody has needed it */
	struct it_image_report *report;
};

static void verifying_done(struct verifying *self)
{
	it_image_report_free(self->report);
	it_oci_manifest_free(self->manifest);
	it_place_free(self->place);
	it_image_verify_policy_done(&self->policy);
}

/* A digest needs no manifest: it is what the signatures are about. */
static int resolve(struct verifying *self, struct intoto_error **err)
{
	struct it_place *place = self->place;

	if (*place->digest && !*place->tag)
		return INTOTO_OK;
	return it_place_named(place, &self->manifest, err);
}

/* --- the chain --- */

static int say_chain(struct it_image_report *report, const char *code,
		     enum it_image_check_result result, const char *text, struct intoto_error **err)
{
	const struct it_image_note note = { .code = code,
					    .result = result,
					    .image = report->digest };

	if (result == IT_CHECK_REFUSED)
		it_image_report_refuse(report);
	return it_image_report_add(report, &note, err, "%s", text);
}

static int judge_chain(struct verifying *self, const struct it_image_permit *permit,
		       const struct it_image_judgement *judgement, struct intoto_error **err)
{
	enum intoto_verdict verdict = intoto_report_verdict(judgement->report);

	if (permit)
		return say_chain(self->report, "chain.passed", IT_CHECK_GOOD,
				 "the chain passes, and this image is a product of it", err);
	if (verdict == INTOTO_UNDECIDED)
		return it_err_set(err,
				  it_verify_status(judgement->report) == IT_EXIT_UNAVAILABLE
					  ? INTOTO_E_SERVICE
					  : it_report_cause(judgement->report),
				  "the chain could not be verified: intoto verify says why");
	return say_chain(self->report, "chain.refused", IT_CHECK_REFUSED,
			 judgement->why ? judgement->why
					: "the chain does not pass: intoto verify says why",
			 err);
}

static int deny_chain_by(struct verifying *self, bool *denied, enum it_deny_kind kind,
			 const char *value, const char *what, struct intoto_error **err)
{
	const struct it_deny_entry *entry;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DENIAL_MAX);
	int rc = it_deny_list_find(&entry, self->policy.policy.deny, kind, value, err);

	if (rc || !entry)
		return rc;
	*denied = true;
	it_where_quote(&text, it_span_text(what));
	(void)it_buf_printf(&text, ", on which the chain rests, is revoked: "); /* sticky */
	it_where_quote(&text, it_span_text(entry->reason));
	rc = it_buf_check(&text, "a denial", err);
	return rc ? rc
		  : say_chain(self->report, "denied.chain", IT_CHECK_REFUSED, it_buf_text(&text),
			      err);
}

static int deny_owners(struct verifying *self, bool *denied,
		       const struct it_verify_request *request, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < request->key_count; i++) {
		IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(DENIAL_MAX);

		if (it_deny_key_value(&value, request->keys[i], NULL))
			continue; /* of a kind that no list can name */
		rc = deny_chain_by(self, denied, IT_DENY_KEY, it_buf_text(&value),
				   it_buf_text(&value), err);
	}
	return rc;
}

static int deny_documents(struct verifying *self, bool *denied, const struct intoto_report *report,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_report_input_count(report); i++) {
		const struct it_report_input *input = it_report_input_at(report, i);
		char digest[sizeof "sha256:" + 2 * IT_SHA256_SIZE];

		(void)snprintf(digest, sizeof digest, "sha256:%s", input->sha256);
		rc = deny_chain_by(self, denied, IT_DENY_DIGEST, digest, input->uri, err);
	}
	return rc;
}

static int deny_signers(struct verifying *self, bool *denied, const struct it_trace *trace,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);

		for (size_t j = 0; !rc && j < item->signer_count; j++) {
			const struct it_traced_signer *signer = &item->signers[j];
			IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(DENIAL_MAX);

			(void)it_buf_printf(&value, "sha256:%s", signer->identity);
			rc = it_buf_check(&value, "a signer", err);
			if (!rc)
				rc = deny_chain_by(self, denied, IT_DENY_KEY, it_buf_text(&value),
						   signer->name, err);
			if (!rc)
				rc = deny_chain_by(self, denied, IT_DENY_IDENTITY, signer->identity,
						   signer->name, err);
		}
	}
	return rc;
}

/* The deny list counts for whoever and whatever the chain rests on, too. */
static int deny_chain(struct verifying *self, bool *denied, const struct it_verify_request *request,
		      const struct it_image_judgement *judgement, struct intoto_error **err)
{
	int rc;

	*denied = false;
	if (!self->policy.policy.deny)
		return INTOTO_OK;
	rc = deny_owners(self, denied, request, err);
	if (!rc)
		rc = deny_documents(self, denied, judgement->report, err);
	return rc ? rc : deny_signers(self, denied, judgement->trace, err);
}

static int verify_chain(struct verifying *self, struct intoto_error **err)
{
	bool denied = false;
	IT_AUTO(it_verify_request_done) struct it_verify_request request = { 0 };
	IT_AUTO(it_image_judgement_done) struct it_image_judgement judgement = { 0 };
	IT_AUTO(it_image_permit_freep) struct it_image_permit *permit = NULL;
	struct it_image_gate gate = { .verify = &request.verify, .step = self->words->step };
	int rc = it_verify_request_read(&request, &self->words->chain, &self->words->image.registry,
					err);

	if (!rc && !self->manifest)
		rc = it_place_manifest(self->place, &self->manifest, self->report->digest, err);
	if (!rc)
		rc = it_image_gate(&permit, &judgement, self->manifest, &gate, err);
	if (!rc && permit)
		rc = deny_chain(self, &denied, &request, &judgement, err);
	return rc || denied ? rc : judge_chain(self, permit, &judgement, err);
}

/* --- what comes out --- */

/* A line break in JSON text stands between values only. */
static void add_line(struct it_buf *out, const struct it_buf *payload)
{
	for (size_t i = 0; i < payload->len; i++) {
		char byte = payload->data[i];

		(void)it_buf_add_byte(out, byte == '\n' || byte == '\r' ? ' ' : byte); /* sticky */
	}
	(void)it_buf_add_byte(out, '\n');
}

static int write_statements(const struct verifying *self, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	const struct it_image_report *report = self->report;
	int rc;

	if (!self->words->attestation_out || report->verdict != IT_IMAGE_GOOD)
		return INTOTO_OK;
	for (size_t i = 0; i < report->statement_count; i++)
		add_line(&text, &report->statements[i].payload);
	rc = it_buf_check(&text, "the attestations", err);
	return rc ? rc
		  : it_file_write(self->words->attestation_out, it_buf_span(&text), FILE_MODE, 0,
				  err);
}

static int print(const struct verifying *self, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	IT_AUTO(it_freep) char *place = it_text_quoted(it_span_text(self->place->text));
	int rc;

	if (!place)
		return it_err_nomem(err);
	if (it_report_is_json(self->words->image.format)) {
		rc = it_image_report_print_json(&text, self->report, place, err);
		return rc ? rc : it_print_json(&text, err);
	}
	if (self->words->quiet && self->report->verdict == IT_IMAGE_GOOD)
		return INTOTO_OK;
	it_image_report_print(&text, self->report, self->place->text,
			      self->words->chain.verbose > 0);
	return it_print(&text, err);
}

static int verify(struct verifying *self, struct intoto_error **err)
{
	const char *digest;
	int rc = resolve(self, err);

	if (rc)
		return rc;
	digest = self->manifest ? self->manifest->digest : self->place->digest;
	rc = it_image_verify(&self->report, self->place, digest, self->manifest,
			     &self->policy.policy, err);
	if (!rc && it_image_verify_wants_chain(self->words) &&
	    self->report->verdict == IT_IMAGE_GOOD)
		rc = verify_chain(self, err);
	if (!rc)
		rc = write_statements(self, err);
	return rc ? rc : print(self, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	static const int statuses[] = { IT_EXIT_NO, IT_EXIT_YES, IT_EXIT_ABSENT };
	struct it_image_verify_words *words = parsed;
	IT_AUTO(verifying_done) struct verifying self = { .words = words };
	struct it_registry_access access;
	int rc;

	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an image"); /* is said below */
		return IT_EXIT_FROM_ERROR;
	}
	rc = it_image_verify_policy_read(&self.policy, words, err);
	if (!rc)
		rc = it_image_access(&access, &words->image, err);
	if (!rc)
		rc = it_place_open(&self.place, operands->items[0], false, &access, err);
	if (!rc)
		rc = verify(&self, err);
	return rc ? IT_EXIT_FROM_ERROR : statuses[self.report->verdict];
}

const struct it_command it_cmd_image_verify = {
	.name = "verify",
	.synopsis = "IMAGE --key FILE [OPTIONS]",
	.summary = "check who signed an image",
	.examples = "intoto image verify registry.example/app:1.4 --key cosign.pub\n"
		    "intoto image verify registry.example/app:1.4 --key a.pub --key b.pub "
		    "--threshold 2 --attestation cyclonedx\n"
		    "intoto image verify oci-layout:image:1.4 --key cosign.pub --vsa",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct it_image_verify_words),
	.run = run,
	.manual = "intoto-image-verify",
};
