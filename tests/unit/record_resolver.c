/* SPDX-License-Identifier: Apache-2.0 */
/* Artifacts that are no files: folders, objects of real git repositories, OSTree branches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/ask.h"
#include "base/text.h"
#include "record/resolver.h"
#include "refused.h"
#include "workspace.h"

enum { OUTPUT_MAX = 64 * 1024 };

struct shot {
	struct it_snapshot_options options;
	struct it_strings lstrip;
	struct it_strings exclude;
	struct it_artifacts artifacts;
	char notice[256];
	struct intoto_error *err;
};

static void shot_done(struct shot *shot)
{
	it_strings_done(&shot->lstrip);
	it_strings_done(&shot->exclude);
	it_artifacts_done(&shot->artifacts);
	intoto_error_free(shot->err);
}

static void take_notice(void *arg, const char *text)
{
	struct shot *shot = arg;

	(void)snprintf(shot->notice, sizeof shot->notice, "%s", text); /* the begin is enough */
}

static int take(struct shot *shot, const char *path)
{
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };

	assert_int_equal(it_strings_add(&paths, path, NULL), 0);
	it_artifacts_done(&shot->artifacts);
	shot->artifacts = (struct it_artifacts){ 0 };
	shot->options.lstrip = &shot->lstrip;
	shot->options.exclude = shot->exclude.count ? &shot->exclude : NULL;
	shot->options.notice = take_notice;
	shot->options.arg = shot;
	return it_snapshot(&shot->artifacts, &paths, &shot->options, &shot->err);
}

static void check(struct shot *shot, const char *path, const char *name, const char *digests)
{
	if (take(shot, path))
		fail_msg("%s", intoto_error_text(shot->err));
	assert_int_equal(shot->artifacts.count, 1);
	assert_string_equal(shot->artifacts.items[0].name, name);
	if (digests)
		assert_string_equal(shot->artifacts.items[0].digests, digests);
}

/* What a script prints, without its last line feed. */
static char *printed(const char *script)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	const char *const argv[] = { "sh", "-ec", script, NULL };
	struct it_question question = { .argv = argv, .take = it_sink_into_buf, .arg = &out };
	struct it_answer answer;

	assert_int_equal(it_ask(&answer, &question, NULL), 0);
	if (answer.status)
		fail_msg("%s: %s", script, answer.said);
	while (out.len && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	return strdup(it_buf_text(&out));
}

static void check_printed(struct shot *shot, const char *path, const char *name,
			  const char *algorithm, const char *script)
{
	IT_AUTO(it_freep) char *hex = printed(script);
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(OUTPUT_MAX);

	assert_int_equal(it_buf_printf(&want, "%s:%s", algorithm, hex), 0);
	check(shot, path, name, it_buf_text(&want));
}

/* --- dir: --- */

#define LISTED                                                                                     \
	"cd tree && find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | "             \
	"sha256sum | cut -d' ' -f1"

static void make_tree(void)
{
	workspace_write("tree/README.md", "read me\n");
	workspace_write("tree/subdir/Z.txt", "Z");
	workspace_write("tree/subdir/a.txt", "a");
	workspace_write("tree/subdir.txt", "sorts between");
}

static void resolves_a_folder_to_what_sha256sum_prints(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	make_tree();
	check_printed(&shot, "dir:tree", "dir:tree", "sha256", LISTED);
	check_printed(&shot, "dir:./tree/", "dir:tree", "sha256", LISTED);
	workspace_write("tree/subdir/a.txt", "b");
	check_printed(&shot, "dir:tree", "dir:tree", "sha256", LISTED);
}

