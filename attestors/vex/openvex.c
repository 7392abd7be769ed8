/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX (openvex/spec, OPENVEX-SPEC.md v0.2.0). */
#include "attestors/vex/vex.h"

static bool is_openvex(const struct intoto_value *document)
{
	return intoto_text_begins(intoto_value_text(intoto_value_get(document, "@context")),
				  "https://openvex.dev/ns");
}

/* The products of v0.0.x are texts, and its vulnerabilities too: another document. */
static int check_version(const struct intoto_value *document, struct intoto_error **err)
{
	static const char *const contexts[] = { "https://openvex.dev/ns",
						"https://openvex.dev/ns/v0.2.0", NULL };

	return vex_check_word(document, "", "@context", contexts, err);
}

static int check_identity(const struct intoto_value *product, const char *where,
			  struct intoto_error **err)
{
	const struct intoto_value *identifiers = intoto_value_get(product, "identifiers");
	const char *id = intoto_value_text(intoto_value_get(product, "@id"));

	if (intoto_value_kind(product) != INTOTO_VALUE_OBJECT)
		return vex_refuse(where, "an object", product, err);
	if ((id && *id) || (identifiers && intoto_value_count(identifiers)) ||
	    intoto_value_count(intoto_value_get(product, "hashes")))
		return 0;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "%s: has neither @id nor identifiers nor hashes", where);
}

static int check_product(const struct intoto_value *product, const char *where,
			 struct intoto_error **err)
{
	const struct intoto_value *components = NULL;
	int rc = check_identity(product, where, err);

	if (rc || !intoto_value_get(product, "subcomponents"))
		return rc;
	rc = vex_need_list(&components, product, where, "subcomponents", err);
	for (size_t i = 0; !rc && i < intoto_value_count(components); i++) {
		struct vex_place place = vex_place("%.150s.subcomponents[%zu]", where, i);

		rc = check_identity(intoto_value_at(components, i), place.text, err);
	}
	return rc;
}

/* "Status Labels" and "Status Justifications". */
static int check_status(struct vex_counts *counts, const struct intoto_value *statement,
			const char *where, struct intoto_error **err)
{
	static const char *const words[] = { "not_affected", "affected", "fixed",
					     "under_investigation", NULL };
	const char *status = NULL;
	const char *text = NULL;
	int rc = vex_need_word(&status, statement, where, "status", words, err);

	if (!rc)
		rc = vex_check_word(statement, where, "justification", vex_justifications, err);
	if (rc)
		return rc;
	counts->not_affected += intoto_text_same(status, words[0]);
	counts->affected += intoto_text_same(status, words[1]);
	counts->fixed += intoto_text_same(status, words[2]);
	counts->under_investigation += intoto_text_same(status, words[3]);
	if (intoto_text_same(status, "affected"))
		return vex_need_text(&text, statement, where, "action_statement", err);
	if (!intoto_text_same(status, "not_affected") ||
	    intoto_value_get(statement, "justification"))
		return 0;
	text = intoto_value_text(intoto_value_get(statement, "impact_statement"));
	if (text && *text)
		return 0;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "%s: says not_affected with neither a justification nor an "
				    "impact_statement",
				    where);
}

static int check_times(const struct intoto_value *object, const char *where,
		       struct intoto_error **err)
{
	static const char *const names[] = { "timestamp", "last_updated" };
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof names / sizeof *names; i++)
		if (intoto_value_get(object, names[i]))
			rc = vex_need_time(object, where, names[i], err);
	return rc;
}

static int check_statement(struct vex_counts *counts, const struct intoto_value *statement,
			   const char *where, struct intoto_error **err)
{
	const struct intoto_value *vulnerability = NULL;
	const struct intoto_value *products = NULL;
	const char *name = NULL;
	struct vex_place inside = vex_place("%s.vulnerability", where);
	int rc;

	if (intoto_value_kind(statement) != INTOTO_VALUE_OBJECT)
		return vex_refuse(where, "an object", statement, err);
	rc = vex_need_object(&vulnerability, statement, where, "vulnerability", err);
	if (!rc)
		rc = vex_need_text(&name, vulnerability, inside.text, "name", err);
	if (!rc)
		rc = check_times(statement, where, err);
	/* Without products it is about what its envelope is about. */
	if (!rc && intoto_value_get(statement, "products"))
		rc = vex_need_list(&products, statement, where, "products", err);
	for (size_t i = 0; !rc && i < intoto_value_count(products); i++) {
		struct vex_place place = vex_place("%s.products[%zu]", where, i);

		rc = check_product(intoto_value_at(products, i), place.text, err);
	}
	return rc ? rc : check_status(counts, statement, where, err);
}

static int check_openvex(struct vex_counts *counts, const struct intoto_value *document,
			 struct intoto_error **err)
{
	static const char *const texts[] = { "@context", "@id", "author" };
	const struct intoto_value *statements = NULL;
	const struct intoto_value *version = intoto_value_get(document, "version");
	const char *text = NULL;
	int64_t number = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof texts / sizeof *texts; i++)
		rc = vex_need_text(&text, document, "", texts[i], err);
	if (!rc)
		rc = check_version(document, err);
	if (!rc)
		rc = vex_need_time(document, "", "timestamp", err);
	if (!rc)
		rc = check_times(document, "", err);
	if (!rc && (!intoto_value_int(version, &number) || number < 1))
		rc = vex_refuse("version", "a whole number from 1", version, err);
	if (!rc)
		rc = vex_need_list(&statements, document, "", "statements", err);
	for (size_t i = 0; !rc && i < intoto_value_count(statements); i++) {
		struct vex_place place = vex_place("statements[%zu]", i);

		rc = check_statement(counts, intoto_value_at(statements, i), place.text, err);
	}
	return rc;
}

const struct vex_format vex_openvex = {
	.name = "openvex",
	.title = "OpenVEX",
	.predicate = "https://openvex.dev/ns",
	.is = is_openvex,
	.check = check_openvex,
};
