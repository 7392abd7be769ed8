/* SPDX-License-Identifier: Apache-2.0 */
/* Which file to look at, for a check. */
#ifndef IT_LAYOUTS_REPORT_PLACE_H
#define IT_LAYOUTS_REPORT_PLACE_H

#include "layouts/report_format.h"

struct it_report_place {
	struct it_buf
		path;  /* of a layout, link or bundle; the layout's own when nothing is nearer */
	uint64_t line; /* of a bundle, from 1; 0: the whole file */
};

void it_report_place_find(struct it_report_place *place, const struct it_report_view *view,
			  const struct intoto_check *check);
void it_report_place_done(struct it_report_place *place);

#endif
