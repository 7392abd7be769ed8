/* SPDX-License-Identifier: Apache-2.0 */
/* SBOMs of each format as one model, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/sbom.h"
#include "tests/unit/refused.h"

enum { TEXT_MAX = 1024 * 1024 };

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct it_json *parse(const char *text)
{
	struct it_json_limits limits = it_json_signed_limits;
	struct it_json *value = NULL;
	struct intoto_error *err = NULL;

	limits.depth = 512;
	if (it_json_parse(&value, it_span_text(text), &limits, &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	return value;
}

static struct it_sbom *read_well(struct it_json **document, const char *text)
{
	struct it_sbom *sbom = NULL;
	struct intoto_error *err = NULL;

	*document = parse(text);
	if (it_sbom_read(&sbom, *document, NULL, &err))
		fail_msg("%s", intoto_error_text(err));
	return sbom;
}

static void is_refused(const char *text, enum intoto_code code, const char *why)
{
	IT_AUTO(it_json_freep) struct it_json *document = parse(text);
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	struct intoto_error *err = NULL;

	assert_refused(it_sbom_read(&sbom, document, NULL, &err), &err, code, why);
	assert_null(sbom);
}

#define SPDX2(more)                                                                                \
	"{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"doc\","          \
	"\"dataLicense\":\"CC0-1.0\",\"creationInfo\":{\"created\":\"2026-01-02T03:04:05Z\","      \
	"\"creators\":[\"Tool: syft-1.2\",\"Person: Jane\"]}" more "}"
#define PACKET(id, more) "{\"SPDXID\":\"" id "\",\"name\":\"zlib\"" more "}"

static void reads_spdx_2(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep)
	struct it_sbom *sbom = read_well(
		&document,
		SPDX2(",\"packages\":[" PACKET(
			"SPDXRef-root",
			",\"checksums\":[{\"algorithm\":"
			"\"SHA256\",\"checksumValue\":"
			"\"" HEX64
			"\"}]") "," PACKET("SPDXRef-a",
					   ",\"versionInfo\":\"1.3\",\"supplier\":\"Organization: "
					   "X\","
					   "\"licenseConcluded\":\"Zlib\",\"licenseDeclared\":"
					   "\"NOASSERTION\","
					   "\"externalRefs\":[{\"referenceCategory\":\"PACKAGE_"
					   "MANAGER\","
					   "\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:"
					   "deb/debian/zlib@1.3\"}]") "],\"files\":[{\"SPDXID\":"
								      "\"SPDXRef-f\",\"fileName\":"
								      "\"./a.c\","
								      "\"licenseConcluded\":"
								      "\"MIT\",\"checksums\":[{"
								      "\"algorithm\":\"SHA1\","
								      "\"checksumValue\":"
								      "\"2FD4E1C67A2D28FCED849EE1B"
								      "B76E7391B93EB12\"}]}],"
								      "\"relationships\":[{"
								      "\"spdxElementId\":"
								      "\"SPDXRef-DOCUMENT\","
								      "\"relationshipType\":"
								      "\"DESCRIBES\","
								      "\"relatedSpdxElement\":"
								      "\"SPDXRef-root\"}]"));

	(void)state; /* not used */
	assert_int_equal(sbom->format, IT_SBOM_SPDX2);
	assert_string_equal(sbom->version, "2.3");
	assert_int_equal(sbom->created, 1767323045);
	assert_int_equal(sbom->tools.count, 1);
	assert_string_equal(sbom->tools.items[0], "syft-1.2");
	assert_int_equal(sbom->count, 3);
	assert_true(sbom->components[0].described);
	assert_int_equal(sbom->subjects.count, 1);
	assert_string_equal(sbom->subjects.items[0], "sha256:" HEX64);
	assert_string_equal(sbom->components[1].purl, "pkg:deb/debian/zlib@1.3");
	assert_string_equal(sbom->components[1].version, "1.3");
	assert_string_equal(sbom->components[1].concluded.items[0].text, "Zlib");
	assert_true(sbom->components[2].file);
	assert_string_equal(sbom->components[2].digests,
			    "sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12");
}

