/* SPDX-License-Identifier: Apache-2.0 */
/* What clients of Archivista ask: GraphQL read, conditions, fields and pages. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "serve/archivista.h"
#include "serve/graphql.h"

/* Documents of a source: two collections and an envelope that holds no statement. */
static const char *const payloads[] = {
	"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":"
	"\"https://witness.testifysec.com/attestation-collection/v0.1\",\"subject\":["
	"{\"name\":\"file:app\",\"digest\":{\"sha256\":\"aa11\",\"sha1\":\"a1\"}},"
	"{\"name\":\"file:lib\",\"digest\":{\"sha256\":\"bb22\"}}],"
	"\"predicate\":{\"name\":\"build\",\"attestations\":[{\"type\":\"material\"},"
	"{\"type\":\"product\"}]}}",
	"{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":"
	"\"https://witness.testifysec.com/attestation-collection/v0.1\",\"subject\":["
	"{\"name\":\"file:app\",\"digest\":{\"sha256\":\"aa11\"}}],"
	"\"predicate\":{\"name\":\"test\",\"attestations\":[{\"type\":\"command-run\"}]}}",
	"{\"steps\":{}}",
};

struct heard {
	size_t gitoids, digests;
};

static int each(void *arg, const struct it_archivista_hint *hint,
		int (*document)(void *document_arg, uint64_t number, struct it_span bytes,
				struct intoto_error **err),
		void *document_arg, struct intoto_error **err)
{
	struct heard *heard = arg;

	heard->gitoids = hint->gitoids.count;
	heard->digests = hint->digests.count;
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);
		int rc;

		(void)it_buf_add_text(&text, "{\"payload\":\"");
		it_base64_encode(&text, it_span_text(payloads[i]));
		(void)it_buf_printf(&text,
				    "\",\"payloadType\":\"application/vnd.in-toto+json\","
				    "\"signatures\":[{\"keyid\":\"key%zu\",\"sig\":\"AA==\"}]}",
				    i);
		rc = document(document_arg, i, it_buf_span(&text), err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* The answer to a query with variables; NULL: none. */
static char *ask(const char *query, const char *variables, struct heard *heard,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf request = IT_BUF(64 * 1024);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(64 * 1024);
	const struct it_archivista_source source = { each, heard };

	(void)it_buf_add_text(&request, "{\"query\":\"");
	for (const char *at = query; *at; at++) {
		if (*at == '"' || *at == '\\')
			(void)it_buf_add_byte(&request, '\\');
		if (*at == '\n')
			(void)it_buf_add_text(&request, "\\n");
		else
			(void)it_buf_add_byte(&request, *at);
	}
	(void)it_buf_printf(&request, "\",\"variables\":%s}", variables);
	if (it_archivista_query(&out, it_buf_span(&request), &source, err))
		return NULL;
	return it_buf_take(&out);
}

static void answers(const char *query, const char *variables, const char *want)
{
	struct heard heard = { 0 };
	struct intoto_error *err = NULL;
	char *got = ask(query, variables, &heard, &err);

	if (!got)
		print_error("%s: %s\n", query, intoto_error_text(err));
	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
}

static void refuses(const char *query, const char *variables, const char *sentence)
{
	struct heard heard = { 0 };
	struct intoto_error *err = NULL;

	assert_null(ask(query, variables, &heard, &err));
	if (!strstr(intoto_error_text(err), sentence))
		print_error("%s: %s\n", query, intoto_error_text(err));
	assert_non_null(strstr(intoto_error_text(err), sentence));
	intoto_error_free(err);
}

#define NAMES "{edges{node{statement{attestationCollections{name}}}}}}"
#define ROW(name) "{\"node\":{\"statement\":{\"attestationCollections\":{\"name\":\"" name "\"}}}}"
#define ROWS(text) "{\"data\":{\"dsses\":{\"edges\":[" text "]}}}"

static void finds_by_what_witness_asks(void **state)
{
	static const char query[] =
		"query ($subjectDigests: [String!], $attestations: [String!], $collectionName: "
		"String!, $excludeGitoids: [String!]) {\n dsses(where: {gitoidSha256NotIn: "
		"$excludeGitoids, hasStatementWith: {hasAttestationCollectionsWith: {name: "
		"$collectionName, hasAttestationsWith: {typeIn: $attestations}}, hasSubjectsWith: "
		"{hasSubjectDigestsWith: {valueIn: $subjectDigests}}}}) " NAMES;

	(void)state;
	answers(query,
		"{\"subjectDigests\":[\"x\",\"aa11\"],\"attestations\":[\"product\"],"
		"\"collectionName\":\"build\",\"excludeGitoids\":null}",
		ROWS(ROW("build")));
	answers(query,
		"{\"subjectDigests\":[\"aa11\"],\"attestations\":[\"product\"],"
		"\"collectionName\":\"test\",\"excludeGitoids\":[]}",
		ROWS(""));
	answers(query,
		"{\"subjectDigests\":[\"cc\"],\"attestations\":[\"product\"],"
		"\"collectionName\":\"build\",\"excludeGitoids\":[]}",
		ROWS(""));
	refuses(query, "{\"subjectDigests\":[\"aa11\"]}", "'collectionName' wants a value");
	refuses(query, "{\"collectionName\":1}", "want String, found");
	refuses(query, "{\"collectionName\":\"x\",\"attestations\":[1]}", "want a list of String");
}

static void finds_by_what_archivistactl_asks(void **state)
{
	(void)state;
	answers("query($algo: String!, $digest: String!) { dsses(where: {hasStatementWith: "
		"{hasSubjectsWith: {hasSubjectDigestsWith: {value: $digest, algorithm: $algo}}}}) "
		"{ edges { node { statement { attestationCollections { name attestations { type } "
		"} "
		"} } } } }",
		"{\"algo\":\"sha256\",\"digest\":\"bb22\"}",
		ROWS("{\"node\":{\"statement\":{\"attestationCollections\":{\"attestations\":[{"
		     "\"type\":\"material\"},{\"type\":\"product\"}],\"name\":\"build\"}}}}"));
	answers("query($gitoid: String!) { subjects(where: {hasStatementWith:{hasDsseWith:"
		"{gitoidSha256NEQ: $gitoid, hasSignaturesWith: {keyID: \"key0\"}}}}) { edges { "
		"node "
		"{ name subjectDigests { algorithm value } } } } }",
		"{\"gitoid\":\"00\"}",
		"{\"data\":{\"subjects\":{\"edges\":[{\"node\":{\"name\":\"file:app\","
		"\"subjectDigests\":[{\"algorithm\":\"sha1\",\"value\":\"a1\"},{\"algorithm\":"
		"\"sha256\",\"value\":\"aa11\"}]}},{\"node\":{\"name\":\"file:lib\","
		"\"subjectDigests\":[{\"algorithm\":\"sha256\",\"value\":\"bb22\"}]}}]}}}");
}

/* One digest of a subject must fulfil both: sha1 is a1, and sha256 aa11, but none is sha1:aa11. */
static void asks_one_thing_to_fulfil_all(void **state)
{
	(void)state;
	answers("{dsses(where:{hasStatementWith:{hasSubjectsWith:{hasSubjectDigestsWith:{algorithm:"
		"\"sha1\",value:\"aa11\"}}}})" NAMES,
		"{}", ROWS(""));
	answers("{dsses(where:{hasStatementWith:{hasSubjectsWith:[{hasSubjectDigestsWith:{"
		"algorithm:"
		"\"sha1\"}},{name:\"file:app\"}]}})" NAMES,
		"{}", ROWS(ROW("build")));
}

static void knows_every_operator(void **state)
{
	static const struct row {
		const char *where;
		const char *rows;
	} rows[] = {
		{ "name:\"build\"", ROW("build") },
		{ "nameNEQ:\"build\"", ROW("test") },
		{ "nameIn:[\"test\",\"x\"]", ROW("test") },
		{ "nameNotIn:[\"test\",\"x\"]", ROW("build") },
		{ "nameIn:[]", ROW("build") "," ROW("test") },
		{ "name:null", ROW("build") "," ROW("test") },
		{ "nameGT:\"build\"", ROW("test") },
		{ "nameGTE:\"build\"", ROW("build") "," ROW("test") },
		{ "nameLT:\"test\"", ROW("build") },
		{ "nameLTE:\"b\"", "" },
		{ "nameContains:\"uil\"", ROW("build") },
		{ "nameHasPrefix:\"te\"", ROW("test") },
		{ "nameHasSuffix:\"ld\"", ROW("build") },
		{ "nameEqualFold:\"BUILD\"", ROW("build") },
		{ "nameContainsFold:\"ES\"", ROW("test") },
		{ "not:{name:\"test\"}", ROW("build") },
		{ "or:[{name:\"test\"},{name:\"build\"}]", ROW("build") "," ROW("test") },
		{ "and:[{name:\"test\"},{name:\"build\"}]", "" },
		{ "hasAttestations:true", ROW("build") "," ROW("test") },
		{ "hasAttestations:false", "" },
		{ "hasStatementWith:{hasAttestationCollectionsWith:{name:\"test\"}}", ROW("test") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		IT_AUTO(it_buf_done) struct it_buf query = IT_BUF(4096);
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);

		(void)it_buf_printf(&query,
				    "{dsses(where:{hasStatementWith:{hasAttestationCollectionsWith:"
				    "{%s}}})" NAMES,
				    rows[i].where);
		(void)it_buf_printf(&want, ROWS("%s"), rows[i].rows);
		answers(it_buf_text(&query), "{}", it_buf_text(&want));
	}
}

static void gives_fields_by_aliases_fragments_and_directives(void **state)
{
	(void)state;
	answers("query q($no: Boolean = false) { all: dsses(first: 1) { n: totalCount edges { node "
		"{ "
		"...f ... on Dsse @include(if: $no) { id } ... @skip(if: true) { payloadType } k: "
		"__typename statement { subjects(first: 1) { totalCount edges { node { name } } "
		"pageInfo { hasNextPage hasPreviousPage } } } } } } } fragment f on Dsse { "
		"signatures { keyID dsse { signatures { signature } } } }",
		"{}",
		"{\"data\":{\"all\":{\"edges\":[{\"node\":{\"k\":\"Dsse\",\"signatures\":[{"
		"\"dsse\":"
		"{\"signatures\":[{\"signature\":\"AA==\"}]},\"keyID\":\"key0\"}],\"statement\":{"
		"\"subjects\":{\"edges\":[{\"node\":{\"name\":\"file:app\"}}],\"pageInfo\":{"
		"\"hasNextPage\":true,\"hasPreviousPage\":false},\"totalCount\":2}}}}],\"n\":3}}}");
	answers("{ dsses { ...f } } fragment f on DsseConnection { ...g edges { ... on DsseEdge { "
		"cursor } } } fragment g on DsseConnection { totalCount "
		"}",
		"{}",
		"{\"data\":{\"dsses\":{\"edges\":[{\"cursor\":\"00000000000000000000.0000000000\"},"
		"{\"cursor\":\"00000000000000000001.0000000000\"},{\"cursor\":"
		"\"00000000000000000002.0000000000\"}],\"totalCount\":3}}}");
	answers("{dsses(where:{hasStatement:false}){edges{node{payloadType statement{id}}}}}", "{}",
		ROWS("{\"node\":{\"payloadType\":\"application/vnd.in-toto+json\",\"statement\":"
		     "null}}"));
}

static void goes_from_page_to_page(void **state)
{
	(void)state;
	answers("{dsses(first:1){edges{cursor node{signatures{keyID}}} pageInfo{hasNextPage "
		"endCursor}}}",
		"{}",
		"{\"data\":{\"dsses\":{\"edges\":[{\"cursor\":\"00000000000000000000.0000000000\","
		"\"node\":{\"signatures\":[{\"keyID\":\"key0\"}]}}],\"pageInfo\":{\"endCursor\":"
		"\"00000000000000000000.0000000000\",\"hasNextPage\":true}}}}");
	answers("query($after: Cursor) {dsses(first:1, "
		"after:$after){edges{node{signatures{keyID}}}}}",
		"{\"after\":\"00000000000000000000.0000000000\"}",
		ROWS("{\"node\":{\"signatures\":[{\"keyID\":\"key1\"}]}}"));
	answers("{dsses(last:1){edges{node{signatures{keyID}}} pageInfo{hasPreviousPage}}}", "{}",
		"{\"data\":{\"dsses\":{\"edges\":[{\"node\":{\"signatures\":[{\"keyID\":\"key2\"}]}"
		"}]"
		",\"pageInfo\":{\"hasPreviousPage\":true}}}}");
	answers("{dsses(before:\"00000000000000000001.0000000000\"){edges{node{signatures{keyID}}}}"
		"}",
		"{}", ROWS("{\"node\":{\"signatures\":[{\"keyID\":\"key0\"}]}}"));
}

static void narrows_down_by_what_must_hold_alone(void **state)
{
	static const struct row {
		const char *where;
		size_t gitoids, digests;
	} rows[] = {
		{ "gitoidSha256:\"00\"", 1, 0 },
		{ "gitoidSha256In:[\"00\",\"11\"]", 2, 0 },
		{ "gitoidSha256NotIn:[\"00\",\"11\"]", 0, 0 },
		{ "hasStatementWith:{hasSubjectsWith:{hasSubjectDigestsWith:{valueIn:[\"a\"]}}}", 0,
		  1 },
		{ "and:[{hasStatementWith:[{hasSubjectsWith:[{hasSubjectDigestsWith:[{value:"
		  "\"a\"}]}]}]}]",
		  0, 1 },
		{ "or:[{gitoidSha256:\"00\"},{}]", 0, 0 },
		{ "not:{gitoidSha256:\"00\"}", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		IT_AUTO(it_buf_done) struct it_buf query = IT_BUF(4096);
		struct heard heard = { 9, 9 };
		char *got;

		(void)it_buf_printf(&query, "{dsses(where:{%s}){totalCount}}", rows[i].where);
		got = ask(it_buf_text(&query), "{}", &heard, NULL);
		assert_non_null(got);
		free(got);
		assert_int_equal(heard.gitoids, rows[i].gitoids);
		assert_int_equal(heard.digests, rows[i].digests);
	}
}

static void refuses_what_is_not_offered(void **state)
{
	(void)state;
	refuses("mutation { dsses { totalCount } }", "{}", "a mutation is not offered");
	refuses("subscription { dsses { totalCount } }", "{}", "a subscription is not offered");
	refuses("{ __schema { types { name } } }", "{}", "'__schema' is not offered");
	refuses("{ dsses { edges { node { secret } } } }", "{}", "'secret' of Dsse is not there");
	refuses("{ dsses { edges { node { id { x } } } } }", "{}", "has no fields");
	refuses("{ dsses { edges { node { statement } } } }", "{}", "wants its fields");
	refuses("{ dsses { edges { node { id(x: 1) } } } }", "{}", "takes no arguments");
	refuses("{ dsses { nodes } }", "{}", "'nodes' of a connection is not there");
	refuses("{ dsses }", "{}", "with its fields");
	refuses("{ dsses(limit: 1) { totalCount } }", "{}", "no argument 'limit'");
	refuses("{ dsses(first: -1) { totalCount } }", "{}", "a whole number");
	refuses("{ dsses(where: {gitoid: \"x\"}) { totalCount } }", "{}",
		"gitoid: want a condition that there is");
	refuses("{ dsses(where: {gitoidSha256: 1}) { totalCount } }", "{}", "want a text");
	refuses("{ dsses(where: {gitoidSha256In: \"x\"}) { totalCount } }", "{}",
		"a list of texts");
	refuses("{ dsses(where: {hasStatement: \"x\"}) { totalCount } }", "{}", "true or false");
	refuses("{ dsses(where: \"x\") { totalCount } }", "{}", "want an object");
	refuses("{ ...f } fragment f on Query { ...f }", "{}", "deeper than");
	refuses("{ dsses @live { totalCount } }", "{}", "no directive '@live'");
	refuses("query a { dsses { totalCount } } query b { dsses { totalCount } }", "{}",
		"operationName");
}

static void refuses_what_is_no_graphql(void **state)
{
	static const struct row {
		const char *text;
		const char *sentence;
	} rows[] = {
		{ "", "want a query, found the end" },
		{ "query", "'{' and the fields" },
		{ "{}", "want a field" },
		{ "{ a ", "want a field, found the end" },
		{ "{ a(x:) }", "want a value, found ')'" },
		{ "{ a() }", "want an argument" },
		{ "{ a(x:1,x:2) }", "want 'x' once" },
		{ "{ a(x:01) }", "want a number" },
		{ "{ a(x:1.) }", "want a number" },
		{ "{ a(x:1e) }", "want a number" },
		{ "{ a(x:1x) }", "want a number" },
		{ "{ a(x:\"b) }", "quotation mark" },
		{ "{ a(x:\"\\q\") }", "an escape that there is" },
		{ "{ a(x:\"\\ud800\") }", "an escape that there is" },
		{ "{ a(x:\"\\u{110000}\") }", "an escape that there is" },
		{ "{ a(x:\"\\u0000\") }", "an escape that there is" },
		{ "{ a(x:\"\"\"b) }", "\"\"\" at the end" },
		{ "\n\n{ a ? }", "line 3: want a word of GraphQL" },
		{ "query($a: String = $b) { a }", "a value without variables" },
		{ "query($a: String, $a: String) { a }", "the variable 'a' once" },
		{ "query($a: [String) { a }", "want ']'" },
		{ "query() { a }", "want a variable" },
		{ "fragment on on X { a }", "the name of a fragment" },
		{ "fragment f on X { a }", "want a query" },
		{ "{ a } fragment f on X { a } fragment f on X { a }", "the fragment 'f' once" },
		{ "type A { b: C }", "a query or a fragment" },
		{ "{ a }}", "a query or a fragment" },
		{ "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{", "want a field" },
		{ "{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a",
		  "deeper" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct it_graphql *document = NULL;
		struct intoto_error *err = NULL;

		assert_int_not_equal(it_graphql_parse(&document, it_span_text(rows[i].text), &err),
				     INTOTO_OK);
		assert_null(document);
		if (!strstr(intoto_error_text(err), rows[i].sentence))
			print_error("%s: %s\n", rows[i].text, intoto_error_text(err));
		assert_non_null(strstr(intoto_error_text(err), rows[i].sentence));
		intoto_error_free(err);
	}
}

static void reads_texts_as_they_are_meant(void **state)
{
	static const struct row {
		const char *text;
		const char *says;
	} rows[] = {
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t" },
		{ "\"\\u00e4\\u20AC\\ud83d\\ude00\\u{1F600}\"",
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xf0\x9f\x98\x80" },
		{ "\"\"", "" },
		{ "\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\"",
		  "Hello,\n  World!\n\nYours,\n  GraphQL." },
		{ "\"\"\"a \\\"\"\" b\"\"\"", "a \"\"\" b" },
		{ "\"\"\"\"\"\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		IT_AUTO(it_graphql_freep) struct it_graphql *document = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);

		(void)it_buf_printf(&text, "#c\n{ b: a(x: %s) }", rows[i].text);
		assert_int_equal(it_graphql_parse(&document, it_buf_span(&text), NULL), INTOTO_OK);
		assert_string_equal(document->operations->first->alias, "b");
		assert_string_equal(document->operations->first->name, "a");
		assert_string_equal(document->operations->first->arguments->text, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_what_witness_asks),
		cmocka_unit_test(finds_by_what_archivistactl_asks),
		cmocka_unit_test(asks_one_thing_to_fulfil_all),
		cmocka_unit_test(knows_every_operator),
		cmocka_unit_test(gives_fields_by_aliases_fragments_and_directives),
		cmocka_unit_test(goes_from_page_to_page),
		cmocka_unit_test(narrows_down_by_what_must_hold_alone),
		cmocka_unit_test(refuses_what_is_not_offered),
		cmocka_unit_test(refuses_what_is_no_graphql),
		cmocka_unit_test(reads_texts_as_they_are_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
