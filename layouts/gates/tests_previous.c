/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether fewer tests passed than in the result before.
 *
 * The result before is an attestation like the others, which lies among the evidence and is about
 * other artifacts: whoever releases keeps it from the release before.  It must be signed, by the
 * people whom the gate names for it or else by one who signed the present result; and be older than
 * the present one.  Of several the newest is taken.  None is no pass: or leaving it away would
 * switch the gate off.
 */
#include "base/text.h"
#include "layouts/gates/tests_judging.h"

#define DECIDE(judging, kind, subject, err, ...)                                                   \
	it_gate_decide((judging)->out, kind, subject, NULL, NULL, err, __VA_ARGS__)

static bool has_id(const struct it_person *person, const char *id)
{
	return person->key && (it_streq(intoto_key_id(person->key, INTOTO_KEYID_LEGACY), id) ||
			       it_streq(intoto_key_id(person->key, INTOTO_KEYID_CURRENT), id));
}

static bool is_named(const struct it_tests_judging *judging, const struct it_people *signers)
{
	const struct it_strings *ids = &judging->own->previous.functionaries;

	for (size_t i = 0; i < signers->count; i++)
		for (size_t k = 0; k < ids->count; k++)
			if (has_id(&signers->items[i], ids->items[k]))
				return true;
	return false;
}

static bool signed_one_of_these(const struct it_tests_judging *judging,
				const struct it_people *signers)
{
	for (size_t i = 0; i < judging->count; i++) {
		const struct it_people *ours = judging->items[i].evidence->signers;

		/* "intoto evaluate" may look at evidence that nobody signed */
		if (!ours->count && !signers->count)
			return true;
		for (size_t k = 0; k < ours->count; k++)
			for (size_t n = 0; n < signers->count; n++)
				if (it_person_same(&ours->items[k], &signers->items[n]))
					return true;
	}
	return false;
}

static int64_t newest_of_these(const struct it_tests_judging *judging)
{
	int64_t newest = 0;

	for (size_t i = 0; i < judging->count; i++) {
		int64_t time = it_attestation_time(judging->items[i].evidence->attestation);

		if (time > newest)
			newest = time;
	}
	return newest;
}

/* Why a document is not the result before; NULL: it may be. */
static const char *why_not(const struct it_tests_judging *judging,
			   const struct it_gate_evidence *evidence,
			   const struct it_test_result *result)
{
	const struct it_tests_previous *previous = &judging->own->previous;
	int64_t time = it_attestation_time(evidence->attestation);
	int64_t now = newest_of_these(judging);

	if (it_streq(evidence->attestation->making.outcome, "failed"))
		return "is the record of an attestor that failed";
	if (previous->functionaries.count && !is_named(judging, evidence->signers))
		return "is signed by nobody whom the gate names for the previous result";
	if (!previous->functionaries.count && !signed_one_of_these(judging, evidence->signers))
		return "is signed by nobody who signed the present result";
	if (!time)
		return "does not say when it was made";
	if (now && time > now)
		return "is newer than the present result";
	if (previous->max_age && judging->input->now - time > previous->max_age)
		return "is older than the gate allows";
	if (result->passed < 0)
		return "does not say how many tests passed";
	return NULL;
}

struct found {
	struct it_test_result result;
	const struct it_gate_evidence *evidence;
	int64_t time;
};

static int look_at(struct it_tests_judging *judging, const struct it_gate_evidence *evidence,
		   struct found *found, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "predicate", 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *unread = NULL;
	struct it_test_result result;
	const char *why;
	int64_t time;
	int rc;

	/* What is about this step's artifacts is a result of this step that does not count. */
	if (evidence->about || !it_predicate_is(evidence->attestation->type, "test-result"))
		return INTOTO_OK;
	rc = it_test_result_read(&result, evidence->attestation->predicate, &where, &unread);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	why = rc ? intoto_error_text(unread) : why_not(judging, evidence, &result);
	if (why)
		return DECIDE(judging, IT_DECISION_REMARK, evidence->name, err,
			      "is not the previous result: it %s%s", rc ? "cannot be read: " : "",
			      why);
	time = it_attestation_time(evidence->attestation);
	if (found->evidence &&
	    (time < found->time || (time == found->time && result.passed <= found->result.passed)))
		return INTOTO_OK;
	*found = (struct found){ result, evidence, time };
	return INTOTO_OK;
}

