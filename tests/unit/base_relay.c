/* SPDX-License-Identifier: Apache-2.0 */
/* What goes through another thread arrives as it came. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/relay.h"

#include "base/text.h"
#include "tests/unit/refused.h"

enum { BYTES = 3 * 1000 * 1000, LONGEST = 400 * 1000, LIMIT = 1000 * 1000 };

static uint32_t next(uint32_t *at)
{
	*at = *at * 1664525 + 1013904223;
	return *at >> 8;
}

static char *make_bytes(void)
{
	char *bytes = malloc(BYTES);
	uint32_t at = 1;

	assert_non_null(bytes);
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (char)next(&at);
	return bytes;
}

static int keep(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct it_buf *out = arg;

	(void)it_buf_add_span(out, piece); /* checked next */
	return it_buf_check(out, "a message", err);
}

/* In pieces of every length up to most. */
static int pour(struct it_relay *relay, const char *bytes, size_t most, struct intoto_error **err)
{
	uint32_t random = (uint32_t)most;
	int rc = INTOTO_OK;

	for (size_t at = 0; !rc && at < BYTES;) {
		size_t len = next(&random) % (most + 1);

		len = len < BYTES - at ? len : BYTES - at;
		rc = it_relay_take(relay, it_span(bytes + at, len), err);
		at += len;
	}
	return rc;
}

static void brings_all_bytes_in_their_order(void **state)
{
	static const size_t most[] = { 1000, 64 * 1024, 128 * 1024, LONGEST };
	IT_AUTO(it_freep) char *bytes = make_bytes();

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(most); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(BYTES);
		const struct it_sink sink = { keep, &out };
		struct it_relay relay;

		it_relay_open(&relay, &sink);
		assert_int_equal(pour(&relay, bytes, most[i], NULL), INTOTO_OK);
		assert_int_equal(it_relay_close(&relay, NULL), INTOTO_OK);
		assert_int_equal(out.len, BYTES);
		assert_memory_equal(out.data, bytes, BYTES);
	}
}

static void brings_nothing_where_nothing_came(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(BYTES);
	const struct it_sink sink = { keep, &out };
	struct it_relay relay;

	(void)state;
	it_relay_open(&relay, &sink);
	assert_int_equal(it_relay_close(&relay, NULL), INTOTO_OK);
	assert_int_equal(out.len, 0);
}

static void refuses_with_the_words_of_the_sink(void **state)
{
	IT_AUTO(it_freep) char *bytes = make_bytes();
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(LIMIT);
	const struct it_sink sink = { keep, &out };
	struct intoto_error *err = NULL;
	struct it_relay relay;
	int rc;

	(void)state;
	it_relay_open(&relay, &sink);
	(void)pour(&relay, bytes, LONGEST, &err); /* it may have heard of it, or not yet */
	rc = it_relay_close(&relay, &err);
	assert_refused(rc, &err, INTOTO_E_LIMIT, "a message");
}

/* Who pours stops in the middle, for a reason of its own. */
static void is_closed_with_a_room_half_full(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(BYTES);
	const struct it_sink sink = { keep, &out };
	struct it_relay relay;

	(void)state;
	it_relay_open(&relay, &sink);
	assert_int_equal(it_relay_take(&relay, it_span("half", 4), NULL), INTOTO_OK);
	assert_int_equal(it_relay_close(&relay, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&out), "half");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_all_bytes_in_their_order),
		cmocka_unit_test(brings_nothing_where_nothing_came),
		cmocka_unit_test(refuses_with_the_words_of_the_sink),
		cmocka_unit_test(is_closed_with_a_room_half_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
