/* SPDX-License-Identifier: Apache-2.0 */
/* Gates judged on evidence alone. */
#include "layouts/gates/evaluation.h"

#include <string.h>

#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "json/writer.h"
#include "layouts/document.h"
#include "layouts/gates/verdict_report.h"
#include "layouts/layout.h"
#include "model/bundle.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define NO_EVIDENCE "is no signed document and no statement"
/* Of an advisory that is about no artifact in particular. */
#define NO_SUBJECT "0000000000000000000000000000000000000000000000000000000000000000"

enum { STATEMENT_MAX = 300 << 20, TOLD_MAX = 10, DIGEST_DIGITS = 64 };

void it_evaluation_reset(struct it_evaluation *evaluation)
{
	it_gate_documents_done(&evaluation->documents);
	evaluation->documents.keys = &evaluation->keys;
	evaluation->documents.now = evaluation->now;
	evaluation->advisories = 0;
	evaluation->broken = 0;
	for (size_t i = 0; i < evaluation->exceptions.count; i++)
		*evaluation->exceptions.items[i].used = 0;
}

void it_evaluation_done(struct it_evaluation *evaluation)
{
	it_gate_documents_done(&evaluation->documents);
	it_gate_keys_done(&evaluation->keys);
	it_exceptions_done(&evaluation->exceptions);
}

/* --- documents that nobody signed --- */

/* The type that a VEX document goes by; NULL: it is none. */
static const char *vex_type(const struct it_json *root)
{
	struct it_span context = it_json_text(it_json_get(root, "@context"));
	struct it_span category =
		it_json_text(it_json_get(it_json_get(root, "document"), "category"));

	if (context.data && it_starts_with(context.data, "https://openvex.dev/ns"))
		return "https://openvex.dev/ns";
	if (it_span_is(category, "csaf_vex"))
		return "https://in-toto.io/intoto/csaf/v1";
	if (it_span_is(it_json_text(it_json_get(root, "bomFormat")), "CycloneDX"))
		return "https://cyclonedx.org/bom";
	return NULL;
}

static void write_statement(struct it_writer *writer, const struct it_json *predicate,
			    const char *type)
{
	it_write_object(writer);
	it_write_name(writer, "_type");
	it_write_text(writer, STATEMENT_TYPE);
	it_write_name(writer, "predicate");
	it_write_value(writer, predicate);
	it_write_name(writer, "predicateType");
	it_write_text(writer, type);
	it_write_name(writer, "subject");
	it_write_list(writer);
	it_write_object(writer);
	it_write_name(writer, "digest");
	it_write_object(writer);
	it_write_name(writer, "sha256");
	it_write_text(writer, NO_SUBJECT);
	it_write_object_end(writer);
	it_write_name(writer, "name");
	it_write_text(writer, "");
	it_write_object_end(writer);
	it_write_list_end(writer);
	it_write_object_end(writer);
}

static int wrap_vex(struct it_buf *out, const struct it_json *root, struct intoto_error **err)
{
	const char *type = vex_type(root);
	struct it_writer writer;

	if (!type)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "is no signed document, no statement and no VEX document");
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	write_statement(&writer, root, type);
	return it_writer_finish(&writer, err);
}

static int add_bare(struct it_evaluation *evaluation, const char *path, struct it_span text,
		    bool advisory, struct intoto_error **err)
{
	struct it_json_limits limits = it_json_signed_limits;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_buf_done) struct it_buf made = IT_BUF(STATEMENT_MAX);
	struct intoto_envelope *envelope = NULL;
	int rc;

	limits.reals = true;
	limits.depth -= 2; /* a statement goes around it */
	rc = it_json_parse(&root, text, &limits, err);
	if (rc)
		return rc;
	if (!it_json_get(root, "predicateType") && advisory) {
		rc = wrap_vex(&made, root, err);
		text = it_buf_span(&made);
	} else if (!it_json_get(root, "predicateType")) {
		rc = it_err_set(err, INTOTO_E_FORMAT, NO_EVIDENCE);
	}
	if (!rc)
		rc = intoto_envelope_new(&envelope, INTOTO_DSSE, text.data, text.len, err);
	return rc ? rc
		  : it_gate_documents_take(&evaluation->documents, it_path_base(path), path, text,
					   envelope, err);
}

/* --- what is no evidence --- */

static bool begins_object(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!strchr(" \t\r\n", text.data[i]) || !text.data[i])
			return text.data[i] == '{';
	return false;
}

/* Whether a text that cannot be used says that it is signed, or a statement; then it may be the one
 * that would block.  A link is neither. */
