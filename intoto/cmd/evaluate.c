/* SPDX-License-Identifier: Apache-2.0 */
/* intoto evaluate: what gates would say of evidence, without a chain, also of many archives. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/gate_word.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "crypto/digest.h"
#include "layouts/gates/evaluation.h"
#include "layouts/report_format.h"

enum { GATES_FILE_MAX = 16 << 20, SUBJECT_MAX = 1 << 30, EXCEPTION_MAX = 1 << 20 };

struct evaluate_options {
	struct it_strings gates;
	const char *gates_file;
	const char *layout;
	const char *step;
	struct it_strings keys;
	struct it_strings subjects;
	struct it_strings advisories;
	struct it_strings exceptions;
	const char *as_of;
	bool each;
	const char *format;
	unsigned verbose;
};

static const char *const format_words[] = { "text", "json", "junit", "sarif", "markdown", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct evaluate_options, gates, 0, "gate", "GATE",
		"a gate: NAME, or 'NAME:{ members }'"),
	IT_VALUE(struct evaluate_options, gates_file, 0, "gates", "FILE",
		 "a list of gates as a layout's expectedAttributes has them"),
	IT_VALUE(struct evaluate_options, layout, 'l', "layout", "FILE",
		 "the gates of this layout, and its keys; its own signatures are not looked at"),
	IT_VALUE(struct evaluate_options, step, 0, "step", "NAME", "only those of this step"),
	IT_WORDS(struct evaluate_options, keys, 0, "verification-keys", "FILE",
		 "public keys; without a layout, only what one of them signed is evidence"),
	IT_EACH(struct evaluate_options, subjects, 0, "subject", "FILE",
		"only what is about this file (or sha256:HEX) is evidence"),
	IT_WORDS(struct evaluate_options, advisories, 0, "advisories", "FILE",
		 "newer statements or VEX documents that count too, whoever signed them"),
	IT_WORDS(struct evaluate_options, exceptions, 0, "exceptions", "FILE",
		 "exceptions that would be there"),
	IT_VALUE(struct evaluate_options, as_of, 0, "as-of", "TIME",
		 "judge as of 2026-01-31T23:59:59Z, or @SECONDS since 1970 (now)"),
	IT_FLAG(struct evaluate_options, each, 0, "each",
		"each operand is a body of evidence of its own: a line each"),
	IT_CHOICE(struct evaluate_options, format, 0, "format", "FORMAT", format_words,
		  "how the report is printed (text)"),
	IT_TALLY(struct evaluate_options, verbose, 'v', "verbose", "list every decision"),
};
/* clang-format on */

/* What is judged, and who owns it. */
struct work {
	const struct evaluate_options *self;
	struct it_evaluation evaluation;
	struct it_gates gates;
	struct it_layout_file layout;
	struct it_artifacts subjects;
	struct it_exception_terms terms; /* without a layout: any exception counts */
	struct intoto_key **keys;
	size_t key_count;
	struct it_gate_keys excuser_keys;
	struct it_excuser *excusers;
	size_t excuser_count;
	struct it_buf out;
	bool refused;
};

static void work_done(struct work *work)
{
	it_evaluation_done(&work->evaluation);
	it_gates_done(&work->gates);
	it_layout_file_done(&work->layout);
	it_artifacts_done(&work->subjects);
	it_gate_keys_done(&work->excuser_keys);
	for (size_t i = 0; i < work->key_count; i++)
		intoto_key_free(work->keys[i]);
	free(work->keys);
	free(work->excusers);
	it_buf_done(&work->out);
}

/* --- what to judge by --- */

static int read_gates_file(struct work *work, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(GATES_FILE_MAX);
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	static const struct it_where where = { NULL, "expectedAttributes", 0 };
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	rc = it_json_parse(&list, it_buf_span(&text), &it_json_signed_limits, err);
	if (!rc)
		rc = it_gates_read(&work->gates, list, &where, err);
	return it_err_wrap(err, rc, "%s", path);
}

