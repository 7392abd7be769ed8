/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files: PEM of every kind and JSON key objects.  Nobody knows the passphrase, so no time goes
 * into hashing it.  A key that was read must print its public half so that it reads back as the
 * same key, and a private key likewise.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "crypto/key.h"

static int know_nothing(void *arg, const char *what, unsigned attempt, char *out, size_t size,
			size_t *len, struct intoto_error **err)
{
	(void)arg;
	(void)what;
	(void)attempt;
	(void)out;
	(void)size;
	*len = 0;
	return it_err_set(err, INTOTO_E_KEY, "no passphrase");
}

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void must_read_back(const struct intoto_key *key, const char *pem, bool is_private)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *again = NULL;

	must(it_key_from_pem(&again, it_span_text(pem), "again", NULL, NULL, NULL) == INTOTO_OK);
	must(intoto_key_same(key, again));
	must(intoto_key_is_private(again) == is_private);
}

static void look_at(const struct intoto_key *key)
{
	IT_AUTO(it_freep) char *public_pem = NULL;
	IT_AUTO(it_freep) char *private_pem = NULL;

	must(it_key_answers_to(key, it_span_text(intoto_key_id(key, INTOTO_KEYID_LEGACY))));
	must(it_key_answers_to(key, it_span_text(intoto_key_id(key, INTOTO_KEYID_CURRENT))));
	if (key->openpgp) { /* has no PEM; tests/fuzz/openpgp.c looks at it */
		must(intoto_key_public_pem(key, &public_pem, NULL) == INTOTO_E_UNSUPPORTED);
		return;
	}
	must(intoto_key_public_pem(key, &public_pem, NULL) == INTOTO_OK);
	must_read_back(key, public_pem, false);
	if (!intoto_key_is_private(key))
		return;
	must(intoto_key_private_pem(key, NULL, 0, &private_pem, NULL) == INTOTO_OK);
	must_read_back(key, private_pem, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = intoto_key_parse(&key, data, size, "key", know_nothing, NULL, &err);

	must((rc == INTOTO_OK) == (key != NULL));
	must((enum intoto_code)rc == intoto_error_code(err));
	must(rc == INTOTO_OK || it_starts_with(intoto_error_text(err), "key: "));
	if (key)
		look_at(key);
	return 0;
}
