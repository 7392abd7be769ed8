/* SPDX-License-Identifier: Apache-2.0 */
/* A renewal or redaction that was read is written, and read again as the same. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "archive/later.h"
#include "base/text.h"

static bool are_same(const struct it_archive_later *one, const struct it_archive_later *two)
{
	if (one->redaction != two->redaction || one->time != two->time ||
	    one->entries != two->entries || one->withheld_count != two->withheld_count ||
	    !it_streq(one->listing, two->listing) || !it_streq(one->archive, two->archive) ||
	    !it_streq(one->reason, two->reason) || !it_streq(one->tool, two->tool))
		return false;
	for (size_t i = 0; i < one->withheld_count; i++)
		if (!it_streq(one->withheld[i].name, two->withheld[i].name) ||
		    one->withheld[i].size != two->withheld[i].size ||
		    !it_streq(one->withheld[i].sha512, two->withheld[i].sha512))
			return false;
	return it_span_eq(it_buf_span(&one->timestamp), it_buf_span(&two->timestamp));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *written = NULL;
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	IT_AUTO(it_archive_later_freep) struct it_archive_later *again = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc;

	if (intoto_envelope_new(&envelope, INTOTO_DSSE, data, size, NULL))
		return 0;
	rc = it_archive_later_read(&later, envelope, &err);
	if ((rc == INTOTO_OK) != (later != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!later)
		return 0;
	if (it_archive_later_write(&written, later, NULL) ||
	    it_archive_later_read(&again, written, NULL) || !are_same(later, again))
		abort();
	return 0;
}
