/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption of private keys: PKCS8 (RFC 8018), and OpenSSL's old form for reading. */
#include "crypto/pbe.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypto/der.h"
#include "crypto/evp.h"
#include "crypto/pbe_cost.h"

IT_DEFINE_AUTO(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
IT_DEFINE_AUTO(X509_SIG, X509_SIG_free);

enum { SALT_SIZE = 16 };

/* One encrypted block, looked at before anybody is asked for a passphrase. */
struct lock {
	X509_SIG *sealed;	/* PKCS8, else NULL */
	EVP_CIPHER_INFO cipher; /* of the old form */
	struct it_span bytes;
};

static void lock_done(struct lock *lock)
{
	X509_SIG_free(lock->sealed);
}

static int look_at_pkcs8(struct lock *lock, struct intoto_error **err)
{
	const unsigned char *at = (const unsigned char *)lock->bytes.data;
	const X509_ALGOR *alg = NULL;

	lock->sealed = d2i_X509_SIG(NULL, &at, (long)lock->bytes.len);
	if (!lock->sealed || at != (const unsigned char *)lock->bytes.data + lock->bytes.len)
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no encrypted key");
	X509_SIG_get0(lock->sealed, &alg, NULL);
	return it_pbe_check_cost(alg, err);
}

/* libcrypto wants the header lines as a text that it may change. */
static int look_at_headers(struct lock *lock, struct it_span headers, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);

	(void)it_buf_add_span(&text, headers); /* sticky */
	if (it_buf_check(&text, "header lines", err))
		return (int)text.failed;
	if (PEM_get_EVP_CIPHER_INFO(text.data, &lock->cipher) != 1 || !lock->cipher.cipher)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "header lines that name no encryption known here");
	return INTOTO_OK;
}

/* PKCS12_pbe_crypt is libcrypto's name for every passphrase encryption, PBES2 too. */
static int unlock_pkcs8(const struct lock *lock, struct it_span passphrase, struct it_buf *plain,
			struct intoto_error **err)
{
	const X509_ALGOR *alg = NULL;
	const ASN1_OCTET_STRING *octets = NULL;
	unsigned char *data = NULL;
	int len = 0;

	X509_SIG_get0(lock->sealed, &alg, &octets);
	if (!PKCS12_pbe_crypt(alg, passphrase.data, (int)passphrase.len,
			      ASN1_STRING_get0_data(octets), ASN1_STRING_length(octets), &data,
			      &len, 0)) {
		if (ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_PKCS12_CIPHERFINAL_ERROR)
			return IT_PASSPHRASE_WRONG;
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "encrypted in a way that this libcrypto does not have");
	}
	(void)it_buf_add(plain, data, (size_t)len); /* sticky */
	OPENSSL_clear_free(data, (size_t)len);
	return it_buf_check(plain, "key", err);
}

static int give(char *out, int size, int writing, void *arg)
{
	const struct it_span *passphrase = arg;

	(void)writing;
	if (size < 0 || passphrase->len > (size_t)size)
		return -1;
	memcpy(out, passphrase->data, passphrase->len);
	return (int)passphrase->len;
}

/* Decrypts in place, in a copy. */
static int unlock_old(const struct lock *lock, struct it_span passphrase, struct it_buf *plain,
		      struct intoto_error **err)
{
	EVP_CIPHER_INFO cipher = lock->cipher;
	long len = (long)lock->bytes.len;

	(void)it_buf_add_span(plain, lock->bytes); /* sticky */
	if (it_buf_check(plain, "key", err))
		return (int)plain->failed;
	if (PEM_do_header(&cipher, (unsigned char *)plain->data, &len, give, &passphrase) != 1)
		return IT_PASSPHRASE_WRONG;
	plain->len = (size_t)len;
	plain->data[plain->len] = '\0';
	return INTOTO_OK;
}

/* A wrong passphrase passes the padding once in 256 times, so what comes out is looked at too. */
static int unlock(const void *arg, struct it_span passphrase, struct it_buf *plain,
		  struct intoto_error **err)
{
	const struct lock *lock = arg;
	int rc = lock->sealed ? unlock_pkcs8(lock, passphrase, plain, err)
			      : unlock_old(lock, passphrase, plain, err);

	if (rc == INTOTO_OK && !it_der_is_private_key(it_buf_span(plain)))
		rc = IT_PASSPHRASE_WRONG;
	return rc;
}

int it_pbe_open(struct it_buf *plain, const struct it_pem *pem,
		const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(lock_done) struct lock lock = { .bytes = it_buf_span(&pem->bytes) };
	int rc = pem->headers.len ? look_at_headers(&lock, pem->headers, err)
				  : look_at_pkcs8(&lock, err);

	if (rc)
		return rc;
	return it_unlock(plain, source, unlock, &lock, "wrong passphrase", err);
}

static int add_sealed(struct it_buf *out, const X509_SIG *sealed, struct intoto_error **err)
{
	unsigned char *der = NULL;
	int len = i2d_X509_SIG(sealed, &der);

	if (len < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write the key");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_free(der);
	return it_buf_check(out, "encrypted key", err);
}

int it_pbe_seal(struct it_buf *out, struct it_span pkcs8, struct it_span passphrase, int rounds,
		struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS8_PRIV_KEY_INFO_freep) PKCS8_PRIV_KEY_INFO *info = NULL;
	IT_AUTO(X509_SIG_freep) X509_SIG *sealed = NULL;
	const unsigned char *at = (const unsigned char *)pkcs8.data;

	if (!passphrase.len)
		return it_err_set(err, INTOTO_E_KEY, "an empty passphrase protects nothing");
	if (passphrase.len > IT_KEY_PASSPHRASE_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a passphrase of %zu bytes, want at most %d",
				  passphrase.len, IT_KEY_PASSPHRASE_MAX);
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)pkcs8.len);
	if (info)
		sealed = PKCS8_encrypt(NID_hmacWithSHA256, EVP_aes_256_cbc(), passphrase.data,
				       (int)passphrase.len, NULL, SALT_SIZE, rounds, info);
	if (!sealed)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot encrypt the key");
	return add_sealed(out, sealed, err);
}
