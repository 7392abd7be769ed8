/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What intoto verify signs: the summary link, a VSA, an SVR.
 *
 * Nothing says PASSED unless the verdict is PASSED, and nothing that was verified says more than
 * the products of the last step: a subject that is none of them is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/verify.h"
#include "layouts/grounds.h"
#include "model/link.h"
#include "model/vsa.h"
#include "record/hash.h"

enum { DIGESTS_LIMIT = 4096, SHA256_DIGITS = 64 };

#define YEAR_9999_ENDS INT64_C(253402300799)
#define SHA256_PREFIX "sha256:"

/* --- the words --- */

static int want(const char *value, const char *option, const char *why, struct intoto_error **err)
{
	if (value)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE, "%s wants %s", why, option);
}

int it_verify_epoch(int64_t *out, bool *given, struct intoto_error **err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	*given = text && *text;
	if (!*given)
		return INTOTO_OK;
	if (!it_parse_u64(text, (uint64_t)YEAR_9999_ENDS, &seconds))
		return it_err_set(err, INTOTO_E_USAGE,
				  "SOURCE_DATE_EPOCH: want whole seconds since 1970");
	*out = (int64_t)seconds;
	return INTOTO_OK;
}

static int check_uris(const struct it_verify_words *words, struct intoto_error **err)
{
	int rc = it_resource_check_uri(words->verifier_id, "--verifier-id", err);

	if (!rc && words->resource_uri)
		rc = it_resource_check_uri(words->resource_uri, "--resource-uri", err);
	if (!rc && words->policy_uri)
		rc = it_resource_check_uri(words->policy_uri, "--policy-uri", err);
	return rc;
}

/* The words of a statement. */
static int check_statement(const struct it_verify_words *words, struct intoto_error **err)
{
	const char *why = words->vsa ? "option --vsa" : "option --svr";
	int64_t time;
	bool given;
	int rc = want(words->signing_key, "--signing-key KEY", why, err);

	if (!rc)
		rc = want(words->verifier_id, "--verifier-id URI", why, err);
	if (!rc && words->vsa)
		rc = want(words->resource_uri, "--resource-uri URI", why, err);
	if (!rc)
		rc = check_uris(words, err);
	if (!rc)
		rc = it_err_wrap(err,
				 it_vsa_check_levels((const char *const *)words->levels.items,
						     words->levels.count, err),
				 "--verified-level");
	return rc ? rc : it_verify_epoch(&time, &given, err);
}

int it_verify_sign_check(const struct it_verify_words *words, struct intoto_error **err)
{
	bool about = words->verifier_id || words->resource_uri || words->policy_uri ||
		     words->levels.count || words->subjects.count;
	int rc = it_passphrase_check(&words->passphrase, err);

	if (rc)
		return rc;
	if (words->vsa || words->svr)
		return check_statement(words, err);
	if (about)
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --verifier-id, --resource-uri, --policy-uri, "
				  "--verified-level and --subject want --vsa or --svr");
	if (words->signing_key && !words->summary_link)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --signing-key wants something to sign: --vsa, --svr or "
				  "--summary-link");
	return INTOTO_OK;
}

int it_verify_sign_open(struct it_verify_words *words, struct it_signer **signer,
			struct intoto_error **err)
{
	if (!words->signing_key)
		return INTOTO_OK;
	return it_signer_open(signer, words->signing_key, it_passphrase_get, &words->passphrase,
			      err);
}

/* --- subjects --- */

/* A growing list of subjects, and the texts that are its own. */
struct subjects {
	struct it_resource *items;
	size_t count;
	struct it_strings owned;
};

static void subjects_done(struct subjects *subjects)
{
	free(subjects->items);
	it_strings_done(&subjects->owned);
}

/* Takes room for one more than there are. */
static int add_subject(struct subjects *subjects, const char *name, const char *digests,
		       struct intoto_error **err)
{
	struct it_resource *items =
		reallocarray(subjects->items, subjects->count + 1, sizeof *items);

	if (!items)
		return it_err_nomem(err);
	subjects->items = items;
	items[subjects->count++] = (struct it_resource){ .name = name, .digests = digests };
	return INTOTO_OK;
}

