/* SPDX-License-Identifier: Apache-2.0 */
/* Traces filled by hand: what became of the files, what is made of them, what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "model/envelope.h"
#include "refused.h"
#include "run/step_trace.h"
#include "run/step_trace_artifacts.h"
#include "workspace.h"

/* A trace of one step in the current folder. */
struct trial {
	struct it_touched touched;
	struct it_traced_files files;
	struct it_artifacts materials, products;
	struct it_snapshot_options snapshot;
	struct it_trace_terms terms;
	struct it_strings exclude;
	char *base;
	struct intoto_error *err;
};

static void begin(struct trial *trial)
{
	trial->base = realpath(".", NULL);
	assert_non_null(trial->base);
	assert_int_equal(it_trace_moment(&trial->terms.begin, NULL), 0);
	trial->terms.recorded = trial->terms.begin;
	trial->terms.base = trial->base;
	trial->terms.snapshot = &trial->snapshot;
	trial->terms.materials = &trial->materials;
	trial->terms.products = &trial->products;
}

static void trial_done(struct trial *trial)
{
	it_traced_files_done(&trial->files);
	it_touched_done(&trial->touched);
	it_artifacts_done(&trial->materials);
	it_artifacts_done(&trial->products);
	it_strings_done(&trial->exclude);
	intoto_error_free(trial->err);
	free(trial->base);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* name: below the current folder, or absolute. */
static void touch(struct trial *trial, const char *name, unsigned touches)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s%s%s", *name == '/' ? "" : trial->base,
		       *name == '/' ? "" : "/", name);
	it_touched_file(&trial->touched, it_span_text(path), touches);
}

static void settle(struct trial *trial)
{
	size_t unlisted = 0;

	assert_int_equal(it_touched_seal(&trial->touched, NULL), 0);
	if (it_traced_files_settle(&trial->files, &trial->touched, &trial->terms, &unlisted,
				   &trial->err))
		fail_msg("%s", intoto_error_text(trial->err));
	assert_int_equal(unlisted, 0);
}

static const struct it_traced_file *find(const struct trial *trial, const char *name)
{
	for (size_t i = 0; i < trial->files.count; i++)
		if (it_streq(trial->files.items[i].path, name) ||
		    (it_starts_with(trial->files.items[i].path, trial->base) &&
		     it_streq(trial->files.items[i].path + strlen(trial->base) + 1, name)))
			return &trial->files.items[i];
	fail_msg("%s is not there", name);
	return NULL;
}

static void check_digest(const char *digests, const char *content)
{
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(256);

	(void)it_buf_add_text(&want, "sha256:");
	it_sha256_hex(&want, it_span_text(content));
	assert_non_null(digests);
	assert_string_equal(digests, it_buf_text(&want));
}

/* content NULL: no digest. */
static void check(const struct trial *trial, const char *name, const char *state,
		  const char *content)
{
	const struct it_traced_file *file = find(trial, name);

	if (!it_streq(it_traced_state_word(file->state), state))
		fail_msg("%s: want %s, found %s", name, state, it_traced_state_word(file->state));
	if (content)
		check_digest(file->digests, content);
	else
		assert_null(file->digests);
}

static void check_names(const struct it_artifacts *artifacts, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(65536);

	for (size_t i = 0; i < artifacts->count; i++)
		(void)it_buf_printf(&names, "%s%s", i ? "|" : "", artifacts->items[i].name);
	assert_string_equal(it_buf_text(&names), want);
}

