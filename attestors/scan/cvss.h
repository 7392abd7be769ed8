/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of CVSS vectors: https://www.first.org/cvss/ (v2, v3.0, v3.1, v4.0). */
#ifndef IT_ATTESTORS_SCAN_CVSS_H
#define IT_ATTESTORS_SCAN_CVSS_H

#include <stdbool.h>

enum { SCAN_CVSS_METRICS = 40 };

/* A vector that was taken apart; the value of a metric is its first letter. */
struct scan_cvss {
	unsigned version; /* 2, 3 or 4 */
	unsigned minor;
	unsigned count;
	struct {
		char name[4];
		char value;
	} metrics[SCAN_CVSS_METRICS];
};

/* False for what is no vector: an unknown version, a metric twice, a letter that is none. */
bool scan_cvss_parse(struct scan_cvss *cvss, const char *vector);
/* The letter, or 'X'. */
char scan_cvss_metric(const struct scan_cvss *cvss, const char *name);
/* Base score of v2 and v3, with threat and environment for v4, in tenths; false when a base metric
 * is missing. */
bool scan_cvss_score(const struct scan_cvss *cvss, unsigned *tenths);
bool scan_cvss4_score(const struct scan_cvss *cvss, unsigned *tenths);

#endif
