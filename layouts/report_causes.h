/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are causes, and which only follow from them. */
#ifndef IT_LAYOUTS_REPORT_CAUSES_H
#define IT_LAYOUTS_REPORT_CAUSES_H

#include "layouts/report_format.h"

enum { IT_REPORT_NO_CAUSE = -1 };

struct it_report_causes {
	/* For each check of the report the number of the check that it follows from, or
	   IT_REPORT_NO_CAUSE. */
	int64_t *of;
	size_t count;
};

/*
 * A threshold that is not met follows from the links that were broken; a sublayout's verdict from
 * what failed inside of it; a rule from the missing evidence of the item that a MATCH before it
 * asks.  Without a trace the last is not known.
 */
IT_CHECK int it_report_causes_find(struct it_report_causes *causes,
				   const struct it_report_view *view, struct intoto_error **err);
void it_report_causes_done(struct it_report_causes *causes);

#endif
