/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Poly1305 with libsodium.  libcrypto's is twice as fast, but leaves the upper halves of vector
 * registers in use (OpenSSL 3.0 with AVX-512), after which everything else runs at half its speed.
 */
#include "crypto/fingerprint.h"

#include <string.h>

#include <sodium.h>

#include "base/random.h"

_Static_assert(sizeof(((struct it_fingerprint *)0)->key) == crypto_onetimeauth_KEYBYTES, "key");
_Static_assert(sizeof(((struct it_fingerprint *)0)->tag) == crypto_onetimeauth_BYTES, "tag");

_Static_assert(sizeof(crypto_onetimeauth_state) <= sizeof(((struct it_fingerprint_run *)0)->state),
	       "state");
_Static_assert(_Alignof(crypto_onetimeauth_state) <= 16, "alignment of state");

int it_fingerprint_init(struct it_fingerprint *out, struct intoto_error **err)
{
	out->taken = false;
	if (sodium_init() < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	return it_random(out->key, sizeof out->key, err);
}

/* None of the three can fail (they return 0 always); void pointers, because state is nobody's type
   yet. */
static void *state_of(struct it_fingerprint_run *run)
{
	return run->state;
}

void it_fingerprint_begin(struct it_fingerprint_run *run, const struct it_fingerprint *by)
{
	(void)crypto_onetimeauth_init(state_of(run), by->key);
}

void it_fingerprint_add(struct it_fingerprint_run *run, struct it_span piece)
{
	(void)crypto_onetimeauth_update(state_of(run), (const unsigned char *)piece.data,
					piece.len);
}

int it_fingerprint_end(struct it_fingerprint_run *run, struct it_fingerprint *fingerprint)
{
	unsigned char tag[crypto_onetimeauth_BYTES];

	(void)crypto_onetimeauth_final(state_of(run), tag);
	if (!fingerprint->taken)
		memcpy(fingerprint->tag, tag, sizeof tag);
	fingerprint->taken = true;
	return sodium_memcmp(tag, fingerprint->tag, sizeof tag) == 0 ? INTOTO_OK
								     : INTOTO_E_UNTRUSTED;
}

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
