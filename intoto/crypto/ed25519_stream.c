/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 (RFC 8032 section 5.1.6) in two passes: libcrypto's SHA-512, which is all of the time,
 * and libsodium's arithmetic, which knows no branch and no address that depends on a secret.
 */
#include "crypto/ed25519_stream.h"

#include <sodium.h>

#include "crypto/digest.h"

enum {
	SCALAR_SIZE = crypto_core_ed25519_SCALARBYTES,
	HASH_SIZE = crypto_core_ed25519_NONREDUCEDSCALARBYTES,
	POINT_SIZE = crypto_core_ed25519_BYTES,
};

_Static_assert((int)HASH_SIZE == (int)IT_DIGEST_MAX, "SHA-512");

/* Everything that nobody may see; wiped whole. */
struct secrets {
	unsigned char hash[HASH_SIZE];	   /* of the seed: the scalar, then the prefix */
	unsigned char scalar[SCALAR_SIZE]; /* RFC 8032 calls it s */
	unsigned char nonce[SCALAR_SIZE];  /* r */
	unsigned char wide[HASH_SIZE];	   /* a digest before it is reduced */
	struct it_digest digest;
};

static void wipe(struct secrets *secrets)
{
	sodium_memzero(secrets, sizeof *secrets);
}

static int add_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)err; /* hashing cannot fail */
	it_digest_add(arg, piece.data, piece.len);
	return INTOTO_OK;
}

static void start(struct secrets *secrets)
{
	it_digest_start(&secrets->digest, it_digest_find("sha512"));
}

/* SHA-512 of what was added so far and of the message, modulo the order of the group. */
static int hash_message(struct secrets *secrets, unsigned char scalar[SCALAR_SIZE],
			const struct it_message *message, struct intoto_error **err)
{
	const struct it_sink sink = { add_piece, &secrets->digest };
	int rc = it_message_pour(message, &sink, err);

	it_digest_finish(&secrets->digest, secrets->wide);
	crypto_core_ed25519_scalar_reduce(scalar, secrets->wide);
	return rc;
}

/* Steps 1 of 5.1.5 and 5.1.6: the hash of the seed, whose first half is pruned. */
static void unfold_seed(struct secrets *secrets, const struct intoto_key *key)
{
	start(secrets);
	it_digest_add(&secrets->digest, key->ed25519_secret, IT_KEY_SEED_SIZE);
	it_digest_finish(&secrets->digest, secrets->hash);
	secrets->hash[0] &= 248;
	secrets->hash[31] &= 127;
	secrets->hash[31] |= 64;
	sodium_memzero(secrets->wide, sizeof secrets->wide);
	memcpy(secrets->wide, secrets->hash, SCALAR_SIZE);
	crypto_core_ed25519_scalar_reduce(secrets->scalar, secrets->wide);
}

/* Step 2 and 3: r from the prefix and the message; R is r times the base point. */
static int commit(struct secrets *secrets, unsigned char point[POINT_SIZE],
		  const struct it_message *message, struct intoto_error **err)
{
	int rc;

	start(secrets);
	it_digest_add(&secrets->digest, secrets->hash + SCALAR_SIZE, HASH_SIZE - SCALAR_SIZE);
	rc = hash_message(secrets, secrets->nonce, message, err);
	if (!rc && crypto_scalarmult_ed25519_base_noclamp(point, secrets->nonce))
		rc = it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot sign");
	return rc;
}

/* Step 4 and 5: S = r + k s, where k is the hash of R, the public key and the message. */
static int respond(struct secrets *secrets, unsigned char response[SCALAR_SIZE],
		   const unsigned char point[POINT_SIZE], const struct intoto_key *key,
		   const struct it_message *message, struct intoto_error **err)
{
	unsigned char challenge[SCALAR_SIZE];
	unsigned char product[SCALAR_SIZE];
	int rc;

	start(secrets);
	it_digest_add(&secrets->digest, point, POINT_SIZE);
	it_digest_add(&secrets->digest, key->ed25519_public, sizeof key->ed25519_public);
	rc = hash_message(secrets, challenge, message, err);
	if (rc)
		return rc;
	crypto_core_ed25519_scalar_mul(product, challenge, secrets->scalar);
	crypto_core_ed25519_scalar_add(response, product, secrets->nonce);
	sodium_memzero(product, sizeof product);
	return INTOTO_OK;
}

int it_ed25519_sign_stream(const struct intoto_key *key, const struct it_message *message,
			   struct it_buf *signature, struct intoto_error **err)
{
	IT_AUTO(wipe) struct secrets secrets = { 0 };
	unsigned char bytes[POINT_SIZE + SCALAR_SIZE];
	int rc;

	if (sodium_init() < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	unfold_seed(&secrets, key);
	rc = commit(&secrets, bytes, message, err);
	if (!rc)
		rc = respond(&secrets, bytes + POINT_SIZE, bytes, key, message, err);
	if (rc)
		return rc;
	(void)it_buf_add(signature, bytes, sizeof bytes); /* sticky */
	return it_buf_check(signature, "signature", err);
}
