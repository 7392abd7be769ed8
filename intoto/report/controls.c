/* SPDX-License-Identifier: Apache-2.0 */
/* What was shown for each piece of evidence, and what that comes to for a control. */
#include "report/controls.h"

#include "base/text.h"

static const char *const names[IT_EVIDENCE_COUNT] = {
	[IT_EVIDENCE_LAYOUT] = "signed layout",
	[IT_EVIDENCE_STEPS] = "signed steps",
	[IT_EVIDENCE_TWO_PEOPLE] = "two people",
	[IT_EVIDENCE_MATERIALS] = "materials and rules",
	[IT_EVIDENCE_VERDICT] = "verdict",
	[IT_EVIDENCE_PROVENANCE] = "provenance",
	[IT_EVIDENCE_SOURCE] = "source",
	[IT_EVIDENCE_BUILDER] = "builder",
	[IT_EVIDENCE_SANDBOX] = "sandbox",
	[IT_EVIDENCE_TRACE] = "trace",
	[IT_EVIDENCE_SBOM] = "SBOM",
	[IT_EVIDENCE_LICENSES] = "licences",
	[IT_EVIDENCE_SCAN] = "vulnerability scan",
	[IT_EVIDENCE_VEX] = "VEX",
	[IT_EVIDENCE_TESTS] = "tests",
	[IT_EVIDENCE_ANALYSIS] = "static analysis",
	[IT_EVIDENCE_EXCEPTIONS] = "exceptions",
	[IT_EVIDENCE_VSA] = "verification summary",
	[IT_EVIDENCE_ARCHIVE] = "signed archive",
	[IT_EVIDENCE_TIMESTAMP] = "timestamp",
	[IT_EVIDENCE_RETENTION] = "retention",
};

const char *it_evidence_name(enum it_evidence evidence)
{
	return names[evidence];
}

static struct it_shown shown(enum it_proof proof, const char *text, const char *anchor)
{
	return (struct it_shown){ proof, text, anchor };
}

/* What a gate or check decided; else what a document says; else nothing. */
static struct it_shown show_document(struct it_audit *audit, const char *code, const char *sort,
				     const char *anchor)
{
	enum it_proof proof = code ? it_audit_proof(audit, code) : IT_PROOF_NONE;
	const struct it_audit_document *document;
	size_t start = 0;
	size_t count = 0;

	while ((document = it_audit_document(audit, sort, &start)))
		count++;
	if (proof == IT_PROOF_CHECKED)
		return shown(proof, it_audit_say(audit, "%s passed", code), anchor);
	if (proof == IT_PROOF_FAILED)
		return shown(proof, it_audit_say(audit, "%s did not pass", code), anchor);
	if (count)
		return shown(IT_PROOF_PRESENT,
			     it_audit_say(audit, "%zu there, judged by no gate", count), anchor);
	return shown(IT_PROOF_NONE, "there is none", "gaps");
}

static struct it_shown show_check(struct it_audit *audit, const char *code, const char *anchor)
{
	enum it_proof proof = it_audit_proof(audit, code);

	if (proof == IT_PROOF_CHECKED)
		return shown(proof, it_audit_say(audit, "%s passed", code), anchor);
	if (proof == IT_PROOF_FAILED)
		return shown(proof, it_audit_say(audit, "%s did not pass", code), anchor);
	return shown(IT_PROOF_NONE, "nothing demanded or shows it", "gaps");
}

static struct it_shown show_steps(struct it_audit *audit)
{
	size_t steps;
	size_t good = it_audit_evidenced(audit, &steps);
	const char *text = it_audit_say(audit, "%zu of %zu steps", good, steps);

	if (!steps)
		return shown(IT_PROOF_NONE, "no step is known", "gaps");
	if (good < steps || it_audit_proof(audit, "step.threshold") == IT_PROOF_FAILED)
		return shown(IT_PROOF_FAILED, text, "steps");
	return shown(IT_PROOF_CHECKED, text, "steps");
}

