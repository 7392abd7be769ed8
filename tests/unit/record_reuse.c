/* SPDX-License-Identifier: Apache-2.0 */
/* Digests that are known: the rule, the clock, the cache file, and who may say what is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/text.h"
#include "record/reuse_part.h"
#include "refused.h"
#include "workspace.h"

#define NS_PER_S INT64_C(1000000000)
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { MANY = 5000, TEXT_MAX = 64 * 1024, OLD_US = 100 * 1000 };

/* Where nothing is trusted there is nothing to try. */
static bool is_trusted(void)
{
	struct statfs system;

	assert_int_equal(statfs(".", &system), 0);
	return it_reuse_system_is_honest((uint64_t)system.f_type);
}

static struct stat file_of(const char *path)
{
	struct stat about;

	assert_int_equal(stat(path, &about), 0);
	return about;
}

/* --- one run with what it knows --- */

struct world {
	struct intoto_key *key;
	struct it_signer *signer;
	struct it_reuse *reuse;
	struct it_artifacts artifacts;
	struct it_buf notices;
};

static void take_notice(void *arg, const char *text)
{
	struct world *world = arg;

	assert_int_equal(it_buf_printf(&world->notices, "%s\n", text), 0);
}

static void end(struct world *world)
{
	it_reuse_free(world->reuse);
	it_artifacts_done(&world->artifacts);
	world->reuse = NULL;
	it_buf_reset(&world->notices);
}

static void world_done(struct world *world)
{
	end(world);
	it_signer_free(world->signer);
	intoto_key_free(world->key);
	it_buf_done(&world->notices);
}

#define WORLD                                                                                      \
	{                                                                                          \
		.notices = IT_BUF(TEXT_MAX)                                                        \
	}

static void make_key(struct world *world)
{
	assert_int_equal(intoto_key_generate(&world->key, "ed25519", NULL), INTOTO_OK);
	assert_int_equal(it_signer_borrow(&world->signer, world->key, NULL), INTOTO_OK);
}

static void begin(struct world *world, enum it_reuse_mode mode, const char *cache)
{
	assert_int_equal(it_reuse_new(&world->reuse, mode, NULL, NULL), INTOTO_OK);
	if (cache)
		assert_int_equal(
			it_reuse_load(world->reuse, cache, world->signer, take_notice, world, NULL),
			INTOTO_OK);
	assert_int_equal(it_reuse_begin(world->reuse, &world->artifacts, 1, NULL), INTOTO_OK);
}

/* As the pool does it; a reading of which digests is what came out. */
static bool read_it(struct world *world, const char *path, const char *digests)
{
	const char *kept = it_artifacts_keep(&world->artifacts, it_span_text(digests));
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat about = file_of(path);
	bool settled;

	assert_true(fd >= 0);
	settled = it_reuse_opened(world->reuse, fd);
	it_reuse_was_read(world->reuse, fd, &about, settled);
	it_reuse_remember(world->reuse, it_span_text(path), &about, kept);
	return settled;
}

static void expect_answer(struct world *world, enum it_reuse_answer answer, const char *path,
			  const char *digests)
{
	const struct it_walk_found found = { it_span_text(path), AT_FDCWD, path, false };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(TEXT_MAX);
	struct stat about;

	assert_int_equal(it_reuse_find(world->reuse, &found, &about, &out), answer);
	assert_string_equal(it_buf_text(&out), digests);
}

static void expect_known(struct world *world, const char *path, const char *digests)
{
	expect_answer(world, IT_REUSE_KNOWN, path, digests);
}

static void expect_unknown(struct world *world, const char *path)
{
	expect_answer(world, IT_REUSE_READ, path, "");
}

static uint64_t wrong_in(struct world *world)
{
	struct it_reuse_counts counts;

	it_reuse_count(world->reuse, &counts);
	return counts.wrong;
}

static void save(struct world *world)
{
	it_reuse_end(world->reuse);
	assert_int_equal(it_reuse_save(world->reuse, "cache", world->signer, NULL), INTOTO_OK);
}

