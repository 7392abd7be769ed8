/* SPDX-License-Identifier: Apache-2.0 */
/* Text: equality, numbers, UTF-8, quoting, hex, base64. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"

#include <string.h>

enum { ROOM = 4096 };

static void equality_knows_null(void **state)
{
	(void)state;
	assert_true(it_streq("a", "a"));
	assert_false(it_streq("a", "A"));
	assert_false(it_streq("a", NULL));
	assert_false(it_streq(NULL, ""));
	assert_true(it_streq(NULL, NULL));
}

static void starts_and_ends_are_whole(void **state)
{
	(void)state;
	assert_true(it_starts_with("abc", "ab"));
	assert_true(it_starts_with("abc", ""));
	assert_false(it_starts_with("ab", "abc"));
	assert_true(it_ends_with("a.link", ".link"));
	assert_false(it_ends_with("link", ".link"));
	assert_false(it_ends_with("a.links", ".link"));
}

static void case_is_ignored_for_ascii_only(void **state)
{
	(void)state;
	assert_true(it_streq_nocase("match", "MaTcH"));
	assert_false(it_streq_nocase("match", "matc"));
	assert_false(it_streq_nocase("matc", "match"));
	assert_false(it_streq_nocase("\xc3\xa9", "\xc3\x89"));
	assert_false(it_streq_nocase("[", "{"));
}

static void reads_numbers_up_to_the_limit(void **state)
{
	uint64_t got = 1;

	(void)state;
	assert_true(it_parse_u64("0", 0, &got));
	assert_int_equal(got, 0);
	assert_true(it_parse_u64("255", 255, &got));
	assert_int_equal(got, 255);
	assert_true(it_parse_u64("007", 7, &got));
	assert_int_equal(got, 7);
	assert_true(it_parse_u64("18446744073709551615", UINT64_MAX, &got));
	assert_true(got == UINT64_MAX);
}

static void refuses_what_is_no_number_and_leaves_the_result_alone(void **state)
{
	static const char *const bad[] = { "",
					   " 1",
					   "1 ",
					   "+1",
					   "-1",
					   "0x1",
					   "1.0",
					   "1e3",
					   "\xd9\xa1",
					   "256",
					   "18446744073709551616",
					   "99999999999999999999999999" };
	uint64_t got = 77;

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++)
		assert_false(it_parse_u64(bad[i], 255, &got));
	assert_false(it_parse_u64("18446744073709551616", UINT64_MAX, &got));
	assert_int_equal(got, 77);
}

static const char *const good_utf8[] = {
	"",
	"a",
	"\x7f",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf4\x8f\xbf\xbf",
};

static const char *const bad_utf8[] = {
	"\x80",			/* a tail without a head */
	"\xc2",			/* a head without a tail */
	"\xc2\x41",		/* a tail that is none */
	"\xc0\xaf",		/* overlong slash */
	"\xc1\xbf",		/* overlong */
	"\xe0\x9f\xbf",		/* overlong, three bytes */
	"\xf0\x8f\xbf\xbf",	/* overlong, four bytes */
	"\xed\xa0\x80",		/* the first surrogate */
	"\xed\xbf\xbf",		/* the last surrogate */
	"\xf4\x90\x80\x80",	/* behind U+10FFFF */
	"\xf8\x88\x80\x80\x80", /* five bytes */
	"\xe2\x82",		/* cut */
	"\xff",
	"\xfe",
};

static void accepts_every_edge_of_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(good_utf8); i++)
		assert_true(it_utf8_valid(it_span_text(good_utf8[i])));
	assert_true(it_utf8_valid(it_span("a\0b", 3)));
}

static void refuses_what_is_no_utf8_anywhere_in_a_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad_utf8); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		assert_false(it_utf8_valid(it_span_text(bad_utf8[i])));
		assert_int_equal(it_buf_printf(&text, "abc%sxyz", bad_utf8[i]), 0);
		assert_false(it_utf8_valid(it_buf_span(&text)));
	}
}

