/* SPDX-License-Identifier: Apache-2.0 */
/* Two streams at once: whatever they hold, and however they are cut, libcrypto says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "crypto/sha256_pair.h"

enum { LONGEST = 8 * 1024 };

static unsigned char text[2][LONGEST];

static int fill(void **state)
{
	uint32_t random = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++) {
		random = random * 1103515245 + 12345;
		text[i / LONGEST][i % LONGEST] = (unsigned char)(random >> 16);
	}
	return 0;
}

static void check(struct it_sha256_stream *stream, const struct it_sha256_kernel *kernel,
		  const unsigned char *data, size_t len)
{
	unsigned char got[IT_SHA256_SIZE];
	unsigned char want[IT_SHA256_SIZE];

	it_sha256_stream_finish(stream, kernel, data + stream->length, len - stream->length, got);
	it_sha256(want, it_span(data, len));
	assert_true(it_span_eq(it_span(got, sizeof got), it_span(want, sizeof want)));
}

static void agrees_with_libcrypto_on_one_stream_of_any_length(void **state)
{
	const struct it_sha256_kernel *kernel = it_sha256_pair_kernel();

	(void)state;
	for (size_t len = 0; kernel && len < 1000; len++) {
		struct it_sha256_stream stream;

		it_sha256_stream_start(&stream);
		kernel->one(&stream, text[0], len / IT_SHA256_BLOCK);
		check(&stream, kernel, text[0], len);
	}
}

/* Both go together as long as both have blocks, and the longer one alone to its end. */
static void check_pair(const struct it_sha256_kernel *kernel, size_t a, size_t b, size_t step)
{
	struct it_sha256_stream streams[2];
	struct it_sha256_stream *const both[2] = { &streams[0], &streams[1] };
	const size_t blocks[2] = { a / IT_SHA256_BLOCK, b / IT_SHA256_BLOCK };
	size_t common = blocks[0] < blocks[1] ? blocks[0] : blocks[1];

	it_sha256_stream_start(both[0]);
	it_sha256_stream_start(both[1]);
	for (size_t at = 0; at < common; at += step) {
		const unsigned char *const data[2] = { text[0] + at * IT_SHA256_BLOCK,
						       text[1] + at * IT_SHA256_BLOCK };

		kernel->two(both, data, step < common - at ? step : common - at);
	}
	for (int i = 0; i < 2; i++)
		kernel->one(both[i], text[i] + common * IT_SHA256_BLOCK, blocks[i] - common);
	check(both[0], kernel, text[0], a);
	check(both[1], kernel, text[1], b);
}

static void agrees_with_libcrypto_on_two_streams(void **state)
{
	const struct it_sha256_kernel *kernel = it_sha256_pair_kernel();

	(void)state;
	for (size_t a = 0; kernel && a < LONGEST; a += 37)
		check_pair(kernel, a, (a * 7919) % LONGEST, 1 + a % 5);
}

static void is_there_where_the_cpu_says_so(void **state)
{
	const struct it_sha256_kernel *kernel = it_sha256_pair_kernel();

	(void)state;
	if (kernel)
		assert_string_equal(kernel->name, "sha-ni");
	else
		print_message("# this CPU has no SHA instructions: nothing was compared\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_libcrypto_on_one_stream_of_any_length),
		cmocka_unit_test(agrees_with_libcrypto_on_two_streams),
		cmocka_unit_test(is_there_where_the_cpu_says_so),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
