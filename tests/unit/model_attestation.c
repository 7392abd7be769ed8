/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as evidence, and which kinds of predicates go by which type URIs. */
#include "json_expect.h"

#include <stdio.h>

#include "base/text.h"
#include "model/attestation.h"

#define A64 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SUBJECT "[{\"name\": \"out\", \"digest\": {\"sha256\": \"" A64 "\"}}]"
#define V1 "https://in-toto.io/Statement/v1"
#define BOM "https://cyclonedx.org/bom"

static int take(struct it_attestation **out, const char *json, struct intoto_error **err)
{
	struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_new(&envelope, INTOTO_DSSE, json, strlen(json), err);

	*out = NULL;
	return rc ? rc : it_attestation_take(out, envelope, err);
}

static int take_of(struct it_attestation **out, const char *version, const char *subject,
		   const char *type, const char *predicate, const char *more,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);

	(void)it_buf_printf(&text,
			    "{\"_type\": \"%s\", \"subject\": %s, \"predicateType\": \"%s\", "
			    "\"predicate\": %s%s}",
			    version, subject, type, predicate, more); /* the reader would tell */
	return take(out, it_buf_text(&text), err);
}

/* What the host says of the making, on the first subject. */
#define ANNOTATED(making)                                                                          \
	"[{\"name\": \"out\", \"annotations\": {\"intoto\": " making                               \
	"}, \"digest\": {\"sha256\": \"" A64 "\"}}]"

