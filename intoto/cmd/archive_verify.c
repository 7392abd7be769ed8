/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive verify: whether an archive is whole and signed, and its chain passes, offline. */
#include <stdlib.h>
#include <string.h>

#include "archive/check.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/verify.h"
#include "cmd/verify_request.h"
#include "layouts/report.h"

struct verify_options {
	struct it_strings keys;
	struct it_strings layout_keys;
	const char *layout;
	const char *at;
	const char *previous;
	const char *product, *release;
	struct it_strings timestamp_roots;
	bool timestamp_required;
	struct it_strings parameters;
	struct it_strings allow;
	const char *format;
	unsigned verbose;
};

/* clang-format off */
static const struct it_option verify_options[] = {
	IT_EACH(struct verify_options, keys, 'k', "key", "FILE",
		"a public key; one of those given must have signed the manifest"),
	IT_VALUE(struct verify_options, layout, 'l', "layout", "FILE",
		 "would it pass under this layout, instead of the one in the archive?"),
	IT_EACH(struct verify_options, layout_keys, 0, "verification-keys", "FILE",
		"a public key that must have signed the layout (those in the archive)"),
	IT_EACH(struct verify_options, parameters, 0, "param", "NAME=VALUE",
		"put VALUE for {NAME} in the layout, instead of the parameters in the archive"),
	{ .name = "allow", .argument = "NAME", .kind = IT_OPTION_TEXTS,
	  .offset = offsetof(struct verify_options, allow), .choices = it_chain_allow_words,
	  .help = "allow this, instead of what was allowed in the archive" },
	IT_VALUE(struct verify_options, at, 0, "at", "TIME",
		 "as of 2026-01-31T23:59:59Z, @SECONDS, now, or when it was packed (archive)"),
	IT_VALUE(struct verify_options, previous, 0, "previous", "ARCHIVE",
		 "the archive that this one must name as the one before it"),
	IT_VALUE(struct verify_options, product, 0, "product", "NAME",
		 "what it must be an archive of"),
	IT_VALUE(struct verify_options, release, 0, "release", "VERSION",
		 "which release it must be of: an older one is refused"),
	IT_EACH(struct verify_options, timestamp_roots, 0, "timestamp-roots", "FILE",
		"certificates of the authorities whose timestamps count (those in the archive)"),
	IT_FLAG(struct verify_options, timestamp_required, 0, "require-timestamp",
		"refuse what no authority vouches for at that time: evidence that nobody renewed"),
	IT_REPORT_OPTION(struct verify_options, format),
	IT_TALLY(struct verify_options, verbose, 'v', "verbose", "list every check of the chain, too"),
};
/* clang-format on */

/* The keys, and what borrows from them. */
struct question {
	struct it_archive_keys keys, layout_keys;
	struct intoto_parameter *parameters;
	struct it_strings names; /* of them */
	struct it_archive_policy policy;
};

static void question_done(struct question *question)
{
	it_archive_keys_done(&question->keys);
	it_archive_keys_done(&question->layout_keys);
	free(question->parameters);
	it_strings_done(&question->names);
}

static int read_time(struct it_archive_policy *policy, const char *text, struct intoto_error **err)
{
	if (!text || it_streq(text, "archive"))
		return INTOTO_OK;
	policy->at_given = true;
	return it_read_time(&policy->at, "--at", it_streq(text, "now") ? NULL : text, err);
}

static int read_question(struct question *out, const struct verify_options *self,
			 struct intoto_error **err)
{
	struct it_archive_policy *policy = &out->policy;
	int rc = INTOTO_OK;