/* A run that reads a file whose digest is this one, and leaves a cache. */
static void leave_cache(struct world *world, const char *digests)
{
	begin(world, IT_REUSE_TRUST, "cache");
	(void)read_it(world, "file", digests);
	save(world);
	end(world);
}

/* --- tests --- */

static void believes_change_times_only_where_nobody_can_keep_them(void **state)
{
	static const uint64_t others[] = {
		TMPFS_MAGIC,	  XFS_SUPER_MAGIC,   OVERLAYFS_SUPER_MAGIC,
		NFS_SUPER_MAGIC,  FUSE_SUPER_MAGIC,  F2FS_SUPER_MAGIC,
		V9FS_MAGIC,	  MSDOS_SUPER_MAGIC, PROC_SUPER_MAGIC,
		SMB2_SUPER_MAGIC, 0x2FC12FC1,	     0
	};

	(void)state;
	assert_true(it_reuse_system_is_honest(EXT4_SUPER_MAGIC));
	assert_true(it_reuse_system_is_honest(BTRFS_SUPER_MAGIC));
	for (size_t i = 0; i < IT_COUNT_OF(others); i++)
		assert_false(it_reuse_system_is_honest(others[i]));
}

static void a_file_is_old_by_more_than_the_fineness_of_its_times(void **state)
{
	const int64_t began = 1000 * NS_PER_S;
	struct stat about = { .st_ctim = { 999, 979999999 } };

	(void)state;
	assert_true(it_reuse_is_old(&about, began));
	about.st_ctim.tv_nsec = 980000000; /* 20 ms */
	assert_false(it_reuse_is_old(&about, began));
	about.st_ctim = (struct timespec){ 999, 0 }; /* no fraction: perhaps there is none */
	assert_false(it_reuse_is_old(&about, began));
	about.st_ctim = (struct timespec){ 998, 0 };
	assert_false(it_reuse_is_old(&about, began));
	about.st_ctim = (struct timespec){ 997, 0 };
	assert_true(it_reuse_is_old(&about, began));
	about.st_ctim = (struct timespec){ 1001, 1 }; /* the clock was set back before */
	assert_false(it_reuse_is_old(&about, began));
	about.st_ctim = (struct timespec){ INT64_MAX, 1 };
	assert_false(it_reuse_is_old(&about, began));
}

static void a_state_is_all_of_it(void **state)
{
	const struct stat about = {
		.st_ino = 7, .st_size = 8, .st_mtim = { 9, 10 }, .st_ctim = { 11, 12 }
	};
	struct it_reuse_state same;
	struct it_reuse_state other;
	struct stat changed;

	(void)state;
	assert_true(it_reuse_state_of(&same, 1, &about));
	assert_true(it_reuse_state_of(&other, 1, &about));
	assert_true(it_reuse_same_state(&same, &other));
	assert_true(it_reuse_state_of(&other, 2, &about));
	assert_false(it_reuse_same_state(&same, &other));
	for (int i = 0; i < 6; i++) {
		changed = about;
		changed.st_ino += i == 0;
		changed.st_size += i == 1;
		changed.st_mtim.tv_sec += i == 2;
		changed.st_mtim.tv_nsec += i == 3;
		changed.st_ctim.tv_sec += i == 4;
		changed.st_ctim.tv_nsec += i == 5;
		assert_true(it_reuse_state_of(&other, 1, &changed));
		assert_false(it_reuse_same_state(&same, &other));
	}
	changed = about;
	changed.st_ino = (ino_t)1 << 48; /* would look like another device */
	assert_false(it_reuse_state_of(&other, 1, &changed));
	changed = about;
	changed.st_ctim.tv_sec = INT64_MAX / 2;
	assert_false(it_reuse_state_of(&other, 1, &changed));
	assert_false(it_reuse_state_of(&other, IT_REUSE_DEVICES, &about));
}

