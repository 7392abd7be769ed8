/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys from PEM.  The label of the block says what is inside; the algorithm's OID is looked at
 * before libcrypto is, so that only kinds that we use are ever handed to it.
 */
#include "crypto/key_pem.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/der.h"
#include "crypto/ec_spki.h"
#include "crypto/ed25519.h"
#include "crypto/evp_key.h"
#include "crypto/pbe.h"
#include "crypto/pem.h"
#include "crypto/scheme.h"

IT_DEFINE_AUTO(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
IT_DEFINE_AUTO(ASN1_OBJECT, ASN1_OBJECT_free);

enum { KIND_MAX = 128 };

static const char rsa_oid[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"; /* rsaEncryption */
static const char ec_oid[] = "\x2a\x86\x48\xce\x3d\x02\x01";	      /* id-ecPublicKey */
static const char ed25519_oid[] = "\x2b\x65\x70";		      /* id-Ed25519 */

static bool is_oid(struct it_span oid, const char *bytes, size_t size)
{
	return it_span_eq(oid, it_span(bytes, size - 1));
}

static int refuse_kind(struct it_span oid, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(KIND_MAX);
	IT_AUTO(ASN1_OBJECT_freep) ASN1_OBJECT *object = NULL;
	const unsigned char *at;
	char kind[KIND_MAX] = "";

	(void)it_buf_printf(&der, "%c%c", IT_DER_OID, (char)(oid.len & 0x7f)); /* sticky */
	(void)it_buf_add_span(&der, oid);				       /* sticky */
	at = (const unsigned char *)der.data;
	if (!der.failed && oid.len < 0x80)
		object = d2i_ASN1_OBJECT(NULL, &at, (long)der.len);
	if (!object || OBJ_obj2txt(kind, sizeof kind, object, 0) <= 0)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a key of an unknown kind, want Ed25519, ECDSA or RSA");
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "a key of kind %s, want Ed25519, ECDSA or RSA",
			  kind);
}

/* What libcrypto may be asked to read. */
static int admit(bool found, struct it_span oid, struct intoto_error **err)
{
	if (!found)
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no key");
	if (is_oid(oid, rsa_oid, sizeof rsa_oid) || is_oid(oid, ec_oid, sizeof ec_oid))
		return INTOTO_OK;
	if (is_oid(oid, ed25519_oid, sizeof ed25519_oid))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "an Ed25519 key in a form that RFC 8410 does not have");
	return refuse_kind(oid, err);
}

/* A DER reader of libcrypto's must have read all of it. */
static int adopt(struct intoto_key *key, EVP_PKEY *pkey, const unsigned char *at,
		 struct it_span der, bool is_private, struct intoto_error **err)
{
	if (!pkey)
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no such key");
	if (at != (const unsigned char *)der.data + der.len) {
		EVP_PKEY_free(pkey);
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds more than a key");
	}
	return it_evp_adopt(key, pkey, is_private, err);
}

static int set_ed25519(struct intoto_key *key, struct intoto_error **err)
{
	if (key->scheme && key->scheme != &it_scheme_ed25519)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "a key for ed25519, which does not fit scheme \"%s\"",
				  key->scheme->name);
	key->scheme = &it_scheme_ed25519;
	return INTOTO_OK;
}

static int read_spki(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	IT_EVP_SESSION;
	const unsigned char *at = (const unsigned char *)der.data;
	struct it_span oid = { 0 };
	EVP_PKEY *pkey = it_ec_spki_read(der);
	int rc;

	if (pkey)
		return it_evp_adopt(key, pkey, false, err);
	rc = admit(it_der_spki_oid(der, &oid), oid, err);
	if (rc)
		return rc;
	pkey = d2i_PUBKEY(NULL, &at, (long)der.len);
	return adopt(key, pkey, at, der, false, err);
}

static int read_public(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	struct it_span bytes;
	int rc;

	if (!it_ed25519_in_spki(der, &bytes))
		return read_spki(key, der, err);
	rc = set_ed25519(key, err);
	return rc ? rc : it_ed25519_set_public(key, bytes, err);
}

static int read_pkcs1_public(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	IT_EVP_SESSION;
	const unsigned char *at = (const unsigned char *)der.data;
	EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);

	return adopt(key, pkey, at, der, false, err);
}

static int read_pkcs8(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS8_PRIV_KEY_INFO_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	const unsigned char *at = (const unsigned char *)der.data;
	struct it_span oid = { 0 };
	int rc = admit(it_der_pkcs8_oid(der, &oid), oid, err);

	if (rc)
		return rc;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);
	return adopt(key, info ? EVP_PKCS82PKEY(info) : NULL, at, der, true, err);
}

static int read_private(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	struct it_span seed;
	struct it_span bytes;
	int rc;

	if (!it_ed25519_in_pkcs8(der, &seed, &bytes))
		return read_pkcs8(key, der, err);
	rc = set_ed25519(key, err);
	if (!rc)
		rc = it_ed25519_set_seed(key, seed, err);
	if (rc || !bytes.len || it_span_eq(bytes, it_span(key->ed25519_public, bytes.len)))
		return rc;
	return it_err_set(err, INTOTO_E_KEY,
			  "the private and the public half do not belong together");
}

