/* SPDX-License-Identifier: Apache-2.0 */
/* intoto report: what an auditor reads, made from an archive. */
#include "base/file.h"
#include "cmd/command.h"
#include "cmd/dispatch.h"
#include "cmd/output.h"
#include "report/document.h"

extern const struct it_command it_cmd_report;

struct report_options {
	const char *format;
	const char *output;
	bool force;
};

static const char *const formats[] = { "html", "json", "csv", NULL };

/* clang-format off */
static const struct it_option report_options[] = {
	IT_CHOICE(struct report_options, format, 0, "format", "FORMAT", formats,
		  "a page for people (html), one document for programs (json), or a table (csv)"),
	IT_VALUE(struct report_options, output, 'o', "output", "FILE",
		 "write here (standard output)"),
	IT_FLAG(struct report_options, force, 'f', "force", "replace the file if it is there"),
};
/* clang-format on */

static int report_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct report_options *self = parsed;
	IT_AUTO(it_audit_freep) struct it_audit *audit = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_DOCUMENT_MAX);
	const struct it_document_format *format =
		it_document_find(self->format ? self->format : "html");

	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an archive");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (it_audit_read(&audit, operands->items[0], NULL, err) ||
	    it_document_print(&text, format, audit, err))
		return IT_EXIT_FROM_ERROR;
	if (!self->output)
		return (format == &it_document_json ? it_print_json(&text, err)
						    : it_print(&text, err))
			       ? IT_EXIT_FROM_ERROR
			       : IT_EXIT_YES;
	if (it_file_write(self->output, it_buf_span(&text), 0666, self->force ? 0 : IT_FILE_NEW,
			  err))
		return IT_EXIT_FROM_ERROR;
	return IT_EXIT_YES;
}

const struct it_command it_cmd_report = {
	.name = "report",
	.synopsis = "[OPTIONS]... ARCHIVE",
	.summary = "show an auditor what a release is made of",
	.examples = "intoto report -o report.html app-1.4.itar\n"
		    "intoto report --format=json app-1.4.itar | jq '.notEvidenced[]'\n"
		    "intoto report --format=csv -o report.csv app-1.4.itar",
	.options = report_options,
	.option_count = IT_COUNT_OF(report_options),
	.options_size = sizeof(struct report_options),
	.run = report_run,
};
