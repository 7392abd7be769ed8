/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys as container tools use them: ECDSA P-256 with SHA-256 in DER, plain Ed25519 over the whole
 * message, and RSA by PKCS#1 v1.5 with SHA-256 (sigstore/sigstore pkg/signature, which cosign and
 * containers/image share).
 */
#include "base/text.h"
#include "image/sign_content.h"

#define RSA_SCHEME "rsa-pkcs1v15-sha256"

int it_sign_hand_make(struct it_sign_hand *hand, const struct it_signer *signer,
		      struct intoto_error **err)
{
	const struct it_scheme *scheme = signer->key->scheme;

	hand->signer = *signer;
	hand->key = *signer->key; /* borrowed as the signer is */
	hand->signer.key = &hand->key;
	hand->signer.certificate = NULL;
	if (signer->key->openpgp || !scheme)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "an OpenPGP key signs no images: want RSA, ECDSA P-256 or "
				  "Ed25519");
	if (it_streq(scheme->keytype, "rsa"))
		hand->key.scheme = it_scheme_find(RSA_SCHEME);
	else if (!it_streq(scheme->name, "ecdsa-sha2-nistp256") &&
		 !it_streq(scheme->name, "ed25519"))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a key of scheme %s signs no images that others could verify: "
				  "want RSA, ECDSA P-256 or Ed25519",
				  scheme->name);
	return INTOTO_OK;
}