static void sees_that_the_clock_was_set(void **state)
{
	const struct it_reuse_clock before = { 100 * NS_PER_S, 50 * NS_PER_S };
	struct it_reuse_clock now = { 110 * NS_PER_S, 50 * NS_PER_S + 1000 };

	(void)state;
	assert_true(it_reuse_clock_kept(&before, &now));
	now.offset = 49 * NS_PER_S; /* back by a second, as a leap second does it */
	assert_false(it_reuse_clock_kept(&before, &now));
	now.offset = 51 * NS_PER_S;
	assert_false(it_reuse_clock_kept(&before, &now));
	now = (struct it_reuse_clock){ 99 * NS_PER_S, 50 * NS_PER_S };
	assert_false(it_reuse_clock_kept(&before, &now));
}

static void watches_a_clock_that_nobody_sets(void **state)
{
	IT_AUTO(it_fd_close) int watch = it_reuse_clock_watch();
	IT_AUTO(it_fd_close) int broken = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(watch >= 0);
	assert_false(it_reuse_clock_was_set(watch));
	assert_false(it_reuse_clock_was_set(-1)); /* then the other way must do */
	assert_true(it_reuse_clock_was_set(broken));
}

static void forgets_everything_when_the_clock_was_set(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	begin(&world, IT_REUSE_TRUST, "none");
	assert_true(read_it(&world, "file", "sha256:" ABC));
	expect_known(&world, "file", "sha256:" ABC);
	world.reuse->clock.offset += NS_PER_S;
	assert_int_equal(it_reuse_begin(world.reuse, &world.artifacts, 1, NULL), INTOTO_OK);
	expect_unknown(&world, "file");
	assert_string_equal(it_buf_text(&world.notices),
			    "the clock was set meanwhile, so every file is read again\n");
	save(&world);
	assert_int_equal(access("cache", F_OK), -1);
}

static void finds_each_of_many_by_its_place(void **state)
{
	struct it_reuse_table table = { 0 };

	(void)state;
	assert_null(it_reuse_table_find(&table, 1));
	for (uint64_t i = 0; i < MANY; i++)
		it_reuse_table_add(&table, i * i * 977)->state.size = i;
	assert_int_equal(table.count, MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		assert_int_equal(it_reuse_table_find(&table, i * i * 977)->state.size, i);
		assert_int_equal(it_reuse_table_add(&table, i * i * 977)->state.size, i);
	}
	assert_null(it_reuse_table_find(&table, 978));
	assert_int_equal(table.count, MANY);
	it_reuse_table_done(&table);
}

static void knows_what_was_read_until_it_changes(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	workspace_write("file", "abc");
	workspace_write("young", "abc");
	(void)usleep(OLD_US);
	workspace_write("young", "abd");
	begin(&world, IT_REUSE_TRUST, NULL);
	expect_unknown(&world, "file");
	assert_true(read_it(&world, "file", "sha256:" ABC));
	(void)read_it(&world, "young", "sha256:" ABC);
	expect_known(&world, "file", "sha256:" ABC);
	expect_unknown(&world, "young");
	expect_unknown(&world, "nowhere");
	assert_int_equal(chmod("file", 0600), 0);
	expect_unknown(&world, "file");
}

static bool is_file(void *arg, struct it_span path)
{
	size_t *asked = arg;

	(*asked)++;
	return path.len > 5 && it_span_is(it_span(path.data + path.len - 5, 5), "/file");
}