static void does_not_look_behind_the_end_for_a_tail(void **state)
{
	(void)state;
	assert_false(it_utf8_valid(it_span("\xc3\xa9", 1)));
	assert_false(it_utf8_valid(it_span("\xe2\x82\xac", 2)));
}

static void replaces_each_bad_byte_and_says_so(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);

	(void)state;
	assert_false(it_utf8_replace(&out, it_span_text("gr\xc3\xbc\xc3\x9f")));
	assert_string_equal(it_buf_text(&out), "gr\xc3\xbc\xc3\x9f");
	it_buf_reset(&out);
	assert_true(it_utf8_replace(&out, it_span_text("a\xff\xc3z")));
	assert_string_equal(it_buf_text(&out), "a\xef\xbf\xbd\xef\xbf\xbdz");
	assert_true(it_utf8_valid(it_buf_span(&out)));
}

static void quoted(const char *text, const char *want)
{
	IT_AUTO(it_freep) char *got = it_text_quoted(it_span_text(text));

	assert_string_equal(got, want);
}

static void tames_json_without_changing_what_it_says(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1024);

	(void)state;
	it_text_tame_json(&out, it_span_text("{\n\t\"gr\xc3\xbc\xc3\x9f\x7f\": \"\xc2\x9b"
					     "2J\\u001b\xe2\x80\xae\"}\n"));
	assert_string_equal(it_buf_text(&out),
			    "{\n\t\"gr\xc3\xbc\xc3\x9f\\u007f\": \"\\u009b2J\\u001b\\u202e\"}\n");
}

static void quotes_what_moves_a_cursor_or_hides_text(void **state)
{
	(void)state;
	quoted("", "");
	quoted("plain \\ text", "plain \\ text");
	quoted("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	quoted("a\nb", "a\\nb");
	quoted("\x1b[2J", "\\u{1b}[2J");
	quoted("\r\t\x7f", "\\u{d}\\u{9}\\u{7f}");
	quoted("\xc2\x9b", "\\u{9b}");		   /* C1 CSI */
	quoted("\xe2\x80\xae", "\\u{202e}");	   /* right-to-left override */
	quoted("\xe2\x81\xa6", "\\u{2066}");	   /* left-to-right isolate */
	quoted("\xe2\x80\xa8", "\\u{2028}");	   /* line separator */
	quoted("\xef\xbb\xbf", "\\u{feff}");	   /* byte order mark */
	quoted("a\xff\xc0z", "a\\xff\\xc0z");	   /* no UTF-8 */
	quoted("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
}

static void quotes_a_nul(void **state)
{
	IT_AUTO(it_freep) char *got = it_text_quoted(it_span("a\0b", 3));

	(void)state;
	assert_string_equal(got, "a\\u{0}b");
}

static void hex_goes_both_ways(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(ROOM);

	(void)state;
	it_hex_encode(&hex, it_span("\x00\x01\x7f\x80\xfe\xff", 6));
	assert_string_equal(it_buf_text(&hex), "00017f80feff");
	assert_true(it_hex_decode(&bytes, it_span_text("00017F80feFF")));
	assert_true(it_span_eq(it_buf_span(&bytes), it_span("\x00\x01\x7f\x80\xfe\xff", 6)));
	assert_true(it_hex_decode(&bytes, it_span_text("")));
}

static void refuses_what_is_no_hex(void **state)
{
	static const char *const bad[] = { "a", "abc", "0g", "0x", " 00", "00 ", "-1", "\xc3\xa9" };
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(ROOM);

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		assert_false(it_hex_valid(it_span_text(bad[i])));
		assert_false(it_hex_decode(&bytes, it_span_text(bad[i])));
	}
	assert_int_equal(bytes.len, 0);
}

static void refuses_hex_that_does_not_fit(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(2);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(3);

	(void)state;
	assert_false(it_hex_decode(&bytes, it_span_text("000000")));
	it_hex_encode(&hex, it_span("ab", 2));
	assert_int_equal(hex.failed, INTOTO_E_LIMIT);
	assert_int_equal(hex.len, 0);
}

/* RFC 4648 section 10, and the two characters that differ between the alphabets. */
static const struct {
	const char *bytes, *text, *bare;
} base64_pairs[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/", "-_-_" },
};

static void decodes(const char *text, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);

	assert_true(it_base64_decode(&out, it_span_text(text)));
	assert_true(it_span_is(it_buf_span(&out), want));
}

