/* SPDX-License-Identifier: Apache-2.0 */
/* The table of artifacts, and what may stand in one. */
#include "json_expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/artifacts.h"

#define SHA256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define UPPER "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"

static const struct it_where link_where = { NULL, "link", 0 };
static const struct it_where products = { &link_where, "products", 0 };

static void add(struct it_artifacts *artifacts, const char *name, const char *digests)
{
	assert_int_equal(
		it_artifacts_add(artifacts, it_span_text(name), it_span_text(digests), NULL),
		INTOTO_OK);
}

static void refuse(const char *text, enum intoto_code code, const char *sentence)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail(text);
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	struct intoto_error *err = NULL;
	int rc = it_artifacts_read(&artifacts, root, &products, &err);

	expect_refusal(rc, err, code, sentence);
}

static void read_text(struct it_artifacts *artifacts, const char *text)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse_or_fail(text);

	assert_int_equal(it_artifacts_read(artifacts, root, &products, NULL), INTOTO_OK);
}

static void sorts_what_came_in_any_order(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };

	(void)state;
	add(&artifacts, "b", "sha256:02");
	add(&artifacts, "a/b", "sha256:01");
	add(&artifacts, "\xc3\xa9", "sha256:03");
	add(&artifacts, "B", "sha256:00");
	assert_int_equal(it_artifacts_seal(&artifacts, NULL), INTOTO_OK);
	assert_int_equal(artifacts.count, 4);
	assert_string_equal(artifacts.items[0].name, "B");
	assert_string_equal(artifacts.items[1].name, "a/b");
	assert_string_equal(artifacts.items[2].name, "b");
	assert_string_equal(artifacts.items[3].digests, "sha256:03");
}

static void keeps_the_same_artifact_once(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };

	(void)state;
	add(&artifacts, "b", "sha256:02");
	add(&artifacts, "a", "sha256:01");
	add(&artifacts, "b", "sha256:02");
	assert_int_equal(it_artifacts_seal(&artifacts, NULL), INTOTO_OK);
	assert_int_equal(artifacts.count, 2);
}

static void refuses_one_name_with_two_digests(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	add(&artifacts, "a\nb", "sha256:01");
	add(&artifacts, "a\nb", "sha256:02");
	rc = it_artifacts_seal(&artifacts, &err);
	expect_refusal(rc, err, INTOTO_E_FORMAT,
		       "artifact \"a\\nb\": recorded twice with different digests");
}

static void refuse_name(struct it_span name, const char *sentence)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	struct intoto_error *err = NULL;
	int rc = it_artifacts_add(&artifacts, name, it_span_text("sha256:00"), &err);

	assert_int_equal(artifacts.count, 0);
	expect_refusal(rc, err, INTOTO_E_FORMAT, sentence);
}

static void refuses_names_that_no_document_can_hold(void **state)
{
	static char longest[IT_ARTIFACT_NAME_MAX + 1];
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	refuse_name(it_span_text(""), "artifact \"\": an empty artifact name");
	refuse_name(it_span("a\0b", 3),
		    "artifact \"a\\u{0}b\": a NUL character in an artifact name");
	refuse_name(it_span_text("a\xff"),
		    "artifact \"a\\xff\": an artifact name that is not UTF-8");
	memset(longest, 'n', sizeof longest);
	assert_int_equal(it_artifacts_add(&artifacts, it_span(longest, sizeof longest - 1),
					  it_span_text("sha256:00"), NULL),
			 INTOTO_OK);
	rc = it_artifacts_add(&artifacts, it_span(longest, sizeof longest), it_span_text("x:00"),
			      &err);
	assert_int_equal(rc, INTOTO_E_FORMAT);
	assert_non_null(strstr(intoto_error_text(err),
			       "nnn...\": an artifact name of more than 65536 bytes"));
	intoto_error_free(err);
}

