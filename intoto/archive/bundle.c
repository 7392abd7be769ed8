/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/bundle.h"

#include <string.h>

#include "base/text.h"

#define BUNDLE ".intoto.jsonl"

bool it_archive_is_bundle(const char *name)
{
	return it_ends_with(name, BUNDLE);
}

size_t it_archive_file_len(const char *name, const char *given)
{
	const size_t suffix = strlen(BUNDLE);
	const char *hash = strrchr(name, '#');
	size_t len = hash ? (size_t)(hash - name) : 0;

	if (!len || !hash[1] || strspn(hash + 1, "0123456789") != strlen(hash + 1))
		return strlen(name);
	if (given && it_span_is(it_span(name, len), given))
		return len;
	return len > suffix && it_span_is(it_span(hash - suffix, suffix), BUNDLE) ? len
										  : strlen(name);
}

const char *it_archive_bundle_suffix(const char *name)
{
	return it_archive_is_bundle(name) ? "" : BUNDLE;
}
