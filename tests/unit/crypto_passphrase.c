/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypted keys: what opens them, who is asked how often, and what is refused unasked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/key.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/pem.h"
#include "tests/unit/crypto_keys.h"
#include "tests/unit/refused.h"

enum { ROOM = 128 * 1024, ROUNDS = 1000 };

static const char *const pems[] = { ed25519_pem, p256_pem, p384_pem, p521_pem, rsa_pem };

/* Somebody at a terminal, who says these words one after the other. */
struct person {
	const char *words[4]; /* NULL: gives up */
	unsigned asked;
};

static int ask(void *arg, const char *what, unsigned attempt, char *out, size_t size, size_t *len,
	       struct intoto_error **err)
{
	struct person *person = arg;
	const char *word = person->words[attempt];

	assert_string_equal(what, "key.pem");
	assert_int_equal(attempt, person->asked);
	person->asked++;
	if (!word)
		return it_err_set(err, INTOTO_E_KEY, "nobody answers");
	*len = strlen(word);
	assert_true(*len <= size);
	memcpy(out, word, *len);
	return INTOTO_OK;
}

/* Opens text with these words, and expects the key of pem. */
static void assert_opens(const char *text, const char *pem, struct person person, unsigned asked)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *wanted = key_from(pem);
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	struct intoto_error *err = NULL;

	if (it_key_from_pem(&key, it_span_text(text), "key.pem", ask, &person, &err))
		fail_msg("%s\n%s", intoto_error_text(err), text);
	assert_true(intoto_key_is_private(key));
	assert_true(intoto_key_same(key, wanted));
	assert_int_equal(person.asked, asked);
}

static void assert_stays_shut(const char *text, struct person person, unsigned asked,
			      enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	assert_refused(it_key_from_pem(&key, it_span_text(text), "key.pem", ask, &person, &err),
		       &err, code, sentence);
	assert_null(key);
	assert_int_equal(person.asked, asked);
}

static char *sealed(const char *pem, const char *passphrase)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(pem);
	char *text = NULL;

	assert_int_equal(it_key_private_pem(key, it_span_text(passphrase), ROUNDS, &text, NULL),
			 INTOTO_OK);
	return text;
}

static EVP_PKEY *pkey_from(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(pkey);
	BIO_free(bio);
	return pkey;
}

/* An EncryptedPrivateKeyInfo as PEM; takes the structure. */
static void print_sealed(struct it_buf *out, X509_SIG *sig)
{
	unsigned char *der = NULL;
	int len = i2d_X509_SIG(sig, &der);

	assert_true(len > 0);
	assert_int_equal(
		it_pem_write(out, "ENCRYPTED PRIVATE KEY", it_span(der, (size_t)len), NULL), 0);
	OPENSSL_free(der);
	X509_SIG_free(sig);
}

/* With an algorithm of libcrypto's; takes alg. */
static void seal_with(struct it_buf *out, const char *pem, X509_ALGOR *alg, const char *passphrase)
{
	EVP_PKEY *pkey = pkey_from(pem);
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	X509_SIG *sig;

	assert_non_null(alg);
	sig = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), info, alg);
	assert_non_null(sig);
	print_sealed(out, sig);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(pkey);
}

/* For tests of who is asked: real strength would cost a second for every few attempts. */
static char *cheaply_sealed(const char *pem, const char *passphrase)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	seal_with(&text, pem, PKCS5_pbe2_set(EVP_aes_256_cbc(), 2, NULL, 0), passphrase);
	return it_buf_take(&text);
}

/* One of each kind; these are the tests that pay for real strength. */
static const char *const kinds[] = { ed25519_pem, p256_pem, rsa_pem };

