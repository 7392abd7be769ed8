/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of real folders: names, digests, links, and everything that can be wrong with a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.h"
#include "record/snapshot.h"
#include "refused.h"
#include "workspace.h"

#define SHA256_EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA512_ABC                                                                                 \
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a8"  \
	"36ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

enum { WORDS_MAX = 64 * 1024 };

/* One snapshot with what it said meanwhile. */
struct shot {
	struct it_snapshot_options options;
	struct it_strings exclude;
	struct it_strings lstrip;
	struct it_artifacts artifacts;
	struct it_buf notices;
	size_t files;
	uint64_t bytes;
	struct intoto_error *err;
};

static void take_notice(void *arg, const char *text)
{
	struct shot *shot = arg;

	assert_int_equal(it_buf_printf(&shot->notices, "%s\n", text), 0);
}

static void take_progress(void *arg, size_t files, uint64_t bytes)
{
	struct shot *shot = arg;

	assert_int_equal(files, shot->files + 1);
	shot->files = files;
	shot->bytes = bytes;
}

static void shot_done(struct shot *shot)
{
	it_strings_done(&shot->exclude);
	it_strings_done(&shot->lstrip);
	it_artifacts_done(&shot->artifacts);
	it_buf_done(&shot->notices);
	intoto_error_free(shot->err);
}

#define SHOT                                                                                       \
	{                                                                                          \
		.notices = IT_BUF(WORDS_MAX)                                                       \
	}

static void split(struct it_strings *out, const char *words)
{
	for (const char *at = words; *at; at += strcspn(at, "|"), at += *at == '|')
		assert_int_equal(it_strings_add_span(out, it_span(at, strcspn(at, "|")), NULL), 0);
}

/* paths, and the lists in options, are words with | between them. */
static int take(struct shot *shot, const char *paths)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };

	split(&list, paths);
	it_artifacts_done(&shot->artifacts);
	shot->files = 0;
	shot->options.exclude = shot->exclude.count ? &shot->exclude : NULL;
	shot->options.lstrip = &shot->lstrip;
	shot->options.notice = take_notice;
	shot->options.progress = take_progress;
	shot->options.arg = shot;
	return it_snapshot(&shot->artifacts, &list, &shot->options, &shot->err);
}

static void check_names(const struct shot *shot, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(WORDS_MAX);

	for (size_t i = 0; i < shot->artifacts.count; i++)
		assert_int_equal(
			it_buf_printf(&names, "%s%s", i ? "|" : "", shot->artifacts.items[i].name),
			0);
	assert_string_equal(it_buf_text(&names), want);
}

static void check_taken(struct shot *shot, const char *paths, const char *names)
{
	if (take(shot, paths))
		fail_msg("%s", intoto_error_text(shot->err));
	check_names(shot, names);
}

static void check_names_of(const char *paths, const char *names)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	check_taken(&shot, paths, names);
}

static const char *digests_of(const struct shot *shot, const char *name)
{
	const struct it_artifact *found = it_artifacts_find(&shot->artifacts, it_span_text(name));

	assert_non_null(found);
	return found->digests;
}

static void make_tree(void)
{
	workspace_write("src/a", "abc");
	workspace_write("src/lib/b", "");
	workspace_write("c", "abc");
}

static void records_files_with_their_digests(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	check_taken(&shot, "src", "src/a|src/lib/b");
	assert_string_equal(digests_of(&shot, "src/a"), SHA256_ABC);
	assert_string_equal(digests_of(&shot, "src/lib/b"), SHA256_EMPTY);
	assert_int_equal(shot.files, 2);
	assert_int_equal(shot.bytes, 3);
}

static void records_several_digests_in_one_pass(void **state)
{
	const struct it_digest_alg *const algorithms[] = { it_digest_find("sha512"),
							   it_digest_find("sha256"),
							   it_digest_find("sha512"), NULL };
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	shot.options.algorithms = algorithms;
	check_taken(&shot, "c", "c");
	assert_string_equal(digests_of(&shot, "c"), SHA256_ABC "," SHA512_ABC);
}

