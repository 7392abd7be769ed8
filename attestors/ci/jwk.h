/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a JWK set (RFC 7517) and the signatures of JWS (RFC 7515, 7518, 8037) that they verify.
 */
#ifndef INTOTO_ATTESTORS_CI_JWK_H
#define INTOTO_ATTESTORS_CI_JWK_H

#include <intoto/attestor.h>

enum {
	JWK_SET_MAX = 1 << 20, /* bytes of a document */
	JWK_KEYS_MAX = 1024,
	JWK_RSA_BITS_MIN = 2048, /* RFC 7518 section 3.3 */
	JWK_RSA_BITS_MAX = 16384,
	JWK_THUMBPRINT_SIZE = 65, /* hex of SHA-256 */
};

struct jwk_algorithm;
/* NULL for one that is not taken: "none" and every HMAC among them. */
const struct jwk_algorithm *jwk_algorithm_find(const char *name);

/* Borrowed bytes. */
struct jwk_bytes {
	const char *data;
	size_t len;
};

/*
 * The one key of the set that may verify a signature of that algorithm with that kid (NULL: none
 * was said, and there must be one key alone).  Keys of another kind, with another "alg", another
 * "use" or without "verify" in "key_ops" are passed over.  KEY: there is none, or more than one.
 */
int jwk_choose(const struct intoto_value **out, const struct intoto_value *set,
	       const struct jwk_algorithm *algorithm, const char *kid, struct intoto_error **err);

/* UNTRUSTED unless the signature is good; KEY for a key that cannot be used. */
int jwk_verify(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
	       struct jwk_bytes message, struct jwk_bytes signature, struct intoto_error **err);

/* RFC 7638 with SHA-256, in hex. */
int jwk_thumbprint(char out[JWK_THUMBPRINT_SIZE], const struct intoto_value *key,
		   struct intoto_error **err);
/* SHA-256 of bytes, in hex. */
int jwk_sha256(char out[JWK_THUMBPRINT_SIZE], const void *data, size_t len,
	       struct intoto_error **err);

#endif
