/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict rests on, for whoever signs it: the layout, everything else that was read, and
 * what was excused. */
#ifndef IT_LAYOUTS_GROUNDS_H
#define IT_LAYOUTS_GROUNDS_H

#include "base/strings.h"
#include "layouts/report.h"
#include "model/vsa.h"

struct it_grounds {
	struct it_resource policy; /* the layout */
	struct it_resource *inputs;
	size_t input_count;
	struct it_excuse *excuses; /* borrow from the report */
	size_t excuse_count;
	struct it_strings texts;
};

/*
 * Of a report that was made with digests: those of the bytes that were verified, never of what the
 * files hold now.  policy_uri is what the layout is called, NULL: its path as a file: URI.
 * it_grounds_done frees in any case.
 */
IT_CHECK int it_grounds_find(struct it_grounds *grounds, const struct intoto_report *report,
			     const char *policy_uri, struct intoto_error **err);
void it_grounds_done(struct it_grounds *grounds);

#endif
