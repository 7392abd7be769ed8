/* SPDX-License-Identifier: Apache-2.0 */
/* Statements and raw reports: what they are, who made them, and what they hold. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/attestation.h"
#include "model/sbom.h"
#include "model/test_result.h"
#include "model/vex.h"
#include "model/vulns.h"
#include "report/audit.h"

enum { LINE_MAX_BYTES = 1024 * 1024, SIGNERS_SHOWN = 16 };

static const char *own(struct it_audit *audit, const char *text)
{
	return it_audit_keep(audit, text ? text : "");
}

static struct it_audit_document *new_document(struct it_audit *audit, const char *member)
{
	struct it_audit_document *document =
		IT_AUDIT_ROW(audit, audit->documents, audit->document_count);

	document->member = it_audit_keep(audit, member);
	document->sort = document->type = document->about = document->digest = document->step =
		document->maker = document->signers = document->summary = document->trouble = "";
	return document;
}

/* --- SBOMs --- */

/* All that is said, as one expression for people. */
static const char *license_of(struct it_audit *audit, const struct it_sbom_component *component)
{
	const struct it_sbom_licenses *licenses =
		component->concluded.count ? &component->concluded : &component->declared;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LINE_MAX_BYTES);

	for (size_t i = 0; i < licenses->count; i++) {
		if (i)
			(void)it_buf_add_text(&text, " AND "); /* sticks, as the rest */
		(void)it_buf_add_text(&text, licenses->items[i].text);
	}
	return it_audit_keep(audit, it_buf_text(&text));
}

void it_audit_take_sbom(struct it_audit *audit, struct it_audit_document *document,
			const struct it_json *predicate, const char *type)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	size_t packages = 0;
	size_t licensed = 0;

	if (it_sbom_read(&sbom, predicate, type, &why)) {
		document->trouble = it_audit_keep(audit, intoto_error_text(why));
		return;
	}
	for (size_t i = 0; i < sbom->count; i++) {
		const struct it_sbom_component *component = &sbom->components[i];
		struct it_audit_package *package;

		if (component->file || component->described)
			continue;
		packages++;
		package = IT_AUDIT_ROW(audit, audit->packages, audit->package_count);
		package->name = own(audit, component->name);
		package->version = own(audit, component->version);
		package->purl = own(audit, component->purl);
		package->supplier = own(audit, component->supplier);
		package->license = license_of(audit, component);
		package->member = document->member;
		licensed += *package->license != '\0';
	}
	document->time = document->time ? document->time : sbom->created;
	if (!*document->maker && sbom->tools.count)
		document->maker = it_audit_keep(audit, sbom->tools.items[0]);
	document->summary =
		it_audit_say(audit, "%s %s, %zu packages, %zu with a licence",
			     it_sbom_format_name(sbom->format), sbom->version, packages, licensed);
}

/* --- vulnerabilities --- */

static enum it_severity worst_of(const struct it_finding *finding)
{
	enum it_severity worst = IT_SEVERITY_UNKNOWN;

	for (size_t i = 0; i < finding->rating_count; i++) {
		enum it_severity one = finding->ratings[i].severity;

		if (one != IT_SEVERITY_UNKNOWN && (worst == IT_SEVERITY_UNKNOWN || one > worst))
			worst = one;
	}
	return worst;
}

static const char *join(struct it_audit *audit, const struct it_strings *list, size_t first)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LINE_MAX_BYTES);

	for (size_t i = first; i < list->count; i++) {
		(void)it_buf_add_text(&text, i > first ? ", " : ""); /* sticks, as the rest */
		(void)it_buf_add_text(&text, list->items[i]);
	}
	return it_audit_keep(audit, it_buf_text(&text));
}

static const char *fix_of(struct it_audit *audit, const struct it_finding *finding)
{
	if (finding->fixed_in.count)
		return join(audit, &finding->fixed_in, 0);
	return finding->fix == IT_FIX_NONE	  ? "none"
	       : finding->fix == IT_FIX_AVAILABLE ? "there is one"
						  : "";
}

