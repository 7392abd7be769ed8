/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for, and the header that says who asks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "serve/credential.h"
#include "serve/target.h"

static void reads_a_path_and_its_parameters(void **state)
{
	struct it_target target;

	(void)state;
	assert_int_equal(it_target_parse(&target,
					 it_span_text("/v1/a%20b/%c3%a4?x=1+2%2B&&y=&z&%26=%3d"),
					 NULL),
			 INTOTO_OK);
	assert_string_equal(target.path, "/v1/a b/\xc3\xa4");
	assert_string_equal(target.query, "x=1+2%2B&&y=&z&%26=%3d");
	assert_string_equal(it_target_get(&target, "x"), "1 2+");
	assert_string_equal(it_target_get(&target, "y"), "");
	assert_string_equal(it_target_get(&target, "z"), "");
	assert_string_equal(it_target_get(&target, "&"), "=");
	assert_null(it_target_get(&target, "w"));
	it_target_done(&target);
}

static void keeps_a_plus_and_the_last_slash_in_a_path(void **state)
{
	struct it_target target;

	(void)state;
	assert_int_equal(it_target_parse(&target, it_span_text("/a+b/"), NULL), INTOTO_OK);
	assert_string_equal(target.path, "/a+b/");
	it_target_done(&target);
	assert_int_equal(it_target_parse(&target, it_span_text("/"), NULL), INTOTO_OK);
	assert_string_equal(target.path, "/");
	it_target_done(&target);
}

static void refuses_what_two_readers_may_read_differently(void **state)
{
	static const struct row {
		const char *text;
		const char *sentence;
	} rows[] = {
		{ "", "begins with \"/\"" },
		{ "http://host/", "begins with \"/\"" },
		{ "*", "begins with \"/\"" },
		{ "/../x", "no empty part" },
		{ "/a/%2e%2E", "no empty part" },
		{ "/a/./b", "no empty part" },
		{ "//a", "no empty part" },
		{ "/a//b", "no empty part" },
		{ "/a%2fb", "no %2F in a path" },
		{ "/a%00b", "control characters, found the byte 0" },
		{ "/a%0d%0aSet-Cookie", "control characters, found the byte 13" },
		{ "/a%7f", "control characters, found the byte 127" },
		{ "/%", "two hex digits" },
		{ "/%4", "two hex digits" },
		{ "/%4g", "two hex digits" },
		{ "/%ff", "UTF-8" },
		{ "/%c0%ae", "UTF-8" },
		{ "/?x=%ff", "UTF-8" },
		{ "/?x=%zz", "two hex digits" },
		{ "/?x=%00", "control characters" },
		{ "/?x=1&x=2", "each parameter once" },
		{ "/?x=1&%78=2", "each parameter once" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct it_target target;
		struct intoto_error *err = NULL;

		assert_int_equal(it_target_parse(&target, it_span_text(rows[i].text), &err),
				 INTOTO_E_FORMAT);
		assert_non_null(strstr(intoto_error_text(err), rows[i].sentence));
		intoto_error_free(err);
		it_target_done(&target);
	}
}

static void refuses_what_is_too_long_or_too_much(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);
	struct it_target target;

	(void)state;
	(void)it_buf_add_text(&text, "/?");
	for (int i = 0; i <= IT_TARGET_PARAMETERS_MAX; i++)
		(void)it_buf_printf(&text, "a%d&", i);
	assert_int_equal(it_target_parse(&target, it_buf_span(&text), NULL), INTOTO_E_LIMIT);
	it_target_done(&target);
	it_buf_reset(&text);
	while (text.len <= IT_TARGET_MAX)
		(void)it_buf_add_text(&text, "/a");
	assert_int_equal(it_target_parse(&target, it_buf_span(&text), NULL), INTOTO_E_LIMIT);
	it_target_done(&target);
}

static void refuses_a_parameter_that_nobody_knows(void **state)
{
	static const char *const names[] = { "digest", NULL };
	struct it_target target;
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_target_parse(&target, it_span_text("/?digest=1&digset=2"), NULL),
			 INTOTO_OK);
	assert_int_equal(it_target_only(&target, names, &err), INTOTO_E_USAGE);
	assert_non_null(strstr(intoto_error_text(err), "no parameter 'digset'"));
	intoto_error_free(err);
	it_target_done(&target);
}

static void reads_a_token_of_both_kinds(void **state)
{
	static const struct row {
		const char *header;
		enum it_credential_kind kind;
	} rows[] = {
		{ "Bearer intoto_00ff", IT_CREDENTIAL_BEARER },
		{ "bearer  intoto_00ff", IT_CREDENTIAL_BEARER },
		{ "Basic YW55Ym9keTppbnRvdG9fMDBmZg==", IT_CREDENTIAL_BASIC },
		{ "BASIC OmludG90b18wMGZm", IT_CREDENTIAL_BASIC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(IT_CREDENTIAL_MAX);
		enum it_credential_kind kind;

		assert_int_equal(
			it_credential_read(&token, &kind, it_span_text(rows[i].header), NULL),
			INTOTO_OK);
		assert_string_equal(it_buf_text(&token), "intoto_00ff");
		assert_int_equal(kind, rows[i].kind);
	}
}

static void refuses_other_credentials_and_does_not_show_them(void **state)
{
	static const char *const rows[] = {
		"",
		"Bearer",
		"Bearer ",
		"Bearer se cret",
		"Bearersecret",
		"Digest secret",
		"Basic",
		"Basic secret!",
		"Basic c2VjcmV0",
		"Basic c2VjcmV0Og==",
		"Bearer se\"cret",
		"Basic YTpzZSBjcmV0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(IT_CREDENTIAL_MAX);
		struct intoto_error *err = NULL;
		enum it_credential_kind kind;

		assert_int_equal(it_credential_read(&token, &kind, it_span_text(rows[i]), &err),
				 INTOTO_E_FORMAT);
		assert_null(strstr(intoto_error_text(err), "cret"));
		intoto_error_free(err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_path_and_its_parameters),
		cmocka_unit_test(keeps_a_plus_and_the_last_slash_in_a_path),
		cmocka_unit_test(refuses_what_two_readers_may_read_differently),
		cmocka_unit_test(refuses_what_is_too_long_or_too_much),
		cmocka_unit_test(refuses_a_parameter_that_nobody_knows),
		cmocka_unit_test(reads_a_token_of_both_kinds),
		cmocka_unit_test(refuses_other_credentials_and_does_not_show_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
