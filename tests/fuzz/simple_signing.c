/* SPDX-License-Identifier: Apache-2.0 */
/* A payload that was read names an image by a checked digest, and can be written again. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "model/image_reference.h"
#include "model/simple_signing.h"

static void check_again(const struct it_simple_signing *payload)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(16 << 20);
	IT_AUTO(it_simple_signing_freep) struct it_simple_signing *again = NULL;

	if (it_simple_signing_print(&text, payload->reference, payload->digest, payload->optional,
				    payload->optional_count, NULL))
		return; /* it may be too long now */
	if (it_simple_signing_parse(&again, it_buf_span(&text), NULL) ||
	    !it_streq(again->reference, payload->reference) ||
	    !it_streq(again->digest, payload->digest) ||
	    again->optional_count != payload->optional_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_simple_signing_freep) struct it_simple_signing *payload = NULL;

	if (it_simple_signing_parse(&payload, it_span(data, size), NULL))
		return 0;
	if (!*payload->reference || !it_image_digest_valid(it_span_text(payload->digest)))
		abort();
	check_again(payload);
	return 0;
}
