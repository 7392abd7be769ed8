/* SPDX-License-Identifier: Apache-2.0 */
/* The gates "source", "identity" and "provenance": each criterion kept, and missed. */
#include "tests/unit/gate_cases.h"

#define GIT "https://in-toto.io/intoto/git/v1"
#define CI "https://in-toto.io/intoto/ci/v1"
#define SLSA1 "https://slsa.dev/provenance/v1"
#define SLSA02 "https://slsa.dev/provenance/v0.2"
#define COMMIT "1111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222"
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* One document, and maybe a second one of another type. */
struct pair {
	const char *type;
	const char *text;
	const char *second_type;
	const char *second;
};

static void comes_to(const char *gate, struct pair of, bool passed, const char *text)
{
	IT_AUTO(case_done) struct gate_case it;

	case_make(&it, (const char *const[]){ of.text, of.second, NULL });
	it.attestations[0].type = of.type;
	it.attestations[1].type = of.second_type;
	case_comes_to(gate, &it, passed, passed ? IT_DECISION_FINE : IT_DECISION_BLOCKED, "a.json",
		      text);
}

/* Evidence of another kind is not judged, and does not stand for what is wanted. */
static void passes_over(const char *gate, struct pair of, const char *text)
{
	IT_AUTO(case_done) struct gate_case it;

	comes_to(gate, of, true, text);
	case_make(&it, (const char *const[]){ of.second, NULL });
	it.attestations[0].type = of.second_type;
	case_comes_to(gate, &it, false, IT_DECISION_BLOCKED, "evidence", "");
}

static void nothing_blocks(const char *gate)
{
	IT_AUTO(case_done) struct gate_case it;

	case_make(&it, (const char *const[]){ NULL });
	case_comes_to(gate, &it, false, IT_DECISION_BLOCKED, "evidence", "");
}

/* --- source --- */

#define SIGNATURE(status, key)                                                                     \
	"\"signature\":{\"format\":\"openpgp\",\"status\":\"" status "\",\"key\":\"" key "\"}"
#define REPOSITORY(commit, tag, tree, more)                                                        \
	"{\"commit\":{\"id\":\"" COMMIT "\"" commit "},\"head\":{\"branch\":\"main\",\"ref\":"     \
	"\"refs/heads/main\",\"detached\":false},\"remotes\":[{\"name\":\"origin\",\"url\":"       \
	"\"https://example.org/acme/app.git\"}],\"shallow\":false,\"tags\":[{\"name\":\"v1\"," tag \
	"}],\"workTree\":{" tree "}" more "}"
#define CLEAN "\"clean\":true,\"compared\":true,\"changes\":[]"
#define PLAIN REPOSITORY("", "\"annotated\":false", CLEAN, "")

static void source(const char *members, const char *text, bool passed, const char *decision)
{
	IT_AUTO(it_buf_done) struct it_buf gate = IT_BUF(4096);

	(void)it_buf_printf(&gate, "{\"gate\":\"source\",%s}", members);
	comes_to(it_buf_text(&gate), (struct pair){ GIT, text, NULL, NULL }, passed, decision);
}

static void wants_a_branch_a_reference_a_tag_and_a_remote(void **state)
{
	(void)state; /* not used */
	source("\"branches\":[\"main\",\"release/*\"]", PLAIN, true, "the branch is main");
	source("\"branches\":[\"release/*\"]", PLAIN, false, "the branch is main, want release/*");
	source("\"refs\":[\"refs/heads/*\"]", PLAIN, true, "the reference is refs/heads/main");
	source("\"refs\":[\"refs/tags/*\"]", PLAIN, false, "the reference is refs/heads/main");
	source("\"tags\":[\"v*\"]", PLAIN, true, "the tag is v1");
	source("\"tags\":[\"w*\"]", PLAIN, false, "the tag is v1, want w*");
	source("\"repositories\":[\"https://example.org/acme/*\"]", PLAIN, true, "the remote is");
	source("\"repositories\":[\"https://example.org/acme\"]", PLAIN, false,
	       "repository: the remote is https://example.org/acme/app.git");
	source("\"branches\":[\"*\"]", "{\"commit\":{\"id\":\"" COMMIT "\"},\"head\":{}}", false,
	       "the branch is not said, want *");
	source("\"branches\":[\"*\"]", "{\"head\":{\"branch\":\"main\"}}", false,
	       "there is no commit");
}