/* Whether it is "sha256:" and 64 digits. */
static bool is_sha256(const char *text)
{
	const char *hex = text + sizeof SHA256_PREFIX - 1;

	return it_starts_with(text, SHA256_PREFIX) && strlen(hex) == SHA256_DIGITS &&
	       it_hex_valid(it_span_text(hex));
}

/* Whether one digest is among those of a product. */
static bool has_digest(const char *digests, const char *one)
{
	for (const char *at = digests; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (it_span_eq(it_span(at, strcspn(at, ",")), it_span_text(one)))
			return true;
	}
	return false;
}

static char *lower(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return copy;
}

static int refuse_subject(const char *subject, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(subject));

	return it_err_set(err, INTOTO_E_POLICY, "--subject '%s': %s", quoted ? quoted : "", why);
}

/* On a pass: products only. */
static int find_verified(struct subjects *subjects, const struct it_artifacts *products,
			 const char *subject, struct intoto_error **err)
{
	const struct it_artifact *named = it_artifacts_find(products, it_span_text(subject));
	IT_AUTO(it_freep) char *digest = lower(subject);

	if (!digest)
		return it_err_nomem(err);
	if (named)
		return add_subject(subjects, named->name, named->digests, err);
	for (size_t i = 0; is_sha256(digest) && i < products->count; i++)
		if (has_digest(products->items[i].digests, digest))
			return add_subject(subjects, products->items[i].name,
					   products->items[i].digests, err);
	return refuse_subject(subject, "is no product of the last step, so it was not verified",
			      err);
}

/* On a refusal: whatever the caller says it is about. */
static int find_refused(struct subjects *subjects, const char *subject, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_LIMIT);
	IT_AUTO(it_freep) char *digest = lower(subject);
	struct stat about;
	int rc;

	if (!digest)
		return it_err_nomem(err);
	if (is_sha256(digest)) {
		rc = it_strings_add(&subjects->owned, digest, err);
		return rc ? rc
			  : add_subject(subjects, NULL,
					subjects->owned.items[subjects->owned.count - 1], err);
	}
	fd = open(subject, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode))
		return refuse_subject(subject,
				      "the chain was refused, so its digest must come from a file "
				      "of that name, or be given as sha256:HEX",
				      err);
	rc = it_hasher_init(&hasher, NULL, err);
	if (!rc)
		rc = it_hash_file(&hasher, fd, &about, it_span_text(subject), &digests, err);
	if (!rc)
		rc = it_strings_add(&subjects->owned, it_buf_text(&digests), err);
	return rc ? rc
		  : add_subject(subjects, subject, subjects->owned.items[subjects->owned.count - 1],
				err);
}

static int all_products(struct subjects *subjects, const struct it_artifacts *products,
			struct intoto_error **err)
{
	subjects->items = calloc(products->count + 1, sizeof *subjects->items);
	if (!subjects->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < products->count; i++)
		subjects->items[subjects->count++] =
			(struct it_resource){ .name = products->items[i].name,
					      .digests = products->items[i].digests };
	if (!subjects->count)
		return it_err_set(err, INTOTO_E_POLICY,
				  "the last step has no products, so there is no subject");
	return INTOTO_OK;
}

static int find_subjects(struct subjects *subjects, const struct it_verify_words *words,
			 const struct intoto_link *summary, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (summary && !words->subjects.count)
		return all_products(subjects, &summary->products, err);
	if (!words->subjects.count)
		return it_err_set(err, INTOTO_E_POLICY,
				  "the chain was refused, so none of its products can be the "
				  "subject: say what it is about (--subject sha256:HEX)");
	for (size_t i = 0; !rc && i < words->subjects.count; i++)
		rc = summary ? find_verified(subjects, &summary->products, words->subjects.items[i],
					     err)
			     : find_refused(subjects, words->subjects.items[i], err);
	return rc;
}

/* --- writing --- */

/* The time that the verdict is about, or the one that makes the output reproducible. */
static int time_of(int64_t *out, const struct it_verify_words *words,
		   const struct intoto_report *report, struct intoto_error **err)
{
	bool given = false;
	int rc = it_verify_epoch(out, &given, err);

	if (!rc && (words->chain.at || !given))
		*out = it_report_time(report);
	return rc;
}

static int save(const struct it_verify_words *words, const struct it_signer *signer,
		struct intoto_envelope *envelope, const char *path, struct intoto_error **err)
{
	int rc = signer ? it_envelope_sign(envelope, signer,
					   it_keyid_style_named(words->keyid_style), err)
			: INTOTO_OK;

