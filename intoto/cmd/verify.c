/* SPDX-License-Identifier: Apache-2.0 */
/* intoto verify: checks a chain against its layout and says what it found. */
#include "cmd/verify.h"

#include "base/text.h"
#include "cmd/output.h"
#include "layouts/report.h"
#include "layouts/verify.h"
#include "model/link.h"

static void result_done(struct it_verify_result *result)
{
	intoto_report_free(result->report);
	intoto_link_free(result->summary);
	it_verify_explain_done(&result->stories);
	it_trace_free(result->trace);
	it_signer_free(result->signer);
}

int it_verify_status(const struct intoto_report *report)
{
	enum intoto_verdict verdict = intoto_report_verdict(report);
	int status;

	if (verdict != INTOTO_UNDECIDED)
		return verdict == INTOTO_PASSED ? IT_EXIT_YES : IT_EXIT_NO;
	status = it_exit_of(it_report_cause(report));
	return status == IT_EXIT_YES || status == IT_EXIT_NO ? IT_EXIT_UNAVAILABLE : status;
}

/* What was decided stays decided when an output fails; but no pass is a pass without its outputs.
 */
static int status_without_output(const struct intoto_report *report)
{
	int status = it_verify_status(report);

	return status == IT_EXIT_YES ? IT_EXIT_FROM_ERROR : status;
}

/* Only documents that others read tell the digests of what was read. */
static bool wants_digests(const struct it_verify_words *words)
{
	return words->vsa || words->svr || words->reports.count || it_streq(words->format, "json");
}

int it_verify_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_verify_words *words = parsed;
	IT_AUTO(it_verify_request_done) struct it_verify_request request = { 0 };
	IT_AUTO(result_done) struct it_verify_result result = { 0 };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_verify_output_check(words, err);
	if (!rc)
		rc = it_verify_request_read(&request, &words->chain, &words->registry, err);
	request.verify.summary_name = words->summary_name;
	request.verify.without_input_digests = !wants_digests(words);
	if (!rc)
		rc = it_verify_sign_open(words, &result.signer, err);
	if (!rc)
		rc = words->explain.count ? it_trace_new(&result.trace, err)
					  : it_trace_new_brief(&result.trace, err);
	if (!rc)
		rc = it_verify(&result.report, &result.summary, &request.verify, result.trace, err);
	if (!rc)
		rc = it_verify_explain(&result, &words->explain, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	rc = it_verify_output(words, &result, err);
	return rc ? status_without_output(result.report) : it_verify_status(result.report);
}
