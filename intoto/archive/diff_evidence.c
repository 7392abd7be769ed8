/* SPDX-License-Identifier: Apache-2.0 */
/* What documents say, as claims. */
#include "archive/bundle.h"
#include "archive/diff_part.h"
#include "base/clock.h"
#include "base/text.h"
#include "layouts/gates/exceptions.h"
#include "model/attestation.h"
#include "model/bundle.h"
#include "model/link.h"
#include "model/runtime_trace.h"
#include "model/sbom.h"
#include "model/vulns.h"
#include "store/facts.h"

enum { TEXT_MAX = 64 * 1024 };

static int add(struct it_claims *claims, enum it_archive_diff_group group, const char *name,
	       const char *value, struct intoto_error **err)
{
	const struct it_claim claim = { .group = group, .name = name, .value = value };

	return it_claims_add(claims, &claim, err);
}

/* Tools of different sorts may have the same name. */
static int add_tool(struct it_claims *claims, const char *sort, const char *name, const char *value,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	int rc;

	(void)it_buf_printf(&text, "%s %s", sort, name); /* below */
	rc = it_buf_check(&text, "a tool", err);
	return rc ? rc : add(claims, IT_DIFF_TOOL, it_buf_text(&text), value, err);
}

static int add_signers(struct it_claims *claims, const char *name,
		       const struct intoto_envelope *envelope, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < intoto_envelope_signature_count(envelope); i++)
		rc = add(claims, IT_DIFF_SIGNER, name, intoto_envelope_signature_keyid(envelope, i),
			 err);
	return rc;
}

/* --- links --- */

static int take_link(struct it_claims *claims, const struct intoto_envelope *envelope,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	int rc = intoto_link_from_envelope(&link, envelope, err);

	if (!rc)
		rc = add_signers(claims, link->name, envelope, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < link->command.count; i++)
		(void)it_buf_printf(&text, "%s%s", i ? " " : "",
				    link->command.items[i]); /* below */
	rc = it_buf_check(&text, "its command", err);
	return rc ? rc : add_tool(claims, "command of", link->name, it_buf_text(&text), err);
}

/* --- traces --- */

static bool was_executed(const struct it_json *access)
{
	const struct it_json *words = it_json_get(it_json_get(access, "annotations"), "accessed");

	for (size_t i = 0; i < it_json_count(words); i++)
		if (it_span_is(it_json_text(it_json_at(words, i)), "executed"))
			return true;
	return false;
}

/* A program by its path, with the digest that the trace has of it. */
static int add_program(struct it_claims *claims, const struct it_json *access,
		       struct intoto_error **err)
{
	const struct it_json *named = it_json_get(access, "name");
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(TEXT_MAX);
	struct it_span sha256 = it_json_text(it_json_get(it_json_get(access, "digest"), "sha256"));
	int rc;

	(void)it_buf_add_span(&name,
			      it_json_text(named ? named : it_json_get(access, "uri"))); /* below */
	(void)it_buf_add_text(&value, sha256.len ? "sha256:" : "without a digest");	 /* below */
	(void)it_buf_add_span(&value, sha256);						 /* below */
	rc = it_buf_check(&name, "a program", err);
	if (!rc)
		rc = it_buf_check(&value, "a program", err);
	return rc ? rc : add_tool(claims, "program", it_buf_text(&name), it_buf_text(&value), err);
}

static int add_programs(struct it_claims *claims, const struct it_json *predicate,
			struct intoto_error **err)
{
	const struct it_json *files =
		it_json_get(it_json_get(predicate, "monitorLog"), "fileAccess");
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(files); i++)
		if (was_executed(it_json_at(files, i)))
			rc = add_program(claims, it_json_at(files, i), err);
	return rc;
}

/* --- statements --- */

/* Which program wrote it: "grype 0.74".  What cannot be read is told with its facts. */
static int add_sbom_tools(struct it_claims *claims, const struct it_json *predicate,
			  const char *type, struct intoto_error **err)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	int rc = it_sbom_read(&sbom, predicate, type, NULL);

	if (rc)
		return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : INTOTO_OK;
	for (size_t i = 0; !rc && i < sbom->tools.count; i++)
		rc = add_tool(claims, "maker of", "SBOM", sbom->tools.items[i], err);
	return rc;
}

