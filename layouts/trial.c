/* SPDX-License-Identifier: Apache-2.0 */
/* Trials of a layout. */
#include "layouts/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "layouts/parameters.h"
#include "layouts/throwaway.h"

void it_trial_result_done(struct it_trial_result *result)
{
	it_strings_done(&result->missing);
	intoto_report_free(result->report);
	*result = (struct it_trial_result){ 0 };
}

/* --- the verification --- */

static int enter(int *home, const char *folder, struct intoto_error **err)
{
	*home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*home < 0)
		return it_err_errno(err, errno, "the current folder");
	if (chdir(folder))
		return it_err_errno(err, errno, "%s", folder);
	return INTOTO_OK;
}

static int leave(int home, struct intoto_error **err)
{
	if (fchdir(home))
		return it_err_errno(err, errno, "the folder that we came from");
	return INTOTO_OK;
}

static int verify(struct it_trial_result *out, const struct intoto_envelope *envelope,
		  const struct it_trial_case *trial, struct intoto_error **err)
{
	IT_AUTO(it_throwaway_done) struct it_throwaway copy = { .fd = -1 };
	IT_AUTO(it_fd_close) int home = -1;
	struct intoto_verify_options options = trial->verify;
	const struct intoto_key *keys[1];
	int back;
	int rc = options.key_count ? it_throwaway_keep(&copy, envelope, err)
				   : it_throwaway_sign(&copy, it_envelope_body(envelope),
						       envelope->format, err);

	if (rc)
		return rc;
	options.size = sizeof options;
	options.layout_path = copy.path;
	keys[0] = copy.key;
	if (copy.key) {
		options.keys = keys;
		options.key_count = 1;
	}
	rc = enter(&home, trial->files, err);
	if (rc)
		return rc;
	rc = intoto_verify(&out->report, NULL, &options, err);
	back = leave(home, err);
	return rc ? rc : back;
}

/* --- the judgement --- */

static bool is_fault(const struct intoto_check *check)
{
	return check->outcome == INTOTO_CHECK_FAILED || check->outcome == INTOTO_CHECK_UNDECIDED;
}

/* Whether "CODE" or "CODE ITEM" is among what went wrong. */
static bool went_wrong(const struct intoto_report *report, const char *expected)
{
	size_t len = strcspn(expected, " ");
	const char *item = expected + len + (expected[len] == ' ');

	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (is_fault(check) && it_span_is(it_span(expected, len), check->code) &&
		    (!*item || it_streq(item, check->item)))
			return true;
	}
	return false;
}

static int judge(struct it_trial_result *out, const struct it_trial_case *trial,
		 struct intoto_error **err)
{
	enum intoto_verdict verdict = intoto_report_verdict(out->report);
	const struct it_strings *expected = trial->expected;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && expected && i < expected->count; i++)
		if (!went_wrong(out->report, expected->items[i]))
			rc = it_strings_add(&out->missing, expected->items[i], err);
	if (trial->must_pass)
		out->outcome = verdict == INTOTO_PASSED ? IT_TRIAL_GOOD : IT_TRIAL_REFUSED;
	else if (verdict == INTOTO_PASSED)
		out->outcome = IT_TRIAL_PASSED;
	else if (out->missing.count)
		out->outcome = IT_TRIAL_OTHERWISE;
	else if (verdict == INTOTO_UNDECIDED && !(expected && expected->count))
		out->outcome = IT_TRIAL_UNDECIDED;
	else
		out->outcome = IT_TRIAL_GOOD;
	return rc;
}

/* --- coverage --- */

static size_t item_count(const struct intoto_layout *layout)
{
	return layout->step_count + layout->inspection_count;
}

static const struct it_item *item_at(const struct intoto_layout *layout, size_t index)
{
	return index < layout->step_count ? &layout->steps[index].item
					  : &layout->inspections[index - layout->step_count];
}

int it_trial_coverage_init(struct it_trial_coverage *coverage, const struct intoto_layout *layout,
			   struct intoto_error **err)
{
	*coverage = (struct it_trial_coverage){ .layout = layout };
	for (size_t i = 0; i < item_count(layout); i++)
		coverage->count += item_at(layout, i)->rules[INTOTO_MATERIALS].count +
				   item_at(layout, i)->rules[INTOTO_PRODUCTS].count;
	coverage->counts = calloc(coverage->count + 1, sizeof *coverage->counts);
	return coverage->counts ? INTOTO_OK : it_err_nomem(err);
}

void it_trial_coverage_done(struct it_trial_coverage *coverage)
{
	free(coverage->counts);
}

/* Whether a check says that a rule took something, or refused something. */
static bool says_something(const struct intoto_check *check, const struct it_rule *rule)
{
	return rule->kind->consumes ? check->outcome == INTOTO_CHECK_PASSED : is_fault(check);
}

static bool did_something(const struct intoto_report *report, const char *item,
			  enum intoto_link_side side, const struct it_rule *rule)
{
	const char *words = side == INTOTO_MATERIALS ? "materials: " : "products: ";
	IT_AUTO(it_freep) char *text = it_rule_text(rule);

	for (size_t i = 0; text && i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (it_starts_with(check->code, "rule.") && it_streq(check->item, item) &&
		    it_streq(check->subject, text) && it_starts_with(check->text, words) &&
		    says_something(check, rule))
			return true;
	}
	return false;
}

/* layout has the values of the trial in its rules, which stand in the same places. */
static void count_rules(struct it_trial_coverage *coverage, const struct intoto_layout *layout,
			const struct intoto_report *report)
{
	size_t at = 0;

	for (size_t i = 0; i < item_count(layout); i++) {
		const struct it_item *item = item_at(layout, i);

		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++)
			for (size_t j = 0; j < item->rules[side].count; j++)
				coverage->counts[at++] += did_something(
					report, item->name, (enum intoto_link_side)side,
					&item->rules[side].items[j]);
	}
}

static int cover(struct it_trial_coverage *coverage, const struct intoto_envelope *envelope,
		 const struct it_trial_case *trial, const struct intoto_report *report,
		 struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(it_freep)
	bool *used = calloc(trial->verify.parameter_count + 1, sizeof *used);
	struct it_parameters parameters = { trial->verify.parameters, trial->verify.parameter_count,
					    used };
	int rc = used ? intoto_layout_from_envelope(&layout, envelope, err) : it_err_nomem(err);

	if (rc)
		return rc;
	/* Values that do not fit have failed the verification, and no rule was applied. */
	if (it_parameters_apply(&parameters, layout, NULL) == INTOTO_OK)
		count_rules(coverage, layout, report);
	return INTOTO_OK;
}

int it_trial_coverage_each(const struct it_trial_coverage *coverage,
			   int (*each)(void *arg, const struct it_item *item,
				       enum intoto_link_side side, const struct it_rule *rule),
			   void *arg)
{
	size_t at = 0;
	int rc = 0;

	for (size_t i = 0; i < item_count(coverage->layout); i++) {
		const struct it_item *item = item_at(coverage->layout, i);

		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++)
			for (size_t j = 0; !rc && j < item->rules[side].count; j++)
				if (!coverage->counts[at++])
					rc = each(arg, item, (enum intoto_link_side)side,
						  &item->rules[side].items[j]);
	}
	return rc;
}

int it_trial_run(struct it_trial_result *out, struct it_trial_coverage *coverage,
		 const struct intoto_envelope *envelope, const struct it_trial_case *trial,
		 struct intoto_error **err)
{
	int rc = verify(out, envelope, trial, err);

	if (!rc)
		rc = judge(out, trial, err);
	return rc ? rc : cover(coverage, envelope, trial, out->report, err);
}
