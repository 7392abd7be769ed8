/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a store against the whole tree in memory, over sizes with two levels of tiles. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "store/log.h"
#include "store/log_tree.h"
#include "store/schema.h"

enum { LEAVES = 66000, TILE_BYTES = IT_LOG_TILE * IT_SHA256_SIZE };

struct fixture {
	char path[64];
	struct it_store store;
	struct it_merkle_hash *leaves;
	struct it_merkle tree;
};

static int append(struct fixture *self, struct it_log *log, unsigned i)
{
	char entry[32];
	int len = snprintf(entry, sizeof entry, "{\"n\":%u}", i);
	uint64_t number;

	it_merkle_leaf(&self->leaves[i], it_span(entry, (size_t)len));
	return it_log_append(log, it_span(entry, (size_t)len), &number, NULL) || number != i;
}

static int setup(void **state)
{
	struct fixture *self = calloc(1, sizeof *self);
	struct it_log log;
	struct it_sql *sql;
	int rc;

	*state = self;
	(void)snprintf(self->path, sizeof self->path, "store_log.%d.sqlite", (int)getpid());
	self->leaves = calloc(LEAVES, sizeof *self->leaves);
	rc = it_sql_open(&self->store.sql, self->path, IT_SQL_CREATE, NULL);
	sql = self->store.sql;
	rc = rc || sql->driver->begin(sql, NULL) || it_schema_create(sql, NULL) ||
	     it_log_create(sql, NULL) || it_log_begin(&log, sql, NULL);
	for (unsigned i = 0; !rc && i < LEAVES; i++)
		rc = append(self, &log, i);
	rc = rc || it_log_end(&log, NULL) || sql->driver->commit(sql, NULL);
	self->tree = log.tree;
	return rc;
}

static int teardown(void **state)
{
	struct fixture *self = *state;
	char name[80];

	it_sql_close(self->store.sql);
	(void)unlink(self->path);
	(void)snprintf(name, sizeof name, "%s-wal", self->path);
	(void)unlink(name); /* is gone already, as the next */
	(void)snprintf(name, sizeof name, "%s-shm", self->path);
	(void)unlink(name);
	free(self->leaves);
	free(self);
	return 0;
}

static void proves_each_leaf_as_the_whole_tree_does(void **state)
{
	struct fixture *self = *state;
	static const uint64_t counts[] = { 1,	2,     255,   256,   257,   511,
					   512, 65535, 65536, 65793, LEAVES };
	struct it_merkle_proof proof;
	struct it_log_way way;

	for (size_t k = 0; k < IT_COUNT_OF(counts); k++) {
		for (uint64_t i = 0; i < counts[k]; i += 1 + counts[k] / 7) {
			it_merkle_prove(&proof, self->leaves, (size_t)counts[k], (size_t)i);
			assert_int_equal(
				it_log_tree_way(&way, self->store.sql, i, 1, counts[k], NULL), 0);
			assert_int_equal(way.depth, proof.length);
			for (size_t j = 0; j < proof.length; j++)
				assert_memory_equal(&way.beside[way.depth - 1 - j], &proof.path[j],
						    IT_SHA256_SIZE);
		}
	}
}

static void proves_that_it_grew_as_the_whole_tree_does(void **state)
{
	struct fixture *self = *state;
	static const uint64_t firsts[] = { 1, 3, 255, 256, 1000, 65535, 65536, 65900, LEAVES };
	struct it_merkle_hash got[2 * IT_MERKLE_DEPTH];
	struct it_merkle_hash want[2 * IT_MERKLE_DEPTH];
	size_t count;

	for (size_t k = 0; k < IT_COUNT_OF(firsts); k++) {
		assert_int_equal(it_log_consistency(&self->store, firsts[k], got, &count, NULL), 0);
		assert_int_equal(count, it_merkle_prove_consistency(want, self->leaves, LEAVES,
								    (size_t)firsts[k]));
		assert_memory_equal(got, want, count * IT_SHA256_SIZE);
	}
}

