/* SPDX-License-Identifier: Apache-2.0 */
/* The gate "sbom": what an SBOM must say, and about what. */
#include "tests/unit/gate_cases.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

#define CDX(created, root, components)                                                             \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"metadata\":{\"timestamp\":"        \
	"\"" created "\",\"tools\":[{\"name\":\"syft\",\"version\":\"1.2\"}],\"component\":" root  \
	"},\"components\":[" components "]}"
#define ROOT(hash)                                                                                 \
	"{\"type\":\"application\",\"name\":\"app\",\"hashes\":[{\"alg\":\"SHA-256\","             \
	"\"content\":\"" hash "\"}]}"
#define BARE "{\"type\":\"application\",\"name\":\"app\"}"
#define WITH_PURL(name) "{\"type\":\"library\",\"name\":\"" name "\",\"purl\":\"pkg:npm/" name "\"}"
#define WITHOUT(name) "{\"type\":\"library\",\"name\":\"" name "\"}"
#define LISTED(name, hash)                                                                         \
	"{\"type\":\"file\",\"name\":\"" name "\",\"hashes\":[{\"alg\":\"SHA-1\",\"content\":"     \
	"\"2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\"},{\"alg\":\"SHA-256\",\"content\":\"" hash   \
	"\"}]}"

#define TODAY "2026-02-01T00:00:00Z" /* the clock of the cases says 2026-02-02 */
#define GOOD CDX(TODAY, ROOT(A64), WITH_PURL("a") "," WITH_PURL("b"))

static void comes_to(const char *more, const char *sbom, const char *product, bool passed,
		     const char *text)
{
	IT_AUTO(case_done) struct gate_case it;
	IT_AUTO(it_artifacts_done) struct it_artifacts products = { 0 };
	IT_AUTO(it_buf_done) struct it_buf gate = IT_BUF(4096);

	case_make(&it, (const char *const[]){ sbom, NULL });
	if (product)
		assert_int_equal(it_artifacts_add(&products, it_span_text("app.tar"),
						  it_span_text(product), NULL),
				 0);
	assert_int_equal(it_artifacts_seal(&products, NULL), 0);
	it.input.products = &products;
	(void)it_buf_printf(&gate, "{\"gate\":\"sbom\"%s%s}", *more ? "," : "", more);
	case_comes_to(it_buf_text(&gate), &it, passed,
		      passed ? IT_DECISION_FINE : IT_DECISION_BLOCKED, "a.json", text);
}

static void passes(const char *more, const char *sbom, const char *product)
{
	comes_to(more, sbom, product, true, "all that is wanted");
}

static void blocks(const char *more, const char *sbom, const char *product, const char *text)
{
	comes_to(more, sbom, product, false, text);
}

static void wants_a_format(void **state)
{
	(void)state; /* not used */
	passes("", GOOD, NULL);
	passes("\"formats\":[\"spdx\",\"cyclonedx\"]", GOOD, NULL);
	passes("\"formats\":[\"cyclonedx-1.5\"]", GOOD, NULL);
	blocks("\"formats\":[\"cyclonedx-1.6\"]", GOOD, NULL,
	       "is CycloneDX 1.5, and wanted is cyclonedx-1.6");
	blocks("\"formats\":[\"spdx\"]", GOOD, NULL, "is CycloneDX 1.5, and wanted is spdx");
	blocks("", "{\"bomFormat\":\"x\"}", NULL, "cannot be read as an SBOM");
	case_refuses("{\"gate\":\"sbom\",\"formats\":[\"swid\"]}",
		     "gate.formats[0]: want \"spdx\"");
}

static void counts_components(void **state)
{
	(void)state; /* not used */
	passes("\"leastComponents\":2", GOOD, NULL);
	blocks("\"leastComponents\":3", GOOD, NULL, "has 2 components, and at least 3 are wanted");
	blocks("", CDX(TODAY, ROOT(A64), ""), NULL, "has 0 components, and at least 1 are wanted");
	passes("", CDX(TODAY, BARE, LISTED("f", A64)), NULL);
	blocks("\"leastComponents\":1", CDX(TODAY, BARE, LISTED("f", A64)), NULL, "has 0 components");
	case_refuses("{\"gate\":\"sbom\",\"leastComponents\":0}", "want a number from 1");
}

