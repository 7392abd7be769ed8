/* SPDX-License-Identifier: Apache-2.0 */
/* The scratch folder: what is copied and how, what is not, and that nothing of it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/path.h"
#include "refused.h"
#include "run/inspect.h"
#include "run/scratch.h"
#include "workspace.h"

/* Inside the folder of each test: "tree" is what is copied, "tmp" where scratch folders are. */
static int enter(void **state)
{
	if (workspace_enter(state) || mkdir("tmp", 0755) || mkdir("tree", 0755) || chdir("tree"))
		return -1;
	workspace_write("a", "one");
	workspace_write("sub/b", "two");
	return setenv("TMPDIR", "../tmp", 1);
}

static int leave(void **state)
{
	(void)unsetenv("TMPDIR");
	return workspace_leave(state);
}

static void count_notice(void *arg, const char *text)
{
	size_t *count = arg;

	++*count;
	assert_non_null(strstr(text, "is neither a file nor a folder"));
}

static int make(struct it_scratch **out, const char *path, uint64_t most_bytes, uint64_t most_files,
		struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	static size_t notices;
	const struct it_scratch_options options = {
		.paths = &paths,
		.most_bytes = most_bytes,
		.most_files = most_files,
		.notice = count_notice,
		.arg = &notices,
	};

	assert_int_equal(it_strings_add(&paths, path, NULL), 0);
	return it_scratch_new(out, &options, err);
}

static void assert_text(const char *folder, const char *name, const char *want)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	assert_int_equal(it_file_read(&text, path, NULL), 0);
	assert_string_equal(it_buf_text(&text), want);
}

static void assert_nothing_left(void)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	assert_int_equal(it_dir_list(&names, "../tmp", NULL), 0);
	assert_int_equal(names.count, 0);
}

static void copies_files_with_mode_and_time(void **state)
{
	const struct timespec times[] = { { .tv_sec = 1 }, { .tv_sec = 1000000000, .tv_nsec = 5 } };
	struct it_scratch *scratch;
	IT_AUTO(it_freep) char *copy = NULL;
	struct stat about;

	(void)state;
	assert_int_equal(chmod("a", 04755), 0);
	assert_int_equal(utimensat(AT_FDCWD, "a", times, 0), 0);
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	assert_text(it_scratch_work(scratch), "a", "one");
	assert_text(it_scratch_work(scratch), "sub/b", "two");
	copy = it_path_join(it_scratch_work(scratch), "a");
	assert_int_equal(stat(copy, &about), 0);
	assert_int_equal(about.st_mode, S_IFREG | 0755); /* without the bit that lends rights */
	assert_int_equal(about.st_mtim.tv_sec, 1000000000);
	assert_int_equal(about.st_mtim.tv_nsec, 5);
	assert_int_equal(about.st_nlink, 1);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
	assert_nothing_left();
	assert_text(".", "a", "one");
}

