/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the statements about a vulnerability decides. */
#include "layouts/gates/vex_answers.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	TEXT_SHOWN = 200,
	TOLD_AT_MOST = 12, /* statements about one finding that do not count; more are counted */
	REASON_LIMIT = 256 * 1024,
};

void it_vex_answers_done(struct it_vex_answers *answers)
{
	for (size_t i = 0; i < answers->document_count; i++) {
		it_vex_free(answers->documents[i].vex);
		free(answers->documents[i].refused);
	}
	free(answers->documents);
	free(answers->entries);
	*answers = (struct it_vex_answers){ 0 };
}

static void quote(struct it_buf *out, const char *text)
{
	size_t len = strlen(text);

	it_text_quote(out, it_span(text, len > TEXT_SHOWN ? TEXT_SHOWN : len));
}

/* --- documents --- */

static bool is_author(const struct it_vex_terms *terms, const struct it_vex *vex)
{
	for (size_t i = 0; i < vex->authors.count; i++)
		if (it_strings_has(&terms->authors, vex->authors.items[i]))
			return true;
	return !terms->authors.count;
}

static bool is_signer(const struct it_vex_terms *terms, const struct it_people *signers)
{
	static const enum intoto_keyid_style styles[] = { INTOTO_KEYID_LEGACY,
							  INTOTO_KEYID_CURRENT };

	if (!terms->functionaries.count)
		return true;
	for (size_t i = 0; signers && i < signers->count; i++) {
		const struct it_person *person = &signers->items[i];

		if (person->only && it_strings_has(&terms->functionaries, person->only))
			return true;
		for (size_t j = 0; person->key && j < IT_COUNT_OF(styles); j++) {
			const char *id = intoto_key_id(person->key, styles[j]);

			if (id && it_strings_has(&terms->functionaries, id))
				return true;
		}
	}
	return false;
}

static int refuse_author(struct it_vex_document *document, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(REASON_LIMIT);

	(void)it_buf_add_text(&why,
			      document->vex->authors.count
				      ? "its author '"
				      : "it names no author, and the layout does"); /* sticks */
	if (document->vex->authors.count) {
		quote(&why, document->vex->authors.items[0]);
		(void)it_buf_add_text(&why, "' is not among those whom the layout names");
	}
	if (it_buf_check(&why, "a reason", err))
		return INTOTO_E_LIMIT;
	document->refused = it_buf_take(&why);
	return document->refused ? INTOTO_OK : it_err_nomem(err);
}

static int refuse(struct it_vex_document *document, const char *why, struct intoto_error **err)
{
	document->refused = strdup(why);
	return document->refused ? INTOTO_OK : it_err_nomem(err);
}

static int judge_document(const struct it_vex_terms *terms, struct it_vex_document *document,
			  struct intoto_error **err)
{
	if (!terms->given)
		return refuse(document, "the layout lets no VEX statement count (\"vex\")", err);
	if (!is_author(terms, document->vex))
		return refuse_author(document, err);
	if (!is_signer(terms, document->evidence->signers))
		return refuse(document, "it is signed by none of those whom the layout names", err);
	if (document->vex->draft)
		return refuse(document, "its document is a draft", err);
	return INTOTO_OK;
}

static int read_document(struct it_vex_answers *out, struct it_gate_verdict *verdict,
			 const struct it_gate_evidence *evidence, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "predicate", 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *unreadable = NULL;
	struct it_vex_document *document = &out->documents[out->document_count];
	int rc = it_vex_read(&document->vex, evidence->attestation->predicate, &where, &unreadable);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_gate_decide(verdict, IT_DECISION_REMARK, evidence->name, NULL, NULL, err,
				      "cannot be read as VEX, and clears nothing: %s",
				      intoto_error_text(unreadable));
	if (!document->vex->count) {
		it_vex_free(document->vex);
		document->vex = NULL;
		return INTOTO_OK;
	}
	document->evidence = evidence;
	out->document_count++;
	return judge_document(out->terms, document, err);
}