static void resolves_an_empty_folder(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	assert_int_equal(mkdir("empty", 0777), 0);
	check(&shot, "dir:empty", "dir:empty",
	      "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void resolves_a_folder_by_several_algorithms(void **state)
{
	const struct it_digest_alg *const both[] = { it_digest_find("sha256"),
						     it_digest_find("sha512"), NULL };
	IT_AUTO(shot_done) struct shot shot = { .options = { .algorithms = both } };
	IT_AUTO(it_freep)
	char *want = printed(
		"cd tree && for n in 256 512; do find . -type f | cut -c3- | LC_ALL=C sort | "
		"xargs -r sha${n}sum | sha${n}sum | cut -d' ' -f1 | sed \"s/^/sha$n:/\"; done "
		"| paste -sd,");

	(void)state;
	check(&shot, "dir:tree", "dir:tree", want);
}

/* Go's "h1:" is what dir: was all the time; only its name is new. */
static void gives_the_hash_of_a_folder_that_go_has(void **state)
{
	const struct it_digest_alg *const both[] = { it_digest_find("sha256"),
						     it_digest_find("gitoid"), NULL };
	IT_AUTO(shot_done)
	struct shot shot = { .options = { .algorithms = both, .dir_hash = true } };
	IT_AUTO(it_freep)
	char *want = printed("cd tree && find . -type f | cut -c3- | LC_ALL=C sort | xargs -r "
			     "sha256sum | sha256sum | sed 's/\\(.*\\)  -/dirHash:\\1,sha256:\\1/'");

	(void)state;
	check(&shot, "dir:tree", "dir:tree", want);
}

static void refuses_a_folder_with_nothing_but_the_id_of_a_file(void **state)
{
	const struct it_digest_alg *const one[] = { it_digest_find("gitoid"), NULL };
	IT_AUTO(shot_done) struct shot shot = { .options = { .algorithms = one } };

	(void)state;
	assert_refused(take(&shot, "dir:tree"), &shot.err, INTOTO_E_USAGE,
		       "dir:tree: a folder has no git object id of a file");
}

static void strips_and_excludes_inside_a_folder(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	workspace_write("work/tree/kept", "kept");
	workspace_write("work/tree/left.pyc", "left out");
	workspace_write("work/tree/deep/out", "left out");
	assert_int_equal(it_strings_add(&shot.lstrip, "work/", NULL), 0);
	assert_int_equal(it_strings_add(&shot.exclude, "*.pyc", NULL), 0);
	assert_int_equal(it_strings_add(&shot.exclude, "/deep", NULL), 0);
	check_printed(&shot, "dir:work/tree", "dir:tree", "sha256",
		      "cd work/tree && sha256sum kept | sha256sum | cut -d' ' -f1");
}

static void refuses_a_folder_whose_list_could_mean_another(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	workspace_write("breaks/a\nb", "");
	assert_refused(take(&shot, "dir:breaks"), &shot.err, INTOTO_E_FORMAT,
		       "dir:breaks: a file in it has a line break in its name");
}

static void refuses_a_folder_that_is_none(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	assert_refused(take(&shot, "dir:nowhere"), &shot.err, INTOTO_E_NOTFOUND,
		       "dir:nowhere: no such folder");
	assert_refused(take(&shot, "dir:tree/README.md"), &shot.err, INTOTO_E_NOTFOUND,
		       "dir:tree/README.md: is no folder");
	assert_refused(take(&shot, "dir:"), &shot.err, INTOTO_E_USAGE, "dir:: want a folder");
	shot.options.optional = true;
	assert_int_equal(take(&shot, "dir:nowhere"), 0);
	assert_int_equal(shot.artifacts.count, 0);
	assert_string_equal(shot.notice, "skipped, there is no such folder");
}

/* --- git: --- */

static void make_repository(const char *name, const char *format)
{
	IT_AUTO(it_buf_done) struct it_buf script = IT_BUF(OUTPUT_MAX);
	IT_AUTO(it_freep) char *said = NULL;

	assert_int_equal(
		it_buf_printf(
			&script,
			"git init -q --object-format=%s %s && cd %s && git config user.name A "
			"&& git config user.email a@example.org && git config commit.gpgsign "
			"false && mkdir src && echo one >src/a.c && echo other >b && git add . "
			"&& git commit -qm one && git tag -am v1 v1 && git tag light && "
			"git gc -q && echo two >src/a.c && git commit -qam two",
			format, name, name),
		0);
	said = printed(it_buf_text(&script));
	assert_non_null(said);
}

static void check_repository(const char *name)
{
	IT_AUTO(shot_done) struct shot shot = { .options = { .base_path = name } };
	IT_AUTO(it_freep) char *blob = NULL;
	char script[256];

	assert_true(snprintf(script, sizeof script, "cd %s && git rev-parse HEAD", name) > 0);
	check_printed(&shot, "git:commit:HEAD", "git:commit:HEAD", "gitCommit", script);
	assert_true(snprintf(script, sizeof script, "cd %s && git rev-parse 'v1^{commit}'", name) >
		    0);
	check_printed(&shot, "git:commit:v1", "git:commit:v1", "gitCommit", script);
	assert_true(snprintf(script, sizeof script, "cd %s && git rev-parse 'HEAD^{tree}'", name) >
		    0);
	check_printed(&shot, "git:tree:HEAD", "git:tree:HEAD", "gitTree", script);
	assert_true(snprintf(script, sizeof script, "cd %s && git rev-parse HEAD:src", name) > 0);
	check_printed(&shot, "git:tree:HEAD:src", "git:tree:HEAD:src", "gitTree", script);
	assert_true(snprintf(script, sizeof script, "cd %s && git rev-parse refs/tags/v1", name) >
		    0);
	check_printed(&shot, "git:tag:v1", "git:tag:v1", "gitTag", script);
	assert_true(
		snprintf(script, sizeof script,
			 "cd %s && echo gitBlob:$(git rev-parse v1:src/a.c),sha256:$(echo one | "
			 "sha256sum | cut -d' ' -f1)",
			 name) > 0);
	blob = printed(script);
	check(&shot, "git:blob:v1:src/a.c", "git:blob:v1:src/a.c", blob);
}

static void resolves_objects_of_a_sha1_repository(void **state)
{
	(void)state;
	make_repository("one", "sha1");
	check_repository("one");
}

static void resolves_objects_of_a_sha256_repository(void **state)
{
	(void)state;
	make_repository("two", "sha256");
	check_repository("two");
}

static void refuses_objects_that_are_not_there_or_of_another_kind(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { .options = { .base_path = "one" } };

	(void)state;
	assert_refused(take(&shot, "git:commit:nowhere"), &shot.err, INTOTO_E_NOTFOUND,
		       "git:commit:nowhere: the repository has no such object");
	assert_refused(take(&shot, "git:blob:HEAD:src"), &shot.err, INTOTO_E_FORMAT,
		       "git:blob:HEAD:src: is a tree, want a blob");
	assert_refused(take(&shot, "git:tag:light"), &shot.err, INTOTO_E_FORMAT,
		       "git:tag:light: is a commit, want a tag");
	assert_refused(take(&shot, "git:commit:--help"), &shot.err, INTOTO_E_NOTFOUND,
		       "the repository has no such object");
	assert_refused(take(&shot, "git:commit:HEAD\nHEAD"), &shot.err, INTOTO_E_USAGE,
		       "this is no name of a revision");
	assert_refused(take(&shot, "git:HEAD"), &shot.err, INTOTO_E_USAGE,
		       "git:HEAD: want git:commit:REV");
	assert_refused(take(&shot, "git:commit:"), &shot.err, INTOTO_E_USAGE,
		       "want git:commit:REV");
}

static void refuses_git_names_outside_of_a_repository(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { .options = { .base_path = "outside" } };

	(void)state;
	assert_int_equal(mkdir("outside", 0777), 0);
	assert_int_equal(setenv("GIT_CEILING_DIRECTORIES", *state, 1), 0);
	assert_refused(take(&shot, "git:commit:HEAD"), &shot.err, INTOTO_E_HELPER,
		       "not a git repository");
}

static void is_not_deceived_by_replaced_objects_or_another_repository(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { .options = { .base_path = "one" } };
	IT_AUTO(it_freep)
	char *want = printed("cd one && echo gitBlob:$(git rev-parse v1:src/a.c),"
			     "sha256:$(echo one | sha256sum | cut -d' ' -f1)");
	IT_AUTO(it_freep)
	char *said = printed("cd one && git replace $(git rev-parse v1:src/a.c) "
			     "$(echo lies | git hash-object -w --stdin)");

	(void)state;
	assert_string_equal(said, "");
	assert_int_equal(setenv("GIT_DIR", "../two/.git", 1), 0);
	check(&shot, "git:blob:v1:src/a.c", "git:blob:v1:src/a.c", want);
	assert_int_equal(unsetenv("GIT_DIR"), 0);
}

/* --- ostree: --- */

static void make_branch(const char *digest)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);

	assert_int_equal(it_buf_printf(&text, "objects/%.2s/%s.commit", digest, digest + 2), 0);
	workspace_write(it_buf_text(&text), "a commit");
	it_buf_reset(&text);
	assert_int_equal(it_buf_printf(&text, "%s\n", digest), 0);
	workspace_write("refs/heads/exp/main", it_buf_text(&text));
}

