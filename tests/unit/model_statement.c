/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: which are read as links, and what is said about the others. */
#include "json_expect.h"

#include <stdio.h>

#include "base/text.h"
#include "model/envelope.h"
#include "model/statement.h"

#define A64 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define B64 "af86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"
#define SUBJECT "[{\"name\": \"out\", \"digest\": {\"sha256\": \"" A64 "\"}}]"
#define V1 "https://in-toto.io/Statement/v1"
#define LINK3 "https://in-toto.io/attestation/link/v0.3"
#define SLSA1 "https://slsa.dev/provenance/v1"

static struct it_span statement_of(struct it_buf *out, const char *version, const char *subject,
				   const char *type, const char *predicate)
{
	it_buf_reset(out);
	(void)it_buf_printf(out,
			    "{\"_type\": \"%s\", \"subject\": %s, \"predicateType\": \"%s\", "
			    "\"predicate\": %s, \"unknown\": [1.5]}",
			    version, subject, type, predicate); /* the reader would tell */
	return it_buf_span(out);
}

static int convert(struct intoto_link **out, bool *named, struct it_span json,
		   struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, json.data, json.len, NULL),
			 INTOTO_OK);
	return it_statement_to_link(out, named, envelope, err);
}

static struct intoto_link *link_of(bool want_named, const char *version, const char *type,
				   const char *predicate)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	struct intoto_error *err = NULL;
	struct intoto_link *link = NULL;
	bool named = !want_named;
	int rc = convert(&link, &named, statement_of(&text, version, SUBJECT, type, predicate),
			 &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	assert_int_equal(named, want_named);
	assert_int_equal(link->products.count, 1);
	assert_string_equal(link->products.items[0].name, "out");
	assert_string_equal(link->products.items[0].digests, "sha256:" A64);
	return link;
}

static void refuse_all(const char *subject, const char *type, const char *predicate,
		       enum intoto_code code, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	struct intoto_error *err = NULL;
	struct intoto_link *link = NULL;
	bool named = true;
	int rc = convert(&link, &named, statement_of(&text, V1, subject, type, predicate), &err);

	assert_null(link);
	assert_false(named);
	expect_refusal(rc, err, code, sentence);
}

static void refuse_subject(const char *subject, const char *sentence)
{
	refuse_all(subject, LINK3, "{\"name\": \"a\"}", INTOTO_E_FORMAT, sentence);
}

static void refuse_predicate(const char *type, const char *predicate, const char *sentence)
{
	refuse_all(SUBJECT, type, predicate, INTOTO_E_FORMAT, sentence);
}

static void expect_material(const struct intoto_link *link, size_t index, const char *name,
			    const char *digests)
{
	assert_true(index < link->materials.count);
	assert_string_equal(link->materials.items[index].name, name);
	assert_string_equal(link->materials.items[index].digests, digests);
}

static void reads_link_v03(void **state)
{
	IT_AUTO(intoto_link_freep)
	struct intoto_link *link = link_of(
		true, V1, LINK3,
		"{\"name\": \"build\", \"command\": [\"make\", \"all\"], \"materials\": ["
		"{\"name\": \"b.c\", \"digest\": {\"sha256\": \"" A64 "\"}}, "
		"{\"name\": \"a.c\", \"uri\": \"git:x\", \"digest\": {\"sha256\": \"" B64
		"\"}, \"annotations\": {\"x\": 0.5}}], "
		"\"byproducts\": {\"return-value\": 0}, \"environment\": {\"CI\": \"yes\"}, "
		"\"products\": 7}");
	int64_t value = 1;

	(void)state;
	assert_string_equal(link->name, "build");
	assert_int_equal(link->command.count, 2);
	assert_int_equal(link->materials.count, 2);
	expect_material(link, 0, "a.c", "sha256:" B64);
	expect_material(link, 1, "b.c", "sha256:" A64);
	assert_true(it_link_return_value(link, &value));
	assert_int_equal(value, 0);
	assert_non_null(it_json_get(link->environment, "CI"));
}

