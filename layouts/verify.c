/* SPDX-License-Identifier: Apache-2.0 */
/* intoto_verify: checks what the caller wants, starts the chain of the layout, closes the report.
 */
#include "layouts/verify.h"

#include <string.h>

#include "base/clock.h"
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
	return it_parameters_check(out->parameters, out->parameter_count, err);
}

/* A layout that cannot be read decides nothing; *envelope stays NULL then. */
static int load_layout(struct intoto_report *report, const char *path,
		       struct intoto_envelope **envelope, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = intoto_envelope_load(envelope, path, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_report_undecided(report,
				    rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_IO ? "layout.file"
										 : "layout.format",
				    "", path, why);
	return INTOTO_OK;
}

static int verify(struct intoto_report *report, const struct intoto_verify_options *options,
		  int64_t now, struct it_trace *trace, struct intoto_link **summary,
		  struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_trust_done) struct it_trust trust = { 0 };
	size_t sublayouts = 0;
	struct it_chain chain = {
		.options = options,
		.report = report,
		.trace = trace,
		.layout_path = options->layout_path,
		.link_dir = options->link_dir,
		.prefix = "",
		.sublayouts = &sublayouts,
		.now = now,
	};
	int rc = it_trust_load(&trust, options, err);

	if (!rc)
		rc = load_layout(report, options->layout_path, &envelope, err);
	if (rc || !envelope)
		return rc;
	return it_chain_verify(&chain, envelope, options->keys, options->key_count,
			       options->summary_name ? options->summary_name : "", summary, err);
}

int it_verify(struct intoto_report **report, struct intoto_link **summary,
	      const struct intoto_verify_options *options, struct it_trace *trace,
	      struct intoto_error **err)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *filled = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct intoto_verify_options copy;
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
	rc = verify(filled, &copy, now, trace, &link, err);
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
