/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: what is read, whom they name, who may sign, where a path ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "crypto/signer.h"
#include "tests/unit/certificates.h"
#include "tests/unit/refused.h"

#define AUTO_MADE IT_AUTO(made_done) struct made
#define AUTO_LIST IT_AUTO(it_certificates_done) struct it_certificates

static const struct recipe plain = { .common_name = "bob",
				     .basic = "CA:FALSE",
				     .usage = "critical,digitalSignature" };

/* --- reading --- */

static void refuses_text(const char *text, int code, const char *why)
{
	AUTO_LIST read = { 0 };
	struct intoto_error *err = NULL;

	assert_refused(it_certificates_parse(&read, it_span_text(text), &err), &err, code, why);
}

static void reads_a_leaf_with_its_issuers_in_their_order(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE leaf = make(&plain, &root);
	AUTO_LIST read = { 0 };
	IT_AUTO(it_freep) char *first = made_pem(&leaf);
	IT_AUTO(it_freep) char *second = made_pem(&root);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(65536);
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(65536);
	IT_AUTO(it_buf_done) struct it_buf again = IT_BUF(65536);
	int64_t from = 0;
	int64_t until = 0;

	(void)state;
	(void)it_buf_printf(&text, "Bag Attributes: none\n%s\nsubject=root\n%s\nbye", first,
			    second);
	assert_int_equal(it_certificates_parse(&read, it_buf_span(&text), NULL), INTOTO_OK);
	assert_int_equal(read.count, 2);
	it_certificate_subject(&subject, read.items[0]);
	assert_string_equal(it_buf_text(&subject), "CN=bob");
	assert_int_equal(it_certificate_print(&again, read.items[0], NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&again), first);
	assert_true(it_certificate_span(read.items[0], &from, &until));
	assert_int_equal(from, MADE_AT - 10 * DAY);
	assert_int_equal(until, MADE_AT + 10 * DAY);
	assert_true(it_certificate_is_authority(read.items[1]));
	assert_false(it_certificate_is_authority(read.items[0]));
}

static void refuses_what_is_no_certificate(void **state)
{
	AUTO_MADE made = make(&plain, NULL);
	IT_AUTO(it_freep) char *pem = made_pem(&made);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(65536);

	(void)state;
	refuses_text("", INTOTO_E_FORMAT, "want certificates in PEM, found none");
	refuses_text("hello", INTOTO_E_FORMAT, "found none");
	refuses_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		     INTOTO_E_FORMAT, "certificate 1: want CERTIFICATE, found PRIVATE KEY");
	refuses_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		     INTOTO_E_FORMAT, "certificate 1: the base64 holds no certificate");
	(void)it_buf_printf(&text, "%s%.100s", pem, pem);
	refuses_text(it_buf_text(&text), INTOTO_E_FORMAT, "certificate 2: has no END line");
}

static void refuses_bytes_behind_a_certificate(void **state)
{
	AUTO_MADE made = make(&plain, NULL);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(65536);
	IT_AUTO(it_buf_done) struct it_buf base64 = IT_BUF(65536);
	unsigned char *der = NULL;
	int len = i2d_X509(made.x509, &der);
	unsigned char longer[4096];

	(void)state;
	assert_in_range(len, 1, (int)sizeof longer - 1);
	memcpy(longer, der, (size_t)len);
	longer[len] = 0;
	OPENSSL_free(der);
	it_base64_encode(&base64, it_span(longer, (size_t)len + 1));
	(void)it_buf_printf(&text, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
			    it_buf_text(&base64));
	refuses_text(it_buf_text(&text), INTOTO_E_FORMAT, "certificate 1: ");
}