static void every_key_comes_back_with_its_passphrase(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		IT_AUTO(it_freep) char *text = sealed(kinds[i], "correct horse");

		assert_true(it_starts_with(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
		assert_opens(text, kinds[i], (struct person){ .words = { "correct horse" } }, 1);
	}
}

static void another_program_reads_what_we_encrypt(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		IT_AUTO(it_freep) char *text = sealed(kinds[i], "pass");
		BIO *bio = BIO_new_mem_buf(text, -1);
		EVP_PKEY *wanted = pkey_from(kinds[i]);
		char word[] = "pass";
		EVP_PKEY *got = PEM_read_bio_PrivateKey(bio, NULL, NULL, word);

		assert_non_null(got);
		assert_int_equal(EVP_PKEY_eq(got, wanted), 1);
		EVP_PKEY_free(got);
		EVP_PKEY_free(wanted);
		BIO_free(bio);
	}
}

static void a_key_is_never_encrypted_twice_the_same_way(void **state)
{
	IT_AUTO(it_freep) char *a = sealed(ed25519_pem, "pass");
	IT_AUTO(it_freep) char *b = sealed(ed25519_pem, "pass");

	(void)state;
	assert_string_not_equal(a, b);
}

static void asks_three_times_and_no_more(void **state)
{
	IT_AUTO(it_freep) char *text = cheaply_sealed(ed25519_pem, "right");

	(void)state;
	assert_opens(text, ed25519_pem, (struct person){ .words = { "a", "right" } }, 2);
	assert_opens(text, ed25519_pem, (struct person){ .words = { "a", "b", "right" } }, 3);
	assert_stays_shut(text, (struct person){ .words = { "a", "", "c", "right" } }, 3,
			  INTOTO_E_KEY, "key.pem: wrong passphrase");
}

static void stops_when_nobody_answers(void **state)
{
	IT_AUTO(it_freep) char *text = cheaply_sealed(p256_pem, "right");

	(void)state;
	assert_stays_shut(text, (struct person){ .words = { NULL } }, 1, INTOTO_E_KEY,
			  "key.pem: nobody answers");
}

static int fail_silently(void *arg, const char *what, unsigned attempt, char *out, size_t size,
			 size_t *len, struct intoto_error **err)
{
	(void)what;
	(void)attempt;
	(void)out;
	(void)size;
	(void)len;
	(void)err;
	return *(int *)arg;
}

static int overflow(void *arg, const char *what, unsigned attempt, char *out, size_t size,
		    size_t *len, struct intoto_error **err)
{
	(void)arg;
	(void)what;
	(void)attempt;
	(void)out;
	(void)err;
	*len = size + 1;
	return INTOTO_OK;
}

static void a_function_that_misbehaves_is_an_error(void **state)
{
	IT_AUTO(it_freep) char *text = cheaply_sealed(ed25519_pem, "right");
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc = 1;

	(void)state;
	assert_refused(it_key_from_pem(&key, it_span_text(text), "k", fail_silently, &rc, &err),
		       &err, INTOTO_E_KEY, "k: the key is encrypted and no passphrase was given");
	rc = INTOTO_E_IO;
	assert_refused(it_key_from_pem(&key, it_span_text(text), "k", fail_silently, &rc, &err),
		       &err, INTOTO_E_IO, "k: the key is encrypted and no passphrase was given");
	assert_refused(it_key_from_pem(&key, it_span_text(text), "k", overflow, NULL, &err), &err,
		       INTOTO_E_INTERNAL, "k: the passphrase function went over its buffer");
	assert_null(key);
}

static void says_so_when_there_is_nobody_to_ask(void **state)
{
	IT_AUTO(it_freep) char *text = cheaply_sealed(rsa_pem, "right");
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	assert_refused(it_key_from_pem(&key, it_span_text(text), "key.pem", NULL, NULL, &err), &err,
		       INTOTO_E_KEY, "key.pem: the key is encrypted and no passphrase was given");
	assert_null(key);
}

static void a_plain_key_asks_nobody(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++)
		assert_opens(pems[i], pems[i], (struct person){ .words = { NULL } }, 0);
}

