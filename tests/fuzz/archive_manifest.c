/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of an archive, and what may stand behind its members: a payload each. */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "archive/later.h"
#include "base/text.h"

static void write_again(const struct it_archive_manifest *manifest)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *parsed = NULL;
	IT_AUTO(it_archive_manifest_freep) struct it_archive_manifest *again = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	for (size_t i = 0; i < manifest->member_count; i++)
		if (!it_archive_name_is_safe(manifest->members[i].name) ||
		    it_archive_manifest_find(manifest, manifest->members[i].name) !=
			    &manifest->members[i])
			abort();
	if (it_archive_manifest_write(&envelope, manifest, NULL) ||
	    intoto_envelope_print(envelope, &text, &len, NULL) ||
	    intoto_envelope_parse(&parsed, text, len, NULL) ||
	    it_archive_manifest_read(&again, parsed, NULL))
		abort();
	if (again->member_count != manifest->member_count ||
	    again->step_count != manifest->step_count || again->time != manifest->time ||
	    !it_span_eq(it_span(again->root.bytes, sizeof again->root.bytes),
			it_span(manifest->root.bytes, sizeof manifest->root.bytes)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_archive_manifest_freep) struct it_archive_manifest *manifest = NULL;
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_archive_collision collision;

	if (intoto_envelope_new(&envelope, INTOTO_DSSE, data, size, NULL))
		return 0;
	if (it_archive_manifest_read(&manifest, envelope, &err)) {
		if (!*intoto_error_text(err))
			abort();
	} else {
		write_again(manifest);
		if (it_archive_collision_find(&collision, manifest, NULL))
			abort();
	}
	if (!it_archive_later_read(&later, envelope, NULL) && !later->listing)
		abort();
	return 0;
}