/* --- the comparison --- */

static int add_names(struct it_strings *out, const struct it_test_result *result,
		     struct intoto_error **err)
{
	static const enum it_test_list good[] = { IT_TESTS_PASSED, IT_TESTS_WARNED };
	int rc = INTOTO_OK;

	for (size_t i = 0; i < IT_COUNT_OF(good); i++)
		for (size_t k = 0; !rc && k < it_test_names(result, good[i]); k++)
			rc = it_strings_add(out, it_test_name(result, good[i], k), err);
	return rc;
}

static int order(const char *a, const char *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

/* Names of one sorted list that the other has not: told up to a number, all of them counted. */
static int tell_gone(struct it_tests_judging *judging, const struct it_strings *before,
		     const struct it_strings *now, size_t *gone, struct intoto_error **err)
{
	bool demanded = judging->own->previous.same_names;
	int rc = INTOTO_OK;
	size_t k = 0;

	*gone = 0;
	for (size_t i = 0; !rc && i < before->count; i++) {
		const char *name = before->items[i];
		bool excused = false;

		while (k < now->count && order(now->items[k], name) < 0)
			k++;
		if ((k < now->count && it_streq(now->items[k], name)) ||
		    (i && it_streq(before->items[i - 1], name)))
			continue;
		++*gone;
		if (demanded)
			rc = it_tests_excused(judging, name, &judging->producers, &excused, err);
		if (rc || excused || (!demanded && *gone > IT_TESTS_TOLD))
			continue;
		rc = DECIDE(judging, demanded ? IT_DECISION_BLOCKED : IT_DECISION_REMARK, name, err,
			    "passed in the previous result, and does not now");
	}
	return rc;
}

static int compare_names(struct it_tests_judging *judging, const struct found *found,
			 struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings before = { 0 };
	IT_AUTO(it_strings_done) struct it_strings now = { 0 };
	size_t gone = 0;
	int rc = add_names(&before, &found->result, err);

	for (size_t i = 0; !rc && i < judging->count; i++)
		rc = add_names(&now, &judging->items[i].result, err);
	if (rc)
		return rc;
	it_strings_sort(&before);
	it_strings_sort(&now);
	if (judging->own->previous.same_names && !before.count)
		return DECIDE(judging, IT_DECISION_BLOCKED, found->evidence->name, err,
			      "is the previous result, and names no test that passed");
	rc = tell_gone(judging, &before, &now, &gone, err);
	if (!rc && gone > IT_TESTS_TOLD && !judging->own->previous.same_names)
		rc = DECIDE(judging, IT_DECISION_REMARK, found->evidence->name, err,
			    "%zu tests that passed then do not now", gone);
	return rc;
}

static int compare_counts(struct it_tests_judging *judging, const struct found *found,
			  struct intoto_error **err)
{
	int64_t most = judging->own->previous.most_drop;
	int64_t drop = found->result.passed - judging->passed;

	if (drop > most)
		return DECIDE(judging, IT_DECISION_BLOCKED, "tests", err,
			      "%lld passed, and %lld did in the previous result (%s): at most %lld "
			      "fewer may",
			      (long long)judging->passed, (long long)found->result.passed,
			      found->evidence->name, (long long)most);
	return DECIDE(judging, IT_DECISION_FINE, "tests", err,
		      "%lld passed, and %lld did in the previous result (%s)",
		      (long long)judging->passed, (long long)found->result.passed,
		      found->evidence->name);
}

int it_tests_judge_previous(struct it_tests_judging *judging, struct intoto_error **err)
{
	const struct it_gate_input *input = judging->input;
	struct found found = { 0 };
	int rc = INTOTO_OK;

	if (!judging->own->previous.there)
		return INTOTO_OK;
	for (size_t i = 0; !rc && i < input->unfit_count; i++)
		rc = look_at(judging, &input->unfit[i], &found, err);
	if (rc)
		return rc;
	if (!found.evidence)
		return DECIDE(judging, IT_DECISION_BLOCKED, "previous result", err,
			      "there is none to compare with");
	rc = compare_counts(judging, &found, err);
	return rc ? rc : compare_names(judging, &found, err);
}
