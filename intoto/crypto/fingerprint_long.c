/* SPDX-License-Identifier: Apache-2.0 */
/* Poly1305 with libcrypto. */
#include "crypto/fingerprint_long.h"

#include "crypto/evp.h"

enum { KEY_SIZE = 32, TAG_SIZE = 16 };

IT_DEFINE_AUTO(EVP_MAC, EVP_MAC_free);
IT_DEFINE_AUTO(EVP_MAC_CTX, EVP_MAC_CTX_free);

int it_poly1305_long(unsigned char tag[TAG_SIZE], const unsigned char key[KEY_SIZE],
		     struct it_span bytes, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(EVP_MAC_freep) EVP_MAC *mac = EVP_MAC_fetch(NULL, "POLY1305", NULL);
	IT_AUTO(EVP_MAC_CTX_freep) EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
	size_t len = 0;

	if (!ctx || EVP_MAC_init(ctx, key, KEY_SIZE, NULL) != 1 ||
	    EVP_MAC_update(ctx, (const unsigned char *)bytes.data, bytes.len) != 1 ||
	    EVP_MAC_final(ctx, tag, &len, TAG_SIZE) != 1 || len != TAG_SIZE)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto has no Poly1305");
	return INTOTO_OK;
}
