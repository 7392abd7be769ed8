/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of certificates and of timestamps share. */
#ifndef IT_CRYPTO_CERTIFICATE_PART_H
#define IT_CRYPTO_CERTIFICATE_PART_H

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "crypto/certificate.h"
#include "crypto/evp.h"

IT_DEFINE_AUTO(X509_STORE, X509_STORE_free);
IT_DEFINE_AUTO(X509_STORE_CTX, X509_STORE_CTX_free);

/* Seconds since 1970; false for a time that is none. */
bool it_x509_time(int64_t *out, const ASN1_TIME *time);

/*
 * A store of exactly these roots that judges at a time, under the rules of it_certificate_chain;
 * NULL without memory.
 */
X509_STORE *it_x509_store(const struct it_certificates *roots, int64_t at);

/* "SUBJECT has expired ...": why a path was not found, from the context of the attempt. */
int it_x509_refuse_path(X509_STORE_CTX *ctx, int64_t at, struct intoto_error **err);

/* Whether the issuers in a path that was found say that they are; UNTRUSTED and which does not. */
int it_x509_check_issuers(const STACK_OF(X509) * path, int purpose_nid, struct intoto_error **err);

#endif
