/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcrypto on our terms: started without its configuration file, and leaving no trace in the
 * thread's error queue, which belongs to the program around us.
 *
 * Every function that calls EVP begins with IT_EVP_SESSION.
 */
#ifndef IT_CRYPTO_EVP_H
#define IT_CRYPTO_EVP_H

#include <openssl/evp.h>

#include "crypto/key.h"

IT_DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free);
IT_DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free);
IT_DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free);

#define IT_EVP_SESSION IT_AUTO(it_evp_hush) __attribute__((unused)) int evp_session = it_evp_start()

int it_evp_start(void);
void it_evp_hush(int *mark);

#endif