static int read_gates(struct work *work, struct intoto_error **err)
{
	const struct evaluate_options *self = work->self;
	int rc = INTOTO_OK;

	if (!self->gates.count && !self->gates_file && !self->layout)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want gates: --gate GATE, --gates FILE or --layout FILE");
	if (self->step && !self->layout)
		return it_err_set(err, INTOTO_E_USAGE, "--step wants --layout");
	for (size_t i = 0; !rc && i < self->gates.count; i++) {
		IT_AUTO(it_json_freep) struct it_json *object = NULL;

		rc = it_gate_word_read(&object, self->gates.items[i], err);
		if (!rc)
			rc = it_gates_add(&work->gates, object, NULL, err);
	}
	if (!rc && self->gates_file)
		rc = read_gates_file(work, self->gates_file, err);
	work->evaluation.gates = work->gates.count ? &work->gates : NULL;
	return rc;
}

static int read_layout(struct work *work, struct intoto_error **err)
{
	const struct evaluate_options *self = work->self;
	const struct it_item *item;
	int rc;

	if (!self->layout)
		return INTOTO_OK;
	rc = it_layout_file_load(&work->layout, self->layout, err);
	if (rc)
		return rc;
	work->evaluation.layout = work->layout.layout;
	work->evaluation.step = self->step;
	item = self->step ? it_layout_find(work->layout.layout, self->step) : NULL;
	if (self->step && (!item || item->index >= work->layout.layout->step_count))
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: has no step of that name",
				  self->layout);
	return it_gate_keys_of(&work->evaluation.keys, work->layout.layout, err);
}

/* Under the ids that gates may name them by. */
static int add_key(struct work *work, const struct intoto_key *key, struct intoto_error **err)
{
	int rc = it_gate_keys_add(&work->evaluation.keys, intoto_key_id(key, INTOTO_KEYID_LEGACY),
				  key, NULL, err);

	for (size_t i = 0; !rc && i < work->gates.count; i++) {
		const struct it_strings *ids = &work->gates.items[i].terms.functionaries;

		for (size_t j = 0; !rc && j < ids->count; j++)
			if (it_key_answers_to(key, it_span_text(ids->items[j])))
				rc = it_gate_keys_add(&work->evaluation.keys, ids->items[j], key,
						      NULL, err);
	}
	return rc;
}

static int read_keys(struct work *work, struct intoto_error **err)
{
	const struct it_strings *paths = &work->self->keys;
	int rc = INTOTO_OK;

	if (paths->count && work->self->layout)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--layout brings its own keys: --verification-keys is for gates "
				  "without one");
	work->keys = calloc(paths->count + 1, sizeof(struct intoto_key *));
	if (!work->keys)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < paths->count; i++) {
		rc = intoto_key_load(&work->keys[i], paths->items[i], NULL, NULL, err);
		work->key_count += !rc;
		if (!rc)
			rc = add_key(work, work->keys[i], err);
	}
	return rc;
}

static int add_subject(struct work *work, const char *word, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SUBJECT_MAX);
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_DIGEST_MAX * 2 + 16);
	int rc;

	if (it_starts_with(word, "sha256:"))
		return it_artifacts_add(&work->subjects, it_span_text(word), it_span_text(word),
					err);
	rc = it_file_read(&text, word, err);
	if (rc)
		return rc;
	(void)it_buf_add_text(&digest, "sha256:"); /* fits */
	it_sha256_hex(&digest, it_buf_span(&text));
	return it_artifacts_add(&work->subjects, it_span_text(word), it_buf_span(&digest), err);
}

static int read_subjects(struct work *work, struct intoto_error **err)
{
	const struct it_strings *words = &work->self->subjects;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = add_subject(work, words->items[i], err);
	if (!rc && words->count)
		rc = it_artifacts_seal(&work->subjects, err);
	work->evaluation.subjects = words->count ? &work->subjects : NULL;
	return rc;
}

static int find_excusers(struct work *work, struct intoto_error **err)
{
	const struct intoto_layout *layout = work->layout.layout;
	int rc = INTOTO_OK;

	work->terms.given = true; /* what would be if it were signed */
	work->evaluation.exceptions.terms = layout ? &layout->exceptions : &work->terms;
	work->evaluation.exceptions.now = work->evaluation.now;
	if (layout)
		rc = it_gate_keys_named(&work->excuser_keys, layout, &layout->exceptions.pubkeys,
					err);
	work->excusers = calloc(work->excuser_keys.count + 1, sizeof *work->excusers);
	if (!work->excusers)
		return it_err_nomem(err);
	for (size_t i = 0; i < work->excuser_keys.count; i++)
		if (work->excuser_keys.items[i].key)
			work->excusers[work->excuser_count++] =
				(struct it_excuser){ work->excuser_keys.items[i].key,
						     work->excuser_keys.items[i].only,
						     work->excuser_keys.items[i].name, i };
	return rc;
}

