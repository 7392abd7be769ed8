/* SPDX-License-Identifier: Apache-2.0 */
/* VEX statements before the gate "vulnerabilities": those that match, and those that do not. */
#include "vulnerability_cases.h"

#define WITH_VEX GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\",\"Debian\"]}")
#define SAYS(statement)                                                                            \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"x\",\"author\":\"Alice\","      \
	"\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,\"statements\":[" statement "]}"
#define ABOUT(products, status)                                                                    \
	"{\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" products "],\"status\":"     \
	"\"" status "\",\"justification\":\"component_not_present\",\"action_statement\":\"do\"}"
#define DATED(time, products, status)                                                              \
	"{\"timestamp\":\"" time                                                                   \
	"\",\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" products                   \
	"],\"status\":\"" status                                                                   \
	"\",\"justification\":\"component_not_present\",\"action_statement\":\"do\"}"
#define PRODUCT(purl) "{\"@id\":\"" purl "\"}"
#define INSIDE(purl, component)                                                                    \
	"{\"@id\":\"" purl "\",\"subcomponents\":[{\"@id\":\"" component "\"}]}"
#define EXACT PRODUCT("pkg:deb/debian/zlib1g@1.2.13")
#define OPEN PRODUCT("pkg:deb/debian/zlib1g")
#define SCANNED                                                                                    \
	{                                                                                          \
		VULNS, SCAN(CRITICAL), "registry.example.com/team/app:1.0", NULL                   \
	}

static void vex_case(const char *gate, const char *vex, bool passed, enum it_decision_kind kind,
		     const char *text)
{
	comes_to(gate, DOCUMENTS(SCANNED, { .type = OPENVEX, .predicate = vex }), passed, kind,
		 "CVE-2026-1", text);
}

static void lets_pass_what_vex_says_is_not_affected(void **state)
{
	(void)state;
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "not_affected")), true, IT_DECISION_ALLOWED,
		 "vex b.json statements[0] (not_affected: component_not_present) by Alice of "
		 "2026-01-10T00:00:00Z");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "fixed")), true, IT_DECISION_ALLOWED, "(fixed");
	vex_case(WITH_VEX, SAYS(ABOUT(OPEN, "not_affected")), true, IT_DECISION_ALLOWED,
		 "for every version");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "affected")), false, IT_DECISION_REMARK,
		 "is the one that counts, and clears nothing");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "under_investigation")), false, IT_DECISION_REMARK,
		 "is the one that counts, and clears nothing");
}

static void takes_vex_only_from_whom_the_layout_names(void **state)
{
	(void)state;
	vex_case(NO_CRITICAL, SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "the layout lets no VEX statement count");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Bob\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "its author 'Alice' is not among those whom the layout names");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"functionaries\":[\"ab\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "it is signed by none of those whom the layout names");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"statuses\":[\"fixed\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK, "clears nothing");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"justifications\":[\"vulnerable_code_not_present\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "its justification is none that the layout accepts");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"maxAge\":\"7d\"}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "it is older than the layout allows");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"versioned\":true}"),
		 SAYS(ABOUT(OPEN, "not_affected")), false, IT_DECISION_REMARK,
		 "it names no version, and the layout wants one");
}

