/* SPDX-License-Identifier: Apache-2.0 */
/* intoto run: one step of a chain, recorded around its command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "base/text.h"
#include "cmd/attest_options.h"
#include "cmd/listing_options.h"
#include "cmd/output.h"
#include "cmd/reuse_options.h"
#include "cmd/sandbox_options.h"
#include "cmd/step_options.h"
#include "cmd/trace_options.h"

enum {
	/* As shells and env(1) have them. */
	EXIT_OURS = 125,
	EXIT_NOT_STARTED = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL = 128,
	MS_PER_SECOND = 1000,
	FRACTION_DIGITS = 3,
	SECONDS_MAX = 365 * 24 * 3600,
};

static const char command_name[] = "intoto run";

struct run_options {
	struct it_step_words step;
	struct it_reuse_words reuse;
	struct it_listing_words listing;
	struct it_strings materials;
	struct it_strings products;
	bool no_command;
	const char *timeout;
	bool record_streams;
	struct it_strings accept; /* as given, and then split at commas */
	const char *format;
	bool use_dsse;
	struct it_sandbox_words sandbox;
	struct it_trace_words trace;
	struct it_attest_words attest;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_STEP_WHO_OPTIONS(struct run_options, step),
	IT_WORDS(struct run_options, materials, 'm', "materials", "PATH",
		 "files and folders to record before the command runs"),
	IT_WORDS(struct run_options, products, 'p', "products", "PATH",
		 "files and folders to record after it ran"),
	IT_FLAG(struct run_options, no_command, 'x', "no-command",
		"sign a link without running anything"),
	IT_VALUE(struct run_options, timeout, 0, "run-timeout", "SECONDS",
		 "end a command that takes longer (no limit)"),
	IT_FLAG(struct run_options, record_streams, 's', "record-streams",
		"put what the command prints into the link, too"),
	IT_EACH(struct run_options, accept, 0, "accept-exit", "STATUS",
		"further exit statuses that count as success: 2 or 2,100"),
	IT_ENVELOPE_OPTION(struct run_options, format),
	IT_FLAG(struct run_options, use_dsse, 0, "use-dsse",
		"the default; for lines that were written for the Python tool"),
	IT_LISTING_OPTIONS(struct run_options, listing),
	IT_REUSE_OPTIONS(struct run_options, reuse),
	IT_TRACE_OPTIONS(struct run_options, trace),
	IT_ATTEST_OPTIONS(struct run_options, attest),
	IT_SANDBOX_OPTIONS(struct run_options, sandbox),
	IT_STEP_HOW_OPTIONS(struct run_options, step),
};
/* clang-format on */

/* --- reading the options --- */

static int refuse_timeout(const char *text, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_err_set(err, INTOTO_E_USAGE,
			  "--run-timeout: want seconds over 0 and up to %d, found '%s'",
			  SECONDS_MAX, quoted ? quoted : "");
}

/* "10" or "1.5"; nothing finer than a millisecond. */
static int read_timeout(uint64_t *out, const char *text, struct intoto_error **err)
{
	const char *point = text ? strchr(text, '.') : NULL;
	IT_AUTO(it_freep) char *whole = NULL;
	char fraction[FRACTION_DIGITS + 1] = "000";
	uint64_t seconds;
	uint64_t ms;

	*out = 0;
	if (!text)
		return INTOTO_OK;
	whole = point ? strndup(text, (size_t)(point - text)) : strdup(text);
	if (!whole)
		return it_err_nomem(err);
	if (point && (!point[1] || strlen(point + 1) > FRACTION_DIGITS))
		return refuse_timeout(text, err);
	if (point)
		memcpy(fraction, point + 1, strlen(point + 1));
	if (!it_parse_u64(whole, SECONDS_MAX, &seconds) ||
	    !it_parse_u64(fraction, MS_PER_SECOND - 1, &ms) || seconds * MS_PER_SECOND + ms == 0)
		return refuse_timeout(text, err);
	*out = seconds * MS_PER_SECOND + ms;
	return INTOTO_OK;
}

/* "2,100" is 2 and 100. */
static int split_accept(struct it_strings *out, const struct it_strings *given,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; i < given->count; i++) {
		const char *at = given->items[i];

		for (;;) {
			size_t len = strcspn(at, ",");

			rc = it_strings_add_span(out, it_span(at, len), err);
			if (rc || !at[len])
				break;
			at += len + 1;
		}
		if (rc)
			return rc;
	}
	return it_command_check_accept(out, err);
}