static void a_link_needs_no_more_than_its_name(void **state)
{
	IT_AUTO(intoto_link_freep)
	struct intoto_link *link = link_of(true, V1, LINK3, "{\"name\": \"a\", \"command\": null}");

	(void)state;
	assert_int_equal(link->command.count, 0);
	assert_int_equal(link->materials.count, 0);
	assert_null(link->byproducts);
	refuse_predicate(LINK3, "{}", "statement.predicate: member \"name\" is missing");
	refuse_predicate(LINK3, "[]", "statement.predicate: want an object, found a list");
	refuse_predicate(LINK3, "{\"name\": 1}",
			 "statement.predicate.name: want a text, found a number");
}

static void reads_the_older_links(void **state)
{
	static const char *const types[] = { "https://in-toto.io/Link/v0.2",
					     "https://in-toto.io/Link/v1" };
	static const char *const commands[] = { "\"make all\"", "[\"make all\"]" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		IT_AUTO(it_buf_done) struct it_buf predicate = IT_BUF(4096);
		IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;

		(void)it_buf_printf(&predicate,
				    "{\"name\": \"build\", \"command\": %s, \"materials\": "
				    "{\"in\": {\"sha256\": \"" B64 "\"}}}",
				    commands[i / 2]); /* the reader would tell */
		link = link_of(true, "https://in-toto.io/Statement/v0.1", types[i % 2],
			       it_buf_text(&predicate));
		assert_string_equal(link->name, "build");
		assert_int_equal(link->command.count, 1);
		assert_string_equal(link->command.items[0], "make all");
		expect_material(link, 0, "in", "sha256:" B64);
	}
	refuse_predicate("https://in-toto.io/Link/v0.2",
			 "{\"name\": \"a\", \"materials\": {\"in\": {\"sha256\": \"00\"}}}",
			 "statement.predicate.materials.in.sha256: want 64 hex digits, found 2 "
			 "bytes");
	refuse_predicate("https://in-toto.io/Link/v1", "{\"name\": \"a\", \"command\": 1}",
			 "statement.predicate.command: want a list, found a number");
}

#define BUILD "\"buildType\": \"t\", \"externalParameters\": {}"
#define RUN "\"runDetails\": {\"builder\": {\"id\": \"b\"}}"

static void reads_slsa_provenance_v1(void **state)
{
	IT_AUTO(intoto_link_freep)
	struct intoto_link *link = link_of(
		false, V1, SLSA1,
		"{\"buildDefinition\": {" BUILD ", \"resolvedDependencies\": ["
		"{\"uri\": \"git+https://x/y\", \"digest\": {\"gitCommit\": \"" SHA1 "\"}}, "
		"{\"uri\": \"pkg:deb/z\", \"name\": \"z\", \"digest\": {\"sha256\": \"" B64
		"\", \"gitoid:sha256\": \"gitoid:blob:sha256:00\", \"x\": \"?\"}}]}, " RUN "}");

	(void)state;
	assert_string_equal(link->name, "");
	assert_int_equal(link->materials.count, 2);
	expect_material(link, 0, "git+https://x/y", "gitCommit:" SHA1);
	expect_material(link, 1, "z", "sha256:" B64);
}

static void refuses_provenance_v1_that_lacks_what_it_must_say(void **state)
{
	(void)state;
	intoto_link_free(link_of(false, V1, SLSA1, "{\"buildDefinition\": {" BUILD "}, " RUN "}"));
	refuse_predicate(SLSA1, "{" RUN "}",
			 "statement.predicate.buildDefinition: want an object, found nothing");
	intoto_link_free(link_of(false, V1, SLSA1,
				 "{\"buildDefinition\": {\"buildType\": \"t\"}, " RUN "}"));
	refuse_predicate(
		SLSA1,
		"{\"buildDefinition\": {\"buildType\": \"t\", \"externalParameters\": 1}, " RUN "}",
		"statement.predicate.buildDefinition.externalParameters: want an object, "
		"found a number");
	refuse_predicate(SLSA1, "{\"buildDefinition\": {\"externalParameters\": {}}, " RUN "}",
			 "statement.predicate.buildDefinition: member \"buildType\" is missing");
	refuse_predicate(SLSA1, "{\"buildDefinition\": {" BUILD "}}",
			 "statement.predicate.runDetails: want an object, found nothing");
	refuse_predicate(SLSA1,
			 "{\"buildDefinition\": {" BUILD "}, \"runDetails\": {\"builder\": {}}}",
			 "statement.predicate.runDetails.builder: member \"id\" is missing");
}

