/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of SBOMs, scans and VEX, in a statement or as they are. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/attestation.h"
#include "model/sbom.h"
#include "model/vex.h"
#include "model/vulns.h"
#include "store/facts_part.h"

enum { PURL_MAX = 8 * 1024 };

/* --- SBOMs --- */

static int add_component(struct it_facts *facts, const struct it_sbom_component *component,
			 struct intoto_error **err)
{
	const struct it_sbom_licenses *licenses =
		component->concluded.count ? &component->concluded : &component->declared;
	const struct it_fact_package package = {
		.purl = component->purl,
		.name = component->name,
		.version = component->version,
		.license = licenses->count ? licenses->items[0].text : "",
	};
	int rc = INTOTO_OK;

	if (!component->file)
		rc = it_fact_package(facts, &package, err);
	if (!rc && component->digests)
		rc = it_fact_subjects(facts, "dependency", it_span_text(component->name),
				      component->digests, err);
	return rc;
}

static int read_sbom(struct it_facts *facts, const struct it_json *document, const char *type,
		     struct intoto_error **err)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	int rc = INTOTO_OK;

	rc = it_sbom_read(&sbom, document, type, NULL);
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	if (!facts->time)
		facts->time = sbom->created;
	for (size_t i = 0; !rc && i < sbom->subjects.count; i++)
		rc = it_fact_subjects(facts, "subject", it_span_text(sbom->name),
				      sbom->subjects.items[i], err);
	for (size_t i = 0; !rc && i < sbom->count; i++)
		rc = add_component(facts, &sbom->components[i], err);
	return rc;
}

/* --- scans --- */

static int add_finding(struct it_facts *facts, const struct it_finding *finding, unsigned number,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf purl = IT_BUF(PURL_MAX);
	struct it_fact_vulnerability one = {
		.package = finding->package ? finding->package : "",
		.version = finding->version,
		.finding = number,
		.state = "found",
		.severity =
			finding->rating_count ? it_severity_word(finding->ratings[0].severity) : "",
	};
	int rc = INTOTO_OK;

	if (finding->purl) {
		it_purl_print(&purl, finding->purl, IT_PURL_WHOLE);
		one.package = it_buf_text(&purl);
		one.version = finding->purl->version[0] ? NULL : finding->version;
	}
	for (size_t i = 0; !rc && i < finding->ids.count; i++) {
		one.id = finding->ids.items[i];
		rc = it_fact_vulnerability(facts, &one, err);
	}
	return rc;
}

static int read_vulns(struct it_facts *facts, const struct it_json *document, const char *type,
		      struct intoto_error **err)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = NULL;
	int rc = INTOTO_OK;

	rc = it_vulns_read(&vulns, document, type, NULL, NULL);
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	if (!facts->time)
		facts->time = vulns->finished;
	for (size_t i = 0; !rc && i < vulns->count; i++)
		rc = add_finding(facts, &vulns->items[i], (unsigned)i, err);
	return rc;
}

/* --- reports as scanners write them --- */

static const char *text_at(const struct it_json *object, const char *name)
{
	const char *text = it_json_text(it_json_get(object, name)).data;

	return text ? text : "";
}

/* "NAME@sha256:HEX" of each. */
static int add_images(struct it_facts *facts, const struct it_json *list, const char *name,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_span text = it_json_text(it_json_at(list, i));
		const char *at = text.data ? strrchr(text.data, '@') : NULL;

		if (at)
			rc = it_fact_subject(facts, "subject", it_span_text(name),
					     it_span_text(at + 1), err);
	}
	return rc;
}

static int add_scanned(struct it_facts *facts, const struct it_json *report,
		       struct intoto_error **err)
{
	const struct it_json *target = it_json_get(it_json_get(report, "source"), "target");
	const char *manifest = text_at(target, "manifestDigest");
	int rc = add_images(facts, it_json_get(it_json_get(report, "Metadata"), "RepoDigests"),
			    text_at(report, "ArtifactName"), err);

	if (!rc)
		rc = add_images(facts, it_json_get(target, "repoDigests"),
				text_at(target, "userInput"), err);
	if (!rc && *manifest)
		rc = it_fact_subject(facts, "subject", it_span_text(text_at(target, "userInput")),
				     it_span_text(manifest), err);
	return rc;
}

static bool is_report(const struct it_json *root)
{
	return it_json_get(root, it_json_get(root, "matches") ? "descriptor" : "ArtifactName");
}

static int read_report(struct it_facts *facts, const struct it_json *root,
		       struct intoto_error **err)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = NULL;
	int rc = it_vulns_read_report(&vulns, root, NULL, NULL);

	facts->kind = "report";
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	rc = add_scanned(facts, root, err);
	for (size_t i = 0; !rc && i < vulns->count; i++)
		rc = add_finding(facts, &vulns->items[i], (unsigned)i, err);
	return rc;
}

/* --- VEX --- */

/* By a purl, where it has one: then it is found, whatever else it is called. */
static const char *name_of(const struct it_vex_thing *thing, struct it_buf *purl)
{
	if (!thing->purl_count)
		return thing->id;
	it_purl_print(purl, thing->purls[0], IT_PURL_WHOLE);
	return purl->failed ? thing->id : it_buf_text(purl);
}

