/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of SBOMs, scans and VEX, in a statement or as they are. */
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

static int add_finding(struct it_facts *facts, const struct it_finding *finding,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf purl = IT_BUF(PURL_MAX);
	struct it_fact_vulnerability one = {
		.package = finding->package ? finding->package : "",
		.state = "found",
		.severity =
			finding->rating_count ? it_severity_word(finding->ratings[0].severity) : "",
	};
	int rc = INTOTO_OK;

	if (finding->purl) {
		it_purl_print(&purl, finding->purl, IT_PURL_WHOLE);
		one.package = it_buf_text(&purl);
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
		rc = add_finding(facts, &vulns->items[i], err);
	return rc;
}

/* --- VEX --- */

static int add_product(struct it_facts *facts, const struct it_vex_statement *statement,
		       const struct it_vex_thing *thing, struct intoto_error **err)
{
	struct it_fact_vulnerability one = {
		.package = thing ? thing->id : "",
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
		   struct intoto_error **err)
{
	int rc = statement->product_count ? INTOTO_OK : add_product(facts, statement, NULL, err);

	for (size_t i = 0; !rc && i < statement->product_count; i++) {
		const struct it_vex_product *product = &statement->products[i];

		if (!product->component_count)
			rc = add_product(facts, statement, &product->thing, err);
		for (size_t k = 0; !rc && k < product->component_count; k++)
			rc = add_product(facts, statement, &product->components[k], err);
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
		rc = add_vex(facts, &vex->items[i], err);
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
	}
	if (rc || !it_vex_is_one(root))
		return rc;
	if (!cyclonedx && !spdx)
		facts->kind = "vex";
	return read_vex(facts, root, err);
}
