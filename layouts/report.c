/* SPDX-License-Identifier: Apache-2.0 */
/* The report: a growing list of checks, and the only place where a verdict is made. */
#include "layouts/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_LIMIT = 64 * 1024 * 1024, SHA256_DIGITS = 64 };

struct intoto_report {
	struct intoto_check *checks;
	size_t count;
	size_t cap;
	size_t tally[IT_OUTCOME_COUNT];
	char *layout;
	int64_t time;
	bool closed;
	enum intoto_code cause;	 /* of the first undecided check */
	enum intoto_code broken; /* the report itself: NOMEM or INTERNAL */
	struct it_report_input *inputs;
	size_t input_count;
	size_t input_cap;
	struct it_report_exception *exceptions;
	size_t exception_count;
};

int it_report_new(struct intoto_report **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

/* What readers see as lent is ours. */
static void free_text(const char *owned)
{
	union {
		const char *lent;
		char *own;
	} text = { owned };

	free(text.own);
}

static void free_texts(const struct intoto_check *check)
{
	free_text(check->item);
	free_text(check->subject);
	free_text(check->text);
}

static void free_input(const struct it_report_input *input)
{
	free_text(input->uri);
	free_text(input->sha256);
}

static void free_exception(const struct it_report_exception *exception)
{
	free_text(exception->id);
	free_text(exception->owner);
	free_text(exception->reason);
	free_text(exception->ticket);
	free_text(exception->uri);
	free_text(exception->sha256);
}

void intoto_report_free(struct intoto_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->count; i++)
		free_texts(&report->checks[i]);
	for (size_t i = 0; i < report->input_count; i++)
		free_input(&report->inputs[i]);
	for (size_t i = 0; i < report->exception_count; i++)
		free_exception(&report->exceptions[i]);
	free(report->exceptions);
	free(report->inputs);
	free(report->checks);
	free(report->layout);
	free(report);
}

static void mark_broken(struct intoto_report *report, enum intoto_code code)
{
	if (!report->broken)
		report->broken = code;
}

/* A copy in valid UTF-8; NULL only when memory ran out. */
static char *clean_copy(const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(TEXT_LIMIT);

	(void)it_utf8_replace(&out, it_span_text(text)); /* whether any byte was does not matter */
	return out.failed ? NULL : it_buf_take(&out);
}

void it_report_about(struct intoto_report *report, const char *layout, int64_t now)
{
	free(report->layout);
	report->layout = clean_copy(layout);
	report->time = now;
	if (!report->layout)
		mark_broken(report, INTOTO_E_NOMEM);
}

/* The code of the table itself: it outlives every report. */
static const char *find_code(const char *code)
{
	for (size_t i = 0; i < it_report_code_count; i++)
		if (it_streq(it_report_codes[i].code, code))
			return it_report_codes[i].code;
	return NULL;
}

static bool make_room(struct intoto_report *report)
{
	size_t cap = report->cap ? report->cap * 2 : 64;
	struct intoto_check *checks;

	if (report->count < report->cap)
		return true;
	checks = reallocarray(report->checks, cap, sizeof *checks);
	if (!checks)
		return false;
	report->checks = checks;
	report->cap = cap;
	return true;
}

static void append(struct intoto_report *report, enum intoto_outcome outcome, const char *code,
		   const char *item, const char *subject, const char *text)
{
	struct intoto_check check = { outcome, find_code(code), clean_copy(item),
				      clean_copy(subject), clean_copy(text) };

	report->tally[outcome]++;
	if (!check.code)
		mark_broken(report, INTOTO_E_INTERNAL);
	if (check.code && check.item && check.subject && check.text && make_room(report)) {
		report->checks[report->count++] = check;
		return;
	}
	mark_broken(report, INTOTO_E_NOMEM);
	free_texts(&check);
}

void it_report_add(struct intoto_report *report, enum intoto_outcome outcome, const char *code,
		   const char *item, const char *subject, const char *format, ...)
{
	IT_AUTO(it_freep) char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		mark_broken(report, INTOTO_E_NOMEM);
	append(report, outcome, code, item, subject, text ? text : "");
	if (outcome == INTOTO_CHECK_UNDECIDED && !report->cause)
		report->cause = INTOTO_E_HELPER;
}

void it_report_undecided(struct intoto_report *report, const char *code, const char *item,
			 const char *subject, const struct intoto_error *why)
{
	if (!report->cause)
		report->cause = intoto_error_code(why);
	append(report, INTOTO_CHECK_UNDECIDED, code, item, subject, intoto_error_text(why));
}

void it_report_condemn(struct intoto_report *report, size_t first, const char *code,
		       const char *item)
{
	for (size_t i = first; i < report->count; i++) {
		struct intoto_check *check = &report->checks[i];

		if (check->outcome != INTOTO_CHECK_WARNING || !it_streq(check->code, code) ||
		    !it_streq(check->item, item))
			continue;
		check->outcome = INTOTO_CHECK_FAILED;
		report->tally[INTOTO_CHECK_WARNING]--;
		report->tally[INTOTO_CHECK_FAILED]++;
	}
}

/* --- what the verdict rests on --- */

