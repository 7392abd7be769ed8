/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and verifying links (specification 5.2, steps 4 to 6).
 *
 * Only files whose name has an id of an authorised key are opened, and only that key can make them
 * count.  A file that is broken is reported and counts as absent; it never ends the verification.
 */
#include "layouts/evidence.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "layouts/words.h"

enum { WORDS_MAX = 16 * 1024 };

void it_evidence_done(struct it_evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++) {
		free(evidence->valid[i].file);
		free(evidence->valid[i].signers);
		intoto_link_free(evidence->valid[i].link);
	}
	free(evidence->valid);
	it_candidates_done(&evidence->candidates);
	it_authority_done(&evidence->authority);
}

/* One file of the step, on its way. */
struct visit {
	struct it_chain *chain;
	struct it_evidence *evidence;
	const char *file;
	const char *path;
	const struct it_candidate *claims; /* the keys whose name the file has */
	size_t claim_count;
	bool *signers;
	const struct intoto_key *first_signer;
};

static void report(const struct visit *visit, enum intoto_outcome outcome, const char *code,
		   const char *text)
{
	it_report_add(visit->chain->report, outcome, code,
		      it_chain_label(visit->chain, visit->evidence->step->item.name), visit->file,
		      "%s", text);
}

/* --- the file --- */

static void report_unread(const struct visit *visit, int rc, const struct intoto_error *why)
{
	if (rc == INTOTO_E_IO) {
		visit->evidence->unreadable++;
		it_report_undecided(visit->chain->report, "link.file",
				    it_chain_label(visit->chain, visit->evidence->step->item.name),
				    visit->file, why);
		return;
	}
	report(visit, INTOTO_CHECK_WARNING, "link.format", intoto_error_text(why));
}

/* A FIFO or device would make us wait for ever. */
static int check_regular(const char *path, struct intoto_error **err)
{
	struct stat about;

	if (stat(path, &about))
		return it_err_errno(err, errno, "%s", path);
	if (S_ISREG(about.st_mode))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT, "%s: is no regular file", path);
}

/* *envelope stays NULL when there is no file, or none that can be used. */
static int load(const struct visit *visit, struct intoto_envelope **envelope,
		struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = check_regular(visit->path, &why);

	if (!rc)
		rc = intoto_envelope_load(envelope, visit->path, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc && rc != INTOTO_E_NOTFOUND)
		report_unread(visit, rc, why);
	return INTOTO_OK;
}

/* --- its signatures --- */

static int find_signers(struct visit *visit, const struct intoto_envelope *envelope,
			struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	for (size_t i = 0; i < visit->claim_count; i++) {
		size_t number = visit->claims[i].key;
		const struct it_layout_key *key = visit->evidence->authority.keys[number];
		int rc = intoto_envelope_verify(envelope, key->key, why ? NULL : &why);

		if (rc == INTOTO_E_NOMEM)
			return it_err_nomem(err);
		visit->signers[number] = rc == INTOTO_OK;
		if (rc == INTOTO_OK && !visit->first_signer)
			visit->first_signer = key->key;
	}
	report(visit, visit->first_signer ? INTOTO_CHECK_PASSED : INTOTO_CHECK_WARNING,
	       "link.signature",
	       visit->first_signer ? "is signed by the key that it is named after"
				   : intoto_error_text(why));
	return INTOTO_OK;
}

/* --- what it says --- */

static bool check_name(const struct visit *visit, const struct intoto_link *link)
{
	const char *step = visit->evidence->step->item.name;
	bool allowed = it_chain_allows(visit->chain, INTOTO_ALLOW_NAME_MISMATCH);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	if (it_streq(link->name, step))
		return true;
	(void)it_buf_add_text(&text, "this is a link of the step "); /* short; sticks */
	it_where_quote(&text, it_span_text(link->name));
	(void)it_buf_add_text(&text, ", renamed");
	report(visit, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED, "link.name",
	       it_buf_text(&text));
	return allowed;
}