static void reads_the_older_provenances(void **state)
{
	static const char *const types[] = { "https://slsa.dev/provenance/v0.2",
					     "https://slsa.dev/provenance/v0.1",
					     "https://in-toto.io/Provenance/v0.1" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(types); i++) {
		IT_AUTO(intoto_link_freep)
		struct intoto_link *link =
			link_of(false, "https://in-toto.io/Statement/v0.1", types[i],
				"{\"builder\": {\"id\": \"b\"}, \"buildType\": \"t\", "
				"\"metadata\": {\"took\": 1.5}, \"materials\": [{\"uri\": "
				"\"git+x\", \"digest\": {\"sha1\": \"" SHA1 "\"}}]}");

		expect_material(link, 0, "git+x", "sha1:" SHA1);
		refuse_predicate(types[i], "{\"buildType\": \"t\"}",
				 "statement.predicate: member \"builder\" is missing");
	}
	refuse_predicate(types[0], "{\"builder\": {\"id\": \"b\"}}",
			 "statement.predicate: member \"buildType\" is missing");
}

static void refuses_subjects_that_are_no_artifacts(void **state)
{
	(void)state;
	refuse_subject("[]", "statement.subject: no subject");
	refuse_subject("{}", "statement.subject: want a list, found an object");
	refuse_subject("[7]", "statement.subject[0]: want an object, found a number");
	refuse_subject("[{\"name\": \"a\"}]", "statement.subject[0]: member \"digest\" is missing");
	refuse_subject("[{\"name\": \"a\", \"digest\": {}}]",
		       "statement.subject[0].digest: no digest");
	refuse_subject("[{\"name\": \"a\", \"digest\": {\"gitoid:sha1\": \"gitoid:blob\"}}]",
		       "statement.subject[0].digest: no digest of an algorithm that is known");
	refuse_subject("[{\"name\": \"a\", \"digest\": {\"sha256\": \"xyz\"}}]",
		       "statement.subject[0].digest.sha256: want 64 hex digits, found 3 bytes");
	refuse_subject("[{\"name\": \"a\", \"digest\": {\"foo\": 1}}]",
		       "statement.subject[0].digest.foo: want hex digits, found a number");
	refuse_subject("[{\"digest\": {\"sha256\": \"" A64 "\"}}]",
		       "statement.subject[0]: neither \"name\" nor \"uri\": want one, to know the "
		       "artifact by");
	refuse_subject("[{\"name\": \"\", \"uri\": \"\", \"digest\": {\"sha256\": \"" A64 "\"}}]",
		       "statement.subject[0]: neither \"name\" nor \"uri\": want one, to know the "
		       "artifact by");
	refuse_subject("[{\"name\": \"a\\u0000b\", \"digest\": {\"sha256\": \"" A64 "\"}}]",
		       "statement.subject[0].name: a NUL character inside a text");
}

static void refuses_one_name_with_other_digests(void **state)
{
	(void)state;
	refuse_subject("[{\"name\": \"a\", \"digest\": {\"sha256\": \"" A64 "\"}}, "
		       "{\"name\": \"a\", \"digest\": {\"sha256\": \"" B64 "\"}}]",
		       "statement.subject: artifact \"a\": recorded twice with different digests");
	refuse_predicate(LINK3,
			 "{\"name\": \"x\", \"materials\": ["
			 "{\"name\": \"a\", \"digest\": {\"sha256\": \"" A64 "\"}}, "
			 "{\"uri\": \"a\", \"digest\": {\"sha256\": \"" B64 "\"}}]}",
			 "statement.predicate.materials: artifact \"a\": recorded twice with "
			 "different digests");
}

