/* SPDX-License-Identifier: Apache-2.0 */
/* The attestor "vex". */
#include "attestors/vex/vex.h"

int main(int argc, char **argv)
{
	static const char *const predicates[] = { "https://openvex.dev/ns",
						  "https://in-toto.io/intoto/csaf/v1",
						  "https://cyclonedx.org/bom", NULL };
	static const struct intoto_attestor_option options[] = {
		{ "as", "FORMAT", "openvex, csaf or cyclonedx, whatever the document looks like",
		  false },
		{ NULL, NULL, NULL, false },
	};
	static const struct intoto_attestor vex = {
		.name = "vex",
		.summary = "VEX documents: OpenVEX, CSAF 2.0 and 2.1, CycloneDX",
		.predicates = predicates,
		.options = options,
		.inputs_least = 1,
		.inputs_most = 16,
		.memory_bytes = (uint64_t)1 << 30,
		.attest = vex_attest,
	};

	return intoto_attestor_main(argc, argv, &vex);
}
