/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges what stands behind the members: each renewal and redaction is signed by a key that may, is
 * over exactly what stands before it, and its timestamp was made while the one before it still held
 * (RFC 4998 section 5.3).  A member that is not there must be withheld by one that passed.
 */
#include <stdlib.h>

#include "archive/check_part.h"
#include "archive/later.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "crypto/timestamp.h"

struct judging {
	struct it_archive_answer *answer;
	const struct it_archive_question *question;
	struct it_archive_listing *listing;
	struct it_certificates roots;
	struct it_buf text; /* lines of what stands before the one that is judged */
	size_t lines;
	bool *withheld;	     /* by the number of the member, by those that passed */
	int64_t first;	     /* time of the first timestamp that counts; 0: none does */
	int64_t last;	     /* of the one before the one that is judged, or when it was packed */
	int64_t until;	     /* when that one ages */
	struct it_buf token; /* that one */
};

static void judging_done(struct judging *judging)
{
	it_archive_listing_free(judging->listing);
	it_certificates_done(&judging->roots);
	it_buf_done(&judging->text);
	it_buf_done(&judging->token);
	free(judging->withheld);
}

/* --- roots --- */

/* A root of something else is kept in trust/, too: what is no certificate is passed over. */
static int load_kept_roots(struct judging *judging, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = judging->question->archive->manifest;
	const char *folder = judging->question->folder;
	int rc = INTOTO_OK;

	for (size_t i = 0; folder && !rc && i < manifest->member_count; i++) {
		IT_AUTO(it_freep) char *path = NULL;
		struct it_certificates found = { 0 };

		if (manifest->members[i].role != IT_ROLE_TRUST)
			continue;
		path = it_path_join(folder, manifest->members[i].name);
		if (!path)
			return it_err_nomem(err);
		if (!it_certificates_load(&found, path, NULL))
			rc = it_certificates_share(&judging->roots, &found, 0, err);
		it_certificates_done(&found);
	}
	return rc;
}

static int load_roots(struct judging *judging, struct intoto_error **err)
{
	const struct it_archive_policy *policy = judging->question->policy;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < policy->timestamp_root_count; i++)
		rc = it_certificates_load(&judging->roots, policy->timestamp_roots[i], err);
	if (!rc && !policy->timestamp_root_count)
		rc = load_kept_roots(judging, err);
	return rc;
}

/* --- one --- */

static int fail(struct judging *judging, const char *code, size_t number, const char *why,
		struct intoto_error **err)
{
	return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, code,
			       judging->question->archive->additions[number].name, err, "%s", why);
}

/* The fingerprint of a key that signed it; NULL: none of those that may. */
static const char *find_signer(const struct judging *judging, size_t number)
{
	const struct it_archive_policy *policy = judging->question->policy;
	const struct intoto_envelope *envelope =
		judging->question->archive->additions[number].envelope;

	for (size_t i = 0; i < policy->key_count; i++)
		if (!intoto_envelope_verify(envelope, policy->keys[i], NULL))
			return intoto_key_fingerprint(policy->keys[i]);
	return NULL;
}

/* The text grows line by line: what one is over begins with what those before it are over. */
static int is_over_all(bool *good, struct judging *judging, const struct it_archive_later *later,
		       size_t number, struct intoto_error **err)
{
	size_t before = judging->listing->first_later + number;
	struct it_archive_listing rest = *judging->listing;
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	int rc;

	rest.entries += judging->lines;
	rc = it_archive_listing_print(&judging->text, &rest, before - judging->lines, err);
	judging->lines = before;
	if (rc)
		return rc;
	it_archive_sha512(&hex, it_buf_span(&judging->text));
	*good = later->entries == before && it_streq(it_buf_text(&hex), later->listing);
	return it_buf_check(&hex, "digest", err);
}

/* --- redactions --- */

static int judge_withheld(struct judging *judging, const struct it_archive_withheld *one,
			  const char *signer, const char *reason, struct intoto_error **err)
{
	const struct it_archive *archive = judging->question->archive;
	const struct it_archive_member *member =
		it_archive_manifest_find(archive->manifest, one->name);
	size_t i = member ? (size_t)(member - archive->manifest->members) : 0;

	if (!member || member->size != one->size || !it_streq(member->sha256, one->sha256) ||
	    (*member->sha512 && !it_streq(member->sha512, one->sha512)))
		return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, "archive.redaction",
				       one->name, err,
				       "is said to be withheld, and is no such member");
	if (archive->there[i])
		return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, "archive.redaction",
				       one->name, err, "is said to be withheld, and is there");
	judging->withheld[i] = true;
	return it_archive_note(judging->answer, INTOTO_CHECK_WARNING, "archive.withheld", one->name,
			       err, "is withheld by key %s: %s; its digest is in the manifest",
			       signer, reason);
}

