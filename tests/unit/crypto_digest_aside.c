/* SPDX-License-Identifier: Apache-2.0 */
/* What is hashed on a thread of its own has the digest that it has when it is hashed here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/digest_aside.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 * 1024, MOST = 9 * BLOCK + 1 };

static unsigned char bytes[MOST];

static int fill(void **state)
{
	uint32_t number = 1;

	(void)state;
	for (size_t i = 0; i < MOST; i++) {
		number = number * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(number >> 24);
	}
	return 0;
}

static struct it_digest_aside *start(const char *word)
{
	struct it_digest_aside *aside = NULL;

	assert_int_equal(it_digest_aside_new(&aside, it_digest_find(word), NULL), INTOTO_OK);
	return aside;
}

/* In pieces of so many bytes. */
static void assert_same(const char *word, size_t len, size_t piece)
{
	IT_AUTO(it_digest_aside_freep) struct it_digest_aside *aside = start(word);
	unsigned char found[IT_DIGEST_MAX] = { 0 };
	unsigned char wanted[IT_DIGEST_MAX] = { 0 };
	struct it_digest digest;

	it_digest_start(&digest, it_digest_find(word));
	it_digest_add(&digest, bytes, len);
	it_digest_finish(&digest, wanted);
	for (size_t at = 0; at < len; at += piece)
		it_digest_aside_add(aside, bytes + at, len - at < piece ? len - at : piece);
	it_digest_finish(it_digest_aside_end(aside), found);
	assert_memory_equal(found, wanted, sizeof wanted);
}

static void hashes_what_is_short(void **state)
{
	(void)state;
	assert_same("sha256", 0, 1);
	assert_same("sha256", 1, 1);
	assert_same("sha256", 1000, 7);
	assert_same("sha256", BLOCK - 1, 4096);
}

static void hashes_whole_blocks(void **state)
{
	(void)state;
	assert_same("sha256", BLOCK, BLOCK);
	assert_same("sha256", BLOCK, 16384);
	assert_same("sha256", 4 * BLOCK, BLOCK);
	assert_same("sha256", 8 * BLOCK, 2 * BLOCK);
}

static void hashes_more_than_the_ring_holds(void **state)
{
	(void)state;
	assert_same("sha256", MOST, MOST);
	assert_same("sha256", MOST, 1);
	assert_same("sha256", MOST, 16383);
	assert_same("sha256", MOST, 3 * BLOCK - 1);
}

static void takes_every_algorithm(void **state)
{
	(void)state;
	assert_same("sha384", MOST, 16384);
	assert_same("sha512", MOST, 16384);
}

/* A transfer that fails asks for no digest. */
static void may_be_dropped_at_any_time(void **state)
{
	const size_t lengths[] = { 0, 1, BLOCK, BLOCK + 1, 4 * BLOCK, MOST };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(lengths); i++) {
		struct it_digest_aside *aside = start("sha256");

		it_digest_aside_add(aside, bytes, lengths[i]);
		it_digest_aside_free(aside);
	}
	it_digest_aside_free(NULL);
}

/* What was handed over may change at once. */
static void keeps_no_pointer_into_the_caller(void **state)
{
	IT_AUTO(it_digest_aside_freep) struct it_digest_aside *aside = start("sha256");
	unsigned char *copy = malloc(MOST);
	unsigned char found[IT_DIGEST_MAX];
	unsigned char wanted[IT_SHA256_SIZE];

	(void)state;
	assert_non_null(copy);
	memcpy(copy, bytes, MOST);
	it_digest_aside_add(aside, copy, MOST);
	memset(copy, 0, MOST);
	free(copy);
	it_digest_finish(it_digest_aside_end(aside), found);
	it_sha256(wanted, it_span(bytes, MOST));
	assert_memory_equal(found, wanted, sizeof wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_what_is_short),
		cmocka_unit_test(hashes_whole_blocks),
		cmocka_unit_test(hashes_more_than_the_ring_holds),
		cmocka_unit_test(takes_every_algorithm),
		cmocka_unit_test(may_be_dropped_at_any_time),
		cmocka_unit_test(keeps_no_pointer_into_the_caller),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
