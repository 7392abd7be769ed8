/* SPDX-License-Identifier: Apache-2.0 */
/* Many files at once: the same digests as one by one, each once, and the first failure ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/resource.h>

#include "base/text.h"
#include "record/pool.h"
#include "refused.h"
#include "workspace.h"

enum { FOLDERS = 40, FILES = 50, BIG = 3 * 1024 * 1024, BIG_FILES = 4, TEXT_MAX = 64 * 1024 };

/* What the pool gave. */
struct result {
	struct it_pool *pool;
	size_t count;
	size_t wrong;
	size_t fail_at; /* 0: never */
	bool alone;	/* one file at a time, by libcrypto */
	size_t known;
	enum it_pool_answer (*ask)(void *arg, const struct it_walk_found *found, struct stat *about,
				   struct it_buf *out);
	struct intoto_error *err;
};

static void result_done(struct result *result)
{
	it_pool_free(result->pool);
	intoto_error_free(result->err);
}

/* The name of a file is the begin of its digest. */
static int done(void *arg, struct it_span name, const struct stat *about, struct it_span digests,
		enum it_pool_answer how, struct intoto_error **err)
{
	struct result *result = arg;
	size_t base = name.len;
	size_t label = sizeof "sha256:" - 1;

	(void)about;
	if (how == IT_POOL_KNOWN) {
		result->known++;
		result->wrong += !it_span_is(digests, "sha256:known");
		return INTOTO_OK;
	}
	while (base && name.data[base - 1] != '/')
		base--;
	result->wrong += digests.len != label + 2 * (size_t)IT_SHA256_SIZE;
	result->wrong += !it_span_eq(it_span(name.data + base, name.len - base),
				     it_span(digests.data + label, name.len - base));
	if (++result->count == result->fail_at)
		return it_err_set(err, INTOTO_E_LIMIT, "enough");
	return INTOTO_OK;
}

static int found(void *arg, const struct it_walk_found *file, struct intoto_error **err)
{
	struct result *result = arg;

	return it_pool_add(result->pool, file, err);
}

/* Walks ".", or returns INTOTO_E_UNSUPPORTED where there is no kernel for it. */
static int hash_all(struct result *result)
{
	const struct it_pool_options options = { .kernel = result->alone ? NULL
									 : it_sha256_pair_kernel(),
						 .done = done,
						 .ask = result->ask,
						 .arg = result };
	const struct it_walk_visitor visitor = { .found = found, .arg = result };
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	struct it_strings none = { 0 };
	struct it_walk_options walk = { .base_fd = AT_FDCWD };
	int rc;

	if (!options.kernel && !result->alone)
		return INTOTO_E_UNSUPPORTED;
	assert_int_equal(it_ignore_new(&ignore, &none, NULL), INTOTO_OK);
	walk.ignore = ignore;
	assert_int_equal(it_pool_new(&result->pool, &options, NULL), INTOTO_OK);
	rc = it_walk(".", &walk, &visitor, &result->err);
	return rc ? rc : it_pool_finish(result->pool, &result->err);
}

/* A file of so many bytes, called by its digest. */
static void write_file(const char *folder, size_t len, unsigned seed)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(BIG);
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		assert_int_equal(it_buf_add_byte(&bytes, (char)(seed >> 16)), 0);
	}
	it_sha256_hex(&hex, it_buf_span(&bytes));
	assert_int_equal(it_buf_printf(&path, "%s/%.16s", folder, it_buf_text(&hex)), 0);
	workspace_write_bytes(it_buf_text(&path), bytes.data ? bytes.data : "", bytes.len);
}

static void hashes_every_file_once(void **state)
{
	IT_AUTO(result_done) struct result result = { 0 };
	char folder[32];
	int rc;

	(void)state;
	for (unsigned i = 0; i < FOLDERS; i++) {
		assert_true(snprintf(folder, sizeof folder, "many/%u/deep", i) > 0);
		for (unsigned j = 0; j < FILES; j++)
			write_file(folder, (size_t)j * (j % 7 ? 3 : 997), i * FILES + j + 1);
	}
	write_file("many", BIG, 1);
	write_file("many", BIG - 1, 2);
	rc = hash_all(&result);
	if (rc == INTOTO_E_UNSUPPORTED)
		return;
	assert_int_equal(rc, INTOTO_OK);
	assert_int_equal(result.count, FOLDERS * FILES + 2 + BIG_FILES);
	assert_int_equal(result.wrong, 0);
}