static int read_exceptions(struct work *work, struct intoto_error **err)
{
	const struct it_strings *paths = &work->self->exceptions;
	int rc = find_excusers(work, err);

	for (size_t i = 0; !rc && i < paths->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(EXCEPTION_MAX);

		rc = it_file_read(&text, paths->items[i], err);
		if (!rc)
			rc = it_err_wrap(err,
					 it_exceptions_add(&work->evaluation.exceptions,
							   it_path_base(paths->items[i]),
							   paths->items[i], it_buf_span(&text),
							   work->excusers, work->excuser_count,
							   err),
					 "%s", paths->items[i]);
	}
	return rc;
}

static int prepare(struct work *work, struct intoto_error **err)
{
	int rc = it_read_time(&work->evaluation.now, "--as-of", work->self->as_of, err);

	if (!rc)
		rc = read_gates(work, err);
	if (!rc)
		rc = read_layout(work, err);
	if (!rc)
		rc = read_keys(work, err);
	if (!rc)
		rc = read_subjects(work, err);
	return rc ? rc : read_exceptions(work, err);
}

/* --- evidence --- */

static bool is_evidence(const char *name)
{
	return (it_ends_with(name, ".json") || it_ends_with(name, ".intoto.jsonl")) &&
	       !it_ends_with(name, IT_EXCEPTION_SUFFIX);
}

/* What a folder holds besides is nobody's business. */
static int add_folder(struct work *work, const char *path, struct intoto_report *report,
		      struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, path, err);

	it_strings_sort(&names);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *file = it_path_join(path, names.items[i]);
		struct stat about;

		if (!file)
			return it_err_nomem(err);
		if (is_evidence(names.items[i]) && (stat(file, &about) || S_ISREG(about.st_mode)))
			rc = it_evaluation_add(&work->evaluation, file, IT_EVALUATION_FOLDER,
					       report, err);
	}
	return rc;
}

/* alone: nothing else is evidence beside it. */
static int add_operand(struct work *work, const char *path, bool alone,
		       struct intoto_report *report, struct intoto_error **err)
{
	struct stat about;

	if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		return add_folder(work, path, report, err);
	return it_evaluation_add(&work->evaluation, path,
				 alone ? IT_EVALUATION_ALONE : IT_EVALUATION_AMONG, report, err);
}

static int add_advisories(struct work *work, struct intoto_report *report,
			  struct intoto_error **err)
{
	const struct it_strings *paths = &work->self->advisories;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = it_evaluation_add(&work->evaluation, paths->items[i], IT_EVALUATION_ADVISORY,
				       report, err);
	return rc;
}

/* --- out --- */

static bool is_summary(const struct intoto_check *check)
{
	return it_starts_with(check->code, "gate.") && !*check->subject;
}

static void write_checks(struct it_writer *writer, const struct intoto_report *report,
			 bool summaries)
{
	it_write_list(writer);
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);
		bool bad = check->outcome == INTOTO_CHECK_FAILED ||
			   check->outcome == INTOTO_CHECK_UNDECIDED;

		if (is_summary(check) != summaries || (!summaries && !bad))
			continue;
		it_write_object(writer);
		it_write_name(writer, "code");
		it_write_text(writer, check->code);
		it_write_name(writer, "outcome");
		it_write_text(writer, intoto_outcome_name(check->outcome));
		it_write_name(writer, "step");
		it_write_text(writer, check->item);
		it_write_name(writer, "subject");
		it_write_text(writer, check->subject);
		it_write_name(writer, "text");
		it_write_text(writer, check->text);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* One line of JSON Lines. */
static int line_json(struct it_buf *out, const char *name, const struct intoto_report *report,
		     struct intoto_error **err)
{
	char time[IT_TIME_SIZE];
	struct it_writer writer;
	int rc;