static void records_a_file_larger_than_any_buffer(void **state)
{
	enum { SIZE = 3 * 1024 * 1024 + 1 };
	IT_AUTO(shot_done) struct shot shot = SHOT;
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(WORDS_MAX);
	IT_AUTO(it_freep) char *bytes = malloc(SIZE);

	(void)state;
	memset(bytes, 'x', SIZE);
	workspace_write_bytes("big", bytes, SIZE);
	(void)it_buf_add_text(&want, "sha256:");
	it_sha256_hex(&want, it_span(bytes, SIZE));
	check_taken(&shot, "big", "big");
	assert_string_equal(digests_of(&shot, "big"), it_buf_text(&want));
}

static void names_files_as_the_paths_were_given(void **state)
{
	IT_AUTO(it_freep) char *absolute = NULL;

	make_tree();
	check_names_of(".", "c|src/a|src/lib/b");
	check_names_of("./src/", "src/a|src/lib/b");
	check_names_of("src//lib/../a", "src/a");
	check_names_of("file:src/a", "file:src/a");
	check_names_of("file:./src", "file:src/a|file:src/lib/b");
	assert_true(asprintf(&absolute, "%s/src/a", (const char *)*state) > 0);
	check_names_of(absolute, absolute);
	assert_int_equal(chdir("src"), 0);
	check_names_of("../c|.", "../c|a|lib/b");
	assert_int_equal(chdir(".."), 0);
}

static void records_nothing_for_no_path(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	check_taken(&shot, "", "");
	assert_int_equal(it_snapshot(&shot.artifacts, NULL, &shot.options, NULL), INTOTO_OK);
	assert_int_equal(mkdir("empty", 0777), 0);
	check_taken(&shot, "empty", "");
}

static void records_below_the_base_path(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	shot.options.base_path = "src";
	check_taken(&shot, ".|../c", "../c|a|lib/b");
	it_artifacts_done(&shot.artifacts);
	shot.options.base_path = "nowhere";
	assert_refused(take(&shot, "."), &shot.err, INTOTO_E_NOTFOUND, "nowhere: No such file");
	shot.options.base_path = "c";
	assert_refused(take(&shot, "."), &shot.err, INTOTO_E_NOTFOUND, "c: Not a directory");
}

static void records_overlapping_paths_once(void **state)
{
	(void)state;
	make_tree();
	check_names_of("src|src/lib|src/a|.|src", "c|src/a|src/lib/b");
}

static void refuses_a_path_that_is_not_there(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_refused(take(&shot, "c|nowhere"), &shot.err, INTOTO_E_NOTFOUND,
		       "nowhere: no such file or folder");
	assert_refused(take(&shot, "c/x"), &shot.err, INTOTO_E_NOTFOUND,
		       "c/x: no such file or folder");
	assert_refused(take(&shot, "file:"), &shot.err, INTOTO_E_USAGE, "an empty path");
	assert_refused(take(&shot, "fil:c"), &shot.err, INTOTO_E_UNSUPPORTED,
		       "fil:c: this scheme is not known");
}

static void skips_an_optional_path_with_a_notice(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_int_equal(symlink("gone", "dangling"), 0);
	shot.options.optional = true;
	check_taken(&shot, "c|nowhere|dangling", "c");
	assert_string_equal(it_buf_text(&shot.notices),
			    "nowhere: skipped, there is no such file or folder\n"
			    "dangling: skipped, the symbolic link leads nowhere\n");
}

static void leaves_out_what_is_excluded(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;
	IT_AUTO(shot_done) struct shot usual = SHOT;

	(void)state;
	make_tree();
	workspace_write("a.link", "");
	workspace_write("es.string.link.js", "");
	workspace_write("src/.git/HEAD", "");
	check_taken(&usual, ".", "c|es.string.link.js|src/a|src/lib/b");
	split(&shot.exclude, "lib/|/c");
	check_taken(&shot, ".|c|src/lib/b", "a.link|es.string.link.js|src/.git/HEAD|src/a");
	assert_string_equal(it_buf_text(&shot.notices), "c: left out by an exclude pattern\n"
							"src/lib/b: left out by an exclude "
							"pattern\n");
}

static void does_not_open_an_excluded_folder(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	workspace_write("a", "");
	workspace_write("out/bad\xff", "");
	split(&shot.exclude, "out");
	check_taken(&shot, ".", "a");
}

static void strips_prefixes_from_names(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	split(&shot.lstrip, "src/|src/lib/");
	check_taken(&shot, "src|src/a|file:c", "a|b|file:c");
}

