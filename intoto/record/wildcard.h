/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wildcards inside one part of a path, bytewise as git has them: * ? [a-z] [!a] [^a] [[:alpha:]]
 * and \ in front of a byte that stands for itself.
 */
#ifndef IT_RECORD_WILDCARD_H
#define IT_RECORD_WILDCARD_H

#include "base/buf.h"

/* How many bytes the class that starts at pattern.data[at] ('[') takes; 0 when it is malformed. */
size_t it_wildcard_class(struct it_span pattern, size_t at);

/* What is wrong with a pattern, as the end of a sentence; NULL when nothing is. */
const char *it_wildcard_fault(struct it_span pattern);

/* Whether a pattern without fault matches all of text; at most pattern times text steps. */
bool it_wildcard_match(struct it_span pattern, struct it_span text);

#endif
