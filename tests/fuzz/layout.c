/* SPDX-License-Identifier: Apache-2.0 */
/* A layout that was read is written as a layout that writes the same; parameters do not break it.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "layouts/layout.h"
#include "layouts/parameters.h"
#include "model/envelope.h"

static void check_again(const struct intoto_layout *layout)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *first = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *second = NULL;
	IT_AUTO(intoto_layout_freep) struct intoto_layout *again = NULL;

	if (it_layout_to_envelope(&first, layout, INTOTO_METABLOCK, NULL) ||
	    intoto_layout_from_envelope(&again, first, NULL) ||
	    it_layout_to_envelope(&second, again, INTOTO_METABLOCK, NULL))
		abort();
	if (!it_json_equal(it_envelope_body(first), it_envelope_body(second)))
		abort();
}

static void substitute(struct intoto_layout *layout)
{
	static const struct intoto_parameter items[] = { { "a", "{b}*" }, { "b", "" } };
	bool used[2] = { false, false };
	struct it_parameters parameters = { items, 2, used };
	int rc = it_parameters_apply(&parameters, layout, NULL);

	if (rc != INTOTO_OK && rc != INTOTO_E_POLICY)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, data, size, &err);

	if (rc == INTOTO_OK)
		rc = intoto_layout_from_envelope(&layout, envelope, &err);
	if ((rc == INTOTO_OK) != (layout != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!layout)
		return 0;
	check_again(layout);
	substitute(layout);
	return 0;
}
