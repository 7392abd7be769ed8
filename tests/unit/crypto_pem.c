/* SPDX-License-Identifier: Apache-2.0 */
/* PEM as text: what may stand around a key, and what is said when there is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/crypto_pem.h"

static void white_space_and_text_around_make_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(pems[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		size_t len = strlen(pems[i]);

		assert_same_key(wanted, it_span(pems[i], len - 1), true);
		(void)it_buf_printf(&text, "a note: for\n\n%s\n\nand one behind\n", pems[i]);
		assert_same_key(wanted, it_buf_span(&text), true);
		it_buf_reset(&text);
		for (size_t at = 0; at < len; at++) {
			if (pems[i][at] == '\n')
				(void)it_buf_add_text(&text, " \t\r");
			(void)it_buf_add_byte(&text, pems[i][at]);
		}
		assert_same_key(wanted, it_buf_span(&text), true);
		it_buf_reset(&text);
		for (size_t at = 0; at < len; at++) { /* other line lengths, where no label is */
			(void)it_buf_add_byte(&text, pems[i][at]);
			if (at > 40 && at < 60)
				(void)it_buf_add_byte(&text, '\n');
		}
		assert_same_key(wanted, it_buf_span(&text), true);
	}
}

static void refuses_blocks_that_are_no_key_in_clear_words(void **state)
{
	static const struct {
		const char *label;
		enum intoto_code code;
		const char *sentence;
	} blocks[] = {
		{ "CERTIFICATE", INTOTO_E_UNSUPPORTED,
		  "key.pem: found an X.509 certificate, want a key" },
		{ "OPENSSH PRIVATE KEY", INTOTO_E_UNSUPPORTED, "found an OpenSSH key, want PKCS8" },
		{ "PGP PUBLIC KEY BLOCK", INTOTO_E_UNSUPPORTED, "found an OpenPGP key" },
		{ "DH PARAMETERS", INTOTO_E_UNSUPPORTED,
		  "found a PEM block \"DH PARAMETERS\", want a key" },
		{ "", INTOTO_E_UNSUPPORTED, "found a PEM block \"\", want a key" },
		{ "DSA PRIVATE KEY", INTOTO_E_UNSUPPORTED,
		  "found a PEM block \"DSA PRIVATE KEY\", want a key" },
		{ "PUBLIC KEY", INTOTO_E_FORMAT, "the base64 holds no key" },
		{ "PRIVATE KEY", INTOTO_E_FORMAT, "the base64 holds no key" },
		{ "RSA PRIVATE KEY", INTOTO_E_FORMAT, "the base64 holds no such key" },
		{ "EC PRIVATE KEY", INTOTO_E_FORMAT, "the base64 holds no such key" },
		{ "RSA PUBLIC KEY", INTOTO_E_FORMAT, "the base64 holds no such key" },
		{ "ENCRYPTED PRIVATE KEY", INTOTO_E_FORMAT, "the base64 holds no encrypted key" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(blocks); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		wrap(&text, blocks[i].label, "\x30\x03\x02\x01\x00", 5);
		refuse(it_buf_span(&text), blocks[i].code, blocks[i].sentence);
	}
}

static void refuses_a_key_that_is_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(ROOM);
		size_t len = strlen(pems[i]) - 1;

		for (size_t at = 0; at < len; at++) {
			IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
			struct intoto_key *key = NULL;

			assert_int_equal(it_key_from_pem(&key, it_span(pems[i], at), "key.pem",
							 NULL, NULL, &err),
					 INTOTO_E_FORMAT);
			assert_null(key);
			assert_true(it_starts_with(intoto_error_text(err), "key.pem: "));
		}
		der_of(&der, pems[i]);
		for (size_t at = 0; at < der.len; at++) {
			IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

			if (at == 0)
				continue;
			wrap(&text, "PRIVATE KEY", der.data, at);
			refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: the base64 holds no");
		}
	}
}

