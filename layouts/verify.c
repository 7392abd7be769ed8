/* SPDX-License-Identifier: Apache-2.0 */
/* intoto_verify: checks what the caller wants, starts the chain of the layout, closes the report.
 */
#include "layouts/verify.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/digest.h"
#include "json/json.h"
#include "layouts/certificate.h"
#include "layouts/chain.h"
#include "layouts/parameters.h"

/* What a caller must have been built with at least: the first release's struct up to key_count. */
enum { OPTIONS_LEAST = offsetof(struct intoto_verify_options, link_dir) };

#define YEAR_9999_ENDS INT64_C(253402300799)

static int copy_options(struct intoto_verify_options *out,
			const struct intoto_verify_options *options, struct intoto_error **err)
{
	*out = (struct intoto_verify_options){ 0 };
	if (!options || options->size < OPTIONS_LEAST)
		return it_err_set(err, INTOTO_E_USAGE, "options: size is not that of the struct");
	memcpy(out, options, options->size < sizeof *out ? options->size : sizeof *out);
	if (!out->layout_path || !*out->layout_path)
		return it_err_set(err, INTOTO_E_USAGE, "options: no layout");
	if (!out->key_count || !out->keys)
		return it_err_set(err, INTOTO_E_USAGE, "options: no key to verify the layout with");
	for (size_t i = 0; i < out->key_count; i++)
		if (!out->keys[i])
			return it_err_set(err, INTOTO_E_USAGE, "options: key %zu is missing", i);
	if (out->at_given && (out->at < 0 || out->at > YEAR_9999_ENDS))
		return it_err_set(err, INTOTO_E_USAGE, "options: want a time from 1970 to 9999");
	if (out->parameter_count && !out->parameters)
		return it_err_set(err, INTOTO_E_USAGE, "options: no parameters");
	if ((out->intermediate_count && !out->intermediates) ||
	    (out->timestamp_root_count && !out->timestamp_roots))
		return it_err_set(err, INTOTO_E_USAGE, "options: no files of certificates");
	if (out->inspection_path_count && !out->inspection_paths)
		return it_err_set(err, INTOTO_E_USAGE, "options: no inspection paths");
	if (out->exception_path_count && !out->exception_paths)
		return it_err_set(err, INTOTO_E_USAGE, "options: no files of exceptions");
	return it_parameters_check(out->parameters, out->parameter_count, err);
}

/* What a verification needs besides its chain. */
struct task {
	struct intoto_report *report;
	struct it_trace *trace;
	struct it_trust trust;
	struct it_run run;
	struct it_chain chain;
};

static void task_init(struct task *task, struct intoto_report *report, struct it_trace *trace,
		      const struct intoto_verify_options *options, int64_t now)
{
	*task = (struct task){
		.report = report,
		.trace = trace,
		.run = { .text = IT_BUF(IT_JSON_BYTES_MAX) },
		.chain = { .options = options,
			   .report = report,
			   .trace = trace,
			   .layout_path = options->layout_path,
			   .link_dir = options->link_dir,
			   .prefix = "",
			   .now = now,
			   .label = IT_BUF(SIZE_MAX / 2) },
	};
	task->chain.run = &task->run;
	task->chain.trust = &task->trust;
}

static void task_done(struct task *task)
{
	it_chain_done(&task->chain);
	it_shelf_done(&task->run.shelf);
	it_buf_done(&task->run.text);
	it_trust_done(&task->trust);
}

static int read_layout(struct it_buf *text, const char *path, struct intoto_envelope **envelope,
		       struct intoto_error **err)
{
	int rc = it_file_read(text, path, err);

	return rc ? rc
		  : it_err_wrap(err, intoto_envelope_parse(envelope, text->data, text->len, err),
				"%s", path);
}

/* A layout that cannot be read decides nothing; *envelope stays NULL then. */
static int load_layout(struct task *task, struct intoto_envelope **envelope,
		       struct intoto_error **err)
{
	const char *path = task->chain.layout_path;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(IT_DIGEST_MAX * 2);
	int rc = read_layout(&task->run.text, path, envelope, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		it_report_undecided(task->report,
				    rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_IO ? "layout.file"
										 : "layout.format",
				    "", path, why);
		return INTOTO_OK;
	}
	it_sha256_hex(&sha256, it_buf_span(&task->run.text));
	it_report_add_input(task->report, path, it_buf_text(&sha256));
	return sha256.failed ? it_err_nomem(err) : INTOTO_OK;
}

/* *trusted: it is a layout, and signed as it must be. */
static int open_layout(struct task *task, bool *trusted, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	const struct intoto_verify_options *options = task->chain.options;
	int rc = load_layout(task, &envelope, err);

	*trusted = false;
	if (rc || !envelope)
		return rc;
	rc = it_chain_read(&task->chain, envelope, err);
	if (rc || !task->chain.layout)
		return rc;
	rc = it_stage_signatures(&task->chain, envelope, options->keys, options->key_count, trusted,
				 err);
	if (!rc && !*trusted)
		it_chain_skip(&task->chain, "layout.signature",
			      "the layout is not signed as it must be");
	return rc;
}

static int verify(struct task *task, struct intoto_link **summary, struct intoto_error **err)
{
	const char *name = task->chain.options->summary_name;
	bool trusted = false;
	int rc = it_trust_load(&task->trust, task->chain.options, err);

	if (!rc)
		rc = open_layout(task, &trusted, err);
	if (rc || !trusted)
		return rc;
	rc = it_chain_verify(&task->chain, err);
	if (!rc)
		rc = it_chain_inspect(&task->chain, err);
	it_stage_inspections_end(&task->chain);
	if (!rc && summary && !it_report_faults(task->report) && it_chain_is_complete(&task->chain))
		rc = it_stage_summary(&task->chain, name ? name : "", summary, err);
	return rc;
}

int it_verify(struct intoto_report **report, struct intoto_link **summary,
	      const struct intoto_verify_options *options, struct it_trace *trace,
	      struct intoto_error **err)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *filled = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct intoto_verify_options copy;
	struct task task;
	int64_t now;
	int rc = copy_options(&copy, options, err);

	*report = NULL;
	if (summary)
		*summary = NULL;
	if (!rc)
		rc = it_report_new(&filled, err);
	if (rc)
		return rc;
	now = copy.at_given ? copy.at : it_clock_now();
	it_report_about(filled, copy.layout_path, now);
	task_init(&task, filled, trace, &copy, now);
	rc = verify(&task, summary ? &link : NULL, err);
	task_done(&task);
	if (rc)
		return rc;
	it_report_close(filled);
	if (summary && intoto_report_verdict(filled) == INTOTO_PASSED) {
		*summary = link;
		link = NULL; /* now the caller's */
	}
	*report = filled;
	filled = NULL; /* now the caller's */
	return INTOTO_OK;
}

int intoto_verify(struct intoto_report **report, struct intoto_link **summary,
		  const struct intoto_verify_options *options, struct intoto_error **err)
{
	return it_verify(report, summary, options, NULL, err);
}