static void wants_a_clean_tree_that_was_compared(void **state)
{
	(void)state; /* not used */
	source("\"cleanTree\":true", PLAIN, true, "the work tree is clean");
	source("\"cleanTree\":true",
	       REPOSITORY("", "\"annotated\":false",
			  "\"clean\":false,\"compared\":true,\"changes\":[{\"path\":\"a\"}]", ""),
	       false, "the work tree was changed, first of all a");
	/* what contradicts itself is not clean */
	source("\"cleanTree\":true",
	       REPOSITORY("", "\"annotated\":false",
			  "\"clean\":true,\"compared\":true,\"changes\":[{\"path\":\"a\"}]", ""),
	       false, "the work tree was changed");
	source("\"cleanTree\":true",
	       REPOSITORY("", "\"annotated\":false", "\"clean\":true,\"changes\":[]", ""), false,
	       "was not compared");
	source("\"cleanTree\":true", REPOSITORY("", "\"annotated\":false", "", ""), false,
	       "was not compared");
	source("\"fullHistory\":true", PLAIN, true, "the history is not cut off");
	source("\"fullHistory\":true", "{\"commit\":{\"id\":\"" COMMIT "\"},\"shallow\":true}",
	       false, "the clone is shallow");
	source("\"fullHistory\":true", "{\"commit\":{\"id\":\"" COMMIT "\"}}", false,
	       "the clone is shallow");
}

#define BY(what) "\"signed\":{\"by\":[\"" KEY "\"],\"what\":\"" what "\"}"

static void wants_a_good_signature_by_a_named_key(void **state)
{
	const char *commit =
		REPOSITORY("," SIGNATURE("good", KEY), "\"annotated\":false", CLEAN, "");
	const char *tag = REPOSITORY("", "\"namesItself\":true," SIGNATURE("good", KEY), CLEAN, "");

	(void)state; /* not used */
	source(BY("commit"), commit, true, "the signature is good, by " KEY);
	source(BY("either"), commit, true, "the signature is good");
	source(BY("tag"), commit, false, "the signature of the tag is not there");
	source(BY("tag"), tag, true, "the signature is good");
	source(BY("either"), tag, true, "the signature is good");
	source(BY("commit"), tag, false, "the signature of the commit is not there");
	source(BY("tag") ",\"tags\":[\"v1\"]", tag, true, "the signature is good");
	source(BY("tag") ",\"tags\":[\"v2\"]", tag, false, "the signature of the tag is not there");
	source(BY("tag"),
	       REPOSITORY("", "\"namesItself\":false," SIGNATURE("good", KEY), CLEAN, ""), false,
	       "is not there");
	source(BY("commit"),
	       REPOSITORY("," SIGNATURE("unchecked", KEY), "\"annotated\":false", CLEAN, ""), false,
	       "was not checked (no key was given)");
	source(BY("commit"),
	       REPOSITORY("," SIGNATURE("not-good", KEY), "\"annotated\":false", CLEAN, ""), false,
	       "is not good");
	source(BY("commit"),
	       REPOSITORY("," SIGNATURE("good", "BBBB"), "\"annotated\":false", CLEAN, ""), false,
	       "is by another key");
}

static void wants_other_evidence_of_the_same_commit(void **state)
{
	static const char gate[] = "{\"gate\":\"source\",\"agreesWith\":[\"provenance\"]}";
	static const char ci[] = "{\"gate\":\"source\",\"agreesWith\":[\"identity\"]}";
#define DEPENDS(commit)                                                                            \
	"{\"buildDefinition\":{\"resolvedDependencies\":[{\"digest\":{\"gitCommit\":\"" commit     \
	"\"}}]}}"
#define CLAIMS(commit, variable)                                                                   \
	"{\"oidc\":{\"claims\":{\"sha\":\"" commit "\"}},\"build\":{\"commit\":\"" variable "\"}}"

	(void)state; /* not used */
	comes_to(gate, (struct pair){ GIT, PLAIN, SLSA1, DEPENDS(COMMIT) }, true,
		 "the commit is that of the provenance");
	comes_to(gate, (struct pair){ GIT, PLAIN, SLSA1, DEPENDS(OTHER) }, false,
		 "the commit is not that of the provenance");
	comes_to(gate,
		 (struct pair){ GIT, PLAIN, SLSA02,
				"{\"materials\":[{\"digest\":{\"sha1\":\"" COMMIT "\"}}]}" },
		 true, "the commit is that of the provenance");
	comes_to(gate, (struct pair){ GIT, PLAIN, NULL, NULL }, false,
		 "there is no evidence of the provenance");
	comes_to(ci, (struct pair){ GIT, PLAIN, CI, CLAIMS(COMMIT, OTHER) }, true,
		 "the commit is that of the identity");
	/* what is proven goes before what is only said */
	comes_to(ci, (struct pair){ GIT, PLAIN, CI, CLAIMS(OTHER, COMMIT) }, false,
		 "the commit is not that of the identity");
	comes_to(ci, (struct pair){ GIT, PLAIN, SLSA1, DEPENDS(COMMIT) }, false,
		 "there is no evidence of the identity");
}

