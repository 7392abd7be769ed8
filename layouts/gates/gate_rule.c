/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "rule": a free rule over all evidence of the step together.
 *
 *   { "gate": "rule", "language": "jq", "rule": TEXT, "message": TEXT, "predicates": [WORD…] }
 *
 * Its input is { "step", "now", "evidence": [{ "name", "predicateType", "predicate", "subjects",
 * "signers", "outcome" }…], "materials", "products" }; the one result true passes, and nothing else
 * does.  With "predicates" it is shown these kinds alone, and each of them must be there: a rule
 * over all of nothing would be kept.
 */
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "json/writer.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/evaluator.h"

enum { RULE_MAX = 64 * 1024, MESSAGE_MAX = 1024, REQUEST_MAX = 512 * 1024 * 1024 };

struct demand {
	char *language;
	char *rule;
	char *message;
	struct it_strings predicates;
};

/* --- reading --- */

static void free_demand(void *demand)
{
	struct demand *own = demand;

	free(own->language);
	free(own->rule);
	free(own->message);
	it_strings_done(&own->predicates);
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

static const struct it_field fields[] = {
	{ "language", IT_FIELD_TEXT, true, offsetof(struct demand, language), NULL },
	{ "message", IT_FIELD_TEXT, false, offsetof(struct demand, message), NULL },
	{ "predicates", IT_FIELD_CUSTOM, false, 0, read_predicates },
	{ "rule", IT_FIELD_TEXT, true, offsetof(struct demand, rule), NULL },
};

static int check(const struct demand *own, const struct it_where *where, struct intoto_error **err)
{
	const struct it_where language = { where, "language", 0 };
	const struct it_where rule = { where, "rule", 0 };
	const struct it_where message = { where, "message", 0 };
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(MESSAGE_MAX);

	if (!it_streq(own->language, "jq")) {
		it_where_quote(&quoted, it_span_text(own->language));
		return it_where_refuse(&language, INTOTO_E_UNSUPPORTED, err,
				       "want \"jq\", found %s", it_buf_text(&quoted));
	}
	if (!*own->rule || strlen(own->rule) > RULE_MAX)
		return it_where_refuse(&rule, INTOTO_E_FORMAT, err,
				       "want a program of 1 to %d bytes", RULE_MAX);
	if (own->message && (!*own->message || strlen(own->message) > MESSAGE_MAX))
		return it_where_refuse(&message, INTOTO_E_FORMAT, err,
				       "want a clause of 1 to %d bytes", MESSAGE_MAX);
	return INTOTO_OK;
}

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc = own ? INTOTO_OK : it_err_nomem(err);

	if (!rc)
		rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				    where, err);
	if (!rc)
		rc = check(own, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(8 * RULE_MAX);
	int rc;

	if (own->message)
		(void)it_buf_printf(&text, "not \"%s\": ", own->message); /* all sticky */
	(void)it_buf_add_text(&text, "the jq rule ");
	it_where_quote(&text, it_span_text(own->rule));
	(void)it_buf_add_text(&text, " must give true");
	for (size_t i = 0; i < own->predicates.count; i++) {
		(void)it_buf_add_text(&text, i ? ", " : " over at least one each of ");
		it_text_quote(&text, it_span_text(own->predicates.items[i]));
	}
	rc = it_buf_check(&text, "a rule", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static bool reads(const void *demand, const char *predicate_type)
{
	const struct demand *own = demand;

	for (size_t i = 0; i < own->predicates.count; i++)
		if (it_predicate_is(predicate_type, own->predicates.items[i]))
			return true;
	return !own->predicates.count;
}

/* --- the input --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text ? text : "");
}

static void write_signers(struct it_writer *writer, const struct it_people *signers)
{
	it_write_name(writer, "signers");
	it_write_list(writer);
	for (size_t i = 0; signers && i < signers->count; i++) {
		const struct it_person *person = &signers->items[i];

		it_write_object(writer);
		write_member(writer, "fingerprint", person->fingerprint);
		write_member(writer, "identity", person->identity);
		write_member(writer, "issuer", person->issuer);
		write_member(writer, "name", person->name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_subjects(struct it_writer *writer, const struct it_attestation *attestation)
{
	it_write_name(writer, "subjects");
	it_write_list(writer);
	for (size_t i = 0; i < attestation->subject_count; i++) {
		it_write_object(writer);
		it_write_name(writer, "digest");
		it_digest_set_write(writer, attestation->subjects[i].digests);
		it_write_name(writer, "name");
		it_write_text_span(writer, attestation->subjects[i].name);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_evidence(struct it_writer *writer, const struct it_gate_evidence *evidence)
{
	const struct it_attestation *attestation = evidence->attestation;
	const char *outcome = attestation->making.there ? attestation->making.outcome : "";

	it_write_object(writer);
	write_member(writer, "name", evidence->name);
	write_member(writer, "outcome", outcome);
	it_write_name(writer, "predicate");
	it_write_value(writer, attestation->predicate);
	write_member(writer, "predicateType", attestation->type);
	write_signers(writer, evidence->signers);
	write_subjects(writer, attestation);
	it_write_object_end(writer);
}

static void write_artifacts(struct it_writer *writer, const char *name,
			    const struct it_artifacts *artifacts)
{
	const struct it_artifacts nothing = { 0 };

	it_write_name(writer, name);
	it_artifacts_write(writer, artifacts ? artifacts : &nothing);
}

static int write_request(struct it_buf *out, const struct demand *own,
			 const struct it_gate_input *input, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "input");
	it_write_object(&writer);
	it_write_name(&writer, "evidence");
	it_write_list(&writer);
	for (size_t i = 0; i < input->count; i++)
		if (reads(own, input->evidence[i].attestation->type))
			write_evidence(&writer, &input->evidence[i]);
	it_write_list_end(&writer);
	write_artifacts(&writer, "materials", input->materials);
	it_write_name(&writer, "now");
	it_write_int(&writer, input->now);
	write_artifacts(&writer, "products", input->products);
	write_member(&writer, "step", input->step);
	it_write_object_end(&writer);
	write_member(&writer, "rule", own->rule);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

/* --- judging --- */

/* Kinds that the rule wants and that nobody gave evidence of. */
static int look_for_missing(struct it_gate_verdict *out, const struct demand *own,
			    const struct it_gate_input *input, bool *missing,
			    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*missing = false;
	for (size_t i = 0; !rc && i < own->predicates.count; i++) {
		const char *word = own->predicates.items[i];
		bool found = false;

		for (size_t j = 0; j < input->count; j++)
			found = found ||
				it_predicate_is(input->evidence[j].attestation->type, word);
		if (found)
			continue;
		*missing = true;
		rc = it_gate_decide(out, IT_DECISION_BLOCKED, "evidence", NULL, NULL, err,
				    "there is none of %s, which the rule is about", word);
	}
	return rc;
}

static const struct {
	const char *outcome;
	const char *clause;
} refusals[] = {
	{ "null", "gives null, want true" },
	{ "none", "gives nothing, want true" },
	{ "several", "gives more than one result, want true alone" },
};

static int decide(struct it_gate_verdict *out, const struct demand *own,
		  const struct it_json *answer, struct intoto_error **err)
{
	const char *outcome = it_json_text(it_json_get(answer, "outcome")).data;
	struct it_span said = it_json_text(it_json_get(answer, "text"));
	IT_AUTO(it_freep) char *text = it_text_quoted(said);

	if (it_streq(outcome, "true"))
		return it_gate_decide(out, IT_DECISION_FINE, "rule", NULL, NULL, err, "gives true");
	if (it_streq(outcome, "false"))
		return it_gate_decide(out, IT_DECISION_BLOCKED, "rule", NULL, NULL, err, "%s",
				      own->message ? own->message : "gives false, want true");
	for (size_t i = 0; i < IT_COUNT_OF(refusals); i++)
		if (it_streq(outcome, refusals[i].outcome))
			return it_gate_decide(out, IT_DECISION_BLOCKED, "rule", NULL, NULL, err,
					      "%s%s%s", refusals[i].clause,
					      own->message ? ": " : "",
					      own->message ? own->message : "");
	if (it_streq(outcome, "other"))
		return it_gate_decide(out, IT_DECISION_BLOCKED, "rule", NULL, NULL, err,
				      "gives a value of type %s, want true", text ? text : "");
	return it_gate_decide(out, IT_DECISION_UNDECIDED, "rule", NULL, NULL, err,
			      "cannot be evaluated: %s", text ? text : "");
}

static int ask(struct it_gate_verdict *out, const struct demand *own,
	       const struct it_gate_input *input, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf request = IT_BUF(REQUEST_MAX);
	IT_AUTO(it_json_freep) struct it_json *answer = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = write_request(&request, own, input, &why);

	if (!rc)
		rc = it_rule_ask(&answer, it_buf_span(&request), &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_gate_decide(out, IT_DECISION_UNDECIDED, "rule", NULL, NULL, err,
				      "cannot be evaluated: %s", intoto_error_text(why));
	return decide(out, own, answer, err);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	const struct demand *own = demand;
	bool missing = !input->count;
	int rc;

	if (missing)
		rc = it_gate_block_for_nothing(out, &it_gate_rule, input,
					       "evidence that the rule reads", err);
	else
		rc = look_for_missing(out, own, input, &missing, err);
	if (!rc && !missing)
		rc = ask(out, own, input, err);
	return rc ? rc : it_gate_conclude(out, err, "a jq rule over %zu documents", input->count);
}

const struct it_gate_kind it_gate_rule = {
	.name = "rule",
	.summary = "a rule in jq over all evidence of the step",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.judge = judge,
	.reads = reads,
};
