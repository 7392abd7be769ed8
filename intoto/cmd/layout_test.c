/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout test: the layout on evidence that must pass and on evidence that must not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "json/writer.h"
#include "layouts/report.h"
#include "layouts/trial.h"

enum { REPORT_MAX = 1024 * 1024 * 1024, SMALL_FILE_MAX = 1024 * 1024 };

struct test_options {
	const char *tests;
	const char *inspections;
	const char *format;
	bool strict;
	bool verbose;
};

static const char *const inspection_words[] = { "sandbox", "refuse", "host", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct test_options, tests, 0, "tests", "FOLDER",
		 "where the cases are (the layout's name and .tests)"),
	IT_CHOICE(struct test_options, inspections, 0, "inspections", "WHAT", inspection_words,
		  "run the commands of the layout in a sandbox, not at all, or here"),
	IT_FLAG(struct test_options, strict, 0, "strict", "a rule that no case tries is a failure"),
	IT_REPORT_OPTION(struct test_options, format),
	IT_FLAG(struct test_options, verbose, 'v', "verbose", "show what the verification said in each case"),
};
/* clang-format on */

/* One case as it lies there. */
struct sample {
	char *name; /* "pass/NAME" */
	struct it_strings expected;
	struct it_strings words; /* NAME=VALUE */
	struct it_given given;
	struct intoto_key **keys;
	size_t key_count;
	char *links;
	char *files;
	int64_t at;
	bool at_given;
	bool must_pass;
	struct it_trial_result result;
};

struct work {
	const struct test_options *self;
	struct it_layout_file file;
	char *folder; /* of the cases, absolute */
	struct sample *samples;
	size_t count;
	struct it_trial_coverage coverage;
};

static void sample_done(struct sample *sample)
{
	free(sample->name);
	it_strings_done(&sample->expected);
	it_strings_done(&sample->words);
	it_given_done(&sample->given);
	for (size_t i = 0; i < sample->key_count; i++)
		intoto_key_free(sample->keys[i]);
	free(sample->keys);
	free(sample->links);
	free(sample->files);
	it_trial_result_done(&sample->result);
}

static void work_done(struct work *work)
{
	for (size_t i = 0; i < work->count; i++)
		sample_done(&work->samples[i]);
	free(work->samples);
	free(work->folder);
	it_trial_coverage_done(&work->coverage);
	it_layout_file_done(&work->file);
}

/* --- reading a case --- */

static bool is_folder(const char *path)
{
	struct stat about;

	return !stat(path, &about) && S_ISDIR(about.st_mode);
}

/* The lines of a file, without blanks around them, empty ones and remarks; none when it is not
 * there.
 */
static int read_lines(struct it_strings *out, const char *folder, const char *name,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SMALL_FILE_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	const char *at;
	int rc = path ? it_file_read(&text, path, &why) : it_err_nomem(&why);

	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	for (at = it_buf_text(&text); !rc && *at;) {
		size_t len = strcspn(at, "\n");
		const char *next = at + len + (at[len] == '\n');

		for (; len && strchr(" \t", *at); len--)
			at++;
		while (len && strchr(" \t\r", at[len - 1]))
			len--;
		if (len && *at != '#')
			rc = it_strings_add_span(out, it_span(at, len), err);
		at = next;
	}
	return rc;
}

static int read_time(struct sample *sample, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings lines = { 0 };
	int rc = read_lines(&lines, folder, "at", err);

	sample->at_given = lines.count > 0;
	if (rc || !sample->at_given)
		return rc;
	rc = it_read_time(&sample->at, "at", lines.items[0], err);
	return it_err_wrap(err, rc, "%s", folder);
}

