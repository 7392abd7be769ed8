/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SPDX License List: which identifiers there are, how they are spelt, and which older ones mean
 * the same as newer ones.
 */
#ifndef IT_MODEL_SPDX_LIST_H
#define IT_MODEL_SPDX_LIST_H

#include "base/buf.h"

/* The canonical spelling, whatever the case of id (SPDX 3.0.1 annex B, "Case sensitivity"); NULL:
 * it is not on the list. */
const char *it_spdx_license(struct it_span id);
const char *it_spdx_exception(struct it_span id);
/* The list's size and items, sorted without regard to case. */
extern const char *const it_spdx_licenses[];
extern const size_t it_spdx_license_count;

/* What a deprecated identifier stands for today. */
struct it_spdx_alias {
	const char *id;
	const char *license;
	const char *exception; /* NULL: none */
};
/* Of a canonical spelling; NULL: it is no deprecated one with another meaning. */
const struct it_spdx_alias *it_spdx_alias(const char *license);

/*
 * Licences that "or later" reaches from a canonical identifier, itself first, then later versions
 * of the same name ("MPL-1.1": MPL-1.1, MPL-2.0; "GPL-2.0-or-later": GPL-2.0-only, GPL-3.0-only).
 * Returns how many there are; fills at most max.
 */
size_t it_spdx_later(const char *license, const char **out, size_t max);

/*
 * Whether a pattern means an identifier: the same without regard to case, or, when the pattern ends
 * in '*', the same beginning.
 */
bool it_spdx_pattern_matches(const char *pattern, const char *id);

#endif
