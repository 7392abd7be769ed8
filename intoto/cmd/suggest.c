/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of some names, by edit distance. */
#include "cmd/suggest.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { WORD_MAX = 40 }; /* longer words are no typing mistakes of ours */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, deletions and replacements that turn one word into the other. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			size_t above = row[j + 1];

			row[j + 1] = least(row[j] + 1, above + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[b_len];
}

void it_suggest(struct it_suggestion *suggestion, const char *candidate)
{
	size_t len = strlen(suggestion->word);
	size_t far = len < 3 ? 1 : len / 3 + 1;
	size_t edits;

	if (len > WORD_MAX || strlen(candidate) > WORD_MAX)
		return;
	edits = distance(suggestion->word, candidate);
	if (len >= 3 && it_starts_with(candidate, suggestion->word))
		edits = 1; /* half a name is a near miss */
	if (edits > far || (suggestion->best && edits >= suggestion->distance))
		return;
	suggestion->best = candidate;
	suggestion->distance = edits;
}
