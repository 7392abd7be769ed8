/* SPDX-License-Identifier: Apache-2.0 */
/* The file of tokens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "serve/tokens.h"

#define DIGEST "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define OTHER "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"

static void finds_a_token_by_what_it_hashes_to(void **state)
{
	struct it_tokens tokens = { 0 };
	unsigned char digest[IT_SHA256_SIZE];
	const struct it_token *found;

	(void)state;
	assert_int_equal(
		it_tokens_parse(&tokens,
				it_span_text("{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],"
					     "\"sha256\":\"" DIGEST "\","
					     "\"expires\":\"2030-01-01T00:00:00Z\"},"
					     "{\"name\":\"b\",\"rights\":[\"admin\",\"write\"],"
					     "\"certificate\":\"" OTHER "\"}]}"),
				NULL),
		INTOTO_OK);
	it_token_digest(digest, it_span_text("hello"));
	found = it_tokens_find(&tokens, false, digest);
	assert_non_null(found);
	assert_string_equal(found->name, "a");
	assert_int_equal(found->rights, IT_RIGHT_READ);
	assert_true(it_token_is_good(found, 1893455999));
	assert_false(it_token_is_good(found, 1893456000));
	/* A certificate's digest is no token, nor the other way round. */
	assert_null(it_tokens_find(&tokens, true, digest));
	it_token_digest(digest, it_span_text("world"));
	assert_null(it_tokens_find(&tokens, false, digest));
	assert_string_equal(it_tokens_find(&tokens, true, digest)->name, "b");
	it_tokens_done(&tokens);
}

static void refuses_a_file_that_it_does_not_understand(void **state)
{
	static const struct row {
		const char *text;
		const char *sentence;
	} rows[] = {
		{ "[]", "the list \"tokens\"" },
		{ "{}", "the list \"tokens\"" },
		{ "{\"tokens\":{}}", "the list \"tokens\"" },
		{ "{\"tokens\":[],\"more\":1}", "nothing else" },
		{ "{\"tokens\":[{}]}", "tokens[0]" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"]}]}",
		  "either sha256 or certificate" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\",\"certificate\":\"" DIGEST "\"}]}",
		  "either sha256 or certificate" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"00\"}]}",
		  "64 hex digits" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[],\"sha256\":\"" DIGEST "\"}]}",
		  "at least one" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"root\"],\"sha256\":\"" DIGEST "\"}]}",
		  "found 'root'" },
		{ "{\"tokens\":[{\"name\":\"\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST "\"}]}",
		  "a name" },
		{ "{\"tokens\":[{\"name\":\"a b\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\"}]}",
		  "a name" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\",\"expires\":\"soon\"}]}",
		  "tokens[0].expires: want a time" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\",\"right\":1}]}",
		  "right" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\"},{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" OTHER "\"}]}",
		  "a token 'a' already" },
		{ "{\"tokens\":[{\"name\":\"a\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST
		  "\"},{\"name\":\"b\",\"rights\":[\"read\"],\"sha256\":\"" DIGEST "\"}]}",
		  "under another name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct it_tokens tokens = { 0 };
		struct intoto_error *err = NULL;

		assert_int_not_equal(it_tokens_parse(&tokens, it_span_text(rows[i].text), &err),
				     INTOTO_OK);
		assert_non_null(strstr(intoto_error_text(err), rows[i].sentence));
		intoto_error_free(err);
		it_tokens_done(&tokens);
	}
}

static void makes_tokens_that_are_never_the_same(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf a = IT_BUF(256);
	IT_AUTO(it_buf_done) struct it_buf b = IT_BUF(256);

	(void)state;
	assert_int_equal(it_token_make(&a, NULL), INTOTO_OK);
	assert_int_equal(it_token_make(&b, NULL), INTOTO_OK);
	assert_int_equal(a.len, strlen("intoto_") + 64);
	assert_string_not_equal(it_buf_text(&a), it_buf_text(&b));
}

static void takes_away_the_one_that_is_named(void **state)
{
	struct it_tokens tokens = { 0 };
	char name[] = "a";

	(void)state;
	for (unsigned char i = 0; i < 3; i++) {
		struct it_token token = { .name = name, .rights = IT_RIGHT_READ };

		name[0] = (char)('a' + i);
		token.digest[0] = i;
		assert_int_equal(it_tokens_add(&tokens, &token, NULL), INTOTO_OK);
	}
	it_tokens_remove(&tokens, it_tokens_named(&tokens, "b"));
	assert_int_equal(tokens.count, 2);
	assert_non_null(it_tokens_named(&tokens, "a"));
	assert_null(it_tokens_named(&tokens, "b"));
	assert_non_null(it_tokens_named(&tokens, "c"));
	it_tokens_done(&tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_token_by_what_it_hashes_to),
		cmocka_unit_test(refuses_a_file_that_it_does_not_understand),
		cmocka_unit_test(makes_tokens_that_are_never_the_same),
		cmocka_unit_test(takes_away_the_one_that_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
