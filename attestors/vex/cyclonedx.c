/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.4 to 1.7 with analyses of vulnerabilities. */
#include "attestors/vex/vex.h"

static bool is_cyclonedx(const struct intoto_value *document)
{
	return intoto_text_same(intoto_value_text(intoto_value_get(document, "bomFormat")),
				"CycloneDX");
}

static const char *const states[] = { "resolved",  "resolved_with_pedigree", "exploitable",
				      "in_triage", "false_positive",	     "not_affected",
				      NULL };
static const char *const justifications[] = { "code_not_present",
					      "code_not_reachable",
					      "requires_configuration",
					      "requires_dependency",
					      "requires_environment",
					      "protected_by_compiler",
					      "protected_at_runtime",
					      "protected_at_perimeter",
					      "protected_by_mitigating_control",
					      NULL };

static void count(struct vex_counts *counts, const char *state)
{
	counts->fixed += intoto_text_begins(state, "resolved");
	counts->affected += intoto_text_same(state, "exploitable");
	counts->under_investigation += intoto_text_same(state, "in_triage");
	counts->not_affected += intoto_text_same(state, "false_positive") ||
				intoto_text_same(state, "not_affected");
}

static int check_analysis(struct vex_counts *counts, const struct intoto_value *analysis,
			  const char *where, struct intoto_error **err)
{
	const char *state = NULL;
	const char *detail = intoto_value_text(intoto_value_get(analysis, "detail"));
	int rc = vex_need_word(&state, analysis, where, "state", states, err);

	if (!rc)
		rc = vex_check_word(analysis, where, "justification", justifications, err);
	if (rc)
		return rc;
	count(counts, state);
	if (!intoto_text_same(state, "not_affected") ||
	    intoto_value_get(analysis, "justification") || (detail && *detail))
		return 0;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "%s: says not_affected with neither a justification nor a "
				    "detail",
				    where);
}

static int check_affects(const struct intoto_value *vulnerability, const char *where,
			 struct intoto_error **err)
{
	const struct intoto_value *affects = NULL;
	int rc;

	if (!intoto_value_get(vulnerability, "affects"))
		return 0; /* it is about what the document describes */
	rc = vex_need_list(&affects, vulnerability, where, "affects", err);
	for (size_t i = 0; !rc && i < intoto_value_count(affects); i++) {
		struct vex_place place = vex_place("%.150s.affects[%zu]", where, i);
		const char *ref = NULL;

		rc = vex_need_text(&ref, intoto_value_at(affects, i), place.text, "ref", err);
	}
	return rc;
}

static int check_vulnerability(struct vex_counts *counts, const struct intoto_value *vulnerability,
			       const char *where, bool *analysed, struct intoto_error **err)
{
	const struct intoto_value *analysis = intoto_value_get(vulnerability, "analysis");
	struct vex_place place = vex_place("%.150s.analysis", where);
	const char *id = NULL;
	int rc;

	if (!intoto_value_get(analysis, "state"))
		return 0; /* a finding that nobody has judged */
	*analysed = true;
	rc = vex_need_text(&id, vulnerability, where, "id", err);
	if (!rc)
		rc = check_analysis(counts, analysis, place.text, err);
	return rc ? rc : check_affects(vulnerability, where, err);
}

static int check_cyclonedx(struct vex_counts *counts, const struct intoto_value *document,
			   struct intoto_error **err)
{
	static const char *const versions[] = { "1.4", "1.5", "1.6", "1.7", NULL };
	const struct intoto_value *list = NULL;
	const char *text = NULL;
	bool analysed = false;
	int rc = vex_need_word(&text, document, "", "specVersion", versions, err);

	if (!rc)
		rc = vex_need_list(&list, document, "", "vulnerabilities", err);
	for (size_t i = 0; !rc && i < intoto_value_count(list); i++) {
		struct vex_place place = vex_place("vulnerabilities[%zu]", i);

		rc = check_vulnerability(counts, intoto_value_at(list, i), place.text, &analysed,
					 err);
	}
	if (!rc && !analysed)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "vulnerabilities: none has an analysis with a state, so "
					  "the document says nothing as VEX");
	return rc;
}

const struct vex_format vex_cyclonedx = {
	.name = "cyclonedx",
	.title = "CycloneDX",
	.predicate = "https://cyclonedx.org/bom",
	.is = is_cyclonedx,
	.check = check_cyclonedx,
};