static void refuses_passphrases_that_protect_nothing(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(ed25519_pem);
	struct intoto_error *err = NULL;
	char word[IT_KEY_PASSPHRASE_MAX + 2];
	char *text = NULL;

	(void)state;
	assert_refused(intoto_key_private_pem(key, "", 0, &text, &err), &err, INTOTO_E_KEY,
		       "an empty passphrase protects nothing");
	memset(word, 'x', sizeof word);
	assert_refused(intoto_key_private_pem(key, word, IT_KEY_PASSPHRASE_MAX + 1, &text, &err),
		       &err, INTOTO_E_LIMIT, "a passphrase of 1025 bytes, want at most 1024");
	assert_null(text);
	assert_int_equal(
		it_key_private_pem(key, it_span(word, IT_KEY_PASSPHRASE_MAX), ROUNDS, &text, NULL),
		0);
	word[IT_KEY_PASSPHRASE_MAX] = '\0';
	assert_opens(text, ed25519_pem, (struct person){ .words = { word } }, 1);
	free(text);
}

static void opens_what_other_programs_encrypt(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(pems); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		X509_ALGOR *const algs[] = {
			PKCS5_pbe2_set(EVP_aes_256_cbc(), ROUNDS, NULL, 0),
			PKCS5_pbe2_set_iv(EVP_aes_128_cbc(), ROUNDS, NULL, 16, NULL,
					  NID_hmacWithSHA1),
			PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16, NULL, 1024, 8, 1),
			PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, ROUNDS, NULL, 8),
		};

		for (size_t k = 0; k < IT_COUNT_OF(algs); k++) {
			it_buf_reset(&text);
			seal_with(&text, pems[i], algs[k], "word");
			assert_opens(it_buf_text(&text), pems[i],
				     (struct person){ .words = { "no", "word" } }, 2);
			assert_stays_shut(it_buf_text(&text),
					  (struct person){ .words = { "a", "b", "c" } }, 3,
					  INTOTO_E_KEY, "key.pem: wrong passphrase");
		}
	}
}

/* Header lines in front of the base64: how OpenSSL encrypted PKCS1 and SEC1. */
static void opens_the_old_encryption_of_pem(void **state)
{
	static const char *const old[] = { p256_pem, p521_pem, rsa_pem };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(old); i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		EVP_PKEY *pkey = pkey_from(old[i]);
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf windows = IT_BUF(ROOM);
		char *data = NULL;
		long len;

		assert_int_equal(PEM_write_bio_PrivateKey_traditional(
					 bio, pkey, i % 2 ? EVP_des_ede3_cbc() : EVP_aes_256_cbc(),
					 (const unsigned char *)"word", 4, NULL, NULL),
				 1);
		len = BIO_get_mem_data(bio, &data);
		(void)it_buf_add(&text, data, (size_t)len);
		assert_non_null(strstr(it_buf_text(&text), "Proc-Type: 4,ENCRYPTED"));
		assert_opens(it_buf_text(&text), old[i],
			     (struct person){ .words = { "no", "word" } }, 2);
		assert_stays_shut(it_buf_text(&text), (struct person){ .words = { "a", "b", "c" } },
				  3, INTOTO_E_KEY, "key.pem: wrong passphrase");
		for (size_t at = 0; at < text.len; at++) {
			if (text.data[at] == '\n')
				(void)it_buf_add_byte(&windows, '\r');
			(void)it_buf_add_byte(&windows, text.data[at]);
		}
		assert_opens(it_buf_text(&windows), old[i], (struct person){ .words = { "word" } },
			     1);
		EVP_PKEY_free(pkey);
		BIO_free(bio);
	}
}

static void refuses_header_lines_that_say_nothing_known(void **state)
{
	static const char *const headers[] = {
		"Comment: x\n",
		"Proc-Type: 4,ENCRYPTED\n",
		"Proc-Type: 4,ENCRYPTED\nDEK-Info: ROT13,00\n",
		"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,zz\n",
		"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC\n",
		"Proc-Type: 4,MIC-ONLY\n",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(headers); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

		(void)it_buf_printf(&text,
				    "-----BEGIN RSA PRIVATE KEY-----\n%s\nMAMCAQA=\n"
				    "-----END RSA PRIVATE KEY-----\n",
				    headers[i]);
		assert_stays_shut(it_buf_text(&text), (struct person){ .words = { "word" } }, 0,
				  INTOTO_E_UNSUPPORTED,
				  "key.pem: header lines that name no encryption known here");
	}
}