static void base64_goes_both_ways_with_and_without_padding(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(base64_pairs); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		it_base64_encode(&text, it_span_text(base64_pairs[i].bytes));
		assert_string_equal(it_buf_text(&text), base64_pairs[i].text);
		decodes(base64_pairs[i].text, base64_pairs[i].bytes);
		decodes(base64_pairs[i].bare, base64_pairs[i].bytes);
	}
}

static void base64_keeps_every_length(void **state)
{
	char bytes[100];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 37 + 200);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf back = IT_BUF(ROOM);

		it_base64_encode(&text, it_span(bytes, len));
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_true(it_base64_decode(&back, it_buf_span(&text)));
		assert_true(it_span_eq(it_buf_span(&back), it_span(bytes, len)));
	}
}

static void refuses_base64_that_is_not_strict(void **state)
{
	static const char *const bad[] = {
		"Z",	    /* six bits alone */
		"Zg=",	    /* half of the padding */
		"Zg===",    /* too much of it */
		"Zm8==",    /* too much of it */
		"Zm9v=",    /* none was due */
		"Zm9v==",   /* none was due */
		"Zm9v====", /* none was due */
		"=",	    /* nothing but padding */
		"==",	    /* nothing but padding */
		"====",	    /* nothing but padding */
		"Zg==Zg==", /* padding inside */
		"Z=g=",	    /* padding inside */
		"Zh==",	    /* unused bits set */
		"Zm9=",	    /* unused bits set */
		"Zh",	    /* unused bits set, no padding */
		"+_+_",	    /* both alphabets */
		"-/-/",	    /* both alphabets */
		"+-==",	    /* both alphabets */
		"Zm9v\n",   /* white space */
		" Zm9v",    /* white space */
		"Zm 9v",    /* white space */
		"Zm9.",	    /* another character */
		"Zm9\xc3",  /* another character */
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bad); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);

		if (it_base64_decode(&out, it_span_text(bad[i])))
			fail_msg("took \"%s\"", bad[i]);
	}
}

static void refuses_a_nul_inside_base64(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);

	(void)state;
	assert_false(it_base64_decode(&out, it_span("Zm\0v", 4)));
}

static void refuses_base64_that_does_not_fit(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf small = IT_BUF(2);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(3);

	(void)state;
	assert_false(it_base64_decode(&small, it_span_text("Zm9v")));
	it_base64_encode(&text, it_span_text("f"));
	assert_int_equal(text.failed, INTOTO_E_LIMIT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_knows_null),
		cmocka_unit_test(starts_and_ends_are_whole),
		cmocka_unit_test(case_is_ignored_for_ascii_only),
		cmocka_unit_test(reads_numbers_up_to_the_limit),
		cmocka_unit_test(refuses_what_is_no_number_and_leaves_the_result_alone),
		cmocka_unit_test(accepts_every_edge_of_utf8),
		cmocka_unit_test(refuses_what_is_no_utf8_anywhere_in_a_text),
		cmocka_unit_test(does_not_look_behind_the_end_for_a_tail),
		cmocka_unit_test(replaces_each_bad_byte_and_says_so),
		cmocka_unit_test(tames_json_without_changing_what_it_says),
		cmocka_unit_test(quotes_what_moves_a_cursor_or_hides_text),
		cmocka_unit_test(quotes_a_nul),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(refuses_what_is_no_hex),
		cmocka_unit_test(refuses_hex_that_does_not_fit),
		cmocka_unit_test(base64_goes_both_ways_with_and_without_padding),
		cmocka_unit_test(base64_keeps_every_length),
		cmocka_unit_test(refuses_base64_that_is_not_strict),
		cmocka_unit_test(refuses_a_nul_inside_base64),
		cmocka_unit_test(refuses_base64_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
