/* SPDX-License-Identifier: Apache-2.0 */
/* The forms in which a report can be had: one file report_NAME.c each, and a word in the table. */
#ifndef IT_LAYOUTS_REPORT_FORMAT_H
#define IT_LAYOUTS_REPORT_FORMAT_H

#include "layouts/report.h"
#include "layouts/story.h"
#include "layouts/trace.h"

/* What is printed. */
struct it_report_view {
	const struct intoto_report *report;
	const struct it_trace *trace; /* the same verification; NULL: only the report is known */
	bool verbose;		      /* where it is for people: every check */
	const struct it_stories *stories; /* told behind the report; NULL: none were asked for */
	const char *link_dir; /* where links were looked for; NULL: the current folder */
};

struct it_report_format {
	const char *name;
	/* Appends to out, where failures to add stick. */
	int (*print)(struct it_buf *out, const struct it_report_view *view,
		     struct intoto_error **err);
};

enum { IT_REPORT_MAX = 1024 * 1024 * 1024 };

/* NULL for an unknown name. */
const struct it_report_format *it_report_format_find(const char *name);

/* The report in a form.  Also looks whether everything was added. */
IT_CHECK int it_report_print(struct it_buf *out, const struct it_report_format *format,
			     const struct it_report_view *view, struct intoto_error **err);

extern const struct it_report_format it_report_format_json;
extern const struct it_report_format it_report_format_junit;
extern const struct it_report_format it_report_format_markdown;
extern const struct it_report_format it_report_format_sarif;
extern const struct it_report_format it_report_format_text;

#endif
