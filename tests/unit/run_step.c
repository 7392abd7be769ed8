/* SPDX-License-Identifier: Apache-2.0 */
/* Whole steps: what is checked first, what is signed, what is kept when the end goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/text.h"
#include "json/writer.h"
#include "model/envelope.h"
#include "refused.h"
#include "run/step.h"
#include "workspace.h"

/* One step with a key of its own. */
struct trial {
	struct it_step_options options;
	struct it_step_result result;
	struct it_strings argv, materials, products, exclude, lstrip;
	struct intoto_key *key;
	struct it_signer *signer;
	struct intoto_error *err;
};

static void trial_done(struct trial *trial)
{
	it_step_result_done(&trial->result);
	it_strings_done(&trial->argv);
	it_strings_done(&trial->materials);
	it_strings_done(&trial->products);
	it_strings_done(&trial->exclude);
	it_strings_done(&trial->lstrip);
	it_signer_free(trial->signer);
	intoto_key_free(trial->key);
	intoto_error_free(trial->err);
}

static void add(struct it_strings *list, const char *text)
{
	assert_int_equal(it_strings_add(list, text, NULL), 0);
}

/* script may be NULL: no command. */
static void prepare(struct trial *trial, const char *script)
{
	if (!trial->key)
		assert_int_equal(intoto_key_generate(&trial->key, "ed25519", NULL), 0);
	if (!trial->signer)
		assert_int_equal(it_signer_borrow(&trial->signer, trial->key, NULL), 0);
	it_strings_done(&trial->argv);
	if (script) {
		add(&trial->argv, "sh");
		add(&trial->argv, "-c");
		add(&trial->argv, script);
	}
	trial->options.command.argv = trial->argv.items;
	trial->options.signer = trial->signer;
	trial->options.materials = &trial->materials;
	trial->options.products = &trial->products;
	trial->options.snapshot.lstrip = &trial->lstrip;
	if (trial->exclude.count)
		trial->options.snapshot.exclude = &trial->exclude;
	if (!trial->options.name)
		trial->options.name = "build";
	it_step_result_done(&trial->result);
}

static int run(struct trial *trial, const char *script)
{
	prepare(trial, script);
	return it_step_run(&trial->result, &trial->options, &trial->err);
}

static void run_well(struct trial *trial, const char *script)
{
	if (run(trial, script))
		fail_msg("%s", intoto_error_text(trial->err));
}

