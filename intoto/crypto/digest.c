/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-2 through libcrypto's low-level functions.  They are marked deprecated in favour of EVP, but
 * EVP's first fetch costs a short process half a millisecond, and these use the same CPU
 * instructions.  This is the only file that calls them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/sha.h>

#include "base/text.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct it_digest *)0)->state), "SHA-256 state");
_Static_assert(sizeof(SHA512_CTX) <= sizeof(((struct it_digest *)0)->state), "SHA-512 state");
_Static_assert(_Alignof(SHA256_CTX) <= 16 && _Alignof(SHA512_CTX) <= 16, "alignment of state");
_Static_assert(SHA512_DIGEST_LENGTH <= IT_DIGEST_MAX, "longest digest");
_Static_assert(SHA256_DIGEST_LENGTH == IT_SHA256_SIZE, "SHA-256 digest");

/* The libcrypto functions return 1 always; void pointers, because state is nobody's type yet. */
static void *state_of(struct it_digest *digest)
{
	return digest->state;
}

static void sha256_start(struct it_digest *digest)
{
	(void)SHA256_Init(state_of(digest)); /* cannot fail */
}

static void sha256_add(struct it_digest *digest, const void *data, size_t len)
{
	(void)SHA256_Update(state_of(digest), data, len); /* cannot fail */
}

static void sha256_finish(struct it_digest *digest, unsigned char *out)
{
	(void)SHA256_Final(out, state_of(digest)); /* cannot fail */
}

static void sha384_start(struct it_digest *digest)
{
	(void)SHA384_Init(state_of(digest)); /* cannot fail */
}

static void sha384_add(struct it_digest *digest, const void *data, size_t len)
{
	(void)SHA384_Update(state_of(digest), data, len); /* cannot fail */
}

static void sha384_finish(struct it_digest *digest, unsigned char *out)
{
	(void)SHA384_Final(out, state_of(digest)); /* cannot fail */
}

static void sha512_start(struct it_digest *digest)
{
	(void)SHA512_Init(state_of(digest)); /* cannot fail */
}

static void sha512_add(struct it_digest *digest, const void *data, size_t len)
{
	(void)SHA512_Update(state_of(digest), data, len); /* cannot fail */
}

static void sha512_finish(struct it_digest *digest, unsigned char *out)
{
	(void)SHA512_Final(out, state_of(digest)); /* cannot fail */
}

static const struct it_digest_alg sha256 = { "sha256",	   SHA256_DIGEST_LENGTH, true,
					     sha256_start, sha256_add,		 sha256_finish };
static const struct it_digest_alg sha384 = { "sha384",	   SHA384_DIGEST_LENGTH, true,
					     sha384_start, sha384_add,		 sha384_finish };
static const struct it_digest_alg sha512 = { "sha512",	   SHA512_DIGEST_LENGTH, true,
					     sha512_start, sha512_add,		 sha512_finish };

static const struct it_digest_alg *const algs[] = { &sha256, &sha384, &sha512 };

const struct it_digest_alg *it_digest_find(const char *name)
{
	for (size_t i = 0; i < IT_COUNT_OF(algs); i++) {
		if (it_streq(algs[i]->name, name))
			return algs[i];
	}
	return NULL;
}

void it_digest_start(struct it_digest *digest, const struct it_digest_alg *alg)
{
	digest->alg = alg;
	alg->start(digest);
}

void it_digest_add(struct it_digest *digest, const void *data, size_t len)
{
	if (len)
		digest->alg->add(digest, data, len);
}

void it_digest_finish(struct it_digest *digest, unsigned char out[IT_DIGEST_MAX])
{
	digest->alg->finish(digest, out);
}

void it_sha256(unsigned char out[IT_SHA256_SIZE], struct it_span data)
{
	struct it_digest digest;

	it_digest_start(&digest, &sha256);
	it_digest_add(&digest, data.data, data.len);
	digest.alg->finish(&digest, out);
}

void it_sha256_hex(struct it_buf *out, struct it_span data)
{
	unsigned char digest[IT_SHA256_SIZE];

	it_sha256(digest, data);
	it_hex_encode(out, it_span(digest, sizeof digest));
}