static int add_product(struct it_facts *facts, const struct it_vex_statement *statement,
		       const struct it_vex_thing *thing, unsigned number, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf purl = IT_BUF(PURL_MAX);
	struct it_fact_vulnerability one = {
		.package = thing ? name_of(thing, &purl) : "",
		.version = thing ? thing->range : NULL,
		.finding = number,
		.state = it_vex_status_word(statement->status),
		.severity = "",
	};
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < statement->ids.count; i++) {
		one.id = statement->ids.items[i];
		rc = it_fact_vulnerability(facts, &one, err);
	}
	return rc;
}

static int add_vex(struct it_facts *facts, const struct it_vex_statement *statement,
		   unsigned number, struct intoto_error **err)
{
	int rc = statement->product_count ? INTOTO_OK
					  : add_product(facts, statement, NULL, number, err);

	for (size_t i = 0; !rc && i < statement->product_count; i++) {
		const struct it_vex_product *product = &statement->products[i];

		if (!product->component_count)
			rc = add_product(facts, statement, &product->thing, number, err);
		for (size_t k = 0; !rc && k < product->component_count; k++)
			rc = add_product(facts, statement, &product->components[k], number, err);
	}
	return rc;
}

static int read_vex(struct it_facts *facts, const struct it_json *document,
		    struct intoto_error **err)
{
	IT_AUTO(it_vex_freep) struct it_vex *vex = NULL;
	int rc = INTOTO_OK;

	rc = it_vex_read(&vex, document, NULL, NULL);
	if (rc)
		return it_fact_none(facts, rc, err); /* what cannot be read has no facts */
	for (size_t i = 0; !rc && i < vex->count; i++)
		rc = add_vex(facts, &vex->items[i], (unsigned)i, err);
	return rc;
}

/* --- exceptions --- */

/* A row for each pair of what is excused and where; one of them may be anything. */
static int add_excused(struct it_facts *facts, const struct it_json *findings,
		       const struct it_json *packages, struct intoto_error **err)
{
	size_t rows = it_json_count(findings) ? it_json_count(findings) : 1;
	size_t columns = it_json_count(packages) ? it_json_count(packages) : 1;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < rows; i++)
		for (size_t k = 0; !rc && k < columns; k++) {
			const char *id = it_json_text(it_json_at(findings, i)).data;
			const char *package = it_json_text(it_json_at(packages, k)).data;
			const struct it_fact_vulnerability one = { .id = id ? id : "",
								   .package =
									   package ? package : "",
								   .finding = (unsigned)i,
								   .state = "excepted",
								   .severity = "" };

			rc = id || package ? it_fact_vulnerability(facts, &one, err) : INTOTO_OK;
		}
	return rc;
}

int it_facts_of_exception(struct it_facts *facts, const struct it_json *body,
			  struct intoto_error **err)
{
	const struct it_json *scope = it_json_get(body, "scope");
	const struct it_json *artifacts = it_json_get(scope, "artifacts");
	struct it_fact_exception one = { .id = text_at(body, "id"),
					 .owner = text_at(body, "owner"),
					 .reason = text_at(body, "reason") };
	int rc;

	facts->kind = "exception";
	facts->media_type = "application/vnd.intoto.exception+json";
	if (!it_time_parse(&one.expires, it_json_text(it_json_get(body, "expires"))))
		one.expires = 0;
	rc = it_fact_exception(facts, &one, err);
	if (!rc)
		rc = add_excused(facts, it_json_get(scope, "findings"),
				 it_json_get(scope, "packages"), err);
	for (size_t i = 0; !rc && i < it_json_count(artifacts); i++) {
		IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_FACT_TEXT_MAX);

		(void)it_buf_printf(
			&digest, "sha256:%s",
			text_at(it_json_at(artifacts, i), "sha256")); /* a longer one is cut */
		rc = it_fact_subject(facts, "subject", it_span_text(""), it_buf_span(&digest), err);
	}
	return rc;
}

int it_facts_of_predicate(struct it_facts *facts, const struct it_json *predicate, const char *type,
			  struct intoto_error **err)
{
	const struct it_predicate_family *family = it_predicate_family_of(type);
	int rc = INTOTO_OK;

	if (family && it_streq(family->group, "sbom"))
		rc = read_sbom(facts, predicate, type, err);
	else if (family && it_streq(family->group, "vulns"))
		rc = read_vulns(facts, predicate, type, err);
	if (!rc && it_vex_is_one(predicate))
		rc = read_vex(facts, predicate, err);
	return rc;
}

/* --- as they are --- */

int it_facts_of_raw(struct it_facts *facts, const struct it_json *root, struct intoto_error **err)
{
	bool cyclonedx = it_span_is(it_json_text(it_json_get(root, "bomFormat")), "CycloneDX");
	bool spdx = it_json_get(root, "spdxVersion") || it_json_get(root, "@graph");
	int rc = INTOTO_OK;

	if (cyclonedx || spdx) {
		facts->kind = "sbom";
		facts->media_type =
			cyclonedx ? "application/vnd.cyclonedx+json" : "application/spdx+json";
		rc = read_sbom(facts, root, it_predicate_uri(cyclonedx ? "cyclonedx" : "spdxjson"),
			       err);
	} else if (is_report(root))
		return read_report(facts, root, err);
	if (rc || !it_vex_is_one(root))
		return rc;
	if (!cyclonedx && !spdx)
		facts->kind = "vex";
	return read_vex(facts, root, err);
}
