/* SPDX-License-Identifier: Apache-2.0 */
/* The payload that podman, skopeo and cosign before 3 sign. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "model/simple_signing.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define IDENTITY "\"identity\":{\"docker-reference\":\"a.b/c\"}"
#define DIGEST "\"image\":{\"docker-manifest-digest\":\"" A "\"}"
#define TYPE "\"type\":\"cosign container image signature\""
#define CRITICAL "\"critical\":{" IDENTITY "," DIGEST "," TYPE "}"

static void writes_the_bytes_that_cosign_writes(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	struct it_oci_annotation optional[] = { { "a", "1" }, { "b", "2" } };

	(void)state;
	assert_int_equal(it_simple_signing_print(&text, "a.b/c", A, NULL, 0, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text), "{" CRITICAL ",\"optional\":null}");
	it_buf_reset(&text);
	assert_int_equal(it_simple_signing_print(&text, "a.b/c", A, optional, 2, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text),
			    "{" CRITICAL ",\"optional\":{\"a\":\"1\",\"b\":\"2\"}}");
}

static void reads_what_others_write(void **state)
{
	static const char *const cases[] = {
		"{" CRITICAL ",\"optional\":null}",
		"{" CRITICAL "}",
		"{" CRITICAL ",\"optional\":{}}",
		"{\n \"optional\": {\"creator\": \"x\", \"timestamp\": 1.5, \"deep\": {\"a\": "
		"[]}},\n " CRITICAL "\n}",
		"{" CRITICAL ",\"other\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_simple_signing_freep) struct it_simple_signing *payload = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

		if (it_simple_signing_parse(&payload, it_span_text(cases[i]), &err))
			fail_msg("%s: %s", cases[i], intoto_error_text(err));
		assert_string_equal(payload->reference, "a.b/c");
		assert_string_equal(payload->digest, A);
		if (i == 3)
			assert_string_equal(payload->optional[0].name, "creator");
		assert_int_equal(payload->optional_count, i == 3);
	}
}

static void refuses_what_skopeo_refuses(void **state)
{
	static const char *const cases[][2] = {
		{ "{}", "\"critical\"" },
		{ "{\"critical\":{" IDENTITY "," DIGEST "," TYPE ",\"more\":1}}", "critical: unknown member \"more\"" },
		{ "{\"critical\":{" IDENTITY "," DIGEST "}}", "critical: member \"type\" is missing" },
		{ "{\"critical\":{" IDENTITY "," DIGEST
		  ",\"type\":\"atomic container signature\"}}",
		  "critical.type: want" },
		{ "{\"critical\":{\"identity\":{\"docker-reference\":\"\"}," DIGEST "," TYPE "}}",
		  "critical.identity.docker-reference: is empty" },
		{ "{\"critical\":{\"identity\":{}," DIGEST "," TYPE "}}",
		  "critical.identity: member \"docker-reference\"" },
		{ "{\"critical\":{" IDENTITY ",\"image\":{\"Docker-manifest-digest\":\"" A
		  "\"}," TYPE "}}",
		  "critical.image" },
		{ "{\"critical\":{" IDENTITY
		  ",\"image\":{\"docker-manifest-digest\":\"sha256:aa\"}," TYPE "}}",
		  "critical.image.docker-manifest-digest: want" },
		{ "{\"critical\":{" IDENTITY "," IDENTITY "," DIGEST "," TYPE "}}", "identity" },
		{ "{" CRITICAL ",\"optional\":[]}", "optional: want an object" },
		{ "{" CRITICAL "} ,", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_simple_signing_freep) struct it_simple_signing *payload = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc = it_simple_signing_parse(&payload, it_span_text(cases[i][0]), &err);

		if (rc != INTOTO_E_FORMAT || !strstr(intoto_error_text(err), cases[i][1]))
			fail_msg("%s: %d, %s", cases[i][0], rc, intoto_error_text(err));
		assert_null(payload);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_bytes_that_cosign_writes),
		cmocka_unit_test(reads_what_others_write),
		cmocka_unit_test(refuses_what_skopeo_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