/* The link in a file, its signature good for key. */
static struct intoto_link *load(const char *path, const struct intoto_key *key)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct intoto_link *link = NULL;

	assert_int_equal(intoto_envelope_load(&envelope, path, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	assert_int_equal(intoto_link_from_envelope(&link, envelope, NULL), INTOTO_OK);
	return link;
}

static void check_names(const struct intoto_link *link, enum intoto_link_side side,
			const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(4096);

	for (size_t i = 0; i < intoto_link_artifact_count(link, side); i++)
		assert_int_equal(it_buf_printf(&names, "%s%s", i ? "|" : "",
					       intoto_link_artifact_name(link, side, i)),
				 0);
	assert_string_equal(it_buf_text(&names), want);
}

static void check_json(const struct it_json *value, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(65536);

	assert_int_equal(it_json_canonical(&text, value, NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static void writes_a_signed_link_that_says_what_happened(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(it_freep) char *path = NULL;

	(void)state;
	workspace_write("in", "abc");
	add(&trial.materials, ".");
	add(&trial.products, ".");
	run_well(&trial, "cp in out");
	assert_true(trial.result.ran);
	assert_true(trial.result.command.accepted);
	assert_int_equal(trial.result.materials, 1);
	assert_int_equal(trial.result.products, 2);
	assert_true(asprintf(&path, "build.%.8s.link",
			     intoto_key_id(trial.key, INTOTO_KEYID_LEGACY)) > 0);
	assert_string_equal(trial.result.link_path, path);
	link = load(path, trial.key);
	assert_string_equal(intoto_link_name(link), "build");
	assert_string_equal(intoto_link_command_at(link, 2), "cp in out");
	check_names(link, INTOTO_MATERIALS, "in");
	check_names(link, INTOTO_PRODUCTS, "in|out");
	check_json(link->byproducts, "{\"return-value\":0}");
	check_json(link->environment,
		   "{\"intoto\":{\"exclude\":[\"*.link\",\"*.link-unfinished\",\".git\",\"*.pyc\","
		   "\"*~\"],\"symlinks\":\"follow\",\"version\":\"" INTOTO_VERSION "\"}}");
}

static void records_the_excludes_that_were_given(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	workspace_write("src/a", "");
	workspace_write("src/b", "");
	add(&trial.materials, "src");
	add(&trial.exclude, "b");
	add(&trial.lstrip, "src/");
	trial.options.snapshot.symlinks = IT_SYMLINKS_RECORD;
	run_well(&trial, NULL);
	assert_false(trial.result.ran);
	link = load(trial.result.link_path, trial.key);
	check_names(link, INTOTO_MATERIALS, "a");
	assert_int_equal(intoto_link_command_count(link), 0);
	check_json(link->environment,
		   "{\"intoto\":{\"exclude\":[\"b\"],\"lstrip-paths\":[\"src/\"],"
		   "\"symlinks\":\"record\",\"version\":\"" INTOTO_VERSION "\"}}");
}

static void signs_the_link_of_a_command_that_failed(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };
	int64_t value;

	(void)state;
	add(&trial.products, ".");
	run_well(&trial, "echo >half; exit 3");
	assert_int_equal(trial.result.command.status, 3);
	link = load(trial.result.link_path, trial.key);
	assert_true(it_link_return_value(link, &value) && value == 3);
	check_names(link, INTOTO_PRODUCTS, "half");
}

static void writes_either_format_under_either_keyid(void **state)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(it_freep) char *path = NULL;

	(void)state;
	assert_int_equal(mkdir("links", 0777), 0);
	trial.options.metadata_directory = "links";
	trial.options.format = INTOTO_METABLOCK;
	trial.options.keyid_style = INTOTO_KEYID_CURRENT;
	run_well(&trial, "true");
	assert_true(asprintf(&path, "links/build.%.8s.link",
			     intoto_key_id(trial.key, INTOTO_KEYID_CURRENT)) > 0);
	assert_string_equal(trial.result.link_path, path);
	assert_int_equal(intoto_envelope_load(&envelope, path, NULL), 0);
	assert_int_equal(intoto_envelope_format(envelope), INTOTO_METABLOCK);
	assert_string_equal(intoto_envelope_signature_keyid(envelope, 0),
			    intoto_key_id(trial.key, INTOTO_KEYID_CURRENT));
	assert_int_equal(intoto_envelope_verify(envelope, trial.key, NULL), INTOTO_OK);
}

static void makes_links_that_everybody_may_read(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	struct stat about;
	mode_t before = umask(022);

	(void)state;
	run_well(&trial, "true");
	(void)umask(before); /* cannot fail */
	assert_int_equal(stat(trial.result.link_path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0644);
}

/* The refusal comes before the command: it leaves no trace. */
static void check_refused_first(struct trial *trial, enum intoto_code code, const char *text)
{
	assert_refused(run(trial, "echo >trace"), &trial->err, code, text);
	assert_false(trial->result.ran);
	assert_null(trial->result.link_path);
	assert_int_equal(access("trace", F_OK), -1);
}

static void refuses_names_that_are_no_file_names(void **state)
{
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "a\\b", "a\nb", "a\xff" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		IT_AUTO(trial_done) struct trial trial = { .options.name = bad[i] };

		check_refused_first(&trial, INTOTO_E_USAGE, "want 1 to 200 bytes of UTF-8");
	}
}

static void refuses_a_metadata_folder_that_is_not_there(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { .options.metadata_directory = "nowhere" };

	(void)state;
	check_refused_first(&trial, INTOTO_E_NOTFOUND, "nowhere: metadata folder: No such");
	workspace_write("file", "");
	trial.options.metadata_directory = "file";
	check_refused_first(&trial, INTOTO_E_IO, "file: is no folder");
}

static void refuses_a_bad_pattern_before_anything_runs(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	add(&trial.exclude, "[");
	check_refused_first(&trial, INTOTO_E_USAGE, "exclude pattern '[': has a [");
}

static void refuses_texts_that_cannot_be_recorded(void **state)
{
	IT_AUTO(trial_done) struct trial argument = { 0 };
	IT_AUTO(trial_done) struct trial pattern = { 0 };
	IT_AUTO(trial_done) struct trial prefix = { 0 };

	(void)state;
	assert_refused(run(&argument, "echo >trace; : \xff"), &argument.err, INTOTO_E_USAGE,
		       "command: argument 'echo >trace; : \\xff': is not UTF-8");
	assert_int_equal(access("trace", F_OK), -1);
	add(&pattern.exclude, "\xff");
	check_refused_first(&pattern, INTOTO_E_USAGE, "exclude pattern '\\xff': is not UTF-8");
	add(&prefix.lstrip, "\xff");
	check_refused_first(&prefix, INTOTO_E_USAGE, "prefix to strip '\\xff': is not UTF-8");
}

static void refuses_missing_materials_before_the_command(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	add(&trial.materials, "nowhere");
	check_refused_first(&trial, INTOTO_E_NOTFOUND, "nowhere: no such file or folder");
}

static void tells_a_command_that_cannot_be_started(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	if (workspace_vfork_is_fork())
		return;
	prepare(&trial, NULL);
	add(&trial.argv, "no-such-command");
	trial.options.command.argv = trial.argv.items;
	assert_refused(it_step_run(&trial.result, &trial.options, &trial.err), &trial.err,
		       INTOTO_E_NOTFOUND, "no-such-command: command not found");
	assert_true(trial.result.not_started);
	assert_false(trial.result.ran);
}

static void keeps_what_is_recorded_when_products_are_missing(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };
	int64_t value;

	(void)state;
	workspace_write("in", "abc");
	add(&trial.materials, "in");
	add(&trial.products, "out");
	assert_refused(run(&trial, "exit 4"), &trial.err, INTOTO_E_NOTFOUND,
		       "out: no such file or folder; the command ended with status 4, and there is "
		       "no link of it yet: its materials are kept in .build.");
	assert_true(trial.result.ran);
	assert_null(trial.result.link_path);
	workspace_write("out", "");
	prepare(&trial, NULL);
	assert_int_equal(it_step_stop(&trial.result, &trial.options, &trial.err), INTOTO_OK);
	link = load(trial.result.link_path, trial.key);
	check_names(link, INTOTO_MATERIALS, "in");
	check_names(link, INTOTO_PRODUCTS, "out");
	assert_string_equal(intoto_link_command_at(link, 2), "exit 4");
	assert_true(it_link_return_value(link, &value) && value == 4);
}

static void does_not_replace_an_unfinished_link(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	prepare(&trial, NULL);
	assert_int_equal(it_step_start(&trial.result, &trial.options, NULL), INTOTO_OK);
	add(&trial.products, "out");
	assert_refused(run(&trial, "kill -TERM $$"), &trial.err, INTOTO_E_NOTFOUND,
		       "the command was ended by SIGTERM, and there is no link of it: its "
		       "materials could not be kept either: .build.");
}

/* Every file over 16 bytes is too large from here on: as a full disk. */
static void fill_the_disk(void)
{
	const struct rlimit limit = { 16, 16 };

	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void leaves_nothing_half_written_on_a_full_disk(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		IT_AUTO(trial_done) struct trial trial = { 0 };

		prepare(&trial, NULL);
		fill_the_disk();
		assert_refused(run(&trial, "exit 6"), &trial.err, INTOTO_E_IO,
			       "File too large; the command ended with status 6, and there is no "
			       "link of it: its materials could not be kept either: .build.");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(it_dir_list(&names, ".", NULL), 0);
	assert_int_equal(names.count, 0);
}

/* record */

static void start(struct trial *trial)
{
	prepare(trial, NULL);
	assert_int_equal(it_step_start(&trial->result, &trial->options, &trial->err), INTOTO_OK);
}

static int stop(struct trial *trial)
{
	prepare(trial, NULL);
	return it_step_stop(&trial->result, &trial->options, &trial->err);
}

static void records_from_start_to_stop(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(it_freep) char *unfinished = NULL;

	(void)state;
	workspace_write("in", "abc");
	add(&trial.materials, ".");
	add(&trial.products, ".");
	trial.options.format = INTOTO_METABLOCK;
	start(&trial);
	unfinished = strdup(trial.result.link_path);
	assert_true(it_starts_with(unfinished, ".build."));
	assert_true(it_ends_with(unfinished, ".link-unfinished"));
	workspace_write("out", "abc");
	trial.options.format = INTOTO_DSSE;
	assert_int_equal(stop(&trial), INTOTO_OK);
	assert_int_equal(access(unfinished, F_OK), -1);
	link = load(trial.result.link_path, trial.key);
	check_names(link, INTOTO_MATERIALS, "in");
	check_names(link, INTOTO_PRODUCTS, "in|out");
	check_json(link->byproducts, "{}");
	assert_int_equal(intoto_link_command_count(link), 0);
	assert_null(it_json_get(link->environment, "intoto-products"));
}

static void keeps_the_format_of_the_start(void **state)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	trial.options.format = INTOTO_METABLOCK;
	start(&trial);
	trial.options.format = INTOTO_DSSE;
	assert_int_equal(stop(&trial), INTOTO_OK);
	assert_int_equal(intoto_envelope_load(&envelope, trial.result.link_path, NULL), 0);
	assert_int_equal(intoto_envelope_format(envelope), INTOTO_METABLOCK);
}

static void says_when_stop_looked_elsewhere(void **state)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	start(&trial);
	add(&trial.exclude, "x");
	assert_int_equal(stop(&trial), INTOTO_OK);
	link = load(trial.result.link_path, trial.key);
	check_json(it_json_get(link->environment, "intoto-products"),
		   "{\"exclude\":[\"x\"],\"symlinks\":\"follow\",\"version\":\"" INTOTO_VERSION
		   "\"}");
	assert_non_null(it_json_get(link->environment, "intoto"));
}

