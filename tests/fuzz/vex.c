/* SPDX-License-Identifier: Apache-2.0 */
/* A VEX document gives statements that have what everybody relies on, or a reason. */
#include "tests/fuzz/fuzz.h"

#include "model/vex.h"

static const struct it_json_limits limits = { 1 << 20, 32, true, 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_vex_freep) struct it_vex *vex = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc;

	if (it_json_parse(&document, it_span(data, size), &limits, NULL))
		return 0;
	rc = it_vex_read(&vex, document, NULL, &err);
	if ((rc == INTOTO_OK) != (vex != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	for (size_t i = 0; vex && i < vex->count; i++) {
		const struct it_vex_statement *statement = &vex->items[i];

		if (!statement->ids.count || !statement->place)
			abort();
		for (size_t j = 0; j < statement->product_count; j++)
			if (!statement->products[j].thing.id)
				abort();
	}
	return 0;
}
