/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, base64 in pieces, and files in pieces. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/sink.h"

#include "base/base64_sink.h"
#include "base/draft.h"
#include "base/text.h"
#include "tests/unit/refused.h"
#include "tests/unit/workspace.h"

enum { BYTES = 400, OUT_MAX = 4096 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void fill(char bytes[BYTES])
{
	uint32_t at = 1;

	for (size_t i = 0; i < BYTES; i++) {
		at = at * 1664525 + 1013904223;
		bytes[i] = (char)(at >> 24);
	}
}

/* RFC 4648 section 4, six bits at a time. */
static void encode_slowly(struct it_buf *out, struct it_span bytes)
{
	for (size_t bit = 0; bit < bytes.len * 8; bit += 6) {
		unsigned value = 0;

		for (size_t i = bit; i < bit + 6; i++) {
			unsigned byte = i / 8 < bytes.len ? (unsigned char)bytes.data[i / 8] : 0;

			value = value << 1 | (byte >> (7 - i % 8) & 1);
		}
		assert_int_equal(it_buf_add_byte(out, digits[value]), INTOTO_OK);
	}
	while (out->len % 4)
		assert_int_equal(it_buf_add_byte(out, '='), INTOTO_OK);
}

static int keep(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)err;
	return it_buf_add_span(arg, piece);
}

static void encodes_every_length_as_the_rfc_says(void **state)
{
	char bytes[BYTES];

	(void)state;
	fill(bytes);
	for (size_t len = 0; len < BYTES; len++) {
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(OUT_MAX);
		IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(OUT_MAX);

		encode_slowly(&want, it_span(bytes, len));
		it_base64_encode(&found, it_span(bytes, len));
		assert_string_equal(it_buf_text(&found), it_buf_text(&want));
	}
}

static void encodes_every_byte(void **state)
{
	char all[3 * 256];
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(OUT_MAX);
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(OUT_MAX);

	(void)state;
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)(i / 3 * (i % 3 + 1));
	encode_slowly(&want, it_span(all, sizeof all));
	it_base64_encode(&found, it_span(all, sizeof all));
	assert_string_equal(it_buf_text(&found), it_buf_text(&want));
}

static void encodes_pieces_of_every_size_as_one(void **state)
{
	char bytes[BYTES];

	(void)state;
	fill(bytes);
	for (size_t len = BYTES - 4; len < BYTES; len++) {
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(OUT_MAX);

		it_base64_encode(&want, it_span(bytes, len));
		for (size_t size = 1; size < 60; size++) {
			IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(OUT_MAX);
			const struct it_sink out = { keep, &found };
			struct it_base64_sink encoder = { .next = &out, .text = IT_BUF(OUT_MAX) };

			for (size_t at = 0, step = size; at < len;
			     at += step, step = size + at % 3) {
				size_t left = len - at;

				assert_int_equal(it_base64_take(&encoder,
								it_span(bytes + at,
									left < step ? left : step),
								NULL),
						 INTOTO_OK);
			}
			assert_int_equal(it_base64_end(&encoder, NULL), INTOTO_OK);
			it_buf_done(&encoder.text);
			assert_string_equal(it_buf_text(&found), it_buf_text(&want));
		}
	}
}

static void reads_a_message_up_to_the_ceiling_and_no_further(void **state)
{
	struct it_span bytes = it_span_text("a message");
	const struct it_message message = it_message_of(&bytes);
	IT_AUTO(it_buf_done) struct it_buf room = IT_BUF(9);
	IT_AUTO(it_buf_done) struct it_buf small = IT_BUF(8);
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_message_read(&room, &message, "it", NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&room), "a message");
	assert_refused(it_message_read(&small, &message, "it", &err), &err, INTOTO_E_LIMIT,
		       "it: more than 8 bytes");
	assert_int_equal(small.len, 0);
}

/* --- files --- */

static void shows_a_file_only_when_it_is_finished(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(100);
	struct it_draft draft = IT_DRAFT;

	(void)state;
	workspace_write("file", "old");
	assert_int_equal(it_draft_open(&draft, "file", 0600, IT_FILE_SYNC, NULL), INTOTO_OK);
	assert_int_equal(it_draft_add(&draft, it_span_text("new "), NULL), INTOTO_OK);
	assert_int_equal(it_draft_add(&draft, it_span_text("text"), NULL), INTOTO_OK);
	assert_int_equal(it_file_read(&text, "file", NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text), "old");
	assert_int_equal(it_draft_finish(&draft, NULL), INTOTO_OK);
	it_draft_drop(&draft);
	assert_int_equal(it_file_read(&text, "file", NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text), "new text");
}

static void leaves_nothing_of_a_file_that_is_dropped(void **state)
{
	struct it_draft draft = IT_DRAFT;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(it_draft_open(&draft, "folder/file", 0600, 0, NULL), INTOTO_OK);
	assert_int_equal(it_draft_add(&draft, it_span_text("text"), NULL), INTOTO_OK);
	it_draft_drop(&draft);
	assert_int_equal(rmdir("folder"), 0); /* it is empty */
}

static void replaces_no_file_that_came_meanwhile_when_it_must_be_new(void **state)
{
	struct it_draft draft = IT_DRAFT;
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(mkdir("new", 0700), 0);
	assert_int_equal(it_draft_open(&draft, "new/file", 0600, IT_FILE_NEW, NULL), INTOTO_OK);
	workspace_write("new/file", "somebody's");
	assert_refused(it_draft_finish(&draft, &err), &err, INTOTO_E_IO, "new/file: File exists");
	it_draft_drop(&draft);
	assert_int_equal(unlink("new/file"), 0);
	assert_int_equal(rmdir("new"), 0); /* nothing is left beside it */
}

int main(void)
{
#define IN_WORKSPACE(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_every_length_as_the_rfc_says),
		cmocka_unit_test(encodes_every_byte),
		cmocka_unit_test(encodes_pieces_of_every_size_as_one),
		cmocka_unit_test(reads_a_message_up_to_the_ceiling_and_no_further),
		IN_WORKSPACE(shows_a_file_only_when_it_is_finished),
		IN_WORKSPACE(leaves_nothing_of_a_file_that_is_dropped),
		IN_WORKSPACE(replaces_no_file_that_came_meanwhile_when_it_must_be_new),
	};

	return cmocka_run_group_tests_name("base_sink", tests, NULL, NULL);
}