static void reads_what_a_trace_says_was_touched(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;
	size_t asked = 0;

	(void)state;
	if (!is_trusted())
		return;
	workspace_write("deep/file", "abc");
	workspace_write("deep/other", "abc");
	assert_int_equal(symlink("deep/file", "link"), 0);
	(void)usleep(OLD_US);
	begin(&world, IT_REUSE_TRUST, NULL);
	assert_true(read_it(&world, "deep/file", "sha256:" ABC));
	assert_true(read_it(&world, "deep/other", "sha256:" ABC));
	it_reuse_ask(world.reuse, is_file, &asked);
	expect_unknown(&world, "deep/file");
	expect_known(&world, "deep/other", "sha256:" ABC);
	/* By what a link leads to, whatever it is called. */
	{
		const struct it_walk_found found = { it_span_text("link"), AT_FDCWD, "link", true };
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(TEXT_MAX);
		struct stat about;

		assert_int_equal(it_reuse_find(world.reuse, &found, &about, &out), IT_REUSE_READ);
	}
	/* And by the folder's descriptor, many files of which are asked for. */
	{
		IT_AUTO(it_fd_close) int at = open("deep", O_PATH | O_DIRECTORY | O_CLOEXEC);
		const struct it_walk_found found = { it_span_text("x/file"), at, "file", false };
		const struct it_walk_found other = { it_span_text("x/other"), at, "other", false };
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(TEXT_MAX);
		struct stat about;

		assert_int_equal(it_reuse_find(world.reuse, &found, &about, &out), IT_REUSE_READ);
		assert_int_equal(it_reuse_find(world.reuse, &other, &about, &out), IT_REUSE_KNOWN);
	}
	assert_int_equal(asked, 5);
	it_reuse_ask(world.reuse, NULL, NULL);
	expect_known(&world, "deep/file", "sha256:" ABC);
}

static void carries_digests_to_the_next_run(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	leave_cache(&world, "sha256:" ABC);
	begin(&world, IT_REUSE_TRUST, "cache");
	expect_known(&world, "file", "sha256:" ABC);
	assert_string_equal(it_buf_text(&world.notices), "");
	workspace_write("file", "abd");
	expect_unknown(&world, "file");
}

static void verifying_finds_a_wrong_entry_and_mends_it(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	leave_cache(&world, "sha256:" OTHER); /* only who has the key can do this */
	begin(&world, IT_REUSE_VERIFY, "cache");
	expect_unknown(&world, "file");
	assert_true(read_it(&world, "file", "sha256:" ABC));
	assert_int_equal(wrong_in(&world), 1);
	assert_non_null(strstr(it_buf_text(&world.notices),
			       "file: another digest was known for the file in this state"));
	save(&world);
	end(&world);
	begin(&world, IT_REUSE_VERIFY, "cache");
	assert_true(read_it(&world, "file", "sha256:" ABC));
	assert_int_equal(wrong_in(&world), 0);
	assert_string_equal(it_buf_text(&world.notices), "");
	end(&world);
	begin(&world, IT_REUSE_TRUST, "cache");
	expect_known(&world, "file", "sha256:" ABC);
}

/* Rewrites the head of the cache and signs it again: what only the key can. */
static void forge(struct world *world, void (*change)(struct it_reuse_head *head))
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(TEXT_MAX);
	struct it_reuse_head head;

	assert_int_equal(it_file_read(&bytes, "cache", NULL), INTOTO_OK);
	memcpy(&head, bytes.data, sizeof head);
	change(&head);
	memcpy(bytes.data, &head, sizeof head);
	bytes.len -= 64; /* an Ed25519 signature */
	it_reuse_cache_message(&message, it_buf_span(&bytes));
	assert_int_equal(it_signer_sign(world->signer, it_buf_span(&message), &bytes, NULL), 0);
	assert_int_equal(it_file_write("cache", it_buf_span(&bytes), 0600, 0, NULL), INTOTO_OK);
}

static void of_another_machine(struct it_reuse_head *head)
{
	head->machine[31] ^= 1;
}

static void of_another_version(struct it_reuse_head *head)
{
	head->version++;
}

static void of_the_future(struct it_reuse_head *head)
{
	head->saved += 3600 * NS_PER_S;
}

static void of_another_system(struct it_reuse_head *head)
{
	head->devices[0].id ^= 1;
}

static void with_more_than_there_is(struct it_reuse_head *head)
{
	head->count++;
}

static void with_too_much(struct it_reuse_head *head)
{
	head->count = UINT64_MAX / 8;
}

