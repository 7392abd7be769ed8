/* SPDX-License-Identifier: Apache-2.0 */
/* intoto verify: checks a chain against its layout and says what it found. */
#include <intoto/verify.h>

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "crypto/key.h"
#include "layouts/report.h"
#include "model/envelope.h"
#include "model/link.h"

enum { REPORT_MAX = 1024 * 1024 * 1024, TIMEOUT_MAX_SECONDS = 365 * 24 * 3600 };

struct verify_options {
	const char *layout;
	struct it_strings verification_keys;
	struct it_strings layout_keys; /* the same, by the older name */
	struct it_strings key_types;
	const char *link_dir;
	struct it_strings parameters;
	const char *at;
	struct it_strings allow;
	const char *inspections;
	const char *inspection_timeout;
	const char *format;
	const char *summary_link;
	const char *summary_name;
	unsigned verbose;
	bool quiet;
};

static const struct {
	const char *name;
	enum intoto_allow allow;
} exceptions[] = {
	{ "bad-glob", INTOTO_ALLOW_BAD_GLOB },
	{ "disagreement", INTOTO_ALLOW_DISAGREEMENT },
	{ "empty-layout", INTOTO_ALLOW_EMPTY_LAYOUT },
	{ "failed-step", INTOTO_ALLOW_FAILED_STEP },
	{ "name-mismatch", INTOTO_ALLOW_NAME_MISMATCH },
	{ "no-expiry", INTOTO_ALLOW_NO_EXPIRY },
	{ "zero-threshold", INTOTO_ALLOW_ZERO_THRESHOLD },
};

static const char *const allow_words[] = { "bad-glob",	     "disagreement",
					   "empty-layout",   "failed-step",
					   "name-mismatch",  "no-expiry",
					   "zero-threshold", NULL };
static const char *const inspection_words[] = { "run", "refuse", NULL };
static const char *const key_type_words[] = { "rsa", "ecdsa", "ed25519", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct verify_options, layout, 'l', "layout", "FILE", "the signed layout"),
	IT_WORDS(struct verify_options, verification_keys, 0, "verification-keys", "FILE",
		 "public keys; each of them must have signed the layout"),
	IT_WORDS(struct verify_options, layout_keys, 'k', "layout-keys", "FILE",
		 "the same by its older name"),
	{ .letter = 't', .name = "key-types", .argument = "TYPE", .kind = IT_OPTION_LIST,
	  .offset = offsetof(struct verify_options, key_types), .choices = key_type_words,
	  .help = "what the --layout-keys are, in their order; only checked" },
	IT_VALUE(struct verify_options, link_dir, 'd', "link-dir", "FOLDER",
		 "where the links are (the current folder)"),
	IT_EACH(struct verify_options, parameters, 0, "param", "NAME=VALUE",
		"put VALUE for {NAME} in the layout"),
	IT_VALUE(struct verify_options, at, 0, "at", "TIME",
		 "verify as of 2026-01-31T23:59:59Z, or @SECONDS since 1970"),
	{ .name = "allow", .argument = "NAME", .kind = IT_OPTION_TEXTS,
	  .offset = offsetof(struct verify_options, allow), .choices = allow_words,
	  .help = "allow one thing that is refused by default" },
	IT_CHOICE(struct verify_options, inspections, 0, "inspections", "WHAT", inspection_words,
		  "run the commands of the layout here, or refuse a layout that has some"),
	IT_VALUE(struct verify_options, inspection_timeout, 0, "inspection-timeout", "SECONDS",
		 "end an inspection that takes longer (no limit)"),
	IT_REPORT_OPTION(struct verify_options, format),
	IT_VALUE(struct verify_options, summary_link, 0, "summary-link", "FILE",
		 "on a pass, write the unsigned summary link"),
	IT_VALUE(struct verify_options, summary_name, 0, "summary-name", "NAME",
		 "the step that the summary link stands for"),
	IT_TALLY(struct verify_options, verbose, 'v', "verbose",
		 "list every check, and show what inspections print"),
	IT_FLAG(struct verify_options, quiet, 'q', "quiet", "say nothing on a pass"),
};
/* clang-format on */

/* What intoto_verify wants, and who owns it. */
struct request {
	struct intoto_key **keys;
	size_t key_count;
	struct it_strings names; /* of parameters */
	struct intoto_parameter *parameters;
	struct intoto_verify_options verify;
};

