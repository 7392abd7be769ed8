/* SPDX-License-Identifier: Apache-2.0 */
/* A reference to an image that was read is the same when its normalised form is read again. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "model/image_reference.h"

static void check_again(const struct it_image_reference *reference)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(it_image_reference_done) struct it_image_reference again = { 0 };

	it_image_reference_print(&text, reference);
	if (it_image_reference_parse(&again, it_buf_text(&text), NULL) ||
	    !it_streq(again.host, reference->host) ||
	    !it_streq(again.repository, reference->repository) ||
	    !it_streq(again.tag, reference->tag) || !it_streq(again.digest, reference->digest))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	char *text = strndup(size ? (const char *)data : "", size);

	if (!text)
		return 0;
	if (it_image_reference_parse(&reference, text, NULL) == INTOTO_OK) {
		if (strlen(reference.host) + strlen(reference.repository) >=
		    IT_IMAGE_REPOSITORY_MAX)
			abort();
		check_again(&reference);
	}
	free(text);
	return 0;
}