/* The Python tool's "record start" knows no metadata folder, its "record stop" does. */
static void finds_an_unfinished_link_in_the_current_folder(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	start(&trial);
	assert_int_equal(mkdir("links", 0777), 0);
	trial.options.metadata_directory = "links";
	assert_int_equal(stop(&trial), INTOTO_OK);
	assert_true(it_starts_with(trial.result.link_path, "links/build."));
}

static void refuses_to_start_twice(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	start(&trial);
	prepare(&trial, NULL);
	assert_refused(it_step_start(&trial.result, &trial.options, &trial.err), &trial.err,
		       INTOTO_E_USAGE,
		       ".link-unfinished: a record of this step has been started; finish it with "
		       "'intoto record stop', or remove the file");
}

static void refuses_to_stop_what_was_not_started(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	assert_refused(stop(&trial), &trial.err, INTOTO_E_NOTFOUND,
		       ".link-unfinished: no such file; 'intoto record start' with the same step "
		       "name and key makes it");
}

/* Starts with other, and puts its file where trial looks. */
static void exchange_unfinished(struct trial *trial, struct trial *other)
{
	IT_AUTO(it_freep) char *path = NULL;

	start(other);
	prepare(trial, NULL);
	path = it_link_unfinished_name("build", intoto_key_id(trial->key, INTOTO_KEYID_LEGACY));
	assert_int_equal(rename(other->result.link_path, path), 0);
}