static void refuses_a_source_without_git_and_demands_that_mean_nothing(void **state)
{
	(void)state; /* not used */
	nothing_blocks("{\"gate\":\"source\",\"cleanTree\":true}");
	case_refuses("{\"gate\":\"source\"}", "demands nothing");
	case_refuses("{\"gate\":\"source\",\"cleanTree\":false}", "gate.cleanTree: want true");
	case_refuses("{\"gate\":\"source\",\"branches\":[]}", "gate.branches: is empty");
	case_refuses("{\"gate\":\"source\",\"branches\":[\"[a\"]}",
		     "gate.branches[0]: a [ without");
	case_refuses("{\"gate\":\"source\",\"branch\":[\"main\"]}", "branch");
	case_refuses("{\"gate\":\"source\",\"signed\":{\"what\":\"tag\"}}", "gate.signed");
	case_refuses("{\"gate\":\"source\",\"signed\":{\"what\":\"it\",\"by\":[\"a\"]}}",
		     "want \"commit\"");
	case_refuses("{\"gate\":\"source\",\"agreesWith\":[\"sbom\"]}", "want \"provenance\"");
}

/* --- identity --- */

#define PROVEN                                                                                     \
	"{\"provider\":\"github-actions\",\"proof\":\"oidc-verified\",\"oidc\":{\"issuer\":"       \
	"\"https://i\",\"audience\":\"intoto\",\"keyThumbprint\":\"ab\",\"claims\":{"              \
	"\"repository\":\"acme/app\",\"ref\":\"refs/heads/main\",\"n\":7,\"hosted\":true,"         \
	"\"groups\":[\"a\",\"b\"]}},\"variables\":{\"GITHUB_JOB\":\"build\"}}"
#define CLAIMED                                                                                    \
	"{\"provider\":\"github-actions\",\"proof\":\"none\",\"variables\":{\"GITHUB_JOB\":"       \
	"\"build\"}}"

static void identity(const char *members, const char *text, bool passed, const char *decision)
{
	IT_AUTO(it_buf_done) struct it_buf gate = IT_BUF(4096);

	(void)it_buf_printf(&gate, "{\"gate\":\"identity\"%s%s}", *members ? "," : "", members);
	comes_to(it_buf_text(&gate), (struct pair){ CI, text, NULL, NULL }, passed, decision);
}

static void wants_a_proof_unless_it_says_none(void **state)
{
	(void)state; /* not used */
	identity("", PROVEN, true, "a token was verified");
	identity("", CLAIMED, false, "nothing proves who ran it");
	identity("", "{\"proof\":\"oidc-verified\"}", false, "nothing proves who ran it");
	identity("\"proof\":\"none\",\"providers\":[\"github-actions\"]", CLAIMED, true,
		 "the provider is github-actions");
	identity("\"providers\":[\"gitlab-ci\"]", PROVEN, false, "the provider is github-actions");
	identity("\"providers\":[\"github-actions\"]", "{\"proof\":\"none\"}", false,
		 "the provider is nothing");
	nothing_blocks("{\"gate\":\"identity\"}");
	passes_over("{\"gate\":\"identity\"}", (struct pair){ CI, PROVEN, GIT, PLAIN },
		    "a token was verified");
}