/* A sentence about a command that did not end well. */
static void describe_end(struct it_buf *out, enum it_link_end end, int64_t value)
{
	/* The smallest number has no positive twin. */
	unsigned long long size =
		value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

	if (end == IT_LINK_END_LATE)
		(void)it_buf_add_text(out, "the command took too long and was ended"); /* short */
	else if (end == IT_LINK_END_UNREADABLE)
		(void)it_buf_add_text(out, "the link's \"return-value\" is no whole number, so "
					   "nobody knows how the command ended"); /* short */
	else
		(void)it_buf_printf(out, /* short */
				    value < 0 ? "the command was ended by signal %llu"
					      : "the command failed with status %llu",
				    size);
}

/* A step that failed gives a link that says so; it still counts, so that the report has one reason.
 */
static void check_status(const struct visit *visit, const struct intoto_link *link)
{
	bool allowed = it_chain_allows(visit->chain, INTOTO_ALLOW_FAILED_STEP);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);
	int64_t value = 0;
	enum it_link_end end = it_link_end(link, &value);

	if (end == IT_LINK_END_GOOD) {
		report(visit, INTOTO_CHECK_PASSED, "link.status", "the command succeeded");
	} else if (end == IT_LINK_END_UNTOLD) {
		if (link->command.count)
			report(visit, INTOTO_CHECK_WARNING, "link.status",
			       "the link does not say how its command ended");
	} else {
		describe_end(&text, end, value);
		report(visit, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED, "link.status",
		       it_buf_text(&text));
	}
}

static bool same_words(const struct it_strings *a, const struct it_strings *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!it_streq(a->items[i], b->items[i]))
			return false;
	return a->count == b->count;
}

/* Only ever a warning (specification 5.2, step 7). */
static void check_command(const struct visit *visit, const struct intoto_link *link)
{
	const struct it_strings *expected = &visit->evidence->step->item.command;
	IT_AUTO(it_buf_done) struct it_buf ran = IT_BUF(WORDS_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	if (!expected->count)
		return;
	if (same_words(expected, &link->command)) {
		report(visit, INTOTO_CHECK_PASSED, "link.command",
		       "the command is the expected one");
		return;
	}
	it_words_join(&ran, &link->command);
	(void)it_buf_add_text(&text, "the layout expects another command than "); /* sticks */
	it_where_quote(&text, it_buf_span(&ran));
	report(visit, INTOTO_CHECK_WARNING, "link.command", it_buf_text(&text));
}

/* *link stays NULL when the file is no evidence. */
static int read_link(const struct visit *visit, const struct intoto_envelope *envelope,
		     struct intoto_link **link, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = intoto_link_from_envelope(link, envelope, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		report(visit, INTOTO_CHECK_WARNING, "link.format", intoto_error_text(why));
		return INTOTO_OK;
	}
	if (!check_name(visit, *link)) {
		intoto_link_free(*link);
		*link = NULL;
		return INTOTO_OK;
	}
	check_status(visit, *link);
	check_command(visit, *link);
	return INTOTO_OK;
}

/* --- all together --- */

/* Takes link, also on failure. */
static int keep(const struct visit *visit, struct intoto_link *link, struct intoto_error **err)
{
	struct it_evidence *evidence = visit->evidence;
	size_t keys = evidence->authority.count;
	struct it_valid_link added = { strdup(visit->file), calloc(keys, sizeof(bool)), link };
	struct it_valid_link *valid =
		reallocarray(evidence->valid, evidence->count + 1, sizeof *valid);

	if (valid)
		evidence->valid = valid;
	if (!added.file || !added.signers || !valid) {
		free(added.file);
		free(added.signers);
		intoto_link_free(link);
		return it_err_nomem(err);
	}
	memcpy(added.signers, visit->signers, keys * sizeof(bool));
	valid[evidence->count++] = added;
	return INTOTO_OK;
}

static int visit_file(struct visit *visit, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct intoto_link *link = NULL;
	int rc = load(visit, &envelope, err);

	if (rc || !envelope)
		return rc;
	rc = find_signers(visit, envelope, err);
	if (rc || !visit->first_signer)
		return rc;
	if (it_streq(intoto_envelope_type(envelope), "layout"))
		rc = it_sublayout_verify(visit->chain, visit->evidence, visit->path, envelope,
					 visit->first_signer, &link, err);
	else
		rc = read_link(visit, envelope, &link, err);
	if (rc || !link)
		return rc;
	return keep(visit, link, err);
}

/* The candidates come sorted by file; each file is visited once. */
static int visit_files(struct it_chain *chain, struct it_evidence *evidence,
		       struct intoto_error **err)
{
	const struct it_candidates *candidates = &evidence->candidates;
	size_t end;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < candidates->count; i = end) {
		const char *file = candidates->items[i].file;
		IT_AUTO(it_freep) char *path = it_path_join(chain->link_dir, file);
		IT_AUTO(it_freep) bool *signers = calloc(evidence->authority.count, sizeof(bool));
		struct visit visit = { .chain = chain,
				       .evidence = evidence,
				       .file = file,
				       .path = path,
				       .claims = &candidates->items[i],
				       .signers = signers };

		for (end = i;
		     end < candidates->count && it_streq(candidates->items[end].file, file);)
			end++;
		visit.claim_count = end - i;
		if (!path || !signers)
			return it_err_nomem(err);
		rc = visit_file(&visit, err);
	}
	return rc;
}

