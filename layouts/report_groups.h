/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of a report by item, for forms that have a section for each. */
#ifndef IT_LAYOUTS_REPORT_GROUPS_H
#define IT_LAYOUTS_REPORT_GROUPS_H

#include "layouts/report.h"

/* One check of a group. */
struct it_grouped {
	const struct intoto_check *check;
	size_t index;	/* in the report */
	size_t group;	/* index in the report of the first check of the same item */
	size_t ordinal; /* how many with the same item, code and subject came before it */
};

struct it_report_group {
	const char *item;		 /* "" for the layout itself */
	const struct it_grouped *checks; /* in the report's order */
	size_t count;
	size_t tally[IT_OUTCOME_COUNT];
};

struct it_report_groups {
	struct it_report_group *items; /* in the order of their first checks */
	size_t count;
	struct it_grouped *checks;
	size_t check_count;
};

/* Borrows from the report. */
IT_CHECK int it_report_groups_make(struct it_report_groups *groups,
				   const struct intoto_report *report, struct intoto_error **err);
void it_report_groups_done(struct it_report_groups *groups);

#endif
