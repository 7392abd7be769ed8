/* SPDX-License-Identifier: Apache-2.0 */
/* The key object: its life, its names, and signing and verifying through its scheme. */
#include "crypto/key.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openpgp.h"
#include "crypto/pbe.h"
#include "crypto/pem.h"

enum { SIGNATURE_MAX = 4096 }; /* RSA with 16384 bits has 2048 bytes */

void intoto_key_free(struct intoto_key *key)
{
	if (!key)
		return;
	if (key->pkey)
		EVP_PKEY_free(key->pkey);
	free(key->public_text);
	it_openpgp_free(key->openpgp);
	explicit_bzero(key, sizeof *key);
	free(key);
}

bool intoto_key_is_private(const struct intoto_key *key)
{
	return key->is_private;
}

const char *intoto_key_type(const struct intoto_key *key)
{
	return key->scheme->keytype;
}

const char *intoto_key_scheme(const struct intoto_key *key)
{
	return key->scheme_name;
}

const char *intoto_key_id(const struct intoto_key *key, enum intoto_keyid_style style)
{
	return key->id[style == INTOTO_KEYID_CURRENT];
}

const char *intoto_key_fingerprint(const struct intoto_key *key)
{
	return key->fingerprint;
}

bool intoto_key_same(const struct intoto_key *a, const struct intoto_key *b)
{
	if (a->openpgp || b->openpgp)
		return it_openpgp_shares(a, b);
	return it_streq(a->fingerprint, b->fingerprint);
}

int it_key_settle(struct intoto_key *key, const char *keytype, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_KEYID_SIZE - 1);
	int rc;

	if (!key->scheme_name)
		key->scheme_name = key->scheme->name;
	rc = key->scheme->form->public_der(key, &der, err);
	if (!rc)
		rc = key->scheme->form->public_text(key, &text, err);
	if (rc)
		return rc;
	it_sha256_hex(&hex, it_buf_span(&der));
	rc = it_buf_check(&hex, "fingerprint", err);
	if (rc)
		return rc;
	memcpy(key->fingerprint, it_buf_text(&hex), IT_KEYID_SIZE);
	free(key->public_text);
	key->public_text = it_buf_take(&text);
	return key->public_text ? it_key_set_ids(key, keytype, err) : it_err_nomem(err);
}

int intoto_key_generate(struct intoto_key **out, const char *scheme, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	const struct it_scheme *found = it_scheme_find(scheme);
	int rc;

	*out = NULL;
	if (!found)
		return it_scheme_refuse(it_span_text(scheme), err);
	key = calloc(1, sizeof *key);
	if (!key)
		return it_err_nomem(err);
	key->scheme = found;
	rc = found->generate(key, err);
	if (!rc)
		rc = it_key_settle(key, NULL, err);
	if (rc)
		return rc;
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_key_sign(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		struct intoto_error **err)
{
	if (!key->is_private)
		return it_err_set(err, INTOTO_E_KEY, "this key is public, want the private one");
	return key->scheme->sign(key, data, signature, err);
}

int it_key_sign_stream(const struct intoto_key *key, const struct it_message *message,
		       struct it_buf *signature, struct intoto_error **err)
{
	if (!key->is_private)
		return it_err_set(err, INTOTO_E_KEY, "this key is public, want the private one");
	if (!key->scheme->sign_stream)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a key for %s signs no message that is not in memory",
				  key->scheme->name);
	return key->scheme->sign_stream(key, message, signature, err);
}

int it_key_verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	return key->scheme->verify(key, data, signature, err);
}

int intoto_key_sign(const struct intoto_key *key, const void *data, size_t len, unsigned char **out,
		    size_t *out_len, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_MAX);
	int rc = it_key_sign(key, it_span(data, len), &signature, err);

	*out = NULL;
	*out_len = 0;
	if (rc)
		return rc;
	*out_len = signature.len;
	*out = (unsigned char *)it_buf_take(&signature);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int intoto_key_verify(const struct intoto_key *key, const void *data, size_t len,
		      const void *signature, size_t signature_len, struct intoto_error **err)
{
	if (key->openpgp)
		return it_openpgp_verify_detached(key, it_span(data, len),
						  it_span(signature, signature_len), err);
	return it_key_verify(key, it_span(data, len), it_span(signature, signature_len), err);
}

int it_key_secret_text(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	if (!key->is_private)
		return it_err_set(err, INTOTO_E_KEY, "this key is public, want the private one");
	return key->scheme->form->secret_text(key, out, err);
}

int intoto_key_public_pem(const struct intoto_key *key, char **out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);
	int rc = key->scheme->form->public_der(key, &der, err);

	*out = NULL;
	if (!rc)
		rc = it_pem_write(&text, "PUBLIC KEY", it_buf_span(&der), err);
	if (rc)
		return rc;
	*out = it_buf_take(&text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int intoto_key_private_pem(const struct intoto_key *key, const char *passphrase,
			   size_t passphrase_len, char **out, struct intoto_error **err)
{
	return it_key_private_pem(key, it_span(passphrase, passphrase_len), IT_KEY_ROUNDS, out,
				  err);
}

int it_key_private_pem(const struct intoto_key *key, struct it_span passphrase, int rounds,
		       char **out, struct intoto_error **err)
{
	bool encrypt = passphrase.data != NULL;
	IT_AUTO(it_buf_wipe) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_wipe) struct it_buf sealed = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);
	int rc;

	*out = NULL;
	if (!key->is_private)
		return it_err_set(err, INTOTO_E_KEY, "this key is public, want the private one");
	rc = key->scheme->form->private_der(key, &der, err);
	if (!rc && encrypt)
		rc = it_pbe_seal(&sealed, it_buf_span(&der), passphrase, rounds, err);
	if (rc)
		return rc;
	rc = it_pem_write(&text, encrypt ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY",
			  it_buf_span(encrypt ? &sealed : &der), err);
	if (rc)
		return rc;
	*out = it_buf_take(&text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}
