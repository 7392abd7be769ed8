/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "require": attestations of certain kinds must exist.
 *
 *   { "gate": "require", "predicates": [WORD…], "least": 1, "most": N, "attestors": [NAME…] }
 *
 * "predicates" are type URIs or words for them (sbom, vulns, test-result …); "least" is 1 when
 * neither is given; "most": 0 with no "least" forbids them; "attestors" are names that our host
 * wrote into the statement.  Who must have signed, how fresh they must be and what they must be
 * about are terms that every gate has.
 */
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/exception.h"
#include "layouts/gates/gate.h"

enum { COUNT_MAX = 1000 * 1000, TEXT_LIMIT = 64 * 1024 };

struct demand {
	struct it_strings predicates;
	struct it_strings attestors;
	int64_t least; /* -1: not said */
	int64_t most;  /* -1: any number */
};

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->predicates);
	it_strings_done(&own->attestors);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

static int read_predicates(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct demand *own = target;

	return it_gate_read_predicates(&own->predicates, value, where, err);
}

static int read_attestors(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct demand *own = target;

	return it_gate_read_words(&own->attestors, value, where, err);
}

static int read_least(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct demand *own = target;

	return it_gate_read_count(&own->least, value, 0, COUNT_MAX, where, err);
}

static int read_most(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct demand *own = target;

	return it_gate_read_count(&own->most, value, 0, COUNT_MAX, where, err);
}

static const struct it_field fields[] = {
	{ "attestors", IT_FIELD_CUSTOM, false, 0, read_attestors },
	{ "least", IT_FIELD_CUSTOM, false, 0, read_least },
	{ "most", IT_FIELD_CUSTOM, false, 0, read_most },
	{ "predicates", IT_FIELD_CUSTOM, true, 0, read_predicates },
};

static int check(struct demand *own, const struct it_where *where, struct intoto_error **err)
{
	if (own->least < 0)
		own->least = own->most == 0 ? 0 : 1;
	if (own->least == 0 && own->most < 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a \"least\" of 0 without \"most\" demands nothing");
	if (own->most >= 0 && own->least > own->most)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "\"least\" %lld is over \"most\" %lld, which nothing can "
				       "meet",
				       (long long)own->least, (long long)own->most);
	return INTOTO_OK;
}

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	own->least = -1;
	own->most = -1;
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc)
		rc = check(own, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void list(struct it_buf *out, const struct it_strings *words, const char *last)
{
	for (size_t i = 0; i < words->count; i++) {
		if (i)
			(void)it_buf_add_text(out,
					      i + 1 == words->count ? last : ", "); /* sticks */
		(void)it_buf_add_text(out, words->items[i]);
	}
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	int rc;

	if (own->least)
		(void)it_buf_printf(&text, "at least %lld of ", (long long)own->least); /* sticks */
	else
		(void)it_buf_printf(&text, "at most %lld of ", (long long)own->most);
	list(&text, &own->predicates, " or ");
	rc = it_buf_check(&text, "a clause", err);
	if (!rc)
		rc = it_strings_add(out, it_buf_text(&text), err);
	it_buf_reset(&text);
	if (!rc && own->least && own->most >= 0) {
		(void)it_buf_printf(&text, "at most %lld of them", (long long)own->most);
		rc = it_strings_add(out, it_buf_text(&text), err);
	}
	it_buf_reset(&text);
	if (rc || !own->attestors.count)
		return rc;
	(void)it_buf_add_text(&text, "made by the attestor ");
	list(&text, &own->attestors, " or ");
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static bool reads(const void *demand, const char *predicate_type)
{
	const struct demand *own = demand;

	for (size_t i = 0; i < own->predicates.count; i++)
		if (it_predicate_is(predicate_type, own->predicates.items[i]))
			return true;
	return false;
}

static bool is_wanted(const struct demand *own, const struct it_attestation *attestation)
{
	return reads(own, attestation->type);
}

static bool is_maker(const struct demand *own, const struct it_attestation *attestation)
{
	return !own->attestors.count ||
	       it_strings_has(&own->attestors, attestation->making.attestor);
}

/* Two copies of one document are one: the same statement must not count twice. */
static bool is_copy(const struct it_gate_input *input, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_json_equal(input->evidence[i].attestation->body,
				  input->evidence[index].attestation->body))
			return true;
	return false;
}

static int count_one(struct it_gate_verdict *out, const struct demand *own,
		     const struct it_gate_input *input, size_t index, int64_t *found,
		     struct intoto_error **err)
{
	const struct it_gate_evidence *evidence = &input->evidence[index];
	const struct it_attestation *attestation = evidence->attestation;

	if (!is_wanted(own, attestation))
		return INTOTO_OK;
	if (!is_maker(own, attestation))
		return it_gate_decide(out, IT_DECISION_REMARK, evidence->name, NULL, NULL, err,
				      "was not counted: %s%s",
				      *attestation->making.attestor
					      ? "it was made by the attestor "
					      : "it does not say by which attestor it was made",
				      attestation->making.attestor);
	if (is_copy(input, index))
		return it_gate_decide(out, IT_DECISION_REMARK, evidence->name, NULL, NULL, err,
				      "was not counted: it says the same as another one");
	++*found;
	if (own->most == 0)
		return it_gate_decide(out, IT_DECISION_BLOCKED, evidence->name, NULL, NULL, err,
				      "is a %s, which must not be there", attestation->type);
	return it_gate_decide(out, IT_DECISION_FINE, evidence->name, NULL, NULL, err, "is a %s",
			      attestation->type);
}

static int tell_unfit(struct it_gate_verdict *out, const struct demand *own,
		      const struct it_gate_input *input, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < input->unfit_count; i++)
		if (is_wanted(own, input->unfit[i].attestation) ||
		    it_streq(input->unfit[i].attestation->type, IT_ATTESTOR_FAILURE_TYPE))
			rc = it_gate_decide(out, IT_DECISION_REMARK, input->unfit[i].name, NULL,
					    NULL, err, "was not counted: it %s",
					    input->unfit_why[i]);
	return rc;
}

