/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys that other tools encrypted: "@@@@" of securesystemslib before 1.0, and the JSON of
 * Go's package "encrypted", with very few rounds.  All hold the Ed25519 seed 00 01 02 … 1f.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "crypto/key.h"
#include "crypto/pem.h"
#include "tests/unit/refused.h"

static const char public_hex[] = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";

#define SALT "000102030405060708090a0b0c0d0e0f"
#define IV "101112131415161718191a1b1c1d1e1f"
#define OBJECT_HMAC "34383499665d7cddd620f321a6cd89b3b6ef200bd28b4bfe05e5f7689a62d55e"
#define OBJECT_BYTES                                                                               \
	"9ada189739deab7e3b8280e14a8c0feb9c0f7b4836f2a31ce3e54120da8af2cae290c5e769beb9ff2ba12d77" \
	"4e"                                                                                       \
	"60da087f49fac95b619abfafc29f429bb845441986bc8c85851cc9edce4148644e8c0e5a57e936dca1d4d06c" \
	"c3"                                                                                       \
	"6a20a84f7d0cd4821cf26eeebdca49a98d32088676438666392ba971b21454e3ec5bcf811bd837e9b1162225" \
	"56"                                                                                       \
	"325ba6bb69a6f267eab632369dedf9d904e33723362ce6e9c7b935203d8b50dd2f786a71738ea494678717fb" \
	"b9"                                                                                       \
	"562c4de6c549f03f97265fff791ca6e91202473f07d4ebfa"
#define LEGACY(rounds) SALT "@@@@" rounds "@@@@" OBJECT_HMAC "@@@@" IV "@@@@" OBJECT_BYTES

/* Holds the words "no key". */
static const char legacy_of_nothing[] =
	SALT "@@@@2@@@@36e4cb307764e3b49cf2f75313719a9f7cb0bb6c3de11fa46fdd5e255dfa301d@@@@" IV
	     "@@@@8f97539925d3";

#define BOX_SALT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define BOX_NONCE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define BOX(params, ciphertext)                                                                    \
	"{\"kdf\":{\"name\":\"scrypt\",\"params\":" params ",\"salt\":\"" BOX_SALT                 \
	"\"},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":\"" BOX_NONCE                       \
	"\"},\"ciphertext\":\"" ciphertext "\"}"
#define FEW "{\"N\":2,\"r\":1,\"p\":1}"

static const char object_box[] =
	"h/1qRGTow1wJ5QMMJ9fAj0bhHoXwU9aJ6MJHeeT4xh11BCQsXJUMpajoYOLEAUOiMmzOtXD3ZsMgWqTOwbdni7z7"
	"VM3A8IQ+WEumcSomTCVgniCuRiHePQmoNNBtsvnnsfA/WrXhI023Jc7OathO8NciQlhuHhEk0Xieo8JZvxLfuKDa"
	"A64IjKMmb6OmHgXnF0CSMDiSH5dFNnC/JX5Gb8gbfoHPqM1geGqbxUc6l6UVj1/baevNSHiPmLPdYeZgJCntUJ3V"
	"Lf8YY8BqMw2g2tYqYL2od36e9fa/kA==";
static const char pkcs8_box[] = "6qe0j1kNPAkwY7iSAEW7mA3td+GJF6r/jssYK4W+8AhANB8NdLJ5wciEB4zqNm/"
				"IRk/pk1XbUvgaKNusq8sVtg==";
static const char list_box[] =
	"7Pe0ORXDnbeu/WlO2yPeUGa4V4vsXtuA/YVfYaP5kBp1ACw3UptdtaPlaOqDGVvlMzrJtXT/fc0uE6rSzqBqxaS6"
	"DZ/F54o7Ugq+aTglHnVhmXWqRnSOO12pZtc556rg5fBqU+izIBu2dsfOZdkcoYdwR1tnRRJw1CzP8JUMvxWEtqDY"
	"Bq0PjKUkPPm8EAu1FVuNJy2DWI9dJHC/JH9EbcsYeoXKrctmf22TzU4zxvRH3QyIPb+YHS7YmbLdYeVjJivoVZnR"
	"KvgeZcljOwXwioV5Mu/9IirKorLgkA4Q";
static const char two_box[] =
	"STiKPNC15bZKHR1DW9wPg2a4V4vsXtuA/YVfYaP5kBp1ACw3UptdtaPlaOqDGVvlMzrJtXT/fc0uE6rSzqBqxaS6"
	"DZ/F54o7Ugq+aTglHnVhmXWqRnSOO12pZtc556rg5fBqU+izIBu2dsfOZdkcoYdwR1tnRRJw1CzP8JUMvxWEtqDY"
	"Bq0PjKUkPPm8EAu1FVuNJy2DWI9dJHC/JH9EbcsYeoXKrctmf22TzU4zxvRH3QyIPb+YHS7YmbLdYeVjJivoVZnR"
	"KvgeZcljOwXwioV5Mu/9IirKorLgkA5hnimzuAc89/5UA4lka7dvG/XHvGSJU258aaowNQSgsynQsTfZBrFao1xb"
	"VlmtwSbcHMjMN/sAzGQ5K87EbZe3A/+pgkgxw8rLyIwvrgTt4UjN+eGkkoM1FcNZgKETlLzhehL7lvpZNuTmsDLu"
	"ADGOQroVQI2j+330fVCtilRycrM0+EOJRdykE5oOLua2DF6/yQTGwzFBwZkIT/6BuOiCowOW55FhJllG5I9bgHYB"
	"qXVYu/THVlfvMghU8oEBg/NTKJF5T9mEQ2IXXC41pQ==";

