/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of documents share: a refusal is a class and a sentence. */
#ifndef JSON_EXPECT_H
#define JSON_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

/* Takes the error. */
static inline void expect_refusal(int rc, struct intoto_error *err, enum intoto_code code,
				  const char *text)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *owned = err;

	assert_string_equal(intoto_error_text(owned), text);
	assert_int_equal(rc, code);
	assert_int_equal(intoto_error_code(owned), code);
}

static inline struct it_json *parse_or_fail(const char *text)
{
	struct intoto_error *err = NULL;
	struct it_json *root = NULL;
	int rc = it_json_parse(&root, it_span_text(text), &it_json_signed_limits, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	assert_non_null(root);
	return root;
}

#endif
