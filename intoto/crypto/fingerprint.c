/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Poly1305 with libsodium.  libcrypto's is twice as fast, but leaves the upper halves of vector
 * registers in use (OpenSSL 3.0 with AVX-512), after which everything else runs at half its speed.
 */
#include "crypto/fingerprint.h"

#include <sodium.h>

#include "base/random.h"

_Static_assert(sizeof(((struct it_fingerprint *)0)->key) == crypto_onetimeauth_KEYBYTES, "key");
_Static_assert(sizeof(((struct it_fingerprint *)0)->tag) == crypto_onetimeauth_BYTES, "tag");

static int compute(unsigned char tag[crypto_onetimeauth_BYTES], const struct it_fingerprint *by,
		   struct it_span bytes, struct intoto_error **err)
{
	if (sodium_init() < 0 ||
	    crypto_onetimeauth(tag, (const unsigned char *)bytes.data, bytes.len, by->key))
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	return INTOTO_OK;
}

int it_fingerprint_take(struct it_fingerprint *out, struct it_span bytes, struct intoto_error **err)
{
	int rc = it_random(out->key, sizeof out->key, err);

	if (!rc)
		rc = compute(out->tag, out, bytes, err);
	out->taken = rc == INTOTO_OK;
	return rc;
}

int it_fingerprint_check(const struct it_fingerprint *fingerprint, struct it_span bytes,
			 struct intoto_error **err)
{
	unsigned char tag[crypto_onetimeauth_BYTES];
	int rc = fingerprint->taken ? compute(tag, fingerprint, bytes, err) : INTOTO_E_UNTRUSTED;

	if (rc)
		return rc;
	return sodium_memcmp(tag, fingerprint->tag, sizeof tag) == 0 ? INTOTO_OK
								     : INTOTO_E_UNTRUSTED;
}