static struct it_shown show_two_people(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->step_count; i++) {
		const struct it_audit_step *step = &audit->steps[i];

		if (step->threshold < 2)
			continue;
		return shown(step->people >= step->threshold ? IT_PROOF_CHECKED : IT_PROOF_FAILED,
			     it_audit_say(audit, "step %s: %lld signed, %lld must", step->label,
					  (long long)step->people, (long long)step->threshold),
			     it_audit_say(audit, "step-%zu", i));
	}
	return shown(IT_PROOF_NONE, "no step wants two people", "gaps");
}

static struct it_shown show_verdict(struct it_audit *audit)
{
	if (!audit->reported)
		return shown(IT_PROOF_NONE, "there is no report", "gaps");
	if (it_streq(audit->verdict, "passed"))
		return shown(IT_PROOF_CHECKED, "passed", "checks");
	return shown(IT_PROOF_FAILED, audit->verdict, "checks");
}

static struct it_shown show_layout(struct it_audit *audit)
{
	enum it_proof expiry = it_audit_proof(audit, "layout.expiry");
	struct it_shown out = show_check(audit, "layout.signature", "chain");

	if (out.proof == IT_PROOF_CHECKED && expiry == IT_PROOF_FAILED)
		return shown(IT_PROOF_FAILED, "it had expired", "chain");
	return out;
}

static struct it_shown show_rules(struct it_audit *audit)
{
	enum it_proof proof = it_audit_proof(audit, "rule.");

	if (proof == IT_PROOF_CHECKED)
		return shown(proof, "every artifact rule passed", "steps");
	if (proof == IT_PROOF_FAILED)
		return shown(proof, "an artifact rule did not pass", "steps");
	return shown(IT_PROOF_NONE, "no rule was applied", "gaps");
}

static struct it_shown show_exceptions(struct it_audit *audit)
{
	size_t used = 0;

	for (size_t i = 0; i < audit->exception_count; i++)
		used += audit->exceptions[i].used > 0;
	if (!audit->reported)
		return shown(IT_PROOF_NONE, "there is no report", "gaps");
	return shown(IT_PROOF_CHECKED,
		     used ? it_audit_say(audit, "%zu used, each with owner and end", used)
			  : "none was used",
		     "exceptions");
}

static struct it_shown show_archive(struct it_audit *audit)
{
	if (!audit->answer)
		return shown(IT_PROOF_PRESENT, "signed; not verified, since no key was given",
			     "archive");
	if (it_audit_is_verified(audit))
		return shown(IT_PROOF_CHECKED, "signed, whole and verified", "archive");
	return shown(IT_PROOF_FAILED, "it was verified, and did not pass", "archive");
}

static struct it_shown show_retention(struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	if (!*manifest->retention && !manifest->lock_until)
		return shown(IT_PROOF_NONE, "no class and no date is named", "gaps");
	return shown(IT_PROOF_PRESENT, "the manifest names it; a store must keep it", "archive");
}

/* Of the archive: one in an envelope vouches for that signature alone. */
static struct it_shown show_timestamp(struct it_audit *audit)
{
	size_t good;
	size_t count = it_audit_stamps(audit, &good);

	if (!count)
		return shown(IT_PROOF_NONE, "there is none", "gaps");
	if (good && it_audit_is_verified(audit))
		return shown(IT_PROOF_CHECKED, it_audit_say(audit, "%zu of %zu count", good, count),
			     "archive");
	return shown(IT_PROOF_PRESENT, it_audit_say(audit, "%zu there, none was verified", count),
		     "archive");
}

/* A builder is shown by a gate of either kind, or claimed by a provenance. */
static struct it_shown show_builder(struct it_audit *audit)
{
	struct it_shown identity = show_check(audit, "gate.identity", "gates");
	struct it_shown provenance =
		show_document(audit, "gate.provenance", "provenance", "documents");