static void wants_a_share_of_packages_to_have_a_purl(void **state)
{
	const char *half = CDX(TODAY, BARE, WITH_PURL("a") "," WITHOUT("b"));

	(void)state; /* not used */
	passes("\"coverage\":{\"purl\":100}", GOOD, NULL);
	passes("\"coverage\":{\"purl\":50}", half, NULL);
	blocks("\"coverage\":{\"purl\":51}", half, NULL,
	       "has a purl for 1 of 2 packages (50 %), and at least 51 % are wanted");
	blocks("\"coverage\":{\"license\":1}", half, NULL, "has a license for 0 of 2 packages");
	case_refuses("{\"gate\":\"sbom\",\"coverage\":{\"purl\":101}}", "gate.coverage.purl: want");
	case_refuses("{\"gate\":\"sbom\",\"coverage\":{\"cpe\":10}}", "found another member");
}

static void wants_it_fresh(void **state)
{
	(void)state; /* not used */
	passes("\"createdWithin\":\"3d\"", GOOD, NULL);
	blocks("\"createdWithin\":\"1h\"", GOOD, NULL, "at most 3600 are allowed");
	blocks("\"createdWithin\":\"1h\"", CDX("2027-01-01T00:00:00Z", BARE, WITHOUT("a")), NULL,
	       "created in the future");
	blocks("\"createdWithin\":\"1h\"",
	       "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[" WITHOUT(
		       "a") "]}",
	       NULL, "does not say when it was created");
}

static void wants_it_to_be_about_the_product(void **state)
{
	const char *image = CDX(TODAY,
				"{\"type\":\"container\",\"name\":\"i\",\"purl\":\"pkg:oci/"
				"i@sha256%3A" A64 "?repository_url=x\"}",
				WITHOUT("a"));

	(void)state; /* not used */
	passes("\"describes\":\"product\"", GOOD, "sha256:" A64);
	passes("\"describes\":\"all-products\"", GOOD, "sha256:" A64);
	passes("\"describes\":\"product\"", image, "sha256:" A64);
	passes("\"describesDigest\":{\"sha256\":\"" A64 "\"}", image, NULL);
	blocks("\"describesDigest\":{\"sha256\":\"" B64 "\"}", image, NULL,
	       "is not about sha256:" B64);
	blocks("\"describes\":\"product\"", GOOD, "sha256:" B64,
	       "is about something that is no product of the step");
	blocks("\"describes\":\"product\"", GOOD, NULL, "is no product of the step");
	blocks("\"describes\":\"product\"", CDX(TODAY, BARE, WITHOUT("a")), "sha256:" A64,
	       "may be about anything");
	case_refuses("{\"gate\":\"sbom\",\"describesDigest\":{\"md5\":"
		     "\"00000000000000000000000000000000\"}}",
		     "worth trusting");
}

static void wants_products_to_be_in_it(void **state)
{
	const char *listed = CDX(TODAY, BARE, WITHOUT("a") "," LISTED("app.tar", B64));

	(void)state; /* not used */
	passes("\"contains\":\"products\"", listed, "sha256:" B64);
	passes("\"contains\":\"products\"", GOOD, "sha256:" A64);
	blocks("\"contains\":\"products\"", listed, "sha256:" A64,
	       "does not contain the product 'app.tar'");
	blocks("\"contains\":\"products\"", listed, "sha1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
	       "does not contain the product");
	blocks("\"contains\":\"products\"", listed, NULL, "the step has none");
}

static void wants_a_tool(void **state)
{
	(void)state; /* not used */
	passes("\"tools\":[\"trivy\",\"syft\"]", GOOD, NULL);
	blocks("\"tools\":[\"syf\"]", GOOD, NULL, "was made by syft-1.2, and wanted is syf");
}

static void one_good_sbom_is_enough_and_none_is_not(void **state)
{
	IT_AUTO(case_done) struct gate_case it;
	IT_AUTO(case_done) struct gate_case none;

	(void)state; /* not used */
	case_make(&it, (const char *const[]){ CDX(TODAY, BARE, WITHOUT("a")), GOOD, NULL });
	case_comes_to("{\"gate\":\"sbom\",\"coverage\":{\"purl\":90}}", &it, true,
		      IT_DECISION_REMARK, "a.json", "has a purl for 0 of 1 packages");
	case_make(&none, (const char *const[]){ NULL });
	case_comes_to("{\"gate\":\"sbom\"}", &none, false, IT_DECISION_BLOCKED, "evidence",
		      "there is no SBOM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wants_a_format),
		cmocka_unit_test(counts_components),
		cmocka_unit_test(wants_a_share_of_packages_to_have_a_purl),
		cmocka_unit_test(wants_it_fresh),
		cmocka_unit_test(wants_it_to_be_about_the_product),
		cmocka_unit_test(wants_products_to_be_in_it),
		cmocka_unit_test(wants_a_tool),
		cmocka_unit_test(one_good_sbom_is_enough_and_none_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
