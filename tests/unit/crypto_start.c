/* SPDX-License-Identifier: Apache-2.0 */
/* libcrypto's EVP is paid for only when it is used: never for a step with an Ed25519 key. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/key.h"

#include <dlfcn.h>
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/digest.h"
#include "tests/unit/crypto_keys.h"

static unsigned starts;

/* Stands in front of libcrypto's own; every use of EVP in the tree begins with this call. */
int OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
	int (*next)(uint64_t, const OPENSSL_INIT_SETTINGS *) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "OPENSSL_init_crypto");

	memcpy(&next, &symbol, sizeof next); /* the way ISO C allows */
	starts++;
	return next(options, settings);
}

static void sign_and_verify(const char *pem, size_t len)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(pem);
	IT_AUTO(intoto_key_freep) struct intoto_key *half = NULL;
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(4096);
	IT_AUTO(it_freep) char *public_pem = NULL;
	IT_AUTO(it_freep) char *data = calloc(1, len);

	assert_int_equal(intoto_key_public_pem(key, &public_pem, NULL), INTOTO_OK);
	half = key_from(public_pem);
	assert_int_equal(it_key_sign(key, it_span(data, len), &signature, NULL), INTOTO_OK);
	assert_int_equal(it_key_verify(half, it_span(data, len), it_buf_span(&signature), NULL),
			 INTOTO_OK);
}

static void ed25519_leaves_libcrypto_asleep(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(100);
	IT_AUTO(intoto_key_freep) struct intoto_key *fresh = NULL;
	IT_AUTO(it_freep) char *pem = NULL;

	(void)state;
	it_sha256_hex(&hex, it_span_text("data"));
	sign_and_verify(ed25519_pem, 64 * 1024 - 1);
	assert_int_equal(intoto_key_generate(&fresh, "ed25519", NULL), INTOTO_OK);
	assert_int_equal(intoto_key_private_pem(fresh, NULL, 0, &pem, NULL), INTOTO_OK);
	assert_int_equal(starts, 0);
}

/* And the counter counts. */
static void the_others_wake_it(void **state)
{
	(void)state;
	sign_and_verify(ed25519_pem, 64 * 1024);
	assert_true(starts > 0);
	starts = 0;
	sign_and_verify(p256_pem, 1);
	assert_true(starts > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_leaves_libcrypto_asleep),
		cmocka_unit_test(the_others_wake_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