/* --- the index --- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int compare_ids(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

static int order_entries(const void *a, const void *b)
{
	const struct it_vex_entry *left = a;
	const struct it_vex_entry *right = b;
	int order = compare_ids(left->id, right->id);

	if (!order)
		order = (left->document > right->document) - (left->document < right->document);
	if (!order && left->statement != right->statement)
		order = left->statement < right->statement ? -1 : 1;
	return order;
}

static int index_statements(struct it_vex_answers *out, struct intoto_error **err)
{
	size_t count = 0;

	for (size_t i = 0; i < out->document_count; i++)
		for (size_t j = 0; j < out->documents[i].vex->count; j++)
			count += out->documents[i].vex->items[j].ids.count;
	out->entries = calloc(count + 1, sizeof *out->entries);
	if (!out->entries)
		return it_err_nomem(err);
	for (size_t i = 0; i < out->document_count; i++) {
		const struct it_vex *vex = out->documents[i].vex;

		for (size_t j = 0; j < vex->count; j++)
			for (size_t k = 0; k < vex->items[j].ids.count; k++)
				out->entries[out->entry_count++] =
					(struct it_vex_entry){ vex->items[j].ids.items[k], i,
							       &vex->items[j] };
	}
	qsort(out->entries, out->entry_count, sizeof *out->entries, order_entries);
	return INTOTO_OK;
}

int it_vex_answers_read(struct it_vex_answers *out, struct it_gate_verdict *verdict,
			const struct it_vex_terms *terms, const struct it_gate_input *input,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->terms = terms;
	out->now = input->now;
	out->documents = calloc(input->count + 1, sizeof *out->documents);
	if (!out->documents)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < input->count; i++) {
		const char *type = input->evidence[i].attestation->type;

		if (it_predicate_is(type, "vex") || it_predicate_is(type, "sbom-cyclonedx"))
			rc = read_document(out, verdict, &input->evidence[i], err);
	}
	return rc ? rc : index_statements(out, err);
}

static size_t first_entry(const struct it_vex_answers *answers, const char *id)
{
	size_t low = 0;
	size_t high = answers->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_ids(answers->entries[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- the statements about one finding --- */

struct candidate {
	const struct it_vex_statement *statement;
	const struct it_vex_document *document;
	enum it_vex_fit fit;
	bool clears;
	char *why; /* it does not count; NULL: it is a candidate */
};

struct candidates {
	struct candidate *items;
	size_t count;
	size_t cap;
};

static void candidates_done(struct candidates *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].why);
	free(list->items);
}

static bool has_statement(const struct candidates *list, const struct it_vex_statement *statement)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].statement == statement)
			return true;
	return false;
}

static bool is_status_taken(const struct it_vex_terms *terms,
			    const struct it_vex_statement *statement)
{
	return it_strings_has(&terms->statuses, it_vex_status_word(statement->status));
}

/* What is wrong with a statement itself, wherever it fits; NULL: nothing. */
static const char *fault_of(const struct it_vex_answers *answers,
			    const struct it_vex_document *document,
			    const struct it_vex_statement *statement)
{
	const struct it_vex_terms *terms = answers->terms;

	if (document->refused)
		return document->refused;
	if (statement->lacks)
		return statement->lacks;
	if (statement->time > answers->now)
		return "it is dated in the future";
	if (terms->max_age && (!statement->time || answers->now - statement->time > terms->max_age))
		return statement->time ? "it is older than the layout allows"
				       : "it has no date, and the layout limits its age";
	if (terms->justifications.count && statement->status == IT_VEX_NOT_AFFECTED &&
	    (!statement->justification ||
	     !it_strings_has(&terms->justifications, statement->justification)))
		return "its justification is none that the layout accepts";
	return NULL;
}