static void reads_what_spdx_2_describes_in_each_form(void **state)
{
	static const char *const forms[] = {
		SPDX2(",\"packages\":[" PACKET("SPDXRef-a", "") "],\"documentDescribes\":["
								"\"SPDXRef-a\"]"),
		SPDX2(",\"packages\":[" PACKET(
			"SPDXRef-a",
			"") "],\"relationships\":[{\"spdxElementId\":\"SPDXRef-a\","
			    "\"relationshipType\":\"DESCRIBED_BY\",\"relatedSpdxElement\":"
			    "\"SPDXRef-DOCUMENT\"}]"),
	};

	(void)state; /* not used */
	for (size_t i = 0; i < IT_COUNT_OF(forms); i++) {
		IT_AUTO(it_json_freep) struct it_json *document = NULL;
		IT_AUTO(it_sbom_freep) struct it_sbom *sbom = read_well(&document, forms[i]);

		assert_true(sbom->components[0].described);
		assert_int_equal(sbom->subjects.count, 0);
	}
}

static void refuses_spdx_2_that_is_none(void **state)
{
	(void)state; /* not used */
	is_refused("{\"spdxVersion\":\"SPDX-2.1\",\"name\":\"x\"}", INTOTO_E_UNSUPPORTED,
		   "want SPDX-2.2 or SPDX-2.3, found 'SPDX-2.1'");
	is_refused(SPDX2(",\"packages\":{}"), INTOTO_E_FORMAT,
		   "packages: want a list, found an object");
	is_refused(SPDX2(",\"packages\":[{\"SPDXID\":\"SPDXRef-a\"}]"), INTOTO_E_FORMAT,
		   "packages[0]: want the member \"name\"");
	is_refused(SPDX2(",\"packages\":[" PACKET("SPDXRef-a", "") "," PACKET("SPDXRef-a", "") "]"),
		   INTOTO_E_FORMAT, "the SPDXID 'SPDXRef-a' is that of two elements");
	is_refused(SPDX2(",\"packages\":[" PACKET("SPDXRef-a", ",\"licenseConcluded\":7") "]"),
		   INTOTO_E_FORMAT, "packages[0].licenseConcluded: want a text, found");
	is_refused(SPDX2(",\"packages\":[7]"), INTOTO_E_FORMAT, "packages[0]: want an object");
	is_refused("{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"x\",\"creationInfo\":{\"created\":"
		   "\"yesterday\"}}",
		   INTOTO_E_FORMAT, "creationInfo.created: want a time");
}

#define CDX(more) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"" more "}"

static void reads_cyclonedx_with_nested_components(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep)
	struct it_sbom *sbom = read_well(
		&document,
		CDX(",\"metadata\":{\"timestamp\":\"2026-01-02T03:04:05.678+01:00\",\"tools\":{"
		    "\"components\":[{\"type\":\"application\",\"name\":\"npm\",\"version\":\"10\"}"
		    "]},"
		    "\"component\":{\"type\":\"container\",\"name\":\"img\",\"version\":"
		    "\"sha256:" HEX64
		    "\"}},\"components\":[{\"type\":\"library\",\"group\":\"@a\",\"name\":\"b\","
		    "\"licenses\":[{\"license\":{\"id\":\"MIT\"}},{\"license\":{\"name\":\"GPL\","
		    "\"acknowledgement\":\"concluded\"}}],\"components\":[{\"type\":\"file\","
		    "\"name\":"
		    "\"x\",\"hashes\":[{\"alg\":\"SHA-512\",\"content\":\"" HEX64 HEX64
		    "\"},{\"alg\":\"SHA-256\",\"content\":\"" HEX64 "\"}]}]},"
		    "{\"type\":\"library\",\"name\":\"c\",\"licenses\":[{\"expression\":"
		    "\"MIT OR GPL-2.0-only\"}]}]"));

	(void)state; /* not used */
	assert_int_equal(sbom->created, 1767323045 - 3600);
	assert_string_equal(sbom->tools.items[0], "npm-10");
	assert_int_equal(sbom->count, 4);
	assert_true(sbom->components[0].described);
	assert_string_equal(sbom->subjects.items[0], "sha256:" HEX64);
	assert_string_equal(sbom->components[1].name, "@a/b");
	assert_string_equal(sbom->components[1].declared.items[0].text, "MIT");
	assert_false(sbom->components[1].declared.items[0].name);
	assert_string_equal(sbom->components[1].concluded.items[0].text, "GPL");
	assert_true(sbom->components[1].concluded.items[0].name);
	assert_true(sbom->components[2].file);
	assert_string_equal(sbom->components[2].digests, "sha256:" HEX64 ",sha512:" HEX64 HEX64);
	assert_string_equal(sbom->components[3].declared.items[0].text, "MIT OR GPL-2.0-only");
}