static void refuses_more_certificates_than_the_limit(void **state)
{
	AUTO_MADE made = make(&plain, NULL);
	AUTO_LIST many = { 0 };
	AUTO_LIST more = { 0 };
	IT_AUTO(it_freep) char *pem = made_pem(&made);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * IT_CERTIFICATE_TEXT_MAX);
	struct intoto_error *err = NULL;

	(void)state;
	for (int i = 0; i < IT_CERTIFICATES_MAX; i++)
		(void)it_buf_add_text(&text, pem);
	assert_int_equal(it_certificates_parse(&many, it_buf_span(&text), NULL), INTOTO_OK);
	assert_refused(it_certificates_parse(&many, it_span_text(pem), &err), &err, INTOTO_E_LIMIT,
		       "certificate 1: more than 1024 certificates");
	/* Lists that are put together are of what was read within the limit. */
	assert_int_equal(it_certificates_share(&more, &many, 0, NULL), INTOTO_OK);
	assert_int_equal(it_certificates_share(&more, &many, 1, NULL), INTOTO_OK);
	assert_int_equal(more.count, 2 * IT_CERTIFICATES_MAX - 1);
	(void)it_buf_reserve(&text, IT_CERTIFICATE_TEXT_MAX);
	while (text.len <= IT_CERTIFICATE_TEXT_MAX)
		(void)it_buf_add_text(&text, pem);
	refuses_text(it_buf_text(&text), INTOTO_E_LIMIT, "more than 1048576 bytes");
}

static void gives_the_key_of_each_kind(void **state)
{
	static const struct {
		struct recipe recipe;
		const char *scheme;
	} kinds[] = {
		{ { .common_name = "a" }, "ecdsa-sha2-nistp256" },
		{ { .common_name = "a", .ed25519 = true }, "ed25519" },
		{ { .common_name = "a", .rsa_bits = 2048 }, "rsassa-pss-sha256" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		AUTO_MADE made = make(&kinds[i].recipe, NULL);
		IT_AUTO(intoto_key_freep) struct intoto_key *signer = made_signer(&made);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		AUTO_LIST read = { 0 };

		made_add(&read, &made);
		assert_int_equal(it_certificate_key(&key, read.items[0], NULL), INTOTO_OK);
		assert_string_equal(intoto_key_scheme(key), kinds[i].scheme);
		assert_true(intoto_key_same(key, signer));
		assert_false(intoto_key_is_private(key));
	}
}

/* --- names --- */

static int names_of(struct it_certificate_names *names, const struct recipe *recipe,
		    struct intoto_error **err)
{
	AUTO_MADE made = make(recipe, NULL);
	AUTO_LIST read = { 0 };

	made_add(&read, &made);
	return it_certificate_names(names, read.items[0], err);
}

static void reads_every_name(void **state)
{
	static const struct recipe recipe = {
		.common_name = "b\xc3\xb6"
			       "b",
		.organization = "Example",
		.alternative = "URI:spiffe://a/b,DNS:c,DNS:d,email:bob@example.com,IP:127.0.0.1",
	};
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };

	(void)state;
	assert_int_equal(names_of(&names, &recipe, NULL), INTOTO_OK);
	assert_string_equal(names.of[IT_NAME_COMMON].items[0], "b\xc3\xb6"
							       "b");
	assert_string_equal(names.of[IT_NAME_ORGANIZATION].items[0], "Example");
	assert_string_equal(names.of[IT_NAME_URI].items[0], "spiffe://a/b");
	assert_int_equal(names.of[IT_NAME_DNS].count, 2);
	assert_string_equal(names.of[IT_NAME_DNS].items[1], "d");
	assert_string_equal(names.of[IT_NAME_EMAIL].items[0], "bob@example.com");
}

