/* SPDX-License-Identifier: Apache-2.0 */
/* SBOMs of every format: what was read holds together. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "model/digest_set.h"
#include "model/sbom.h"

static void look(const struct it_sbom_component *component)
{
	if (!component->id || !component->name || !component->version || !component->purl ||
	    !component->supplier || !component->type)
		abort();
	if (component->digests &&
	    it_digests_match(component->digests, component->digests) == IT_DIGESTS_DIFFER)
		abort();
	(void)it_sbom_purl_is_valid(component->purl); /* any answer */
	for (size_t i = 0; i < component->declared.count; i++)
		if (!component->declared.items[i].text)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	struct it_json_limits limits = it_json_signed_limits;

	limits.reals = true;
	limits.depth = 128;
	if (it_json_parse(&document, it_span(data, size), &limits, NULL) ||
	    it_sbom_read(&sbom, document, NULL, NULL))
		return 0;
	for (size_t i = 0; i < sbom->count; i++)
		look(&sbom->components[i]);
	return 0;
}