static void finds_names_and_ranges(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	struct it_artifacts none = { 0 };

	(void)state;
	add(&artifacts, "src/a", "sha256:01");
	add(&artifacts, "src/b", "sha256:02");
	add(&artifacts, "zoo", "sha256:03");
	assert_int_equal(it_artifacts_seal(&artifacts, NULL), INTOTO_OK);
	assert_string_equal(it_artifacts_find(&artifacts, it_span_text("src/b"))->digests,
			    "sha256:02");
	assert_null(it_artifacts_find(&artifacts, it_span_text("src/")));
	assert_null(it_artifacts_find(&artifacts, it_span_text("src/bb")));
	assert_null(it_artifacts_find(&artifacts, it_span_text("zzz")));
	assert_null(it_artifacts_find(&none, it_span_text("a")));
	assert_int_equal(it_artifacts_lower_bound(&artifacts, it_span_text("")), 0);
	assert_int_equal(it_artifacts_lower_bound(&artifacts, it_span_text("src/")), 0);
	assert_int_equal(it_artifacts_lower_bound(&artifacts, it_span_text("src/b")), 1);
	assert_int_equal(it_artifacts_lower_bound(&artifacts, it_span_text("src0")), 2);
	assert_int_equal(it_artifacts_lower_bound(&artifacts, it_span_text("zzz")), 3);
}

static void keeps_a_hundred_thousand(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	enum { MANY = 100000 };

	(void)state;
	for (int i = MANY; i > 0; i--) {
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(64);

		assert_int_equal(it_buf_printf(&name, "dir/%07d", i), INTOTO_OK);
		add(&artifacts, it_buf_text(&name), "sha256:" SHA256);
	}
	assert_int_equal(it_artifacts_seal(&artifacts, NULL), INTOTO_OK);
	assert_int_equal(artifacts.count, MANY);
	for (size_t i = 0; i < MANY; i += 997) {
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(64);

		assert_int_equal(it_buf_printf(&name, "dir/%07zu", i + 1), INTOTO_OK);
		assert_string_equal(artifacts.items[i].name, it_buf_text(&name));
		assert_string_equal(artifacts.items[i].digests, "sha256:" SHA256);
	}
}

/* So many names in runs of so many, each run behind or amidst the others. */
static void check_order(size_t count, size_t run, unsigned seed)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	char name[64];
	char digests[64];

	for (size_t i = 0; i < count; i++) {
		size_t number = i;

		if (!run)
			number = seed = (seed * 1103515245 + 12345) & 0x7fffffff;
		else if (i / run % 3 == 1) /* swapped with the run behind it, or cut into it */
			number = i + run / 2;
		else if (i / run % 3 == 2)
			number = i - run;
		assert_true(snprintf(name, sizeof name, "folder/%010zu", number) > 0);
		assert_true(snprintf(digests, sizeof digests, "sha256:%08zx", number) > 0);
		add(&artifacts, name, digests);
	}
	assert_int_equal(it_artifacts_seal(&artifacts, NULL), INTOTO_OK);
	assert_true(artifacts.count <= count);
	assert_true(artifacts.count >= count / 2);
	for (size_t i = 1; i < artifacts.count; i++)
		assert_true(it_span_cmp(it_artifact_name(&artifacts.items[i - 1]),
					it_artifact_name(&artifacts.items[i])) < 0);
	for (size_t i = 0; i < artifacts.count; i++) {
		size_t number = strtoul(artifacts.items[i].name + sizeof "folder/" - 1, NULL, 10);

		assert_true(snprintf(digests, sizeof digests, "sha256:%08zx", number) > 0);
		assert_string_equal(artifacts.items[i].digests, digests);
	}
}

static void sorts_runs_of_any_length(void **state)
{
	const size_t runs[] = { 0, 1, 2, 3, 15, 16, 17, 64, 100, 1000 };

	(void)state;
	for (size_t count = 0; count < 40; count++)
		for (size_t i = 0; i < IT_COUNT_OF(runs); i++)
			check_order(count, runs[i], (unsigned)count);
	for (size_t i = 0; i < IT_COUNT_OF(runs); i++)
		check_order(5000 + i, runs[i], (unsigned)i);
}