static void explains_why_a_statement_does_not_match(void **state)
{
	static const char *const cases[][2] = {
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.11"),
		  "it is about version 1.2.11, the finding about 1.2.13" },
		{ PRODUCT("pkg:deb/debian/zlib@1.2.13"), "it is about pkg:deb/debian/zlib@1.2.13" },
		{ PRODUCT("pkg:rpm/debian/zlib1g@1.2.13"), "it is about pkg:rpm/debian/zlib1g" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13?arch=arm64"),
		  "it is about arch=arm64, and the finding about amd64" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13?vendor=x"),
		  "it is about vendor=x, and the finding does not say which" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13#lib"), "it is about the part #lib alone" },
		{ PRODUCT("https://example.com/app"),
		  "it is about 'https://example.com/app', which has no package URL" },
		{ INSIDE("pkg:oci/other", "pkg:deb/debian/zlib1g@1.2.13"),
		  "it is about the image pkg:oci/other, which is not what was scanned" },
		{ INSIDE("pkg:oci/app?tag=2.0", "pkg:deb/debian/zlib1g@1.2.13"),
		  "which is not what was scanned" },
		{ INSIDE("pkg:oci/app?repository_url=ghcr.io/team/app",
			 "pkg:deb/debian/zlib1g@1.2.13"),
		  "which is not what was scanned" },
		{ INSIDE("pkg:oci/app?arch=arm64", "pkg:deb/debian/zlib1g@1.2.13"),
		  "nobody knows the architecture" },
		{ INSIDE("pkg:oci/app@sha256%3A" B64, "pkg:deb/debian/zlib1g@1.2.13"),
		  "it is about sha256:" B64 ", which is not what was scanned" },
		{ INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g@1.2.11"),
		  "in its component, it is about version 1.2.11" },
		{ INSIDE("pkg:oci/app", "pkg:deb/debian/perl"),
		  "in its component, it is about pkg:deb/debian/perl" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		char vex[2048];

		(void)snprintf(vex, sizeof vex,
			       "{\"@context\":\"https://openvex.dev/ns\",\"@id\":\"x\",\"author\":"
			       "\"Alice\",\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,"
			       "\"statements\":[{\"vulnerability\":{\"name\":\"CVE-2026-1\"},"
			       "\"products\":[%s],\"status\":\"not_affected\","
			       "\"justification\":\"component_not_present\"}]}",
			       cases[i][0]); /* fits */
		vex_case(WITH_VEX, vex, false, IT_DECISION_REMARK, cases[i][1]);
	}
}

static void matches_images_and_their_components(void **state)
{
	static const char *const cases[] = {
		INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g"),
		/* A digest is the image in every registry (anchore/grype#3657). */
		INSIDE("pkg:oci/other@sha256%3A" A64 "?repository_url=ghcr.io/x/other&tag=9",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app", "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app?tag=1.0", "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app?repository_url=registry.example.com/team/app",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:docker/team/app@1.0?repository_url=registry.example.com",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("registry.example.com/team/app:1.0", "pkg:deb/debian/zlib1g@1.2.13"),
		/* The whole image: everything in it. */
		PRODUCT("pkg:oci/app@sha256%3A" A64),
		"{\"@id\":\"whatever\",\"hashes\":{\"sha-256\":\"" A64 "\"}}",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		char vex[2048];

		(void)snprintf(vex, sizeof vex,
			       "{\"@context\":\"https://openvex.dev/ns\",\"@id\":\"x\",\"author\":"
			       "\"Alice\",\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,"
			       "\"statements\":[{\"vulnerability\":{\"name\":\"CVE-2026-1\"},"
			       "\"products\":[%s],\"status\":\"not_affected\","
			       "\"justification\":\"component_not_present\"}]}",
			       cases[i]); /* fits */
		vex_case(WITH_VEX, vex, true, IT_DECISION_ALLOWED, "vex b.json statements[0]");
	}
}

static void goes_by_names_that_the_layout_gives(void **state)
{
	static const char gate[] =
		GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"]"
		     ",\"products\":[\"pkg:generic/app@1.0\"]}");

	(void)state;
	vex_case(
		gate,
		SAYS(ABOUT(INSIDE("pkg:generic/app@1.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		true, IT_DECISION_ALLOWED, "b.json");
	vex_case(
		gate,
		SAYS(ABOUT(INSIDE("pkg:generic/app@2.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		false, IT_DECISION_REMARK,
		"it is about pkg:generic/app@2.0, and the product is pkg:generic/app@1.0");
	vex_case(
		WITH_VEX,
		SAYS(ABOUT(INSIDE("pkg:generic/app@1.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		false, IT_DECISION_REMARK, "which is not known to be what was scanned");
}

/* docker-hardened-images/advisories#1827 */
static void does_not_widen_versions_by_an_open_purl(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS(ABOUT(OPEN "," PRODUCT("pkg:deb/debian/zlib1g@1.2.11"), "not_affected")),
		 false, IT_DECISION_REMARK,
		 "it names versions of the package, of which this is none, and its package URL "
		 "without a version does not widen that");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT "," OPEN, "not_affected")), true, IT_DECISION_ALLOWED,
		 "b.json");
}

static void lets_the_later_statement_win(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "affected") "," DATED("2026-01-05T00:00:00Z", EXACT, "not_affected")),
		 true, IT_DECISION_ALLOWED, "statements[1]");
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-05T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-06T00:00:00Z", EXACT, "affected")),
		 false, IT_DECISION_REMARK,
		 "statements[0] (not_affected: component_not_present) does not count: a later "
		 "statement replaces it, vex b.json statements[1] (affected");
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-05T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-05T00:00:00Z", EXACT, "affected")),
		 false, IT_DECISION_REMARK, "another statement of the same time and precision");
	vex_case(WITH_VEX, SAYS(DATED("2027-01-05T00:00:00Z", EXACT, "not_affected")), false,
		 IT_DECISION_REMARK, "it is dated in the future");
}

static void lets_the_versioned_statement_go_first(void **state)
{
	(void)state;
	/* About every version, and older: the exact one decides. */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", OPEN,
			    "affected") "," DATED("2026-01-02T00:00:00Z", EXACT, "fixed")),
		 true, IT_DECISION_ALLOWED, "statements[1]");
	/* About every version, and newer: it cannot clear what the exact one says … */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "affected") "," DATED("2026-01-02T00:00:00Z", OPEN, "not_affected")),
		 false, IT_DECISION_REMARK,
		 "statements[1] (not_affected: component_not_present) does not count: a statement "
		 "about the very version goes before it");
	/* … but it can take a clearing back. */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-02T00:00:00Z", OPEN, "affected")),
		 false, IT_DECISION_REMARK, "a later statement replaces it");
}