static void gives_tiles_of_every_level(void **state)
{
	struct fixture *self = *state;
	static const struct {
		const char *path;
		size_t at, span, width;
	} tiles[] = { { "tile/0/000", 0, 1, 256 },	     { "tile/0/256", 65536, 1, 256 },
		      { "tile/0/257.p/208", 65792, 1, 208 }, { "tile/0/257.p/7", 65792, 1, 7 },
		      { "tile/0/003.p/9", 768, 1, 9 },	     { "tile/1/000", 0, 256, 256 },
		      { "tile/1/001.p/1", 65536, 256, 1 },   { "tile/2/000.p/1", 0, 65536, 1 } };

	for (size_t k = 0; k < IT_COUNT_OF(tiles); k++) {
		IT_AUTO(it_buf_done) struct it_buf tile = IT_BUF(TILE_BYTES);

		assert_int_equal(it_log_tile(&self->store, tiles[k].path, &tile, NULL), 0);
		assert_int_equal(tile.len, tiles[k].width * IT_SHA256_SIZE);
		for (size_t i = 0; i < tiles[k].width; i++) {
			struct it_merkle_hash want;

			it_merkle_root_of(&want, self->leaves + tiles[k].at + i * tiles[k].span,
					  tiles[k].span);
			assert_memory_equal(tile.data + i * IT_SHA256_SIZE, &want, IT_SHA256_SIZE);
		}
	}
}

static void gives_no_tile_that_is_not_full_yet(void **state)
{
	struct fixture *self = *state;
	static const char *const paths[] = { "tile/0/257",     "tile/0/257.p/209",
					     "tile/0/258",     "tile/1/001",
					     "tile/1/001.p/2", "tile/2/000.p/2",
					     "tile/3/000.p/1", "tile/7/000.p/1",
					     "tile/8/000",     "tile/0/000.p/256" };
	IT_AUTO(it_buf_done) struct it_buf tile = IT_BUF(TILE_BYTES);

	for (size_t k = 0; k < IT_COUNT_OF(paths); k++)
		assert_int_equal(it_log_tile(&self->store, paths[k], &tile, NULL),
				 INTOTO_E_NOTFOUND);
}

/* Inside a transaction that is taken back. */
static void with_change(struct fixture *self, const char *change, const char *tile, int want)
{
	struct it_merkle_hash hashes[2 * IT_MERKLE_DEPTH];
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 20);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_sql *sql = self->store.sql;
	size_t count;

	assert_int_equal(sql->driver->begin(sql, NULL), 0);
	assert_int_equal(sql->driver->script(sql, change, NULL), 0);
	assert_int_equal(tile ? it_log_tile(&self->store, tile, &out, &err)
			      : it_log_consistency(&self->store, 700, hashes, &count, &err),
			 want);
	assert_non_null(strstr(intoto_error_text(err), want == INTOTO_E_POLICY
							       ? "are not those that were logged"
							       : "has a gap"));
	sql->driver->rollback(sql);
}

static void refuses_what_does_not_lead_to_the_root(void **state)
{
	struct fixture *self = *state;

	with_change(self, "UPDATE leaf SET hash = zeroblob(32) WHERE number = 5", "tile/0/000",
		    INTOTO_E_POLICY);
	with_change(self, "UPDATE leaf SET entry = 'x' WHERE number = 5", "tile/entries/000",
		    INTOTO_E_POLICY);
	with_change(self, "UPDATE leaf SET hash = zeroblob(32) WHERE number = 65990",
		    "tile/0/257.p/3", INTOTO_E_POLICY);
	with_change(self, "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND number = 9",
		    "tile/1/000", INTOTO_E_POLICY);
	with_change(self, "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND number = 9",
		    NULL, INTOTO_E_POLICY);
	with_change(self, "DELETE FROM node WHERE level = 1 AND number = 9", NULL, INTOTO_E_FORMAT);
	with_change(self, "DELETE FROM leaf WHERE number = 5", "tile/0/000", INTOTO_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proves_each_leaf_as_the_whole_tree_does),
		cmocka_unit_test(proves_that_it_grew_as_the_whole_tree_does),
		cmocka_unit_test(gives_tiles_of_every_level),
		cmocka_unit_test(gives_no_tile_that_is_not_full_yet),
		cmocka_unit_test(refuses_what_does_not_lead_to_the_root),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
