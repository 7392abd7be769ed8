/* SPDX-License-Identifier: Apache-2.0 */
/* Armor, packets, numbers and subpackets, and every way to end too early. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "crypto/openpgp_packet.h"
#include "tests/unit/refused.h"

enum { ROOM = 4096 };

#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
#define END "-----END PGP PUBLIC KEY BLOCK-----\n"

static void assert_armor(const char *text, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);
	struct intoto_error *err = NULL;

	if (it_pgp_dearmor(&out, it_span_text(text), "PUBLIC KEY BLOCK", &err))
		fail_msg("%s", intoto_error_text(err));
	assert_string_equal(it_buf_text(&out), want);
}

static void refuse_armor(const char *text, const char *sentence)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(ROOM);
	struct intoto_error *err = NULL;

	assert_refused(it_pgp_dearmor(&out, it_span_text(text), "PUBLIC KEY BLOCK", &err), &err,
		       INTOTO_E_FORMAT, sentence);
}

/* "hello world": its checksum is known from other programs. */
static void reads_blocks_as_they_are_written(void **state)
{
	(void)state;
	assert_armor(BEGIN "\naGVsbG8gd29ybGQ=\n=sDy3\n" END, "hello world");
	assert_armor(BEGIN "\naGVsbG8gd29ybGQ=\n" END, "hello world");
	assert_armor(BEGIN "aGVsbG8gd29ybGQ=\n" END, "hello world");
	assert_armor(BEGIN "Version: x\nComment: a: b\n\naGVsbG8g\nd29ybGQ=\n" END, "hello world");
	assert_armor("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\naGVsbG8gd29ybGQ=\r\n=sDy3 \r\n"
		     "-----END PGP PUBLIC KEY BLOCK-----\r\n",
		     "hello world");
	assert_armor("a word before\n" BEGIN "\naGVs\n" END "one between\n" BEGIN "\nbG8=\n" END
		     "and one behind",
		     "hello");
}

static void refuses_damaged_blocks(void **state)
{
	(void)state;
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n=sDy4\n" END, "the checksum is wrong");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n=sDy\n" END, "found no checksum behind the =");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n=sDy3sDy3\n" END, "found no checksum behind the =");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n", "line 1: the block has no END line");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n=sDy3\n", "want the END line of the block that "
							  "begins in line 1");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ=\n-----END PGP MESSAGE-----\n",
		     "want the END line of the block");
	refuse_armor(BEGIN "\naGVsbG8gd29ybGQ\n" END, "is no base64");
	refuse_armor(BEGIN "\na b\n" END, "is no base64");
	refuse_armor(BEGIN "\n" END, "is no base64");
	refuse_armor("-----BEGIN PGP MESSAGE-----\n\naGVs\n-----END PGP MESSAGE-----\n",
		     "found no armored block \"PGP PUBLIC KEY BLOCK\"");
}

/* --- packets --- */

static void assert_packet(const char *bytes, size_t size, unsigned tag, size_t len)
{
	struct it_span in = it_span(bytes, size);
	struct it_pgp_packet packet;

	assert_true(it_pgp_take_packet(&in, &packet));
	assert_int_equal(packet.tag, tag);
	assert_int_equal(packet.body.len, len);
	assert_int_equal(in.len, 0);
	for (size_t cut = 0; cut < size; cut++) {
		in = it_span(bytes, cut);
		assert_false(it_pgp_take_packet(&in, &packet));
		assert_ptr_equal(in.data, bytes);
		assert_int_equal(in.len, cut);
	}
}

static void refuse_packet(const char *bytes, size_t size)
{
	struct it_span in = it_span(bytes, size);
	struct it_pgp_packet packet;

	assert_false(it_pgp_take_packet(&in, &packet));
}

#define BYTES(text) text, sizeof(text) - 1

static void takes_packets_of_every_length(void **state)
{
	char large[3 + 192 + 1] = "\xc6\xc0\x01"; /* 193 */

	(void)state;
	assert_packet(BYTES("\x98\x02xy"), 6, 2);
	assert_packet(BYTES("\x99\x00\x02xy"), 6, 2);
	assert_packet(BYTES("\x9a\x00\x00\x00\x02xy"), 6, 2);
	assert_packet(BYTES("\xc6\x02xy"), 6, 2);
	assert_packet(BYTES("\xc6\xff\x00\x00\x00\x02xy"), 6, 2);
	assert_packet(large, sizeof large, 6, 193);
}

static void refuses_packets_without_a_length(void **state)
{
	(void)state;
	refuse_packet(BYTES("\x9bxy"));	    /* up to the end of the file */
	refuse_packet(BYTES("\xc6\xe1xy")); /* in parts */
	refuse_packet(BYTES("\x06\x01x"));  /* no packet */
	refuse_packet(BYTES("\xc6\xff\xff\xff\xff\xffx"));
	refuse_packet(BYTES("\x9a\xff\xff\xff\xffx"));
}

static void takes_numbers_without_their_zeros(void **state)
{
	static const char bytes[] = "\x00\x11\x01\x00\x01\x00\x00\x00\x09\x00\xff";
	struct it_span in = it_span(bytes, sizeof bytes - 1);
	struct it_span number;

	(void)state;
	assert_true(it_pgp_take_number(&in, &number));
	assert_true(it_span_eq(number, it_span("\x01\x00\x01", 3)));
	assert_true(it_pgp_take_number(&in, &number));
	assert_int_equal(number.len, 0);
	assert_true(it_pgp_take_number(&in, &number));
	assert_true(it_span_eq(number, it_span("\xff", 1)));
	assert_int_equal(in.len, 0);
	in = it_span("\x00\x11\x01\x00", 4);
	assert_false(it_pgp_take_number(&in, &number));
	assert_int_equal(in.len, 4);
}

static void takes_subpackets(void **state)
{
	struct it_span in = it_span("\x02\x83x\xff\x00\x00\x00\x01\x04", 9);
	struct it_pgp_subpacket subpacket;

	(void)state;
	assert_true(it_pgp_take_subpacket(&in, &subpacket));
	assert_int_equal(subpacket.type, 3);
	assert_true(subpacket.critical);
	assert_true(it_span_is(subpacket.body, "x"));
	assert_true(it_pgp_take_subpacket(&in, &subpacket));
	assert_int_equal(subpacket.type, 4);
	assert_false(subpacket.critical);
	assert_int_equal(subpacket.body.len, 0);
	assert_int_equal(in.len, 0);
	in = it_span("\x00", 1); /* not even a type */
	assert_false(it_pgp_take_subpacket(&in, &subpacket));
	in = it_span("\x03\x02x", 3);
	assert_false(it_pgp_take_subpacket(&in, &subpacket));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_blocks_as_they_are_written),
		cmocka_unit_test(refuses_damaged_blocks),
		cmocka_unit_test(takes_packets_of_every_length),
		cmocka_unit_test(refuses_packets_without_a_length),
		cmocka_unit_test(takes_numbers_without_their_zeros),
		cmocka_unit_test(takes_subpackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
