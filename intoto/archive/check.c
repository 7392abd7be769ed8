/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict over an archive: its bytes, its signature, then its chain, which is verified from
 * what is in the archive and nothing else.  It starts at refused.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/check_part.h"
#include "base/path.h"
#include "base/text.h"
#include "layouts/verify.h"

enum { TEXT_MAX = 8 * 1024 };

void it_archive_answer_free(struct it_archive_answer *answer)
{
	if (!answer)
		return;
	it_archive_free(answer->archive);
	intoto_report_free(answer->report);
	free(answer->notes);
	free(answer->folder);
	it_strings_done(&answer->signers);
	it_strings_done(&answer->texts);
	free(answer);
}

static int keep(struct it_archive_answer *answer, const char **out, const char *text,
		struct intoto_error **err)
{
	int rc = it_strings_add(&answer->texts, text, err);

	if (!rc)
		*out = answer->texts.items[answer->texts.count - 1];
	return rc;
}

int it_archive_note(struct it_archive_answer *answer, enum intoto_outcome outcome, const char *code,
		    const char *subject, struct intoto_error **err, const char *format, ...)
{
	char text[TEXT_MAX];
	struct it_archive_note *notes =
		reallocarray(answer->notes, answer->note_count + 1, sizeof *notes);
	struct it_archive_note *note;
	va_list list;
	int rc;

	if (!notes)
		return it_err_nomem(err);
	answer->notes = notes;
	note = &notes[answer->note_count];
	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list); /* a longer sentence is cut */
	va_end(list);
	note->outcome = outcome;
	rc = keep(answer, &note->code, code, err);
	if (!rc)
		rc = keep(answer, &note->subject, subject, err);
	if (!rc)
		rc = keep(answer, &note->text, text, err);
	if (!rc)
		answer->note_count++;
	return rc;
}

bool it_archive_has_failed(const struct it_archive_answer *answer)
{
	for (size_t i = 0; i < answer->note_count; i++)
		if (answer->notes[i].outcome == INTOTO_CHECK_FAILED ||
		    answer->notes[i].outcome == INTOTO_CHECK_UNDECIDED)
			return true;
	return false;
}

/* --- its bytes --- */

static const char *const fault_codes[] = {
	[IT_FAULT_REMOVED] = "archive.removed",	  [IT_FAULT_ADDED] = "archive.added",
	[IT_FAULT_REPLACED] = "archive.replaced", [IT_FAULT_REORDERED] = "archive.reordered",
	[IT_FAULT_REPEATED] = "archive.repeated", [IT_FAULT_UNSAFE] = "archive.unsafe",
	[IT_FAULT_CUT] = "archive.cut",		  [IT_FAULT_WITHHELD] = "archive.withheld",
};

static size_t count_there(const struct it_archive *archive)
{
	size_t count = 0;

	for (size_t i = 0; i < archive->manifest->member_count; i++)
		count += archive->there[i];
	return count;
}

static int check_bytes(struct it_archive_answer *answer, struct intoto_error **err)
{
	const struct it_archive *archive = answer->archive;
	int rc = INTOTO_OK;

	/* What is withheld is judged by who withheld it. */
	for (size_t i = 0; !rc && i < archive->fault_count; i++)
		if (archive->faults[i].kind != IT_FAULT_WITHHELD)
			rc = it_archive_note(
				answer, INTOTO_CHECK_FAILED, fault_codes[archive->faults[i].kind],
				archive->faults[i].name, err, "%s", archive->faults[i].text);
	if (!rc && it_archive_is_whole(archive))
		rc = it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.whole", "", err,
				     "%zu members, each as the manifest says",
				     count_there(archive));
	return rc;
}

static int check_signature(struct it_archive_answer *answer, const struct it_archive_policy *policy,
			   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < policy->key_count; i++) {
		const char *fingerprint = intoto_key_fingerprint(policy->keys[i]);

		if (intoto_envelope_verify(answer->archive->envelope, policy->keys[i], NULL) ||
		    it_strings_has(&answer->signers, fingerprint))
			continue;
		rc = it_strings_add(&answer->signers, fingerprint, err);
		if (!rc)
			rc = it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.signature",
					     fingerprint, err,
					     "the manifest is signed by this key");
	}
	if (!rc && !answer->signers.count)
		rc = it_archive_note(answer, INTOTO_CHECK_FAILED, "archive.signature", "", err,
				     "the manifest is signed by none of the %zu keys that may",
				     policy->key_count);
	return rc;
}

/* --- which release it is --- */