/* Gives the words one after the other. */
struct words {
	const char *const *items;
	unsigned asked;
};

static int say(void *arg, const char *what, unsigned attempt, char *out, size_t size, size_t *len,
	       struct intoto_error **err)
{
	struct words *words = arg;

	assert_string_equal(what, "a.key");
	assert_int_equal(attempt, words->asked);
	if (!words->items[attempt])
		return it_err_set(err, INTOTO_E_KEY, "no more words");
	*len = strlen(words->items[attempt]);
	assert_true(*len <= size);
	memcpy(out, words->items[attempt], *len);
	words->asked++;
	return INTOTO_OK;
}

static int open_key(struct intoto_key **out, const char *text, const char *const *items,
		    unsigned *asked, struct intoto_error **err)
{
	struct words words = { items, 0 };
	int rc = intoto_key_parse(out, text, strlen(text), "a.key", say, &words, err);

	*asked = words.asked;
	return rc;
}

static void assert_opens(const char *text)
{
	static const char *const right[] = { "pw", NULL };
	static const char *const third[] = { "", "PW", "pw", NULL };
	const char *const *const lists[] = { right, third };

	for (size_t i = 0; i < IT_COUNT_OF(lists); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		struct intoto_error *err = NULL;
		unsigned asked;

		if (open_key(&key, text, lists[i], &asked, &err))
			fail_msg("%s", intoto_error_text(err));
		assert_int_equal(asked, i ? 3 : 1);
		assert_true(intoto_key_is_private(key));
		assert_string_equal(key->public_text, public_hex);
	}
}

static void refuse(const char *text, const char *const *items, enum intoto_code code,
		   const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	unsigned asked;
	int rc = open_key(&key, text, items, &asked, &err);

	assert_null(key);
	assert_refused(rc, &err, code, sentence);
}

static void refuse_unasked(const char *text, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	/* Found before anybody is asked for a passphrase. */
	assert_refused(intoto_key_parse(&key, text, strlen(text), "a.key", NULL, NULL, &err), &err,
		       code, sentence);
	assert_null(key);
}

static const char *const right[] = { "pw", NULL };
static const char *const wrong[] = { "a", "b", "c", "pw", NULL };
static const char *const wrong_once[] = { "a", NULL };

static void opens_what_securesystemslib_encrypted(void **state)
{
	(void)state;
	assert_opens(LEGACY("2"));
	assert_opens(LEGACY("2") "\n");
	refuse(LEGACY("2"), wrong, INTOTO_E_KEY, "a.key: wrong passphrase, or a damaged file");
	refuse(LEGACY("2"), wrong_once, INTOTO_E_KEY, "a.key: wrong passphrase, or a damaged file");
	refuse_unasked(LEGACY("2"), INTOTO_E_KEY,
		       "a.key: the key is encrypted and no passphrase was given");
}

static void tells_damage_from_a_wrong_passphrase(void **state)
{
	(void)state;
	refuse(LEGACY("3"), right, INTOTO_E_KEY, "wrong passphrase, or a damaged file");
	refuse(LEGACY("2") "00", right, INTOTO_E_KEY, "wrong passphrase, or a damaged file");
	refuse(legacy_of_nothing, right, INTOTO_E_FORMAT,
	       "a.key: decrypted, it is no key of a known form");
	refuse_unasked(LEGACY("2") "0", INTOTO_E_FORMAT, "a field is not the hex digits");
	refuse_unasked(LEGACY("2") "@@@@00", INTOTO_E_FORMAT, "want 5 fields joined by @@@@");
	refuse_unasked(SALT "@@@@2@@@@" IV, INTOTO_E_FORMAT, "want 5 fields joined by @@@@");
	refuse_unasked(SALT "@@@@2@@@@00@@@@" IV "@@@@00", INTOTO_E_FORMAT,
		       "a field is not the hex digits");
	refuse_unasked(LEGACY(""), INTOTO_E_FORMAT, "is no number of rounds");
	refuse_unasked(LEGACY("0"), INTOTO_E_FORMAT, "is no number of rounds");
	refuse_unasked(LEGACY("-2"), INTOTO_E_FORMAT, "is no number of rounds");
}