static int weigh(const struct it_vex_answers *answers, struct candidate *out,
		 const struct it_vex_target *target, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(REASON_LIMIT);
	const char *fault = fault_of(answers, out->document, out->statement);
	int rc =
		it_vex_match(&out->fit, &why, out->statement, out->document->evidence, target, err);

	if (rc)
		return rc;
	if (out->fit == IT_VEX_FITS_ANY_VERSION && answers->terms->versioned && !fault)
		fault = "it names no version, and the layout wants one";
	if (fault && out->fit >= IT_VEX_FITS_ANY_VERSION) {
		it_buf_reset(&why);
		(void)it_buf_add_text(&why, fault); /* sticks */
	}
	out->clears = !fault && is_status_taken(answers->terms, out->statement);
	if (out->fit >= IT_VEX_FITS_ANY_VERSION && !fault)
		return INTOTO_OK;
	rc = it_buf_check(&why, "a reason", err);
	if (rc)
		return rc;
	out->why = it_buf_take(&why);
	return out->why ? INTOTO_OK : it_err_nomem(err);
}

static int add_candidate(const struct it_vex_answers *answers, struct candidates *list,
			 const struct it_vex_entry *entry, const struct it_vex_target *target,
			 struct intoto_error **err)
{
	if (entry->statement->ids.count > 1 && has_statement(list, entry->statement))
		return INTOTO_OK; /* by another of its ids */
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		void *more = reallocarray(list->items, cap, sizeof *list->items);

		if (!more)
			return it_err_nomem(err);
		list->items = more;
		list->cap = cap;
	}
	list->items[list->count] = (struct candidate){
		.statement = entry->statement,
		.document = &answers->documents[entry->document],
	};
	return weigh(answers, &list->items[list->count++], target, err);
}

static int collect(const struct it_vex_answers *answers, struct candidates *list,
		   const struct it_vex_target *target, struct intoto_error **err)
{
	const struct it_strings *ids = &target->united->ids;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < ids->count; i++)
		for (size_t j = first_entry(answers, ids->items[i]);
		     !rc && j < answers->entry_count &&
		     !compare_ids(answers->entries[j].id, ids->items[i]);
		     j++)
			rc = add_candidate(answers, list, &answers->entries[j], target, err);
	return rc;
}

/* --- the decision --- */

/* The latest of a fit; INT64_MIN when there is none. */
static int64_t latest(const struct candidates *list, enum it_vex_fit fit)
{
	int64_t time = INT64_MIN;

	for (size_t i = 0; i < list->count; i++)
		if (!list->items[i].why && list->items[i].fit == fit &&
		    list->items[i].statement->time > time)
			time = list->items[i].statement->time;
	return time;
}

static const struct candidate *first_of(const struct candidates *list, enum it_vex_fit fit,
					int64_t time, bool clears)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct candidate *one = &list->items[i];

		if (!one->why && one->fit == fit && one->statement->time == time &&
		    one->clears == clears)
			return one;
	}
	return NULL;
}

struct outcome {
	const struct candidate *clears;	  /* it decides, and clears */
	const struct candidate *opposing; /* it decides, or contradicts, and does not clear */
	bool contradiction;
};

static struct outcome decide(const struct candidates *list)
{
	int64_t exact = latest(list, IT_VEX_FITS);
	int64_t open = latest(list, IT_VEX_FITS_ANY_VERSION);
	enum it_vex_fit fit = exact != INT64_MIN ? IT_VEX_FITS : IT_VEX_FITS_ANY_VERSION;
	int64_t time = exact != INT64_MIN ? exact : open;
	struct outcome outcome = { first_of(list, fit, time, true), NULL, false };

	if (time == INT64_MIN)
		return (struct outcome){ 0 };
	outcome.opposing = first_of(list, fit, time, false);
	outcome.contradiction = outcome.clears && outcome.opposing;
	/* A later word about every version that takes the clearing back. */
	if (!outcome.opposing && fit == IT_VEX_FITS && open > time)
		outcome.opposing = first_of(list, IT_VEX_FITS_ANY_VERSION, open, false);
	if (outcome.opposing)
		outcome.clears = NULL;
	return outcome;
}