static int check_word(struct it_archive_answer *answer, const char *what, const char *found,
		      const char *wanted, struct intoto_error **err)
{
	if (!wanted || it_streq(found, wanted))
		return INTOTO_OK;
	return it_archive_note(answer, INTOTO_CHECK_FAILED, "archive.release", found, err,
			       "is not the %s that was asked for, %s", what, wanted);
}

/* An old archive is as whole and as signed as a new one: who asks for a release gets that one. */
static int check_release(struct it_archive_answer *answer, const struct it_archive_policy *policy,
			 struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = answer->archive->manifest;
	size_t before = answer->note_count;
	int rc = check_word(answer, "product", manifest->product, policy->product, err);

	if (!rc)
		rc = check_word(answer, "release", manifest->release, policy->release, err);
	if (rc || answer->note_count != before || !*manifest->product)
		return rc;
	return it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.release", manifest->product,
			       err, "says that it is of release %s",
			       *manifest->release ? manifest->release : "(none)");
}

/* --- the archive before it --- */

/* A renewed archive is another file: its renewals say which one it was, and count only when all of
 * it is good. */
static int is_previous(bool *same, const struct it_archive *previous, const char *sha256,
		       const struct it_archive_policy *policy, struct intoto_error **err)
{
	IT_AUTO(it_archive_answer_freep)
	struct it_archive_answer *scratch = calloc(1, sizeof *scratch);
	bool found = false;
	const struct it_archive_question question = { previous, policy->previous, NULL,
						      policy,	sha256,		  &found };
	bool is_signed = false;
	int rc;

	*same = it_streq(previous->sha256, sha256);
	if (*same)
		return INTOTO_OK;
	if (!scratch)
		return it_err_nomem(err);
	rc = it_archive_check_later(scratch, &question, err);
	for (size_t i = 0; i < policy->key_count; i++)
		is_signed = is_signed ||
			    !intoto_envelope_verify(previous->envelope, policy->keys[i], NULL);
	*same = !rc && found && is_signed && it_archive_is_whole(previous) &&
		!it_archive_has_failed(scratch);
	return rc;
}

static int check_previous(struct it_archive_answer *answer, const struct it_archive_policy *policy,
			  struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = answer->archive->manifest;
	IT_AUTO(it_archive_freep) struct it_archive *previous = NULL;
	bool same = false;
	int rc;

	if (!policy->previous)
		return !*manifest->previous
			       ? INTOTO_OK
			       : it_archive_note(answer, INTOTO_CHECK_SKIPPED, "archive.previous",
						 manifest->previous, err,
						 "names an archive before it, which was not given "
						 "(--previous)");
	rc = it_archive_read(&previous, policy->previous, NULL, err);
	if (!rc)
		rc = is_previous(&same, previous, manifest->previous, policy, err);
	if (rc)
		return rc;
	if (!same)
		return it_archive_note(answer, INTOTO_CHECK_FAILED, "archive.previous",
				       policy->previous, err,
				       "is not the archive that this one names as the one before "
				       "it: %s",
				       *manifest->previous ? manifest->previous : "it names none");
	if (!it_streq(previous->manifest->product, manifest->product) ||
	    previous->manifest->number + 1 != manifest->number)
		return it_archive_note(answer, INTOTO_CHECK_FAILED, "archive.previous",
				       policy->previous, err,
				       "is of another product, or does not stand right before it");
	return it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.previous", policy->previous,
			       err, "is the archive before this one, number %ju",
			       (uintmax_t)previous->manifest->number);
}

/* --- the chain --- */

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
		if (!it_streq(check->code, "inspection.refused"))
			return false;
		refused++;
	}
	return refused > 0;
}

