/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that libcrypto holds, and what their schemes have in common. */
#ifndef IT_CRYPTO_EVP_KEY_H
#define IT_CRYPTO_EVP_KEY_H

#include "crypto/evp.h"

extern const struct it_key_form it_evp_form;

/*
 * Makes pkey, which is taken also on failure, the material of a key.  Chooses the scheme, or checks
 * that the one that was declared fits; then that the key is fit for use.
 */
IT_CHECK int it_evp_adopt(struct intoto_key *key, EVP_PKEY *pkey, bool is_private,
			  struct intoto_error **err);

/* Sets what a scheme wants for one operation; 1 is success, as libcrypto counts. */
typedef int it_evp_prepare_fn(EVP_PKEY_CTX *ctx, const struct it_scheme *scheme);

/* What such a scheme signs: its digest of a message. */
struct it_evp_digest {
	unsigned char bytes[EVP_MAX_MD_SIZE];
	size_t len;
};

IT_CHECK int it_evp_digest(struct it_evp_digest *out, const struct it_scheme *scheme,
			   const struct it_message *message, struct intoto_error **err);
/* prepare may be NULL. */
IT_CHECK int it_evp_sign(const struct intoto_key *key, const struct it_evp_digest *digest,
			 it_evp_prepare_fn *prepare, struct it_buf *signature,
			 struct intoto_error **err);
/* INTOTO_OK or INTOTO_E_UNTRUSTED. */
IT_CHECK int it_evp_verify_digest(const struct intoto_key *key, const struct it_evp_digest *digest,
				  struct it_span signature, it_evp_prepare_fn *prepare,
				  struct intoto_error **err);
/* The same over the scheme's digest of the data. */
IT_CHECK int it_evp_verify(const struct intoto_key *key, struct it_span data,
			   struct it_span signature, it_evp_prepare_fn *prepare,
			   struct intoto_error **err);

#endif
