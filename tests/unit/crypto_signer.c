/* SPDX-License-Identifier: Apache-2.0 */
/* Signers by name: files, and keys in memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/signer.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "tests/unit/crypto_keys.h"
#include "tests/unit/refused.h"
#include "tests/unit/workspace.h"

enum { SIGNATURE_ROOM = 4096 };

static void put(const char *name, const char *text)
{
	assert_int_equal(it_file_write(name, it_span_text(text), 0600, 0, NULL), INTOTO_OK);
}

static void assert_signs(const struct it_signer *signer, const struct intoto_key *key)
{
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_ROOM);

	assert_int_equal(it_signer_sign(signer, it_span_text("data"), &signature, NULL), 0);
	assert_int_equal(it_key_verify(key, it_span_text("data"), it_buf_span(&signature), NULL),
			 INTOTO_OK);
	assert_true(intoto_key_same(signer->key, key));
}

static void a_path_is_a_file_with_a_key(void **state)
{
	static const char *const names[] = { "key.pem",	       "./key.pem",  "file:key.pem",
					     "file:./key.pem", "with:colon", "x:y" };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(p256_pem);

	(void)state;
	put("key.pem", p256_pem);
	put("with:colon", p256_pem);
	put("x:y", p256_pem);
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
		struct intoto_error *err = NULL;

		if (it_signer_open(&signer, names[i], NULL, NULL, &err))
			fail_msg("%s", intoto_error_text(err));
		assert_signs(signer, key);
	}
}

static void refuse(const char *uri, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct it_signer *signer = NULL;

	assert_refused(it_signer_open(&signer, uri, NULL, NULL, &err), &err, code, sentence);
	assert_null(signer);
}

static void refuses_what_is_no_key(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(p256_pem);

	(void)state;
	put("key.pub", key->public_text);
	put("garbage", "garbage");
	refuse("key.pub", INTOTO_E_KEY, "key.pub: this key is public, want the private one");
	refuse("file:key.pub", INTOTO_E_KEY, "key.pub: this key is public, want the private one");
	refuse("garbage", INTOTO_E_FORMAT, "garbage: ");
	refuse("nothing", INTOTO_E_NOTFOUND, "nothing: ");
	refuse("file:nothing", INTOTO_E_NOTFOUND, "nothing: ");
}

static void refuses_a_kind_that_nobody_knows(void **state)
{
	(void)state;
	refuse("kms:alias/release", INTOTO_E_UNSUPPORTED,
	       "kms:alias/release: no such file and no known kind of signer, want a path or one of "
	       "file:");
	refuse("pkcs11:token=\x1b[1m", INTOTO_E_UNSUPPORTED,
	       "pkcs11:token=\\u{1b}[1m: no such file and no known kind");
	refuse("FILE:key.pem", INTOTO_E_NOTFOUND, "FILE:key.pem: ");
	refuse("", INTOTO_E_NOTFOUND, "");
}

static int give(void *arg, const char *what, unsigned attempt, char *out, size_t size, size_t *len,
		struct intoto_error **err)
{
	const char *word = arg;

	(void)attempt;
	(void)err;
	assert_string_equal(what, "sealed.pem");
	assert_true(strlen(word) <= size);
	memcpy(out, word, strlen(word));
	*len = strlen(word);
	return INTOTO_OK;
}

static void asks_for_the_passphrase_of_a_file(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(ed25519_pem);
	IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	struct intoto_error *err = NULL;
	char word[] = "word", wrong[] = "wrong";

	(void)state;
	assert_int_equal(it_key_private_pem(key, it_span_text(word), 1000, &text, NULL), INTOTO_OK);
	put("sealed.pem", text);
	assert_int_equal(it_signer_open(&signer, "file:sealed.pem", give, word, NULL), INTOTO_OK);
	assert_signs(signer, key);
	it_signer_free(signer);
	signer = NULL;
	assert_refused(it_signer_open(&signer, "file:sealed.pem", give, wrong, &err), &err,
		       INTOTO_E_KEY, "sealed.pem: wrong passphrase");
	refuse("sealed.pem", INTOTO_E_KEY,
	       "sealed.pem: the key is encrypted and no passphrase was given");
}

static void a_borrowed_key_stays_its_owner_s(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = key_from(ed25519_pem);
	IT_AUTO(intoto_key_freep) struct intoto_key *half = public_of(key);
	IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(it_signer_borrow(&signer, key, NULL), INTOTO_OK);
	assert_signs(signer, key);
	it_signer_free(signer);
	signer = NULL;
	assert_true(intoto_key_is_private(key));
	assert_refused(it_signer_borrow(&signer, half, &err), &err, INTOTO_E_KEY,
		       "signer: this key is public, want the private one");
	assert_null(signer);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	it_signer_free(NULL);
	intoto_key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_a_file_with_a_key),
		cmocka_unit_test(refuses_what_is_no_key),
		cmocka_unit_test(refuses_a_kind_that_nobody_knows),
		cmocka_unit_test(asks_for_the_passphrase_of_a_file),
		cmocka_unit_test(a_borrowed_key_stays_its_owner_s),
		cmocka_unit_test(freeing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, workspace_enter, workspace_leave);
}