/* Only three of four big files wait behind the first. */
static void hashes_a_few_big_files(void **state)
{
	IT_AUTO(result_done) struct result result = { 0 };
	int rc;

	(void)state;
	for (unsigned i = 0; i < BIG_FILES; i++)
		write_file("big", BIG - i, 10 + i);
	rc = hash_all(&result);
	if (rc == INTOTO_E_UNSUPPORTED)
		return;
	assert_int_equal(rc, INTOTO_OK);
	assert_int_equal(result.count, BIG_FILES);
	assert_int_equal(result.wrong, 0);
}

/* As on a CPU without SHA instructions. */
static void hashes_by_libcrypto_with_as_many_threads(void **state)
{
	IT_AUTO(result_done) struct result result = { .alone = true };

	(void)state;
	assert_int_equal(hash_all(&result), INTOTO_OK);
	assert_int_equal(result.count, FOLDERS * FILES + 2 + BIG_FILES);
	assert_int_equal(result.wrong, 0);
	assert_true(it_pool_threads(result.pool) >= 1);
}

/* Files of an even size are known, and the empty ones are none. */
static enum it_pool_answer answer(void *arg, const struct it_walk_found *file, struct stat *about,
				  struct it_buf *out)
{
	(void)arg;
	assert_int_equal(fstatat(file->at, file->path, about, AT_SYMLINK_NOFOLLOW), 0);
	if (!about->st_size)
		return IT_POOL_LEFT_OUT;
	if (about->st_size % 2)
		return IT_POOL_READ;
	(void)it_buf_add_text(out, "sha256:known"); /* checked by the pool */
	return IT_POOL_KNOWN;
}

static void leaves_unread_what_is_known_or_none(void **state)
{
	for (int alone = 0; alone < 2; alone++) {
		IT_AUTO(result_done) struct result result = { .alone = alone, .ask = answer };
		uint64_t files;
		uint64_t bytes;
		int rc = hash_all(&result);

		(void)state;
		if (rc == INTOTO_E_UNSUPPORTED)
			continue;
		assert_int_equal(rc, INTOTO_OK);
		assert_int_equal(result.wrong, 0);
		it_pool_read(result.pool, &files, &bytes);
		assert_int_equal(result.count, files);
		assert_true(files > 0 && bytes > files);
		assert_true(result.known > 0);
		assert_true(result.known + files < FOLDERS * FILES + 2 + BIG_FILES);
	}
}

static void ends_with_the_first_failure(void **state)
{
	(void)state;
	for (size_t at = 1; at < 1000; at += 333) {
		IT_AUTO(result_done) struct result result = { .fail_at = at };
		int rc = hash_all(&result);

		if (rc == INTOTO_E_UNSUPPORTED)
			return;
		assert_refused(rc, &result.err, INTOTO_E_LIMIT, "enough");
	}
}

/* Folders stay open with the batches that are queued. */
static void gets_by_with_few_descriptors(void **state)
{
	IT_AUTO(result_done) struct result result = { 0 };
	struct rlimit before;
	struct rlimit few;
	int rc;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	rc = hash_all(&result);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	if (rc == INTOTO_E_UNSUPPORTED)
		return;
	assert_string_equal(intoto_error_text(result.err), "");
	assert_int_equal(result.count, FOLDERS * FILES + 2 + BIG_FILES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_a_few_big_files),
		cmocka_unit_test(hashes_every_file_once),
		cmocka_unit_test(hashes_by_libcrypto_with_as_many_threads),
		cmocka_unit_test(leaves_unread_what_is_known_or_none),
		cmocka_unit_test(ends_with_the_first_failure),
		cmocka_unit_test(gets_by_with_few_descriptors),
	};

	return cmocka_run_group_tests(tests, workspace_enter, workspace_leave);
}