static void refuses_two_files_under_one_name(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	workspace_write("src/lib/a", "abc");
	split(&shot.lstrip, "src/|src/lib/");
	assert_refused(take(&shot, "src"), &shot.err, INTOTO_E_USAGE,
		       "src/a and src/lib/a: both would be recorded as a after --lstrip-paths");
}

static void refuses_a_name_of_which_nothing_is_left(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	split(&shot.lstrip, "c");
	assert_refused(take(&shot, "c"), &shot.err, INTOTO_E_USAGE,
		       "c: nothing is left of the name after --lstrip-paths");
}

static void follows_links_but_never_in_a_loop(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_int_equal(symlink("../c", "src/file"), 0);
	assert_int_equal(symlink("src", "folder"), 0);
	assert_int_equal(symlink(".", "src/lib/self"), 0);
	assert_int_equal(symlink("../..", "src/lib/up"), 0);
	check_taken(&shot, ".", "c|folder/a|folder/file|folder/lib/b|src/a|src/file|src/lib/b");
	assert_string_equal(digests_of(&shot, "src/file"), SHA256_ABC);
	assert_non_null(strstr(it_buf_text(&shot.notices),
			       "src/lib/self: skipped, it leads back to a folder above it\n"));
	assert_non_null(strstr(it_buf_text(&shot.notices),
			       "folder/lib/up: skipped, it leads back to a folder above it\n"));
}

static void follows_a_link_above_the_start_once(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_int_equal(symlink("..", "src/lib/up"), 0);
	check_taken(&shot, "src/lib", "src/lib/b|src/lib/up/a");
	assert_string_equal(it_buf_text(&shot.notices),
			    "src/lib/up/lib: skipped, it leads back to a folder above it\n");
}

static void skips_links_that_lead_nowhere_with_a_notice(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_int_equal(symlink("gone", "src/lib/dangling"), 0);
	check_taken(&shot, "src", "src/a|src/lib/b");
	assert_string_equal(it_buf_text(&shot.notices),
			    "src/lib/dangling: skipped, the symbolic link leads nowhere\n");
	assert_int_equal(symlink("itself", "itself"), 0);
	assert_refused(take(&shot, "itself"), &shot.err, INTOTO_E_NOTFOUND,
		       "itself: the symbolic link leads nowhere");
	assert_refused(take(&shot, "src/lib/dangling"), &shot.err, INTOTO_E_NOTFOUND,
		       "src/lib/dangling: the symbolic link leads nowhere");
}

static void records_links_as_links_when_asked(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	make_tree();
	assert_int_equal(symlink("abc", "src/lib/dangling"), 0);
	assert_int_equal(symlink("src", "folder"), 0);
	shot.options.symlinks = IT_SYMLINKS_RECORD;
	check_taken(&shot, ".|folder/", "c|folder|src/a|src/lib/b|src/lib/dangling");
	assert_string_equal(digests_of(&shot, "src/lib/dangling"), SHA256_ABC);
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(close(fd), 0);
}

static void refuses_a_fifo_that_is_named_and_skips_one_that_is_found(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	workspace_write("dir/a", "");
	assert_int_equal(mkfifo("dir/fifo", 0666), 0);
	make_socket("socket");
	check_taken(&shot, "dir", "dir/a");
	assert_string_equal(it_buf_text(&shot.notices), "dir/fifo: skipped, it is a FIFO\n");
	assert_refused(take(&shot, "dir/fifo"), &shot.err, INTOTO_E_IO,
		       "dir/fifo: is a FIFO, want a file or a folder");
	assert_refused(take(&shot, "socket"), &shot.err, INTOTO_E_IO, "socket: is a socket");
	assert_refused(take(&shot, "/dev/null"), &shot.err, INTOTO_E_IO, "/dev/null: is a device");
}

static void refuses_a_name_that_is_not_utf8(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;
	IT_AUTO(shot_done) struct shot without = SHOT;

	(void)state;
	workspace_write("dir/bad\xff", "");
	workspace_write("dir/good", "");
	assert_refused(take(&shot, "dir"), &shot.err, INTOTO_E_FORMAT,
		       "dir/bad\\xff: the name is not UTF-8, so it cannot be recorded");
	split(&without.exclude, "bad*");
	check_taken(&without, "dir", "dir/good");
}

