/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a mistake in a layout, told while it is written. */
#include <stdio.h>

#include "base/text.h"
#include "cmd/layout_file.h"
#include "layouts/lint.h"

static void remark(const struct it_item *item, const struct it_finding *finding)
{
	bool products = finding->rules == &item->rules[INTOTO_PRODUCTS];
	IT_AUTO(it_freep) char *name = it_text_quoted(it_span_text(item->name));
	IT_AUTO(it_freep) char *subject = it_text_quoted(it_span_text(finding->subject));
	IT_AUTO(it_freep) char *text = it_text_quoted(it_span_text(finding->text));

	(void)fprintf(stderr, "note: %s: %s rules: %s%s%s\n", name ? name : "",
		      products ? "product" : "material", subject ? subject : "",
		      *finding->subject ? ": " : "",
		      text ? text : ""); /* a remark that cannot be printed is no failure */
}

void it_layout_remark(const struct it_layout_file *file, const struct it_item *item)
{
	IT_AUTO(it_findings_done) struct it_findings findings = { 0 };

	if (it_lint_item(&findings, file->layout, item, NULL))
		return; /* without memory there are no remarks */
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].code->level != IT_LINT_NOTE)
			remark(item, &findings.items[i]);
}