static void refuses_cyclonedx_that_is_none(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)state; /* not used */
	is_refused("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.8\"}", INTOTO_E_UNSUPPORTED,
		   "want 1.2 to 1.7");
	is_refused("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6.1\"}", INTOTO_E_UNSUPPORTED,
		   "want 1.2 to 1.7");
	is_refused("{\"bomFormat\":\"Cyclone\",\"specVersion\":\"1.6\"}", INTOTO_E_FORMAT,
		   "bomFormat: want \"CycloneDX\"");
	is_refused(CDX(",\"components\":[{\"name\":\"x\"}]"), INTOTO_E_FORMAT,
		   "components[0]: want the member \"type\"");
	is_refused(CDX(",\"components\":[{\"type\":\"library\",\"name\":\"x\",\"licenses\":[{"
		       "\"license\":{}}]}]"),
		   INTOTO_E_FORMAT, "licenses[0].license: want either \"id\" or \"name\"");
	is_refused(CDX(",\"components\":[{\"type\":\"library\",\"name\":\"x\",\"licenses\":[{"
		       "\"license\":{\"id\":\"MIT\",\"name\":\"x\"}}]}]"),
		   INTOTO_E_FORMAT, "want either \"id\" or \"name\"");
	is_refused(CDX(",\"components\":[{\"type\":\"library\",\"name\":\"x\",\"licenses\":[{"
		       "\"license\":{\"id\":\"MIT\"},\"expression\":\"ISC\"}]}]"),
		   INTOTO_E_FORMAT, "want either \"license\" or \"expression\"");
	(void)it_buf_add_text(&text, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"");
	for (int i = 0; i < 100; i++)
		(void)it_buf_add_text(&text,
				      ",\"components\":[{\"type\":\"library\",\"name\":\"x\"");
	for (int i = 0; i < 100; i++)
		(void)it_buf_add_text(&text, "}]");
	(void)it_buf_add_text(&text, "}");
	is_refused(it_buf_text(&text), INTOTO_E_LIMIT, "more than 64 components deep");
}

