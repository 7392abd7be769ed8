/* SPDX-License-Identifier: Apache-2.0 */
/* A package URL that was read is the same when its canonical form is read again. */
#include "tests/fuzz/fuzz.h"

#include "model/purl.h"
#include "model/version_order.h"

static void check_order(const struct it_purl *purl)
{
	int order = 0;

	/* Any version equals itself in each scheme that can order it. */
	for (unsigned i = 0; i <= IT_VERSION_MAVEN; i++)
		if (it_version_compare((enum it_version_scheme)i, purl->version, purl->version,
				       &order) &&
		    order)
			abort();
	(void)it_version_in_range(purl->subpath, purl->version); /* whatever it says */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;
	IT_AUTO(it_purl_freep) struct it_purl *again = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);

	if (it_purl_parse(&purl, it_span(data, size), NULL))
		return 0;
	it_purl_print(&text, purl, IT_PURL_WHOLE);
	if (text.len > IT_PURL_BYTES_MAX)
		return 0; /* encoded, it is longer than what is read */
	if (it_purl_parse(&again, it_buf_span(&text), NULL) ||
	    !it_purl_same(purl, again, IT_PURL_WHOLE))
		abort();
	check_order(purl);
	return 0;
}
