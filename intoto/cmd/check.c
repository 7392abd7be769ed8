/* SPDX-License-Identifier: Apache-2.0 */
/* intoto check: before a step, whether what it builds on is what the steps before have made. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/registry_options.h"
#include "cmd/step_options.h"
#include "json/writer.h"
#include "layouts/intake.h"
#include "layouts/report.h"
#include "model/envelope.h"
#include "model/listing.h"

enum { REPORT_MAX = 1024 * 1024 * 1024, ALGORITHMS = 4 };

struct check_options {
	const char *layout;
	struct it_strings verification_keys;
	const char *step;
	const char *link_dir;
	const char *link;
	struct it_strings keys;
	struct it_strings paths;
	struct it_strings exclude;
	struct it_strings lstrip;
	const char *base_path;
	const char *symlinks;
	struct it_registry_options registry;
	struct it_strings parameters;
	const char *at;
	bool allow_missing;
	const char *format;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct check_options, layout, 'l', "layout", "FILE", "the signed layout"),
	IT_WORDS(struct check_options, verification_keys, 0, "verification-keys", "FILE",
		 "public keys; each of them must have signed the layout"),
	IT_VALUE(struct check_options, step, 'n', "step", "NAME", "the step that is to be done"),
	IT_VALUE(struct check_options, link_dir, 'd', "link-dir", "FOLDER",
		 "where the links of the steps before are (the current folder)"),
	IT_VALUE(struct check_options, link, 0, "link", "FILE",
		 "without a layout: the link whose products must be here"),
	IT_WORDS(struct check_options, keys, 'k', "key", "FILE",
		 "public keys; one of them must have signed that link"),
	IT_WORDS(struct check_options, paths, 'p', "paths", "PATH",
		 "files and folders to look at (the current folder)"),
	IT_WORDS(struct check_options, exclude, 'e', "exclude", "PATTERN",
		 "leave out what these match, as in .gitignore, instead of the usual"),
	IT_VALUE(struct check_options, base_path, 0, "base-path", "FOLDER",
		 "paths and names are relative to FOLDER"),
	IT_WORDS(struct check_options, lstrip, 0, "lstrip-paths", "PREFIX",
		 "take the longest of these off the front of each name"),
	IT_CHOICE(struct check_options, symlinks, 0, "symlinks", "WHAT", it_symlink_words,
		  "look at what symbolic links lead to, or at the links themselves"),
	IT_EACH(struct check_options, parameters, 0, "param", "NAME=VALUE",
		"put VALUE for {NAME} in the layout"),
	IT_VALUE(struct check_options, at, 0, "at", "TIME",
		 "verify as of 2026-01-31T23:59:59Z, or @SECONDS since 1970"),
	IT_FLAG(struct check_options, allow_missing, 0, "allow-missing",
		"files that the steps before have and that are not here are fine"),
	IT_REGISTRY_OPTIONS(struct check_options, registry),
	IT_REPORT_OPTION(struct check_options, format),
	IT_FLAG(struct check_options, quiet, 'q', "quiet", "print nothing; the status tells"),
};
/* clang-format on */

struct work {
	struct check_options *self;
	struct intoto_key **keys;
	size_t key_count;
	struct it_given given;
	struct it_intake intake;
	struct intoto_link *link;
	struct it_artifacts here;
	struct it_intake_findings findings;
	size_t faults[IT_INTAKE_MISSING + 1];
};

static void work_done(struct work *work)
{
	for (size_t i = 0; i < work->key_count; i++)
		intoto_key_free(work->keys[i]);
	free(work->keys);
	it_given_done(&work->given);
	it_intake_done(&work->intake);
	intoto_link_free(work->link);
	it_artifacts_done(&work->here);
	it_intake_findings_done(&work->findings);
}

/* --- what should be here --- */

