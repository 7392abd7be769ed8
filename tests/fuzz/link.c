/* SPDX-License-Identifier: Apache-2.0 */
/* A link that was read is written as a link that reads the same, in either envelope. */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "model/envelope.h"
#include "model/link.h"

/* Also where nothing in a digest set is worth comparing. */
static bool same_tables(const struct it_artifacts *a, const struct it_artifacts *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!it_streq(a->items[i].name, b->items[i].name) ||
		    !it_streq(a->items[i].digests, b->items[i].digests))
			return false;
	return a->count == b->count;
}

static void check_envelope(const struct intoto_link *link, enum intoto_envelope_format format)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *again = NULL;

	if (it_link_to_envelope(&envelope, link, format, NULL) ||
	    intoto_link_from_envelope(&again, envelope, NULL))
		abort();
	if (!it_streq(link->name, again->name) || link->command.count != again->command.count ||
	    !same_tables(&link->materials, &again->materials) ||
	    !same_tables(&link->products, &again->products))
		abort();
	if (link->byproducts && !it_json_equal(link->byproducts, again->byproducts))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, data, size, &err);

	if (rc == INTOTO_OK)
		rc = intoto_link_from_envelope(&link, envelope, &err);
	if ((rc == INTOTO_OK) != (link != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!link)
		return 0;
	check_envelope(link, INTOTO_DSSE);
	check_envelope(link, INTOTO_METABLOCK);
	return 0;
}