/* The shape is looked at first because libcrypto tries PKCS8 too, and with it every kind of key. */
static int read_classic(struct intoto_key *key, int type, struct it_span der,
			struct intoto_error **err)
{
	IT_EVP_SESSION;
	const unsigned char *at = (const unsigned char *)der.data;
	struct it_span oid;
	EVP_PKEY *pkey;

	if (!it_der_is_private_key(der) || it_der_pkcs8_oid(der, &oid))
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no such key");
	pkey = d2i_PrivateKey(type, NULL, &at, (long)der.len);
	return adopt(key, pkey, at, der, true, err);
}

static int read_pkcs1(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	return read_classic(key, EVP_PKEY_RSA, der, err);
}

static int read_sec1(struct intoto_key *key, struct it_span der, struct intoto_error **err)
{
	return read_classic(key, EVP_PKEY_EC, der, err);
}

enum half { PUBLIC, PRIVATE, SEALED };

static const struct kind {
	const char *label;
	enum half half;
	int (*read)(struct intoto_key *key, struct it_span der, struct intoto_error **err);
	const char *refusal; /* instead of read */
} kinds[] = {
	{ "PRIVATE KEY", PRIVATE, read_private, NULL },
	{ "PUBLIC KEY", PUBLIC, read_public, NULL },
	{ "ENCRYPTED PRIVATE KEY", SEALED, read_private, NULL },
	{ "RSA PRIVATE KEY", PRIVATE, read_pkcs1, NULL },
	{ "RSA PUBLIC KEY", PUBLIC, read_pkcs1_public, NULL },
	{ "EC PRIVATE KEY", PRIVATE, read_sec1, NULL },
	{ "CERTIFICATE", PUBLIC, NULL,
	  "an X.509 certificate, want a key (openssl x509 -pubkey -noout takes it out)" },
	{ "TRUSTED CERTIFICATE", PUBLIC, NULL,
	  "an X.509 certificate, want a key (openssl x509 -pubkey -noout takes it out)" },
	{ "CERTIFICATE REQUEST", PUBLIC, NULL, "a certificate request, want a key" },
	{ "OPENSSH PRIVATE KEY", PRIVATE, NULL, "an OpenSSH key, want PKCS8" },
	{ "PGP PUBLIC KEY BLOCK", PUBLIC, NULL, "an OpenPGP key, want a key in PEM" },
	{ "PGP PRIVATE KEY BLOCK", PRIVATE, NULL, "an OpenPGP key, want a key in PEM" },
};

static int find_kind(const struct kind **out, const char *label, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		if (!it_streq(kinds[i].label, label))
			continue;
		*out = &kinds[i];
		if (kinds[i].refusal)
			return it_err_set(err, INTOTO_E_UNSUPPORTED, "found %s", kinds[i].refusal);
		return INTOTO_OK;
	}
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "found a PEM block \"%s\", want a key", label);
}

static int read_block(struct intoto_key *key, const struct it_pem *pem,
		      const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf plain = IT_BUF(IT_KEY_TEXT_MAX);
	const struct kind *kind = NULL;
	int rc = find_kind(&kind, pem->label, err);

	if (rc)
		return rc;
	if (kind->half != SEALED && !pem->headers.len)
		return kind->read(key, it_buf_span(&pem->bytes), err);
	if (kind->half != PRIVATE && pem->headers.len)
		return it_err_set(err, INTOTO_E_FORMAT, "header lines in a block \"%s\"",
				  pem->label);
	rc = it_pbe_open(&plain, pem, source, err);
	return rc ? rc : kind->read(key, it_buf_span(&plain), err);
}

static int read_text(struct intoto_key *key, struct it_span text,
		     const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_pem_done) struct it_pem pem = { 0 };
	int rc;

	if (text.len > IT_KEY_TEXT_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%zu bytes, want at most %d", text.len,
				  IT_KEY_TEXT_MAX);
	rc = it_pem_read(&pem, text, err);
	if (!rc)
		rc = read_block(key, &pem, source, err);
	return rc ? rc : it_key_settle(key, NULL, err);
}

int it_key_from_pem(struct intoto_key **out, struct it_span text, const char *name,
		    intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	struct it_passphrase_source source = { passphrase, arg, name };
	int rc;

	*out = NULL;
	if (!key)
		return it_err_nomem(err);
	rc = read_text(key, text, &source, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", name);
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int read_alone(struct intoto_key *key, struct it_span text, enum half wanted,
		      struct intoto_error **err)
{
	IT_AUTO(it_pem_done) struct it_pem pem = { 0 };
	const struct kind *kind = NULL;
	int rc = it_pem_read(&pem, text, err);

	if (!rc)
		rc = find_kind(&kind, pem.label, err);
	if (rc)
		return rc;
	if (!pem.alone)
		return it_err_set(err, INTOTO_E_FORMAT, "found text around the PEM block");
	if (kind->half != wanted || pem.headers.len)
		return it_err_set(err, INTOTO_E_FORMAT, "found a PEM block \"%s\", want a %s key",
				  pem.label, wanted == PUBLIC ? "public" : "private, unencrypted");
	return kind->read(key, it_buf_span(&pem.bytes), err);
}

int it_key_pem_public(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	return read_alone(key, text, PUBLIC, err);
}

int it_key_pem_secret(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	return read_alone(key, text, PRIVATE, err);
}