static void resolves_an_ostree_branch(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };
	IT_AUTO(it_freep) char *digest = printed("printf 'a commit' | sha256sum | cut -d' ' -f1");
	IT_AUTO(it_freep)
	char *want = printed("printf 'sha256:'; printf 'a commit' | sha256sum | "
			     "cut -d' ' -f1");

	(void)state;
	make_branch(digest);
	check(&shot, "ostree:exp/main", "ostree:exp/main", want);
}

static void refuses_an_ostree_repository_that_lies(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };
	IT_AUTO(it_freep) char *other = printed("printf 'another' | sha256sum | cut -d' ' -f1");

	(void)state;
	make_branch(other);
	assert_refused(take(&shot, "ostree:exp/main"), &shot.err, INTOTO_E_UNTRUSTED,
		       "so the repository is damaged");
	workspace_write("refs/heads/exp/main", "../../../etc/passwd\n");
	assert_refused(take(&shot, "ostree:exp/main"), &shot.err, INTOTO_E_FORMAT,
		       "want a commit of 64 hex digits");
}

static void refuses_ostree_names_that_are_no_branch(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };
	const char *const names[] = { "ostree:",     "ostree:../x", "ostree:/x",
				      "ostree:x//y", "ostree:x/",   "ostree:a\x1b" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		assert_refused(take(&shot, names[i]), &shot.err, INTOTO_E_USAGE,
			       "want the name of a branch");
	assert_refused(take(&shot, "ostree:nowhere"), &shot.err, INTOTO_E_NOTFOUND,
		       "ostree:nowhere: refs/heads/nowhere");
}

