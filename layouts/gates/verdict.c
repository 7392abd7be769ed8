/* SPDX-License-Identifier: Apache-2.0 */
/* What gates decide, and the one place where that becomes a verdict. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/gates/gate.h"

enum { DECISIONS_MAX = 1024 * 1024, PASSED_OVER_TOLD = 20 };

static void decision_done(struct it_decision *decision)
{
	free(decision->subject);
	free(decision->text);
	free(decision->by);
	free(decision->exception);
}

void it_gate_verdict_done(struct it_gate_verdict *verdict)
{
	for (size_t i = 0; i < verdict->count; i++)
		decision_done(&verdict->decisions[i]);
	free(verdict->decisions);
	free(verdict->summary);
	*verdict = (struct it_gate_verdict){ 0 };
}

static int make_room(struct it_gate_verdict *verdict, struct intoto_error **err)
{
	size_t cap = verdict->cap ? verdict->cap * 2 : 16;
	struct it_decision *decisions;

	if (verdict->count == DECISIONS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d decisions of one gate",
				  DECISIONS_MAX);
	if (verdict->count < verdict->cap)
		return INTOTO_OK;
	decisions = reallocarray(verdict->decisions, cap, sizeof *decisions);
	if (!decisions)
		return it_err_nomem(err);
	verdict->decisions = decisions;
	verdict->cap = cap;
	return INTOTO_OK;
}

/* False without memory. */
static bool copy(char **out, const char *text)
{
	*out = text ? strdup(text) : NULL;
	return *out || !text;
}

/* A decision that cannot be kept is no decision: a verdict from before counts no more. */
static int keep(struct it_gate_verdict *verdict, struct it_decision *decision,
		struct intoto_error **err)
{
	int rc = make_room(verdict, err);

	verdict->passed = false;
	if (rc) {
		decision_done(decision);
		return rc;
	}
	verdict->decisions[verdict->count++] = *decision;
	return INTOTO_OK;
}

int it_gate_decide(struct it_gate_verdict *verdict, enum it_decision_kind kind, const char *subject,
		   const char *by, const char *exception, struct intoto_error **err,
		   const char *format, ...)
{
	struct it_decision decision = { .kind = kind };
	bool copied;
	va_list args;

	va_start(args, format);
	if (vasprintf(&decision.text, format, args) < 0)
		decision.text = NULL;
	va_end(args);
	copied = copy(&decision.subject, subject ? subject : "");
	copied = copy(&decision.by, by) && copied;
	copied = copy(&decision.exception, exception) && copied;
	if (copied && decision.text)
		return keep(verdict, &decision, err);
	decision_done(&decision);
	verdict->passed = false;
	return it_err_nomem(err);
}

int it_gate_conclude(struct it_gate_verdict *verdict, struct intoto_error **err, const char *format,
		     ...)
{
	bool good = false;
	bool bad = false;
	char *summary = NULL;
	va_list args;

	verdict->passed = false;
	va_start(args, format);
	if (vasprintf(&summary, format, args) < 0)
		summary = NULL;
	va_end(args);
	if (!summary)
		return it_err_nomem(err);
	free(verdict->summary);
	verdict->summary = summary;
	for (size_t i = 0; i < verdict->count; i++) {
		enum it_decision_kind kind = verdict->decisions[i].kind;

		good |= kind == IT_DECISION_FINE || kind == IT_DECISION_ALLOWED;
		bad |= kind != IT_DECISION_FINE && kind != IT_DECISION_ALLOWED &&
		       kind != IT_DECISION_REMARK;
	}
	verdict->passed = good && !bad;
	return INTOTO_OK;
}

int it_gate_block_for_nothing(struct it_gate_verdict *verdict, const struct it_gate_kind *kind,
			      const struct it_gate_input *input, const char *wanted,
			      struct intoto_error **err)
{
	size_t told = 0;
	int rc = it_gate_decide(verdict, IT_DECISION_BLOCKED, "evidence", NULL, NULL, err,
				"there is no %s for this step", wanted);

	for (size_t i = 0; !rc && i < input->unfit_count && told < PASSED_OVER_TOLD; i++) {
		const struct it_gate_evidence *unfit = &input->unfit[i];

		if (!it_gate_reads(kind, unfit->attestation->type) &&
		    !it_streq(unfit->attestation->type, IT_ATTESTOR_FAILURE_TYPE))
			continue;
		told++;
		rc = it_gate_decide(verdict, IT_DECISION_REMARK, unfit->name, NULL, NULL, err,
				    "was not used: it %s", input->unfit_why[i]);
	}
	return rc;
}
