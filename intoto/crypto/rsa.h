/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the RSA schemes share. */
#ifndef IT_CRYPTO_RSA_H
#define IT_CRYPTO_RSA_H

#include "crypto/evp_key.h"

/* Members of struct it_scheme. */
bool it_rsa_takes(const struct it_scheme *scheme, const struct evp_pkey_st *pkey);
IT_CHECK int it_rsa_check(const struct intoto_key *key, struct intoto_error **err);
IT_CHECK int it_rsa_generate(struct intoto_key *key, struct intoto_error **err);

/* Of the scheme's digest. */
const EVP_MD *it_rsa_md(const struct it_scheme *scheme);

/* As the scheme's own, with the padding that prepare sets. */
IT_CHECK int it_rsa_sign(const struct intoto_key *key, const struct it_message *message,
			 struct it_buf *signature, it_evp_prepare_fn *prepare,
			 struct intoto_error **err);
IT_CHECK int it_rsa_verify(const struct intoto_key *key, struct it_span data,
			   struct it_span signature, it_evp_prepare_fn *prepare,
			   struct intoto_error **err);

#endif