static void bounds_the_work_of_a_passphrase(void **state)
{
	(void)state;
	refuse_unasked(LEGACY("10000001"), INTOTO_E_LIMIT, "is hashed more than 10000000 times");
	refuse_unasked(LEGACY("99999999999999999999"), INTOTO_E_LIMIT,
		       "is hashed more than 10000000 times");
	refuse_unasked(BOX("{\"N\":4194304,\"r\":1,\"p\":1}", "AAAAAAAAAAAAAAAAAAAAAAAA"),
		       INTOTO_E_LIMIT, "a.key: kdf.params: scrypt would take too much");
	refuse_unasked(BOX("{\"N\":1048576,\"r\":8,\"p\":1}", "AAAAAAAAAAAAAAAAAAAAAAAA"),
		       INTOTO_E_LIMIT, "scrypt would take too much");
	refuse_unasked(
		BOX("{\"N\":2,\"r\":1,\"p\":9223372036854775807}", "AAAAAAAAAAAAAAAAAAAAAAAA"),
		INTOTO_E_LIMIT, "scrypt would take too much");
	refuse_unasked(BOX("{\"N\":3,\"r\":1,\"p\":1}", "AAAAAAAAAAAAAAAAAAAAAAAA"),
		       INTOTO_E_FORMAT, "want N a power of two, r and p above 0");
	refuse_unasked(BOX("{\"N\":2,\"r\":0,\"p\":1}", "AAAAAAAAAAAAAAAAAAAAAAAA"),
		       INTOTO_E_FORMAT, "want N a power of two, r and p above 0");
}

static void in_box(struct it_buf *out, const char *head, const char *box, const char *tail)
{
	(void)it_buf_printf(out, "%s" BOX(FEW, "%s") "%s", head, box, tail);
	assert_int_equal(out->failed, 0);
}

static void opens_what_go_encrypted(void **state)
{
	static const char *const boxes[] = { object_box, pkcs8_box, list_box };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(boxes); i++) {
		IT_AUTO(it_buf_done) struct it_buf alone = IT_BUF(64 * 1024);
		IT_AUTO(it_buf_done) struct it_buf tuf = IT_BUF(64 * 1024);
		IT_AUTO(it_buf_done) struct it_buf cosign = IT_BUF(64 * 1024);
		IT_AUTO(it_buf_done) struct it_buf sigstore = IT_BUF(64 * 1024);

		in_box(&alone, "", boxes[i], "\n");
		assert_opens(it_buf_text(&alone));
		in_box(&tuf, "{\"encrypted\":true,\"data\":", boxes[i], "}");
		assert_opens(it_buf_text(&tuf));
		assert_int_equal(it_pem_write(&cosign, "ENCRYPTED COSIGN PRIVATE KEY",
					      it_buf_span(&alone), NULL),
				 INTOTO_OK);
		assert_opens(it_buf_text(&cosign));
		assert_int_equal(it_pem_write(&sigstore, "ENCRYPTED SIGSTORE PRIVATE KEY",
					      it_buf_span(&alone), NULL),
				 INTOTO_OK);
		assert_opens(it_buf_text(&sigstore));
		refuse(it_buf_text(&sigstore), wrong, INTOTO_E_KEY,
		       "a.key: wrong passphrase, or a damaged file");
		refuse_unasked(it_buf_text(&tuf), INTOTO_E_KEY, "no passphrase was given");
	}
}

static void refuses_boxes_with_another_content(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf two = IT_BUF(64 * 1024);

	(void)state;
	in_box(&two, "", two_box, "");
	refuse(it_buf_text(&two), right, INTOTO_E_FORMAT, "a.key: key: a list of 2 keys, want one");
	refuse_unasked(BOX(FEW, "AAAA"), INTOTO_E_FORMAT, "a.key: ciphertext: 3 bytes");
	refuse_unasked(BOX(FEW, "?"), INTOTO_E_FORMAT, "a.key: key.ciphertext: want base64");
	refuse_unasked("{\"kdf\":{},\"cipher\":{},\"ciphertext\":\"\"}", INTOTO_E_FORMAT,
		       "a.key: key.kdf: member \"name\" is missing");
	refuse_unasked("{\"kdf\":{\"name\":\"argon2\",\"params\":{},\"salt\":\"\"},\"cipher\":{"
		       "\"name\":\"nacl/secretbox\",\"nonce\":\"\"},\"ciphertext\":\"\"}",
		       INTOTO_E_UNSUPPORTED, "is not encrypted with scrypt and nacl/secretbox");
	refuse_unasked("{\"kdf\":{\"name\":\"scrypt\",\"params\":" FEW
		       ",\"salt\":\"AA==\"},\"cipher\":{"
		       "\"name\":\"nacl/secretbox\",\"nonce\":\"\"},\"ciphertext\":\"\"}",
		       INTOTO_E_FORMAT, "kdf.salt: 1 bytes, so the file is damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_securesystemslib_encrypted),
		cmocka_unit_test(tells_damage_from_a_wrong_passphrase),
		cmocka_unit_test(bounds_the_work_of_a_passphrase),
		cmocka_unit_test(opens_what_go_encrypted),
		cmocka_unit_test(refuses_boxes_with_another_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
