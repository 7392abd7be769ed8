/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints: the same bytes fit, all others do not, short and long. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/fingerprint.h"
#include "crypto/fingerprint_long.h"

static const size_t sizes[] = { 0, 1, 16, 17, 64 * 1024 - 1, 64 * 1024, 300 * 1000 };

static void the_same_bytes_fit_and_others_do_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(sizes); i++) {
		IT_AUTO(it_freep) char *bytes = calloc(1, sizes[i] + 1);
		struct it_fingerprint print = { .taken = false };

		assert_non_null(bytes);
		assert_int_equal(it_fingerprint_take(&print, it_span(bytes, sizes[i]), NULL), 0);
		assert_int_equal(it_fingerprint_check(&print, it_span(bytes, sizes[i]), NULL), 0);
		assert_int_equal(it_fingerprint_check(&print, it_span(bytes, sizes[i] + 1), NULL),
				 INTOTO_E_UNTRUSTED);
		if (!sizes[i])
			continue;
		bytes[sizes[i] / 2] ^= 1;
		assert_int_equal(it_fingerprint_check(&print, it_span(bytes, sizes[i]), NULL),
				 INTOTO_E_UNTRUSTED);
	}
}

static void nothing_fits_what_was_never_taken(void **state)
{
	struct it_fingerprint print = { .taken = false };

	(void)state;
	assert_int_equal(it_fingerprint_check(&print, it_span("", 0), NULL), INTOTO_E_UNTRUSTED);
}

static void each_has_a_key_of_its_own(void **state)
{
	struct it_fingerprint a = { .taken = false };
	struct it_fingerprint b = { .taken = false };

	(void)state;
	assert_int_equal(it_fingerprint_take(&a, it_span("x", 1), NULL), 0);
	assert_int_equal(it_fingerprint_take(&b, it_span("x", 1), NULL), 0);
	assert_memory_not_equal(a.key, b.key, sizeof a.key);
	assert_memory_not_equal(a.tag, b.tag, sizeof a.tag);
}

/* The test vector of RFC 8439 section 2.5.2. */
static void both_libraries_give_the_same_tag(void **state)
{
	static const unsigned char key[32] = { 0x85, 0xd6, 0xbe, 0x78, 0x57, 0x55, 0x6d, 0x33,
					       0x7f, 0x44, 0x52, 0xfe, 0x42, 0xd5, 0x06, 0xa8,
					       0x01, 0x03, 0x80, 0x8a, 0xfb, 0x0d, 0xb2, 0xfd,
					       0x4a, 0xbf, 0xf6, 0xaf, 0x41, 0x49, 0xf5, 0x1b };
	static const unsigned char want[16] = { 0xa8, 0x06, 0x1d, 0xc1, 0x30, 0x51, 0x36, 0xc6,
						0xc2, 0x2b, 0x8b, 0xaf, 0x0c, 0x01, 0x27, 0xa9 };
	static const char text[] = "Cryptographic Forum Research Group";
	unsigned char tag[16];

	(void)state;
	assert_int_equal(it_poly1305_long(tag, key, it_span(text, sizeof text - 1), NULL), 0);
	assert_memory_equal(tag, want, sizeof want);
	assert_int_equal(crypto_onetimeauth(tag, (const unsigned char *)text, sizeof text - 1, key),
			 0);
	assert_memory_equal(tag, want, sizeof want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_fit_and_others_do_not),
		cmocka_unit_test(nothing_fits_what_was_never_taken),
		cmocka_unit_test(each_has_a_key_of_its_own),
		cmocka_unit_test(both_libraries_give_the_same_tag),
	};

	return cmocka_run_group_tests_name("crypto_fingerprint", tests, NULL, NULL);
}
