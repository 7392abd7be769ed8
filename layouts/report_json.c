/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: one JSON object (intoto-verify(1) documents it). */
#include "base/clock.h"
#include "json/writer.h"
#include "layouts/report_format.h"

enum { REPORT_VERSION = 1 };

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

static void write_inputs(struct it_writer *writer, const struct intoto_report *report)
{
	it_write_name(writer, "inputs");
	it_write_list(writer);
	for (size_t i = 0; i < it_report_input_count(report); i++) {
		const struct it_report_input *input = it_report_input_at(report, i);

		it_write_object(writer);
		if (*input->sha256)
			write_member(writer, "sha256", input->sha256);
		write_member(writer, "uri", input->uri);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* --- the evidence of each step --- */

static void write_number(struct it_writer *writer, const char *name, size_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, (int64_t)number);
}

/* Those that were used. */
static void write_exceptions(struct it_writer *writer, const struct intoto_report *report)
{
	if (!it_report_exception_count(report))
		return;
	it_write_name(writer, "exceptions");
	it_write_list(writer);
	for (size_t i = 0; i < it_report_exception_count(report); i++) {
		const struct it_report_exception *used = it_report_exception_at(report, i);
		char expires[IT_TIME_SIZE];

		it_time_format(expires, used->expires);
		it_write_object(writer);
		write_member(writer, "expires", expires);
		write_member(writer, "file", used->uri);
		write_member(writer, "id", used->id);
		write_member(writer, "owner", used->owner);
		write_member(writer, "reason", used->reason);
		if (used->ticket)
			write_member(writer, "ticket", used->ticket);
		write_number(writer, "used", used->used);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_signers(struct it_writer *writer, const struct it_traced_item *item)
{
	it_write_name(writer, "signers");
	it_write_list(writer);
	for (size_t i = 0; i < item->signer_count; i++) {
		it_write_object(writer);
		write_member(writer, "file", item->signers[i].file);
		write_member(writer, "identity", item->signers[i].identity);
		write_member(writer, "name", item->signers[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_item(struct it_writer *writer, const struct it_traced_item *item)
{
	it_write_object(writer);
	write_member(writer, "command", item->command);
	it_write_name(writer, "evidence");
	it_write_bool(writer, item->has_link);
	write_member(writer, "file", item->file);
	write_member(writer, "item", item->label);
	write_member(writer, "kind", item->is_inspection ? "inspection" : "step");
	write_number(writer, "materials", item->sides[INTOTO_MATERIALS].count);
	write_number(writer, "people", it_traced_people(item));
	write_number(writer, "products", item->sides[INTOTO_PRODUCTS].count);
	write_signers(writer, item);
	it_write_name(writer, "threshold");
	it_write_int(writer, item->threshold);
	it_write_object_end(writer);
}

static void write_items(struct it_writer *writer, const struct it_trace *trace)
{
	it_write_name(writer, "items");
	it_write_list(writer);
	for (size_t i = 0; i < it_trace_count(trace); i++)
		write_item(writer, it_trace_at(trace, i));
	it_write_list_end(writer);
}

static void write_stories(struct it_writer *writer, const struct it_stories *stories)
{
	if (!stories || !stories->count)
		return;
	it_write_name(writer, "explained");
	it_write_list(writer);
	for (size_t i = 0; i < stories->count; i++)
		it_story_write(writer, &stories->items[i]);
	it_write_list_end(writer);
}

static int print_json(struct it_buf *out, const struct it_report_view *view,
		      struct intoto_error **err)
{
	const struct intoto_report *report = view->report;
	char time[IT_TIME_SIZE];
	struct it_writer writer;

	it_time_format(time, it_report_time(report));
	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "checks");
	it_write_list(&writer);
	for (size_t i = 0; i < intoto_report_count(report); i++)
		write_check(&writer, intoto_report_at(report, i));
	it_write_list_end(&writer);
	write_counts(&writer, report);
	write_exceptions(&writer, report);
	write_stories(&writer, view->stories);
	write_inputs(&writer, report);
	if (view->trace)
		write_items(&writer, view->trace);
	write_member(&writer, "layout", it_report_layout(report));
	write_member(&writer, "time", time);
	write_member(&writer, "verdict", it_verdict_name(intoto_report_verdict(report)));
	it_write_name(&writer, "version");
	it_write_int(&writer, REPORT_VERSION);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* sticks in out */
	return it_writer_finish(&writer, err);
}

const struct it_report_format it_report_format_json = { "json", print_json };