static void takes_no_statement_without_its_reason(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS("{\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" EXACT
		      "],\"status\":\"not_affected\"}"),
		 false, IT_DECISION_REMARK,
		 "it gives neither a justification nor an impact statement");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = OPENVEX, .predicate = "{\"@context\":\"x\"}" }),
		 false, IT_DECISION_REMARK, "b.json", "cannot be read as VEX, and clears nothing");
}

static void finds_statements_by_an_alias(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS("{\"vulnerability\":{\"name\":\"DSA-1\",\"aliases\":[\"cve-2026-1\"]},"
		      "\"products\":[" EXACT "],\"status\":\"fixed\"}"),
		 true, IT_DECISION_ALLOWED, "b.json statements[0]");
}

#define CSAF_SAYS(status, tree, vulnerability)                                                     \
	"{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"publisher\":"         \
	"{\"name\":\"Debian\",\"namespace\":\"https://debian.org\"},\"tracking\":{\"id\":\"D1\","  \
	"\"status\":\"" status "\",\"current_release_date\":\"2026-01-10T00:00:00+01:00\"}},"      \
	"\"product_tree\":" tree ",\"vulnerabilities\":[{\"cve\":\"CVE-2026-1\"," vulnerability    \
	"}]}"
#define CSAF_TREE                                                                                  \
	"{\"branches\":[{\"category\":\"vendor\",\"name\":\"Debian\",\"branches\":[{\"category\":" \
	"\"product_version\",\"name\":\"1.2.13\",\"product\":{\"product_id\":\"Z\",\"name\":"      \
	"\"zlib\",\"product_identification_helper\":{\"purl\":\"pkg:deb/debian/zlib1g@1.2.13\"}}}" \
	",{\"category\":\"product_version_range\",\"name\":\"vers:deb/<1.3\",\"product\":{"        \
	"\"product_id\":\"R\",\"name\":\"zlib\",\"product_identification_helper\":{\"purl\":"      \
	"\"pkg:deb/debian/zlib1g\"}}}]}],\"full_product_names\":[{\"product_id\":\"A\",\"name\":"  \
	"\"app\",\"product_identification_helper\":{\"hashes\":[{\"filename\":\"a\","              \
	"\"file_hashes\":[{\"algorithm\":\"sha256\",\"value\":\"" A64 "\"}]}]}}],"                 \
	"\"relationships\":[{\"category\":\"default_component_of\",\"product_reference\":\"Z\","   \
	"\"relates_to_product_reference\":\"A\",\"full_product_name\":{\"product_id\":\"AZ\","     \
	"\"name\":\"zlib in app\"}}]}"
#define CSAF_FLAG(id)                                                                              \
	"\"product_status\":{\"known_not_affected\":[\"" id "\"]},\"flags\":[{\"label\":"          \
	"\"component_not_present\",\"product_ids\":[\"" id "\"]}]"

static void reads_csaf_product_trees(void **state)
{
	static const char *const ids[] = { CSAF_FLAG("Z"), CSAF_FLAG("R"), CSAF_FLAG("A"),
					   CSAF_FLAG("AZ") };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(ids); i++) {
		char vex[4096];

		(void)snprintf(vex, sizeof vex, CSAF_SAYS("final", CSAF_TREE, "%s"),
			       ids[i]); /* fits */
		comes_to(WITH_VEX, DOCUMENTS(SCANNED, { .type = CSAF, .predicate = vex }), true,
			 IT_DECISION_ALLOWED, "CVE-2026-1",
			 "product_status.known_not_affected[0] (not_affected");
	}
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CSAF,
				      .predicate = CSAF_SAYS("draft", CSAF_TREE, CSAF_FLAG("Z")) }),
		 false, IT_DECISION_REMARK, "CVE-2026-1", "its document is a draft");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CSAF,
			     .predicate = CSAF_SAYS("final", CSAF_TREE,
						    "\"product_status\":{\"known_not_affected\":"
						    "[\"Z\"]}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "neither a flag nor an impact threat gives a reason for it");
	/* In two groups at once: nobody can know. */
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CSAF,
			     .predicate = CSAF_SAYS(
				     "final", CSAF_TREE,
				     "\"product_status\":{\"fixed\":[\"Z\"],\"known_affected\":"
				     "[\"Z\"]},\"remediations\":[{\"category\":\"vendor_fix\","
				     "\"details\":\"x\",\"product_ids\":[\"Z\"]}]") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1", "of the same time");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CSAF,
				      .predicate = CSAF_SAYS("final", CSAF_TREE, CSAF_FLAG("Q")) }),
		 false, IT_DECISION_REMARK, "b.json", "the product tree has no product_id 'Q'");
}

