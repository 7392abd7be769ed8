/* SPDX-License-Identifier: Apache-2.0 */
/* Which documents are evidence for a gate, and why the others are not. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/gates/evidence.h"

enum {
	SENTENCE_MAX = 64 * 1024,
	SKEW = 300, /* seconds that clocks may differ */
};

void it_gate_choice_done(struct it_gate_choice *choice)
{
	free(choice->evidence);
	free(choice->unfit);
	free(choice->fit);
	it_strings_done(&choice->why);
	*choice = (struct it_gate_choice){ 0 };
}

/* One document under the rules; a clause in why says that it is no evidence. */
struct candidate {
	const struct it_gate_documents *documents;
	const struct it_gate_bond *bond;
	const struct it_gate_rules *rules;
	size_t number;
	struct it_buf why;
};

static const struct it_attestation *attestation_of(const struct candidate *candidate)
{
	return candidate->documents->items[candidate->number].attestation;
}

/* A recorded failure proves that nothing was found out (reference: a failure record must state its
 * outcome in a field that is checked by default). */
static void judge_outcome(struct candidate *candidate)
{
	const struct it_attestation *attestation = attestation_of(candidate);
	const struct it_attested_making *making = &attestation->making;

	if (it_streq(making->outcome, "failed") || it_streq(attestation->type, IT_ATTESTOR_FAILURE_TYPE)) {
		(void)it_buf_add_text(&candidate->why,
				      "records that its attestor failed"); /* sticks */
		if (*making->reason) {
			(void)it_buf_add_text(&candidate->why, ": ");
			it_where_quote(&candidate->why, it_span_text(making->reason));
		}
	} else if (*making->outcome && !it_streq(making->outcome, "ok")) {
		(void)it_buf_add_text(&candidate->why, "has an outcome that nobody knows: ");
		it_where_quote(&candidate->why, it_span_text(making->outcome));
	}
}

/* --- who signed --- */

static int count_people(struct it_people *people, const struct candidate *candidate,
			const struct it_strings *ids, struct intoto_error **err)
{
	const struct it_gate_keys *keys = candidate->documents->keys;
	const struct it_gate_document *document = &candidate->documents->items[candidate->number];
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < keys->count; i++) {
		const struct it_gate_key *entry = &keys->items[i];
		struct it_person person = {
			.name = entry->name, .key = entry->key, .only = entry->only, .rank = i
		};

		if (!document->good[i] || !it_strings_has(ids, entry->id))
			continue;
		person.fingerprint = intoto_key_fingerprint(entry->key);
		rc = it_people_add(people, &person, err);
	}
	return rc;
}

static int judge_signers(struct candidate *candidate, struct intoto_error **err)
{
	const struct it_gate_rules *rules = candidate->rules;
	const struct it_gate_terms *terms = &rules->gate->terms;
	bool own = terms->functionaries.count > 0;
	IT_AUTO(it_people_done) struct it_people people = { 0 };
	size_t count;
	int rc;

	if (rules->unsigned_too)
		return INTOTO_OK;
	rc = count_people(&people, candidate, own ? &terms->functionaries : rules->pubkeys, err);
	if (!rc && !own && rules->certified)
		rc = it_people_add_all(&people, &rules->certified[candidate->number], err);
	count = it_people_count(&people);
	if (rc || count >= (uint64_t)terms->threshold)
		return rc;
	if (!count)
		(void)it_buf_add_text(&candidate->why, /* sticks */
				      "is signed by nobody whom the gate accepts");
	else
		(void)it_buf_printf(&candidate->why,
				    "is signed by %zu of the people whom the gate accepts, and "
				    "%lld must have",
				    count, (long long)terms->threshold);
	return INTOTO_OK;
}

/* --- what it is about --- */