/* Changes the number of rounds in an encrypted key without computing them. */
static void with_rounds(struct it_buf *out, long rounds)
{
	EVP_PKEY *pkey = pkey_from(ed25519_pem);
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	X509_ALGOR *cheap = PKCS5_pbe2_set(EVP_aes_256_cbc(), 1, NULL, 0);
	X509_SIG *sig = PKCS8_set0_pbe("word", 4, info, cheap);
	const ASN1_OCTET_STRING *octets = NULL;
	X509_ALGOR *dear = PKCS5_pbe2_set(EVP_aes_256_cbc(), (int)rounds, NULL, 0);
	X509_ALGOR *alg = NULL;

	assert_non_null(sig);
	X509_SIG_getm(sig, &alg, NULL);
	X509_SIG_get0(sig, NULL, &octets);
	assert_int_equal(X509_ALGOR_copy(alg, dear), 1);
	print_sealed(out, sig);
	X509_ALGOR_free(dear);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(pkey);
}

static void refuses_too_many_rounds_before_it_asks(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);

	(void)state;
	with_rounds(&text, 10000001);
	assert_stays_shut(it_buf_text(&text), (struct person){ .words = { "word" } }, 0,
			  INTOTO_E_LIMIT,
			  "key.pem: its passphrase is hashed more than 10000000 times");
	it_buf_reset(&text);
	with_rounds(&text, 2147483647);
	assert_stays_shut(it_buf_text(&text), (struct person){ .words = { "word" } }, 0,
			  INTOTO_E_LIMIT, "hashed more than");
	it_buf_reset(&text);
	with_rounds(&text, 10000000);
	assert_stays_shut(it_buf_text(&text), (struct person){ .words = { NULL } }, 1, INTOTO_E_KEY,
			  "key.pem: nobody answers");
}

/* The same for scrypt, whose memory libcrypto bounds but not its time. */
static void refuses_scrypt_that_costs_too_much(void **state)
{
	static const struct {
		unsigned long n, r, p;
		bool dear;
	} costs[] = {
		{ 1UL << 22, 1, 1, false },
		{ 1UL << 22, 2, 1, true },
		{ 1UL << 14, 8, 1, false },
		{ 1UL << 17, 1, 1UL << 17, true },
		{ 1UL << 63, 1UL << 63, 1, true },
		{ 2, 1UL << 22, 1, true },
		{ 1UL << 22, 1UL << 22, 1UL << 22, true },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(costs); i++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		X509_ALGOR *alg = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 16, NULL, 2, 1, 1);
		SCRYPT_PARAMS *params = SCRYPT_PARAMS_new();
		ASN1_TYPE *type = NULL;
		PBE2PARAM *pbe2;
		X509_SIG *sig = X509_SIG_new();
		X509_ALGOR *inside = NULL;
		ASN1_OCTET_STRING *octets = NULL;
		const void *value = NULL;
		int kind = 0;

		X509_ALGOR_get0(NULL, &kind, &value, alg);
		{
			const ASN1_STRING *sequence = value;
			const unsigned char *at = ASN1_STRING_get0_data(sequence);

			pbe2 = d2i_PBE2PARAM(NULL, &at, ASN1_STRING_length(sequence));
		}
		assert_non_null(pbe2);
		ASN1_STRING_set(params->salt, "0123456789abcdef", 16);
		ASN1_INTEGER_set_uint64(params->costParameter, costs[i].n);
		ASN1_INTEGER_set_uint64(params->blockSize, costs[i].r);
		ASN1_INTEGER_set_uint64(params->parallelizationParameter, costs[i].p);
		type = ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), params, NULL);
		assert_non_null(type);
		ASN1_TYPE_free(pbe2->keyfunc->parameter);
		pbe2->keyfunc->parameter = type;
		X509_SIG_getm(sig, &inside, &octets);
		ASN1_STRING_set(octets, "0123456789abcdef", 16);
		{
			ASN1_TYPE *outer =
				ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), pbe2, NULL);

			assert_non_null(outer);
			X509_ALGOR_set0(inside, OBJ_nid2obj(NID_pbes2), V_ASN1_SEQUENCE,
					outer->value.sequence);
			outer->value.sequence = NULL;
			outer->type = V_ASN1_NULL;
			ASN1_TYPE_free(outer);
		}
		print_sealed(&text, sig);
		if (costs[i].dear)
			assert_stays_shut(it_buf_text(&text),
					  (struct person){ .words = { "word" } }, 0, INTOTO_E_LIMIT,
					  "key.pem: its scrypt cost is over 4194304");
		else
			assert_stays_shut(it_buf_text(&text), (struct person){ .words = { NULL } },
					  1, INTOTO_E_KEY, "key.pem: nobody answers");
		PBE2PARAM_free(pbe2);
		SCRYPT_PARAMS_free(params);
		X509_ALGOR_free(alg);
	}
}

