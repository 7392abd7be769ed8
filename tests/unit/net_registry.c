/* SPDX-License-Identifier: Apache-2.0 */
/* What the registry client makes of addresses, lists and changes, without a registry. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "net/oci/registry_part.h"
#include "refused.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static char base[] = "https://registry.example:5000";
static char here[] = "https://registry.example:5000/v2/app/blobs/uploads/";

static void call_from(struct it_registry_call *call, struct it_registry *registry, char *url)
{
	*registry = (struct it_registry){ .base = base };
	*call = (struct it_registry_call){ .registry = registry,
					   .where = IT_BUF(100),
					   .url = IT_BUF(1000) };
	assert_int_equal(it_buf_add_text(&call->where, "where"), 0);
	assert_int_equal(it_buf_add_text(&call->url, url), 0);
}

static void call_done(struct it_registry_call *call)
{
	it_buf_done(&call->where);
	it_buf_done(&call->url);
	it_strings_done(&call->answer.headers);
}

static void assert_leads(const char *text, const char *want, bool ours_wanted)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1000);
	struct it_registry registry;
	struct it_registry_call call;
	bool ours;

	call_from(&call, &registry, here);
	assert_int_equal(it_registry_resolve_url(&out, &ours, &call, text, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), want);
	assert_int_equal(ours, ours_wanted);
	call_done(&call);
}

static void resolves_addresses_of_every_kind(void **state)
{
	(void)state;
	assert_leads("https://registry.example:5000/x?y=z", "https://registry.example:5000/x?y=z",
		     true);
	assert_leads("/v2/x", "https://registry.example:5000/v2/x", true);
	assert_leads("x?y", "https://registry.example:5000/v2/app/blobs/uploads/x?y", true);
	assert_leads("?y", "https://registry.example:5000/v2/app/blobs/uploads/?y", true);
	assert_leads("//registry.example:5000/x", "https://registry.example:5000/x", true);
	assert_leads("/x#fragment", "https://registry.example:5000/x", true);
}

static void knows_another_host(void **state)
{
	(void)state;
	assert_leads("https://registry.example/x", "https://registry.example/x", false);
	assert_leads("https://registry.example:50000/x", "https://registry.example:50000/x", false);
	assert_leads("https://registry.example:5000.evil.example/x",
		     "https://registry.example:5000.evil.example/x", false);
	assert_leads("//evil.example/x", "https://evil.example/x", false);
}

static void assert_no_way(const char *text, const char *why)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1000);
	struct intoto_error *err = NULL;
	struct it_registry registry;
	struct it_registry_call call;
	bool ours;

	call_from(&call, &registry, here);
	assert_refused(it_registry_resolve_url(&out, &ours, &call, text, &err), &err,
		       INTOTO_E_SERVICE, why);
	call_done(&call);
}

static void refuses_addresses_that_lead_astray(void **state)
{
	(void)state;
	assert_no_way("http://registry.example:5000/x", "out of https into plain http");
	assert_no_way("file:///etc/passwd", "which is not an address of http or https");
	assert_no_way("gopher://x/", "which is not an address of http or https");
	assert_no_way("https://user@registry.example:5000/", "which is not an address");
	assert_no_way("https://registry.example:5000@evil.example/", "which is not an address");
	assert_no_way("/x y", "which is no address");
	assert_no_way("/x\r\nHost: y", "leads to \"/x\\u{d}\\nHost: y\", which is no address");
	assert_no_way("", "which is no address");
}

static int next_of(struct it_buf *out, const char *link, struct intoto_error **err)
{
	struct it_registry registry;
	struct it_registry_call call;
	int rc;

	call_from(&call, &registry, here);
	assert_int_equal(it_strings_add(&call.answer.headers, link, NULL), INTOTO_OK);
	rc = it_registry_next_page(out, &call, err);
	call_done(&call);
	return rc;
}

static void finds_the_next_page(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1000);

	(void)state;
	assert_int_equal(next_of(&out, "link: </v2/x?last=b&n=2>; rel=\"next\"", NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), "https://registry.example:5000/v2/x?last=b&n=2");
	assert_int_equal(next_of(&out, "link: </a>; rel=\"prev\", </b>; rel=next", NULL),
			 INTOTO_OK);
	assert_string_equal(it_buf_text(&out), "https://registry.example:5000/b");
	assert_int_equal(next_of(&out, "link: </a>; rel=\"prev\"", NULL), INTOTO_OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(next_of(&out, "link: </a", NULL), INTOTO_OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(next_of(&out, "other: </a>; rel=\"next\"", NULL), INTOTO_OK);
	assert_int_equal(out.len, 0);
}

static void refuses_a_next_page_elsewhere_or_here(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1000);
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(next_of(&out, "link: <https://evil.example/>; rel=\"next\"", &err), &err,
		       INTOTO_E_SERVICE, "another host, for the rest of a list");
	assert_refused(next_of(&out, "link: </v2/app/blobs/uploads/>; rel=\"next\"", &err), &err,
		       INTOTO_E_SERVICE, "where this page came from");
}

static struct it_oci_manifest *index_of(const char *text)
{
	struct it_oci_manifest *index;
	struct it_buf bytes = IT_BUF(10000);

	assert_int_equal(it_buf_add_text(&bytes, text), 0);
	assert_int_equal(it_oci_manifest_take(&index, &bytes, IT_OCI_INDEX, NULL, NULL), INTOTO_OK);
	return index;
}

#define ENTRY(digest) "{\"digest\":\"" digest "\",\"mediaType\":\"" IT_OCI_MANIFEST "\",\"size\":7}"
#define INDEX(entries)                                                                             \
	"{\"manifests\":[" entries "],\"mediaType\":\"" IT_OCI_INDEX "\",\"schemaVersion\":2}"

static struct it_oci_annotation noted[] = { { "a", "1" }, { "b", "2" } };

static void assert_printed(const char *before, bool gone, const struct it_strings *drop,
			   const char *after, bool same_wanted)
{
	IT_AUTO(it_oci_manifest_freep)
	struct it_oci_manifest *index = before ? index_of(before) : NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(10000);
	const struct it_registry_entry entry = { .subject = C,
						 .descriptor = { .media_type = IT_OCI_MANIFEST,
								 .digest = B,
								 .size = 7,
								 .artifact_type = "text/b",
								 .annotations = noted,
								 .annotation_count = 2 },
						 .gone = gone };
	bool same;

	assert_int_equal(it_registry_fallback_print(&out, &same, index, &entry, drop, NULL),
			 INTOTO_OK);
	assert_string_equal(it_buf_text(&out), after);
	assert_int_equal(same, same_wanted);
}

#define OURS                                                                                       \
	"{\"annotations\":{\"a\":\"1\",\"b\":\"2\"},\"artifactType\":\"text/b\",\"digest\":\"" B   \
	"\",\"mediaType\":\"" IT_OCI_MANIFEST "\",\"size\":7}"

static void adds_an_entry_to_a_list_of_referrers(void **state)
{
	(void)state;
	assert_printed(NULL, false, NULL, INDEX(OURS), false);
	assert_printed(INDEX(""), false, NULL, INDEX(OURS), false);
	assert_printed(INDEX(ENTRY(A)), false, NULL, INDEX(ENTRY(A) "," OURS), false);
	assert_printed(INDEX(ENTRY(B)), false, NULL, INDEX(ENTRY(B)), true);
}

static void takes_an_entry_out_of_a_list_of_referrers(void **state)
{
	(void)state;
	assert_printed(INDEX(ENTRY(A) "," ENTRY(B)), true, NULL, INDEX(ENTRY(A)), false);
	assert_printed(INDEX(ENTRY(B)), true, NULL, INDEX(""), false);
	assert_printed(INDEX(ENTRY(A)), true, NULL, INDEX(ENTRY(A)), true);
}

static void leaves_out_what_is_gone_and_nothing_else(void **state)
{
	struct it_strings drop = { 0 };

	(void)state;
	assert_int_equal(it_strings_add(&drop, A, NULL), INTOTO_OK);
	assert_printed(INDEX(ENTRY(A) "," ENTRY(C)), false, &drop, INDEX(ENTRY(C) "," OURS), false);
	it_strings_done(&drop);
}

static void keeps_what_others_wrote_into_a_list(void **state)
{
	(void)state;
	assert_printed(
		"{\"annotations\":{\"theirs\":\"x\"},\"manifests\":[{\"digest\":\"" A
		"\",\"mediaType\":\"x/y\",\"new\":[1,null,true],\"size\":7}],\"schemaVersion\":"
		"2,\"zebra\":{}}",
		false, NULL,
		"{\"annotations\":{\"theirs\":\"x\"},\"manifests\":[{\"digest\":\"" A
		"\",\"mediaType\":\"x/y\",\"new\":[1,null,true],\"size\":7}," OURS
		"],\"schemaVersion\":2,\"zebra\":{}}",
		false);
}

static void names_the_fallback_tag(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1000);

	(void)state;
	it_registry_fallback_tag(&out, A);
	assert_string_equal(
		it_buf_text(&out),
		"sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	it_buf_reset(&out);
	/* of 128 digits 64 */
	it_registry_fallback_tag(
		&out, "sha512:"
		      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
	assert_string_equal(
		it_buf_text(&out),
		"sha512-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void computes_digests_by_their_algorithm(void **state)
{
	char found[IT_OCI_DIGEST_SIZE];
	struct it_digest hash;

	(void)state;
	assert_null(it_registry_digest_alg("sha256:AA"));
	assert_null(it_registry_digest_alg("md5:d41d8cd98f00b204e9800998ecf8427e"));
	it_digest_start(&hash, it_registry_digest_alg(IT_OCI_EMPTY_DIGEST));
	it_digest_add(&hash, "{}", 2);
	assert_true(it_registry_digest_is(&hash, IT_OCI_EMPTY_DIGEST, found));
	it_digest_start(&hash, it_registry_digest_alg(A));
	it_digest_add(&hash, "{}", 2);
	assert_false(it_registry_digest_is(&hash, A, found));
	assert_string_equal(found, IT_OCI_EMPTY_DIGEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_addresses_of_every_kind),
		cmocka_unit_test(knows_another_host),
		cmocka_unit_test(refuses_addresses_that_lead_astray),
		cmocka_unit_test(finds_the_next_page),
		cmocka_unit_test(refuses_a_next_page_elsewhere_or_here),
		cmocka_unit_test(adds_an_entry_to_a_list_of_referrers),
		cmocka_unit_test(takes_an_entry_out_of_a_list_of_referrers),
		cmocka_unit_test(leaves_out_what_is_gone_and_nothing_else),
		cmocka_unit_test(keeps_what_others_wrote_into_a_list),
		cmocka_unit_test(names_the_fallback_tag),
		cmocka_unit_test(computes_digests_by_their_algorithm),
	};

	return cmocka_run_group_tests_name("net/oci/registry", tests, NULL, NULL);
}
