/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints: the same bytes fit, all others do not, short and long. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/fingerprint.h"

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

static int run(struct it_fingerprint *print, const char *text, size_t size)
{
	struct it_fingerprint_run run;

	it_fingerprint_begin(&run, print);
	for (size_t at = 0, len = strlen(text); at < len; at += size)
		it_fingerprint_add(&run, it_span(text + at, len - at < size ? len - at : size));
	return it_fingerprint_end(&run, print);
}

static void the_first_run_is_taken_and_the_others_compared(void **state)
{
	struct it_fingerprint print = { .taken = true };

	(void)state;
	assert_int_equal(it_fingerprint_init(&print, NULL), INTOTO_OK);
	assert_int_equal(run(&print, "bytes that come again, in other pieces", 5), INTOTO_OK);
	assert_int_equal(run(&print, "bytes that come again, in other pieces", 1), INTOTO_OK);
	assert_int_equal(run(&print, "bytes that come again, in other pieces", 99), INTOTO_OK);
	assert_int_equal(run(&print, "bytes that come again, in other pieceS", 5),
			 INTOTO_E_UNTRUSTED);
	assert_int_equal(run(&print, "bytes that come again, in other piece", 5),
			 INTOTO_E_UNTRUSTED);
	assert_int_equal(run(&print, "", 5), INTOTO_E_UNTRUSTED);
	assert_int_equal(run(&print, "bytes that come again, in other pieces", 7), INTOTO_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_fit_and_others_do_not),
		cmocka_unit_test(nothing_fits_what_was_never_taken),
		cmocka_unit_test(each_has_a_key_of_its_own),
		cmocka_unit_test(the_first_run_is_taken_and_the_others_compared),
	};

	return cmocka_run_group_tests_name("crypto_fingerprint", tests, NULL, NULL);
}