static void take_finding(struct it_audit *audit, const struct it_audit_document *document,
			 const struct it_vulns *vulns, const struct it_finding *read)
{
	struct it_audit_finding *finding =
		IT_AUDIT_ROW(audit, audit->findings, audit->finding_count);
	IT_AUTO(it_buf_done) struct it_buf purl = IT_BUF(LINE_MAX_BYTES);

	if (read->purl)
		it_purl_print(&purl, read->purl, IT_PURL_VERSION);
	finding->id = it_audit_keep(audit, read->ids.items[0]);
	finding->aliases = join(audit, &read->ids, 1);
	finding->package = it_audit_keep(audit, read->package ? read->package : it_buf_text(&purl));
	finding->version = own(audit, read->version);
	finding->fix = fix_of(audit, read);
	finding->scanner = own(audit, vulns->scanner);
	finding->member = document->member;
	finding->severity = worst_of(read);
	finding->said = finding->decided = "";
}

void it_audit_take_vulns(struct it_audit *audit, struct it_audit_document *document,
			 const struct it_json *predicate, const char *type)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char database[IT_TIME_SIZE] = "not said";

	if (it_vulns_read(&vulns, predicate, type, NULL, &why)) {
		document->trouble = it_audit_keep(audit, intoto_error_text(why));
		return;
	}
	for (size_t i = 0; i < vulns->count; i++)
		take_finding(audit, document, vulns, &vulns->items[i]);
	if (vulns->database)
		it_time_format(database, vulns->database);
	document->maker = it_audit_say(audit, "%s %s", vulns->scanner ? vulns->scanner : "",
				       vulns->version ? vulns->version : "");
	document->summary = it_audit_say(audit, "%zu findings, database of %s%s%s", vulns->count,
					 database, vulns->incomplete ? ", incomplete: " : "",
					 vulns->incomplete ? vulns->incomplete : "");
}

/* --- VEX --- */

static const char *product_of(const struct it_vex_statement *statement, size_t index)
{
	const struct it_vex_product *product;

	if (!statement->product_count)
		return "what the statement is about";
	product = &statement->products[index];
	return product->component_count ? product->components[0].id : product->thing.id;
}

void it_audit_take_vex(struct it_audit *audit, struct it_audit_document *document,
		       const struct it_json *predicate)
{
	IT_AUTO(it_vex_freep) struct it_vex *vex = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (it_vex_read(&vex, predicate, NULL, &why)) {
		document->trouble = it_audit_keep(audit, intoto_error_text(why));
		return;
	}
	document->maker = join(audit, &vex->authors, 0);
	for (size_t i = 0; i < vex->count; i++) {
		const struct it_vex_statement *statement = &vex->items[i];
		size_t j = 0;

		do {
			struct it_audit_vex *row =
				IT_AUDIT_ROW(audit, audit->vexes, audit->vex_count);

			row->id = join(audit, &statement->ids, 0);
			row->status = it_vex_status_word(statement->status);
			row->product = it_audit_keep(audit, product_of(statement, j));
			row->justification = own(audit, statement->justification);
			row->impact = own(audit, statement->impact);
			row->author = document->maker;
			row->member = document->member;
		} while (++j < statement->product_count);
	}
	document->summary = it_audit_say(audit, "%s, %zu statements", vex->format, vex->count);
}

/* --- other predicates --- */

static void take_tests(struct it_audit *audit, struct it_audit_document *document,
		       const struct it_json *predicate)
{
	struct it_test_result result = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (it_test_result_read(&result, predicate, NULL, &why)) {
		document->trouble = it_audit_keep(audit, intoto_error_text(why));
		return;
	}
	document->good = result.verdict == IT_TEST_PASSED;
	document->summary = it_audit_say(
		audit, "%.*s: %zu passed, %zu failed, %zu skipped", (int)(result.word.len & 0xff),
		result.word.data ? result.word.data : "",
		result.passed >= 0 ? (size_t)result.passed
				   : it_test_names(&result, IT_TESTS_PASSED),
		result.failed >= 0 ? (size_t)result.failed
				   : it_test_names(&result, IT_TESTS_FAILED),
		result.skipped >= 0 ? (size_t)result.skipped
				    : it_test_names(&result, IT_TESTS_SKIPPED));
}

/* Of SLSA v1 and of v0.2. */
static void take_provenance(struct it_audit *audit, struct it_audit_document *document,
			    const struct it_json *predicate)
{
	const struct it_json *run = it_json_get(predicate, "runDetails");
	const struct it_json *builder = it_json_get(run ? run : predicate, "builder");
	const struct it_json *definition = it_json_get(predicate, "buildDefinition");
	const struct it_json *inputs = it_json_get(definition, "resolvedDependencies");

	if (!inputs)
		inputs = it_json_get(predicate, "materials");
	document->maker = it_audit_keep_span(audit, it_json_text(it_json_get(builder, "id")));
	document->summary = it_audit_say(audit, "%zu resolved dependencies", it_json_count(inputs));
}

