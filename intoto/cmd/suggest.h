/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": the nearest of some names. */
#ifndef IT_CMD_SUGGEST_H
#define IT_CMD_SUGGEST_H

#include <stddef.h>

/* Remembers the best candidate so far; start with { .word = typed }. */
struct it_suggestion {
	const char *word;
	const char *best; /* NULL: nothing is near enough to be meant */
	size_t distance;
};

void it_suggest(struct it_suggestion *suggestion, const char *candidate);

#endif
