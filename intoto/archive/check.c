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
		rc = it_archive_note_words(answer, &chain, policy, err);
	if (!rc)
		rc = it_verify(&answer->report, NULL, &chain.options, NULL, err);
	return rc ? rc : it_archive_judge_chain(answer, &chain, policy, err);
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
