/* SPDX-License-Identifier: Apache-2.0 */
/* Tree hashes against the vectors of certificate transparency, and every proof of small trees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/merkle.h"

#include "base/text.h"

enum { LEAVES = 70 };

/* The leaves and roots that the reference implementation of RFC 6962 is tested with. */
static const char *const entries[] = {
	"",
	"00",
	"10",
	"2021",
	"3031",
	"40414243",
	"5051525354555657",
	"606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void assert_root(const struct it_merkle *tree, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(100);
	struct it_merkle_hash root;

	it_merkle_root(&root, tree);
	it_hex_encode(&hex, it_span(root.bytes, sizeof root.bytes));
	assert_string_equal(it_buf_text(&hex), want);
}

static void has_the_roots_of_certificate_transparency(void **state)
{
	struct it_merkle tree = { 0 };

	(void)state;
	assert_root(&tree, roots[0]);
	for (size_t i = 0; i < IT_COUNT_OF(entries); i++) {
		IT_AUTO(it_buf_done) struct it_buf entry = IT_BUF(100);
		struct it_merkle_hash leaf;

		assert_true(it_hex_decode(&entry, it_span_text(entries[i])));
		it_merkle_leaf(&leaf, it_buf_span(&entry));
		it_merkle_add(&tree, &leaf);
		assert_root(&tree, roots[i + 1]);
	}
}

static void fill(struct it_merkle_hash leaves[LEAVES])
{
	for (size_t i = 0; i < LEAVES; i++)
		it_merkle_leaf(&leaves[i], it_span(&i, sizeof i));
}

static void root_of(struct it_merkle_hash *root, const struct it_merkle_hash *leaves, size_t count)
{
	struct it_merkle tree = { 0 };

	for (size_t i = 0; i < count; i++)
		it_merkle_add(&tree, &leaves[i]);
	it_merkle_root(root, &tree);
}

static void proves_each_leaf_of_each_tree(void **state)
{
	struct it_merkle_hash leaves[LEAVES];

	(void)state;
	fill(leaves);
	for (size_t count = 1; count <= LEAVES; count++) {
		struct it_merkle_hash root;

		root_of(&root, leaves, count);
		for (size_t i = 0; i < count; i++) {
			struct it_merkle_proof proof;

			it_merkle_prove(&proof, leaves, count, i);
			assert_true(it_merkle_verify(&proof, &leaves[i], count, &root));
		}
	}
}

/* As small trees have it; the number of leaves is believed, since it is signed with the root. */
static void proves_nothing_else(void **state)
{
	struct it_merkle_hash leaves[LEAVES];

	(void)state;
	fill(leaves);
	for (size_t count = 1; count <= 20; count++) {
		struct it_merkle_hash root;

		root_of(&root, leaves, count);
		for (size_t i = 0; i < count; i++) {
			struct it_merkle_proof proof;
			struct it_merkle_proof bad;

			it_merkle_prove(&proof, leaves, count, i);
			for (size_t other = 0; other < count + 2; other++) {
				bad = proof;
				bad.index = other;
				assert_int_equal(it_merkle_verify(&bad, &leaves[i], count, &root),
						 other == i);
				assert_int_equal(
					it_merkle_verify(&proof, &leaves[other], count, &root),
					other == i);
			}
			for (size_t at = 0; at < proof.length; at++) {
				bad = proof;
				bad.path[at].bytes[at] ^= 1;
				assert_false(it_merkle_verify(&bad, &leaves[i], count, &root));
			}
			bad = proof;
			bad.length++;
			bad.path[proof.length] = root;
			assert_false(it_merkle_verify(&bad, &leaves[i], count, &root));
			if (proof.length) {
				bad.length = proof.length - 1;
				assert_false(it_merkle_verify(&bad, &leaves[i], count, &root));
			}
		}
	}
}

static void proves_nothing_about_an_empty_tree_or_with_a_path_that_is_too_long(void **state)
{
	struct it_merkle_proof proof = { 0 };
	struct it_merkle_hash leaf = { { 0 } };

	(void)state;
	assert_false(it_merkle_verify(&proof, &leaf, 0, &leaf));
	assert_true(it_merkle_verify(&proof, &leaf, 1, &leaf));
	proof.length = IT_MERKLE_DEPTH + 1;
	assert_false(it_merkle_verify(&proof, &leaf, UINT64_MAX, &leaf));
}

/* A leaf that looks like two children is none: the marks in front differ. */
static void takes_no_node_for_a_leaf(void **state)
{
	struct it_merkle_hash leaves[LEAVES];
	struct it_merkle_proof proof = { 0 };
	struct it_merkle_hash root;
	struct it_merkle_hash forged;

	(void)state;
	fill(leaves);
	root_of(&root, leaves, 2);
	it_merkle_leaf(&forged, it_span(leaves, 2 * sizeof leaves[0]));
	assert_false(it_merkle_verify(&proof, &forged, 1, &root));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_roots_of_certificate_transparency),
		cmocka_unit_test(proves_each_leaf_of_each_tree),
		cmocka_unit_test(proves_nothing_else),
		cmocka_unit_test(
			proves_nothing_about_an_empty_tree_or_with_a_path_that_is_too_long),
		cmocka_unit_test(takes_no_node_for_a_leaf),
	};

	return cmocka_run_group_tests_name("crypto_merkle", tests, NULL, NULL);
}
