/* SPDX-License-Identifier: Apache-2.0 */
/* One gate, some predicates as its evidence, and what it decides. */
#ifndef INTOTO_TESTS_GATE_CASES_H
#define INTOTO_TESTS_GATE_CASES_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "layouts/gates/exceptions.h"
#include "layouts/gates/gate.h"

enum { CASES_MAX = 4 };

/* Predicates of one type as evidence; the caller frees the documents. */
struct gate_case {
	struct it_json *documents[CASES_MAX];
	struct it_attestation attestations[CASES_MAX];
	struct it_gate_evidence evidence[CASES_MAX];
	struct it_people nobody;
	struct it_exceptions none;
	struct it_gate_input input;
};

static inline struct it_json *case_parse(const char *text)
{
	struct it_json *value = NULL;
	struct intoto_error *err = NULL;

	if (it_json_parse(&value, it_span_text(text), &it_json_signed_limits, &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	return value;
}

static inline void case_make(struct gate_case *out, const char *const *predicates)
{
	static const char *const names[] = { "a.json", "b.json", "c.json", "d.json" };

	*out = (struct gate_case){ .input = { .step = "build", .now = 1770000000 } };
	for (size_t i = 0; predicates[i]; i++) {
		out->documents[i] = case_parse(predicates[i]);
		out->attestations[i] = (struct it_attestation){
			.type = strstr(predicates[i], "bomFormat")
					? "https://cyclonedx.org/bom"
					: "https://spdx.dev/Document/v2.3",
			.predicate = out->documents[i],
		};
		out->evidence[i] = (struct it_gate_evidence){ &out->attestations[i], &out->nobody,
							      names[i], IT_ABOUT_PRODUCT };
		out->input.count++;
	}
	out->input.evidence = out->evidence;
	out->input.exceptions = &out->none;
}

static inline void case_done(struct gate_case *it)
{
	for (size_t i = 0; i < CASES_MAX; i++)
		it_json_free(it->documents[i]);
}

/* Whether a decision of that kind says both. */
static inline bool case_decided(const struct it_gate_verdict *verdict, enum it_decision_kind kind,
				const char *subject, const char *text)
{
	for (size_t i = 0; i < verdict->count; i++)
		if (verdict->decisions[i].kind == kind &&
		    strstr(verdict->decisions[i].subject, subject) &&
		    strstr(verdict->decisions[i].text, text))
			return true;
	return false;
}

static inline void case_judge(struct it_gate_verdict *out, const char *gate,
			      const struct gate_case *it)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };
	IT_AUTO(it_json_freep) struct it_json *object = case_parse(gate);
	struct intoto_error *err = NULL;

	if (it_gates_add(&gates, object, NULL, &err))
		fail_msg("%s: %s", gate, intoto_error_text(err));
	it_json_free(object); /* a gate keeps what it needs */
	object = NULL;
	if (gates.items[0].kind->judge(out, gates.items[0].demand, &it->input, &err))
		fail_msg("%s", intoto_error_text(err));
}

/* The gate comes to passed, and says so: a decision of that kind about subject with that text. */
static inline void case_comes_to(const char *gate, const struct gate_case *it, bool passed,
				 enum it_decision_kind kind, const char *subject, const char *text)
{
	IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };

	case_judge(&verdict, gate, it);
	if (verdict.passed == passed && case_decided(&verdict, kind, subject, text))
		return;
	for (size_t i = 0; i < verdict.count; i++)
		print_message("%d %s: %s\n", verdict.decisions[i].kind,
			      verdict.decisions[i].subject, verdict.decisions[i].text);
	fail_msg("%s: passed %d (%s); wanted %d, %d %s: %s", gate, verdict.passed, verdict.summary,
		 passed, kind, subject, text);
}

static inline void case_refuses(const char *gate, const char *why)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };
	IT_AUTO(it_json_freep) struct it_json *object = case_parse(gate);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_where where = { NULL, "gate", 0 };

	assert_int_equal(it_gates_add(&gates, object, &where, &err), INTOTO_E_FORMAT);
	if (!strstr(intoto_error_text(err), why))
		fail_msg("%s: found '%s', wanted '%s'", gate, intoto_error_text(err), why);
}

#endif
