/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: the examples of FIPS 180-4, in one piece and in many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/digest.h"

#include "base/text.h"

static const struct example {
	const char *name;
	size_t size;
	const char *of_nothing;
	const char *of_abc;
	const char *of_a_million; /* letters a */
} examples[] = {
	{ "sha256", 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	{ "sha384", 48,
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	  "274edebfe76f65fbd51ad2f14898b95b",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	  "8086072ba1e7cc2358baeca134c825a7",
	  "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
	  "07b8b3dc38ecc4ebae97ddd87f3d8985" },
	{ "sha512", 64,
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
	  "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
};

static void assert_digest(struct it_digest *digest, const char *wanted)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	unsigned char bytes[IT_DIGEST_MAX];
	size_t size = digest->alg->size;

	it_digest_finish(digest, bytes);
	it_hex_encode(&hex, it_span(bytes, size));
	assert_string_equal(it_buf_text(&hex), wanted);
}

static void gives_the_digests_of_the_standard(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(examples); i++) {
		const struct it_digest_alg *alg = it_digest_find(examples[i].name);
		struct it_digest digest;

		assert_non_null(alg);
		assert_string_equal(alg->name, examples[i].name);
		assert_int_equal(alg->size, examples[i].size);
		assert_true(alg->strong);
		it_digest_start(&digest, alg);
		assert_digest(&digest, examples[i].of_nothing);
		it_digest_start(&digest, alg);
		it_digest_add(&digest, "abc", 3);
		assert_digest(&digest, examples[i].of_abc);
	}
}

static void pieces_make_no_difference(void **state)
{
	enum { MILLION = 1000000, PIECE = 997 };
	char letters[PIECE];

	(void)state;
	for (size_t i = 0; i < sizeof letters; i++)
		letters[i] = 'a';
	for (size_t i = 0; i < IT_COUNT_OF(examples); i++) {
		struct it_digest digest;
		size_t left = MILLION;

		it_digest_start(&digest, it_digest_find(examples[i].name));
		while (left) {
			size_t len = left < PIECE ? left : PIECE;

			it_digest_add(&digest, letters, len);
			it_digest_add(&digest, NULL, 0);
			left -= len;
		}
		assert_digest(&digest, examples[i].of_a_million);
	}
}

/* The first is the example of the attestation framework (v1, "DigestSet"); all are what git says.
 */
static void names_files_as_git_does(void **state)
{
	static const struct {
		const char *word, *text, *id;
	} ids[] = {
		{ "gitoid-sha1", "Hello", "5ab2f8a4323abafb10abb68657d9d39f1a775057" },
		{ "gitoid-sha1", "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" },
		{ "gitoid", "Hello",
		  "1301800ffa9c48e2a82cbfda7fe9d17d5605cfa5df7c673639c44d8fcc244a71" },
		{ "gitoid", "",
		  "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(ids); i++) {
		const struct it_digest_alg *alg = it_digest_find(ids[i].word);
		struct it_digest digest;

		assert_non_null(alg);
		assert_string_equal(alg->name, "gitBlob");
		assert_int_equal(alg->strong, alg->size == IT_SHA256_SIZE);
		assert_ptr_equal(it_digest_of_set(it_span_text("gitBlob"), 2 * alg->size), alg);
		it_digest_start_sized(&digest, alg, strlen(ids[i].text));
		it_digest_add(&digest, ids[i].text, strlen(ids[i].text));
		assert_digest(&digest, ids[i].id);
	}
	assert_null(it_digest_of_set(it_span_text("gitBlob"), 42));
	assert_null(it_digest_of_set(it_span_text("gitoid"), 64));
	assert_ptr_equal(it_digest_of_set(it_span_text("sha512"), 128), it_digest_find("sha512"));
}

static void hashes_a_span_at_once(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(100);
	unsigned char bytes[IT_SHA256_SIZE];

	(void)state;
	it_sha256_hex(&hex, it_span_text("abc"));
	assert_string_equal(it_buf_text(&hex), examples[0].of_abc);
	it_sha256(bytes, it_span(NULL, 0));
	it_buf_reset(&hex);
	it_hex_encode(&hex, it_span(bytes, sizeof bytes));
	assert_string_equal(it_buf_text(&hex), examples[0].of_nothing);
}

static void knows_no_other_name(void **state)
{
	static const char *const others[] = { "",     "SHA256",	 "sha-256", "md5",
					      "sha1", "sha256 ", "gitBlob", "dirHash" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(others); i++)
		assert_null(it_digest_find(others[i]));
	assert_null(it_digest_find(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_digests_of_the_standard),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(names_files_as_git_does),
		cmocka_unit_test(hashes_a_span_at_once),
		cmocka_unit_test(knows_no_other_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