#define SPDX3(more)                                                                                \
	"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":["            \
	"{\"type\":\"CreationInfo\",\"@id\":\"_:c\",\"specVersion\":\"3.0.1\",\"created\":"        \
	"\"2026-01-02T03:04:05Z\",\"createdBy\":[\"urn:me\"],\"createdUsing\":[\"urn:tool\"]},"    \
	"{\"type\":\"Tool\",\"spdxId\":\"urn:tool\",\"name\":\"maker\",\"creationInfo\":\"_:c\"}," \
	"{\"type\":\"SpdxDocument\",\"spdxId\":\"urn:doc\",\"name\":\"d\",\"creationInfo\":"       \
	"\"_:c\",\"rootElement\":[\"urn:sbom\"]},{\"type\":\"software_Sbom\",\"spdxId\":"          \
	"\"urn:sbom\",\"rootElement\":[\"urn:root\"]}" more "]}"
#define RELATION(id, kind, to)                                                                     \
	",{\"type\":\"Relationship\",\"spdxId\":\"urn:" id "\",\"from\":\"urn:root\","             \
	"\"relationshipType\":\"" kind "\",\"to\":[\"" to "\"]}"
#define ROOT                                                                                       \
	",{\"type\":\"software_Package\",\"spdxId\":\"urn:root\",\"name\":\"p\","                  \
	"\"software_packageVersion\":\"1\",\"software_packageUrl\":\"pkg:npm/p@1\","               \
	"\"suppliedBy\":\"urn:me\",\"verifiedUsing\":[{\"type\":\"Hash\",\"algorithm\":"           \
	"\"sha256\","                                                                              \
	"\"hashValue\":\"" HEX64 "\"}]},{\"type\":\"Organization\",\"spdxId\":\"urn:me\","         \
	"\"name\":\"Me\"}"

static void reads_spdx_3(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep)
	struct it_sbom *sbom = read_well(
		&document,
		SPDX3(ROOT RELATION("r1", "hasDeclaredLicense", "urn:l1") RELATION(
			"r2", "hasConcludedLicense", "https://spdx.org/licenses/MIT")
			      RELATION("r3", "hasConcludedLicense",
				       "urn:set") ",{\"type\":\"simplelicensing_"
						  "LicenseExpression\",\"spdxId\":\"urn:l1\","
						  "\"simplelicensing_licenseExpression\":\"MIT OR "
						  "ISC\"},"
						  "{\"type\":\"expandedlicensing_"
						  "ConjunctiveLicenseSet\",\"spdxId\":\"urn:set\","
						  "\"expandedlicensing_member\":[\"urn:l1\",\"urn:"
						  "later\","
						  "\"expandedlicensing_NoAssertionLicense\",\"urn:"
						  "own/a b\"]},"
						  "{\"type\":\"expandedlicensing_OrLaterOperator\","
						  "\"spdxId\":\"urn:later\","
						  "\"expandedlicensing_subjectLicense\":\"https://"
						  "spdx.org/licenses/MPL-1.1\"}"));

	(void)state; /* not used */
	assert_int_equal(sbom->format, IT_SBOM_SPDX3);
	assert_string_equal(sbom->version, "3.0.1");
	assert_int_equal(sbom->created, 1767323045);
	assert_string_equal(sbom->tools.items[0], "maker");
	assert_int_equal(sbom->count, 1);
	assert_true(sbom->components[0].described);
	assert_string_equal(sbom->components[0].purl, "pkg:npm/p@1");
	assert_string_equal(sbom->components[0].supplier, "Me");
	assert_string_equal(sbom->subjects.items[0], "sha256:" HEX64);
	assert_string_equal(sbom->components[0].declared.items[0].text, "MIT OR ISC");
	assert_int_equal(sbom->components[0].concluded.count, 2);
}

static void reads_what_spdx_3_describes_by_a_relationship(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep)
	struct it_sbom *sbom = read_well(
		&document,
		SPDX3(",{\"type\":\"software_Package\",\"spdxId\":\"urn:p\",\"name\":"
		      "\"p\"},{\"type\":\"software_Package\",\"spdxId\":\"urn:q\","
		      "\"name\":\"q\"},{\"type\":\"Relationship\",\"spdxId\":\"urn:r\","
		      "\"from\":\"urn:doc\",\"relationshipType\":\"describes\",\"to\":["
		      "\"urn:p\"]},{\"type\":\"Relationship\",\"spdxId\":\"urn:s\",\"from\":"
		      "\"urn:p\",\"relationshipType\":\"describes\",\"to\":[\"urn:q\"]}"));

	(void)state; /* not used */
	assert_true(sbom->components[0].described);
	assert_false(sbom->components[1].described);
}

static void refuses_spdx_3_that_is_none(void **state)
{
	(void)state; /* not used */
	is_refused("{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}",
		   INTOTO_E_FORMAT, "want the member \"@graph\"");
	is_refused(
		"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[]}",
		INTOTO_E_FORMAT, "want one SpdxDocument, found none");
	is_refused(SPDX3(",{\"type\":\"SpdxDocument\",\"spdxId\":\"urn:doc2\"}"), INTOTO_E_FORMAT,
		   "want one SpdxDocument, found two");
	is_refused(SPDX3(ROOT ROOT), INTOTO_E_FORMAT, "has the id of");
	is_refused(SPDX3(ROOT RELATION(
			   "r", "hasConcludedLicense",
			   "urn:set") ",{\"type\":\"expandedlicensing_ConjunctiveLicenseSet\","
				      "\"spdxId\":"
				      "\"urn:set\",\"expandedlicensing_member\":[\"urn:set\"]}"),
		   INTOTO_E_LIMIT, "licences more than 16 sets deep");
	is_refused(SPDX3(ROOT RELATION("r", "hasConcludedLicense",
				       "urn:set") ",{\"type\":\"expandedlicensing_"
						  "ConjunctiveLicenseSet\",\"spdxId\":"
						  "\"urn:set\",\"expandedlicensing_member\":[7]}"),
		   INTOTO_E_FORMAT, "want a text");
}

static void refuses_what_has_the_marks_of_two_formats_or_of_none(void **state)
{
	(void)state; /* not used */
	is_refused("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"spdxVersion\":"
		   "\"SPDX-2.3\"}",
		   INTOTO_E_FORMAT, "marks of two SBOM formats");
	is_refused("{}", INTOTO_E_FORMAT, "the document is no SBOM");
	is_refused("[]", INTOTO_E_FORMAT, "the document is no SBOM");
}