/* --- telling --- */

static void name_statement(struct it_buf *out, const struct candidate *one)
{
	const struct it_vex_statement *statement = one->statement;

	(void)it_buf_printf(out, "vex %s %s (%s", one->document->evidence->name, statement->place,
			    it_vex_status_word(statement->status)); /* sticks */
	if (statement->justification) {
		(void)it_buf_add_text(out, ": ");
		quote(out, statement->justification);
	}
	(void)it_buf_add_byte(out, ')');
}

static void say_clearing(struct it_buf *out, const struct candidate *one)
{
	char when[IT_TIME_SIZE];

	name_statement(out, one);
	if (one->document->vex->authors.count) {
		(void)it_buf_add_text(out, " by "); /* sticks */
		quote(out, one->document->vex->authors.items[0]);
	}
	if (one->statement->time) {
		it_time_format(when, one->statement->time);
		(void)it_buf_printf(out, " of %s", when);
	}
	if (one->fit == IT_VEX_FITS_ANY_VERSION)
		(void)it_buf_add_text(out, ", for every version");
}

static void say_opposed(struct it_buf *out, const struct candidate *one,
			const struct outcome *outcome)
{
	name_statement(out, one);
	if (one == outcome->opposing)
		(void)it_buf_add_text(out,
				      outcome->contradiction
					      ? " clears nothing, and another statement of the "
						"same time and precision says the opposite"
					      : " is the one that counts, and clears nothing");
	else if (one->statement->time == outcome->opposing->statement->time &&
		 one->fit == outcome->opposing->fit)
		(void)it_buf_add_text(out, " does not count: a statement of the same time says "
					   "the opposite");
	else
		(void)it_buf_add_text(out,
				      one->statement->time < outcome->opposing->statement->time
					      ? " does not count: a later statement replaces it"
					      : " does not count: a statement about the very "
						"version goes before it");
	if (one != outcome->opposing) {
		(void)it_buf_add_text(out, ", ");
		name_statement(out, outcome->opposing);
	}
}

static int tell(struct it_strings *remarks, const struct candidates *list,
		const struct outcome *outcome, struct intoto_error **err)
{
	size_t told = 0;
	size_t passed = 0;
	int rc = INTOTO_OK;

	/* The nearest first: a document may name thousands of products. */
	for (int fit = IT_VEX_FITS; !rc && fit >= 0; fit--)
		for (size_t i = 0; !rc && i < list->count; i++) {
			const struct candidate *one = &list->items[i];
			IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4 * REASON_LIMIT);

			if ((int)one->fit != fit || (!one->why && !outcome->opposing))
				continue;
			if (told == TOLD_AT_MOST) {
				passed++;
				continue;
			}
			told++;
			if (one->why) {
				name_statement(&text, one);
				(void)it_buf_printf(&text, " does not count: %s", one->why);
			} else {
				say_opposed(&text, one, outcome);
			}
			rc = it_buf_check(&text, "a remark", err);
			if (!rc)
				rc = it_strings_add(remarks, it_buf_text(&text), err);
		}
	if (!rc && passed) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(256);

		(void)it_buf_printf(&text, "%zu more VEX statements about it do not count",
				    passed); /* fits */
		rc = it_strings_add(remarks, it_buf_text(&text), err);
	}
	return rc;
}

int it_vex_answers_find(const struct it_vex_answers *answers, struct it_buf *by,
			struct it_strings *remarks, const struct it_vex_target *target,
			struct intoto_error **err)
{
	IT_AUTO(candidates_done) struct candidates list = { 0 };
	struct outcome outcome;
	int rc = collect(answers, &list, target, err);

	it_buf_reset(by);
	if (rc)
		return rc;
	outcome = decide(&list);
	if (outcome.clears) {
		say_clearing(by, outcome.clears);
		return it_buf_check(by, "the name of a statement", err);
	}
	return tell(remarks, &list, &outcome, err);
}