static int load_keys(struct work *work, const struct it_strings *paths, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	work->keys = calloc(paths->count + 1, sizeof *work->keys);
	if (!work->keys)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < paths->count; i++) {
		rc = intoto_key_load(&work->keys[i], paths->items[i], NULL, NULL, err);
		work->key_count += !rc;
	}
	return rc;
}

static int open_link(struct work *work, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	const char *path = work->self->link;
	bool trusted = false;
	int rc = load_keys(work, &work->self->keys, err);

	if (!rc)
		rc = intoto_envelope_load(&envelope, path, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < work->key_count; i++)
		trusted |= intoto_envelope_verify(envelope, work->keys[i], NULL) == INTOTO_OK;
	if (!trusted)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "%s: none of the given keys has signed it", path);
	rc = it_err_wrap(err, intoto_link_from_envelope(&work->link, envelope, err), "%s", path);
	return rc ? rc : it_listing_resolve_beside(work->link, path, err);
}

static int open_layout(struct work *work, struct intoto_error **err)
{
	const struct check_options *self = work->self;
	struct it_intake_options wanted = { .layout_path = self->layout, .step = self->step };
	int rc = load_keys(work, &self->verification_keys, err);

	if (!rc)
		rc = it_given_read(&work->given, &self->parameters, err);
	if (!rc && self->at)
		rc = it_read_time(&wanted.verify.at, "--at", self->at, err);
	wanted.verify.at_given = self->at;
	wanted.verify.keys = (const struct intoto_key *const *)work->keys;
	wanted.verify.key_count = work->key_count;
	wanted.verify.link_dir = self->link_dir;
	wanted.verify.parameters = work->given.parameters.items;
	wanted.verify.parameter_count = work->given.parameters.count;
	return rc ? rc : it_intake_open(&work->intake, &wanted, err);
}