	return rc ? it_err_wrap(err, rc, "%s", path) : intoto_envelope_save(envelope, path, err);
}

static int make_statement(struct intoto_envelope **out, const struct it_verify_words *words,
			  const struct it_verify_result *result, bool is_vsa,
			  struct intoto_error **err)
{
	IT_AUTO(subjects_done) struct subjects subjects = { 0 };
	IT_AUTO(it_grounds_done) struct it_grounds grounds = { 0 };
	bool passed = intoto_report_verdict(result->report) == INTOTO_PASSED;
	struct it_verification done = { .passed = passed };
	int rc = find_subjects(&subjects, words, passed ? result->summary : NULL, err);

	if (!rc)
		rc = it_grounds_find(&grounds, result->report, words->policy_uri, err);
	if (!rc)
		rc = time_of(&done.time, words, result->report, err);
	if (rc)
		return rc;
	done.subjects = subjects.items;
	done.subject_count = subjects.count;
	done.verifier_id = words->verifier_id;
	done.verifier_version = intoto_version();
	done.resource_uri = words->resource_uri;
	done.policy = grounds.policy;
	done.inputs = grounds.inputs;
	done.input_count = grounds.input_count;
	done.excuses = grounds.excuses;
	done.excuse_count = grounds.excuse_count;
	done.levels = (const char *const *)words->levels.items;
	done.level_count = words->levels.count;
	return is_vsa ? it_vsa_to_envelope(out, &done, err) : it_svr_to_envelope(out, &done, err);
}

static int write_statement(const struct it_verify_words *words,
			   const struct it_verify_result *result, bool is_vsa,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	const char *path = is_vsa ? words->vsa : words->svr;
	int rc = make_statement(&envelope, words, result, is_vsa, err);

	if (rc)
		return it_err_wrap(err, rc, "%s",
				   is_vsa ? "no VSA was written" : "no SVR was written");
	return save(words, result->signer, envelope, path, err);
}

static int write_summary(const struct it_verify_words *words, const struct it_verify_result *result,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = it_link_to_envelope(&envelope, result->summary, INTOTO_DSSE, err);

	return rc ? rc : save(words, result->signer, envelope, words->summary_link, err);
}

/* Only a plain file: a pipe or a device holds nothing old. */
static int take_away(const char *path, struct intoto_error **err)
{
	struct stat about;

	if (lstat(path, &about) || (!S_ISREG(about.st_mode) && !S_ISLNK(about.st_mode)))
		return INTOTO_OK;
	return unlink(path) ? it_err_errno(err, errno, "%s", path) : INTOTO_OK;
}

/* One output: written when it may be, and else not left there from another run. */
static int write_one(const struct it_verify_words *words, const struct it_verify_result *result,
		     const char *path, bool may,
		     int (*write)(const struct it_verify_words *words,
				  const struct it_verify_result *result, struct intoto_error **err),
		     struct intoto_error **err)
{
	int first = INTOTO_OK;

	if (!path)
		return INTOTO_OK;
	if (may)
		first = write(words, result, err);
	if (!may || first)
		it_keep_first(&first, take_away(path, it_only_first(err)));
	return first;
}

static int write_vsa(const struct it_verify_words *words, const struct it_verify_result *result,
		     struct intoto_error **err)
{
	if (intoto_report_verdict(result->report) == INTOTO_UNDECIDED)
		return it_err_set(err, INTOTO_E_POLICY,
				  "no VSA was written: nothing was decided, so there is nothing to "
				  "attest");
	return write_statement(words, result, true, err);
}

static int write_svr(const struct it_verify_words *words, const struct it_verify_result *result,
		     struct intoto_error **err)
{
	return write_statement(words, result, false, err);
}

int it_verify_sign(const struct it_verify_words *words, const struct it_verify_result *result,
		   struct intoto_error **err)
{
	bool passed = intoto_report_verdict(result->report) == INTOTO_PASSED && result->summary;
	int first = write_one(words, result, words->summary_link, passed, write_summary, err);

	it_keep_first(&first,
		      write_one(words, result, words->vsa, true, write_vsa, it_only_first(err)));
	it_keep_first(&first,
		      write_one(words, result, words->svr, passed, write_svr, it_only_first(err)));
	return first;
}
