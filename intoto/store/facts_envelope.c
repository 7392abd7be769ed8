/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of signed documents: links, layouts, statements of any type. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/attestation.h"
#include "model/deny_list.h"
#include "model/link.h"
#include "model/statement.h"
#include "model/vsa.h"
#include "store/facts_part.h"

/* As <layouts/gates/exception.h> has it, which is on our own level. */
#define IT_EXCEPTION_PAYLOAD "application/vnd.intoto.exception+json"

static int add_signers(struct it_facts *facts, const struct intoto_envelope *envelope,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < intoto_envelope_signature_count(envelope); i++)
		rc = it_fact_signer(facts, intoto_envelope_signature_keyid(envelope, i), "", err);
	return rc;
}

static int add_artifacts(struct it_facts *facts, const struct it_artifacts *artifacts,
			 const char *role, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < artifacts->count; i++)
		rc = it_fact_subjects(facts, role, it_span_text(artifacts->items[i].name),
				      artifacts->items[i].digests, err);
	return rc;
}

static int add_link(struct it_facts *facts, const struct intoto_link *link,
		    struct intoto_error **err)
{
	int rc = it_fact_text(facts, &facts->step, it_span_text(intoto_link_name(link)), err);

	if (!rc)
		rc = add_artifacts(facts, &link->materials, "material", err);
	return rc ? rc : add_artifacts(facts, &link->products, "product", err);
}

static int read_link(struct it_facts *facts, const struct intoto_envelope *envelope,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	int rc;

	facts->kind = "link";
	facts->media_type = INTOTO_PAYLOAD_TYPE;
	rc = intoto_link_from_envelope(&link, envelope, NULL);
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	return add_link(facts, link, err);
}

/* --- statements --- */

static int add_verdict(struct it_facts *facts, const struct it_attestation *attestation)
{
	struct it_span result =
		it_json_text(it_json_get(attestation->predicate, "verificationResult"));

	if (it_streq(attestation->type, IT_VSA_TYPE))
		facts->verdict = it_span_is(result, "PASSED") ? "passed" : "failed";
	return INTOTO_OK;
}

/* A link in a statement, a provenance: what went in, too. */
static int add_materials(struct it_facts *facts, const struct it_attestation *attestation,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	bool named = false;
	int rc;

	rc = it_statement_to_link(&link, &named, attestation->envelope, NULL);
	if (rc)
		return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : INTOTO_OK; /* none of those */
	rc = add_artifacts(facts, &link->materials, "material", err);
	if (rc || !named)
		return rc;
	return it_fact_text(facts, &facts->step, it_span_text(intoto_link_name(link)), err);
}

static int add_statement(struct it_facts *facts, const struct it_attestation *attestation,
			 struct intoto_error **err)
{
	int rc = it_fact_text(facts, &facts->predicate_type, it_span_text(attestation->type), err);

	facts->time = it_attestation_time(attestation);
	for (size_t i = 0; !rc && i < attestation->subject_count; i++)
		rc = it_fact_subjects(facts, "subject", attestation->subjects[i].name,
				      attestation->subjects[i].digests, err);
	if (!rc && attestation->making.there)
		rc = it_fact_text(facts, &facts->step, it_span_text(attestation->making.step), err);
	if (!rc)
		rc = add_materials(facts, attestation, err);
	if (!rc)
		rc = add_verdict(facts, attestation);
	return rc ? rc
		  : it_facts_of_predicate(facts, attestation->predicate, attestation->type, err);
}

static int read_statement(struct it_facts *facts, struct intoto_envelope *envelope,
			  struct intoto_error **err)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *attestation = NULL;
	int rc;

	facts->kind = "attestation";
	facts->media_type = "application/vnd.dsse.envelope.v1+json";
	rc = it_attestation_take(&attestation, envelope, NULL);
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	return add_statement(facts, attestation, err);
}

int it_facts_of_envelope(struct it_facts *facts, struct intoto_envelope *envelope,
			 struct intoto_error **err)
{
	const char *kind = intoto_envelope_type(envelope);
	const char *payload = intoto_envelope_payload_type(envelope);
	int rc = add_signers(facts, envelope, err);

	if (!rc && it_streq(kind, "link"))
		rc = read_link(facts, envelope, err);
	else if (!rc && it_streq(kind, "layout"))
		facts->kind = "layout";
	else if (!rc && it_streq(payload, IT_EXCEPTION_PAYLOAD))
		rc = it_facts_of_exception(facts, it_envelope_body(envelope), err);
	else if (!rc && it_streq(payload, IT_DENY_LIST_PAYLOAD))
		facts->kind = "deny-list";
	else if (!rc)
		return read_statement(facts, envelope, err);
	intoto_envelope_free(envelope);
	return rc;
}
