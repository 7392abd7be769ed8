/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON Web Token (RFC 7519) against a key set: who issued it, for whom, and whether it holds now.
 */
#ifndef INTOTO_ATTESTORS_CI_JWT_H
#define INTOTO_ATTESTORS_CI_JWT_H

#include <intoto/attestor.h>

#include "attestors/ci/jwk.h"

enum {
	JWT_MAX = 64 * 1024, /* bytes */
	JWT_LEEWAY = 60,     /* seconds that clocks may differ */
};

/* What the token must say; all but leeway must be there. */
struct jwt_terms {
	const char *issuer;
	const char *audience;
	int64_t now;
	int64_t leeway;
};

struct jwt {
	struct intoto_value *header;
	struct intoto_value *claims;
	const char *algorithm;		      /* borrowed */
	const char *kid;		      /* of the header; NULL: none */
	char thumbprint[JWK_THUMBPRINT_SIZE]; /* of the key that verified it */
	char sha256[JWK_THUMBPRINT_SIZE];     /* of the token's text */
	int64_t issued;			      /* iat */
	int64_t expires;		      /* exp */
};

void jwt_done(struct jwt *jwt);
/*
 * Fills *out only from a token whose signature is good and that fits the terms: UNTRUSTED or POLICY
 * else, FORMAT for what is no token.  No key that the token itself brings or points to is looked
 * at.
 */
int jwt_verify(struct jwt *out, const char *text, size_t len, const struct intoto_value *keys,
	       const struct jwt_terms *terms, struct intoto_error **err);

#endif