static void request_done(struct request *request)
{
	for (size_t i = 0; i < request->key_count; i++)
		intoto_key_free(request->keys[i]);
	free(request->keys);
	free(request->parameters);
	it_strings_done(&request->names);
}

/* --- reading the options --- */

static int load_keys(struct request *request, const struct it_strings *paths,
		     struct intoto_error **err)
{
	for (size_t i = 0; i < paths->count; i++) {
		int rc = intoto_key_load(&request->keys[request->key_count], paths->items[i], NULL,
					 NULL, err);

		if (rc)
			return rc;
		request->key_count++;
	}
	return INTOTO_OK;
}

/* The types say nothing that the files do not, but a wrong one is a mistake worth telling. */
static int check_key_types(const struct request *request, const struct verify_options *self,
			   struct intoto_error **err)
{
	size_t first = self->verification_keys.count;

	if (!self->key_types.count)
		return INTOTO_OK;
	if (self->key_types.count != self->layout_keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--key-types: want one for each of the %zu --layout-keys, found "
				  "%zu",
				  self->layout_keys.count, self->key_types.count);
	for (size_t i = 0; i < self->key_types.count; i++) {
		const char *type = intoto_key_type(request->keys[first + i]);

		if (!it_streq(type, self->key_types.items[i]))
			return it_err_set(
				err, INTOTO_E_USAGE, "%s: want a key of type %s, found %s",
				self->layout_keys.items[i], self->key_types.items[i], type);
	}
	return INTOTO_OK;
}

static int read_keys(struct request *request, const struct verify_options *self,
		     struct intoto_error **err)
{
	size_t count = self->verification_keys.count + self->layout_keys.count;
	int rc;

	if (!count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the public key of whoever signed the layout "
				  "(--verification-keys FILE...)");
	request->keys = calloc(count, sizeof(struct intoto_key *));
	if (!request->keys)
		return it_err_nomem(err);
	rc = load_keys(request, &self->verification_keys, err);
	if (!rc)
		rc = load_keys(request, &self->layout_keys, err);
	if (!rc)
		rc = check_key_types(request, self, err);
	request->verify.keys = (const struct intoto_key *const *)request->keys;
	request->verify.key_count = request->key_count;
	return rc;
}

static int read_parameter(struct request *request, const char *text, struct intoto_error **err)
{
	const char *equals = strchr(text, '=');
	int rc;

	if (!equals) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

		return it_err_set(err, INTOTO_E_USAGE, "--param: want NAME=VALUE, found '%s'",
				  quoted ? quoted : "");
	}
	rc = it_strings_add_span(&request->names, it_span(text, (size_t)(equals - text)), err);
	request->parameters[request->verify.parameter_count++].value = equals + 1;
	return rc;
}

static int read_parameters(struct request *request, const struct it_strings *texts,
			   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	request->parameters = calloc(texts->count + 1, sizeof *request->parameters);
	if (!request->parameters)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = read_parameter(request, texts->items[i], err);
	for (size_t i = 0; !rc && i < texts->count; i++)
		request->parameters[i].name = request->names.items[i];
	request->verify.parameters = request->parameters;
	return rc;
}

static int read_time(struct request *request, const char *text, struct intoto_error **err)
{
	uint64_t seconds = 0;
	IT_AUTO(it_freep) char *quoted = NULL;

	request->verify.at_given = text;
	if (!text || it_time_parse(&request->verify.at, it_span_text(text)))
		return INTOTO_OK;
	if (text[0] == '@' && it_parse_u64(text + 1, INT64_MAX, &seconds)) {
		request->verify.at = (int64_t)seconds;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE,
			  "--at: want 2026-01-31T23:59:59Z or @SECONDS, found '%s'",
			  quoted ? quoted : "");
}

static int read_timeout(struct request *request, const char *text, struct intoto_error **err)
{
	uint64_t seconds = 0;
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!text)
		return INTOTO_OK;
	if (it_parse_u64(text, TIMEOUT_MAX_SECONDS, &seconds) && seconds) {
		request->verify.inspection_timeout_ms = seconds * 1000;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE,
			  "--inspection-timeout: want whole seconds from 1 to %d, found '%s'",
			  (int)TIMEOUT_MAX_SECONDS, quoted ? quoted : "");
}

