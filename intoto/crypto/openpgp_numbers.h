/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of libcrypto's from bare numbers, big-endian. */
#ifndef IT_CRYPTO_OPENPGP_NUMBERS_H
#define IT_CRYPTO_OPENPGP_NUMBERS_H

#include "crypto/key.h"

/* Each sets scheme and pkey of an empty key, and checks that it is fit for use.  n, e. */
IT_CHECK int it_pgp_rsa_key(struct intoto_key *key, const struct it_buf *numbers,
			    struct intoto_error **err);
/* p, q, g, y. */
IT_CHECK int it_pgp_dsa_key(struct intoto_key *key, const struct it_buf *numbers,
			    struct intoto_error **err);

#endif
