/* SPDX-License-Identifier: Apache-2.0 */
/* How bad a finding is, in the words of all scanners, and whose word that is. */
#ifndef IT_MODEL_SEVERITY_H
#define IT_MODEL_SEVERITY_H

#include "base/buf.h"

/* Rising; UNKNOWN stands apart and is compared with nothing. */
enum it_severity {
	IT_SEVERITY_NONE,
	IT_SEVERITY_NEGLIGIBLE,
	IT_SEVERITY_LOW,
	IT_SEVERITY_MEDIUM,
	IT_SEVERITY_HIGH,
	IT_SEVERITY_CRITICAL,
	IT_SEVERITY_UNKNOWN,
};
enum { IT_SEVERITY_COUNT = IT_SEVERITY_UNKNOWN + 1 };

/* "critical" … "none", "unknown". */
const char *it_severity_word(enum it_severity severity);
/*
 * From a word in any case ("moderate" is medium, "important" high, "info" negligible) or a score
 * from 0 to 10 as CVSS 3 cuts it (specification 3.1, section 5).  UNKNOWN for anything else.
 */
enum it_severity it_severity_read(struct it_span text);
/* Exactly one of our words; for layouts. */
bool it_severity_parse(enum it_severity *out, struct it_span word);
/* The score times 10, as CVSS has it; -1 for what is no number from 0 to 10. */
int it_severity_tenths(struct it_span text);
enum it_severity it_severity_of_tenths(int tenths);

#endif