bool it_archive_lacks_evidence(const struct it_archive *archive)
{
	for (size_t i = 0; i < archive->manifest->member_count; i++)
		switch (archive->there[i] ? IT_ROLE_OTHER : archive->manifest->members[i].role) {
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
	return !policy->layout && (!policy->at_given || policy->at == archive->manifest->time);
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

static int judge_chain(struct it_archive_answer *answer, const struct it_archive_policy *policy,
		       struct intoto_error **err)
{
	enum intoto_verdict verdict = intoto_report_verdict(answer->report);
	bool then = it_streq(answer->archive->manifest->verdict, "passed");
	bool lacks = it_archive_lacks_evidence(answer->archive);
	bool vouched = !lacks || (then && was_asked(answer->archive, policy));
	const char *which = policy->layout ? "under the layout that was given"
					   : "under the layout in the archive";

	if (vouched && verdict == INTOTO_PASSED)
		return it_archive_note(answer, INTOTO_CHECK_PASSED, "archive.chain", "", err,
				       "the chain passes %s", which);
	if (vouched && then && !policy->layout && lacks_inspections_alone(answer->report))
		return it_archive_note(answer, INTOTO_CHECK_WARNING, "archive.inspections", "", err,
				       "the chain passes %s, but for its inspections, which look "
				       "at what was shipped: they passed when it was packed",
				       which);
	/* Nor does it fail: nobody can tell any more, which passes nothing. */
	if (lacks && !fails_anyway(answer->report) &&
	    (verdict == INTOTO_PASSED || then || policy->layout))
		return note_withheld(answer, which, err);
	return it_archive_note(
		answer, verdict == INTOTO_UNDECIDED ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED,
		"archive.chain", "", err, "the chain does not pass %s", which);
}

static int check_chain(struct it_archive_answer *answer, const struct it_archive_policy *policy,
		       const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_archive_chain_done) struct it_archive_chain chain = { 0 };
	int rc;

	if (it_archive_has_failed(answer))
		return it_archive_note(answer, INTOTO_CHECK_SKIPPED, "archive.chain", "", err,
				       "was not verified, because the archive is not whole, or not "
				       "signed as it must be");
	rc = it_archive_chain_read(&chain, answer->archive, policy, folder, err);
	if (!rc)
		rc = it_verify(&answer->report, NULL, &chain.options, NULL, err);
	return rc ? rc : judge_chain(answer, policy, err);
}

/* --- all of it --- */

static int check_later(struct it_archive_answer *answer, const char *path,
		       const struct it_archive_policy *policy, const char *folder,
		       struct intoto_error **err)
{
	const struct it_archive_question question = {
		.archive = answer->archive, .path = path, .folder = folder, .policy = policy
	};

	return it_archive_check_later(answer, &question, err);
}

static bool is_known(const struct it_archive *archive, const struct it_archive_policy *policy)
{
	for (size_t i = 0; i < policy->key_count; i++)
		if (!intoto_envelope_verify(archive->envelope, policy->keys[i], NULL))
			return true;
	return false;
}

/* Nothing is unpacked that only a stranger's manifest names. */
static int read_archive(struct it_archive_answer *answer, const char *path,
			const struct it_archive_policy *policy, const char *folder, bool *known,
			struct intoto_error **err)
{
	int rc = it_archive_peek(&answer->archive, path, err);

	*known = !rc && is_known(answer->archive, policy);
	if (rc || !*known)
		return rc;
	it_archive_free(answer->archive);
	return it_archive_extract(&answer->archive, path, folder, NULL, err);
}

static int check(struct it_archive_answer *answer, const char *path,
		 const struct it_archive_policy *policy, const char *folder,
		 struct intoto_error **err)
{
	bool known = false;
	int rc = read_archive(answer, path, policy, folder, &known, err);

	if (!rc && known)
		rc = check_bytes(answer, err);
	if (!rc)
		rc = check_signature(answer, policy, err);
	if (rc || !known)
		return rc;
	if (!rc)
		rc = check_later(answer, path, policy, folder, err);
	if (!rc)
		rc = check_release(answer, policy, err);
	if (!rc)
		rc = check_previous(answer, policy, err);
	if (!rc)
		rc = check_chain(answer, policy, folder, err);
	return rc;
}

static enum intoto_verdict verdict_of(const struct it_archive_answer *answer)
{
	enum intoto_verdict verdict = INTOTO_PASSED;

	for (size_t i = 0; i < answer->note_count; i++) {
		if (answer->notes[i].outcome == INTOTO_CHECK_FAILED)
			return INTOTO_REFUSED;
		if (answer->notes[i].outcome == INTOTO_CHECK_UNDECIDED)
			verdict = INTOTO_UNDECIDED;
	}
	return answer->signers.count && answer->report ? verdict : INTOTO_REFUSED;
}

int it_archive_check(struct it_archive_answer **out, const char *path,
		     const struct it_archive_policy *policy, struct intoto_error **err)
{
	IT_AUTO(it_archive_answer_freep)
	struct it_archive_answer *answer = calloc(1, sizeof *answer);
	IT_AUTO(it_room_done) struct it_room room = { 0 };
	int rc;

	*out = NULL;
	if (!answer)
		return it_err_nomem(err);
	rc = it_room_open(&room, true, 0, err);
	if (rc)
		return rc;
	answer->folder = it_path_join(room.home, "evidence");
	rc = answer->folder ? check(answer, path, policy, answer->folder, err) : it_err_nomem(err);
	if (rc)
		return rc;
	answer->verdict = verdict_of(answer);
	*out = answer;
	answer = NULL; /* now the caller's */
	return INTOTO_OK;
}