/* --- schemes --- */

static void refuses_a_scheme_that_nobody_knows(void **state)
{
	IT_AUTO(shot_done) struct shot shot = { 0 };

	(void)state;
	assert_refused(
		take(&shot, "gti:commit:HEAD"), &shot.err, INTOTO_E_UNSUPPORTED,
		"gti:commit:HEAD: this scheme is not known, want file:, dir:, git:, ostree:, oci:, "
		"oci-layout:, oci-archive:, docker-archive:, or "
		"./ in front of the name of a file");
	workspace_write("a:b", "abc");
	workspace_write("ab:c", "abc");
	check(&shot, "a:b", "a:b", NULL); /* one letter is no scheme */
	assert_refused(take(&shot, "ab:c"), &shot.err, INTOTO_E_UNSUPPORTED,
		       "this scheme is not known");
	check(&shot, "./ab:c", "ab:c", NULL);
	check(&shot, "file:ab:c", "file:ab:c", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_a_folder_to_what_sha256sum_prints),
		cmocka_unit_test(resolves_an_empty_folder),
		cmocka_unit_test(resolves_a_folder_by_several_algorithms),
		cmocka_unit_test(gives_the_hash_of_a_folder_that_go_has),
		cmocka_unit_test(refuses_a_folder_with_nothing_but_the_id_of_a_file),
		cmocka_unit_test(strips_and_excludes_inside_a_folder),
		cmocka_unit_test(refuses_a_folder_whose_list_could_mean_another),
		cmocka_unit_test(refuses_a_folder_that_is_none),
		cmocka_unit_test(resolves_objects_of_a_sha1_repository),
		cmocka_unit_test(resolves_objects_of_a_sha256_repository),
		cmocka_unit_test(refuses_objects_that_are_not_there_or_of_another_kind),
		cmocka_unit_test(refuses_git_names_outside_of_a_repository),
		cmocka_unit_test(is_not_deceived_by_replaced_objects_or_another_repository),
		cmocka_unit_test(resolves_an_ostree_branch),
		cmocka_unit_test(refuses_an_ostree_repository_that_lies),
		cmocka_unit_test(refuses_ostree_names_that_are_no_branch),
		cmocka_unit_test(refuses_a_scheme_that_nobody_knows),
	};

	return cmocka_run_group_tests(tests, workspace_enter, workspace_leave);
}