static void refuses_other_predicates_by_name(void **state)
{
	(void)state;
	refuse_all(SUBJECT, "https://spdx.dev/Document/v2.3", "{}", INTOTO_E_UNSUPPORTED,
		   "statement.predicateType: \"https://spdx.dev/Document/v2.3\" does not say what "
		   "went in and what came out: want a link or SLSA provenance");
	/* another major version may mean anything */
	refuse_all(SUBJECT, "https://slsa.dev/provenance/v2", "{}", INTOTO_E_UNSUPPORTED,
		   "statement.predicateType: \"https://slsa.dev/provenance/v2\" does not say what "
		   "went in and what came out: want a link or SLSA provenance");
}

static void refuses_reals_where_a_link_is_told(void **state)
{
	(void)state;
	refuse_predicate(LINK3, "{\"name\": \"a\", \"byproducts\": {\"took\": [{\"s\": 1.5}]}}",
			 "statement.predicate.byproducts: a real number: a link can hold none");
	refuse_predicate(LINK3, "{\"name\": \"a\", \"environment\": 1}",
			 "statement.predicate.environment: want an object, found a number");
}

static void refuse_document(const char *payload_type, const char *json, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct intoto_error *err = NULL;
	struct intoto_link *link = NULL;
	bool named;
	int rc;

	(void)it_buf_add_text(&text, "{\"signatures\": [], \"payload\": \""); /* parsed below */
	it_base64_encode(&text, it_span_text(json));
	(void)it_buf_printf(&text, "\", \"payloadType\": \"%s\"}", payload_type);
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	rc = it_statement_to_link(&link, &named, envelope, &err);
	if (!sentence) {
		assert_int_equal(rc, INTOTO_OK);
		intoto_link_free(link);
		return;
	}
	expect_refusal(rc, err, INTOTO_E_FORMAT, sentence);
}

static void a_statement_comes_under_our_payload_types_only(void **state)
{
	static const char json[] =
		"{\"_type\": \"" V1 "\", \"subject\": " SUBJECT ", \"predicateType\": \"" LINK3
		"\", \"predicate\": {\"name\": \"a\", \"x\": 1e3}}";

	(void)state;
	refuse_document("application/vnd.in-toto+json", json, NULL);
	refuse_document("application/vnd.in-toto.link+json", json, NULL);
	refuse_document("application/vnd.in-toto.+json", json,
			"want a statement, found another document");
	refuse_document("application/vnd.in-totolink+json", json,
			"want a statement, found another document");
	refuse_document("application/json", json, "want a statement, found another document");
	refuse_document("application/vnd.in-toto+json", "{\"_type\": \"link\"}",
			"want a statement, found a link");
	refuse_document("application/vnd.in-toto+json",
			"{\"_type\": \"https://in-toto.io/Statement/v2\"}",
			"want a statement, found another document");
	/* a link is one under one type only */
	refuse_document("application/vnd.in-toto.link+json", "{\"_type\": \"link\"}",
			"want a statement, found another document");
}

static void a_metablock_holds_no_statement(void **state)
{
	static const char text[] = "{\"signatures\": [], \"signed\": {\"_type\": \"" V1 "\"}}";
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	(void)state;
	assert_int_equal(intoto_envelope_parse(&envelope, text, sizeof text - 1, NULL), INTOTO_OK);
	assert_null(intoto_envelope_type(envelope));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_link_v03),
		cmocka_unit_test(a_link_needs_no_more_than_its_name),
		cmocka_unit_test(reads_the_older_links),
		cmocka_unit_test(reads_slsa_provenance_v1),
		cmocka_unit_test(refuses_provenance_v1_that_lacks_what_it_must_say),
		cmocka_unit_test(reads_the_older_provenances),
		cmocka_unit_test(refuses_subjects_that_are_no_artifacts),
		cmocka_unit_test(refuses_one_name_with_other_digests),
		cmocka_unit_test(refuses_other_predicates_by_name),
		cmocka_unit_test(refuses_reals_where_a_link_is_told),
		cmocka_unit_test(a_statement_comes_under_our_payload_types_only),
		cmocka_unit_test(a_metablock_holds_no_statement),
	};

	return cmocka_run_group_tests_name("model_statement", tests, NULL, NULL);
}