static int judge_redaction(struct judging *judging, const struct it_archive_later *later,
			   const char *signer, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < later->withheld_count; i++)
		rc = judge_withheld(judging, &later->withheld[i], signer, later->reason, err);
	return rc;
}

/* --- timestamps --- */

/* In a chain, times never go back, and each was renewed while it could still be believed. */
static int judge_order(struct judging *judging, int64_t time, size_t number, bool *good,
		       struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int64_t until;

	*good = false;
	if (time < judging->last)
		return fail(judging, "archive.timestamp", number,
			    judging->token.len ? "its timestamp is older than the one before it"
					       : "its timestamp is older than the archive",
			    err);
	if (judging->token.len &&
	    it_timestamp_holds(&until, it_buf_span(&judging->token), &judging->roots, time, &why))
		return it_archive_note(
			judging->answer, INTOTO_CHECK_FAILED, "archive.timestamp",
			judging->question->archive->additions[number].name, err,
			"came too late: the timestamp before it had aged by then: %s",
			intoto_error_text(why));
	*good = true;
	return INTOTO_OK;
}

static int judge_stamp(struct judging *judging, const struct it_archive_later *later, size_t number,
		       struct intoto_error **err)
{
	const char *name = judging->question->archive->additions[number].name;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char text[IT_TIME_SIZE];
	int64_t time = 0;
	bool good = false;
	int rc;

	if (!judging->roots.count)
		return it_archive_note(judging->answer, INTOTO_CHECK_WARNING, "archive.timestamp",
				       name, err,
				       "its timestamp does not count without the root of its "
				       "authority (--timestamp-roots)");
	if (it_timestamp_verify(&time, it_buf_span(&later->timestamp), it_buf_span(&judging->text),
				&judging->roots, &why))
		return fail(judging, "archive.timestamp", number, intoto_error_text(why), err);
	if (!it_timestamp_is_sha512(it_buf_span(&later->timestamp)))
		return fail(judging, "archive.timestamp", number,
			    "its timestamp does not hash with SHA-512", err);
	rc = judge_order(judging, time, number, &good, err);
	if (rc || !good)
		return rc;
	it_buf_reset(&judging->token);
	(void)it_buf_add_span(&judging->token, it_buf_span(&later->timestamp)); /* below */
	rc = it_buf_check(&judging->token, "timestamp", err);
	if (!rc)
		rc = it_timestamp_holds(&judging->until, it_buf_span(&judging->token),
					&judging->roots, time, err);
	judging->first = judging->first ? judging->first : time;
	judging->last = time;
	it_time_format(text, time);
	return rc ? rc
		  : it_archive_note(judging->answer, INTOTO_CHECK_PASSED, "archive.timestamp", name,
				    err, "all before it existed at %s, an authority says", text);
}

/* From when to when an authority vouches for it.  Where nobody wanted that, evidence that has aged
 * is told and refuses nothing: keys and digests still stand. */
static int judge_age(struct judging *judging, struct intoto_error **err)
{
	const struct it_archive_policy *policy = judging->question->policy;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char from[IT_TIME_SIZE];
	char until[IT_TIME_SIZE];
	int64_t end;

	judging->answer->vouched_from = judging->first;
	judging->answer->vouched_until = judging->until;
	it_time_format(from, judging->first);
	it_time_format(until, judging->until);
	/* Without --at the question is whether it is vouched for at all. */
	if (policy->at_given && policy->at < judging->first)
		return it_archive_note(judging->answer,
				       policy->timestamp_required ? INTOTO_CHECK_FAILED
								  : INTOTO_CHECK_WARNING,
				       "archive.evidence", "", err,
				       "authorities vouch for it from %s until %s, and not for any "
				       "time before",
				       from, until);
	if (!policy->at_given || policy->at <= judging->last ||
	    !it_timestamp_holds(&end, it_buf_span(&judging->token), &judging->roots, policy->at,
				&why))
		return it_archive_note(judging->answer, INTOTO_CHECK_PASSED, "archive.evidence", "",
				       err,
				       "authorities vouch for it from %s until %s: it is to be "
				       "renewed before then",
				       from, until);
	return it_archive_note(judging->answer,
			       policy->timestamp_required ? INTOTO_CHECK_FAILED
							  : INTOTO_CHECK_WARNING,
			       "archive.evidence", "", err,
			       "authorities vouched for it from %s until %s, and nobody renewed it "
			       "before then: %s",
			       from, until, intoto_error_text(why));
}

static int judge_evidence(struct judging *judging, struct intoto_error **err)
{
	if (judging->first)
		return judge_age(judging, err);
	if (!judging->question->policy->timestamp_required)
		return INTOTO_OK;
	return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, "archive.evidence", "", err,
			       "no authority vouches for it with a timestamp that counts");
}

/* --- all of them --- */

