/* SPDX-License-Identifier: Apache-2.0 */
/* What the verification of a chain means for its archive, where not all that it looks at is there.
 */
#include "archive/check_part.h"
#include "base/text.h"
#include "layouts/allowances.h"

/* --- with which words --- */

enum { WORDS_MAX = 6 * 1024 };

static void add_parameters(struct it_buf *out, const struct intoto_verify_options *options)
{
	for (size_t i = 0; i < options->parameter_count; i++)
		(void)it_buf_printf(out, "%s%s=%s", i ? ", " : "", options->parameters[i].name,
				    options->parameters[i].value); /* sticky */
}

static void add_allowances(struct it_buf *out, unsigned allow)
{
	const char *comma = "";

	for (size_t i = 0; i < it_allowance_count; i++)
		if (allow & (unsigned)it_allowances[i].allow) {
			(void)it_buf_printf(out, "%s%s", comma, it_allowances[i].name); /* sticky */
			comma = ", ";
		}
}

/* Text that is too long is cut where it is noted. */
static int note_word(struct it_archive_answer *answer, const char *code, const char *what,
		     bool given, const struct it_buf *text, struct intoto_error **err)
{
	return it_archive_note(answer, INTOTO_CHECK_PASSED, code, "", err,
			       "it is verified with the %s %s: %s", what,
			       given ? "that were given" : "in the archive",
			       text->failed ? "too many to be listed" : it_buf_text(text));
}

int it_archive_note_words(struct it_archive_answer *answer, const struct it_archive_chain *chain,
			  const struct it_archive_policy *policy, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf parameters = IT_BUF(WORDS_MAX);
	IT_AUTO(it_buf_done) struct it_buf allowances = IT_BUF(WORDS_MAX);
	int rc = INTOTO_OK;

	add_parameters(&parameters, &chain->options);
	add_allowances(&allowances, chain->options.allow);
	if (chain->options.parameter_count)
		rc = note_word(answer, "archive.parameters", "parameters", policy->parameter_count,
			       &parameters, err);
	if (!rc && chain->options.allow)
		rc = note_word(answer, "archive.allowances", "allowances", policy->allow,
			       &allowances, err);
	return rc;
}

/* --- what its report means --- */

/* An inspection looks at what was shipped, which is not in the archive: that it passed then is what
 * the signer of the manifest says. */
static bool lacks_inspections_alone(const struct intoto_report *report)
{
	size_t refused = 0;

	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (check->outcome == INTOTO_CHECK_UNDECIDED)
			return false;
		if (check->outcome != INTOTO_CHECK_FAILED)
			continue;
		/* Whatever else fails in a sublayout has a check of its own. */
		if (it_streq(check->code, "sublayout.verdict"))
			continue;
		if (!it_streq(check->code, "inspection.refused"))
			return false;
		refused++;
	}
	return refused > 0;
}

static bool is_read(const struct it_archive_member *member)
{
	/* Whatever it is called: a verification finds links by where they stand. */
	if (it_starts_with(member->name, it_archive_role_folder(IT_ROLE_LINK)))
		return true;
	switch (member->role) {
	case IT_ROLE_LAYOUT:
	case IT_ROLE_KEY:
	case IT_ROLE_LINK:
	case IT_ROLE_ATTESTATION:
	case IT_ROLE_CERTIFICATE:
	case IT_ROLE_TIMESTAMP:
	case IT_ROLE_TRUST:
	case IT_ROLE_PARAMETERS:
	case IT_ROLE_EXCEPTION:
		return true;
	case IT_ROLE_ATTESTATIONS:
	case IT_ROLE_RAW:
	case IT_ROLE_REPORT:
	case IT_ROLE_VSA:
	case IT_ROLE_OTHER:
		break;
	}
	return false;
}

static bool lacks_evidence(const struct it_archive *archive)
{
	for (size_t i = 0; i < archive->manifest->member_count; i++)
		if (!archive->there[i] && is_read(&archive->manifest->members[i]))
			return true;
	return false;
}

/* A layout that ended, or that its owner did not sign, is one whatever is withheld. */
static bool fails_anyway(const struct intoto_report *report)
{
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (check->outcome == INTOTO_CHECK_FAILED &&
		    (it_streq(check->code, "layout.expiry") ||
		     it_streq(check->code, "layout.signature")))
			return true;
	}
	return false;
}

/* What is withheld may be what failed: only of the question that was asked when it was packed does
 * the signer of the manifest say that all of it passed. */
static bool was_asked(const struct it_archive *archive, const struct it_archive_policy *policy)
{
	return !policy->layout && !policy->parameter_count && !policy->allow &&
	       (!policy->at_given || policy->at == archive->manifest->time);
}

static int note_withheld(struct it_archive_answer *answer, const char *which,
			 struct intoto_error **err)
{
	const char *verdict = answer->archive->manifest->verdict;
	const char *then = *verdict ? verdict : "not verified";

	if (intoto_report_verdict(answer->report) != INTOTO_PASSED)
		return it_archive_note(answer, INTOTO_CHECK_UNDECIDED, "archive.chain", "", err,
				       "the chain cannot be verified without what is withheld; "
				       "the manifest says of when it was packed: %s",
				       then);
	return it_archive_note(answer, INTOTO_CHECK_UNDECIDED, "archive.chain", "", err,
			       "the chain passes %s without what is withheld, which may be what "
			       "does not; the manifest says of when it was packed: %s",
			       which, then);
}

/* Other inspections than those that passed when it was packed nobody ran. */
static int note_inspections(struct it_archive_answer *answer, bool same, const char *which,
			    struct intoto_error **err)
{
	if (!same)
		return it_archive_note(answer, INTOTO_CHECK_UNDECIDED, "archive.inspections", "",
				       err,
				       "the chain passes %s, but for its inspections, which look "
				       "at what was shipped: they are not those that passed when "
				       "it was packed",
				       which);
	return it_archive_note(answer, INTOTO_CHECK_WARNING, "archive.inspections", "", err,
			       "the chain passes %s, but for its inspections, which look at what "
			       "was shipped: they passed when it was packed",
			       which);
}

int it_archive_judge_chain(struct it_archive_answer *answer, const struct it_archive_chain *chain,
			   const struct it_archive_policy *policy, struct intoto_error **err)
{
	enum intoto_verdict verdict = intoto_report_verdict(answer->report);
	bool then = it_streq(answer->archive->manifest->verdict, "passed");
	bool lacks = lacks_evidence(answer->archive);
	bool vouched = !lacks || (then && was_asked(answer->archive, policy));
	const char *which = policy->layout ? "under the layout that was given"
					   : "under the layout in the archive";

	if (vouched && verdict == INTOTO_PASSED)
		return it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.chain", "", err,
				       "the chain passes %s", which);
	if (vouched && then && lacks_inspections_alone(answer->report))
		return note_inspections(answer, chain->same_inspections, which, err);
	/* Nor does it fail: nobody can tell any more, which passes nothing. */
	if (lacks && !fails_anyway(answer->report) &&
	    (verdict == INTOTO_PASSED || then || policy->layout))
		return note_withheld(answer, which, err);
	return it_archive_note(
		answer, verdict == INTOTO_UNDECIDED ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED,
		"archive.chain", "", err, "the chain does not pass %s", which);
}
