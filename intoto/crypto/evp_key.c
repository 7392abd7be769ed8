/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that libcrypto holds. */
#include "crypto/evp_key.h"

#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ec_spki.h"
#include "crypto/key_pem.h"
#include "crypto/pem.h"

IT_DEFINE_AUTO(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);

enum { GROUP_MAX = 64 };

static const struct it_scheme *default_scheme(const EVP_PKEY *pkey)
{
	for (const struct it_scheme *const *at = it_schemes(); *at; at++) {
		if ((*at)->takes && (*at)->takes(*at, pkey))
			return *at;
	}
	return NULL;
}

static int refuse_kind(const EVP_PKEY *pkey, struct intoto_error **err)
{
	const char *kind = EVP_PKEY_get0_type_name(pkey);
	char group[GROUP_MAX] = "";

	if (EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a key on the curve %s, want P-256, P-384 or P-521", group);
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "a key of kind %s, want Ed25519, ECDSA or RSA",
			  kind ? kind : "unknown");
}

/*
 * A key on P-384 or P-521 may be declared as ecdsa-sha2-nistp256 (Go, securesystemslib before 1.0);
 * it is used with its curve's digest, as Go does.
 */
static bool is_habit(const struct it_scheme *declared, const struct it_scheme *proper)
{
	return it_streq(declared->name, "ecdsa-sha2-nistp256") &&
	       it_streq(proper->keytype, declared->keytype);
}

int it_evp_adopt(struct intoto_key *key, EVP_PKEY *pkey, bool is_private, struct intoto_error **err)
{
	const struct it_scheme *proper = default_scheme(pkey);

	key->pkey = pkey;
	key->is_private = is_private;
	if (!proper)
		return refuse_kind(pkey, err);
	if (!key->scheme) {
		key->scheme = proper;
	} else if (!key->scheme->takes || !key->scheme->takes(key->scheme, pkey)) {
		if (!is_habit(key->scheme, proper))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "a key for %s, which does not fit scheme \"%s\"",
					  proper->name, key->scheme->name);
		key->scheme = proper;
	}
	return key->scheme->check(key, err);
}

static int public_der(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	IT_EVP_SESSION;
	unsigned char *der = NULL;
	int len;

	if (it_ec_spki_write(out, key->pkey))
		return it_buf_check(out, "public key", err);
	len = i2d_PUBKEY(key->pkey, &der);
	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write the public key");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_free(der);
	return it_buf_check(out, "public key", err);
}

static int private_der(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS8_PRIV_KEY_INFO_freep)
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	unsigned char *der = NULL;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write the private key");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_clear_free(der, (size_t)len);
	return it_buf_check(out, "private key", err);
}

static int public_text(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	int rc = public_der(key, &der, err);

	return rc ? rc : it_pem_write(out, "PUBLIC KEY", it_buf_span(&der), err);
}

static int secret_text(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	int rc = private_der(key, &der, err);

	return rc ? rc : it_pem_write(out, "PRIVATE KEY", it_buf_span(&der), err);
}

const struct it_key_form it_evp_form = {
	.public_der = public_der,
	.private_der = private_der,
	.public_text = public_text,
	.secret_text = secret_text,
	.read_public = it_key_pem_public,
	.read_secret = it_key_pem_secret,
};

/* One of the two: SHA-224 is what no artifact is hashed with here. */
struct running {
	const struct it_digest_alg *alg;
	struct it_digest digest;
	EVP_MD_CTX *other;
};

static int add_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct running *running = arg;

	if (running->alg)
		it_digest_add(&running->digest, piece.data, piece.len);
	else if (EVP_DigestUpdate(running->other, piece.data, piece.len) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash");
	return INTOTO_OK;
}

static int hash_other(struct it_evp_digest *out, const struct it_scheme *scheme,
		      const struct it_message *message, struct intoto_error **err)
{
	IT_AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct running running = { .other = ctx };
	const struct it_sink sink = { add_piece, &running };
	unsigned len = 0;
	int rc;

	if (!ctx || !it_streq(scheme->digest, "sha224") ||
	    EVP_DigestInit_ex(ctx, EVP_sha224(), NULL) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash with %s",
				  scheme->digest);
	rc = it_message_pour(message, &sink, err);
	if (!rc && EVP_DigestFinal_ex(ctx, out->bytes, &len) != 1)
		rc = it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash");
	out->len = len;
	return rc;
}

int it_evp_digest(struct it_evp_digest *out, const struct it_scheme *scheme,
		  const struct it_message *message, struct intoto_error **err)
{
	IT_EVP_SESSION;
	struct running running = { .alg = it_digest_find(scheme->digest) };
	const struct it_sink sink = { add_piece, &running };
	int rc;

	_Static_assert(sizeof out->bytes >= IT_DIGEST_MAX, "longest digest");
	if (!running.alg)
		return hash_other(out, scheme, message, err);
	it_digest_start(&running.digest, running.alg);
	rc = it_message_pour(message, &sink, err);
	it_digest_finish(&running.digest, out->bytes);
	out->len = running.alg->size;
	return rc;
}

int it_evp_sign(const struct intoto_key *key, const struct it_evp_digest *digest,
		it_evp_prepare_fn *prepare, struct it_buf *signature, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
	int rc;

	if (!ctx || EVP_PKEY_sign_init(ctx) != 1 || (prepare && prepare(ctx, key->scheme) != 1))
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot sign with %s",
				  key->scheme->name);
	(void)it_buf_reserve(signature, len); /* sticky */
	rc = it_buf_check(signature, "signature", err);
	if (rc)
		return rc;
	if (EVP_PKEY_sign(ctx, (unsigned char *)signature->data + signature->len, &len,
			  digest->bytes, digest->len) != 1)
		return it_err_set(err, INTOTO_E_KEY, "libcrypto cannot sign with this key");
	signature->len += len;
	signature->data[signature->len] = '\0';
	return INTOTO_OK;
}

int it_evp_verify_digest(const struct intoto_key *key, const struct it_evp_digest *digest,
			 struct it_span signature, it_evp_prepare_fn *prepare,
			 struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	int verdict = INTOTO_E_UNTRUSTED;

	if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || (prepare && prepare(ctx, key->scheme) != 1))
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot verify with %s",
				  key->scheme->name);
	if (signature.len && EVP_PKEY_verify(ctx, (const unsigned char *)signature.data,
					     signature.len, digest->bytes, digest->len) == 1)
		verdict = INTOTO_OK;
	if (verdict)
		return it_err_set(err, verdict, "the signature does not verify");
	return INTOTO_OK;
}

int it_evp_verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  it_evp_prepare_fn *prepare, struct intoto_error **err)
{
	const struct it_message message = it_message_of(&data);
	struct it_evp_digest digest;
	int rc = it_evp_digest(&digest, key->scheme, &message, err);

	return rc ? rc : it_evp_verify_digest(key, &digest, signature, prepare, err);
}
