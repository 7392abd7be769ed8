/* SPDX-License-Identifier: Apache-2.0 */
/* The attestor "scan". */
#include "attestors/scan/scan.h"

enum { INPUTS_MOST = 16 };

int main(int argc, char **argv)
{
	static const char *const predicates[] = { scan_predicate, NULL };
	static const struct intoto_attestor_option options[] = {
		{ "as", "FORMAT",
		  "clair, cyclonedx, grype, npm, npm-v1, osv, sarif or trivy, whatever the report "
		  "looks like",
		  false },
		{ "allow-stale", "yes", "take a report that is older than the step", false },
		{ NULL, NULL, NULL, false },
	};
	static const struct intoto_attestor scan = {
		.name = "scan",
		.summary = "findings of a vulnerability scanner: Grype, Trivy, OSV-Scanner, npm "
			   "audit, Clair, SARIF, CycloneDX",
		.predicates = predicates,
		.options = options,
		.inputs_least = 1,
		.inputs_most = INPUTS_MOST,
		.memory_bytes = (uint64_t)512 << 20,
		.output_bytes = (uint64_t)256 << 20,
		.seconds = 300,
		.attest = scan_attest,
	};

	return intoto_attestor_main(argc, argv, &scan);
}
