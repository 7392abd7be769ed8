/* SPDX-License-Identifier: Apache-2.0 */
/* Digest sets: which mean the same bytes, and what is said about those that do not. */
#include "json_expect.h"

#include <stdio.h>

#include "base/text.h"
#include "model/artifacts.h"
#include "model/digest_set.h"

#define X40 "0123456789012345678901234567890123456789"
#define Y40 "9123456789012345678901234567890123456789"
#define X64 X40 "abcdefabcdefabcdefabcdef"
#define Y64 Y40 "abcdefabcdefabcdefabcdef"
#define X128 X64 X64
#define Y128 Y64 X64

/* Both ways round: the question has no direction. */
static void expect(enum it_digests_match verdict, const char *a, const char *b)
{
	enum it_digests_match there = it_digests_match(a, b);
	enum it_digests_match back = it_digests_match(b, a);

	if (there != verdict || back != verdict)
		fail_msg("%s against %s: %d and %d, want %d", a, b, (int)there, (int)back,
			 (int)verdict);
}

static void one_strong_algorithm_in_common_decides(void **state)
{
	(void)state;
	expect(IT_DIGESTS_MATCH, "sha256:" X64, "sha256:" X64);
	expect(IT_DIGESTS_DIFFER, "sha256:" X64, "sha256:" Y64);
	expect(IT_DIGESTS_MATCH, "sha256:" X64, "sha256:" X64 ",sha512:" X128);
	expect(IT_DIGESTS_DIFFER, "sha256:" X64, "sha256:" Y64 ",sha512:" X128);
	expect(IT_DIGESTS_MATCH, "sha512:" X128, "sha256:" X64 ",sha512:" X128);
	expect(IT_DIGESTS_MATCH, "sha256:" X64 ",sha3_256:" X64, "blake2b:" X64 ",sha3_256:" X64);
}

static void all_strong_ones_in_common_must_agree(void **state)
{
	(void)state;
	expect(IT_DIGESTS_MATCH, "sha256:" X64 ",sha512:" X128, "sha256:" X64 ",sha512:" X128);
	expect(IT_DIGESTS_DIFFER, "sha256:" X64 ",sha512:" X128, "sha256:" X64 ",sha512:" Y128);
	expect(IT_DIGESTS_DIFFER, "sha256:" X64 ",sha512:" X128, "sha256:" Y64 ",sha512:" X128);
}

static void nothing_in_common_decides_nothing(void **state)
{
	(void)state;
	expect(IT_DIGESTS_NOT_COMPARABLE, "sha256:" X64, "sha512:" X128);
	expect(IT_DIGESTS_NOT_COMPARABLE, "sha256:" X64, "sha2:" X64);
	expect(IT_DIGESTS_NOT_COMPARABLE, "", "sha256:" X64);
	expect(IT_DIGESTS_NOT_COMPARABLE, "", "");
}

static void weak_and_unknown_algorithms_never_decide(void **state)
{
	static const char *const names[] = {
		"md5", "sha1", "ripemd160", "gost", "crc32c", "SHA256"
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		char same[256];
		char beside[256];
		char other[256];

		(void)snprintf(same, sizeof same, "%s:" X40, names[i]);
		(void)snprintf(beside, sizeof beside, "%s:" X40 ",sha256:" X64, names[i]);
		(void)snprintf(other, sizeof other, "%s:" Y40 ",sha256:" X64, names[i]);
		expect(IT_DIGESTS_NOT_COMPARABLE, same, same);
		expect(IT_DIGESTS_NOT_COMPARABLE, same, beside);
		expect(IT_DIGESTS_MATCH, beside, other);
	}
}

static void git_objects_and_folders_have_ids_that_count(void **state)
{
	static const char *const names[] = { "gitCommit", "gitTree", "gitTag" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		char a[256];
		char b[256];
		char c[256];

		(void)snprintf(a, sizeof a, "%s:" X40, names[i]);
		(void)snprintf(b, sizeof b, "%s:" Y40, names[i]);
		(void)snprintf(c, sizeof c, "%s:" X64, names[i]);
		expect(IT_DIGESTS_MATCH, a, a);
		expect(IT_DIGESTS_MATCH, c, c);
		expect(IT_DIGESTS_DIFFER, a, b);
		/* the same commit in a repository of the other kind, or another commit? */
		expect(IT_DIGESTS_NOT_COMPARABLE, a, c);
		b[strlen(b) - 1] = a[strlen(a) - 1] = '\0'; /* a short id is none */
		expect(IT_DIGESTS_NOT_COMPARABLE, a, a);
	}
	expect(IT_DIGESTS_NOT_COMPARABLE, "gitCommit:" X40, "gitTree:" X40);
	/* what names bytes can have a better one than SHA-1 */
	expect(IT_DIGESTS_MATCH, "gitBlob:" X64, "gitBlob:" X64);
	expect(IT_DIGESTS_DIFFER, "gitBlob:" X64, "gitBlob:" Y64);
	expect(IT_DIGESTS_NOT_COMPARABLE, "gitBlob:" X40, "gitBlob:" X40);
	expect(IT_DIGESTS_NOT_COMPARABLE, "gitBlob:" X40, "gitBlob:" X64);
	expect(IT_DIGESTS_MATCH, "gitBlob:" X40 ",sha256:" X64, "gitBlob:" Y40 ",sha256:" X64);
	expect(IT_DIGESTS_MATCH, "dirHash:" X64, "dirHash:" X64);
	expect(IT_DIGESTS_DIFFER, "dirHash1:" X64, "dirHash1:" Y64);
	expect(IT_DIGESTS_NOT_COMPARABLE, "dirHash:" X64, "sha256:" X64);
}