static bool make_input_room(struct intoto_report *report)
{
	size_t cap = report->input_cap ? report->input_cap * 2 : 64;
	struct it_report_input *inputs;

	if (report->input_count < report->input_cap)
		return true;
	inputs = reallocarray(report->inputs, cap, sizeof *inputs);
	if (!inputs)
		return false;
	report->inputs = inputs;
	report->input_cap = cap;
	return true;
}

void it_report_add_input(struct intoto_report *report, const char *uri, const char *sha256)
{
	struct it_report_input input;

	if (sha256 && (strlen(sha256) != SHA256_DIGITS || !it_hex_valid(it_span_text(sha256)))) {
		mark_broken(report, INTOTO_E_INTERNAL);
		return;
	}
	input = (struct it_report_input){ clean_copy(uri), clean_copy(sha256 ? sha256 : "") };
	if (input.uri && input.sha256 && make_input_room(report)) {
		report->inputs[report->input_count++] = input;
		return;
	}
	mark_broken(report, INTOTO_E_NOMEM);
	free_input(&input);
}

static int compare_inputs(const void *a, const void *b)
{
	const struct it_report_input *x = a;
	const struct it_report_input *y = b;
	int order = it_span_cmp(it_span_text(x->uri), it_span_text(y->uri));

	return order ? order : it_span_cmp(it_span_text(x->sha256), it_span_text(y->sha256));
}

static void settle_inputs(struct intoto_report *report)
{
	size_t kept = 0;

	if (!report->input_count)
		return;
	qsort(report->inputs, report->input_count, sizeof *report->inputs, compare_inputs);
	for (size_t i = 1; i < report->input_count; i++) {
		if (compare_inputs(&report->inputs[kept], &report->inputs[i]) == 0)
			free_input(&report->inputs[i]);
		else
			report->inputs[++kept] = report->inputs[i];
	}
	report->input_count = kept + 1;
}

size_t it_report_input_count(const struct intoto_report *report)
{
	return report->input_count;
}

const struct it_report_input *it_report_input_at(const struct intoto_report *report, size_t index)
{
	return index < report->input_count ? &report->inputs[index] : NULL;
}

/* --- exceptions --- */

void it_report_add_exception(struct intoto_report *report,
			     const struct it_report_exception *exception)
{
	struct it_report_exception copy = { .id = clean_copy(exception->id),
					    .owner = clean_copy(exception->owner),
					    .reason = clean_copy(exception->reason),
					    .ticket = exception->ticket
							      ? clean_copy(exception->ticket)
							      : NULL,
					    .expires = exception->expires,
					    .uri = clean_copy(exception->uri),
					    .sha256 = clean_copy(exception->sha256),
					    .used = exception->used };
	bool whole = copy.id && copy.owner && copy.reason && copy.uri && copy.sha256 &&
		     (copy.ticket || !exception->ticket);
	struct it_report_exception *list = reallocarray(
		report->exceptions, report->exception_count + 1, sizeof *report->exceptions);

	if (list)
		report->exceptions = list;
	if (list && whole) {
		list[report->exception_count++] = copy;
		return;
	}
	mark_broken(report, INTOTO_E_NOMEM);
	free_exception(&copy);
}

size_t it_report_exception_count(const struct intoto_report *report)
{
	return report->exception_count;
}

const struct it_report_exception *it_report_exception_at(const struct intoto_report *report,
							 size_t index)
{
	return index < report->exception_count ? &report->exceptions[index] : NULL;
}

/* --- the verdict --- */

size_t it_report_faults(const struct intoto_report *report)
{
	return report->tally[INTOTO_CHECK_FAILED] + report->tally[INTOTO_CHECK_UNDECIDED] +
	       (report->broken ? 1 : 0);
}

enum intoto_code it_report_cause(const struct intoto_report *report)
{
	return report->broken ? report->broken : report->cause;
}

void it_report_close(struct intoto_report *report)
{
	settle_inputs(report);
	report->closed = true;
}

enum intoto_verdict intoto_report_verdict(const struct intoto_report *report)
{
	if (report->tally[INTOTO_CHECK_FAILED])
		return INTOTO_REFUSED;
	if (report->broken || report->tally[INTOTO_CHECK_UNDECIDED])
		return INTOTO_UNDECIDED;
	if (report->closed && report->tally[INTOTO_CHECK_PASSED])
		return INTOTO_PASSED;
	return INTOTO_REFUSED;
}

size_t intoto_report_count(const struct intoto_report *report)
{
	return report->count;
}

const struct intoto_check *intoto_report_at(const struct intoto_report *report, size_t index)
{
	return index < report->count ? &report->checks[index] : NULL;
}

size_t it_report_tally(const struct intoto_report *report, enum intoto_outcome outcome)
{
	return report->tally[outcome];
}

const char *it_report_layout(const struct intoto_report *report)
{
	return report->layout ? report->layout : "";
}

int64_t it_report_time(const struct intoto_report *report)
{
	return report->time;
}

const char *intoto_outcome_name(enum intoto_outcome outcome)
{
	static const char *const names[IT_OUTCOME_COUNT] = { "failed", "passed", "warning",
							     "undecided", "skipped" };

	return (unsigned)outcome < IT_OUTCOME_COUNT ? names[outcome] : "failed";
}

const char *it_verdict_name(enum intoto_verdict verdict)
{
	static const char *const names[] = { "refused", "passed", "undecided" };

	return (unsigned)verdict < IT_COUNT_OF(names) ? names[verdict] : "refused";
}
