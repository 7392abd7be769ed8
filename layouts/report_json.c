/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: one JSON object (intoto-verify(1) documents it). */
#include "base/clock.h"
#include "json/writer.h"
#include "layouts/report.h"

enum { REPORT_VERSION = 1, REPORT_MAX = 1024 * 1024 * 1024 };

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_check(struct it_writer *writer, const struct intoto_check *check)
{
	it_write_object(writer);
	write_member(writer, "code", check->code);
	write_member(writer, "item", check->item);
	write_member(writer, "outcome", intoto_outcome_name(check->outcome));
	write_member(writer, "subject", check->subject);
	write_member(writer, "text", check->text);
	it_write_object_end(writer);
}

static void write_counts(struct it_writer *writer, const struct intoto_report *report)
{
	static const enum intoto_outcome sorted[] = { INTOTO_CHECK_FAILED, INTOTO_CHECK_PASSED,
						      INTOTO_CHECK_SKIPPED, INTOTO_CHECK_UNDECIDED,
						      INTOTO_CHECK_WARNING };

	it_write_name(writer, "counts");
	it_write_object(writer);
	for (size_t i = 0; i < IT_COUNT_OF(sorted); i++) {
		it_write_name(writer, intoto_outcome_name(sorted[i]));
		it_write_int(writer, (int64_t)it_report_tally(report, sorted[i]));
	}
	it_write_object_end(writer);
}

int intoto_report_json(const struct intoto_report *report, char **out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	char time[IT_TIME_SIZE];
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_time_format(time, it_report_time(report));
	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "checks");
	it_write_list(&writer);
	for (size_t i = 0; i < intoto_report_count(report); i++)
		write_check(&writer, intoto_report_at(report, i));
	it_write_list_end(&writer);
	write_counts(&writer, report);
	write_member(&writer, "layout", it_report_layout(report));
	write_member(&writer, "time", time);
	write_member(&writer, "verdict", it_verdict_name(intoto_report_verdict(report)));
	it_write_name(&writer, "version");
	it_write_int(&writer, REPORT_VERSION);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	if (rc)
		return rc;
	(void)it_buf_add_byte(&text, '\n'); /* looked at with the rest */
	rc = it_buf_check(&text, "report", err);
	if (rc)
		return rc;
	*out = it_buf_take(&text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}
