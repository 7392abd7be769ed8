/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verification looked at, and what it found: every check, passed or not, in the order of the
 * workflow.  Reason codes are stable words for programs; sentences are for people.
 */
#ifndef INTOTO_REPORT_H
#define INTOTO_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <intoto/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct intoto_report;

enum intoto_verdict {
	INTOTO_REFUSED = 0, /* decided: no.  What every report says until the end says otherwise */
	INTOTO_PASSED = 1,
	INTOTO_UNDECIDED = 2, /* something could not be read, so nothing was decided; treat as no */
};

enum intoto_outcome {
	INTOTO_CHECK_FAILED = 0,
	INTOTO_CHECK_PASSED = 1,
	INTOTO_CHECK_WARNING = 2, /* never changes the verdict */
	INTOTO_CHECK_UNDECIDED = 3,
	INTOTO_CHECK_SKIPPED =
		4, /* not made, because of an earlier failure or an option; says which */
};

/* All texts are borrowed from the report, UTF-8, never NULL; they may hold hostile text from
 * documents. */
struct intoto_check {
	enum intoto_outcome outcome;
	const char *code; /* "layout.signature", "step.threshold", "rule.disallow" … */
	const char *
		item; /* step or inspection, sublayouts joined with "/"; "" for the layout itself */
	const char *subject; /* file, keyid, artifact or rule that it is about; "" when it is about
				the item */
	const char *text;    /* one sentence */
};

INTOTO_API enum intoto_verdict intoto_report_verdict(const struct intoto_report *report);
INTOTO_API size_t intoto_report_count(const struct intoto_report *report);
/* Borrowed; NULL past the end. */
INTOTO_API const struct intoto_check *intoto_report_at(const struct intoto_report *report,
						       size_t index);
INTOTO_API void intoto_report_free(struct intoto_report *report);

/* For people: failures first in detail, hostile text escaped.  verbose lists every check. */
INTOTO_API int intoto_report_text(const struct intoto_report *report, bool verbose, char **out,
				  struct intoto_error **err);
/* For programs: one JSON object (intoto-verify(1) documents it). */
INTOTO_API int intoto_report_json(const struct intoto_report *report, char **out,
				  struct intoto_error **err);
/* A stable word: "failed", "passed", "warning", "undecided", "skipped". */
INTOTO_API const char *intoto_outcome_name(enum intoto_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif
