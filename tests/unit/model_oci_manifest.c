/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and indexes: read from the bytes that were hashed, and written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "model/oci_manifest.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CONFIG "\"config\":{\"mediaType\":\"" IT_OCI_CONFIG "\",\"digest\":\"" A "\",\"size\":2}"
#define LAYER                                                                                      \
	"{\"mediaType\":\"application/x\",\"digest\":\"" B                                         \
	"\",\"size\":7,\"annotations\":{\"b\":\"2\",\"a\":\"1\"}}"
#define IMAGE                                                                                      \
	"{\"schemaVersion\":2,\"mediaType\":\"" IT_OCI_MANIFEST "\"," CONFIG ",\"layers\":[" LAYER \
	"],\"subject\":{\"mediaType\":\"" IT_OCI_MANIFEST "\",\"digest\":\"" A                     \
	"\",\"size\":9},\"artifactType\":\"application/t\",\"annotations\":{\"x\":\"y\"}}"

static int take(struct it_oci_manifest **out, const char *text, const char *type,
		const char *digest, struct intoto_error **err)
{
	struct it_buf bytes = IT_BUF(1 << 23);

	assert_int_equal(it_buf_add_text(&bytes, text), 0);
	return it_oci_manifest_take(out, &bytes, type, digest, err);
}

static void reads_all_of_a_manifest(void **state)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	char digest[IT_OCI_DIGEST_SIZE];

	(void)state;
	it_oci_digest(digest, it_span_text(IMAGE));
	assert_int_equal(take(&manifest, IMAGE, IT_OCI_MANIFEST, digest, NULL), INTOTO_OK);
	assert_string_equal(manifest->digest, digest);
	assert_string_equal(it_buf_text(&manifest->bytes), IMAGE);
	assert_false(manifest->is_index);
	assert_string_equal(manifest->config.digest, A);
	assert_int_equal(manifest->layer_count, 1);
	assert_int_equal(manifest->layers[0].size, 7);
	assert_string_equal(manifest->layers[0].annotations[0].name, "a");
	assert_string_equal(it_oci_annotation(manifest->layers[0].annotations,
					      manifest->layers[0].annotation_count, "b"),
			    "2");
	assert_true(manifest->has_subject);
	assert_string_equal(manifest->artifact_type, "application/t");
	assert_string_equal(
		it_oci_annotation(manifest->annotations, manifest->annotation_count, "x"), "y");
	assert_null(it_oci_annotation(manifest->annotations, manifest->annotation_count, "z"));
}

static void reads_indexes_of_both_kinds(void **state)
{
	static const char *const types[] = { IT_OCI_INDEX, IT_DOCKER_LIST };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *index = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

		assert_int_equal(it_buf_printf(&text,
					       "{\"schemaVersion\":2,\"mediaType\":\"%s\","
					       "\"manifests\":[{\"mediaType\":"
					       "\"" IT_OCI_MANIFEST "\",\"digest\":\"" A
					       "\",\"size\":5,\"platform\":{\"os\":\"linux\","
					       "\"architecture\":\"arm\","
					       "\"variant\":\"v7\"}}]}",
					       types[i]),
				 0);
		assert_int_equal(take(&index, it_buf_text(&text), "", NULL, NULL), INTOTO_OK);
		assert_true(index->is_index);
		assert_string_equal(index->layers[0].variant, "v7");
	}
}

/* An OCI document may leave its media type out. */
static void takes_the_callers_word_for_the_type(void **state)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	char type[] = IT_DOCKER_MANIFEST;

	(void)state;
	assert_int_equal(
		take(&manifest, "{\"schemaVersion\":2," CONFIG ",\"layers\":[]}", type, NULL, NULL),
		INTOTO_OK);
	memset(type, 'x', sizeof type - 1);
	assert_string_equal(manifest->media_type, IT_DOCKER_MANIFEST);
}

static void refuses_other_bytes_than_were_asked_for(void **state)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(take(&manifest, IMAGE, IT_OCI_MANIFEST, A, &err), INTOTO_E_POLICY);
	assert_null(manifest);
	assert_non_null(strstr(intoto_error_text(err), "want " A ", found sha256:"));
}

static void hashes_by_sha512_when_asked(void **state)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	char want[IT_OCI_DIGEST_SIZE] = "sha512:";

	(void)state;
	memset(want + 7, '0', 128);
	assert_int_equal(take(&manifest, IMAGE, IT_OCI_MANIFEST, want, &err), INTOTO_E_POLICY);
	assert_non_null(strstr(intoto_error_text(err), "found sha512:"));
	memcpy(want, strstr(intoto_error_text(err), "found ") + 6, sizeof want - 1);
	assert_int_equal(take(&manifest, IMAGE, IT_OCI_MANIFEST, want, NULL), INTOTO_OK);
	assert_string_equal(manifest->digest, want);
}

