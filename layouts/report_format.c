/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the report's forms, and the two that are public functions. */
#include "layouts/report_format.h"

#include "base/text.h"

static const struct it_report_format *const formats[] = {
	&it_report_format_text,	 &it_report_format_json,     &it_report_format_junit,
	&it_report_format_sarif, &it_report_format_markdown,
};

const struct it_report_format *it_report_format_find(const char *name)
{
	for (size_t i = 0; i < IT_COUNT_OF(formats); i++)
		if (it_streq(formats[i]->name, name))
			return formats[i];
	return NULL;
}

int it_report_print(struct it_buf *out, const struct it_report_format *format,
		    const struct it_report_view *view, struct intoto_error **err)
{
	int rc = format->print(out, view, err);

	return rc ? rc : it_buf_check(out, "report", err);
}

static int print_alone(const struct it_report_format *format, const struct intoto_report *report,
		       bool verbose, char **out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REPORT_MAX);
	struct it_report_view view = { .report = report, .verbose = verbose };
	int rc;

	*out = NULL;
	rc = it_report_print(&text, format, &view, err);
	if (rc)
		return rc;
	*out = it_buf_take(&text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int intoto_report_text(const struct intoto_report *report, bool verbose, char **out,
		       struct intoto_error **err)
{
	return print_alone(&it_report_format_text, report, verbose, out, err);
}

int intoto_report_json(const struct intoto_report *report, char **out, struct intoto_error **err)
{
	return print_alone(&it_report_format_json, report, true, out, err);
}