/* Of the layout's owners: only with these are its signatures looked at. */
static int read_keys(struct sample *sample, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(it_freep) char *keys = it_path_join(folder, "keys");
	int rc = INTOTO_OK;

	if (!keys)
		return it_err_nomem(err);
	if (!is_folder(keys))
		return INTOTO_OK;
	rc = it_dir_list(&names, keys, err);
	if (!rc && !names.count)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no key in it", keys);
	sample->keys = calloc(names.count + 1, sizeof *sample->keys);
	if (!rc && !sample->keys)
		rc = it_err_nomem(err);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(keys, names.items[i]);

		rc = path ? intoto_key_load(&sample->keys[i], path, NULL, NULL, err)
			  : it_err_nomem(err);
		sample->key_count += !rc;
	}
	return rc;
}

/* Links stand in "links" and files in "files"; without these folders both in the case's own. */
static int find_folders(struct sample *sample, const char *folder, struct intoto_error **err)
{
	char **paths[] = { &sample->links, &sample->files };
	static const char *const names[] = { "links", "files" };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		*paths[i] = it_path_join(folder, names[i]);
		if (*paths[i] && !is_folder(*paths[i])) {
			free(*paths[i]);
			*paths[i] = strdup(folder);
		}
		if (!*paths[i])
			return it_err_nomem(err);
	}
	return INTOTO_OK;
}

static int read_sample(struct sample *sample, const char *folder, struct intoto_error **err)
{
	int rc = find_folders(sample, folder, err);

	if (!rc)
		rc = read_lines(&sample->expected, folder, "expect", err);
	if (!rc && sample->must_pass && sample->expected.count)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%s: what must pass has no reason to expect",
				folder);
	if (!rc)
		rc = read_lines(&sample->words, folder, "params", err);
	if (!rc)
		rc = it_err_wrap(err, it_given_read(&sample->given, &sample->words, err), "%s",
				 folder);
	if (!rc)
		rc = read_time(sample, folder, err);
	return rc ? rc : read_keys(sample, folder, err);
}

/* --- finding cases --- */

static int add_sample(struct work *work, const char *kind, const char *name,
		      struct intoto_error **err)
{
	struct sample *samples = reallocarray(work->samples, work->count + 1, sizeof *samples);
	struct sample *sample;
	IT_AUTO(it_freep) char *folder = NULL;

	if (!samples)
		return it_err_nomem(err);
	work->samples = samples;
	sample = &samples[work->count++];
	*sample = (struct sample){ .must_pass = it_streq(kind, "pass") };
	sample->name = it_path_join(kind, name);
	folder = sample->name ? it_path_join(work->folder, sample->name) : NULL;
	return folder ? read_sample(sample, folder, err) : it_err_nomem(err);
}

static int find_samples(struct work *work, const char *kind, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(it_freep) char *folder = it_path_join(work->folder, kind);
	int rc = INTOTO_OK;

	if (!folder)
		return it_err_nomem(err);
	if (!is_folder(folder))
		return INTOTO_OK;
	rc = it_dir_list(&names, folder, err);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder, names.items[i]);

		if (!path)
			return it_err_nomem(err);
		if (is_folder(path))
			rc = add_sample(work, kind, names.items[i], err);
	}
	return rc;
}

/* Cases run in folders of their own, so their paths must not depend on ours. */
static int find_folder(struct work *work, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *beside = NULL;
	const char *folder = work->self->tests;

	if (!folder && asprintf(&beside, "%s.tests", work->file.path) < 0)
		return it_err_nomem(err);
	folder = folder ? folder : beside;
	work->folder = realpath(folder, NULL);
	return work->folder ? INTOTO_OK : it_err_errno(err, errno, "%s", folder);
}

static int find_all(struct work *work, struct intoto_error **err)
{
	int rc = find_folder(work, err);

	if (!rc)
		rc = find_samples(work, "pass", err);
	if (!rc)
		rc = find_samples(work, "fail", err);
	if (!rc && !work->count)
		rc = it_err_set(err, INTOTO_E_NOTFOUND,
				"%s: there is no case in it (want pass/NAME and fail/NAME)",
				work->folder);
	return rc;
}

/* --- running --- */

