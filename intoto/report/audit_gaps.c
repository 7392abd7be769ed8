/* SPDX-License-Identifier: Apache-2.0 */
/* What was not evidenced: an auditor asks for this first, and no document says it. */
#include "base/text.h"
#include "report/audit.h"

static void add_gap(struct it_audit *audit, bool serious, const char *what, const char *why)
{
	struct it_audit_gap *gap = IT_AUDIT_ROW(audit, audit->gaps, audit->gap_count);

	*gap = (struct it_audit_gap){ what, why, serious };
}

static void find_in_archive(struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;
	size_t faults = 0;

	if (!audit->answer)
		add_gap(audit, true, "who signed this archive",
			"no key was given, so its signature was not verified: everything below is "
			"as it stands in the file");
	else if (!it_audit_is_verified(audit))
		add_gap(audit, true, "that this archive is what its signer packed",
			"it was verified, and did not pass: see what was found");
	for (size_t i = 0; i < audit->archive->fault_count; i++)
		faults += audit->archive->faults[i].kind != IT_FAULT_WITHHELD;
	if (faults)
		add_gap(audit, true, it_audit_say(audit, "%zu members of the archive", faults),
			"they are not as the manifest says, and nothing in them was used");
	for (size_t i = 0; i < audit->later_count; i++)
		if (audit->laters[i].withheld.count)
			add_gap(audit, true,
				it_audit_say(audit, "%zu members that are withheld",
					     audit->laters[i].withheld.count),
				it_audit_say(audit, "%s says why: %s", audit->laters[i].name,
					     audit->laters[i].reason));
	if (!audit->reported)
		add_gap(audit, true, "the verification of the chain",
			"the archive holds no report of one that can be read");
	if (!*manifest->retention && !manifest->lock_until)
		add_gap(audit, false, "how long this is kept",
			"the archive names no retention class and no lock-until date");
	if (!*manifest->previous)
		add_gap(audit, false, "the release before this one",
			manifest->number ? "the archive does not name it"
					 : "this is the first of its product, as the archive says");
	if (audit->cut)
		add_gap(audit, true, "all of it",
			"some documents were too large to be shown whole");
}

static void find_in_steps(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->step_count; i++) {
		const struct it_audit_step *step = &audit->steps[i];
		const char *what = it_audit_say(
			audit, "%s %s", step->inspection ? "inspection" : "step", step->label);

		if (!step->looked_at)
			add_gap(audit, true, what, "the verification never came to it");
		else if (!step->evidence)
			add_gap(audit, true, what,
				step->inspection ? "it did not run"
						 : "no signed link stands for it");
		else if (!step->inspection && step->people < step->threshold)
			add_gap(audit, true, what,
				it_audit_say(audit, "%lld signed, and %lld must",
					     (long long)step->people, (long long)step->threshold));
	}
}

/* Documents that releases often have, and the code of the gate that demands them. */
static const struct {
	const char *sort;
	const char *gate;
	const char *what;
	const char *absent;
	const char *unasked;
} wanted[] = {
	{ "sbom", "gate.sbom", "what it is made of (SBOM)", "there is no SBOM",
	  "there is an SBOM, and no gate demanded or judged it" },
	{ "vulns", "gate.vulnerabilities", "known vulnerabilities",
	  "there is no scan for vulnerabilities",
	  "there is a scan, and no gate set a limit: it was recorded, not judged" },
	{ "test-result", "gate.tests", "that tests passed", "there is no test result",
	  "there is a test result, and no gate demanded that it passed" },
	{ "provenance", "gate.provenance", "who built it (SLSA provenance)",
	  "there is no provenance statement",
	  "there is a provenance, and no gate demanded a builder" },
};

static void find_in_documents(struct it_audit *audit)
{
	for (size_t i = 0; i < IT_COUNT_OF(wanted); i++) {
		size_t start = 0;
		enum it_proof gate = it_audit_proof(audit, wanted[i].gate);

		if (gate == IT_PROOF_CHECKED)
			continue;
		if (gate == IT_PROOF_FAILED)
			add_gap(audit, true, wanted[i].what,
				it_audit_say(audit, "its gate did not pass (%s)", wanted[i].gate));
		else if (!it_audit_document(audit, wanted[i].sort, &start))
			add_gap(audit, false, wanted[i].what, wanted[i].absent);
		else
			add_gap(audit, false, wanted[i].what, wanted[i].unasked);
	}
	for (size_t i = 0; i < audit->document_count; i++)
		if (*audit->documents[i].trouble)
			add_gap(audit, true, audit->documents[i].member,
				audit->documents[i].trouble);
}

static void find_in_packages(struct it_audit *audit)
{
	size_t without = 0;

	for (size_t i = 0; i < audit->package_count; i++)
		without += !*audit->packages[i].license ||
			   it_streq(audit->packages[i].license, "NOASSERTION");
	if (without)
		add_gap(audit, false,
			it_audit_say(audit, "the licence of %zu of %zu packages", without,
				     audit->package_count),
			"the SBOM says nothing about it");
}

static void find_in_checks(struct it_audit *audit)
{
	static const struct {
		const char *code;
		const char *what;
		const char *why;
	} rows[] = {
		{ "gate.source", "from which source it was made",
		  "no gate demanded a repository or revision" },
		{ "gate.identity", "which CI made it", "no gate demanded an identity" },
		{ "link.sandbox", "that steps ran confined",
		  "the layout demands no sandbox of any step" },
		{ "link.trace", "that materials are all that was read",
		  "the layout demands no trace of any step" },
	};
	size_t skipped = it_audit_tally(audit, INTOTO_CHECK_SKIPPED);
	size_t good;

	for (size_t i = 0; audit->reported && i < IT_COUNT_OF(rows); i++)
		if (it_audit_proof(audit, rows[i].code) == IT_PROOF_NONE)
			add_gap(audit, false, rows[i].what, rows[i].why);
	if (skipped)
		add_gap(audit, true, it_audit_say(audit, "%zu checks", skipped),
			"they were skipped, because of an earlier failure or an option");
	if (!it_audit_stamps(audit, &good))
		add_gap(audit, false, "when the archive was signed",
			"no authority put a timestamp on it (RFC 3161): the time is as who signed "
			"it says");
	else if (audit->answer && !good)
		add_gap(audit, true, "when the archive was signed",
			"no timestamp counts: see the checks of the archive");
}

void it_audit_find_gaps(struct it_audit *audit)
{
	find_in_archive(audit);
	find_in_steps(audit);
	find_in_documents(audit);
	find_in_packages(audit);
	find_in_checks(audit);
}
