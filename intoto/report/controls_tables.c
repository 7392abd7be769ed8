/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables.  What is asked stands in our own words, short: the texts themselves are the
 * publishers'.  A control stands here when an archive can show something of it.
 */
#include "report/controls.h"

#define E(piece) (1U << IT_EVIDENCE_##piece)

/* clang-format off */

/* SLSA v1.1 build track; source track of v1.2 */
static const struct it_control slsa[] = {
	{ "Build L1", "provenance exists: it says how the package was built", E(PROVENANCE), NULL },
	{ "Build L2", "the provenance is signed, and made by a hosted build platform",
	  E(PROVENANCE) | E(BUILDER), "that the builder is a hosted platform, as its id says" },
	{ "Build L3", "builds are isolated, and nobody who defines a build can forge its provenance",
	  E(PROVENANCE) | E(BUILDER) | E(SANDBOX),
	  "how the builder keeps its signing key from build steps" },
	{ "Source L1", "the source has a version control system and revisions", E(SOURCE),
	  "that the history is kept" },
	{ "Source L4", "two people agreed to the change", E(SOURCE) | E(TWO_PEOPLE),
	  "that the second person looked at the source, and not only at the package" },
	{ "Verification", "a consumer checked the package and its provenance against expectations",
	  E(LAYOUT) | E(VERDICT) | E(VSA), NULL },
};

/* NIST SP 800-218, version 1.1 */
static const struct it_control ssdf[] = {
	{ "PO.1.1", "security requirements for the development processes are written down",
	  E(LAYOUT), "requirements that are no part of the layout" },
	{ "PO.2.1", "roles and responsibilities are defined", E(LAYOUT),
	  "training, and who stands behind a key" },
	{ "PO.3.2", "tools and toolchains are deployed and kept securely", E(STEPS) | E(SANDBOX),
	  "the upkeep of the machines" },
	{ "PO.3.3", "tools generate records of what they did", E(STEPS) | E(MATERIALS), NULL },
	{ "PO.4.1", "there are criteria for security checks", E(LAYOUT) | E(VERDICT), NULL },
	{ "PO.4.2", "the information for these criteria is gathered and safeguarded",
	  E(STEPS) | E(ARCHIVE), NULL },
	{ "PO.5.1", "environments are separated and protected", E(SANDBOX) | E(TRACE),
	  "networks, accounts and machines" },
	{ "PS.1.1", "code is protected from unauthorised change", E(SOURCE) | E(MATERIALS),
	  "access to the repository" },
	{ "PS.2.1", "acquirers can verify the integrity of a release", E(VSA) | E(ARCHIVE), NULL },
	{ "PS.3.1", "what belongs to a release is archived securely", E(ARCHIVE) | E(RETENTION),
	  "where the archive is kept" },
	{ "PS.3.2", "provenance of all components is collected, kept and shared",
	  E(SBOM) | E(PROVENANCE), NULL },
	{ "PW.4.1", "well-secured components are acquired and maintained", E(SBOM) | E(LICENSES),
	  "how they were chosen" },
	{ "PW.4.4", "components are checked against requirements over their life",
	  E(SBOM) | E(SCAN), "checks after the release" },
	{ "PW.6.1", "compilers and build tools with security features are used",
	  E(MATERIALS) | E(TRACE), "which features were switched on" },
	{ "PW.7.2", "code is reviewed or analysed, and what was found is recorded", E(ANALYSIS),
	  "reviews by people" },
	{ "PW.8.2", "executable code is tested, and what was found is recorded", E(TESTS),
	  "that the tests look at security" },
	{ "RV.1.1", "information on vulnerabilities is gathered", E(SCAN),
	  "what became known after the release" },
	{ "RV.2.1", "each vulnerability is analysed", E(SCAN) | E(VEX), NULL },
	{ "RV.2.2", "responses to vulnerabilities are planned and carried out",
	  E(SCAN) | E(EXCEPTIONS), "advisories and updates" },
};

/* Regulation (EU) 2024/2847 */
static const struct it_control cra[] = {
	{ "Art. 13(5)", "due diligence on components of others", E(SBOM) | E(SCAN) | E(LICENSES),
	  "how they were chosen" },
	{ "Art. 13(13)", "the technical documentation is kept for ten years or the support period, "
			 "whichever is longer",
	  E(ARCHIVE) | E(RETENTION), "that the store keeps it" },
	{ "Annex I, II(1)", "vulnerabilities and components are identified and documented, with an SBOM",
	  E(SBOM) | E(SCAN), NULL },
	{ "Annex I, II(2)", "vulnerabilities are addressed without delay",
	  E(SCAN) | E(VEX) | E(EXCEPTIONS), "how long it took" },
	{ "Annex I, II(3)", "the security of the product is tested and reviewed regularly",
	  E(TESTS), "reviews, and that the tests look at security" },
	{ "Annex I, II(7)", "updates are distributed securely", E(VSA) | E(ARCHIVE),
	  "the way to the user" },
	{ "Annex VII, 1(b)", "the versions of the software are named", E(VERDICT) | E(ARCHIVE), NULL },
	{ "Annex VII, 2(a)", "design and development are described", E(LAYOUT) | E(STEPS),
	  "architecture and design" },
	{ "Annex VII, 2(b)", "vulnerability handling is specified, with the SBOM",
	  E(SBOM) | E(VEX), "the disclosure policy and the contact address" },
	{ "Annex VII, 2(c)", "production and monitoring are specified and validated",
	  E(LAYOUT) | E(VERDICT) | E(MATERIALS), "monitoring after the release" },
	{ "Annex VII, 3", "the risks are assessed", 0, "the assessment of cybersecurity risks" },
	{ "Annex VII, 4", "the support period is explained", 0, "how the support period was determined" },
	{ "Annex VII, 6", "there are reports of the tests that verify conformity", E(TESTS) | E(SCAN),
	  NULL },
	{ "Annex VII, 7", "there is the EU declaration of conformity", 0, "the declaration" },
	{ "Annex VII, 8", "the SBOM can be given to the authorities", E(SBOM), NULL },
};