/* "step" means made in it, or about its artifacts when it does not say where it was made. */
static void judge_subject(struct candidate *candidate)
{
	const struct it_gate_terms *terms = &candidate->rules->gate->terms;
	const unsigned step = IT_ABOUT_PRODUCT | IT_ABOUT_MATERIAL | IT_ABOUT_LINK;
	const char *made = attestation_of(candidate)->making.step;

	if (!terms->about)
		return;
	if (terms->about == step && *made && candidate->rules->step &&
	    !it_streq(made, candidate->rules->step)) {
		(void)it_buf_add_text(&candidate->why, "was made in another step, "); /* sticks */
		it_where_quote(&candidate->why, it_span_text(made));
	} else if (candidate->bond->why_not) {
		(void)it_buf_add_text(&candidate->why, candidate->bond->why_not);
	} else if (!(candidate->bond->about & terms->about)) {
		(void)it_buf_add_text(
			&candidate->why,
			terms->about == IT_ABOUT_LINK ? "is not named by the step's link"
			: terms->about == IT_ABOUT_ALL_PRODUCTS
				? "is not about every product of the step"
			: terms->about == IT_ABOUT_PRODUCT ? "is about no product of the step"
			: terms->about == IT_ABOUT_MATERIAL
				? "is about no material of the step"
				: "is about nothing of this step: its subjects are neither "
				  "materials nor products, and the link does not name it");
	}
}

/* --- how old --- */

static void judge_age(struct candidate *candidate)
{
	int64_t most = candidate->rules->gate->terms.max_age;
	int64_t now = candidate->rules->now;
	int64_t time = it_attestation_time(attestation_of(candidate));
	char text[IT_TIME_SIZE];

	if (!most)
		return;
	it_time_format(text, time);
	if (!time)
		(void)it_buf_add_text(&candidate->why, /* sticks, as the rest */
				      "does not say when it was made, and the gate limits its age");
	else if (time > now && time - now > SKEW)
		(void)it_buf_printf(&candidate->why, "says that it was made at %s, in the future",
				    text);
	else if (now - time > most)
		(void)it_buf_printf(&candidate->why,
				    "is from %s, more than the %lld seconds old that the gate "
				    "allows",
				    text, (long long)most);
}

/* --- all of them --- */

static int judge(struct candidate *candidate, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	judge_outcome(candidate);
	if (!candidate->why.len)
		rc = judge_signers(candidate, err);
	if (!rc && !candidate->why.len && candidate->rules->pins)
		(void)it_attestor_pins_keep(candidate->rules->pins, attestation_of(candidate),
					    &candidate->why); /* the clause says it */
	if (!rc && !candidate->why.len)
		judge_subject(candidate);
	if (!rc && !candidate->why.len)
		judge_age(candidate);
	if (!rc)
		rc = it_buf_check(&candidate->why, "a clause", err);
	return rc;
}

static int keep(struct it_gate_choice *out, const struct candidate *candidate,
		struct intoto_error **err)
{
	const struct it_gate_document *document = &candidate->documents->items[candidate->number];
	struct it_gate_evidence evidence = { document->attestation, &document->signers,
					     document->name, candidate->bond->about };

	if (!candidate->why.len) {
		out->fit[out->count] = candidate->number;
		out->evidence[out->count++] = evidence;
		return INTOTO_OK;
	}
	out->unfit[out->unfit_count++] = evidence;
	return it_strings_add(&out->why, it_buf_text(&candidate->why), err);
}

int it_gate_choose(struct it_gate_choice *out, const struct it_gate_documents *documents,
		   const struct it_gate_bond *bonds, const struct it_gate_rules *rules,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*out = (struct it_gate_choice){
		.evidence = calloc(documents->count + 1, sizeof *out->evidence),
		.unfit = calloc(documents->count + 1, sizeof *out->unfit),
		.fit = calloc(documents->count + 1, sizeof *out->fit),
	};
	if (!out->evidence || !out->unfit || !out->fit)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < documents->count; i++) {
		struct candidate candidate = { .documents = documents,
					       .bond = &bonds[i],
					       .rules = rules,
					       .number = i,
					       .why = IT_BUF(SENTENCE_MAX) };

		/* What the gate does not read is neither evidence nor worth a word. */
		if (!it_gate_wants(rules->gate, documents->items[i].attestation->type) &&
		    !it_streq(documents->items[i].attestation->type, IT_ATTESTOR_FAILURE_TYPE))
			continue;
		rc = judge(&candidate, err);
		if (!rc)
			rc = keep(out, &candidate, err);
		it_buf_done(&candidate.why);
	}
	return rc;
}
