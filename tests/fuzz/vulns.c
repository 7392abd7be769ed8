/* SPDX-License-Identifier: Apache-2.0 */
/* A scan gives findings that have an id, and is never complete without an end. */
#include "tests/fuzz/fuzz.h"

#include "model/vulns.h"

static const struct it_json_limits limits = { 1 << 20, 32, true, 100000 };

static void check(const struct it_json *predicate, const char *type)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_vulns_read(&vulns, predicate, type, NULL, &err);

	if ((rc == INTOTO_OK) != (vulns != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!vulns)
		return;
	if (!vulns->scanner || (vulns->complete && !vulns->finished) ||
	    vulns->complete == (vulns->incomplete != NULL))
		abort();
	for (size_t i = 0; i < vulns->count; i++)
		if (!vulns->items[i].ids.count || !vulns->items[i].kind)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *predicate = NULL;

	if (it_json_parse(&predicate, it_span(data, size), &limits, NULL))
		return 0;
	check(predicate, "https://in-toto.io/attestation/vulns/v0.2");
	check(predicate, "https://cosign.sigstore.dev/attestation/vuln/v1");
	return 0;
}