static int check_command(const struct run_options *self, const struct it_strings *operands,
			 struct intoto_error **err)
{
	if (!self->no_command && !operands->count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want a command behind --, or --no-command to run nothing");
	if (self->no_command && operands->count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--no-command and a command: want one of them");
	return INTOTO_OK;
}

/* --- telling the result --- */

static void tell_not_shown(const struct run_options *self, int number)
{
	if (!number || self->step.quiet || (number == EPIPE && !self->step.verbose))
		return;
	/* Nowhere else to say it. */
	(void)fprintf(stderr,
		      "%s: the output could not be shown to its end (%s), the link has it\n",
		      command_name, strerrordesc_np(number));
}

static int refuse_slow(const struct run_options *self, const struct it_step_result *result,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_text_quoted(it_span_text(result->link_path));

	(void)it_err_set(err, INTOTO_E_HELPER,
			 "the command took longer than --run-timeout %s and was ended; %s says so",
			 self->timeout, path ? path : ""); /* the status is the caller's */
	return EXIT_OURS;
}

static int status_of(const struct run_options *self, const struct it_step_result *result,
		     struct intoto_error **err)
{
	const struct it_command_result *command = &result->command;

	if (!result->ran)
		return IT_EXIT_YES;
	tell_not_shown(self, command->show_errno);
	if (command->timed_out)
		return refuse_slow(self, result, err);
	if (command->signal)
		return EXIT_SIGNAL + command->signal;
	return command->accepted ? IT_EXIT_YES : command->status;
}

static int status_of_failure(const struct it_step_result *result, int rc)
{
	if (result->not_started && rc == INTOTO_E_UNSUPPORTED)
		return EXIT_OURS; /* it could not be confined */
	if (result->not_started)
		return rc == INTOTO_E_NOTFOUND ? EXIT_NOT_FOUND : EXIT_NOT_STARTED;
	return result->ran ? EXIT_OURS : IT_EXIT_FROM_ERROR;
}

static int run_step(struct run_options *self, struct it_step_setup *setup,
		    struct intoto_error **err)
{
	IT_AUTO(it_step_result_done) struct it_step_result result = { 0 };
	IT_AUTO(it_reuse_setup_done) struct it_reuse_setup reuse = { 0 };
	int rc = it_reuse_setup(&reuse, &self->reuse, setup, err);

	if (rc)
		return IT_EXIT_FROM_ERROR;
	rc = it_step_run(&result, &setup->options, err);
	it_progress_end(&setup->progress);
	it_reuse_finish(&reuse, setup, &result);
	if (rc)
		return status_of_failure(&result, rc);
	it_step_tell(setup, &self->step, &result);
	if (self->step.verbose)
		it_trace_tell(command_name, &result);
	if (result.learned)
		it_sandbox_tell_learned(command_name, &setup->options, result.learned);
	if (result.confined && !self->step.quiet)
		it_sandbox_tell(command_name, &self->sandbox, &result);
	return status_of(self, &result, err);
}

/* Then the second snapshot will be as large as the first, or nearly. */
static bool are_same(const struct it_strings *a, const struct it_strings *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!it_streq(a->items[i], b->items[i]))
			return false;
	return a->count == b->count;
}

static int run(void *arg, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_step_setup_done) struct it_step_setup setup = { 0 };
	IT_AUTO(it_strings_done) struct it_strings accept = { 0 };
	IT_AUTO(it_trace_setup_done) struct it_trace_setup tracing = { 0 };
	IT_AUTO(it_attest_setup_done) struct it_attest_setup attesting = { 0 };
	struct it_step_sandbox sandbox;
	bool sandboxed = false;
	enum intoto_envelope_format format;
	struct run_options *self = arg;
	uint64_t timeout;
	int rc = check_command(self, operands, err);

	if (!rc)
		rc = read_timeout(&timeout, self->timeout, err);
	if (!rc)
		rc = split_accept(&accept, &self->accept, err);
	if (!rc)
		rc = it_step_format(&format, self->format, self->use_dsse, err);
	if (!rc)
		rc = it_sandbox_read_words(&sandbox, &sandboxed, &self->sandbox, err);
	if (!rc)
		rc = it_step_setup(&setup, &self->step, command_name, err);
	if (!rc && sandboxed && sandbox.learn && !self->trace.tier)
		self->trace.tier = "full";
	if (!rc)
		rc = it_trace_setup(&tracing, &setup.options, &self->trace, &self->materials,
				    &self->products, err);
	if (!rc)
		rc = it_attest_setup(&attesting, &self->attest, true, self->step.key,
				     self->step.passphrase.file, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	attesting.attest.notice = it_progress_notice;
	attesting.attest.arg = &setup.progress;
	setup.options.attest =
		attesting.attest.count || self->attest.redact ? &attesting.attest : NULL;
	setup.progress.again = are_same(&self->materials, &self->products);
	setup.options.format = format;
	it_listing_setup(&self->listing, &setup);
	setup.options.sandbox = sandboxed ? &sandbox : NULL;
	setup.options.command = (struct it_command_options){
		.argv = operands->items,
		.record_streams = self->record_streams,
		.timeout_ms = timeout,
		.accept = accept.count ? &accept : NULL,
	};
	return run_step(self, &setup, err);
}

const struct it_command it_cmd_run = {
	.name = "run",
	.synopsis =
		"-n NAME (--signing-key KEY | --gpg [KEYID]) [OPTIONS] -- COMMAND [ARGUMENT]...",
	.summary = "run one step of the chain and sign what went in and what came out",
	.examples = "  intoto run -n build -m src -p hello --signing-key bob.pem -- cc -o hello "
		    "src/a.c\n"
		    "  intoto run -n test -s --accept-exit 5 --signing-key bob.pem -- pytest\n"
		    "  intoto run -n review -m . -x --signing-key carol.pem\n",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct run_options),
	.run = run,
	.failure = EXIT_OURS,
};