static enum intoto_inspections inspections_named(const char *word)
{
	if (it_streq(word, "refuse"))
		return INTOTO_INSPECTIONS_REFUSE;
	return it_streq(word, "host") ? INTOTO_INSPECTIONS_HOST : INTOTO_INSPECTIONS_SANDBOX;
}

static int run_sample(struct work *work, struct sample *sample, struct intoto_error **err)
{
	struct it_trial_case trial = { .must_pass = sample->must_pass,
				       .expected = &sample->expected,
				       .files = sample->files };

	trial.verify.keys = (const struct intoto_key *const *)sample->keys;
	trial.verify.key_count = sample->key_count;
	trial.verify.link_dir = sample->links;
	trial.verify.at_given = sample->at_given;
	trial.verify.at = sample->at;
	trial.verify.parameters = sample->given.parameters.items;
	trial.verify.parameter_count = sample->given.parameters.count;
	trial.verify.inspections = inspections_named(work->self->inspections);
	return it_trial_run(&sample->result, &work->coverage, work->file.envelope, &trial, err);
}

static int run_all(struct work *work, struct intoto_error **err)
{
	int rc = it_trial_coverage_init(&work->coverage, work->file.layout, err);

	for (size_t i = 0; !rc && i < work->count; i++)
		rc = run_sample(work, &work->samples[i], err);
	return rc;
}

/* --- telling; all additions stick until it_print looks --- */

static const char *const outcome_texts[] = {
	"good",
	"was refused, and must pass",
	"passed, and must be refused",
	"was refused for another reason",
	"nothing was decided",
};
static const char *const outcome_names[] = { "good", "refused", "passed", "other-reason",
					     "undecided" };