	if (identity.proof == IT_PROOF_CHECKED || identity.proof == IT_PROOF_FAILED)
		return identity;
	return provenance;
}

void it_evidence_show(struct it_shown_all *out, struct it_audit *audit)
{
	struct it_shown *items = out->items;

	items[IT_EVIDENCE_LAYOUT] = show_layout(audit);
	items[IT_EVIDENCE_STEPS] = show_steps(audit);
	items[IT_EVIDENCE_TWO_PEOPLE] = show_two_people(audit);
	items[IT_EVIDENCE_MATERIALS] = show_rules(audit);
	items[IT_EVIDENCE_VERDICT] = show_verdict(audit);
	items[IT_EVIDENCE_PROVENANCE] =
		show_document(audit, "gate.provenance", "provenance", "documents");
	items[IT_EVIDENCE_SOURCE] = show_check(audit, "gate.source", "gates");
	items[IT_EVIDENCE_BUILDER] = show_builder(audit);
	items[IT_EVIDENCE_SANDBOX] = show_check(audit, "link.sandbox", "steps");
	items[IT_EVIDENCE_TRACE] = show_document(audit, "link.trace", "runtime-trace", "documents");
	items[IT_EVIDENCE_SBOM] = show_document(audit, "gate.sbom", "sbom", "sbom");
	items[IT_EVIDENCE_LICENSES] = show_check(audit, "gate.licenses", "gates");
	items[IT_EVIDENCE_SCAN] = show_document(audit, "gate.vulnerabilities", "vulns", "findings");
	items[IT_EVIDENCE_VEX] = show_document(audit, NULL, "vex", "findings");
	items[IT_EVIDENCE_TESTS] = show_document(audit, "gate.tests", "test-result", "documents");
	items[IT_EVIDENCE_ANALYSIS] = show_document(audit, NULL, "sarif", "documents");
	items[IT_EVIDENCE_EXCEPTIONS] = show_exceptions(audit);
	items[IT_EVIDENCE_VSA] = show_document(audit, NULL, "vsa", "documents");
	items[IT_EVIDENCE_ARCHIVE] = show_archive(audit);
	items[IT_EVIDENCE_TIMESTAMP] = show_timestamp(audit);
	items[IT_EVIDENCE_RETENTION] = show_retention(audit);
	/* A summary that was packed by whoever verified, and signed with the archive. */
	if (items[IT_EVIDENCE_VSA].proof == IT_PROOF_PRESENT && it_audit_is_verified(audit) &&
	    it_streq(audit->verdict, "passed"))
		items[IT_EVIDENCE_VSA].proof = IT_PROOF_CHECKED;
}

enum it_control_state it_control_judge(const struct it_control *control,
				       const struct it_shown_all *all)
{
	size_t wanted = 0;
	size_t checked = 0;
	size_t present = 0;

	for (unsigned i = 0; i < IT_EVIDENCE_COUNT; i++) {
		if (!(control->evidence & 1U << i))
			continue;
		wanted++;
		if (all->items[i].proof == IT_PROOF_FAILED)
			return IT_CONTROL_CONTRADICTED;
		checked += all->items[i].proof == IT_PROOF_CHECKED;
		present += all->items[i].proof == IT_PROOF_PRESENT;
	}
	if (!wanted || !(checked + present))
		return IT_CONTROL_NOT_SHOWN;
	return checked == wanted ? IT_CONTROL_SHOWN : IT_CONTROL_PART;
}

const char *it_control_state_name(enum it_control_state state)
{
	static const char *const words[] = { [IT_CONTROL_NOT_SHOWN] = "not evidenced",
					     [IT_CONTROL_CONTRADICTED] = "contradicted",
					     [IT_CONTROL_PART] = "in part",
					     [IT_CONTROL_SHOWN] = "evidenced" };

	return words[state];
}
