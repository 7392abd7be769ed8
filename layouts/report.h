/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a report; see <intoto/report.h> for reading one. */
#ifndef IT_LAYOUTS_REPORT_H
#define IT_LAYOUTS_REPORT_H

#include <stdint.h>

#include <intoto/report.h>

#include "base/buf.h"

IT_DEFINE_AUTO(struct intoto_report, intoto_report_free);

/* Of all reason codes, sorted; the manual page lists the same. */
struct it_report_code {
	const char *code;
	const char *meaning; /* what was checked, one line */
};
extern const struct it_report_code it_report_codes[];
extern const size_t it_report_code_count;

/* What is checked, in the words of the table; "" for an unknown code. */
const char *it_report_meaning(const char *code);
/* What to do when that failed, for people; "" when there is nothing to say. */
const char *it_report_advice(const char *code);

IT_CHECK int it_report_new(struct intoto_report **out, struct intoto_error **err);

/* What the report is about: the layout's path, and the time that counts as now. */
void it_report_about(struct intoto_report *report, const char *layout, int64_t now);

/*
 * Adds a check.  A report that runs out of memory can no longer pass: it remembers, and
 * intoto_report_verdict says UNDECIDED.  So does one that is given a code outside the table.
 */
void it_report_add(struct intoto_report *report, enum intoto_outcome outcome, const char *code,
		   const char *item, const char *subject, const char *format, ...) IT_PRINTF(6, 7);

/* Adds an undecided check whose reason is an error; its class is remembered. */
void it_report_undecided(struct intoto_report *report, const char *code, const char *item,
			 const char *subject, const struct intoto_error *why);

/*
 * Turns the warnings with this code and item, from number first on, into failures: what they are
 * about counted as absent, and it turned out that something is missing without it.  (Not the other
 * way round: a stage that must not run after a failure never runs before one.)
 */
void it_report_condemn(struct intoto_report *report, size_t first, const char *code,
		       const char *item);

/* A document that the verdict rests on, for whoever signs the verdict. */
struct it_report_input {
	const char *uri; /* its path as it was opened; "PATH#LINE" in a bundle */
	const char
		*sha256; /* of the file's bytes (or the line's), 64 hex digits; "": nobody asked */
};

/*
 * Remembers one; sha256 may be NULL where the caller of the verification did not want digests
 * (without_input_digests).  The same twice is once.  Out of memory, or given something that is no
 * SHA-256, the report can no longer pass.  From it_report_close() on they are sorted by uri.
 */
void it_report_add_input(struct intoto_report *report, const char *uri, const char *sha256);
size_t it_report_input_count(const struct intoto_report *report);
/* NULL past the end. */
const struct it_report_input *it_report_input_at(const struct intoto_report *report, size_t index);

/* An exception that was used, for who reads the report and for whoever signs the verdict. */
struct it_report_exception {
	const char *id;
	const char *owner;
	const char *reason;
	const char *ticket; /* NULL: none */
	int64_t expires;
	const char *uri;
	const char *sha256; /* of its file */
	size_t used;	    /* how often */
};
/* Copies; a report that runs out of memory can no longer pass. */
void it_report_add_exception(struct intoto_report *report,
			     const struct it_report_exception *exception);
size_t it_report_exception_count(const struct intoto_report *report);
/* NULL past the end. */
const struct it_report_exception *it_report_exception_at(const struct intoto_report *report,
							 size_t index);

/* How many checks failed or are undecided: a stage that must not run after a failure asks this. */
size_t it_report_faults(const struct intoto_report *report);

/* Why nothing was decided: the class of the first undecided check; INTOTO_OK when there is none. */
enum intoto_code it_report_cause(const struct intoto_report *report);

/*
 * The end of the workflow was reached.  Only now, and only with at least one passed check, no
 * failed and no undecided one, does the verdict become PASSED.
 */
void it_report_close(struct intoto_report *report);

/* For the printers. */
enum { IT_OUTCOME_COUNT = INTOTO_CHECK_SKIPPED + 1 };
size_t it_report_tally(const struct intoto_report *report, enum intoto_outcome outcome);
const char *it_report_layout(const struct intoto_report *report);
int64_t it_report_time(const struct intoto_report *report);
const char *it_verdict_name(enum intoto_verdict verdict);

#endif
