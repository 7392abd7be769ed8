/* SPDX-License-Identifier: Apache-2.0 */
/* A statement that was read as a link gives a link that is written and read again, in either
 * envelope. */
#include "tests/fuzz/fuzz.h"

#include "model/envelope.h"
#include "model/statement.h"

static void check_written(const struct intoto_link *link, enum intoto_envelope_format format)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *again = NULL;

	if (it_link_to_envelope(&envelope, link, format, NULL) ||
	    intoto_link_from_envelope(&again, envelope, NULL))
		abort();
	if (again->materials.count != link->materials.count ||
	    again->products.count != link->products.count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	bool named = true;
	int rc;

	if (intoto_envelope_new(&envelope, INTOTO_DSSE, data, size, NULL))
		return 0;
	rc = it_statement_to_link(&link, &named, envelope, &err);
	if ((rc == INTOTO_OK) != (link != NULL) || (rc == INTOTO_OK) != (err == NULL) ||
	    (!link && named))
		abort();
	if (!link)
		return 0;
	check_written(link, INTOTO_DSSE);
	check_written(link, INTOTO_METABLOCK);
	return 0;
}
