/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of gates as checks: the verdict first, then what it rests on. */
#include "layouts/gates/verdict_report.h"

#include "base/clock.h"
#include "base/text.h"

enum {
	CODE_MAX = 64,
	SENTENCE_MAX = 1 << 20,
	/* Of one gate; what blocks is always told. */
	FINE_TOLD = 100,
	REMARKS_TOLD = 500,
};

/* One verdict on its way. */
struct telling {
	struct intoto_report *report;
	const char *label;
	const struct it_gate *gate;
	const struct it_gate_verdict *verdict;
	struct it_buf code;
};

static void tell(const struct telling *telling, enum intoto_outcome outcome, const char *subject,
		 const char *text)
{
	it_report_add(telling->report, outcome, it_buf_text(&telling->code), telling->label,
		      subject, "%s", text);
}

/* A gate that only warns decides nothing. */
static enum intoto_outcome soften(const struct telling *telling, enum intoto_outcome outcome)
{
	bool bad = outcome == INTOTO_CHECK_FAILED || outcome == INTOTO_CHECK_UNDECIDED;

	return bad && telling->gate->terms.warn ? INTOTO_CHECK_WARNING : outcome;
}

static enum intoto_outcome outcome_of(const struct it_gate_verdict *verdict)
{
	bool open = false;

	if (verdict->passed)
		return INTOTO_CHECK_PASSED;
	for (size_t i = 0; i < verdict->count; i++) {
		if (verdict->decisions[i].kind == IT_DECISION_BLOCKED)
			return INTOTO_CHECK_FAILED;
		open |= verdict->decisions[i].kind == IT_DECISION_UNDECIDED;
	}
	return open ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED;
}

/* A remark explains a refusal; on a pass it is for who asks. */
static enum intoto_outcome outcome_of_decision(const struct telling *telling,
					       enum it_decision_kind kind)
{
	switch (kind) {
	case IT_DECISION_ALLOWED:
	case IT_DECISION_FINE:
		return INTOTO_CHECK_PASSED;
	case IT_DECISION_REMARK:
		return telling->verdict->passed ? INTOTO_CHECK_SKIPPED : INTOTO_CHECK_WARNING;
	case IT_DECISION_UNDECIDED:
		return soften(telling, INTOTO_CHECK_UNDECIDED);
	case IT_DECISION_BLOCKED:
		break;
	}
	return soften(telling, INTOTO_CHECK_FAILED);
}

static void tell_decision(const struct telling *telling, const struct it_decision *decision)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (decision->kind == IT_DECISION_ALLOWED)
		(void)it_buf_add_text(&text, "allowed: "); /* sticks; still a text */
	(void)it_buf_add_text(&text, decision->text);
	if (decision->by)
		(void)it_buf_printf(&text, ": %s", decision->by);
	tell(telling, outcome_of_decision(telling, decision->kind), decision->subject,
	     it_buf_text(&text));
}

/* How many of a kind are told one by one. */
static size_t most_told(enum it_decision_kind kind)
{
	return kind == IT_DECISION_FINE	    ? FINE_TOLD
	       : kind == IT_DECISION_REMARK ? REMARKS_TOLD
					    : SIZE_MAX;
}

static void tell_rest(const struct telling *telling, size_t count, size_t most, const char *what)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CODE_MAX * 2);

	if (count <= most)
		return;
	(void)it_buf_printf(&text, "%zu more %s", count - most, what); /* short */
	tell(telling, INTOTO_CHECK_SKIPPED, "", it_buf_text(&text));
}

static void tell_decisions(const struct telling *telling)
{
	const struct it_gate_verdict *verdict = telling->verdict;
	size_t told[IT_DECISION_UNDECIDED + 1] = { 0 };

	for (size_t i = 0; i < verdict->count; i++) {
		enum it_decision_kind kind = verdict->decisions[i].kind;

		if (told[kind]++ < most_told(kind))
			tell_decision(telling, &verdict->decisions[i]);
	}
	tell_rest(telling, told[IT_DECISION_FINE], FINE_TOLD, "are fine");
	tell_rest(telling, told[IT_DECISION_REMARK], REMARKS_TOLD, "remarks");
}

void it_gate_report(struct intoto_report *report, const char *label, const struct it_gate *gate,
		    const struct it_gate_verdict *verdict, const struct intoto_error *failed)
{
	struct telling telling = { report, label, gate, verdict, IT_BUF(CODE_MAX) };

	(void)it_buf_printf(&telling.code, "gate.%s", gate->kind->name); /* short */
	if (failed && gate->terms.warn)
		tell(&telling, INTOTO_CHECK_WARNING, "", intoto_error_text(failed));
	else if (failed)
		it_report_undecided(report, it_buf_text(&telling.code), label, "", failed);
	else
		tell(&telling, soften(&telling, outcome_of(verdict)), "",
		     verdict->summary ? verdict->summary : "nothing was decided");
	tell_decisions(&telling);
	it_buf_done(&telling.code);
}

/* --- exceptions --- */

static void report_used(struct intoto_report *report, const char *label,
			const struct it_exception_item *item)
{
	const struct it_exception *exception = &item->exception;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	char expires[IT_TIME_SIZE];

	it_time_format(expires, exception->expires);
	(void)it_buf_printf(&text, "was used %zu time%s, until %s, by ", *item->used, /* sticks */
			    *item->used == 1 ? "" : "s", expires);
	it_text_quote(&text, it_span_text(exception->owner));
	if (exception->ticket) {
		(void)it_buf_add_text(&text, " (");
		it_text_quote(&text, it_span_text(exception->ticket));
		(void)it_buf_add_text(&text, ")");
	}
	(void)it_buf_add_text(&text, ", for ");
	it_exception_scope(&text, exception);
	(void)it_buf_add_text(&text, ": ");
	it_text_quote(&text, it_span_text(exception->reason));
	it_report_add(report, INTOTO_CHECK_PASSED, "gate.exception", label, exception->id, "%s",
		      it_buf_text(&text));
}

static void remember(struct intoto_report *report, const struct it_exception_item *item)
{
	struct it_report_exception used = { .id = item->exception.id,
					    .owner = item->exception.owner,
					    .reason = item->exception.reason,
					    .ticket = item->exception.ticket,
					    .expires = item->exception.expires,
					    .uri = item->uri,
					    .sha256 = item->sha256,
					    .used = *item->used };

	it_report_add_input(report, item->uri, item->sha256);
	it_report_add_exception(report, &used);
}

void it_exceptions_report(struct intoto_report *report, const char *label,
			  const struct it_exceptions *exceptions)
{
	for (size_t i = 0; i < exceptions->count; i++) {
		const struct it_exception_item *item = &exceptions->items[i];

		if (*item->used) {
			report_used(report, label, item);
			remember(report, item);
		} else if (item->why_not) {
			it_report_add(report, INTOTO_CHECK_WARNING, "gate.exception", label,
				      item->name, "%s", item->why_not);
		} else {
			it_report_add(report, INTOTO_CHECK_SKIPPED, "gate.exception", label,
				      item->name, "was not needed");
		}
	}
}
