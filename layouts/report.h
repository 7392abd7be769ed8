/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a report; see <intoto/report.h> for reading one. */
#ifndef IT_LAYOUTS_REPORT_H
#define IT_LAYOUTS_REPORT_H

#include <intoto/report.h>

#include "base/buf.h"

IT_DEFINE_AUTO(struct intoto_report, intoto_report_free);

IT_CHECK int it_report_new(struct intoto_report **out, struct intoto_error **err);

/*
 * Adds a check.  A report that runs out of memory can no longer pass: it remembers, and
 * intoto_report_verdict says UNDECIDED.
 */
void it_report_add(struct intoto_report *report, enum intoto_outcome outcome, const char *code,
		   const char *item, const char *subject, const char *format, ...) IT_PRINTF(6, 7);

/*
 * The end of the workflow was reached.  Only now, and only with at least one passed check, no
 * failed and no undecided one, does the verdict become PASSED.
 */
void it_report_close(struct intoto_report *report);

#endif
