/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of a text that stand for themselves: most of every document. */
#ifndef IT_JSON_PLAIN_H
#define IT_JSON_PLAIN_H

#include "base/buf.h"

/*
 * The end of the run from "from" on without quote and backslash, and without control characters if
 * asked.  *high gets the highest bit of any byte of it: 0 says ASCII.
 */
size_t it_plain_end(struct it_span text, size_t from, bool controls, uint64_t *high);

#endif
