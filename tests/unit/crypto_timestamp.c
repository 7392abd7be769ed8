/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps of RFC 3161: read, verified, refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/timestamp.h"

#include <openssl/err.h>

#include "base/text.h"
#include "tests/unit/refused.h"
#include "tests/unit/timestamps.h"

#define AUTO_MADE IT_AUTO(made_done) struct made
#define AUTO_LIST IT_AUTO(it_certificates_done) struct it_certificates
#define AUTO_BUF IT_AUTO(it_buf_done) struct it_buf

static const struct recipe tsa_recipe = TSA_RECIPE;
static const struct it_span message = { "signature", 9 };

/* Stamps the message with a certificate of that recipe, and verifies it over data under the root.
 */
static int verify(const struct recipe *recipe, const struct stamp *stamp, struct it_span data,
		  int64_t *time, struct intoto_error **err)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE tsa = make(recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);

	made_add(&roots, &root);
	make_stamp(&der, stamp, &tsa);
	return it_timestamp_verify(time, it_buf_span(&der), data, &roots, err);
}

static void accepts_a_response_and_a_token(void **state)
{
	const EVP_MD *const digests[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };

	(void)state;
	for (size_t i = 0; i < 2 * IT_COUNT_OF(digests); i++) {
		struct stamp stamp = {
			.data = message, .time = MADE_AT, .md = digests[i / 2], .bare = i % 2
		};
		int64_t time = 0;

		assert_int_equal(verify(&tsa_recipe, &stamp, message, &time, NULL), INTOTO_OK);
		assert_int_equal(time, MADE_AT);
	}
}

static void judges_the_authority_at_the_time_of_the_token(void **state)
{
	struct recipe recipe = TSA_RECIPE;
	struct stamp stamp = { .data = message, .time = MADE_AT };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	recipe.from_day = -3;
	recipe.until_day = 3;
	assert_int_equal(verify(&recipe, &stamp, message, &time, NULL), INTOTO_OK);
	stamp.time = MADE_AT + 4 * DAY;
	assert_refused(verify(&recipe, &stamp, message, &time, &err), &err, INTOTO_E_UNTRUSTED,
		       "the timestamp's authority: the certificate expired at");
}

static void refuses_a_timestamp_over_other_bytes(void **state)
{
	struct stamp stamp = { .data = message, .time = MADE_AT };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	assert_refused(verify(&tsa_recipe, &stamp, it_span("other", 5), &time, &err), &err,
		       INTOTO_E_UNTRUSTED, "is over other bytes");
}

static void refuses_weak_digests(void **state)
{
	struct stamp imprint = { .data = message, .time = MADE_AT, .md = EVP_sha1() };
	struct stamp outer = { .data = message, .time = MADE_AT, .signed_over = EVP_sha1() };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	assert_refused(verify(&tsa_recipe, &imprint, message, &time, &err), &err,
		       INTOTO_E_UNTRUSTED, "hashes with SHA1, want SHA-256");
	assert_refused(verify(&tsa_recipe, &outer, message, &time, &err), &err, INTOTO_E_UNTRUSTED,
		       "is not signed once over SHA-256");
}

static void refuses_a_token_without_its_certificate(void **state)
{
	struct stamp stamp = { .data = message, .time = MADE_AT, .without_certificate = true };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	assert_refused(verify(&tsa_recipe, &stamp, message, &time, &err), &err, INTOTO_E_UNTRUSTED,
		       "does not carry the certificate");
}

static void takes_the_certificate_of_a_token_from_the_roots(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE tsa = make(&tsa_recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
	struct stamp stamp = { .data = message, .time = MADE_AT, .without_certificate = true };
	int64_t time = 0;

	(void)state;
	made_add(&roots, &tsa);
	make_stamp(&der, &stamp, &tsa);
	assert_int_equal(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, NULL),
			 INTOTO_OK);
}

static void refuses_another_root(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE other = make(MADE_ROOT("other"), NULL);
	AUTO_MADE tsa = make(&tsa_recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
	struct stamp stamp = { .data = message, .time = MADE_AT };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	made_add(&roots, &other);
	make_stamp(&der, &stamp, &tsa);
	assert_refused(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, &err), &err,
		       INTOTO_E_UNTRUSTED, "no chain of issuers leads");
	roots.count--;
	assert_refused(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, &err), &err,
		       INTOTO_E_UNTRUSTED, "no chain of issuers leads");
	roots.count++;
}