static void wants_issuers_keys_and_claims(void **state)
{
	(void)state; /* not used */
	identity("\"issuers\":[\"https://i\"]", PROVEN, true, "the issuer is https://i");
	identity("\"issuers\":[\"https://j\"]", PROVEN, false, "the issuer is https://i");
	identity("\"audiences\":[\"sigstore\"]", PROVEN, false, "the audience is intoto");
	identity("\"keys\":[\"ab\"]", PROVEN, true, "the key is ab");
	identity("\"keys\":[\"cd\"]", PROVEN, false, "the key is ab");
	identity("\"claims\":{\"repository\":\"acme/app\"}", PROVEN, true,
		 "the claim repository is as wanted");
	identity("\"claims\":{\"repository\":\"acme/\"}", PROVEN, false,
		 "the claim repository is another one: acme/app");
	identity("\"claims\":{\"repository\":[\"x\",\"acme/app\"]}", PROVEN, true, "as wanted");
	identity("\"claims\":{\"n\":7,\"hosted\":true,\"groups\":\"b\"}", PROVEN, true,
		 "as wanted");
	identity("\"claims\":{\"n\":\"7\"}", PROVEN, false, "the claim n is another one");
	identity("\"claims\":{\"groups\":\"c\"}", PROVEN, false, "the claim groups is another one");
	identity("\"claims\":{\"actor\":\"joe\"}", PROVEN, false, "the claim actor is not there");
	identity("\"claimPatterns\":{\"ref\":[\"refs/heads/*\"]}", PROVEN, true, "as wanted");
	identity("\"claimPatterns\":{\"ref\":[\"refs/tags/*\"]}", PROVEN, false,
		 "the claim ref is another one");
	identity("\"claimPatterns\":{\"n\":[\"*\"]}", PROVEN, false, "the claim n is another one");
	identity("\"proof\":\"none\",\"variables\":{\"GITHUB_JOB\":[\"build\"]}", CLAIMED, true,
		 "the variable GITHUB_JOB is as wanted");
	identity("\"proof\":\"none\",\"variables\":{\"GITHUB_JOB\":[\"test\"]}", CLAIMED, false,
		 "the variable GITHUB_JOB is another one: build");
	case_refuses("{\"gate\":\"identity\",\"proof\":\"none\"}", "demands nothing");
	case_refuses("{\"gate\":\"identity\",\"proof\":\"none\",\"claims\":{\"a\":\"b\"}}",
		     "want a proof");
	case_refuses("{\"gate\":\"identity\",\"proof\":\"some\"}", "want \"oidc-verified\"");
	case_refuses("{\"gate\":\"identity\",\"claims\":{}}", "not empty");
	case_refuses("{\"gate\":\"identity\",\"claims\":{\"a\":{}}}", "gate.claims.a: want");
}

/* --- provenance --- */

#define V1(parameters, uri)                                                                        \
	"{\"buildDefinition\":{\"buildType\":\"t:1\",\"externalParameters\":{" parameters          \
	"},\"resolvedDependencies\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"aa\"}},{\"uri\":"    \
	"\"" uri "\",\"digest\":{\"gitCommit\":\"" COMMIT                                          \
	"\"}}]},\"runDetails\":{\"builder\":{\"id\":\"b:1\"}}}"
#define APP "git+https://u@example.org/acme/app@refs/heads/main"
#define V02                                                                                        \
	"{\"builder\":{\"id\":\"b:1\"},\"buildType\":\"t:1\",\"invocation\":{\"configSource\":{"   \
	"\"uri\":\"git+https://example.org/acme/app@refs/heads/"                                   \
	"main\",\"digest\":{\"sha1\":\"" COMMIT                                                    \
	"\"}},\"parameters\":{\"a\":1}},\"materials\":[{\"uri\":\"git+https://e/evil\"}]}"

static void provenance(const char *members, const char *type, const char *text, bool passed,
		       const char *decision)
{
	IT_AUTO(it_buf_done) struct it_buf gate = IT_BUF(4096);

	(void)it_buf_printf(&gate, "{\"gate\":\"provenance\",%s}", members);
	comes_to(it_buf_text(&gate), (struct pair){ type, text, NULL, NULL }, passed, decision);
}

#define BUILDER "\"builders\":[\"b:1\"]"