	it_time_format(time, it_report_time(report));
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "blocked");
	write_checks(&writer, report, false);
	it_write_name(&writer, "evidence");
	it_write_text(&writer, name);
	it_write_name(&writer, "gates");
	write_checks(&writer, report, true);
	it_write_name(&writer, "time");
	it_write_text(&writer, time);
	it_write_name(&writer, "verdict");
	it_write_text(&writer, it_verdict_name(intoto_report_verdict(report)));
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return rc;
}

/* "refused   archive/1.2: 2 of 31 findings block; 1 of sbom found" */
static void line_text(struct it_buf *out, const char *name, const struct intoto_report *report)
{
	const char *between = ": ";

	(void)it_buf_printf(out, "%-9s ", it_verdict_name(intoto_report_verdict(report)));
	it_text_quote(out, it_span_text(name)); /* sticks in out, as the rest */
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (!is_summary(check) || check->outcome == INTOTO_CHECK_SKIPPED)
			continue;
		(void)it_buf_add_text(out, between);
		it_text_quote(out, it_span_text(check->text));
		between = "; ";
	}
	(void)it_buf_add_byte(out, '\n');
}

static int print_one(struct work *work, const char *name, const struct intoto_report *report,
		     struct intoto_error **err)
{
	const struct evaluate_options *self = work->self;
	const struct it_report_format *format =
		it_report_format_find(self->format ? self->format : "text");
	struct it_report_view view = { .report = report, .verbose = self->verbose > 0 };

	if (!self->each)
		return it_report_print(&work->out, format, &view, err);
	if (it_streq(self->format, "json"))
		return line_json(&work->out, name, report, err);
	line_text(&work->out, name, report);
	return INTOTO_OK;
}

/* One body of evidence. */
static int evaluate(struct work *work, const char *name, const struct it_strings *paths,
		    size_t first, size_t count, struct intoto_error **err)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	size_t gates = 0;
	int rc = it_report_new(&report, err);

	if (rc)
		return rc;
	it_report_about(report, name, work->evaluation.now);
	it_evaluation_reset(&work->evaluation);
	for (size_t i = first; !rc && i < first + count; i++)
		rc = add_operand(work, paths->items[i], count == 1, report, err);
	if (!rc)
		rc = add_advisories(work, report, err);
	if (!rc)
		rc = it_evaluation_judge(&work->evaluation, report, &gates, err);
	if (!rc && !gates)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%s: has no gates",
				work->self->layout ? work->self->layout : "the command line");
	if (rc)
		return rc;
	it_report_close(report);
	work->refused |= intoto_report_verdict(report) != INTOTO_PASSED;
	return print_one(work, name, report, err);
}

static int evaluate_all(struct work *work, const struct it_strings *operands,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!work->self->each)
		return evaluate(work, operands->count == 1 ? operands->items[0] : "the evidence",
				operands, 0, operands->count, err);
	for (size_t i = 0; !rc && i < operands->count; i++)
		rc = evaluate(work, operands->items[i], operands, i, 1, err);
	return rc;
}

static int check_words(const struct evaluate_options *self, const struct it_strings *operands,
		       struct intoto_error **err)
{
	bool lines =
		!self->format || it_streq(self->format, "text") || it_streq(self->format, "json");

	if (!operands->count)
		return it_err_set(err, INTOTO_E_USAGE, "want files of evidence, or folders");
	if (self->each && !lines)
		return it_err_set(err, INTOTO_E_USAGE, "--each prints text or json");
	return INTOTO_OK;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { .self = parsed, .out = IT_BUF(IT_REPORT_MAX) };
	const struct evaluate_options *self = parsed;
	int rc = check_words(self, operands, err);

	if (!rc)
		rc = prepare(&work, err);
	if (!rc)
		rc = evaluate_all(&work, operands, err);
	if (!rc)
		rc = it_streq(self->format, "json") ? it_print_json(&work.out, err)
						    : it_print(&work.out, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	return work.refused ? IT_EXIT_NO : IT_EXIT_YES;
}

const struct it_command it_cmd_evaluate = {
	.name = "evaluate",
	.synopsis = "--gate GATE|--gates FILE|--layout FILE EVIDENCE... [OPTIONS]",
	.summary = "say what gates would decide about evidence",
	.examples = "intoto evaluate --gate 'require:{\"predicates\": [\"sbom\"]}' "
		    "app.sbom.intoto.json\n"
		    "intoto evaluate --layout root.layout --each --format=json archive/*",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct evaluate_options),
	.run = run,
};
