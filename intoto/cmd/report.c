/* SPDX-License-Identifier: Apache-2.0 */
/* intoto report: what an auditor reads, made from an archive. */
#include "base/file.h"
#include "cmd/command.h"
#include "cmd/dispatch.h"
#include "cmd/output.h"
#include "crypto/key.h"
#include "report/document.h"

extern const struct it_command it_cmd_report;

struct report_options {
	const char *format;
	const char *output;
	struct it_strings keys;
	struct it_strings timestamp_roots;
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
	IT_EACH(struct report_options, keys, 'k', "key", "FILE",
		"verify the archive with this public key of who signs them; any one is enough (may be repeated)"),
	IT_EACH(struct report_options, timestamp_roots, 0, "timestamp-roots", "FILE",
		"certificates of the authorities whose timestamps count (may be repeated)"),
};
/* clang-format on */

struct keys {
	struct intoto_key **items;
	size_t count;
};

static void keys_done(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		intoto_key_free(keys->items[i]);
	free(keys->items);
}

static int load_keys(struct keys *keys, const struct it_strings *paths, struct intoto_error **err)
{
	keys->items = calloc(paths->count + 1, sizeof(struct intoto_key *));
	if (!keys->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < paths->count; i++) {
		int rc = intoto_key_load(&keys->items[keys->count], paths->items[i], NULL, NULL,
					 err);

		if (rc)
			return rc;
		keys->count++;
	}
	return INTOTO_OK;
}

/* What stands in the file, or what a verification of it with these keys found. */
static int verify_archive(struct it_archive_answer **out, const struct report_options *self,
			  const char *path, struct intoto_error **err)
{
	IT_AUTO(keys_done) struct keys keys = { 0 };
	struct it_archive_policy policy = {
		.timestamp_roots = (const char *const *)self->timestamp_roots.items,
		.timestamp_root_count = self->timestamp_roots.count,
	};
	int rc = load_keys(&keys, &self->keys, err);

	if (rc)
		return rc;
	policy.keys = (const struct intoto_key *const *)keys.items;
	policy.key_count = keys.count;
	return it_archive_check(out, path, &policy, err);
}

static int report_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct report_options *self = parsed;
	IT_AUTO(it_archive_answer_freep) struct it_archive_answer *answer = NULL;
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
	if (self->timestamp_roots.count && !self->keys.count) {
		(void)it_err_set(err, INTOTO_E_USAGE,
				 "--timestamp-roots without --key verifies nothing");
		return IT_EXIT_FROM_ERROR;
	}
	if (self->keys.count && verify_archive(&answer, self, operands->items[0], err))
		return IT_EXIT_FROM_ERROR;
	if (it_audit_read(&audit, operands->items[0], answer, err) ||
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
	.examples = "intoto report --key release.pem.pub -o report.html app-1.4.itar\n"
		    "intoto report --format=json app-1.4.itar | jq '.notEvidenced[]'\n"
		    "intoto report --format=csv -o report.csv app-1.4.itar",
	.options = report_options,
	.option_count = IT_COUNT_OF(report_options),
	.options_size = sizeof(struct report_options),
	.run = report_run,
};