static void wants_a_builder_a_type_and_a_source(void **state)
{
	(void)state; /* not used */
	provenance(BUILDER, SLSA1, V1("", APP), true, "the builder is b:1");
	provenance("\"builders\":[\"b:\"]", SLSA1, V1("", APP), false, "the builder is b:1");
	provenance(BUILDER, SLSA1, "{\"buildDefinition\":{}}", false, "the builder is nothing");
	/* a builder in the place of another version is none */
	provenance(BUILDER, SLSA1, "{\"builder\":{\"id\":\"b:1\"},\"buildDefinition\":{}}", false,
		   "the builder is nothing");
	provenance(BUILDER ",\"buildTypes\":[\"t:1\"]", SLSA1, V1("", APP), true,
		   "the build-type is t:1");
	provenance(BUILDER ",\"buildTypes\":[\"t:2\"]", SLSA1, V1("", APP), false,
		   "the build-type is t:1");
#define FROM(uri) BUILDER ",\"source\":{\"uri\":[\"" uri "\"]"
	provenance(FROM("git+https://u@example.org/acme/*") ",\"ref\":[\"refs/heads/main\"]}",
		   SLSA1, V1("", APP), true, "a source that is wanted");
	provenance(FROM("git+https://u@example.org/acme/*") ",\"ref\":[\"refs/tags/*\"]}", SLSA1,
		   V1("", APP), false, "at a wanted reference");
	provenance(FROM("git+https://example.org/other") "}", SLSA1, V1("", APP), false,
		   "none of its sources is");
	provenance(FROM("git+https://*") ",\"commit\":[\"" COMMIT "\"]}", SLSA1, V1("", APP), true,
		   "a source that is wanted");
	provenance(FROM("git+https://*") ",\"commit\":[\"" OTHER "\"]}", SLSA1, V1("", APP), false,
		   "and commit");
	provenance(FROM("git+https://example.org/acme/app") "},\"freeParameters\":[\"a\"]", SLSA02,
		   V02, true, "a source that is wanted");
	/* a material of v0.2 is not the source */
	provenance(FROM("git+https://e/evil") "},\"freeParameters\":[\"a\"]", SLSA02, V02, false,
		   "none of its sources");
	nothing_blocks("{\"gate\":\"provenance\"," BUILDER "}");
	passes_over("{\"gate\":\"provenance\"," BUILDER "}",
		    (struct pair){ SLSA1, V1("", APP), CI, PROVEN }, "the builder is b:1");
}

static void refuses_parameters_that_are_not_expected(void **state)
{
	const char *two = V1("\"a\":\"x\",\"b\":{\"c\":[1]}", APP);

	(void)state; /* not used */
	provenance(BUILDER, SLSA1, two, false, "the parameter a is not expected");
	provenance(BUILDER ",\"freeParameters\":[\"a\"]", SLSA1, two, false,
		   "the parameter b is not expected");
	provenance(BUILDER ",\"freeParameters\":[\"a\",\"b\"]", SLSA1, two, true,
		   "every parameter is expected");
	provenance(BUILDER ",\"unknownParameters\":\"allow\"", SLSA1, two, true, "the builder is");
	provenance(BUILDER ",\"parameters\":{\"a\":\"x\",\"b\":{\"c\":[1]}}", SLSA1, two, true,
		   "the parameter b is as wanted");
	provenance(BUILDER ",\"parameters\":{\"b\":{\"c\":[2]}},\"freeParameters\":[\"a\"]", SLSA1,
		   two, false, "the parameter b is another one");
	provenance(BUILDER ",\"parameterPatterns\":{\"a\":[\"x*\"]},\"freeParameters\":[\"b\"]",
		   SLSA1, two, true, "the parameter a is as wanted");
	provenance(BUILDER ",\"parameterPatterns\":{\"b\":[\"*\"]},\"freeParameters\":[\"a\"]",
		   SLSA1, two, false, "the parameter b is another one");
	provenance(BUILDER ",\"parameters\":{\"z\":1},\"unknownParameters\":\"allow\"", SLSA1, two,
		   false, "the parameter z is not there");
	provenance(BUILDER, SLSA02, V02, false, "the parameter a is not expected");
	provenance(BUILDER ",\"parameters\":{\"a\":1}", SLSA02, V02, true, "as wanted");
	provenance(BUILDER, SLSA1,
		   "{\"buildDefinition\":{\"externalParameters\":[1]},\"runDetails\":{\"builder\":{"
		   "\"id\":\"b:1\"}}}",
		   false, "its parameters are a list");
	case_refuses("{\"gate\":\"provenance\"}", "builders");
	case_refuses("{\"gate\":\"provenance\"," BUILDER ",\"unknownParameters\":\"maybe\"}",
		     "want \"refuse\"");
	case_refuses("{\"gate\":\"provenance\"," BUILDER ",\"source\":{\"ref\":[\"a\"]}}",
		     "gate.source");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wants_a_branch_a_reference_a_tag_and_a_remote),
		cmocka_unit_test(wants_a_clean_tree_that_was_compared),
		cmocka_unit_test(wants_a_good_signature_by_a_named_key),
		cmocka_unit_test(wants_other_evidence_of_the_same_commit),
		cmocka_unit_test(refuses_a_source_without_git_and_demands_that_mean_nothing),
		cmocka_unit_test(wants_a_proof_unless_it_says_none),
		cmocka_unit_test(wants_issuers_keys_and_claims),
		cmocka_unit_test(wants_a_builder_a_type_and_a_source),
		cmocka_unit_test(refuses_parameters_that_are_not_expected),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