static void tell_missing(struct it_buf *out, const struct it_strings *missing)
{
	for (size_t i = 0; i < missing->count; i++) {
		(void)it_buf_add_text(out, "#   not found: ");
		it_text_quote(out, it_span_text(missing->items[i]));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void tell_faults(struct it_buf *out, const struct intoto_report *report)
{
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (check->outcome != INTOTO_CHECK_FAILED &&
		    check->outcome != INTOTO_CHECK_UNDECIDED)
			continue;
		(void)it_buf_printf(out, "#   %s ", check->code);
		it_text_quote(out, it_span_text(check->item));
		(void)it_buf_add_text(out, ": ");
		it_text_quote(out, it_span_text(check->subject));
		(void)it_buf_add_text(out, *check->subject ? ": " : "");
		it_text_quote(out, it_span_text(check->text));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void tell_sample(struct it_buf *out, const struct sample *sample, size_t number,
			bool verbose)
{
	bool good = sample->result.outcome == IT_TRIAL_GOOD;

	(void)it_buf_printf(out, "%s %zu - ", good ? "ok" : "not ok", number);
	it_text_quote(out, it_span_text(sample->name));
	(void)it_buf_add_byte(out, '\n');
	if (!good)
		(void)it_buf_printf(out, "# %s\n", outcome_texts[sample->result.outcome]);
	tell_missing(out, &sample->result.missing);
	if (!good || verbose)
		tell_faults(out, sample->result.report);
}

/* What a line about an untried rule is written to. */
struct untried {
	struct it_buf *out;
	struct it_writer *writer;
	size_t count;
};

static int tell_untried(void *arg, const struct it_item *item, enum intoto_link_side side,
			const struct it_rule *rule)
{
	struct untried *untried = arg;
	IT_AUTO(it_freep) char *text = it_rule_text(rule);

	untried->count++;
	if (!untried->out)
		return 0;
	(void)it_buf_add_text(untried->out, "# never tried: ");
	it_text_quote(untried->out, it_span_text(item->name));
	(void)it_buf_printf(untried->out,
			    ": %s: ", side == INTOTO_MATERIALS ? "materials" : "products");
	it_text_quote(untried->out, it_span_text(text ? text : ""));
	(void)it_buf_printf(untried->out, " (no case in which it %s anything)\n",
			    rule->kind->consumes ? "takes" : "refuses");
	return 0;
}

static bool all_with_keys(const struct work *work)
{
	for (size_t i = 0; i < work->count; i++)
		if (!work->samples[i].key_count)
			return false;
	return true;
}

static void tell_text(struct it_buf *out, const struct work *work)
{
	struct untried untried = { .out = out };

	for (size_t i = 0; i < work->count; i++)
		tell_sample(out, &work->samples[i], i + 1, work->self->verbose);
	(void)it_buf_printf(out, "1..%zu\n", work->count);
	if (!all_with_keys(work))
		(void)it_buf_add_text(out, "# who signed the layout was not looked at where a case "
					   "has no keys\n");
	(void)it_trial_coverage_each(&work->coverage, tell_untried, &untried); /* always 0 */
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static int write_untried(void *arg, const struct it_item *item, enum intoto_link_side side,
			 const struct it_rule *rule)
{
	struct untried *untried = arg;
	IT_AUTO(it_freep) char *text = it_rule_text(rule);

	it_write_object(untried->writer);
	write_member(untried->writer, "item", item->name);
	write_member(untried->writer, "rule", text ? text : "");
	write_member(untried->writer, "side", side == INTOTO_MATERIALS ? "materials" : "products");
	it_write_object_end(untried->writer);
	return 0;
}

static void write_sample(struct it_writer *writer, const struct sample *sample)
{
	it_write_object(writer);
	it_write_name(writer, "missing");
	it_write_list(writer);
	for (size_t i = 0; i < sample->result.missing.count; i++)
		it_write_text(writer, sample->result.missing.items[i]);
	it_write_list_end(writer);
	write_member(writer, "name", sample->name);
	write_member(writer, "result", outcome_names[sample->result.outcome]);
	it_write_name(writer, "signatures-checked");
	it_write_bool(writer, sample->key_count > 0);
	write_member(writer, "verdict",
		     it_verdict_name(intoto_report_verdict(sample->result.report)));
	it_write_object_end(writer);
}

static int tell_json(struct it_buf *out, const struct work *work, struct intoto_error **err)
{
	struct it_writer writer;
	struct untried untried = { .writer = &writer };
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "cases");
	it_write_list(&writer);
	for (size_t i = 0; i < work->count; i++)
		write_sample(&writer, &work->samples[i]);
	it_write_list_end(&writer);
	it_write_name(&writer, "untried");
	it_write_list(&writer);
	(void)it_trial_coverage_each(&work->coverage, write_untried, &untried); /* always 0 */
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return rc;
}

static int print(const struct work *work, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (!it_report_is_json(work->self->format)) {
		tell_text(&out, work);
		return it_print(&out, err);
	}
	rc = tell_json(&out, work, err);
	return rc ? rc : it_print_json(&out, err);
}

static bool is_good(const struct work *work)
{
	struct untried untried = { 0 };

	for (size_t i = 0; i < work->count; i++)
		if (work->samples[i].result.outcome != IT_TRIAL_GOOD)
			return false;
	(void)it_trial_coverage_each(&work->coverage, tell_untried, &untried); /* always 0 */
	return !work->self->strict || !untried.count;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { .self = parsed };
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the name of a layout file");
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = it_layout_file_load(&work.file, operands->items[0], err);
	if (!rc)
		rc = find_all(&work, err);
	if (!rc)
		rc = run_all(&work, err);
	if (!rc)
		rc = print(&work, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return is_good(&work) ? IT_EXIT_YES : IT_EXIT_NO;
}

const struct it_command it_cmd_layout_test = {
	.name = "test",
	.synopsis = "FILE [OPTIONS]",
	.summary = "try a layout on evidence that must pass, and on evidence that must not",
	.examples = "intoto layout test root.layout\n"
		    "intoto layout test --strict root.yaml",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct test_options),
	.run = run,
	.manual = "intoto-layout",
};
