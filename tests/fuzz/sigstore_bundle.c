/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle that was read has one content, signed once, and what its version demands. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "model/sigstore_bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_sigstore_bundle_parse(&bundle, it_span(data, size), &err);

	if ((rc == INTOTO_OK) != (bundle != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!bundle)
		return 0;
	if (bundle->version < 1 || bundle->version > 3 || !bundle->hint)
		abort();
	if (bundle->envelope ? intoto_envelope_signature_count(bundle->envelope) != 1
			     : !bundle->signature.len)
		abort();
	if ((bundle->signer == IT_SIGSTORE_PUBLIC_KEY) != !bundle->certificate_count ||
	    bundle->certificate_count > IT_SIGSTORE_CERTIFICATES_MAX ||
	    bundle->log_entry_count > IT_SIGSTORE_LOG_ENTRIES_MAX ||
	    bundle->timestamp_count > IT_SIGSTORE_TIMESTAMPS_MAX)
		abort();
	return 0;
}