static int add_scanner(struct it_claims *claims, const struct it_json *predicate, const char *type,
		       struct intoto_error **err)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = NULL;
	int rc = it_vulns_read(&vulns, predicate, type, NULL, NULL);

	if (rc)
		return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : INTOTO_OK;
	return add_tool(claims, "scanner", vulns->scanner ? vulns->scanner : "without a name",
			vulns->version && *vulns->version ? vulns->version : "without a version",
			err);
}

static int add_maker(struct it_claims *claims, const struct it_attestation *attestation,
		     struct intoto_error **err)
{
	const struct it_predicate_family *family = attestation->family;

	if (family && it_streq(family->group, "sbom"))
		return add_sbom_tools(claims, attestation->predicate, attestation->type, err);
	if (family && it_streq(family->group, "vulns"))
		return add_scanner(claims, attestation->predicate, attestation->type, err);
	return INTOTO_OK;
}

static int add_statement(struct it_claims *claims, const struct it_attestation *attestation,
			 struct intoto_error **err)
{
	const struct it_attested_making *making = &attestation->making;
	int rc = add_signers(claims, attestation->type, attestation->envelope, err);

	if (!rc && making->there)
		rc = add_tool(claims, "attestor", making->attestor,
			      *making->version ? making->version : "without a version", err);
	if (!rc && it_streq(attestation->type, IT_RUNTIME_TRACE_TYPE))
		rc = add_programs(claims, attestation->predicate, err);
	return rc ? rc : add_maker(claims, attestation, err);
}

static int take_statement(struct it_claims *claims, struct intoto_envelope *envelope,
			  struct intoto_error **err)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *attestation = NULL;
	int rc = it_attestation_take(&attestation, envelope, err);

	return rc ? rc : add_statement(claims, attestation, err);
}

/* --- facts --- */

static int add_artifacts(struct it_claims *claims, const struct it_facts *facts,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->subject_count; i++) {
		const struct it_fact_subject *one = &facts->subjects[i];
		bool in = it_streq(one->role, "material") || it_streq(one->role, "input");
		IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(TEXT_MAX);

		if (!in && !it_streq(one->role, "product"))
			continue;
		(void)it_buf_printf(&value, "%s:%s", one->algorithm, one->value); /* below */
		rc = it_buf_check(&value, "a digest", err);
		if (!rc)
			rc = add(claims, in ? IT_DIFF_INPUT : IT_DIFF_PRODUCT, one->name,
				 it_buf_text(&value), err);
	}
	return rc;
}

static int add_packages(struct it_claims *claims, const struct it_facts *facts,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->package_count; i++) {
		const struct it_fact_package *one = &facts->packages[i];

		rc = add(claims, IT_DIFF_DEPENDENCY, *one->base ? one->base : one->name,
			 *one->version ? one->version : "without a version", err);
	}
	return rc;
}

static int add_finding(struct it_claims *claims, const struct it_fact_vulnerability *one,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(TEXT_MAX);
	struct it_claim claim = { .group = IT_DIFF_FINDING, .name = one->id };
	int rc;

	(void)it_buf_printf(&value, "%s%s%s%s%s%s", one->state, *one->package ? " in " : "",
			    one->package, *one->severity ? " (" : "", one->severity,
			    *one->severity ? ")" : ""); /* below */
	rc = it_buf_check(&value, "a finding", err);
	claim.value = it_buf_text(&value);
	claim.excuse = it_streq(one->state, "not_affected") || it_streq(one->state, "fixed") ||
		       it_streq(one->state, "excepted");
	return rc ? rc : it_claims_add(claims, &claim, err);
}

static int add_facts(struct it_claims *claims, const struct it_facts *facts,
		     struct intoto_error **err)
{
	int rc = add_artifacts(claims, facts, err);

