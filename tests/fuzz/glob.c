/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matcher against a slow and simple one, which is Python's rules written down: the pattern and
 * the name are separated by the first newline.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"

enum { ELEMENTS_MAX = 12, NAME_MAX_BYTES = 64 };

/* Whether all of the pattern matches all of the name, trying every length for each star. */
static bool slow(struct it_span pattern, struct it_span name)
{
	for (size_t taken = 0; pattern.len && pattern.data[0] == '*' && taken <= name.len; taken++)
		if (slow(it_span(pattern.data + 1, pattern.len - 1),
			 it_span(name.data + taken, name.len - taken)))
			return true;
	if (!pattern.len || pattern.data[0] == '*')
		return !pattern.len && !name.len;
	if (!name.len || (pattern.data[0] != '?' && pattern.data[0] != name.data[0]))
		return false;
	return slow(it_span(pattern.data + 1, pattern.len - 1),
		    it_span(name.data + 1, name.len - 1));
}

static bool is_simple(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] >= 0x80 || text.data[i] == '[')
			return false;
	return text.len <= ELEMENTS_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *newline = size ? memchr(text, '\n', size) : NULL;
	struct it_span pattern = it_span(text, newline ? (size_t)(newline - text) : size);
	struct it_span name =
		it_span(newline ? newline + 1 : text, newline ? size - pattern.len - 1 : 0);
	struct it_glob glob = it_glob(pattern);
	bool matches = it_glob_match(&glob, name);
	struct it_span prefix = it_glob_prefix(&glob);

	(void)it_glob_is_closed(&glob); /* must only come back */
	if (matches &&
	    (name.len < prefix.len || !it_span_eq(prefix, it_span(name.data, prefix.len))))
		abort();
	if (is_simple(pattern) && is_simple(name) && name.len <= NAME_MAX_BYTES &&
	    matches != slow(pattern, name))
		abort();
	return 0;
}