/* libcrypto's own authority refuses such certificates, so the token is signed as another one's. */
static void refuses_certificates_for_other_purposes(void **state)
{
	static const char *const purposes[] = { "timeStamping", "critical,timeStamping,codeSigning",
						"critical,timeStamping,1.2.3.4" };
	struct stamp stamp = { .data = message, .time = MADE_AT };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(purposes); i++) {
		struct recipe recipe = TSA_RECIPE;
		AUTO_MADE root = make(MADE_ROOT("root"), NULL);
		AUTO_MADE good = make(&tsa_recipe, &root);
		AUTO_MADE bad = { 0 };
		AUTO_LIST roots = { 0 };
		AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
		struct intoto_error *err = NULL;
		int64_t time = 0;

		recipe.purpose = purposes[i];
		bad = make(&recipe, &root);
		/* The name and serial number by which a token finds its certificate. */
		X509_set_serialNumber(bad.x509, X509_get_serialNumber(good.x509));
		X509_sign(bad.x509, root.key, EVP_sha256());
		stamp.without_certificate = true;
		make_stamp(&der, &stamp, &good);
		made_add(&roots, &bad);
		assert_refused(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, &err),
			       &err, INTOTO_E_UNTRUSTED, "not for timestamps only");
	}
}

static void refuses_a_changed_token(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE tsa = make(&tsa_recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
	struct stamp stamp = { .data = message, .time = MADE_AT, .bare = true };
	char *found;
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	made_add(&roots, &root);
	make_stamp(&der, &stamp, &tsa);
	found = memmem(der.data, der.len, "20260528202640Z", 15);
	assert_non_null(found);
	found[3] = '5'; /* a year earlier */
	assert_refused(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, &err), &err,
		       INTOTO_E_UNTRUSTED, "its signature is not good");
}

static void refuses_what_is_no_token(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE tsa = make(&tsa_recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
	struct stamp stamp = { .data = message, .time = MADE_AT };
	struct intoto_error *err = NULL;
	int64_t time = 0;

	(void)state;
	made_add(&roots, &root);
	assert_refused(it_timestamp_verify(&time, it_span("", 0), message, &roots, &err), &err,
		       INTOTO_E_LIMIT, "has 0 bytes");
	assert_refused(it_timestamp_verify(&time, it_span("hello", 5), message, &roots, &err), &err,
		       INTOTO_E_UNTRUSTED, "is no RFC 3161 token");
	assert_refused(it_timestamp_verify(&time, it_span("0\3\6\1\0", 5), message, &roots, &err),
		       &err, INTOTO_E_UNTRUSTED, "is no RFC 3161 token");
	make_stamp(&der, &stamp, &tsa);
	(void)it_buf_add_byte(&der, 0);
	assert_refused(it_timestamp_verify(&time, it_buf_span(&der), message, &roots, &err), &err,
		       INTOTO_E_UNTRUSTED, "is no RFC 3161");
}

static void refuses_a_response_that_was_not_granted(void **state)
{
	TS_RESP *response = TS_RESP_new();
	TS_STATUS_INFO *status = TS_STATUS_INFO_new();
	unsigned char *der = NULL;
	struct intoto_error *err = NULL;
	int64_t time = 0;
	int len;

	(void)state;
	TS_STATUS_INFO_set_status(status, TS_STATUS_REJECTION);
	TS_RESP_set_status_info(response, status);
	len = i2d_TS_RESP(response, &der);
	assert_true(len > 0);
	assert_refused(it_timestamp_read(&time, NULL, it_span(der, (size_t)len), message, &err),
		       &err, INTOTO_E_UNTRUSTED, "was not granted (status 2)");
	OPENSSL_free(der);
	TS_STATUS_INFO_free(status);
	TS_RESP_free(response);
}

static void takes_the_token_out_of_a_response(void **state)
{
	AUTO_MADE root = make(MADE_ROOT("root"), NULL);
	AUTO_MADE tsa = make(&tsa_recipe, &root);
	AUTO_LIST roots = { 0 };
	AUTO_BUF der = IT_BUF(IT_TIMESTAMP_MAX);
	AUTO_BUF token = IT_BUF(IT_TIMESTAMP_MAX);
	struct stamp stamp = { .data = message, .time = MADE_AT };
	int64_t time = 0;

	(void)state;
	made_add(&roots, &root);
	make_stamp(&der, &stamp, &tsa);
	ERR_clear_error();
	assert_int_equal(it_timestamp_read(&time, &token, it_buf_span(&der), message, NULL),
			 INTOTO_OK);
	assert_in_range(token.len, 1, der.len - 1);
	assert_int_equal(it_timestamp_verify(&time, it_buf_span(&token), message, &roots, NULL),
			 INTOTO_OK);
	assert_int_equal(time, MADE_AT);
	assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_response_and_a_token),
		cmocka_unit_test(judges_the_authority_at_the_time_of_the_token),
		cmocka_unit_test(refuses_a_timestamp_over_other_bytes),
		cmocka_unit_test(refuses_weak_digests),
		cmocka_unit_test(refuses_a_token_without_its_certificate),
		cmocka_unit_test(takes_the_certificate_of_a_token_from_the_roots),
		cmocka_unit_test(refuses_another_root),
		cmocka_unit_test(refuses_certificates_for_other_purposes),
		cmocka_unit_test(refuses_a_changed_token),
		cmocka_unit_test(refuses_what_is_no_token),
		cmocka_unit_test(refuses_a_response_that_was_not_granted),
		cmocka_unit_test(takes_the_token_out_of_a_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
