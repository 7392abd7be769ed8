/* SPDX-License-Identifier: Apache-2.0 */
/* PEM in key objects: plain, and nothing around the block. */
#ifndef IT_CRYPTO_KEY_PEM_H
#define IT_CRYPTO_KEY_PEM_H

#include "crypto/key.h"

/* key->scheme is what was declared; see it_evp_adopt. */
IT_CHECK int it_key_pem_public(struct intoto_key *key, struct it_span text,
			       struct intoto_error **err);
IT_CHECK int it_key_pem_secret(struct intoto_key *key, struct it_span text,
			       struct intoto_error **err);

#endif