	if (!rc)
		rc = add_packages(claims, facts, err);
	for (size_t i = 0; !rc && i < facts->vulnerability_count; i++)
		rc = add_finding(claims, &facts->vulnerabilities[i], err);
	return rc;
}

int it_claims_of_document(struct it_claims *claims, const struct it_archive_member *member,
			  struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_facts_freep) struct it_facts *facts = NULL;
	int rc = it_facts_read(&facts, bytes, member->name, err);

	if (!rc)
		rc = add_facts(claims, facts, err);
	if (!rc && facts->cut)
		rc = it_claims_miss(claims, member, "says more than is compared", err);
	if (!rc && it_streq(facts->kind, "file"))
		rc = it_claims_miss(claims, member, "is of no kind that is known", err);
	else if (!rc && facts->unread)
		rc = it_claims_miss(claims, member, "cannot be read whole", err);
	return rc;
}

/* --- exceptions --- */

static int add_excuses(struct it_claims *claims, const struct it_exception *exception,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(TEXT_MAX);
	int rc;

	(void)it_buf_printf(&value, "excepted by %s", exception->id); /* below */
	rc = it_buf_check(&value, "an exception", err);
	for (size_t i = 0; !rc && i < exception->findings.count; i++)
		rc = it_claims_add(claims,
				   &(struct it_claim){ .group = IT_DIFF_FINDING,
						       .name = exception->findings.items[i],
						       .value = it_buf_text(&value),
						       .excuse = true },
				   err);
	return rc;
}

static int take_exception(struct it_claims *claims, const struct intoto_envelope *envelope,
			  struct intoto_error **err)
{
	IT_AUTO(it_exception_done) struct it_exception exception = { 0 };
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(TEXT_MAX);
	char time[IT_TIME_SIZE];
	int rc = it_exception_from_envelope(&exception, envelope, err);

	if (!rc)
		rc = add_signers(claims, exception.id, envelope, err);
	if (rc)
		return rc;
	it_time_format(time, exception.expires);
	(void)it_buf_printf(&value, "of %s until %s for ", exception.owner, time); /* below */
	it_exception_scope(&value, &exception);
	(void)it_buf_printf(&value, " because %s", exception.reason); /* below */
	rc = it_buf_check(&value, "an exception", err);
	if (!rc)
		rc = add(claims, IT_DIFF_EXCEPTION, exception.id, it_buf_text(&value), err);
	return rc ? rc : add_excuses(claims, &exception, err);
}

/* --- by what they are --- */

int it_claims_of_exception(struct it_claims *claims, const struct it_archive_member *member,
			   struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_parse(&envelope, bytes.data, bytes.len, &why);

	if (!rc)
		rc = take_exception(claims, envelope, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? it_claims_miss(claims, member, intoto_error_text(why), err) : INTOTO_OK;
}

static int take_evidence(struct it_claims *claims, const struct it_archive_member *member,
			 struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_parse(&envelope, bytes.data, bytes.len, &why);

	if (!rc && it_streq(intoto_envelope_type(envelope), "link")) {
		rc = take_link(claims, envelope, &why);
		intoto_envelope_free(envelope);
	} else if (!rc && it_streq(intoto_envelope_type(envelope), "layout")) {
		intoto_envelope_free(envelope);
		return add(claims, IT_DIFF_LAYOUT, member->name, member->sha256, err);
	} else if (!rc) {
		rc = take_statement(claims, envelope, &why);
	}
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_claims_miss(claims, member, intoto_error_text(why), err);
	return it_claims_of_document(claims, member, bytes, err);
}

struct bundle {
	struct it_claims *claims;
	const struct it_archive_member *member;
};

static int take_line(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	const struct bundle *bundle = arg;

	(void)number; /* may be another one where the same is said */
	return take_evidence(bundle->claims, bundle->member, line, err);
}

int it_claims_of_evidence(struct it_claims *claims, const struct it_archive_member *member,
			  struct it_span bytes, struct intoto_error **err)
{
	struct bundle bundle = { claims, member };

	return it_archive_is_bundle(member->name) ? it_bundle_each(bytes, take_line, &bundle, err)
						  : take_evidence(claims, member, bytes, err);
}