static struct it_attestation *about(const char *subject, const char *predicate)
{
	struct it_attestation *out = NULL;
	struct intoto_error *err = NULL;
	int rc = take_of(&out, V1, subject, BOM, predicate, "", &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return out;
}

static struct it_attestation *good(const char *type, const char *predicate, const char *more)
{
	struct it_attestation *out = NULL;
	struct intoto_error *err = NULL;
	int rc = take_of(&out, V1, SUBJECT, type, predicate, more, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return out;
}

static void refuse(const char *subject, const char *predicate, const char *more,
		   const char *sentence)
{
	struct it_attestation *out = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = take_of(&out, V1, subject, BOM, predicate, more, &err);

	assert_string_equal(intoto_error_text(err), sentence);
	assert_int_equal(rc, INTOTO_E_FORMAT);
	assert_null(out);
}

static void reads_a_statement_with_real_numbers(void **state)
{
	IT_AUTO(it_attestation_freep)
	struct it_attestation *made = good(BOM, "{\"score\": 9.8}", ", \"unknown\": [1e3]");

	(void)state; /* not used */
	assert_int_equal(made->subject_count, 1);
	assert_string_equal(made->subjects[0].digests, "sha256:" A64);
	assert_true(it_span_is(made->subjects[0].name, "out"));
	assert_string_equal(made->type, BOM);
	assert_string_equal(made->family->name, "sbom-cyclonedx");
	assert_true(it_json_has_real(made->predicate));
	assert_false(made->making.there);
	assert_string_equal(made->making.attestor, "");
}

static void reads_the_older_version_of_statements(void **state)
{
	IT_AUTO(it_attestation_freep) struct it_attestation *made = NULL;

	(void)state; /* not used */
	assert_int_equal(take_of(&made, "https://in-toto.io/Statement/v0.1", SUBJECT,
				 "https://example.org/x", "{}", "", NULL),
			 INTOTO_OK);
	assert_null(made->family);
}

static void reads_what_the_host_says_of_the_making(void **state)
{
	IT_AUTO(it_attestation_freep)
	struct it_attestation *made = about(
		ANNOTATED("{\"attestor\": {\"name\": \"sbom\", \"version\": \"0.1.0\", "
			  "\"sha256\": \"" A64
			  "\", \"level\": [\"seccomp\"], \"more\": 1}, \"step\": "
			  "\"build\", \"outcome\": \"ok\", \"started\": \"2026-01-03T00:00:00Z\", "
			  "\"finished\": \"2026-01-03T00:00:09Z\", \"inputs\": []}"),
		"{\"metadata\": {\"timestamp\": \"2026-01-02T00:00:00.5+01:00\"}}");

	(void)state; /* not used */
	assert_true(made->making.there);
	assert_string_equal(made->making.attestor, "sbom");
	assert_string_equal(made->making.version, "0.1.0");
	assert_string_equal(made->making.sha256, A64);
	assert_string_equal(made->making.step, "build");
	assert_string_equal(made->making.outcome, "ok");
	assert_int_equal(it_json_count(made->making.level), 1);
	assert_int_equal(made->making.finished, 1767398409);
	/* The older of the two. */
	assert_int_equal(it_attestation_time(made), 1767308400);
}

static void passes_over_a_making_elsewhere(void **state)
{
	static const char second[] = "[{\"name\": \"out\", \"digest\": {\"sha256\": \"" A64
				     "\"}}, {\"name\": \"b\", \"digest\": {\"sha256\": \"" A64
				     "\"}, \"annotations\": {\"intoto\": {\"step\": \"x\"}}}]";
	IT_AUTO(it_attestation_freep)
	struct it_attestation *member = good(BOM, "{}", ", \"intoto\": {\"step\": \"x\"}");
	IT_AUTO(it_attestation_freep) struct it_attestation *other = about(second, "{}");

	(void)state; /* not used */
	assert_false(member->making.there);
	assert_false(other->making.there);
}

static void refuses_what_is_not_what_it_is_called(void **state)
{
	(void)state; /* not used */
	refuse("[]", "{}", "", "statement.subject: no subject");
	refuse("{}", "{}", "", "statement.subject: want a list, found an object");
	refuse("[{\"name\": \"out\"}]", "{}", "",
	       "statement.subject[0].digest: want an object, found nothing");
	refuse("[{\"name\": \"out\", \"digest\": {}}]", "{}", "",
	       "statement.subject[0].digest: no digest");
	refuse(SUBJECT, "[]", "", "statement.predicate: want an object, found a list");
	refuse(ANNOTATED("[]"), "{}", "",
	       "statement.subject[0].annotations.intoto: want an object, found a list");
	refuse(ANNOTATED("{\"outcome\": true}"), "{}", "",
	       "statement.subject[0].annotations.intoto.outcome: want a text, found a boolean");
	refuse(ANNOTATED("{\"finished\": \"yesterday\"}"), "{}", "",
	       "statement.subject[0].annotations.intoto.finished: want a date as "
	       "2026-01-31T23:59:59Z");
	refuse(ANNOTATED("{\"attestor\": {\"version\": \"1\"}}"), "{}", "",
	       "statement.subject[0].annotations.intoto.attestor: member \"name\" is missing");
}

static void refuses_other_documents_and_doubled_members(void **state)
{
	struct it_attestation *out = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	(void)state; /* not used */
	assert_int_equal(take(&out, "{\"_type\": \"link\"}", &err), INTOTO_E_FORMAT);
	assert_string_equal(intoto_error_text(err), "want an in-toto statement, found a link");
	assert_null(out);
	assert_int_equal(take_of(&out, V1, SUBJECT, BOM, "{\"a\": 1.5, \"a\": 2}", "", NULL),
			 INTOTO_E_FORMAT);
	assert_null(out);
}

static void knows_the_variants_of_type_uris_as_one_family(void **state)
{
	(void)state; /* not used */
	assert_true(it_predicate_is("https://spdx.dev/Document/v2.3", "sbom"));
	assert_true(it_predicate_is("https://spdx.dev/Document", "sbom-spdx"));
	assert_true(it_predicate_is("https://spdx.dev/Document/v2.3", "https://spdx.dev/Document"));
	assert_true(it_predicate_is("https://spdx.dev/Document/v3", "spdxjson"));
	assert_true(it_predicate_is("https://cyclonedx.org/bom/v1.4", "cyclonedx"));
	assert_true(it_predicate_is("https://slsa.dev/provenance/v1.0",
				    "https://slsa.dev/provenance/v1"));
	assert_true(it_predicate_is("https://slsa.dev/provenance/v0.2", "slsaprovenance"));
	assert_true(it_predicate_is("https://openvex.dev/ns/v0.2.0", "vex"));
	assert_true(it_predicate_is("https://in-toto.io/attestation/vulns/v0.1", "vuln"));
	assert_true(it_predicate_is("https://cosign.sigstore.dev/attestation/vuln/v1", "vulns"));
	assert_true(it_predicate_is("https://in-toto.io/intoto/git/v1", "git"));
	assert_true(it_predicate_is("https://example.org/a/v1", "https://example.org/a/v1"));
}

static void takes_no_other_kind_for_one(void **state)
{
	(void)state; /* not used */
	assert_false(
		it_predicate_is("https://spdx.dev/Document", "https://spdx.dev/Document/v2.3"));
	assert_false(it_predicate_is("https://spdx.dev/DocumentX", "sbom"));
	assert_false(it_predicate_is("https://slsa.dev/provenance/v0.2",
				     "https://slsa.dev/provenance/v1"));
	assert_false(it_predicate_is("https://slsa.dev/provenance/v1", "slsaprovenance02"));
	assert_false(it_predicate_is("https://example.org/a/v1", "https://example.org/a"));
	assert_false(it_predicate_is("https://cyclonedx.org/bom", "vex"));
	assert_false(it_predicate_word_is_known("sboms"));
	assert_false(it_predicate_word_is_known(""));
	assert_true(it_predicate_word_is_known("sbom"));
	assert_true(it_predicate_word_is_known("vuln"));
	assert_true(it_predicate_word_is_known("urn:x"));
}

static void lists_each_uri_in_one_family_and_writes_one_of_its_own(void **state)
{
	(void)state; /* not used */
	for (size_t i = 0; i < it_predicate_family_count; i++) {
		const struct it_predicate_family *family = &it_predicate_families[i];

		assert_ptr_equal(it_predicate_family_of(family->write), family);
		for (size_t j = 0; family->exact[j]; j++)
			assert_ptr_equal(it_predicate_family_of(family->exact[j]), family);
		if (i)
			assert_true(it_span_cmp(it_span_text(family[-1].name),
						it_span_text(family->name)) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_statement_with_real_numbers),
		cmocka_unit_test(reads_the_older_version_of_statements),
		cmocka_unit_test(reads_what_the_host_says_of_the_making),
		cmocka_unit_test(passes_over_a_making_elsewhere),
		cmocka_unit_test(refuses_what_is_not_what_it_is_called),
		cmocka_unit_test(refuses_other_documents_and_doubled_members),
		cmocka_unit_test(knows_the_variants_of_type_uris_as_one_family),
		cmocka_unit_test(takes_no_other_kind_for_one),
		cmocka_unit_test(lists_each_uri_in_one_family_and_writes_one_of_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