/* Whether somebody excused that they are missing; says so, or why not. */
static int ask_exceptions(struct it_gate_verdict *out, const struct demand *own, const char *words,
			  const struct it_gate_input *input, bool *excused,
			  struct intoto_error **err)
{
	struct it_exception_query query = { .gate = "require",
					    .step = input->step,
					    .ids = &own->predicates };
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_strings_done) struct it_strings why_not = { 0 };
	const char *id = NULL;
	int rc = it_exceptions_find(input->exceptions, &query, &id, &by, &why_not, err);

	for (size_t i = 0; !rc && i < why_not.count; i++)
		rc = it_gate_decide(out, IT_DECISION_REMARK, words, NULL, NULL, err, "%s",
				    why_not.items[i]);
	*excused = !rc && id;
	if (rc || !id)
		return rc;
	return it_gate_decide(out, IT_DECISION_ALLOWED, words, it_buf_text(&by), id, err,
			      "they are missing");
}

static int judge_count(struct it_gate_verdict *out, const struct demand *own, const char *words,
		       const struct it_gate_input *input, int64_t found, struct intoto_error **err)
{
	bool excused = false;
	int rc = INTOTO_OK;

	if (found < own->least)
		rc = ask_exceptions(out, own, words, input, &excused, err);
	if (rc || excused)
		return rc;
	if (found < own->least)
		return it_gate_decide(out, IT_DECISION_BLOCKED, words, NULL, NULL, err,
				      "%lld found, and at least %lld must be there",
				      (long long)found, (long long)own->least);
	if (own->most >= 0 && found > own->most)
		return it_gate_decide(out, IT_DECISION_BLOCKED, words, NULL, NULL, err,
				      "%lld found, and at most %lld may be there", (long long)found,
				      (long long)own->most);
	return it_gate_decide(out, IT_DECISION_FINE, words, NULL, NULL, err, "%lld found",
			      (long long)found);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	const struct demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf words = IT_BUF(1 << 20);
	int64_t found = 0;
	int rc = INTOTO_OK;

	list(&words, &own->predicates, " or ");
	rc = it_buf_check(&words, "a list of predicates", err);
	for (size_t i = 0; !rc && i < input->count; i++)
		rc = count_one(out, own, input, i, &found, err);
	if (!rc && found < own->least)
		rc = tell_unfit(out, own, input, err);
	if (!rc)
		rc = judge_count(out, own, it_buf_text(&words), input, found, err);
	return rc ? rc
		  : it_gate_conclude(out, err, "%lld of %s found", (long long)found,
				     it_buf_text(&words));
}

const struct it_gate_kind it_gate_require = {
	.name = "require",
	.summary = "attestations of certain kinds are there",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.judge = judge,
	.reads = reads,
};