static bool claims_evidence(struct it_span text)
{
	static const char *const members[] = { "payload", "payloadType", "signed", "dsseEnvelope",
					       "predicateType" };
	struct it_json_limits limits = it_json_signed_limits;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_span type;

	limits.reals = true;
	if (!begins_object(text))
		return false;
	if (it_json_parse(&root, text, &limits, NULL))
		return true; /* nobody knows */
	for (size_t i = 0; i < IT_COUNT_OF(members); i++)
		if (it_json_get(root, members[i]))
			return true;
	type = it_json_text(it_json_get(root, "_type"));
	return type.data && it_starts_with(type.data, "https://in-toto.io/Statement/");
}

/* A raw report that an attestor has read: even one that is a statement is no evidence by itself. */
static bool is_raw_report(const char *path)
{
	const char *name = it_path_base(path);

	return strlen(name) == strlen("sha256-.report") + DIGEST_DIGITS &&
	       it_starts_with(name, "sha256-") && it_ends_with(name, ".report") &&
	       it_hex_valid(it_span(name + strlen("sha256-"), DIGEST_DIGITS));
}

/* --- files --- */

struct reading {
	struct it_evaluation *evaluation;
	const char *path;
	enum it_evaluation_source source;
	struct intoto_report *report;
};

static void pass_over(const struct reading *reading, const char *name, const char *why)
{
	if (reading->source == IT_EVALUATION_AMONG)
		it_report_add(reading->report, INTOTO_CHECK_SKIPPED, "gate.evidence", "", name,
			      "is passed over: %s", why);
}

static int take_text(struct reading *reading, const char *uri, struct it_span text, bool line,
		     struct intoto_error **err)
{
	bool advisory = reading->source == IT_EVALUATION_ADVISORY;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	enum it_gate_text what = IT_GATE_TEXT_TAKEN;
	int rc;

	if (!line && it_document_is_foreign(text))
		rc = add_bare(reading->evaluation, uri, text, advisory, &why);
	else
		rc = it_gate_documents_add(&reading->evaluation->documents, it_path_base(uri), uri,
					   text, &what, &why);
	if (!rc && what == IT_GATE_TEXT_FOREIGN)
		pass_over(reading, uri, "it is signed, and no statement");
	if (!rc)
		return INTOTO_OK;
	if (rc == INTOTO_E_FORMAT && !advisory && !claims_evidence(text)) {
		if (reading->source == IT_EVALUATION_ALONE)
			return it_err_set(err, rc, NO_EVIDENCE);
		pass_over(reading, uri, "it " NO_EVIDENCE);
		return INTOTO_OK;
	}
	return rc == INTOTO_E_NOMEM ? it_err_nomem(err)
				    : it_err_set(err, rc, "%s", intoto_error_text(why));
}

static int read_line(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	struct reading *reading = arg;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SIZE_MAX / 2);

	(void)it_buf_printf(&name, "%s#%zu", reading->path, number); /* looked at below */
	if (name.failed)
		return it_err_nomem(err);
	return it_err_wrap(err, take_text(reading, it_buf_text(&name), line, true, err), "line %zu",
			   number);
}

static int read_file(struct reading *reading, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	int rc = it_regular_read(&text, reading->path, (struct it_extent){ 0 }, err);

	if (rc)
		return rc;
	rc = it_ends_with(reading->path, ".jsonl")
		     ? it_bundle_each(it_buf_span(&text), read_line, reading, err)
		     : take_text(reading, reading->path, it_buf_span(&text), false, err);
	return it_err_wrap(err, rc, "%s", reading->path);
}

/* As stage_gates.c: what the system refuses to give is open; what is broken counts as absent. */
static int read_beside_links(struct reading *reading, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = read_file(reading, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc == INTOTO_E_IO || rc == INTOTO_E_LIMIT)
		it_report_undecided(reading->report, "gate.evidence", "", reading->path, why);
	else if (rc && rc != INTOTO_E_NOTFOUND && ++reading->evaluation->broken <= TOLD_MAX)
		it_report_add(reading->report, INTOTO_CHECK_WARNING, "gate.evidence", "",
			      reading->path, "%s", intoto_error_text(why));
	return INTOTO_OK;
}

int it_evaluation_add(struct it_evaluation *evaluation, const char *path,
		      enum it_evaluation_source source, struct intoto_report *report,
		      struct intoto_error **err)
{
	struct reading reading = { evaluation, path, source, report };
	size_t before = evaluation->documents.count;
	int rc;

	if (source == IT_EVALUATION_FOLDER)
		return read_beside_links(&reading, err);
	if (source == IT_EVALUATION_AMONG && is_raw_report(path)) {
		pass_over(&reading, path, "it is a report as an attestor has read it");
		return INTOTO_OK;
	}
	rc = read_file(&reading, err);
	if (source == IT_EVALUATION_ADVISORY)
		evaluation->advisories += evaluation->documents.count - before;
	return rc;
}

/* --- judging --- */

/* Without artifacts everything is about everything. */
static int bind(struct it_gate_bond **out, const struct it_evaluation *evaluation,
		struct intoto_error **err)
{
	const struct it_gate_documents *documents = &evaluation->documents;
	struct it_gate_step step = { .products = evaluation->subjects };
	size_t first = documents->count - evaluation->advisories;
	int rc = it_gate_bind(out, documents, &step, err);