static void is_ours_alone(void **state)
{
	struct it_scratch *scratch;
	IT_AUTO(it_freep) char *top = NULL;
	struct stat about;

	(void)state;
	assert_int_equal(make(&scratch, "a", 100, 100, NULL), 0);
	top = strdup(it_scratch_work(scratch));
	*strrchr(top, '/') = '\0';
	assert_int_equal(stat(top, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0700);
	assert_int_equal(access(it_scratch_home(scratch), W_OK), 0);
	assert_int_equal(access(it_scratch_temporary(scratch), W_OK), 0);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
}

static void copies_links_as_links_and_follows_none(void **state)
{
	struct it_scratch *scratch;
	IT_AUTO(it_freep) char *link = NULL;
	char text[16] = "";

	(void)state;
	assert_int_equal(symlink("sub", "there"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	link = it_path_join(it_scratch_work(scratch), "there");
	assert_int_equal(readlink(link, text, sizeof text), 3);
	assert_int_equal(it_scratch_check_links(scratch, NULL), 0);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
}

static void refuses_links_to_what_is_not_copied(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_scratch *scratch;

	(void)state;
	workspace_write("../outside", "x");
	assert_int_equal(symlink("../../outside", "sub/out"), 0);
	assert_refused(make(&scratch, ".", 100, 100, &why), &why, INTOTO_E_UNSUPPORTED,
		       "sub/out: ");
	assert_null(scratch);
	assert_int_equal(unlink("sub/out"), 0);
	assert_int_equal(symlink("../a", "sub/out"), 0);
	/* Inside the folder, but outside of what is copied. */
	assert_refused(make(&scratch, "sub", 100, 100, &why), &why, INTOTO_E_UNSUPPORTED,
		       "sub/out: ");
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
	assert_nothing_left();
}

static void refuses_links_that_were_planted(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *link = NULL;
	IT_AUTO(it_freep) char *outside = realpath("a", NULL);
	struct it_scratch *scratch;

	(void)state;
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	link = it_path_join(it_scratch_work(scratch), "sub/planted");
	assert_int_equal(symlink(outside, link), 0);
	assert_refused(it_scratch_check_links(scratch, &why), &why, INTOTO_E_UNSUPPORTED,
		       "sub/planted: the symbolic link leads to");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("/usr", link), 0);
	assert_int_equal(it_scratch_check_links(scratch, NULL), 0);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
}

static void goes_to_a_named_path_without_following(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *other = NULL;
	struct it_scratch *scratch;

	(void)state;
	assert_int_equal(make(&scratch, "sub/b", 100, 100, NULL), 0);
	assert_text(it_scratch_work(scratch), "sub/b", "two");
	other = it_path_join(it_scratch_work(scratch), "a");
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
	assert_int_equal(symlink("sub", "there"), 0);
	assert_refused(make(&scratch, "there/b", 100, 100, &why), &why, INTOTO_E_NOTFOUND,
		       "there/b: cannot be opened without following a link");
	assert_refused(make(&scratch, "none", 100, 100, &why), &why, INTOTO_E_NOTFOUND, "none: ");
	assert_nothing_left();
}

static void keeps_its_bounds(void **state)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_scratch *scratch;

	(void)state;
	assert_int_equal(make(&scratch, ".", 6, 3, NULL), 0); /* exactly: a, sub, sub/b */
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
	assert_refused(make(&scratch, ".", 5, 3, &why), &why, INTOTO_E_LIMIT, "more than 5 bytes");
	assert_refused(make(&scratch, ".", 6, 2, &why), &why, INTOTO_E_LIMIT, "more than 2 files");
	assert_nothing_left();
}

static void does_not_copy_itself(void **state)
{
	struct it_scratch *scratch;
	IT_AUTO(it_freep) char *top = NULL;
	IT_AUTO(it_freep) char *inside = NULL;

	(void)state;
	assert_int_equal(mkdir("tmp", 0755), 0);
	assert_int_equal(setenv("TMPDIR", "tmp", 1), 0);
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	top = strdup(it_scratch_work(scratch));
	*strrchr(top, '/') = '\0';
	assert_true(asprintf(&inside, "%s/tmp/%s", it_scratch_work(scratch), it_path_base(top)) >
		    0);
	assert_int_equal(access(inside, F_OK), -1);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
}

static void leaves_special_files_out(void **state)
{
	struct it_scratch *scratch;
	IT_AUTO(it_freep) char *pipe = NULL;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	pipe = it_path_join(it_scratch_work(scratch), "pipe");
	assert_int_equal(access(pipe, F_OK), -1);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
}

/* Whatever somebody made of it; the names that the removal gives are among them. */
static void removes_what_is_deep_closed_or_in_the_way(void **state)
{
	struct it_scratch *scratch;
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(make(&scratch, ".", 100, 100, NULL), 0);
	assert_int_equal(chdir(it_scratch_work(scratch)), 0);
	workspace_write("intoto-moved-a", "x");
	assert_int_equal(mkdir("../intoto-moved-b", 0700), 0);
	assert_int_equal(symlink("/", "../intoto-moved-c"), 0);
	for (int i = 0; i < 2000; i++) {
		assert_int_equal(mkdir("d", 0700), 0);
		assert_int_equal(mkdir("e", 0), 0);
		assert_int_equal(chdir("d"), 0);
	}
	assert_int_equal(fchdir(here), 0);
	assert_int_equal(chmod(it_scratch_home(scratch), 0), 0);
	assert_int_equal(it_scratch_free(scratch, NULL), 0);
	assert_nothing_left();
	assert_text(".", "a", "one");
	close(here);
}

/* The parent of a scratch folder that dies says nothing more. */
static void is_removed_when_its_maker_dies(void **state)
{
	pid_t child = fork();
	bool gone = false;

	(void)state;
	if (child == 0) {
		struct it_scratch *scratch;

		if (make(&scratch, ".", 100, 100, NULL) == 0)
			(void)raise(SIGKILL);
		_exit(1);
	}
	{
		int status;

		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	for (int i = 0; i < 500 && !gone; i++) {
		IT_AUTO(it_strings_done) struct it_strings names = { 0 };

		assert_int_equal(it_dir_list(&names, "../tmp", NULL), 0);
		gone = names.count == 0;
		(void)usleep(10 * 1000); /* only a pause */
	}
	assert_true(gone);
}

static void refuse_inspector(const char *path)
{
	const struct it_inspector_options options = { .paths = &path, .path_count = 1 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_inspector *inspector;

	assert_refused(it_inspector_new(&inspector, &options, &why), &why, INTOTO_E_USAGE,
		       "want one below the current folder");
	assert_null(inspector);
}

static void inspects_only_what_is_below(void **state)
{
	(void)state;
	refuse_inspector("/etc");
	refuse_inspector("..");
	refuse_inspector("sub/../../x");
	refuse_inspector("");
	refuse_inspector("\x1b[2J/..");
}

static void records_what_was_done_to_the_copy(void **state)
{
	const struct it_inspector_options options = { .sandbox = true, .timeout_ms = 30000 };
	static char program[] = "touch";
	static char made[] = "made";
	char *argv[] = { program, made, NULL };
	IT_AUTO(it_command_result_done) struct it_command_result result = { 0 };
	struct it_artifacts tables[3] = { { 0 } };
	struct it_inspector *inspector;

	(void)state;
	if (workspace_vfork_is_fork()) /* valgrind knows no call that confines */
		return;
	assert_int_equal(it_inspector_new(&inspector, &options, NULL), 0);
	assert_int_equal(it_inspector_prepare(inspector, NULL, NULL, NULL), 0);
	assert_int_equal(it_inspector_record(inspector, &tables[0], NULL), 0);
	assert_int_equal(it_inspector_run(inspector, argv, &result, NULL), 0);
	assert_true(result.accepted);
	assert_true(result.level.mechanisms);
	assert_int_equal(it_inspector_record(inspector, &tables[1], NULL), 0);
	assert_int_equal(it_inspector_record(inspector, &tables[2], NULL), 0);
	assert_int_equal(tables[0].count, 2);
	assert_int_equal(tables[1].count, 3);
	assert_non_null(it_artifacts_find(&tables[1], it_span_text("made")));
	assert_true(it_artifacts_equal(&tables[1], &tables[2]));
	assert_int_equal(access("made", F_OK), -1);
	assert_int_equal(it_inspector_free(inspector, NULL), 0);
	for (size_t i = 0; i < IT_COUNT_OF(tables); i++)
		it_artifacts_done(&tables[i]);
	assert_nothing_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
		TEST(copies_files_with_mode_and_time),
		TEST(is_ours_alone),
		TEST(copies_links_as_links_and_follows_none),
		TEST(refuses_links_to_what_is_not_copied),
		TEST(refuses_links_that_were_planted),
		TEST(goes_to_a_named_path_without_following),
		TEST(keeps_its_bounds),
		TEST(does_not_copy_itself),
		TEST(leaves_special_files_out),
		TEST(removes_what_is_deep_closed_or_in_the_way),
		TEST(is_removed_when_its_maker_dies),
		TEST(inspects_only_what_is_below),
		TEST(records_what_was_done_to_the_copy),
	};

	return cmocka_run_group_tests_name("run_scratch", tests, NULL, NULL);
}