#define BOM(analysis, affects) BOM_WITH(analysis ",\"affects\":[" affects "]")
#define BOM_WITH(members) BOM_OPEN members "}]}"
#define BOM_OPEN                                                                                   \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"timestamp\":"        \
	"\"2026-01-10T00:00:00Z\",\"authors\":[{\"name\":\"Alice\"}],\"component\":{\"bom-ref\":"  \
	"\"root\",\"name\":\"app\",\"type\":\"application\"}},\"components\":[{\"bom-ref\":\"z\"," \
	"\"purl\":\"pkg:deb/debian/zlib1g@1.2.13\"}],\"vulnerabilities\":[{\"id\":"                \
	"\"CVE-2026-1\""
#define NOT_REACHABLE                                                                              \
	",\"analysis\":{\"state\":\"not_affected\",\"justification\":\"code_not_reachable\"}"

static void reads_cyclonedx_analyses(void **state)
{
	(void)state;
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"z\"}") }),
		 true, IT_DECISION_ALLOWED, "CVE-2026-1", "vulnerabilities[0].affects[0]");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"root\"}") }),
		 true, IT_DECISION_ALLOWED, "CVE-2026-1", "vulnerabilities[0].affects[0]");
	/* About another artifact. */
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"z\"}"),
				      NULL,
				      B64 }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "what its document is about is not what was scanned");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX, .predicate = BOM("", "{\"ref\":\"z\"}") }),
		 false, IT_DECISION_BLOCKED, "CVE-2026-1", "1 finding is critical");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CYCLONEDX,
			     .predicate = BOM(NOT_REACHABLE,
					      "{\"ref\":\"root\",\"versions\":[{\"range\":"
					      "\"vers:deb/<1.2\",\"status\":\"affected\"}]}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "it is about the versions vers:deb/<1.2, and what was scanned is not known to be");
}

/* CycloneDX 1.6: "affects" is optional. */
static void takes_cyclonedx_analyses_without_affects_for_the_whole(void **state)
{
	static const char *const about_nothing[] = { ",\"affects\":[]", ",\"affects\":null" };

	(void)state;
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX, .predicate = BOM_WITH(NOT_REACHABLE) }),
		 true, IT_DECISION_ALLOWED, "CVE-2026-1", "vex b.json vulnerabilities[0] (");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CYCLONEDX, .predicate = BOM_WITH(NOT_REACHABLE), NULL, B64 }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "what its document is about is not what was scanned");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CYCLONEDX,
			     .predicate = BOM_WITH(",\"analysis\":{\"state\":\"not_affected\"}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "it gives neither a justification nor a detail");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CYCLONEDX,
			     .predicate = BOM_WITH(",\"analysis\":{\"state\":\"exploitable\"}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1", "clears nothing");
	for (size_t i = 0; i < IT_COUNT_OF(about_nothing); i++) {
		char vex[2048];

		(void)snprintf(vex, sizeof vex, "%s%s}]}", BOM_OPEN NOT_REACHABLE,
			       about_nothing[i]); /* short */
		comes_to(WITH_VEX, DOCUMENTS(SCANNED, { .type = CYCLONEDX, .predicate = vex }),
			 false, IT_DECISION_BLOCKED, "CVE-2026-1", "1 finding is critical");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_pass_what_vex_says_is_not_affected),
		cmocka_unit_test(takes_vex_only_from_whom_the_layout_names),
		cmocka_unit_test(explains_why_a_statement_does_not_match),
		cmocka_unit_test(matches_images_and_their_components),
		cmocka_unit_test(goes_by_names_that_the_layout_gives),
		cmocka_unit_test(does_not_widen_versions_by_an_open_purl),
		cmocka_unit_test(lets_the_later_statement_win),
		cmocka_unit_test(lets_the_versioned_statement_go_first),
		cmocka_unit_test(takes_no_statement_without_its_reason),
		cmocka_unit_test(finds_statements_by_an_alias),
		cmocka_unit_test(reads_csaf_product_trees),
		cmocka_unit_test(reads_cyclonedx_analyses),
		cmocka_unit_test(takes_cyclonedx_analyses_without_affects_for_the_whole),
	};

	return cmocka_run_group_tests_name("VEX statements", tests, NULL, NULL);
}
