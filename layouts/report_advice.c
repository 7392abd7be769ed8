/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a check that failed, for people.  A code without a line here has no advice. */
#include "base/text.h"
#include "layouts/report.h"

static const struct {
	const char *code;
	const char *advice;
} advices[] = {
	{ "gate.command", "carry out the step again with the command that the layout wants" },
	{ "gate.evidence", "put the attestations of the step beside its link (run --attest)" },
	{ "gate.exception", "have it signed again, by whom and for as long as the layout allows" },
	{ "gate.identity",
	  "make the step in the CI that the layout wants, and attest ci with its token" },
	{ "gate.licenses", "replace the component, or have its owner sign an exception" },
	{ "gate.provenance", "build it again where the layout wants it built" },
	{ "gate.require",
	  "make the attestation (run --attest, or intoto attest) and put it beside the link" },
	{ "gate.rule", "see what the rule says about the evidence" },
	{ "gate.sbom", "make an SBOM that is complete" },
	{ "gate.source", "build again from a clean tree of the source that the layout wants" },
	{ "gate.tests", "make the tests pass and attest their report again" },
	{ "gate.vulnerabilities",
	  "update the package, state in VEX why it is not affected, or have an exception signed" },
	{ "inspection.command", "run the command by hand on the same files to see what it says" },
	{ "inspection.files", "see that the files around the inspection can be read" },
	{ "inspection.link",
	  "have who signed the sublayout carry out the inspection again, and sign its link" },
	{ "inspection.refused",
	  "allow inspections if you trust the layout's author to run commands" },
	{ "inspection.timeout", "give the inspection more time, or find out why it hangs" },
	{ "layout.empty", "get the right layout: this one asks for nothing" },
	{ "layout.expiry", "get a newly signed layout from its owner" },
	{ "layout.file", "see that the path is right and the file can be read" },
	{ "layout.format", "get the layout again from its owner" },
	{ "layout.key", "have the owner replace the key by one of a supported kind" },
	{ "layout.parameter", "give a value for each parameter that the layout names" },
	{ "layout.pattern", "have the owner close the bracket of the pattern" },
	{ "layout.signature",
	  "see that the key is the owner's, and that the layout is the one that the owner signed" },
	{ "link.changed", "verify again where nobody writes to the links meanwhile" },
	{ "link.digests", "carry out the step again, with every file hashed anew" },
	{ "link.file", "see that the file can be read" },
	{ "link.folder", "see that the folder of the links is the right one" },
	{ "link.format", "have the step carried out again: the file is no link, or was changed" },
	{ "link.name", "put the link back under its own name, and get the one of this step" },
	{ "link.sandbox", "carry out the step again with --sandbox and what the layout requires" },
	{ "link.signature",
	  "get the link again from who carried out the step: it was changed, or signed by another "
	  "key" },
	{ "link.status", "carry out the step again until its command succeeds" },
	{ "link.trace", "carry out the step again with --trace and what the layout requires, and "
			"put the statement "
			"beside the link" },
	{ "rule.disallow",
	  "find out where these files come from (--explain FILE tells their story); if they belong "
	  "there, have the owner add a rule" },
	{ "rule.require", "find out why the step did not record this file" },
	{ "step.agreement",
	  "find out why two functionaries got different files from the same step" },
	{ "step.authority", "have the owner correct the keys of the step" },
	{ "step.quorum", "have the owner name as many keys as the threshold asks for" },
	{ "step.threshold",
	  "have a functionary of the step carry it out, and put the signed link into the folder" },
	{ "step.threshold-value", "have the owner set a threshold of at least 1" },
	{ "sublayout.depth", "have fewer layouts inside of layouts" },
	{ "sublayout.verdict", "mend what failed inside of the sublayout" },
};

const char *it_report_advice(const char *code)
{
	for (size_t i = 0; i < IT_COUNT_OF(advices); i++)
		if (it_streq(advices[i].code, code))
			return advices[i].advice;
	return "";
}

const char *it_report_meaning(const char *code)
{
	for (size_t i = 0; i < it_report_code_count; i++)
		if (it_streq(it_report_codes[i].code, code))
			return it_report_codes[i].meaning;
	return "";
}