static bool is_candidate(const struct it_candidates *candidates, const char *file)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (it_streq(candidates->items[i].file, file))
			return true;
	return false;
}

/* "<step>.????????.link" */
static bool is_link_of(const char *file, const char *step)
{
	size_t len = strlen(step);

	return it_starts_with(file, step) && file[len] == '.' &&
	       strlen(file + len) == sizeof ".12345678.link" - 1 && it_ends_with(file, ".link");
}

static void report_unauthorised(struct it_chain *chain, const struct it_evidence *evidence)
{
	const char *step = evidence->step->item.name;

	for (size_t i = 0; i < chain->folder.count; i++) {
		const char *file = chain->folder.items[i];

		if (is_link_of(file, step) && !is_candidate(&evidence->candidates, file))
			it_report_add(chain->report, INTOTO_CHECK_WARNING, "link.unauthorised",
				      it_chain_label(chain, step), file,
				      "was not looked at: it is named after no key that may do "
				      "the step");
	}
}

/*
 * Files that are broken, or not signed by who they are named after, count as absent (specification
 * 5.2, step 5).  Where the threshold is met without them they stay warnings: else anybody who can
 * put a file into the folder could stop a release.
 */
static void condemn_absent(struct it_chain *chain, const struct it_evidence *evidence, size_t first)
{
	const char *label = it_chain_label(chain, evidence->step->item.name);

	if (evidence->enough)
		return;
	it_report_condemn(chain->report, first, "link.format", label);
	it_report_condemn(chain->report, first, "link.signature", label);
}

static int gather(struct it_chain *chain, const struct it_layout_step *step,
		  struct intoto_error **err)
{
	IT_AUTO(it_evidence_done) struct it_evidence evidence = { .step = step };
	size_t first = intoto_report_count(chain->report);
	int rc = it_authority_find(&evidence.authority, chain, step, err);

	if (!rc)
		rc = it_candidates_find(&evidence.candidates, &evidence.authority, step, err);
	if (!rc)
		rc = visit_files(chain, &evidence, err);
	if (rc)
		return rc;
	report_unauthorised(chain, &evidence);
	chain->links[step->item.index] = it_evidence_choose(chain, &evidence);
	chain->open[step->item.index] = evidence.open;
	condemn_absent(chain, &evidence, first);
	return INTOTO_OK;
}

/* Missing files are reported by their steps; that the folder cannot be listed hides only strangers.
 */
static int list_folder(struct it_chain *chain, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *folder = chain->link_dir && *chain->link_dir ? chain->link_dir : ".";
	int rc = it_dir_list(&chain->folder, folder, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_report_add(chain->report, INTOTO_CHECK_WARNING, "link.folder",
			      it_chain_label(chain, ""), folder, "%s", intoto_error_text(why));
	return INTOTO_OK;
}

int it_stage_evidence(struct it_chain *chain, struct intoto_error **err)
{
	int rc = chain->layout->step_count ? list_folder(chain, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < chain->layout->step_count; i++)
		rc = gather(chain, &chain->layout->steps[i], err);
	return rc;
}