static void with_too_many_devices(struct it_reuse_head *head)
{
	head->device_count = IT_REUSE_DEVICES + 1;
}

static void does_not_use_a_cache_of_elsewhere(void **state)
{
	static const struct {
		void (*change)(struct it_reuse_head *head);
		const char *sentence;
	} cases[] = {
		{ of_another_machine, "it is from another machine, or from before the last start" },
		{ of_another_version, "it is of another version" },
		{ of_the_future, "the clock was set back since it was written" },
		{ of_another_system, "" },
		{ with_more_than_there_is, "it is damaged" },
		{ with_too_much, "it is damaged" },
		{ with_too_many_devices, "it is damaged" },
	};
	IT_AUTO(world_done) struct world world = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		(void)unlink("cache");
		leave_cache(&world, "sha256:" ABC);
		forge(&world, cases[i].change);
		begin(&world, IT_REUSE_TRUST, "cache");
		expect_unknown(&world, "file");
		if (!strstr(it_buf_text(&world.notices), cases[i].sentence))
			fail_msg("case %zu: %s", i, it_buf_text(&world.notices));
		/* and what is written then is sound */
		assert_true(read_it(&world, "file", "sha256:" ABC));
		save(&world);
		end(&world);
		begin(&world, IT_REUSE_TRUST, "cache");
		expect_known(&world, "file", "sha256:" ABC);
		end(&world);
	}
}

static void does_not_use_a_cache_of_another_key(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;
	IT_AUTO(world_done) struct world eve = WORLD;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	make_key(&eve);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	leave_cache(&eve, "sha256:" OTHER);
	begin(&world, IT_REUSE_TRUST, "cache");
	expect_unknown(&world, "file");
	assert_non_null(
		strstr(it_buf_text(&world.notices), "it is damaged, or signed with another key"));
}

static void entries_go_when_their_file_is_gone(void **state)
{
	IT_AUTO(world_done) struct world world = WORLD;
	struct it_reuse_counts counts;

	(void)state;
	if (!is_trusted())
		return;
	make_key(&world);
	workspace_write("file", "abc");
	(void)usleep(OLD_US);
	leave_cache(&world, "sha256:" ABC);
	/* a run that looks at something else, and one that fails */
	begin(&world, IT_REUSE_TRUST, "cache");
	world.reuse->scopes[0] = 2;
	save(&world);
	end(&world);
	begin(&world, IT_REUSE_TRUST, "cache");
	assert_int_equal(it_reuse_save(world.reuse, "cache", world.signer, NULL), INTOTO_OK);
	it_reuse_count(world.reuse, &counts);
	assert_int_equal(counts.loaded, 1);
	end(&world);
	/* a run that looks at the same, and does not find it */
	begin(&world, IT_REUSE_TRUST, "cache");
	save(&world);
	end(&world);
	begin(&world, IT_REUSE_TRUST, "cache");
	it_reuse_count(world.reuse, &counts);
	assert_int_equal(counts.loaded, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_change_times_only_where_nobody_can_keep_them),
		cmocka_unit_test(a_file_is_old_by_more_than_the_fineness_of_its_times),
		cmocka_unit_test(a_state_is_all_of_it),
		cmocka_unit_test(sees_that_the_clock_was_set),
		cmocka_unit_test(watches_a_clock_that_nobody_sets),
		cmocka_unit_test(finds_each_of_many_by_its_place),
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)
		IN_A_FOLDER(forgets_everything_when_the_clock_was_set),
		IN_A_FOLDER(knows_what_was_read_until_it_changes),
		IN_A_FOLDER(reads_what_a_trace_says_was_touched),
		IN_A_FOLDER(carries_digests_to_the_next_run),
		IN_A_FOLDER(verifying_finds_a_wrong_entry_and_mends_it),
		IN_A_FOLDER(does_not_use_a_cache_of_elsewhere),
		IN_A_FOLDER(does_not_use_a_cache_of_another_key),
		IN_A_FOLDER(entries_go_when_their_file_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
