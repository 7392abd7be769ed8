/* SPDX-License-Identifier: Apache-2.0 */
/* How much work an encrypted key asks for before it opens. */
#ifndef IT_CRYPTO_PBE_COST_H
#define IT_CRYPTO_PBE_COST_H

#include <openssl/x509.h>

#include "base/attr.h"
#include "base/error.h"

/* INTOTO_E_LIMIT for a number of rounds that would keep us busy for more than a few seconds;
 * INTOTO_E_UNSUPPORTED for an encryption that has no such number. */
IT_CHECK int it_pbe_check_cost(const X509_ALGOR *alg, struct intoto_error **err);

#endif