/* The option table has checked the words. */
static unsigned allowed(const struct it_strings *names)
{
	unsigned allow = 0;

	for (size_t i = 0; i < IT_COUNT_OF(exceptions); i++)
		if (it_strings_has(names, exceptions[i].name))
			allow |= (unsigned)exceptions[i].allow;
	return allow;
}

static int read_request(struct request *request, const struct verify_options *self,
			struct intoto_error **err)
{
	struct intoto_verify_options *verify = &request->verify;
	int rc = read_time(request, self->at, err);

	verify->size = sizeof *verify;
	verify->layout_path = self->layout;
	verify->link_dir = self->link_dir;
	verify->allow = allowed(&self->allow);
	verify->inspections = it_streq(self->inspections, "refuse") ? INTOTO_INSPECTIONS_REFUSE
								    : INTOTO_INSPECTIONS_HOST;
	verify->inspection_output = self->verbose > 0;
	verify->summary_name = self->summary_name;
	if (!rc)
		rc = read_timeout(request, self->inspection_timeout, err);
	if (!rc)
		rc = read_parameters(request, &self->parameters, err);
	return rc ? rc : read_keys(request, self, err);
}

/* --- telling the result --- */

static enum it_colour colour_of(enum intoto_verdict verdict)
{
	if (verdict == INTOTO_PASSED)
		return IT_COLOUR_GOOD;
	return verdict == INTOTO_REFUSED ? IT_COLOUR_BAD : IT_COLOUR_DOUBT;
}

/* The verdict is the first word. */
static int print_text(const struct intoto_report *report, bool verbose, struct intoto_error **err)
{
	bool coloured = it_colour_wanted(STDOUT_FILENO);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	IT_AUTO(it_freep) char *text = NULL;
	int rc = intoto_report_text(report, verbose, &text, err);
	size_t word;

	if (rc)
		return rc;
	word = strcspn(text, ":");
	/* Sticky, looked at by it_print. */
	(void)it_buf_add_text(&out,
			      it_colour_start(coloured, colour_of(intoto_report_verdict(report))));
	(void)it_buf_add(&out, text, word);
	(void)it_buf_add_text(&out, it_colour_stop(coloured));
	(void)it_buf_add_text(&out, text + word);
	return it_print(&out, err);
}

static int print_json(const struct intoto_report *report, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	IT_AUTO(it_freep) char *text = NULL;
	int rc = intoto_report_json(report, &text, err);

	if (rc)
		return rc;
	(void)it_buf_add_text(&out, text); /* looked at by it_print_json */
	return it_print_json(&out, err);
}

static int print_report(const struct intoto_report *report, const struct verify_options *self,
			struct intoto_error **err)
{
	if (it_report_is_json(self->format))
		return print_json(report, err);
	if (self->quiet && intoto_report_verdict(report) == INTOTO_PASSED)
		return INTOTO_OK;
	return print_text(report, self->verbose > 0, err);
}

static int write_summary(const struct intoto_link *summary, const char *path,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc;

	if (!summary || !path)
		return INTOTO_OK;
	rc = it_link_to_envelope(&envelope, summary, INTOTO_DSSE, err);
	return rc ? rc : intoto_envelope_save(envelope, path, err);
}

static int status_of(const struct intoto_report *report)
{
	enum intoto_verdict verdict = intoto_report_verdict(report);
	int status;

	if (verdict != INTOTO_UNDECIDED)
		return verdict == INTOTO_PASSED ? IT_EXIT_YES : IT_EXIT_NO;
	status = it_exit_of(it_report_cause(report));
	return status == IT_EXIT_YES || status == IT_EXIT_NO ? IT_EXIT_UNAVAILABLE : status;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct verify_options *self = parsed;
	IT_AUTO(request_done) struct request request = { 0 };
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *summary = NULL;
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = read_request(&request, self, err);
	if (!rc)
		rc = intoto_verify(&report, &summary, &request.verify, err);
	if (!rc)
		rc = write_summary(summary, self->summary_link, err);
	if (!rc)
		rc = print_report(report, self, err);
	return rc ? IT_EXIT_FROM_ERROR : status_of(report);
}

const struct it_command it_cmd_verify = {
	.name = "verify",
	.synopsis = "-l LAYOUT --verification-keys FILE... [OPTIONS]",
	.summary = "check a chain of links against its layout",
	.examples = "intoto verify -l root.layout --verification-keys owner.pub\n"
		    "intoto verify -l root.layout --verification-keys owner.pub --link-dir links "
		    "--format=json",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct verify_options),
	.run = run,
};
