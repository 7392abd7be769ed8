/* SPDX-License-Identifier: Apache-2.0 */
/* Two files at a time: what changes meanwhile is refused, and nothing else changes a digest. */
#undef _FORTIFY_SOURCE /* its pread is an inline function, and ours stands in its place */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "record/pair.h"
#include "refused.h"
#include "workspace.h"

enum { BUFFER = 64 * 1024, LARGE = 5 * BUFFER + 17, RESTED_MS = 150, NS_PER_MS = 1000000 };

static unsigned char content[2 * LARGE];

/* How the system answers reads: as it likes (0), or with an interruption and few bytes in turn. */
static unsigned disturbed;
static unsigned reads;

ssize_t pread(int fd, void *buffer, size_t count, off_t offset)
{
	if (disturbed && ++reads % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	if (disturbed && count > disturbed)
		count = disturbed;
	return syscall(SYS_pread64, fd, buffer, count, offset);
}

struct script {
	const char *const *paths; /* to be hashed, one after the other */
	size_t next;
	void (*at_open)(void); /* behind the open, before the first read */
	void (*amidst)(void);  /* behind the first part of a file that is not small */
	size_t done;
	unsigned char digests[4][IT_SHA256_SIZE];
	const char *names[2];
	struct intoto_error *err;
};

static void script_done(struct script *script)
{
	intoto_error_free(script->err);
}

static int next(void *arg, struct it_pair_file *file, struct intoto_error **err)
{
	struct script *script = arg;

	(void)err;
	file->fd = -1;
	if (!script->paths[script->next])
		return INTOTO_OK;
	file->id = script->names[0] ? 1 : 0;
	script->names[file->id] = script->paths[script->next++];
	it_moment_take(&file->opened);
	file->fd = open(script->names[file->id], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	assert_true(file->fd >= 0);
	if (script->at_open)
		script->at_open();
	return INTOTO_OK;
}

static int done(void *arg, const struct it_pair_file *file, const struct stat *about,
		const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	struct script *script = arg;
	size_t index = 0;

	(void)err;
	(void)about;
	while (script->paths[index] != script->names[file->id])
		index++;
	memcpy(script->digests[index], sha256, IT_SHA256_SIZE);
	script->done++;
	script->names[file->id] = NULL;
	return INTOTO_OK;
}

static void reading(void *arg, size_t id, size_t bytes)
{
	struct script *script = arg;
	void (*amidst)(void) = script->amidst;

	(void)id;
	assert_true(bytes > 0);
	script->amidst = NULL;
	if (amidst)
		amidst();
}

static struct it_span name(void *arg, size_t id)
{
	const struct script *script = arg;

	return it_span_text(script->names[id]);
}

static int hash(struct script *script)
{
	const struct it_pair_options options = { it_sha256_pair_kernel(), BUFFER };
	const struct it_pair_source source = { next, done, reading, name, script };
	IT_AUTO(it_pair_freep) struct it_pair *pair = NULL;

	if (!options.kernel)
		skip(); /* this CPU has no SHA instructions */
	assert_int_equal(it_pair_new(&pair, &options, NULL), INTOTO_OK);
	return it_pair_hash(pair, &source, &script->err);
}

static void check_digest(const struct script *script, size_t index, const void *bytes, size_t len)
{
	unsigned char want[IT_SHA256_SIZE];

	it_sha256(want, it_span(bytes, len));
	assert_memory_equal(script->digests[index], want, sizeof want);
}

/* Until nobody takes it for changed just now. */
static void rest(void)
{
	const struct timespec time = { 0, RESTED_MS * NS_PER_MS };

	assert_int_equal(nanosleep(&time, NULL), 0);
}

static int make_content(void **state)
{
	uint32_t random = 54321;

	for (size_t i = 0; i < sizeof content; i++) {
		random = random * 1103515245 + 12345;
		content[i] = (unsigned char)(random >> 16);
	}
	return workspace_enter(state);
}

static const char *const one_path[] = { "file", NULL };

static void check_lengths(bool rested)
{
	const size_t lengths[] = { 0,  1,   55,		56,	63,	    64,
				   65, 119, BUFFER - 1, BUFFER, BUFFER + 1, LARGE };

	for (size_t i = 0; i < IT_COUNT_OF(lengths); i++) {
		const char *const paths[] = { "file", "other", NULL };
		IT_AUTO(script_done) struct script script = { .paths = paths };
		size_t other = lengths[IT_COUNT_OF(lengths) - 1 - i];

		workspace_write_bytes("file", content, lengths[i]);
		workspace_write_bytes("other", content + 7, other);
		if (rested)
			rest();
		assert_int_equal(hash(&script), INTOTO_OK);
		assert_int_equal(script.done, 2);
		check_digest(&script, 0, content, lengths[i]);
		check_digest(&script, 1, content + 7, other);
	}
}

static void hashes_files_that_rest(void **state)
{
	(void)state;
	check_lengths(true);
}

static void hashes_files_that_were_written_just_now(void **state)
{
	(void)state;
	check_lengths(false);
}

static void hashes_through_interruptions_and_short_reads(void **state)
{
	(void)state;
	for (disturbed = 1000; disturbed < 100 * 1000; disturbed *= 7)
		check_lengths(false);
	disturbed = 4097;
	check_lengths(true);
	disturbed = 0;
}

/* --- changes --- */

static void grow(void)
{
	int fd = open("file", O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(close(fd), 0);
}

static void shrink(void)
{
	assert_int_equal(truncate("file", LARGE - 1), 0);
}

static void empty(void)
{
	assert_int_equal(truncate("file", 0), 0);
}

/* As long as before, and with the time of modification that it had. */
static void rewrite(void)
{
	struct stat before;
	struct timespec times[2];
	int fd = open("file", O_WRONLY | O_CLOEXEC);

	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(pwrite(fd, "y", 1, LARGE - 1), 1);
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(close(fd), 0);
}

static void replace(void)
{
	workspace_write_bytes("new", content + 1, LARGE);
	assert_int_equal(rename("new", "file"), 0);
}

static void vanish(void)
{
	assert_int_equal(unlink("file"), 0);
}

static void check_refused(void (*change)(void), bool rested)
{
	IT_AUTO(script_done) struct script script = { .paths = one_path, .amidst = change };
	int rc;

	workspace_write_bytes("file", content, LARGE);
	if (rested)
		rest();
	rc = hash(&script);
	assert_refused(rc, &script.err, INTOTO_E_IO, "file: changed while it was read");
	assert_int_equal(script.done, 0);
}

static void refuses_what_changes_while_it_is_read(void **state)
{
	void (*const changes[])(void) = { grow, shrink, empty, rewrite, replace, vanish };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(changes); i++) {
		check_refused(changes[i], true);
		check_refused(changes[i], false);
	}
}

/* What was read first is read again: the digest is of the file as it is then. */
static void hashes_one_state_of_what_changed_before_it_was_read(void **state)
{
	IT_AUTO(script_done) struct script grown = { .paths = one_path, .at_open = grow };
	IT_AUTO(script_done) struct script changed = { .paths = one_path, .at_open = rewrite };

	(void)state;
	workspace_write_bytes("file", content, LARGE);
	rest();
	assert_int_equal(hash(&grown), INTOTO_OK);
	content[LARGE] = 'x';
	check_digest(&grown, 0, content, LARGE + 1);
	workspace_write_bytes("file", content, LARGE);
	rest();
	assert_int_equal(hash(&changed), INTOTO_OK);
	content[LARGE - 1] = 'y';
	check_digest(&changed, 0, content, LARGE);
}

static void refuses_what_is_no_file(void **state)
{
	const char *const paths[] = { "pipe", NULL };
	IT_AUTO(script_done) struct script script = { .paths = paths };
	int writer;
	int rc;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	writer = open("pipe", O_RDWR | O_CLOEXEC);
	rc = hash(&script);
	assert_int_equal(close(writer), 0);
	assert_true(rc == INTOTO_E_IO);
	assert_non_null(strstr(intoto_error_text(script.err), "pipe: "));
	assert_int_equal(script.done, 0);
}

/* What no file of the kernel's own tells before it is read. */
static void refuses_a_file_whose_size_is_a_lie(void **state)
{
	const char *const paths[] = { "/proc/self/status", NULL };
	IT_AUTO(script_done) struct script script = { .paths = paths };
	int rc;

	(void)state;
	if (access(paths[0], R_OK))
		skip();
	rc = hash(&script);
	assert_refused(rc, &script.err, INTOTO_E_IO,
		       "/proc/self/status: changed while it was read (0 bytes when opened, ");
}

/* --- when a file rests --- */

static bool rests_since(int64_t later, int64_t set)
{
	struct it_moment_stamps stamps = { 0 };
	struct it_moment moment;
	struct stat about;
	bool answer;
	int fd = open("file", O_RDONLY | O_CLOEXEC);

	assert_int_equal(fstat(fd, &about), 0);
	it_moment_take(&moment);
	moment.time += later;
	moment.offset += set;
	answer = it_moment_rests(&moment, &stamps, fd, &about);
	assert_int_equal(close(fd), 0);
	return answer;
}

static void rests_only_what_changed_before_on_a_clock_that_nobody_set(void **state)
{
	const int64_t second = 1000 * (int64_t)NS_PER_MS;

	(void)state;
	workspace_write("file", "x");
	assert_false(rests_since(0, 0));
	assert_false(rests_since(-second, 0));
	rest();
	if (!rests_since(0, 0))
		skip(); /* a file system whose times we do not trust */
	assert_false(rests_since(-second, 0));
	assert_false(rests_since(0, second));
	assert_false(rests_since(0, -second));
}

static void trusts_no_times_of_a_file_system_that_it_does_not_know(void **state)
{
	struct it_moment_stamps stamps = { 0 };
	struct it_moment moment;
	struct stat about;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(fstat(fd, &about), 0);
	about.st_ctim = (struct timespec){ 1000, 0 };
	it_moment_take(&moment);
	assert_false(it_moment_rests(&moment, &stamps, fd, &about));
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_files_that_rest),
		cmocka_unit_test(hashes_files_that_were_written_just_now),
		cmocka_unit_test(hashes_through_interruptions_and_short_reads),
		cmocka_unit_test(refuses_what_changes_while_it_is_read),
		cmocka_unit_test(hashes_one_state_of_what_changed_before_it_was_read),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(refuses_a_file_whose_size_is_a_lie),
		cmocka_unit_test(rests_only_what_changed_before_on_a_clock_that_nobody_set),
		cmocka_unit_test(trusts_no_times_of_a_file_system_that_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, make_content, workspace_leave);
}