/* PCI DSS v4.0.1 */
static const struct it_control pci[] = {
	{ "6.2.3", "code of one's own is reviewed before the release", E(TWO_PEOPLE) | E(ANALYSIS),
	  "that the second person reviewed the code" },
	{ "6.3.1", "vulnerabilities are identified and ranked", E(SCAN), "sources besides the scanner" },
	{ "6.3.2", "there is an inventory of software and of components of others", E(SBOM), NULL },
	{ "6.3.3", "known vulnerabilities are patched in time", E(SCAN) | E(EXCEPTIONS),
	  "patches of what runs" },
	{ "6.5.1", "changes are made by a procedure: reason, approval, tests",
	  E(LAYOUT) | E(STEPS) | E(TESTS) | E(VERDICT), "the reason, and the way back" },
	{ "6.5.4", "roles in production and before it are separated", E(LAYOUT) | E(TWO_PEOPLE),
	  "who has access to production" },
	{ "10.2.2", "records say who, what, when, with what success, where from, and about what",
	  E(STEPS) | E(TIMESTAMP), "logs of running systems" },
	{ "10.3.2", "records are protected from change", E(ARCHIVE), "where they are kept" },
	{ "10.3.4", "changes to records are detected", E(ARCHIVE), NULL },
	{ "10.5.1", "records are kept for twelve months at least", E(RETENTION),
	  "that the store keeps it" },
	{ "11.5.2", "unauthorised changes of files are detected", E(MATERIALS) | E(VERDICT),
	  "files of running systems" },
};

/* Trust Services Criteria 2017, points of focus of 2022 */
static const struct it_control soc2[] = {
	{ "CC6.1", "access is by identities that are authorised", E(LAYOUT) | E(STEPS),
	  "accounts, and who holds a key" },
	{ "CC6.8", "unauthorised software is prevented or detected",
	  E(MATERIALS) | E(VERDICT) | E(VSA), "admission where it runs" },
	{ "CC7.1", "new vulnerabilities are detected", E(SBOM) | E(SCAN), "monitoring after the release" },
	{ "CC7.2", "anomalies are detected", E(TRACE), "monitoring of running systems" },
	{ "CC8.1", "changes are authorised, documented, tested and approved",
	  E(LAYOUT) | E(STEPS) | E(TESTS) | E(VERDICT), "the request for the change" },
	{ "CC9.2", "risks of suppliers are managed", E(SBOM) | E(LICENSES), "contracts" },
	{ "CC2.1", "information that controls rest on is kept and of quality", E(ARCHIVE) | E(RETENTION),
	  "that the store keeps it" },
};
/* clang-format on */

const struct it_framework it_framework_slsa = {
	"slsa",
	"SLSA",
	"v1.1, source track of v1.2",
	"The levels are of one package and its build; a level holds only when all below it do.",
	slsa,
	IT_COUNT_OF(slsa)
};
const struct it_framework it_framework_ssdf = {
	"ssdf",
	"NIST SSDF",
	"SP 800-218 v1.1",
	"The practices are an organisation's; an archive shows what was done for one release.",
	ssdf,
	IT_COUNT_OF(ssdf)
};
const struct it_framework it_framework_cra = {
	"cra",
	"EU Cyber Resilience Act",
	"Regulation (EU) 2024/2847",
	"Of the technical documentation (Annex VII) and the handling of vulnerabilities (Annex I, "
	"part II), what a release shows.",
	cra,
	IT_COUNT_OF(cra)
};
const struct it_framework it_framework_pci = {
	"pci",	  "PCI DSS",
	"v4.0.1", "Requirements 6, 10 and 11 as far as they are about how software comes to be.",
	pci,	  IT_COUNT_OF(pci)
};
const struct it_framework it_framework_soc2 = {
	"soc2",
	"SOC 2",
	"Trust Services Criteria 2017 (2022)",
	"Criteria are judged over a period; an archive is one sample of it.",
	soc2,
	IT_COUNT_OF(soc2)
};

const struct it_framework *const it_frameworks[] = { &it_framework_slsa, &it_framework_ssdf,
						     &it_framework_cra,	 &it_framework_pci,
						     &it_framework_soc2, NULL };