	if (rc)
		return rc;
	for (size_t i = evaluation->subjects ? first : 0; i < documents->count; i++) {
		free((*out)[i].why_not);
		(*out)[i] = (struct it_gate_bond){ .about = IT_ABOUT_PRODUCT | IT_ABOUT_MATERIAL |
							    IT_ABOUT_LINK | IT_ABOUT_ALL_PRODUCTS };
	}
	return INTOTO_OK;
}

/* What the archive holds under its terms, and the advisories under none but their outcome. */
static int choose(struct it_gate_choice *out, struct it_evaluation *evaluation,
		  const struct it_gate_bond *bonds, const struct it_gate_rules *rules,
		  struct intoto_error **err)
{
	struct it_gate_documents *documents = &evaluation->documents;
	size_t all = documents->count;
	size_t first = all - evaluation->advisories;
	IT_AUTO(it_gate_choice_done) struct it_gate_choice more = { 0 };
	struct it_gate_rules free_rules = *rules;
	struct it_gate_documents tail = *documents;
	int rc;

	free_rules.unsigned_too = true;
	free_rules.pins = NULL;
	tail.items = documents->items ? documents->items + first : NULL;
	tail.count = evaluation->advisories;
	documents->count = first;
	rc = it_gate_choose(out, documents, bonds, rules, err);
	documents->count = all;
	if (!rc)
		rc = it_gate_choose(&more, &tail, bonds + first, &free_rules, err);
	if (rc || !more.count)
		return rc;
	out->evidence = reallocarray(out->evidence, out->count + more.count, sizeof *out->evidence);
	if (!out->evidence)
		return it_err_nomem(err);
	memcpy(out->evidence + out->count, more.evidence, more.count * sizeof *more.evidence);
	out->count += more.count;
	return INTOTO_OK;
}

/* One gate; pubkeys is who signs for it when it does not say. */
static int judge_gate(struct it_evaluation *evaluation, struct intoto_report *report,
		      const struct it_gate *gate, const struct it_layout_step *step,
		      const struct it_gate_bond *bonds, struct intoto_error **err)
{
	const char *label = step ? step->item.name : "";
	struct it_gate_rules rules = {
		.gate = gate,
		.pubkeys = step ? &step->pubkeys : &evaluation->keys.ids,
		.pins = evaluation->layout ? &evaluation->layout->attestors : NULL,
		.now = evaluation->now,
		.unsigned_too = !evaluation->keys.count,
	};
	IT_AUTO(it_gate_choice_done) struct it_gate_choice choice = { 0 };
	IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_gate_input input = { .step = label,
				       .products = evaluation->subjects,
				       .exceptions = &evaluation->exceptions,
				       .now = evaluation->now };
	int rc = choose(&choice, evaluation, bonds, &rules, err);

	if (rc)
		return rc;
	input.evidence = choice.evidence;
	input.count = choice.count;
	input.unfit = choice.unfit;
	input.unfit_why = (const char *const *)choice.why.items;
	input.unfit_count = choice.unfit_count;
	rc = gate->kind->judge(&verdict, gate->demand, &input, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		verdict.passed = false;
	it_gate_report(report, label, gate, &verdict, rc ? why : NULL);
	return INTOTO_OK;
}

static int judge_all(struct it_evaluation *evaluation, struct intoto_report *report,
		     const struct it_gates *gates, const struct it_layout_step *step,
		     const struct it_gate_bond *bonds, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < gates->count; i++)
		rc = judge_gate(evaluation, report, &gates->items[i], step, bonds, err);
	return rc;
}

static int judge_layout(struct it_evaluation *evaluation, struct intoto_report *report,
			const struct it_gate_bond *bonds, size_t *gates, struct intoto_error **err)
{
	const struct intoto_layout *layout = evaluation->layout;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		if (evaluation->step && !it_streq(evaluation->step, step->item.name))
			continue;
		*gates += step->gates.count;
		rc = judge_all(evaluation, report, &step->gates, step, bonds, err);
	}
	return rc;
}

int it_evaluation_judge(struct it_evaluation *evaluation, struct intoto_report *report,
			size_t *gates, struct intoto_error **err)
{
	struct it_gate_bond *bonds = NULL;
	int rc = bind(&bonds, evaluation, err);

	*gates = 0;
	if (!rc && evaluation->gates) {
		*gates += evaluation->gates->count;
		rc = judge_all(evaluation, report, evaluation->gates, NULL, bonds, err);
	}
	if (!rc && evaluation->layout)
		rc = judge_layout(evaluation, report, bonds, gates, err);
	if (!rc)
		it_exceptions_report(report, "", &evaluation->exceptions);
	it_gate_bonds_free(bonds, evaluation->documents.count);
	return rc;
}