static void compares_tables(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts a = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts b = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts c = { 0 };

	(void)state;
	assert_true(it_artifacts_equal(&a, &b));
	add(&a, "x", "sha256:01");
	assert_false(it_artifacts_equal(&a, &b));
	add(&b, "x", "sha256:01");
	assert_true(it_artifacts_equal(&a, &b));
	add(&c, "x", "sha256:02");
	assert_false(it_artifacts_equal(&a, &c));
	it_artifacts_done(&c);
	add(&c, "y", "sha256:01");
	assert_false(it_artifacts_equal(&a, &c));
}

static void tables_may_share_their_texts(void **state)
{
	struct it_artifacts first = { 0 };
	struct it_artifacts second = { 0 };

	(void)state;
	add(&first, "a", "sha256:01");
	add(&first, "b", "sha256:02");
	it_artifacts_share(&second, &first);
	assert_int_equal(
		it_artifacts_append_like(&second, &first.items[0], it_span_text("sha256:01")),
		INTOTO_OK);
	assert_int_equal(
		it_artifacts_append_like(&second, &first.items[1], it_span_text("sha256:03")),
		INTOTO_OK);
	add(&second, "c", "sha256:04");
	assert_ptr_equal(second.items[0].name, first.items[0].name);
	assert_ptr_equal(second.items[0].digests, first.items[0].digests);
	it_artifacts_done(&first); /* the texts stay as long as somebody has them */
	assert_string_equal(second.items[0].name, "a");
	assert_string_equal(second.items[0].digests, "sha256:01");
	assert_string_equal(second.items[1].name, "b");
	assert_string_equal(second.items[1].digests, "sha256:03");
	assert_string_equal(second.items[2].name, "c");
	it_artifacts_done(&second);
}

static void reads_digests_sorted_and_in_lower_case(void **state)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };

	(void)state;
	read_text(&artifacts, "{\"b\": {\"sha256\": \"" UPPER "\"}, "
			      "\"a\": {\"sha256\": \"" SHA256 "\", \"md5\": "
			      "\"D41D8CD98F00B204E9800998ECF8427E\", \"git_Commit-1\": \"ABcd\"}}");
	assert_int_equal(artifacts.count, 2);
	assert_string_equal(artifacts.items[0].name, "a");
	assert_string_equal(artifacts.items[0].digests,
			    "git_Commit-1:abcd,md5:d41d8cd98f00b204e9800998ecf8427e,"
			    "sha256:" SHA256);
	assert_string_equal(artifacts.items[1].digests, "sha256:" SHA256);
}

static void refuses_what_is_no_digest_set(void **state)
{
	(void)state;
	refuse("[]", INTOTO_E_FORMAT, "link.products: want an object, found a list");
	refuse("{\"a\": \"" SHA256 "\"}", INTOTO_E_FORMAT,
	       "link.products.a: want an object, found a text");
	refuse("{\"src/a.c\": {}}", INTOTO_E_FORMAT, "link.products[\"src/a.c\"]: no digest");
	refuse("{\"\": {\"sha256\": \"" SHA256 "\"}}", INTOTO_E_FORMAT,
	       "link.products[\"\"]: an empty artifact name");
	refuse("{\"a\": {\"sha256\": 1}}", INTOTO_E_FORMAT,
	       "link.products.a.sha256: want hex digits, found a number");
	refuse("{\"a\": {\"sha 256\": \"00\"}}", INTOTO_E_FORMAT,
	       "link.products.a[\"sha 256\"]: not the name of a digest algorithm");
	refuse("{\"a\": {\"sha:256\": \"00\"}}", INTOTO_E_FORMAT,
	       "link.products.a[\"sha:256\"]: not the name of a digest algorithm");
	refuse("{\"a\": {\"\": \"00\"}}", INTOTO_E_FORMAT,
	       "link.products.a[\"\"]: not the name of a digest algorithm");
}