static void take_vsa(struct it_audit *audit, struct it_audit_document *document,
		     const struct it_json *predicate)
{
	const struct it_json *levels = it_json_get(predicate, "verifiedLevels");
	struct it_span result = it_json_text(it_json_get(predicate, "verificationResult"));
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LINE_MAX_BYTES);

	document->good = it_span_is(result, "PASSED");
	(void)it_buf_add_span(&text, result); /* sticks, as the rest */
	for (size_t i = 0; i < it_json_count(levels); i++) {
		(void)it_buf_add_text(&text, i ? ", " : ": ");
		(void)it_buf_add_span(&text, it_json_text(it_json_at(levels, i)));
	}
	document->summary = it_audit_keep(audit, it_buf_text(&text));
	document->maker = it_audit_keep_span(
		audit, it_json_text(it_json_get(it_json_get(predicate, "verifier"), "id")));
}

/* --- statements --- */

static const char *signers_of(struct it_audit *audit, const struct intoto_envelope *envelope)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LINE_MAX_BYTES);
	size_t count = intoto_envelope_signature_count(envelope);

	for (size_t i = 0; i < count && i < SIGNERS_SHOWN; i++) {
		const char *keyid = intoto_envelope_signature_keyid(envelope, i);

		(void)it_buf_add_text(&text, i ? ", " : ""); /* sticks, as the rest */
		(void)it_buf_add_text(&text, *keyid ? keyid : "without a key id");
	}
	return it_audit_keep(audit, it_buf_text(&text));
}

static void take_predicate(struct it_audit *audit, struct it_audit_document *document,
			   const struct it_attestation *read)
{
	if (it_streq(document->sort, "sbom"))
		it_audit_take_sbom(audit, document, read->predicate, read->type);
	else if (it_streq(document->sort, "vulns"))
		it_audit_take_vulns(audit, document, read->predicate, read->type);
	else if (it_streq(document->sort, "vex"))
		it_audit_take_vex(audit, document, read->predicate);
	else if (it_streq(document->sort, "test-result"))
		take_tests(audit, document, read->predicate);
	else if (it_streq(document->sort, "provenance"))
		take_provenance(audit, document, read->predicate);
	else if (it_streq(document->sort, "vsa"))
		take_vsa(audit, document, read->predicate);
}

static void take_making(struct it_audit *audit, struct it_audit_document *document,
			const struct it_attestation *read)
{
	const struct it_attested_making *making = &read->making;

	document->time = it_attestation_time(read);
	if (!making->there)
		return;
	document->step = it_audit_keep(audit, making->step);
	document->maker = it_audit_say(audit, "%s %s", making->attestor, making->version);
	document->started = making->started;
	document->finished = making->finished;
}

void it_audit_take_statement(struct it_audit *audit, const char *member,
			     struct intoto_envelope *envelope)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *read = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_audit_document *document = new_document(audit, member);

	document->signers = signers_of(audit, envelope);
	if (it_attestation_take(&read, envelope, &why)) {
		document->trouble = it_audit_keep(audit, intoto_error_text(why));
		return;
	}
	document->type = it_audit_keep(audit, read->type);
	if (read->family)
		document->sort = read->family->group;
	document->about = it_audit_keep_span(audit, read->subjects[0].name);
	document->digest = it_audit_keep(audit, read->subjects[0].digests);
	take_making(audit, document, read);
	take_predicate(audit, document, read);
}

/* --- raw reports: SBOMs and VEX are shown, everything else is a file --- */

void it_audit_take_raw(struct it_audit *audit, const char *member, struct it_span bytes)
{
	struct it_json_limits limits = it_json_signed_limits;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	struct it_audit_document *document;

	limits.reals = true;
	if (!bytes.len || (bytes.data[0] != '{' && bytes.data[0] != '\xef') ||
	    it_json_parse(&root, bytes, &limits, NULL))
		return;
	if (!it_sbom_read(&sbom, root, NULL, NULL)) {
		document = new_document(audit, member);
		document->sort = "sbom";
		it_audit_take_sbom(audit, document, root, NULL);
	} else if (it_vex_is_one(root)) {
		document = new_document(audit, member);
		document->sort = "vex";
		it_audit_take_vex(audit, document, root);
	} else {
		return;
	}
	document->raw = true;
	document->type = "as its tool wrote it";
}
