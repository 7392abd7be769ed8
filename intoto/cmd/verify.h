/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto verify, in parts: the option table (verify_options.c), the request made from the words
 * (verify_request.h, which other commands share), what is printed and written (verify_output.c).
 */
#ifndef IT_CMD_VERIFY_H
#define IT_CMD_VERIFY_H

#include "cmd/passphrase.h"
#include "cmd/verify_request.h"
#include "crypto/signer.h"
#include "layouts/report_format.h"
#include "layouts/story.h"

/* The words of the command line. */
struct it_verify_words {
	struct it_chain_words chain;
	struct it_registry_options registry;
	const char *format;
	struct it_strings reports; /* FORMAT=FILE */
	bool no_ci_summary;
	struct it_strings explain;
	struct it_strings graphs; /* FILE.dot, FILE.svg, or dot or svg */
	const char *summary_link;
	const char *summary_name;
	const char *vsa;
	const char *svr;
	const char *signing_key;
	struct it_passphrase passphrase;
	const char *keyid_style;
	const char *verifier_id;
	const char *resource_uri;
	const char *policy_uri;
	struct it_strings levels;
	struct it_strings subjects;
	bool quiet;
};

int it_verify_run(void *parsed, const struct it_strings *operands, struct intoto_error **err);

/* SOURCE_DATE_EPOCH, for what must be reproducible; *given says whether there is one. */
IT_CHECK int it_verify_epoch(int64_t *out, bool *given, struct intoto_error **err);
/* The exit status of a report. */
int it_verify_status(const struct intoto_report *report);
/* The report on standard output; format NULL: text, of which quiet keeps a pass for itself. */
IT_CHECK int it_verify_print(const struct it_report_view *view, const char *format, bool quiet,
			     struct intoto_error **err);

/* What came out. */
struct it_verify_result {
	struct intoto_report *report;
	struct intoto_link *summary; /* NULL unless it passed */
	struct it_trace *trace;
	struct it_stories stories;
	struct it_signer *signer; /* NULL: nothing is to be signed */
};

/* The stories of the artifacts that --explain names. */
IT_CHECK int it_verify_explain(struct it_verify_result *result, const struct it_strings *queries,
			       struct intoto_error **err);
void it_verify_explain_done(struct it_stories *stories);

/*
 * The signed outputs, in verify_sign.c: the summary link, the VSA and the SVR.  Mistakes in the
 * words come first, then the key is opened, and both before anything is verified.
 */
IT_CHECK int it_verify_sign_check(const struct it_verify_words *words, struct intoto_error **err);
IT_CHECK int it_verify_sign_open(struct it_verify_words *words, struct it_signer **signer,
				 struct intoto_error **err);
/*
 * Writes them.  One that this verdict does not allow is taken away if it is there: an old one must
 * not look like ours.
 */
IT_CHECK int it_verify_sign(const struct it_verify_words *words,
			    const struct it_verify_result *result, struct intoto_error **err);

/* Of several outputs, each is tried, and the first failure is the one that is told: *first keeps
 * it, and a later one must not speak into it. */
void it_keep_first(int *first, int rc);
struct intoto_error **it_only_first(struct intoto_error **err);

/* Mistakes in the words that are about output; before anything is verified. */
IT_CHECK int it_verify_output_check(const struct it_verify_words *words, struct intoto_error **err);
/*
 * Prints and writes all that was asked for.  One that fails does not keep the others from being
 * written; the first failure is returned.
 */
IT_CHECK int it_verify_output(const struct it_verify_words *words,
			      const struct it_verify_result *result, struct intoto_error **err);

#endif
