/* SPDX-License-Identifier: Apache-2.0 */
/* Causes, found by codes, labels and the rules of the trace. */
#include "layouts/report_causes.h"

#include <string.h>

#include "base/text.h"

enum { FAULTS_MAX = 4096 }; /* with more, nobody reads on */

static bool is_fault(const struct intoto_check *check)
{
	return check->outcome == INTOTO_CHECK_FAILED || check->outcome == INTOTO_CHECK_UNDECIDED;
}

struct search {
	const struct it_report_view *view;
	struct it_report_causes *causes;
	size_t *faults; /* numbers of checks */
	size_t count;
};

static const struct intoto_check *fault_at(const struct search *search, size_t index)
{
	return intoto_report_at(search->view->report, search->faults[index]);
}

/* Of an item: the first fault that is not about its rules; the count of faults when there is none.
 */
static size_t find_evidence_fault(const struct search *search, const char *item)
{
	size_t i = 0;

	while (i < search->count && (!it_streq(fault_at(search, i)->item, item) ||
				     it_starts_with(fault_at(search, i)->code, "rule.")))
		i++;
	return i;
}

/* "sub/step" is inside of "sub". */
static bool is_inside(const char *label, const char *item)
{
	size_t len = strlen(item);

	return it_starts_with(label, item) && label[len] == '/';
}

static size_t find_inside(const struct search *search, const char *item)
{
	size_t i = 0;

	while (i < search->count && !is_inside(fault_at(search, i)->item, item))
		i++;
	return i;
}

/* What a missing threshold follows from: a broken link, a sublayout, the keys of the step. */
static size_t cause_of_threshold(const struct search *search, const struct intoto_check *check)
{
	static const char *const before[] = { "link.", "sublayout.", "step.quorum",
					      "step.authority", "step.certificates" };

	for (size_t i = 0; i < search->count; i++) {
		const struct intoto_check *other = fault_at(search, i);

		for (size_t j = 0; j < IT_COUNT_OF(before); j++)
			if (it_streq(other->item, check->item) &&
			    it_starts_with(other->code, before[j]))
				return i;
	}
	return search->count;
}

/* The first rule of a side that asks an item without evidence, before the one that failed. */
static size_t cause_by_rules(const struct search *search, const struct it_traced_item *item,
			     const struct it_traced_side *side, const char *failed)
{
	size_t cause = search->count;

	for (size_t i = 0; i < side->rule_count; i++) {
		const struct it_traced_rule *rule = &side->rules[i];
		IT_AUTO(it_freep) char *label = NULL;
		const struct it_traced_item *from;

		if (it_streq(rule->text, failed))
			return cause;
		if (!*rule->from || cause < search->count)
			continue;
		label = malloc((size_t)(item->name - item->label) + strlen(rule->from) + 1);
		if (!label)
			return search->count; /* then it stands as a cause of its own */
		memcpy(label, item->label, (size_t)(item->name - item->label));
		memcpy(label + (item->name - item->label), rule->from, strlen(rule->from) + 1);
		from = it_trace_find(search->view->trace, label);
		if (from && !from->has_link)
			cause = find_evidence_fault(search, label);
	}
	return search->count; /* the rule that failed is not of this side */
}

static size_t cause_of_rule(const struct search *search, const struct intoto_check *check)
{
	const struct it_traced_item *item =
		search->view->trace ? it_trace_find(search->view->trace, check->item) : NULL;
	size_t cause;

	if (!item)
		return search->count;
	cause = cause_by_rules(search, item, &item->sides[INTOTO_MATERIALS], check->subject);
	return cause < search->count ? cause
				     : cause_by_rules(search, item, &item->sides[INTOTO_PRODUCTS],
						      check->subject);
}

static size_t cause_of(const struct search *search, const struct intoto_check *check)
{
	if (it_streq(check->code, "step.threshold"))
		return cause_of_threshold(search, check);
	if (it_streq(check->code, "sublayout.verdict"))
		return find_inside(search, check->item);
	if (it_starts_with(check->code, "rule."))
		return cause_of_rule(search, check);
	return search->count;
}

static int list_faults(struct search *search, struct intoto_error **err)
{
	search->faults = calloc(FAULTS_MAX, sizeof *search->faults);
	if (!search->faults)
		return it_err_nomem(err);
	for (size_t i = 0; i < search->causes->count && search->count < FAULTS_MAX; i++)
		if (is_fault(intoto_report_at(search->view->report, i)))
			search->faults[search->count++] = i;
	return INTOTO_OK;
}

int it_report_causes_find(struct it_report_causes *causes, const struct it_report_view *view,
			  struct intoto_error **err)
{
	struct search search = { .view = view, .causes = causes };
	int rc;

	causes->count = intoto_report_count(view->report);
	causes->of = calloc(causes->count + 1, sizeof *causes->of);
	if (!causes->of)
		return it_err_nomem(err);
	for (size_t i = 0; i < causes->count; i++)
		causes->of[i] = IT_REPORT_NO_CAUSE;
	rc = list_faults(&search, err);
	for (size_t i = 0; !rc && i < search.count; i++) {
		size_t cause = cause_of(&search, fault_at(&search, i));

		/* Of two that would explain one another, the first is the cause. */
		if (cause < search.count && cause != i &&
		    causes->of[search.faults[cause]] != (int64_t)search.faults[i])
			causes->of[search.faults[i]] = (int64_t)search.faults[cause];
	}
	free(search.faults);
	return rc;
}

void it_report_causes_done(struct it_report_causes *causes)
{
	free(causes->of);
	*causes = (struct it_report_causes){ 0 };
}
