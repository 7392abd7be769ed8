/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical form back from written text, and writing into a sink, in pieces of every size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/recanon.h"

#include "json/writer.h"
#include "tests/unit/refused.h"

enum { OUT_MAX = 1024 * 1024 };

static int keep(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)err;
	return it_buf_add_span(arg, piece);
}

/* Texts with everything that one style spells in another way than the other. */
static void write_all(struct it_writer *writer)
{
	char all[256];

	for (size_t i = 0; i < 128; i++)
		all[i] = (char)i;
	it_write_object(writer);
	it_write_name(writer, "a \" b \\ : , { } [ ]");
	it_write_list(writer);
	for (size_t i = 0; i < 128; i++)
		it_write_text_span(writer, it_span(all + i, 128 - i));
	it_write_text(writer, "\xc3\xa9\\u0041\\\"");
	it_write_int(writer, -12);
	it_write_bool(writer, true);
	it_write_null(writer);
	it_write_list_end(writer);
	it_write_name(writer, "b\n");
	it_write_object(writer);
	it_write_object_end(writer);
	it_write_object_end(writer);
}

static void write_whole(struct it_buf *out, enum it_writer_style style)
{
	struct it_writer writer;

	it_writer_init(&writer, out, style);
	write_all(&writer);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
}

static void finds_the_canonical_form_however_the_text_is_cut(void **state)
{
	static const enum it_writer_style styles[] = { IT_WRITE_PRETTY, IT_WRITE_COMPACT };
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(OUT_MAX);

	(void)state;
	write_whole(&want, IT_WRITE_CANONICAL);
	for (size_t size = 1; size < 300; size += size < 20 ? 1 : 37) {
		for (size_t i = 0; i < IT_COUNT_OF(styles); i++) {
			IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUT_MAX);
			IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(OUT_MAX);
			const struct it_sink out = { keep, &found };
			struct it_recanon form = { .next = &out, .out = IT_BUF(OUT_MAX) };

			write_whole(&text, styles[i]);
			for (size_t at = 0; at < text.len; at += size) {
				size_t left = text.len - at;

				assert_int_equal(it_recanon_take(&form,
								 it_span(text.data + at,
									 left < size ? left : size),
								 NULL),
						 INTOTO_OK);
			}
			it_buf_done(&form.out);
			assert_true(it_span_eq(it_buf_span(&found), it_buf_span(&want)));
		}
	}
}

static void refuses_escapes_that_the_writer_does_not_make(void **state)
{
	static const char *const texts[] = { "\"\\/\"", "\"\\u0041\"", "\"\\u00e9\"", "\"\\u001F\"",
					     "\"\\x\"" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(OUT_MAX);
		const struct it_sink out = { keep, &found };
		struct it_recanon form = { .next = &out, .out = IT_BUF(OUT_MAX) };
		struct intoto_error *err = NULL;

		assert_refused(it_recanon_take(&form, it_span_text(texts[i]), &err), &err,
			       INTOTO_E_INTERNAL, "an escape that the writer does not make");
		it_buf_done(&form.out);
	}
}

/* --- the writer's sink --- */

struct taken {
	struct it_buf all;
	size_t pieces;
	size_t largest;
	size_t fail_at; /* the piece that fails, from 1 */
};

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct taken *taken = arg;

	if (++taken->pieces == taken->fail_at)
		return it_err_set(err, INTOTO_E_IO, "the sink is full");
	taken->largest = piece.len > taken->largest ? piece.len : taken->largest;
	return it_buf_add_span(&taken->all, piece);
}

static void write_long(struct it_writer *writer)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUT_MAX);

	it_write_list(writer);
	for (size_t len = 1; len < 3 * IT_WRITER_CHUNK; len += len / 2 + 1) {
		while (text.len < len)
			assert_int_equal(it_buf_add_byte(&text, text.len % 50 ? 'x' : '\n'),
					 INTOTO_OK);
		it_write_text_span(writer, it_buf_span(&text));
	}
	it_write_list_end(writer);
}

static void pours_into_a_sink_what_it_writes_into_a_buffer(void **state)
{
	for (int style = IT_WRITE_COMPACT; style <= (int)IT_WRITE_CANONICAL; style++) {
		IT_AUTO(it_buf_done) struct it_buf whole = IT_BUF(OUT_MAX);
		IT_AUTO(it_buf_done) struct it_buf chunk = IT_BUF(IT_WRITER_CHUNK);
		struct taken taken = { .all = IT_BUF(OUT_MAX) };
		const struct it_sink sink = { take, &taken };
		struct it_writer writer;

		(void)state;
		it_writer_init(&writer, &whole, (enum it_writer_style)style);
		write_long(&writer);
		assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
		it_writer_init_sink(&writer, &chunk, (enum it_writer_style)style, &sink);
		write_long(&writer);
		assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
		assert_true(it_span_eq(it_buf_span(&whole), it_buf_span(&taken.all)));
		assert_int_equal(writer.sunk, whole.len);
		assert_true(taken.largest <= IT_WRITER_CHUNK);
		assert_true(taken.pieces > 5);
		it_buf_done(&taken.all);
	}
}

static void says_what_the_sink_said_and_gives_it_no_more(void **state)
{
	for (size_t piece = 1; piece < 5; piece++) {
		IT_AUTO(it_buf_done) struct it_buf chunk = IT_BUF(IT_WRITER_CHUNK);
		struct taken taken = { .all = IT_BUF(OUT_MAX), .fail_at = piece };
		const struct it_sink sink = { take, &taken };
		struct intoto_error *err = NULL;
		struct it_writer writer;

		(void)state;
		it_writer_init_sink(&writer, &chunk, IT_WRITE_COMPACT, &sink);
		write_long(&writer);
		assert_true(it_writer_failed(&writer));
		assert_refused(it_writer_finish(&writer, &err), &err, INTOTO_E_IO,
			       "the sink is full");
		assert_int_equal(taken.pieces, piece);
		it_buf_done(&taken.all);
	}
}

static void checks_the_order_of_names_that_are_kept(void **state)
{
	static const char *const names[][2] = {
		{ "a", "b" }, { "b", "a" }, { "a", "a" }, { "a", "a\1" }, { "a\1", "a" }
	};
	static const bool good[] = { true, false, false, true, false };

	(void)state;
	for (size_t i = 0; i < 4 * IT_COUNT_OF(names); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUT_MAX);
		struct it_writer writer;

		it_writer_init(&writer, &out, IT_WRITE_COMPACT);
		it_write_object(&writer);
		for (size_t k = 0; k < 2; k++) {
			struct it_span name = it_span_text(names[i / 4][k]);

			if (i & (k + 1)) /* kept and copied names, in every combination */
				it_write_name_kept(&writer, name);
			else
				it_write_name_span(&writer, name);
			it_write_object(&writer);
			it_write_name(&writer, "inner");
			it_write_null(&writer);
			it_write_object_end(&writer);
		}
		it_write_object_end(&writer);
		assert_int_equal(it_writer_finish(&writer, NULL),
				 good[i / 4] ? INTOTO_OK : INTOTO_E_INTERNAL);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_canonical_form_however_the_text_is_cut),
		cmocka_unit_test(refuses_escapes_that_the_writer_does_not_make),
		cmocka_unit_test(pours_into_a_sink_what_it_writes_into_a_buffer),
		cmocka_unit_test(says_what_the_sink_said_and_gives_it_no_more),
		cmocka_unit_test(checks_the_order_of_names_that_are_kept),
	};

	return cmocka_run_group_tests_name("json_recanon", tests, NULL, NULL);
}