static void goes_by_the_type_that_was_signed(void **state)
{
	IT_AUTO(it_json_freep)
	struct it_json *both = parse("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\","
				     "\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\"}");
	IT_AUTO(it_json_freep) struct it_json *one = parse(CDX(""));
	IT_AUTO(it_sbom_freep) struct it_sbom *first = NULL;
	IT_AUTO(it_sbom_freep) struct it_sbom *second = NULL;
	IT_AUTO(it_sbom_freep) struct it_sbom *third = NULL;
	struct intoto_error *err = NULL;

	(void)state; /* not used */
	assert_int_equal(it_sbom_read(&first, both, "https://cyclonedx.org/bom/v1.6", NULL), 0);
	assert_int_equal(first->format, IT_SBOM_CYCLONEDX);
	assert_int_equal(it_sbom_read(&second, both, "https://spdx.dev/Document/v2.3", NULL), 0);
	assert_int_equal(second->format, IT_SBOM_SPDX2);
	assert_refused(it_sbom_read(&third, one, "https://spdx.dev/Document", &err), &err,
		       INTOTO_E_FORMAT, "no SBOM in SPDX, as its type says");
}

static void reads_what_older_cosign_wraps(void **state)
{
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	IT_AUTO(it_sbom_freep)
	struct it_sbom *sbom = read_well(
		&document, "{\"Data\":" CDX("") ",\"Timestamp\":\"2022-01-01T00:00:00Z\"}");

	(void)state; /* not used */
	assert_int_equal(sbom->format, IT_SBOM_CYCLONEDX);
	assert_int_equal(sbom->count, 0);
}

static void is_about_so_many_things_at_most(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)state; /* not used */
	(void)it_buf_add_text(&text, "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\",\"packages\":[");
	for (int i = 0; i < 1100; i++)
		(void)it_buf_printf(&text,
				    "%s{\"SPDXID\":\"SPDXRef-%d\",\"name\":\"p\",\"checksums\":[{"
				    "\"algorithm\":\"SHA256\",\"checksumValue\":\"" HEX64 "\"}]}",
				    i ? "," : "", i);
	(void)it_buf_add_text(&text, "],\"documentDescribes\":[");
	for (int i = 0; i < 1100; i++)
		(void)it_buf_printf(&text, "%s\"SPDXRef-%d\"", i ? "," : "", i);
	(void)it_buf_add_text(&text, "]}");
	is_refused(it_buf_text(&text), INTOTO_E_LIMIT, "is about more than 1024 things");
}

static void tells_purls_from_other_texts(void **state)
{
	(void)state; /* not used */
	assert_true(it_sbom_purl_is_valid("pkg:npm/left-pad@1.3.0"));
	assert_true(it_sbom_purl_is_valid("pkg:npm/%40a/b"));
	assert_true(it_sbom_purl_is_valid("pkg://deb/debian/zlib"));
	assert_false(it_sbom_purl_is_valid(""));
	assert_false(it_sbom_purl_is_valid("pkg:npm"));
	assert_false(it_sbom_purl_is_valid("pkg:npm/"));
	assert_false(it_sbom_purl_is_valid("pkg:/x"));
	assert_false(it_sbom_purl_is_valid("pkg:npm/@1"));
	assert_false(it_sbom_purl_is_valid("npm/left-pad"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_spdx_2),
		cmocka_unit_test(reads_what_spdx_2_describes_in_each_form),
		cmocka_unit_test(refuses_spdx_2_that_is_none),
		cmocka_unit_test(reads_cyclonedx_with_nested_components),
		cmocka_unit_test(refuses_cyclonedx_that_is_none),
		cmocka_unit_test(reads_spdx_3),
		cmocka_unit_test(reads_what_spdx_3_describes_by_a_relationship),
		cmocka_unit_test(refuses_spdx_3_that_is_none),
		cmocka_unit_test(refuses_what_has_the_marks_of_two_formats_or_of_none),
		cmocka_unit_test(goes_by_the_type_that_was_signed),
		cmocka_unit_test(reads_what_older_cosign_wraps),
		cmocka_unit_test(is_about_so_many_things_at_most),
		cmocka_unit_test(tells_purls_from_other_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
