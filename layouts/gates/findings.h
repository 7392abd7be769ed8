/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all scans found, each thing once: the same advisory, by its id or an alias, in the same
 * package is one finding, whoever reports it.
 */
#ifndef IT_LAYOUTS_GATES_FINDINGS_H
#define IT_LAYOUTS_GATES_FINDINGS_H

#include "layouts/gates/scans.h"

struct it_report {
	const struct it_finding *finding;
	size_t scan; /* index */
};

/* Borrowed from the scans, but for the lists. */
struct it_united {
	struct it_report *reports; /* part of the array of it_findings */
	size_t report_count;
	struct it_strings ids; /* of all; the first is that of the first report */
	const struct it_purl *purl;
	const char *package; /* NULL: not told; so are all texts */
	const char *version;
	const char *kind;
	enum it_severity severity; /* by the layout's order of sources, or the worst */
	const char *rated_by;	   /* its source; "" for nobody in particular */
	bool fixable;		   /* a fix exists, or nobody says that none does */
	const char *fixed_in;
	int epss; /* the highest; -1: nobody told */
	enum it_told exploited;
	int64_t published; /* the earliest; 0: nobody told */
	int64_t detected;  /* begin of the first scan that has it; 0: nobody told */
	bool suppressed;   /* by every scanner that has it */
	const char *suppressed_by;
};

struct it_union {
	struct it_united *items; /* sorted by package, then id */
	size_t count;
	struct it_report *reports;
};
void it_union_done(struct it_union *findings);
IT_CHECK int it_union_make(struct it_union *out, const struct it_scans *scans,
			       const struct it_strings *sources, struct intoto_error **err);
/* Appends "CVE-1 in pkg:deb/debian/zlib@1.2", safe to show. */
void it_united_print(struct it_buf *out, const struct it_united *united);

#endif
