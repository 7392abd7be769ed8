/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-2 (and SHA-1, for git) through libcrypto's low-level functions.  They are marked deprecated
 * in favour of EVP, but EVP's first fetch costs a short process half a millisecond, and these use
 * the same CPU instructions.  This is the only file that calls them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <inttypes.h>
#include <stdio.h>

#include <openssl/sha.h>

#include "base/text.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct it_digest *)0)->state), "SHA-256 state");
_Static_assert(sizeof(SHA_CTX) <= sizeof(((struct it_digest *)0)->state), "SHA-1 state");
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

static void sha1_start(struct it_digest *digest)
{
	(void)SHA1_Init(state_of(digest)); /* cannot fail */
}

static void sha1_add(struct it_digest *digest, const void *data, size_t len)
{
	(void)SHA1_Update(state_of(digest), data, len); /* cannot fail */
}

static void sha1_finish(struct it_digest *digest, unsigned char *out)
{
	(void)SHA1_Final(out, state_of(digest)); /* cannot fail */
}

static const struct it_digest_alg sha256 = {
	.name = "sha256",
	.size = SHA256_DIGEST_LENGTH,
	.strong = true,
	.start = sha256_start,
	.add = sha256_add,
	.finish = sha256_finish,
};
static const struct it_digest_alg sha384 = {
	.name = "sha384",
	.size = SHA384_DIGEST_LENGTH,
	.strong = true,
	.start = sha384_start,
	.add = sha384_add,
	.finish = sha384_finish,
};
static const struct it_digest_alg sha512 = {
	.name = "sha512",
	.size = SHA512_DIGEST_LENGTH,
	.strong = true,
	.start = sha512_start,
	.add = sha512_add,
	.finish = sha512_finish,
};

/* A blob of git (attestation framework v1, "DigestSet": gitBlob, which tells them apart by length).
 */
static const struct it_digest_alg gitoid = {
	.name = "gitBlob",
	.size = SHA256_DIGEST_LENGTH,
	.strong = true,
	.start = sha256_start,
	.add = sha256_add,
	.finish = sha256_finish,
	.word = "gitoid",
	.is_object = true,
};
static const struct it_digest_alg gitoid_sha1 = {
	.name = "gitBlob",
	.size = SHA_DIGEST_LENGTH,
	.strong = false,
	.start = sha1_start,
	.add = sha1_add,
	.finish = sha1_finish,
	.word = "gitoid-sha1",
	.is_object = true,
};

static const struct it_digest_alg *const algs[] = { &sha256, &sha384, &sha512, &gitoid,
						    &gitoid_sha1 };

const struct it_digest_alg *it_digest_find(const char *word)
{
	for (size_t i = 0; i < IT_COUNT_OF(algs); i++) {
		if (it_streq(algs[i]->word ? algs[i]->word : algs[i]->name, word))
			return algs[i];
	}
	return NULL;
}

const struct it_digest_alg *it_digest_of_set(struct it_span name, size_t digits)
{
	for (size_t i = 0; i < IT_COUNT_OF(algs); i++)
		if (it_span_is(name, algs[i]->name) && digits == 2 * algs[i]->size)
			return algs[i];
	return NULL;
}

void it_digest_start(struct it_digest *digest, const struct it_digest_alg *alg)
{
	digest->alg = alg;
	alg->start(digest);
}

void it_digest_start_sized(struct it_digest *digest, const struct it_digest_alg *alg, uint64_t size)
{
	char head[sizeof "blob 18446744073709551615"];
	int len;

	it_digest_start(digest, alg);
	if (!alg->is_object)
		return;
	len = snprintf(head, sizeof head, "blob %" PRIu64, size); /* fits */
	it_digest_add(digest, head, (size_t)len + 1);		  /* with its NUL */
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
