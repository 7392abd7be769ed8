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
/*
 * Appends a path as a URI reference (RFC 3986): relative to where the caller stood, or file:///….
 */
void it_report_place_uri(struct it_buf *out, struct it_span path);
/* "PATH#LINE" of a bundle; the line is 0 when it has none. */
struct it_span it_report_input_path(const char *uri, uint64_t *line);

void it_report_place_done(struct it_report_place *place);

#endif
