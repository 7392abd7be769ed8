/* SPDX-License-Identifier: Apache-2.0 */
/* Keys from PEM. */
#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/pem.h"
#include "crypto/scheme.h"

static int read_spki(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	struct it_span bytes;

	if (!it_ed25519_in_spki(der, &bytes))
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "not an Ed25519 key");
	key->scheme = &it_scheme_ed25519;
	return it_ed25519_set_public(key, bytes, err);
}

static int read_pkcs8(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	struct it_span seed;
	struct it_span bytes;
	int rc;

	if (!it_ed25519_in_pkcs8(der, &seed, &bytes))
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "not an Ed25519 key");
	key->scheme = &it_scheme_ed25519;
	rc = it_ed25519_set_seed(key, seed, err);
	if (rc || !bytes.len || it_span_eq(bytes, it_span(key->ed25519_public, bytes.len)))
		return rc;
	return it_err_set(err, INTOTO_E_KEY, "the private and the public half differ");
}

static const struct {
	const char *label;
	int (*read)(struct intoto_key *key, struct it_span der, struct intoto_error **err);
} kinds[] = {
	{ "PRIVATE KEY", read_pkcs8 },
	{ "PUBLIC KEY", read_spki },
};

int it_key_from_pem(struct intoto_key **out, struct it_span text, const char *name,
		    intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	IT_AUTO(it_pem_done) struct it_pem pem = { 0 };
	int rc;

	(void)passphrase;
	(void)arg;
	*out = NULL;
	if (!key)
		return it_err_nomem(err);
	rc = it_pem_read(&pem, text, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", name);
	rc = it_err_set(err, INTOTO_E_UNSUPPORTED, "a PEM block \"%s\"", pem.label);
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		if (it_streq(kinds[i].label, pem.label)) {
			rc = kinds[i].read(key, it_buf_span(&pem.bytes), err);
			break;
		}
	}
	if (rc)
		return it_err_wrap(err, rc, "%s", name);
	rc = it_key_settle(key, NULL, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", name);
	*out = key;
	key = NULL;
	return INTOTO_OK;
}
