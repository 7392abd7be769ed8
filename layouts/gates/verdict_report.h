/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of gates as checks of a report. */
#ifndef IT_LAYOUTS_GATES_VERDICT_REPORT_H
#define IT_LAYOUTS_GATES_VERDICT_REPORT_H

#include "layouts/gates/exceptions.h"
#include "layouts/gates/gate.h"
#include "layouts/report.h"

/*
 * The verdict of a gate under the label of its step, then its decisions; a gate that only warns
 * changes no verdict.  failed: judging itself failed, so nothing was decided; else NULL.
 */
void it_gate_report(struct intoto_report *report, const char *label, const struct it_gate *gate,
		    const struct it_gate_verdict *verdict, const struct intoto_error *failed);

/* What became of each exception; those that were used are remembered for who signs the verdict. */
void it_exceptions_report(struct intoto_report *report, const char *label,
			  const struct it_exceptions *exceptions);

#endif