static void says_what_became_of_each_file(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("old", "o");
	write_text("rewritten", "before");
	write_text("gone", "g");
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_int_equal(mkfifo("pipe", 0666), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	begin(&trial);
	write_text("new", "n");
	write_text("rewritten", "after");
	assert_int_equal(unlink("gone"), 0);
	touch(&trial, "old", IT_TOUCH_READ);
	touch(&trial, "new", IT_TOUCH_CREATED | IT_TOUCH_WRITTEN | IT_TOUCH_READ);
	touch(&trial, "rewritten", IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	touch(&trial, "gone", IT_TOUCH_READ | IT_TOUCH_REMOVED);
	touch(&trial, "never", IT_TOUCH_ASKED);
	touch(&trial, "folder", IT_TOUCH_READ | IT_TOUCH_FOLDER);
	touch(&trial, "pipe", IT_TOUCH_READ);
	touch(&trial, "dangling", IT_TOUCH_READ);
	touch(&trial, "/proc/self/status", IT_TOUCH_READ);
	touch(&trial, "/dev/null", IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	settle(&trial);
	check(&trial, "old", "unchanged", "o");
	check(&trial, "new", "made", "n");
	check(&trial, "rewritten", "changed", "after");
	check(&trial, "gone", "removed", NULL);
	check(&trial, "never", "absent", NULL);
	check(&trial, "folder", "folder", NULL);
	check(&trial, "pipe", "special", NULL);
	check(&trial, "dangling", "special", NULL);
	check(&trial, "/proc/self/status", "kernel", NULL);
	check(&trial, "/dev/null", "special", NULL);
}

static void hashes_each_identity_once_under_all_its_names(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("a", "one");
	assert_int_equal(link("a", "b"), 0);
	assert_int_equal(symlink("a", "c"), 0);
	begin(&trial);
	touch(&trial, "a", IT_TOUCH_READ);
	touch(&trial, "b", IT_TOUCH_READ);
	touch(&trial, "c", IT_TOUCH_READ);
	settle(&trial);
	check(&trial, "a", "unchanged", "one");
	check(&trial, "b", "unchanged", "one");
	check(&trial, "c", "unchanged", "one");
	assert_ptr_equal(find(&trial, "a")->digests, find(&trial, "b")->digests);
	assert_ptr_equal(find(&trial, "a")->digests, find(&trial, "c")->digests);
	assert_true(it_ends_with(find(&trial, "c")->real, "/a"));
	assert_int_equal(trial.files.digests.count, 1);
}

static void takes_digests_that_are_known(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("a", "a");
	write_text("b", "b");
	begin(&trial);
	write_text("b", "bb");
	assert_int_equal(it_artifacts_add(&trial.materials, it_span_text("a"),
					  it_span_text("sha256:11"), NULL),
			 0);
	assert_int_equal(it_artifacts_add(&trial.materials, it_span_text("b"),
					  it_span_text("sha256:22"), NULL),
			 0);
	touch(&trial, "a", IT_TOUCH_READ);
	touch(&trial, "b", IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	settle(&trial);
	assert_string_equal(find(&trial, "a")->digests, "sha256:11");
	check(&trial, "b", "changed", "bb"); /* not what it was */
}

static void hashes_what_may_have_changed_while_materials_were_recorded(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("a", "a");
	begin(&trial);
	trial.terms.recorded = (struct timespec){ 0 };
	assert_int_equal(it_artifacts_add(&trial.materials, it_span_text("a"),
					  it_span_text("sha256:11"), NULL),
			 0);
	touch(&trial, "a", IT_TOUCH_READ);
	settle(&trial);
	check(&trial, "a", "unchanged", "a");
	assert_refused(
		it_traced_materials(&trial.materials, &trial.files, &trial.terms, &trial.err),
		&trial.err, INTOTO_E_IO, "a: has another digest than when it was recorded");
}

static void finds_what_moved_with_its_folder(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	assert_int_equal(mkdir("before", 0777), 0);
	assert_int_equal(mkdir("before/deep", 0777), 0);
	write_text("before/x", "x");
	write_text("before/deep/y", "y");
	begin(&trial);
	assert_int_equal(rename("before", "after"), 0);
	write_text("after/z", "z");
	touch(&trial, "before", IT_TOUCH_REMOVED | IT_TOUCH_FOLDER);
	touch(&trial, "after", IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
	touch(&trial, "after/z", IT_TOUCH_CREATED | IT_TOUCH_WRITTEN);
	settle(&trial);
	check(&trial, "after/x", "unchanged", "x");
	check(&trial, "after/deep/y", "unchanged", "y");
	check(&trial, "after/z", "made", "z");
	assert_int_equal(trial.files.count, 5);
	assert_int_equal(it_traced_products(&trial.products, &trial.files, &trial.terms, NULL), 0);
	check_names(&trial.products, "after/deep/y|after/x|after/z");
}

static void names_materials_by_where_they_really_are(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	IT_AUTO(it_freep) char *other = NULL;
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(PATH_MAX + 100);

	(void)state;
	assert_int_equal(mkdir("work", 0777), 0);
	write_text("outside", "out");
	write_text("work/in", "in");
	write_text("work/made", "made");
	assert_int_equal(symlink("../outside", "work/link"), 0);
	other = realpath("outside", NULL);
	assert_int_equal(chdir("work"), 0);
	begin(&trial);
	write_text("made", "again");
	touch(&trial, "in", IT_TOUCH_READ);
	touch(&trial, "link", IT_TOUCH_READ | IT_TOUCH_EXECUTED);
	touch(&trial, "made", IT_TOUCH_WRITTEN);
	settle(&trial);
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(it_traced_materials(&trial.materials, &trial.files, &trial.terms, NULL),
			 0);
	(void)it_buf_printf(&want, "%s|in", other);
	check_names(&trial.materials, it_buf_text(&want));
	check_digest(trial.materials.items[0].digests, "out");
}

static void refuses_materials_that_nobody_knows(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("gone", "g");
	write_text("rewritten", "r");
	begin(&trial);
	assert_int_equal(unlink("gone"), 0);
	write_text("rewritten", "rr");
	touch(&trial, "gone", IT_TOUCH_READ | IT_TOUCH_REMOVED);
	touch(&trial, "rewritten", IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	settle(&trial);
	assert_refused(
		it_traced_materials(&trial.materials, &trial.files, &trial.terms, &trial.err),
		&trial.err, INTOTO_E_IO, "gone (was removed), ");
	assert_refused(
		it_traced_materials(&trial.materials, &trial.files, &trial.terms, &trial.err),
		&trial.err, INTOTO_E_IO, "rewritten (was changed) is not known any more");
	assert_int_equal(trial.materials.count, 0);
}

static void takes_them_when_they_were_recorded_before(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("rewritten", "r");
	begin(&trial);
	write_text("rewritten", "rr");
	assert_int_equal(it_artifacts_add(&trial.materials, it_span_text("rewritten"),
					  it_span_text("sha256:22"), NULL),
			 0);
	touch(&trial, "rewritten", IT_TOUCH_READ | IT_TOUCH_WRITTEN);
	settle(&trial);
	assert_int_equal(it_traced_materials(&trial.materials, &trial.files, &trial.terms, NULL),
			 0);
	check_names(&trial.materials, "rewritten");
	assert_string_equal(trial.materials.items[0].digests, "sha256:22");
}

static void does_not_take_its_own_work_for_a_material(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	begin(&trial);
	write_text("object", "o");
	touch(&trial, "object", IT_TOUCH_CREATED | IT_TOUCH_WRITTEN | IT_TOUCH_READ);
	touch(&trial, "temporary", IT_TOUCH_CREATED | IT_TOUCH_WRITTEN | IT_TOUCH_READ);
	touch(&trial, "temporary", IT_TOUCH_REMOVED);
	settle(&trial);
	assert_int_equal(it_traced_materials(&trial.materials, &trial.files, &trial.terms, NULL),
			 0);
	assert_int_equal(trial.materials.count, 0);
	assert_int_equal(it_traced_products(&trial.products, &trial.files, &trial.terms, NULL), 0);
	check_names(&trial.products, "object");
}

/* Moved into the tree, an old file looks made there; when it was born says otherwise. */
static void sees_through_a_file_that_was_moved_in(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };
	struct statx about;

	(void)state;
	write_text("elsewhere", "e");
	if (statx(AT_FDCWD, "elsewhere", 0, STATX_BTIME, &about) || !(about.stx_mask & STATX_BTIME))
		skip();
	begin(&trial);
	assert_int_equal(rename("elsewhere", "here"), 0);
	touch(&trial, "elsewhere", IT_TOUCH_REMOVED);
	touch(&trial, "here", IT_TOUCH_CREATED | IT_TOUCH_READ);
	settle(&trial);
	assert_refused(
		it_traced_materials(&trial.materials, &trial.files, &trial.terms, &trial.err),
		&trial.err, INTOTO_E_IO, "here (was changed)");
}

static void leaves_out_what_the_user_names_and_nothing_else(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("a.pyc", "a"); /* among what is usually left out */
	write_text("b.log", "b");
	begin(&trial);
	touch(&trial, "a.pyc", IT_TOUCH_READ);
	touch(&trial, "b.log", IT_TOUCH_READ);
	settle(&trial);
	assert_int_equal(it_strings_add(&trial.exclude, "*.log", NULL), 0);
	trial.snapshot.exclude = &trial.exclude;
	assert_int_equal(it_traced_materials(&trial.materials, &trial.files, &trial.terms, NULL),
			 0);
	check_names(&trial.materials, "a.pyc");
}

static void keeps_names_that_are_no_utf8_in_the_trace(void **state)
{
	IT_AUTO(trial_done) struct trial trial = { 0 };

	(void)state;
	write_text("a\xff", "a");
	begin(&trial);
	touch(&trial, "a\xff", IT_TOUCH_READ);
	settle(&trial);
	check(&trial, "a\xff", "unchanged", "a");
	assert_refused(
		it_traced_materials(&trial.materials, &trial.files, &trial.terms, &trial.err),
		&trial.err, INTOTO_E_FORMAT, "UTF-8");
}

static void knows_what_a_change_time_is_worth(void **state)
{
	const struct timespec begin = { 1000, 500 };
	const struct timespec before = { 1000, 499 };
	const struct timespec long_before = { 999, 999999999 };

	(void)state;
	assert_int_equal(it_traced_state_of(&before, &begin, IT_TOUCH_READ, true),
			 IT_TRACED_UNCHANGED);
	assert_int_equal(it_traced_state_of(&long_before, &begin, IT_TOUCH_WRITTEN, true),
			 IT_TRACED_UNCHANGED);
	assert_int_equal(it_traced_state_of(&begin, &begin, IT_TOUCH_READ, true),
			 IT_TRACED_CHANGED);
	assert_int_equal(it_traced_state_of(&before, &begin, IT_TOUCH_READ, false),
			 IT_TRACED_UNPROVEN);
	assert_int_equal(it_traced_state_of(&before, &begin, IT_TOUCH_WRITTEN, false),
			 IT_TRACED_MADE);
	assert_int_equal(it_traced_state_of(&begin, &begin, IT_TOUCH_READ | IT_TOUCH_WRITTEN, true),
			 IT_TRACED_CHANGED);
}

/* --- whole statements --- */

static struct it_json *statement_of(struct it_step_trace *trace, struct intoto_link *link)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	const struct it_json *note = it_json_get(it_json_get(link->environment, "intoto"), "trace");
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(1024 * 1024);
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(256);
	const struct it_json *said = it_json_get(note, "statement");

	assert_int_equal(
		intoto_envelope_load(&envelope, it_json_text(it_json_get(said, "name")).data, NULL),
		0);
	assert_int_equal(it_file_read(&bytes, it_json_text(it_json_get(said, "name")).data, NULL),
			 0);
	it_sha256_hex(&sha256, it_buf_span(&bytes));
	assert_string_equal(it_buf_text(&sha256), it_json_text(it_json_get(said, "sha256")).data);
	assert_int_equal(intoto_envelope_verify(envelope, trace->options->signer->key, NULL), 0);
	assert_string_equal(intoto_envelope_type(envelope), "statement");
	return it_json_ref(it_envelope_body(envelope));
}

static void check_json(const struct it_json *value, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024 * 1024);

	assert_int_equal(it_json_canonical(&text, value, NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static void log_something(struct it_touched *touched)
{
	const struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/x" };

	it_touched_address(touched, IT_TALK_CONNECT, (const struct sockaddr *)&local, sizeof local);
	it_touched_address(touched, IT_TALK_SEND, (const struct sockaddr *)&local, sizeof local);
	it_touched_process(touched, 11, 0, "/bin/sh");
	it_touched_process(touched, 12, 11, "/bin/b\xff");
	touched->statement.mechanism = "ptrace";
	touched->statement.network_seen = true;
	touched->statement.lost = 2;
	it_touched_note(touched, "two were lost");
}

static void says_everything_in_a_statement_that_the_link_names(void **state)
{
	IT_AUTO(it_step_trace_done) struct it_step_trace trace = { 0 };
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_json_freep) struct it_json *statement = NULL;
	IT_AUTO(it_step_result_done) struct it_step_result result = { 0 };
	const struct it_json *predicate;
	const struct it_json *files;
	const struct it_json *note;
	struct intoto_key *key = NULL;
	struct it_signer *signer = NULL;
	struct it_tracer_options tracing = { .tier = IT_TRACE_FULL };
	struct it_step_options options = { .name = "build", .trace = &tracing };
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(intoto_key_generate(&key, "ed25519", NULL), 0);
	assert_int_equal(it_signer_borrow(&signer, key, NULL), 0);
	options.signer = signer;
	write_text("in", "i");
	write_text("b\xff", "b");
	trace.options = &options;
	trace.base = realpath(".", NULL);
	assert_int_equal(it_trace_moment(&trace.begin, NULL), 0);
	(void)snprintf(path, sizeof path, "%s/in", trace.base);
	it_touched_file(&trace.touched, it_span_text(path), IT_TOUCH_READ);
	(void)snprintf(path, sizeof path, "%s/b\xff", trace.base);
	it_touched_file(&trace.touched, it_span_text(path), IT_TOUCH_READ);
	it_touched_file(&trace.touched, it_span_text("/not/there"), IT_TOUCH_ASKED);
	log_something(&trace.touched);
	assert_int_equal(it_touched_seal(&trace.touched, NULL), 0);
	assert_int_equal(it_link_new(&link, "build", NULL), 0);
	assert_int_equal(it_strings_add(&link->command, "true", NULL), 0);
	assert_int_equal(it_step_trace_settle(&trace, link, &result, NULL), 0);
	statement = statement_of(&trace, link);
	check_json(it_json_get(statement, "predicateType"),
		   "\"https://in-toto.io/attestation/runtime-trace/v0.1\"");
	/* Nothing went in or out, so it is about the command: sha256 of ["true"]. */
	check_json(it_json_get(statement, "subject"),
		   "[{\"digest\":{\"sha256\":"
		   "\"8894cdad26ef749f311249c169d54f2f48118502d7fdacfad532d5d190fb98ff\"},"
		   "\"name\":\"command\"}]");
	predicate = it_json_get(statement, "predicate");
	files = it_json_get(it_json_get(predicate, "monitorLog"), "fileAccess");
	assert_int_equal(it_json_count(files), 3);
	check_json(it_json_at(files, 0),
		   "{\"annotations\":{\"accessed\":[\"asked\"],\"events\":1,\"state\":\"absent\"},"
		   "\"name\":\"/not/there\",\"uri\":\"file:///not/there\"}");
	assert_null(it_json_get(it_json_at(files, 1), "name"));
	assert_true(
		it_ends_with(it_json_text(it_json_get(it_json_at(files, 1), "uri")).data, "/b%FF"));
	assert_non_null(it_json_get(it_json_at(files, 1), "digest"));
	assert_null(it_json_get(it_json_at(files, 2), "uri"));
	check_json(it_json_get(it_json_get(predicate, "monitorLog"), "network"),
		   "[{\"address\":\"unix /run/x\",\"events\":1,\"operation\":\"connect\"},"
		   "{\"address\":\"unix /run/x\",\"events\":1,\"operation\":\"send\"}]");
	check_json(it_json_get(it_json_get(predicate, "monitorLog"), "process"),
		   "[{\"pid\":11,\"program\":\"/bin/sh\"},"
		   "{\"parent\":11,\"pid\":12,\"programUri\":\"file:///bin/b%FF\"}]");
	check_json(it_json_get(it_json_get(predicate, "intotoCompleteness"), "lost"), "2");
	note = it_json_get(it_json_get(link->environment, "intoto"), "trace");
	check_json(it_json_get(note, "network"), "[\"unix /run/x\"]");
	check_json(it_json_get(note, "notes"), "[\"two were lost\"]");
	check_json(it_json_get(note, "complete"), "false");
	check_json(it_json_get(note, "tier"), "\"full\"");
	check_json(it_json_get(note, "reads-proven"), "false");
	assert_int_equal(it_json_count(it_json_get(predicate, "intotoCompleteness")),
			 it_json_count(note) - 1); /* all but where it stands itself */
	it_signer_free(signer);
	intoto_key_free(key);
}

static void refuses_a_trace_that_lost_something(void **state)
{
	struct it_step_trace trace = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	trace.touched.statement.mechanism = "ptrace";
	assert_int_equal(it_step_trace_judge(&trace, &err), 0);
	trace.touched.statement.refused = 3; /* answered as absent: nothing is missing */
	assert_int_equal(it_step_trace_judge(&trace, &err), 0);
	trace.touched.statement.escaped = 1;
	assert_refused(it_step_trace_judge(&trace, &err), &err, INTOTO_E_POLICY,
		       "the trace (ptrace) is not complete: 0 events lost, 0 system calls not "
		       "followed, 1 processes escaped");
	it_touched_note(&trace.touched, "a daemon\n");
	trace.touched.statement.lost = 1;
	assert_refused(
		it_step_trace_judge(&trace, &err), &err, INTOTO_E_POLICY,
		"1 events lost, 0 system calls not followed, 1 processes escaped: a daemon\\n");
	it_step_trace_done(&trace);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(says_what_became_of_each_file),
		TEST(hashes_each_identity_once_under_all_its_names),
		TEST(takes_digests_that_are_known),
		TEST(hashes_what_may_have_changed_while_materials_were_recorded),
		TEST(finds_what_moved_with_its_folder),
		TEST(names_materials_by_where_they_really_are),
		TEST(refuses_materials_that_nobody_knows),
		TEST(takes_them_when_they_were_recorded_before),
		TEST(does_not_take_its_own_work_for_a_material),
		TEST(sees_through_a_file_that_was_moved_in),
		TEST(leaves_out_what_the_user_names_and_nothing_else),
		TEST(keeps_names_that_are_no_utf8_in_the_trace),
		TEST(knows_what_a_change_time_is_worth),
		TEST(says_everything_in_a_statement_that_the_link_names),
		TEST(refuses_a_trace_that_lost_something),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