static void short_values_of_functions_without_a_size_do_not_decide(void **state)
{
	(void)state;
	expect(IT_DIGESTS_MATCH, "blake2b:" X64, "blake2b:" X64);
	expect(IT_DIGESTS_NOT_COMPARABLE, "blake2b:" X40, "blake2b:" X40);
	expect(IT_DIGESTS_NOT_COMPARABLE, "shake256:00", "shake256:00");
	expect(IT_DIGESTS_NOT_COMPARABLE, "blake2b:" X64, "blake2b:" X128);
}

/* NULL: refused. */
static void expect_read(const char *json, const char *want)
{
	IT_AUTO(it_json_freep) struct it_json *object = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	int rc;

	assert_int_equal(it_json_parse(&object, it_span_text(json), &it_json_signed_limits, NULL),
			 0);
	rc = it_digest_set_read_open(&out, object, NULL, NULL);
	assert_int_equal(rc == INTOTO_OK, want != NULL);
	if (want)
		assert_string_equal(it_buf_text(&out), want);
}

static void takes_the_gitoid_of_witness_for_what_it_is(void **state)
{
	(void)state;
	expect_read("{\"gitoid:sha256\":\"gitoid:blob:sha256:" X64 "\",\"sha256\":\"" Y64 "\"}",
		    "gitBlob:" X64 ",sha256:" Y64);
	expect_read("{\"gitoid:sha256\":\"gitoid:blob:sha256:" X64 "\"}", "gitBlob:" X64);
	/* the weak one, one of something else, one that is no id, one beside the real name */
	expect_read("{\"gitoid:sha1\":\"gitoid:blob:sha1:" X40 "\",\"sha256\":\"" Y64 "\"}",
		    "sha256:" Y64);
	expect_read("{\"gitoid:sha1\":\"gitoid:blob:sha1:" X40 "\"}", NULL);
	expect_read("{\"gitoid:sha256\":\"gitoid:tree:sha256:" X64 "\"}", NULL);
	expect_read("{\"gitoid:sha256\":\"gitoid:blob:sha256:" X40 "\"}", NULL);
	expect_read("{\"gitoid:sha256\":\"" X64 "\"}", NULL);
	expect_read("{\"gitBlob\":\"" Y64 "\",\"gitoid:sha256\":\"gitoid:blob:sha256:" X64 "\"}",
		    "gitBlob:" Y64);
	expect_read("{\"gitCommit\":\"" Y64 "\",\"gitoid:sha256\":\"gitoid:blob:sha256:" X64 "\"}",
		    "gitCommit:" Y64);
}

static void expect_explained(const char *a, const char *b, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	it_digests_explain(&out, a, b);
	assert_string_equal(it_buf_text(&out), sentence);
}

static void says_why_two_sets_do_not_match(void **state)
{
	(void)state;
	expect_explained("sha256:" X64, "sha256:" Y64, "its digests differ from those in");
	expect_explained("sha256:" X64, "sha512:" X128,
			 "it shares no digest that can be compared (sha256 and sha512) with the "
			 "one in");
	expect_explained("md5:00,sha1:" X40, "sha1:" X40,
			 "it shares no digest that can be compared (md5, sha1 and sha1) with the "
			 "one in");
}

static void tables_agree_by_what_they_share(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts one = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts both = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts other = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts weak = { 0 };
	static const struct it_span name = { "a", 1 };

	(void)state;
	assert_int_equal(it_artifacts_add(&one, name, it_span_text("sha256:" X64), NULL), 0);
	assert_int_equal(
		it_artifacts_add(&both, name, it_span_text("sha256:" X64 ",sha512:" X128), NULL),
		0);
	assert_int_equal(it_artifacts_add(&other, name, it_span_text("sha512:" X128), NULL), 0);
	assert_int_equal(it_artifacts_add(&weak, name, it_span_text("sha1:" X40), NULL), 0);
	assert_true(it_artifacts_equal(&one, &both));
	assert_true(it_artifacts_equal(&both, &other));
	assert_false(it_artifacts_equal(&one, &other)); /* not transitive */
	assert_false(it_artifacts_equal(&weak, &weak));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_strong_algorithm_in_common_decides),
		cmocka_unit_test(all_strong_ones_in_common_must_agree),
		cmocka_unit_test(nothing_in_common_decides_nothing),
		cmocka_unit_test(weak_and_unknown_algorithms_never_decide),
		cmocka_unit_test(git_objects_and_folders_have_ids_that_count),
		cmocka_unit_test(short_values_of_functions_without_a_size_do_not_decide),
		cmocka_unit_test(takes_the_gitoid_of_witness_for_what_it_is),
		cmocka_unit_test(says_why_two_sets_do_not_match),
		cmocka_unit_test(tables_agree_by_what_they_share),
	};

	return cmocka_run_group_tests_name("model_digest_set", tests, NULL, NULL);
}