static void refuses_an_unfinished_link_of_another_key(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(trial_done) struct trial other = { 0 };

	(void)state;
	exchange_unfinished(&trial, &other);
	assert_refused(stop(&trial), &trial.err, INTOTO_E_UNTRUSTED, ".link-unfinished: ");
	assert_null(trial.result.link_path);
}

static void refuses_an_unfinished_link_of_another_step(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(trial_done) struct trial other = { .options.name = "other" };

	(void)state;
	prepare(&trial, NULL);
	assert_int_equal(it_signer_borrow(&other.signer, trial.key, NULL), 0);
	exchange_unfinished(&trial, &other);
	assert_refused(stop(&trial), &trial.err, INTOTO_E_FORMAT,
		       "link.name: want 'build', found another name");
}

static void refuses_an_unfinished_link_that_has_products(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(it_freep) char *path = NULL;

	(void)state;
	workspace_write("out", "");
	add(&trial.products, "out");
	run_well(&trial, NULL);
	path = it_link_unfinished_name("build", intoto_key_id(trial.key, INTOTO_KEYID_LEGACY));
	assert_int_equal(rename(trial.result.link_path, path), 0);
	assert_refused(stop(&trial), &trial.err, INTOTO_E_FORMAT, "link.products: want none yet");
}

static void keeps_the_unfinished_link_when_stop_fails(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	start(&trial);
	add(&trial.products, "nowhere");
	assert_refused(stop(&trial), &trial.err, INTOTO_E_NOTFOUND, "nowhere: no such file");
	it_strings_done(&trial.products);
	assert_int_equal(stop(&trial), INTOTO_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_a_signed_link_that_says_what_happened),
		TEST(records_the_excludes_that_were_given),
		TEST(signs_the_link_of_a_command_that_failed),
		TEST(writes_either_format_under_either_keyid),
		TEST(makes_links_that_everybody_may_read),
		TEST(refuses_names_that_are_no_file_names),
		TEST(refuses_a_metadata_folder_that_is_not_there),
		TEST(refuses_a_bad_pattern_before_anything_runs),
		TEST(refuses_texts_that_cannot_be_recorded),
		TEST(refuses_missing_materials_before_the_command),
		TEST(tells_a_command_that_cannot_be_started),
		TEST(keeps_what_is_recorded_when_products_are_missing),
		TEST(does_not_replace_an_unfinished_link),
		TEST(leaves_nothing_half_written_on_a_full_disk),
		TEST(records_from_start_to_stop),
		TEST(keeps_the_format_of_the_start),
		TEST(says_when_stop_looked_elsewhere),
		TEST(finds_an_unfinished_link_in_the_current_folder),
		TEST(refuses_to_start_twice),
		TEST(refuses_to_stop_what_was_not_started),
		TEST(refuses_an_unfinished_link_of_another_key),
		TEST(refuses_an_unfinished_link_of_another_step),
		TEST(refuses_an_unfinished_link_that_has_products),
		TEST(keeps_the_unfinished_link_when_stop_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