static int judge_renewal(struct judging *judging, const struct it_archive_later *later,
			 size_t number, const char *signer, struct intoto_error **err)
{
	int rc = it_archive_note(judging->answer, INTOTO_CHECK_PASSED, "archive.renewal",
				 judging->question->archive->additions[number].name, err,
				 "hashes all before it with SHA-512, signed by key %s", signer);

	if (rc || later->timestamp.len)
		return rc ? rc : judge_stamp(judging, later, number, err);
	return it_archive_note(judging->answer, INTOTO_CHECK_WARNING, "archive.timestamp",
			       judging->question->archive->additions[number].name, err,
			       "has no timestamp: its time is by the word of who signed it");
}

/* What can be told of one without the members; *signer stays NULL when it counts for nothing. */
static int judge_form(struct it_archive_later **out, const char **signer, struct judging *judging,
		      size_t number, struct intoto_error **err)
{
	const struct it_archive_addition *addition = &judging->question->archive->additions[number];
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char name[IT_ARCHIVE_LATER_NAME];

	*out = NULL;
	*signer = NULL;
	if (it_archive_later_read(&later, addition->envelope, &why))
		return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, "archive.added",
				       addition->name, err,
				       "later evidence that this version cannot judge: %s",
				       intoto_error_text(why));
	it_archive_later_name(name, number);
	if (!it_streq(addition->name, name))
		return it_archive_note(judging->answer, INTOTO_CHECK_FAILED, "archive.reordered",
				       addition->name, err,
				       "does not stand where it belongs, where %s should", name);
	*signer = find_signer(judging, number);
	if (!*signer)
		return fail(judging, "archive.signature", number,
			    "is signed by none of the keys that may", err);
	*out = later;
	later = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int judge(struct judging *judging, size_t number, struct intoto_error **err)
{
	const struct it_archive_question *question = judging->question;
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	const char *signer = NULL;
	bool good = false;
	int rc = judge_form(&later, &signer, judging, number, err);

	if (rc || !signer)
		return rc;
	rc = is_over_all(&good, judging, later, number, err);
	if (rc)
		return rc;
	if (!good)
		return fail(judging, "archive.replaced", number,
			    "is over other entries than those before it", err);
	if (question->was && it_streq(later->archive, question->was))
		*question->found = true;
	return later->redaction ? judge_redaction(judging, later, signer, err)
				: judge_renewal(judging, later, number, signer, err);
}

/* Of an archive that is not whole: what they are over cannot be told. */
static int judge_forms(struct judging *judging, struct intoto_error **err)
{
	size_t count = judging->question->archive->addition_count;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
		const char *signer;

		rc = judge_form(&later, &signer, judging, i, err);
	}
	if (rc || !count)
		return rc;
	return it_archive_note(judging->answer, INTOTO_CHECK_SKIPPED, "archive.renewal", "", err,
			       "what stands behind the members was not compared with them, because "
			       "they are not whole");
}

static int judge_absent(struct judging *judging, struct intoto_error **err)
{
	const struct it_archive *archive = judging->question->archive;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < archive->manifest->member_count; i++)
		if (!archive->there[i] && !judging->withheld[i])
			rc = it_archive_note(judging->answer, INTOTO_CHECK_FAILED,
					     "archive.removed", archive->manifest->members[i].name,
					     err,
					     "is not there, and no redaction that counts "
					     "withholds it");
	return rc;
}

static int prepare(struct judging *judging, struct intoto_error **err)
{
	const struct it_archive_question *question = judging->question;
	int rc;

	judging->text = (struct it_buf)IT_BUF(IT_ARCHIVE_LISTING_MAX);
	judging->token = (struct it_buf)IT_BUF(IT_TIMESTAMP_MAX);
	judging->last = question->archive->manifest->time;
	judging->withheld =
		calloc(question->archive->manifest->member_count + 1, sizeof *judging->withheld);
	if (!judging->withheld)
		return it_err_nomem(err);
	rc = load_roots(judging, err);
	return rc || !question->archive->addition_count
		       ? rc
		       : it_archive_listing_read(&judging->listing, question->path,
						 question->archive, err);
}

int it_archive_check_later(struct it_archive_answer *answer,
			   const struct it_archive_question *question, struct intoto_error **err)
{
	IT_AUTO(judging_done) struct judging judging = { .answer = answer, .question = question };
	const struct it_archive *archive = question->archive;
	int rc = INTOTO_OK;

	if (!archive->addition_count && !question->policy->timestamp_required)
		return INTOTO_OK;
	if (!it_archive_is_whole(archive))
		return judge_forms(&judging, err);
	rc = prepare(&judging, err);
	for (size_t i = 0; !rc && i < archive->addition_count; i++)
		rc = judge(&judging, i, err);
	if (!rc)
		rc = judge_absent(&judging, err);
	return rc ? rc : judge_evidence(&judging, err);
}