/* Every byte changed in turn.  PBES2 has no check of its own, so a change inside the seed gives
 * another key; all others are refused with a class of their own. */
static void a_damaged_box_is_refused_or_is_another_key(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
	struct it_pem block;

	(void)state;
	seal_with(&text, ed25519_pem, PKCS5_pbe2_set(EVP_aes_256_cbc(), 2, NULL, 0), "word");
	assert_int_equal(it_pem_read(&block, it_buf_span(&text), NULL), 0);
	for (size_t at = 0; at < block.bytes.len; at++) {
		struct person person = { .words = { "word", "word", "word" } };
		IT_AUTO(it_buf_done) struct it_buf changed = IT_BUF(ROOM);
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		struct intoto_key *key = NULL;
		int rc;

		block.bytes.data[at] ^= 0x01;
		assert_int_equal(
			it_pem_write(&changed, block.label, it_buf_span(&block.bytes), NULL), 0);
		rc = it_key_from_pem(&key, it_buf_span(&changed), "key.pem", ask, &person, &err);
		assert_true(rc == INTOTO_OK || rc == INTOTO_E_KEY || rc == INTOTO_E_FORMAT ||
			    rc == INTOTO_E_UNSUPPORTED || rc == INTOTO_E_LIMIT);
		assert_int_equal(intoto_error_code(err), rc);
		if (rc)
			assert_null(key);
		else
			assert_true(intoto_key_is_private(key));
		intoto_key_free(key);
		block.bytes.data[at] ^= 0x01;
	}
	it_pem_done(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_comes_back_with_its_passphrase),
		cmocka_unit_test(another_program_reads_what_we_encrypt),
		cmocka_unit_test(a_key_is_never_encrypted_twice_the_same_way),
		cmocka_unit_test(asks_three_times_and_no_more),
		cmocka_unit_test(stops_when_nobody_answers),
		cmocka_unit_test(a_function_that_misbehaves_is_an_error),
		cmocka_unit_test(says_so_when_there_is_nobody_to_ask),
		cmocka_unit_test(a_plain_key_asks_nobody),
		cmocka_unit_test(refuses_passphrases_that_protect_nothing),
		cmocka_unit_test(opens_what_other_programs_encrypt),
		cmocka_unit_test(opens_the_old_encryption_of_pem),
		cmocka_unit_test(refuses_header_lines_that_say_nothing_known),
		cmocka_unit_test(refuses_too_many_rounds_before_it_asks),
		cmocka_unit_test(refuses_scrypt_that_costs_too_much),
		cmocka_unit_test(a_damaged_box_is_refused_or_is_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