static void records_a_name_with_a_newline_and_quotes_it_in_messages(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	(void)state;
	workspace_write("new\nline", "abc");
	check_taken(&shot, ".", "new\nline");
	assert_refused(take(&shot, "no\nline"), &shot.err, INTOTO_E_NOTFOUND, "no\\nline: no such");
}

static void check_unreadable(void)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;

	assert_refused(take(&shot, "dir"), &shot.err, INTOTO_E_IO, "dir/secret: Permission denied");
	assert_refused(take(&shot, "closed"), &shot.err, INTOTO_E_IO, "closed: Permission denied");
	shot.options.optional = true;
	assert_refused(take(&shot, "closed/a"), &shot.err, INTOTO_E_IO,
		       "closed/a: Permission denied");
}

static void refuses_what_may_not_be_read(void **state)
{
	assert_int_equal(chmod(*state, 0755), 0);
	workspace_write("dir/secret", "");
	workspace_write("closed/a", "");
	assert_int_equal(chmod("dir/secret", 0), 0);
	assert_int_equal(chmod("closed", 0), 0);
	workspace_as_user(check_unreadable);
	assert_int_equal(chmod("closed", 0700), 0);
}

static void refuses_folders_nested_without_end(void **state)
{
	enum { LEVELS = 1001 };
	IT_AUTO(shot_done) struct shot shot = SHOT;

	for (int i = 0; i < LEVELS; i++) {
		assert_int_equal(mkdir("d", 0777), 0);
		assert_int_equal(chdir("d"), 0);
	}
	assert_int_equal(chdir(*state), 0);
	assert_refused(take(&shot, "."), &shot.err, INTOTO_E_LIMIT, "more than 1000 folders deep");
}

/* Each with two links to the next: twice as many ways with every folder. */
static void refuses_folders_that_link_to_each_other_without_end(void **state)
{
	enum { FOLDERS = 17 };
	IT_AUTO(shot_done) struct shot shot = SHOT;
	char target[32];
	char name[32];

	(void)state;
	for (int i = 0; i <= FOLDERS; i++) {
		(void)snprintf(name, sizeof name, "d%d", i);
		assert_int_equal(mkdir(name, 0777), 0);
		(void)snprintf(target, sizeof target, "../d%d", i + 1);
		for (int j = 0; j < 2 && i < FOLDERS; j++) {
			(void)snprintf(name, sizeof name, "d%d/%d", i, j);
			assert_int_equal(symlink(target, name), 0);
		}
	}
	assert_refused(take(&shot, "."), &shot.err, INTOTO_E_LIMIT,
		       "more than 100000 symbolic links to folders were followed");
}

static void records_ten_thousand_files(void **state)
{
	IT_AUTO(shot_done) struct shot shot = SHOT;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		(void)snprintf(name, sizeof name, "%u/%u", i / 100, i);
		workspace_write(name, name);
	}
	assert_int_equal(take(&shot, "."), INTOTO_OK);
	assert_int_equal(shot.artifacts.count, 10000);
	assert_int_equal(shot.files, 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_files_with_their_digests),
		TEST(records_several_digests_in_one_pass),
		TEST(records_a_file_larger_than_any_buffer),
		TEST(names_files_as_the_paths_were_given),
		TEST(records_nothing_for_no_path),
		TEST(records_below_the_base_path),
		TEST(records_overlapping_paths_once),
		TEST(refuses_a_path_that_is_not_there),
		TEST(skips_an_optional_path_with_a_notice),
		TEST(leaves_out_what_is_excluded),
		TEST(does_not_open_an_excluded_folder),
		TEST(strips_prefixes_from_names),
		TEST(refuses_two_files_under_one_name),
		TEST(refuses_a_name_of_which_nothing_is_left),
		TEST(follows_links_but_never_in_a_loop),
		TEST(follows_a_link_above_the_start_once),
		TEST(skips_links_that_lead_nowhere_with_a_notice),
		TEST(records_links_as_links_when_asked),
		TEST(refuses_a_fifo_that_is_named_and_skips_one_that_is_found),
		TEST(refuses_a_name_that_is_not_utf8),
		TEST(records_a_name_with_a_newline_and_quotes_it_in_messages),
		TEST(refuses_what_may_not_be_read),
		TEST(refuses_folders_nested_without_end),
		TEST(refuses_folders_that_link_to_each_other_without_end),
		TEST(records_ten_thousand_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