static int check_words(const struct check_options *self, struct intoto_error **err)
{
	if (!self->layout == !self->link)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --layout and --link");
	if (self->link && (self->step || self->verification_keys.count || self->link_dir))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--step, --verification-keys and --link-dir need --layout");
	if (self->link && !self->keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the public key of whoever signed the link (--key FILE...)");
	if (self->layout && self->keys.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--key needs --link; the layout's keys are --verification-keys");
	if (self->layout && !self->step)
		return it_err_set(err, INTOTO_E_USAGE, "want the step that is to be done (--step)");
	return INTOTO_OK;
}

/* --- what is here --- */

static void add_algorithms(const struct it_digest_alg **out, const struct it_artifacts *artifacts)
{
	static const char *const names[ALGORITHMS] = { "sha256:", "sha384:", "sha512:",
						       "gitBlob:" };
	static const char *const short_names[ALGORITHMS] = { "sha256", "sha384", "sha512",
							     "gitoid" };

	for (size_t i = 0; i < artifacts->count; i++)
		for (size_t j = 0; j < ALGORITHMS; j++)
			if (!out[j] && strstr(artifacts->items[i].digests, names[j]))
				out[j] = it_digest_find(short_names[j]);
}

/* Files are hashed as the links say that they were; NULL-terminated. */
static void choose_algorithms(const struct it_digest_alg **out, const struct work *work)
{
	const struct it_digest_alg *found[ALGORITHMS] = { NULL };
	size_t count = 0;

	if (work->link)
		add_algorithms(found, &work->link->products);
	for (size_t i = 0; i < work->intake.source_count; i++) {
		add_algorithms(found, &work->intake.sources[i].sides[INTOTO_MATERIALS]);
		add_algorithms(found, &work->intake.sources[i].sides[INTOTO_PRODUCTS]);
	}
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (found[i])
			out[count++] = found[i];
	out[count] = NULL;
}

static int look_here(struct work *work, struct intoto_error **err)
{
	struct check_options *self = work->self;
	const struct it_digest_alg *algorithms[ALGORITHMS + 1];
	IT_AUTO(it_strings_done) struct it_strings registry = { 0 };
	struct it_progress progress;
	struct it_snapshot_options snapshot = {
		.base_path = self->base_path,
		.exclude = self->exclude.count ? &self->exclude : NULL,
		.lstrip = &self->lstrip,
		.symlinks = it_streq(self->symlinks, "record") ? IT_SYMLINKS_RECORD
							       : IT_SYMLINKS_FOLLOW,
		.optional = true, /* what is missing here is a finding */
		.registry = &registry,
		.notice = it_progress_notice,
		.progress = it_progress_files,
		.arg = &progress,
	};
	int rc = self->paths.count ? INTOTO_OK : it_strings_add(&self->paths, ".", err);

	if (!rc)
		rc = it_registry_words(&registry, &self->registry, err);

	choose_algorithms(algorithms, work);
	snapshot.algorithms = algorithms[0] ? algorithms : NULL;
	it_progress_start(&progress, "intoto check", self->quiet);
	if (!rc)
		rc = it_snapshot(&work->here, &self->paths, &snapshot, err);
	it_progress_end(&progress);
	return rc;
}

/* A file that is missing counts only where we looked; names that were cut tell nothing about that.
 */
static bool is_below_paths(const struct check_options *self, const char *name)
{
	for (size_t i = 0; i < self->paths.count; i++) {
		const char *path = self->paths.items[i];
		size_t len;

		while (it_starts_with(path, "./"))
			path += 2;
		len = strlen(path);
		while (len && path[len - 1] == '/')
			len--;
		if (!len || it_streq(path, ".") || self->lstrip.count ||
		    (it_span_eq(it_span(name, strnlen(name, len)), it_span(path, len)) &&
		     (!name[len] || name[len] == '/')))
			return true;
	}
	return false;
}

static bool counts(const struct work *work, const struct it_intake_finding *finding)
{
	return finding->fault != IT_INTAKE_MISSING ||
	       (!work->self->allow_missing && is_below_paths(work->self, finding->name));
}

static int compare(struct work *work, struct intoto_error **err)
{
	int rc = work->link ? it_intake_compare_link(&work->findings, &work->link->products,
						     &work->here, err)
			    : it_intake_compare(&work->findings, &work->intake, &work->here, err);

	for (size_t i = 0; !rc && i < work->findings.count; i++)
		if (counts(work, &work->findings.items[i]))
			work->faults[work->findings.items[i].fault]++;
	return rc;
}

/* --- the verdict --- */

static enum intoto_verdict verdict_of(const struct work *work)
{
	const struct intoto_report *report = work->intake.report;
	size_t faults = 0;

	for (size_t i = 0; i < IT_COUNT_OF(work->faults); i++)
		faults += work->faults[i];
	if (report && intoto_report_verdict(report) != INTOTO_PASSED)
		return intoto_report_verdict(report);
	return faults ? INTOTO_REFUSED : INTOTO_PASSED;
}

static int status_of(const struct work *work)
{
	int status;

	if (verdict_of(work) != INTOTO_UNDECIDED)
		return verdict_of(work) == INTOTO_PASSED ? IT_EXIT_YES : IT_EXIT_NO;
	status = it_exit_of(it_report_cause(work->intake.report));
	return status == IT_EXIT_YES || status == IT_EXIT_NO ? IT_EXIT_UNAVAILABLE : status;
}

/* --- telling; all additions stick until it_print looks --- */

static const char *const fault_names[] = { "changed", "unexpected", "missing" };

static void write_fault(struct it_buf *out, const struct it_intake_finding *finding)
{
	(void)it_buf_printf(out, "%s: ", fault_names[finding->fault]);
	it_text_quote(out, it_span_text(finding->name));
	(void)it_buf_add_text(out, " (");
	it_text_quote(out, it_span_text(finding->text));
	(void)it_buf_add_text(out, ")\n");
}

static bool is_fault(const struct intoto_check *check)
{
	return check->outcome == INTOTO_CHECK_FAILED || check->outcome == INTOTO_CHECK_UNDECIDED;
}

static void write_checks(struct it_buf *out, const struct intoto_report *report)
{
	for (size_t i = 0; report && i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (!is_fault(check))
			continue;
		(void)it_buf_printf(out, "%s ", check->code);
		it_text_quote(out, it_span_text(check->item));
		(void)it_buf_add_text(out, ": ");
		it_text_quote(out, it_span_text(check->subject));
		(void)it_buf_add_text(out, *check->subject ? ": " : "");
		it_text_quote(out, it_span_text(check->text));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void write_text(struct it_buf *out, const struct work *work)
{
	write_checks(out, work->intake.report);
	for (size_t i = 0; i < work->findings.count; i++)
		if (counts(work, &work->findings.items[i]))
			write_fault(out, &work->findings.items[i]);
	it_text_quote(out, it_span_text(work->self->link ? work->self->link : work->self->step));
	(void)it_buf_printf(out,
			    ": %s: %zu of %zu files are what they were, %zu changed, "
			    "%zu unexpected, %zu missing\n",
			    it_verdict_name(verdict_of(work)), work->findings.matched,
			    work->here.count, work->faults[IT_INTAKE_CHANGED],
			    work->faults[IT_INTAKE_UNEXPECTED], work->faults[IT_INTAKE_MISSING]);
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_json_checks(struct it_writer *writer, const struct intoto_report *report)
{
	it_write_name(writer, "evidence");
	it_write_list(writer);
	for (size_t i = 0; report && i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (!is_fault(check))
			continue;
		it_write_object(writer);
		write_member(writer, "code", check->code);
		write_member(writer, "item", check->item);
		write_member(writer, "outcome", intoto_outcome_name(check->outcome));
		write_member(writer, "subject", check->subject);
		write_member(writer, "text", check->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void write_json_faults(struct it_writer *writer, const struct work *work)
{
	it_write_name(writer, "files");
	it_write_list(writer);
	for (size_t i = 0; i < work->findings.count; i++) {
		const struct it_intake_finding *finding = &work->findings.items[i];

		if (!counts(work, finding))
			continue;
		it_write_object(writer);
		write_member(writer, "finding", fault_names[finding->fault]);
		write_member(writer, "name", finding->name);
		write_member(writer, "text", finding->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int write_json(struct it_buf *out, const struct work *work, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_json_checks(&writer, work->intake.report);
	write_json_faults(&writer, work);
	it_write_name(&writer, "matched");
	it_write_int(&writer, (int64_t)work->findings.matched);
	it_write_name(&writer, "verdict");
	it_write_text(&writer, it_verdict_name(verdict_of(work)));
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return rc;
}

static int print(const struct work *work, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (work->self->quiet)
		return INTOTO_OK;
	if (!it_report_is_json(work->self->format)) {
		write_text(&out, work);
		return it_print(&out, err);
	}
	rc = write_json(&out, work, err);
	return rc ? rc : it_print_json(&out, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { .self = parsed };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = check_words(work.self, err);
	if (!rc)
		rc = work.self->link ? open_link(&work, err) : open_layout(&work, err);
	if (!rc)
		rc = look_here(&work, err);
	if (!rc)
		rc = compare(&work, err);
	if (!rc)
		rc = print(&work, err);
	return rc ? IT_EXIT_FROM_ERROR : status_of(&work);
}

const struct it_command it_cmd_check = {
	.name = "check",
	.synopsis = "-l LAYOUT --verification-keys FILE... --step NAME [OPTIONS]",
	.summary = "before a step, check what it builds on",
	.examples = "intoto check -l root.layout --verification-keys owner.pub --step package \\\n"
		    "    --link-dir links -p src out\n"
		    "intoto check --link build.776a00e2.link --key bob.pub -p out",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct check_options),
	.run = run,
};