static void says_what_it_found_instead_of_a_key(void **state)
{
	static const struct {
		const char *text;
		const char *sentence;
	} strangers[] = {
		{ "", "key.pem: empty, want a key in PEM" },
		{ "\n \n", "key.pem: empty, want a key in PEM" },
		{ "hello", "key.pem: found no -----BEGIN line, want a key in PEM" },
		{ "{}", "key.pem: found JSON, want a key in PEM" },
		{ "\x30\x82\x01\x22", "key.pem: found DER, want a key in PEM" },
		{ "ssh-ed25519 AAAA me", "key.pem: found an OpenSSH key, want a key in PEM" },
		{ "untrusted comment: x\nRW", "found a minisign or signify key" },
		{ "-----BEGIN PUBLIC KEY----\n", "found a broken BEGIN line" },
		{ "-----BEGIN PUBLIC KEY-----", "key.pem: line 1: the block \"PUBLIC KEY\" has no "
						"END line" },
		{ "\n-----BEGIN PUBLIC KEY-----\nMAA=\n",
		  "key.pem: line 2: the block \"PUBLIC KEY\" has no END line" },
		{ "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
		  "key.pem: line 3: the END line does not fit BEGIN \"PUBLIC KEY\"" },
		{ "-----BEGIN PUBLIC KEY-----\nMA*=\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 2: found no base64" },
		{ "-----BEGIN PUBLIC KEY-----\nMA_-\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 2: found no base64" },
		{ "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 1: broken base64 in \"PUBLIC KEY\"" },
		{ "-----BEGIN PUBLIC KEY-----\nMAA\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 1: broken base64" },
		{ "-----BEGIN PUBLIC KEY-----\nMA=A\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 1: broken base64" },
		{ "-----BEGIN PUBLIC KEY-----\nMAB=\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 1: broken base64" },
		{ "-----BEGIN \x1b[31mKEY-----\nMAA=\n-----END KEY-----\n",
		  "key.pem: line 1: a BEGIN line that is no key's" },
		{ "-----BEGIN PUBLIC KEY-----\nA: b\n\nMAAA\n-----END PUBLIC KEY-----\n",
		  "key.pem: header lines in a block \"PUBLIC KEY\"" },
		{ "-----BEGIN PUBLIC KEY-----\nA: b\n-----END PUBLIC KEY-----\n",
		  "key.pem: line 3: the block \"PUBLIC KEY\" has no END line" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(strangers); i++)
		refuse(it_span_text(strangers[i].text), INTOTO_E_FORMAT, strangers[i].sentence);
}

static void refuses_a_label_that_is_too_long(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	(void)it_buf_printf(&text, "-----BEGIN %065d-----\nMAA=\n", 0);
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "line 1: a BEGIN line that is no key's");
}

static void refuses_two_keys_in_a_file(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	(void)it_buf_printf(&text, "%s%s", ed25519_pem, p256_pem);
	refuse(it_buf_span(&text), INTOTO_E_FORMAT,
	       "key.pem: line 4: a second PEM block, want one key");
}

static void refuses_a_nul_in_a_file(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	(void)it_buf_add_text(&text, ed25519_pem);
	text.data[35] = '\0';
	refuse(it_buf_span(&text), INTOTO_E_FORMAT, "key.pem: line 2: found no base64");
}

static void refuses_a_file_that_is_too_long(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(ed25519_pem);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	(void)it_buf_add_text(&text, ed25519_pem);
	while (text.len < IT_KEY_TEXT_MAX)
		(void)it_buf_add_byte(&text, '\n');
	assert_same_key(wanted, it_buf_span(&text), true);
	(void)it_buf_add_byte(&text, '\n');
	refuse(it_buf_span(&text), INTOTO_E_LIMIT, "key.pem: 65537 bytes, want at most 65536");
	assert_refused(it_key_from_texts(&key, "rsa", "rsassa-pss-sha256", it_buf_span(&text),
					 it_span(NULL, 0), NULL, &err),
		       &err, INTOTO_E_LIMIT, "keyval.public: 65537 bytes, want at most 65536");
}

/* A key object is signed text: no notes around the key, no other half, nothing encrypted. */
static void key_objects_hold_the_block_alone(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(p256_pem);
	IT_AUTO(intoto_key_freep) struct intoto_key *same = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	struct it_span none = it_span(NULL, 0);

	(void)state;
	(void)it_buf_printf(&text, "\n%s\r\n\n", wanted->public_text);
	assert_int_equal(it_key_from_texts(&same, "ecdsa", "ecdsa-sha2-nistp256",
					   it_buf_span(&text), none, NULL, NULL),
			 INTOTO_OK);
	assert_string_equal(same->public_text, wanted->public_text);
	(void)it_buf_add_text(&text, "note");
	assert_refused(it_key_from_texts(&key, "ecdsa", "ecdsa-sha2-nistp256", it_buf_span(&text),
					 none, NULL, &err),
		       &err, INTOTO_E_FORMAT, "keyval.public: found text around the PEM block");
	assert_refused(it_key_from_texts(&key, "ecdsa", "ecdsa-sha2-nistp256",
					 it_span_text(p256_pem), none, NULL, &err),
		       &err, INTOTO_E_FORMAT,
		       "keyval.public: found a PEM block \"PRIVATE KEY\", want a public key");
	assert_refused(
		it_key_from_texts(&key, "ecdsa", "ecdsa-sha2-nistp256", none, none, NULL, &err),
		&err, INTOTO_E_FORMAT, "keyval.public: empty, want a key in PEM");
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(white_space_and_text_around_make_no_difference),
		cmocka_unit_test(refuses_blocks_that_are_no_key_in_clear_words),
		cmocka_unit_test(refuses_a_key_that_is_cut_anywhere),
		cmocka_unit_test(says_what_it_found_instead_of_a_key),
		cmocka_unit_test(refuses_a_label_that_is_too_long),
		cmocka_unit_test(refuses_two_keys_in_a_file),
		cmocka_unit_test(refuses_a_nul_in_a_file),
		cmocka_unit_test(refuses_a_file_that_is_too_long),
		cmocka_unit_test(key_objects_hold_the_block_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