static void refuses_what_is_no_manifest(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *sentence;
	} cases[] = {
		{ "[]", INTOTO_E_FORMAT, "want a manifest, found a list" },
		{ "{}", INTOTO_E_FORMAT, "schemaVersion: want 2" },
		{ "{\"schemaVersion\":1}", INTOTO_E_UNSUPPORTED, "schema 1" },
		{ "{\"schemaVersion\":3," CONFIG ",\"layers\":[]}", INTOTO_E_FORMAT,
		  "want 2, found 3" },
		{ "{\"schemaVersion\":2,\"mediaType\":\"text/plain\"}", INTOTO_E_FORMAT,
		  "another media type" },
		{ "{\"schemaVersion\":2,\"layers\":[]}", INTOTO_E_FORMAT,
		  "config: want a descriptor" },
		{ "{\"schemaVersion\":2," CONFIG "}", INTOTO_E_FORMAT, "layers: want a list" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"manifests\":[]}",
		  INTOTO_E_FORMAT, "two things" },
		{ "{\"schemaVersion\":2," CONFIG
		  ",\"layers\":[{\"mediaType\":\"x\",\"digest\":\"sha256:aa\",\"size\":1}]}",
		  INTOTO_E_FORMAT, "layers[0].digest: want" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"x\",\"digest\":\"" A
		  "\",\"size\":-1}]}",
		  INTOTO_E_FORMAT, "layers[0].size: want a size" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"mediaType\":\"x\",\"digest\":\"" A
		  "\"}]}",
		  INTOTO_E_FORMAT, "layers[0].size: want a whole number" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" A "\",\"size\":1}]}",
		  INTOTO_E_FORMAT, "layers[0].mediaType: want" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"subject\":{}}", INTOTO_E_FORMAT,
		  "subject.mediaType" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"annotations\":{\"a\":1}}",
		  INTOTO_E_FORMAT, "annotations.a: want a text" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"layers\":[]}", INTOTO_E_FORMAT,
		  "layers" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[]}x", INTOTO_E_FORMAT, "" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"a\":1.5}", INTOTO_E_FORMAT, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc = take(&manifest, cases[i].text, IT_OCI_MANIFEST, NULL, &err);

		if (rc != cases[i].code || !strstr(intoto_error_text(err), cases[i].sentence))
			fail_msg("%s: %d, %s", cases[i].text, rc, intoto_error_text(err));
		assert_null(manifest);
	}
}

static void refuses_more_layers_than_the_limit(void **state)
{
	(void)state;
	for (int extra = 0; extra <= 1; extra++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 23);
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc;

		assert_int_equal(
			it_buf_add_text(&text, "{\"schemaVersion\":2," CONFIG ",\"layers\":["), 0);
		for (int i = 0; i < IT_OCI_LAYERS_MAX + extra; i++)
			assert_int_equal(it_buf_printf(&text, "%s" LAYER, i ? "," : ""), 0);
		assert_int_equal(it_buf_add_text(&text, "]}"), 0);
		rc = take(&manifest, it_buf_text(&text), IT_OCI_MANIFEST, NULL, &err);
		assert_int_equal(rc, extra ? INTOTO_E_LIMIT : INTOTO_OK);
		if (extra)
			assert_non_null(strstr(intoto_error_text(err), "has 1001 elements"));
	}
}

static void writes_what_it_reads(void **state)
{
	struct it_oci_annotation annotations[] = { { "a", "1" }, { "b", "<&>" } };
	struct it_oci_descriptor config = { .media_type = IT_OCI_EMPTY,
					    .digest = IT_OCI_EMPTY_DIGEST,
					    .size = 2,
					    .artifact_type = "application/t" };
	struct it_oci_descriptor layer = { .media_type = "application/t",
					   .digest = B,
					   .size = 7,
					   .annotations = annotations,
					   .annotation_count = 2 };
	struct it_oci_descriptor subject = { .media_type = IT_OCI_MANIFEST,
					     .digest = A,
					     .size = 9 };
	struct it_oci_draft draft = { .media_type = IT_OCI_MANIFEST,
				      .artifact_type = "application/t",
				      .config = &config,
				      .layers = &layer,
				      .layer_count = 1,
				      .subject = &subject,
				      .annotations = annotations,
				      .annotation_count = 2 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 16);
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	struct it_buf copy = IT_BUF(1 << 16);

	(void)state;
	assert_int_equal(it_oci_draft_print(&text, &draft, NULL), INTOTO_OK);
	assert_int_equal(it_buf_add_span(&copy, it_buf_span(&text)), 0);
	assert_int_equal(it_oci_manifest_take(&manifest, &copy, "", NULL, NULL), INTOTO_OK);
	assert_string_equal(manifest->config.artifact_type, "application/t");
	assert_string_equal(manifest->layers[0].annotations[1].value, "<&>");
	assert_string_equal(manifest->subject.digest, A);
	assert_int_equal(manifest->annotation_count, 2);
}

static void knows_the_empty_descriptor(void **state)
{
	char digest[IT_OCI_DIGEST_SIZE];

	(void)state;
	it_oci_digest(digest, it_span_text("{}"));
	assert_string_equal(digest, IT_OCI_EMPTY_DIGEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_of_a_manifest),
		cmocka_unit_test(reads_indexes_of_both_kinds),
		cmocka_unit_test(takes_the_callers_word_for_the_type),
		cmocka_unit_test(refuses_other_bytes_than_were_asked_for),
		cmocka_unit_test(hashes_by_sha512_when_asked),
		cmocka_unit_test(refuses_what_is_no_manifest),
		cmocka_unit_test(refuses_more_layers_than_the_limit),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(knows_the_empty_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