	if (!self->keys.count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want the public key of who signed the manifest (--key FILE)");
	if (!rc && self->layout && !self->layout_keys.count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"option --layout wants the keys of who signed it "
				"(--verification-keys FILE)");
	if (!rc)
		rc = it_archive_keys_load(&out->keys, &self->keys, err);
	if (!rc)
		rc = it_archive_keys_load(&out->layout_keys, &self->layout_keys, err);
	if (!rc)
		rc = read_time(policy, self->at, err);
	if (!rc)
		rc = it_chain_read_parameters(&out->parameters, &out->names, &self->parameters,
					      err);
	policy->parameters = out->parameters;
	policy->parameter_count = self->parameters.count;
	policy->allow = it_chain_allowed(&self->allow);
	policy->keys = (const struct intoto_key *const *)out->keys.items;
	policy->key_count = out->keys.count;
	policy->layout_keys = (const struct intoto_key *const *)out->layout_keys.items;
	policy->layout_key_count = out->layout_keys.count;
	policy->layout = self->layout;
	policy->previous = self->previous;
	policy->product = self->product;
	policy->release = self->release;
	policy->timestamp_roots = (const char *const *)self->timestamp_roots.items;
	policy->timestamp_root_count = self->timestamp_roots.count;
	policy->timestamp_required = self->timestamp_required;
	return rc;
}

/* --- telling --- */

/* A report without the folder that the archive was extracted into: paths as in the archive. */
static void add_report(struct it_buf *out, const char *text, const char *folder)
{
	size_t len = strlen(folder);
	const char *found;

	while ((found = strstr(text, folder))) {
		(void)it_buf_add(out, text, (size_t)(found - text)); /* sticky */
		text = found + len + (found[len] == '/');
	}
	(void)it_buf_add_text(out, text); /* sticky */
}

static void print_notes(struct it_buf *out, const struct it_archive_answer *answer)
{
	for (size_t i = 0; i < answer->note_count; i++) {
		const struct it_archive_note *note = &answer->notes[i];

		(void)it_buf_printf(out, "  %-10s",
				    intoto_outcome_name(note->outcome)); /* sticky */
		if (*note->subject) {
			it_text_quote(out, it_span_text(note->subject));
			(void)it_buf_add_text(out, ": "); /* sticky */
		}
		it_text_quote(out, it_span_text(note->text));
		(void)it_buf_printf(out, " [%s]\n", note->code); /* sticky */
	}
}

static int print(struct it_buf *out, const char *path, const struct it_archive_answer *answer,
		 bool verbose, struct intoto_error **err)
{
	static const char *const heads[] = { [INTOTO_REFUSED] = "REFUSED: ",
					     [INTOTO_PASSED] = "PASSED: ",
					     [INTOTO_UNDECIDED] = "UNDECIDED: " };
	IT_AUTO(it_freep) char *text = NULL;
	bool chain = answer->report &&
		     (verbose || intoto_report_verdict(answer->report) != INTOTO_PASSED);
	int rc = chain ? intoto_report_text(answer->report, verbose, &text, err) : INTOTO_OK;

	(void)it_buf_add_text(out, heads[answer->verdict]); /* sticky */
	it_text_quote(out, it_span_text(path));
	(void)it_buf_add_byte(out, '\n'); /* sticky */
	print_notes(out, answer);
	if (text) {
		(void)it_buf_add_text(out, "its chain:\n"); /* sticky */
		add_report(out, text, answer->folder);
	}
	return rc;
}

static void write_notes(struct it_writer *writer, const struct it_archive_answer *answer)
{
	it_write_name(writer, "checks");
	it_write_list(writer);
	for (size_t i = 0; i < answer->note_count; i++) {
		const struct it_archive_note *note = &answer->notes[i];

		it_write_object(writer);
		it_write_name(writer, "code");
		it_write_text(writer, note->code);
		it_write_name(writer, "outcome");
		it_write_text(writer, intoto_outcome_name(note->outcome));
		it_write_name(writer, "subject");
		it_write_text(writer, note->subject);
		it_write_name(writer, "text");
		it_write_text(writer, note->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* Null where no authority vouches for it. */
static void write_evidence(struct it_writer *writer, const struct it_archive_answer *answer)
{
	char time[IT_TIME_SIZE];

	it_write_name(writer, "evidence");
	if (!answer->vouched_from) {
		it_write_null(writer);
		return;
	}
	it_write_object(writer);
	it_write_name(writer, "from");
	it_time_format(time, answer->vouched_from);
	it_write_text(writer, time);
	it_write_name(writer, "until");
	it_time_format(time, answer->vouched_until);
	it_write_text(writer, time);
	it_write_object_end(writer);
}

static int write(struct it_buf *out, const char *path, const struct it_archive_answer *answer,
		 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *chain = NULL;
	IT_AUTO(it_buf_done) struct it_buf tidy = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	struct it_writer writer;
	int rc = answer->report ? intoto_report_json(answer->report, &chain, err) : INTOTO_OK;

	if (rc)
		return rc;
	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "archive");
	it_write_text(&writer, path);
	if (chain) {
		it_write_name(&writer, "chain");
		add_report(&tidy, chain, answer->folder);
		it_write_raw(&writer, it_buf_span(&tidy));
	}
	write_notes(&writer, answer);
	write_evidence(&writer, answer);
	it_write_name(&writer, "manifest");
	it_write_value(&writer,
		       it_json_get(it_envelope_body(answer->archive->envelope), "predicate"));
	it_write_name(&writer, "sha256");
	it_write_text(&writer, answer->archive->sha256);
	it_write_name(&writer, "signers");
	it_write_list(&writer);
	for (size_t i = 0; i < answer->signers.count; i++)
		it_write_text(&writer, answer->signers.items[i]);
	it_write_list_end(&writer);
	it_write_name(&writer, "verdict");
	it_write_text(&writer, it_verdict_name(answer->verdict));
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	rc = it_writer_finish(&writer, err);
	return rc ? rc : it_buf_check(&tidy, "the report", err);
}

static int tell(const struct verify_options *self, const char *path,
		const struct it_archive_answer *answer, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc;

	if (it_report_is_json(self->format)) {
		rc = write(&text, path, answer, err);
		return rc ? rc : it_print_json(&text, err);
	}
	rc = print(&text, path, answer, self->verbose, err);
	return rc ? rc : it_print(&text, err);
}

static int verify_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct verify_options *self = parsed;
	IT_AUTO(question_done) struct question question = { 0 };
	IT_AUTO(it_archive_answer_freep) struct it_archive_answer *answer = NULL;
	const char *path = NULL;
	int rc = it_archive_operand(&path, operands, err);

	if (!rc)
		rc = read_question(&question, self, err);
	if (!rc)
		rc = it_archive_check(&answer, path, &question.policy, err);
	if (!rc)
		rc = tell(self, path, answer, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	/* A chain that passes may be undecided all the same, without what is withheld. */
	if (answer->verdict == INTOTO_UNDECIDED &&
	    intoto_report_verdict(answer->report) != INTOTO_PASSED)
		return it_verify_status(answer->report);
	if (answer->verdict == INTOTO_UNDECIDED)
		return IT_EXIT_UNAVAILABLE;
	return answer->verdict == INTOTO_PASSED ? IT_EXIT_YES : IT_EXIT_NO;
}

extern const struct it_command it_cmd_archive_verify;

const struct it_command it_cmd_archive_verify = {
	.name = "verify",
	.synopsis = "--key FILE [OPTIONS] ARCHIVE",
	.summary = "check an archive, and the chain in it, without a network",
	.examples = "intoto archive verify --key archive.pub app-1.4.evidence.tar.zst\n"
		    "intoto archive verify --key archive.pub --layout today.layout \\\n"
		    "    --verification-keys owner.pub --at now app-1.4.evidence.tar.zst",
	.options = verify_options,
	.option_count = IT_COUNT_OF(verify_options),
	.options_size = sizeof(struct verify_options),
	.run = verify_run,
	.manual = "intoto-archive",
};
