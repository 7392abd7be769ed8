/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical form of a Metablock survives printing; what we sign verifies. */
#include "tests/fuzz/envelope.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = intoto_envelope_parse(&envelope, data, size, &err);

	if ((rc == INTOTO_OK) != (envelope != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (envelope && envelope->format == INTOTO_METABLOCK)
		fuzz_envelope(envelope);
	return 0;
}