static void refuses_digests_of_the_wrong_size(void **state)
{
	(void)state;
	refuse("{\"a\": {\"sha256\": \"00\"}}", INTOTO_E_FORMAT,
	       "link.products.a.sha256: want 64 hex digits, found 2 bytes");
	refuse("{\"a\": {\"sha384\": \"" SHA256 "\"}}", INTOTO_E_FORMAT,
	       "link.products.a.sha384: want 96 hex digits, found 64 bytes");
	refuse("{\"a\": {\"sha512\": \"" SHA256 "\"}}", INTOTO_E_FORMAT,
	       "link.products.a.sha512: want 128 hex digits, found 64 bytes");
	refuse("{\"a\": {\"sha1\": \"" SHA256 "\"}}", INTOTO_E_FORMAT,
	       "link.products.a.sha1: want 40 hex digits, found 64 bytes");
	refuse("{\"a\": {\"md5\": \"\"}}", INTOTO_E_FORMAT,
	       "link.products.a.md5: want 32 hex digits, found 0 bytes");
	refuse("{\"a\": {\"blake9\": \"\"}}", INTOTO_E_FORMAT,
	       "link.products.a.blake9: want an even number of hex digits from 2 to 256, found 0 "
	       "bytes");
	refuse("{\"a\": {\"blake9\": \"123\"}}", INTOTO_E_FORMAT,
	       "link.products.a.blake9: want an even number of hex digits from 2 to 256, found 3 "
	       "bytes");
	refuse("{\"a\": {\"blake9\": \"12\\u001b!\"}}", INTOTO_E_FORMAT,
	       "link.products.a.blake9: want hex digits, found \"12\\u{1b}!\"");
}

static void refuses_more_digests_than_sense(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

	(void)state;
	(void)it_buf_add_text(&text, "{\"a\": {\"a0\": \"00\""); /* seen below */
	for (int i = 1; i <= IT_ARTIFACT_DIGESTS_MAX; i++)
		(void)it_buf_printf(&text, ", \"a%d\": \"00\"", i);
	(void)it_buf_add_text(&text, "}}");
	refuse(it_buf_text(&text), INTOTO_E_LIMIT, "link.products.a: more than 16 digests");
}

static void writes_what_it_read(void **state)
{
	static const char text[] = "{\"a\":{\"md5\":\"d41d8cd98f00b204e9800998ecf8427e\","
				   "\"sha256\":\"" SHA256 "\"},\"b\\n\":{\"x\":\"00\"}}";
	IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_writer writer;

	(void)state;
	read_text(&artifacts, text);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_artifacts_write(&writer, &artifacts);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), text);
}

static void does_not_write_digests_that_are_none(void **state)
{
	static const char *const wrong[] = { "sha256", "sha256:", "sha256:,md5:00", "b:00,a:00",
					     "a:00,a:01" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(wrong); i++) {
		IT_AUTO(it_artifacts_done) struct it_artifacts artifacts = { 0 };
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
		struct intoto_error *err = NULL;
		struct it_writer writer;
		int rc;

		add(&artifacts, "x", wrong[i]);
		it_writer_init(&writer, &out, IT_WRITE_COMPACT);
		it_artifacts_write(&writer, &artifacts);
		rc = it_writer_finish(&writer, &err);
		expect_refusal(rc, err, INTOTO_E_INTERNAL,
			       "a document was written in the wrong order");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_what_came_in_any_order),
		cmocka_unit_test(keeps_the_same_artifact_once),
		cmocka_unit_test(refuses_one_name_with_two_digests),
		cmocka_unit_test(refuses_names_that_no_document_can_hold),
		cmocka_unit_test(finds_names_and_ranges),
		cmocka_unit_test(keeps_a_hundred_thousand),
		cmocka_unit_test(sorts_runs_of_any_length),
		cmocka_unit_test(compares_tables),
		cmocka_unit_test(tables_may_share_their_texts),
		cmocka_unit_test(reads_digests_sorted_and_in_lower_case),
		cmocka_unit_test(refuses_what_is_no_digest_set),
		cmocka_unit_test(refuses_digests_of_the_wrong_size),
		cmocka_unit_test(refuses_more_digests_than_sense),
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(does_not_write_digests_that_are_none),
	};

	return cmocka_run_group_tests_name("model_artifacts", tests, NULL, NULL);
}