static void refuses_a_nul_inside_the_common_name(void **state)
{
	static const struct recipe recipe = { .common_name = "bob\0eve", .common_name_length = 7 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(names_of(&names, &recipe, &err), &err, INTOTO_E_FORMAT,
		       "the common name 'bob\\u{0}eve' has a NUL character inside");
}

/* conf strings cannot hold these bytes. */
static void refuses_alternative(const char *bytes, int len, const char *why)
{
	struct recipe recipe = plain;
	struct made made;
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();
	IT_AUTO(it_certificate_names_done) struct it_certificate_names read_names = { 0 };
	AUTO_LIST read = { 0 };
	struct intoto_error *err = NULL;

	made = make(&recipe, NULL);
	ASN1_STRING_set(value, bytes, len);
	GENERAL_NAME_set0_value(name, GEN_URI, value);
	sk_GENERAL_NAME_push(names, name);
	X509_add1_ext_i2d(made.x509, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND);
	GENERAL_NAMES_free(names);
	X509_sign(made.x509, made.key, EVP_sha256());
	made_add(&read, &made);
	made_done(&made);
	assert_refused(it_certificate_names(&read_names, read.items[0], &err), &err,
		       INTOTO_E_FORMAT, why);
}

static void refuses_alternative_names_that_do_not_show_what_they_are(void **state)
{
	(void)state;
	refuses_alternative("spiffe://a/b\0.evil", 18,
			    "the URI 'spiffe://a/b\\u{0}.evil' has a NUL");
	refuses_alternative("spiffe://a/\nb", 13, "has a control character inside");
	refuses_alternative("spiffe://\xd0\xb0/b", 13, "is not ASCII");
}

/* --- who may sign --- */

static int may_sign(const struct recipe *recipe, struct intoto_error **err)
{
	AUTO_MADE made = make(recipe, NULL);
	AUTO_LIST read = { 0 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };

	made_add(&read, &made);
	assert_int_equal(it_certificate_names(&names, read.items[0], NULL), INTOTO_OK);
	return it_certificate_check_signer(read.items[0], &names, err);
}

static void accepts_signers_of_every_usual_purpose(void **state)
{
	static const char *const purposes[] = { NULL,
						"serverAuth",
						"clientAuth",
						"codeSigning",
						"emailProtection",
						"1.3.6.1.5.5.7.3.36",
						"anyExtendedKeyUsage",
						"timeStamping,codeSigning" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(purposes); i++) {
		struct recipe recipe = plain;

		recipe.purpose = purposes[i];
		assert_int_equal(may_sign(&recipe, NULL), INTOTO_OK);
	}
	assert_int_equal(may_sign(&(struct recipe){ .common_name = "no extensions" }, NULL),
			 INTOTO_OK);
	assert_int_equal(may_sign(&(struct recipe){ .alternative = "URI:spiffe://a/b,DNS:c",
						    .basic = "CA:FALSE",
						    .usage = "critical,digitalSignature",
						    .purpose = "serverAuth,clientAuth" },
				  NULL),
			 INTOTO_OK);
}

static void refuses_signers_that_are_something_else(void **state)
{
	static const struct {
		struct recipe recipe;
		const char *why;
	} others[] = {
		{ { .common_name = "a", .basic = "critical,CA:TRUE" }, "is that of an authority" },
		{ { .common_name = "a", .usage = "keyCertSign,digitalSignature" },
		  "is that of an authority" },
		{ { .common_name = "a",
		    .basic = "CA:FALSE",
		    .usage = "keyCertSign,digitalSignature" },
		  "keyCertSign" },
		{ { .common_name = "a", .basic = "CA:FALSE", .usage = "keyEncipherment" },
		  "has no digitalSignature" },
		{ { .common_name = "a", .basic = "CA:FALSE", .purpose = "timeStamping" },
		  "is for other purposes" },
		{ { .common_name = "a", .basic = "CA:FALSE", .purpose = "OCSPSigning,1.2.3.4" },
		  "is for other purposes" },
		{ { .common_name = "a", .version = 1 }, "is that of an authority" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		struct intoto_error *err = NULL;

		assert_refused(may_sign(&others[i].recipe, &err), &err, INTOTO_E_UNTRUSTED,
			       others[i].why);
	}
}

static void refuses_svids_that_break_their_rules(void **state)
{
	static const struct {
		struct recipe recipe;
		const char *why;
	} others[] = {
		{ { .alternative = "URI:spiffe://a/b,URI:https://c", .basic = "CA:FALSE" },
		  "2 URIs: want exactly one" },
		{ { .alternative = "URI:https://c,URI:SPIFFE://a/b", .basic = "CA:FALSE" },
		  "2 URIs: want exactly one" },
		{ { .alternative = "URI:spiffe://a", .basic = "CA:FALSE" },
		  "the SPIFFE ID of a trust domain" },
		{ { .alternative = "URI:spiffe://a/", .basic = "CA:FALSE" },
		  "the SPIFFE ID of a trust domain" },
		{ { .alternative = "URI:spiffe://a/b",
		    .basic = "CA:FALSE",
		    .usage = "digitalSignature,cRLSign" },
		  "cRLSign" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		struct intoto_error *err = NULL;

		assert_refused(may_sign(&others[i].recipe, &err), &err, INTOTO_E_UNTRUSTED,
			       others[i].why);
	}
	assert_int_equal(
		may_sign(&(struct recipe){ .alternative = "URI:https://a,URI:https://b" }, NULL),
		INTOTO_OK);
}

/* --- paths --- */

/* Judges leaf at a time under one root with at most one issuer between. */
static int chain_at(const struct made *leaf, const struct made *between, const struct made *root,
		    int64_t at, struct intoto_error **err)
{
	AUTO_LIST leaves = { 0 };
	AUTO_LIST helpers = { 0 };
	AUTO_LIST roots = { 0 };
	size_t found = 7;
	int rc;

	made_add(&leaves, leaf);
	if (between)
		made_add(&helpers, between);
	made_add(&roots, root);
	rc = it_certificate_chain(&found, leaves.items[0], &roots, &helpers, at, err);
	if (rc == INTOTO_OK)
		assert_int_equal(found, 0);
	return rc;
}

static int chain_of(const struct recipe *leaf, const struct recipe *between,
		    const struct recipe *root, struct intoto_error **err)
{
	AUTO_MADE top = make(root, NULL);
	AUTO_MADE middle = make(between, &top);
	AUTO_MADE bottom = make(leaf, &middle);

	return chain_at(&bottom, &middle, &top, MADE_AT, err);
}

static void finds_the_root_in_which_a_path_ends(void **state)
{
	AUTO_MADE a = make(MADE_ROOT("a"), NULL);
	AUTO_MADE b = make(MADE_ROOT("b"), NULL);
	AUTO_MADE middle = make(MADE_ROOT("m"), &b);
	AUTO_MADE leaf = make(&plain, &middle);
	AUTO_LIST leaves = { 0 };
	AUTO_LIST roots = { 0 };
	AUTO_LIST helpers = { 0 };
	AUTO_LIST none = { 0 };
	struct intoto_error *err = NULL;
	size_t root = 7;

	(void)state;
	made_add(&leaves, &leaf);
	made_add(&roots, &a);
	made_add(&roots, &b);
	made_add(&helpers, &middle);
	assert_int_equal(
		it_certificate_chain(&root, leaves.items[0], &roots, &helpers, MADE_AT, NULL),
		INTOTO_OK);
	assert_int_equal(root, 1);
	assert_refused(it_certificate_chain(&root, leaves.items[0], &roots, &none, MADE_AT, &err),
		       &err, INTOTO_E_UNTRUSTED,
		       "no chain of issuers leads from the certificate to such a root");
	err = NULL;
	roots.count = 1;
	assert_refused(
		it_certificate_chain(&root, leaves.items[0], &roots, &helpers, MADE_AT, &err), &err,
		INTOTO_E_UNTRUSTED, "to such a root");
	roots.count = 2;
}

static void takes_a_root_that_is_not_self_signed(void **state)
{
	AUTO_MADE top = make(MADE_ROOT("top"), NULL);
	AUTO_MADE middle = make(MADE_ROOT("middle"), &top);
	AUTO_MADE leaf = make(&plain, &middle);

	(void)state;
	assert_int_equal(chain_at(&leaf, NULL, &middle, MADE_AT, NULL), INTOTO_OK);
}

static void finds_the_right_one_of_two_roots_with_one_name(void **state)
{
	AUTO_MADE old = make(MADE_ROOT("root"), NULL);
	AUTO_MADE new = make(MADE_ROOT("root"), NULL);
	AUTO_MADE third = make(MADE_ROOT("root"), NULL);
	const struct made *const issuers[] = { &old, &new, &third };
	AUTO_LIST roots = { 0 };
	AUTO_LIST none = { 0 };

	(void)state;
	made_add(&roots, &old);
	made_add(&roots, &new);
	for (size_t i = 0; i < IT_COUNT_OF(issuers); i++) {
		AUTO_MADE leaf = make(&plain, issuers[i]);
		AUTO_LIST leaves = { 0 };
		struct intoto_error *err = NULL;
		size_t root = 7;
		int rc;

		made_add(&leaves, &leaf);
		rc = it_certificate_chain(&root, leaves.items[0], &roots, &none, MADE_AT, &err);
		if (issuers[i] == &third) {
			assert_refused(rc, &err, INTOTO_E_UNTRUSTED, "signature failure");
			continue;
		}
		assert_int_equal(rc, INTOTO_OK);
		assert_int_equal(root, i);
		assert_null(err);
	}
}

static void judges_dates_at_the_given_time(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE leaf = make(&plain, &root);
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(chain_at(&leaf, NULL, &root, MADE_AT - 10 * DAY, NULL), INTOTO_OK);
	assert_int_equal(chain_at(&leaf, NULL, &root, MADE_AT + 10 * DAY - 1, NULL), INTOTO_OK);
	assert_refused(chain_at(&leaf, NULL, &root, MADE_AT + 11 * DAY, &err), &err,
		       INTOTO_E_UNTRUSTED,
		       "the certificate expired at 2026-06-07T20:26:40Z, before "
		       "2026-06-08T20:26:40Z");
	err = NULL;
	assert_refused(chain_at(&leaf, NULL, &root, MADE_AT - 11 * DAY, &err), &err,
		       INTOTO_E_UNTRUSTED, "the certificate is valid from 2026-05-18");
	err = NULL;
	assert_refused(chain_at(&leaf, NULL, &root, MADE_AT + 1001 * DAY, &err), &err,
		       INTOTO_E_UNTRUSTED, "expired");
}

static void refuses_issuers_that_may_not_issue(void **state)
{
	static const struct {
		struct recipe issuer;
		const char *why;
	} others[] = {
		{ { .common_name = "m", .basic = "CA:FALSE" }, "its issuer 'CN=m': invalid CA" },
		{ { .common_name = "m" }, "its issuer 'CN=m': invalid CA" },
		{ { .common_name = "m", .version = 1 }, "CN=m" },
		{ { .common_name = "m", .usage = "keyCertSign" }, "its issuer 'CN=m': invalid CA" },
		{ { .common_name = "m", .basic = "CA:TRUE", .usage = "digitalSignature" }, "CN=m" },
		{ { .common_name = "m", .basic = "CA:TRUE", .purpose = "timeStamping" },
		  "the issuer 'CN=m' issues for other purposes only" },
		{ { .common_name = "m",
		    .basic = "CA:TRUE",
		    .constraints = "permitted;DNS:example.com" },
		  "permitted subtree violation" },
		{ { .common_name = "m", .basic = "CA:TRUE", .sha1 = true },
		  "digest algorithm too weak" },
		{ { .common_name = "m", .basic = "CA:TRUE", .rsa_bits = 1024 }, "key too weak" },
		{ { .common_name = "m", .basic = "CA:TRUE", .from_day = -5, .until_day = -1 },
		  "its issuer 'CN=m' expired at" },
	};
	static const struct recipe leaf = { .common_name = "bob", .alternative = "DNS:evil.org" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(others); i++) {
		struct intoto_error *err = NULL;

		assert_refused(chain_of(&leaf, &others[i].issuer, MADE_ROOT("root"), &err), &err,
			       INTOTO_E_UNTRUSTED, others[i].why);
	}
}

static void refuses_a_root_that_does_not_say_that_it_is_an_authority(void **state)
{
	static const struct recipe middle = { .common_name = "m", .basic = "critical,CA:TRUE" };
	static const struct recipe old = { .common_name = "r", .version = 1 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(chain_of(&plain, &middle, &old, &err), &err, INTOTO_E_UNTRUSTED,
		       "the issuer 'CN=r' does not say that it is an authority");
}

static void refuses_a_path_longer_than_an_issuer_allows(void **state)
{
	static const struct recipe middle = { .common_name = "m", .basic = "critical,CA:TRUE" };
	static const struct recipe root = { .common_name = "r",
					    .basic = "critical,CA:TRUE,pathlen:0" };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(chain_of(&plain, &middle, &root, &err), &err, INTOTO_E_UNTRUSTED,
		       "path length constraint exceeded");
	assert_int_equal(chain_of(&plain, &middle, MADE_ROOT("r"), NULL), INTOTO_OK);
}

static void refuses_weak_leaves(void **state)
{
	static const struct recipe middle = { .common_name = "m", .basic = "critical,CA:TRUE" };
	static const struct recipe sha1 = { .common_name = "bob", .sha1 = true };
	static const struct recipe small = { .common_name = "bob", .rsa_bits = 1024 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(chain_of(&sha1, &middle, MADE_ROOT("r"), &err), &err, INTOTO_E_UNTRUSTED,
		       "digest algorithm too weak");
	err = NULL;
	assert_refused(chain_of(&small, &middle, MADE_ROOT("r"), &err), &err, INTOTO_E_UNTRUSTED,
		       "key too weak");
}

static void refuses_a_critical_extension_that_it_does_not_know(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE leaf = make(&plain, &root);
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4.5", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	struct intoto_error *err = NULL;

	(void)state;
	ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05", 2);
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
	X509_add_ext(leaf.x509, extension, -1);
	X509_sign(leaf.x509, root.key, EVP_sha256());
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	assert_refused(chain_at(&leaf, NULL, &root, MADE_AT, &err), &err, INTOTO_E_UNTRUSTED,
		       "unhandled critical extension");
}

static void honours_name_constraints(void **state)
{
	static const struct recipe middle = { .common_name = "m",
					      .basic = "critical,CA:TRUE",
					      .constraints =
						      "critical,permitted;URI:good.example" };
	static const struct recipe good = { .alternative = "URI:spiffe://good.example/a" };
	static const struct recipe evil = { .alternative = "URI:spiffe://evil.example/a" };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(chain_of(&good, &middle, MADE_ROOT("r"), NULL), INTOTO_OK);
	assert_refused(chain_of(&evil, &middle, MADE_ROOT("r"), &err), &err, INTOTO_E_UNTRUSTED,
		       "permitted subtree violation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_leaf_with_its_issuers_in_their_order),
		cmocka_unit_test(refuses_what_is_no_certificate),
		cmocka_unit_test(refuses_bytes_behind_a_certificate),
		cmocka_unit_test(refuses_more_certificates_than_the_limit),
		cmocka_unit_test(gives_the_key_of_each_kind),
		cmocka_unit_test(reads_every_name),
		cmocka_unit_test(refuses_a_nul_inside_the_common_name),
		cmocka_unit_test(refuses_alternative_names_that_do_not_show_what_they_are),
		cmocka_unit_test(accepts_signers_of_every_usual_purpose),
		cmocka_unit_test(refuses_signers_that_are_something_else),
		cmocka_unit_test(refuses_svids_that_break_their_rules),
		cmocka_unit_test(finds_the_root_in_which_a_path_ends),
		cmocka_unit_test(takes_a_root_that_is_not_self_signed),
		cmocka_unit_test(finds_the_right_one_of_two_roots_with_one_name),
		cmocka_unit_test(judges_dates_at_the_given_time),
		cmocka_unit_test(refuses_issuers_that_may_not_issue),
		cmocka_unit_test(refuses_a_root_that_does_not_say_that_it_is_an_authority),
		cmocka_unit_test(refuses_a_path_longer_than_an_issuer_allows),
		cmocka_unit_test(refuses_weak_leaves),
		cmocka_unit_test(refuses_a_critical_extension_that_it_does_not_know),
		cmocka_unit_test(honours_name_constraints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
