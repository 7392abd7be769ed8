/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption of private keys: PKCS8 with PBES2 (RFC 8018). */
#include "crypto/pbe.h"

#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypto/evp.h"

IT_DEFINE_AUTO(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
IT_DEFINE_AUTO(X509_SIG, X509_SIG_free);

enum {
	ROUNDS = 600000, /* of PBKDF2-HMAC-SHA256, as OWASP advised in 2023 */
	SALT_SIZE = 16,
};

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

int it_pbe_seal(struct it_buf *out, struct it_span pkcs8, struct it_span passphrase,
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
				       (int)passphrase.len, NULL, SALT_SIZE, ROUNDS, info);
	if (!sealed)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot encrypt the key");
	return add_sealed(out, sealed, err);
}
