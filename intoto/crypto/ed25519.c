/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 with libsodium, which is twice as fast as libcrypto on short messages and needs no start;
 * long messages are bound by SHA-512, where libcrypto uses the CPU better.
 */
#include "crypto/ed25519.h"

#include <string.h>

#include <sodium.h>

#include "base/random.h"
#include "base/text.h"
#include "crypto/ed25519_long.h"
#include "crypto/ed25519_stream.h"
#include "crypto/scheme.h"

enum {
	PUBLIC_SIZE = crypto_sign_PUBLICKEYBYTES,
	SIGNATURE_SIZE = crypto_sign_BYTES,
	SPKI_SIZE = 44,
	PKCS8_SIZE = 48,
	PKCS8_V2_SIZE = 83,
	PKCS8_V2_PUBLIC_AT = PKCS8_SIZE + 3,
	LONG_MESSAGE = 64 * 1024, /* from here libcrypto is faster at both operations */
};

_Static_assert(crypto_sign_SEEDBYTES == IT_KEY_SEED_SIZE, "seed");
_Static_assert(sizeof(((struct intoto_key *)0)->ed25519_secret) == crypto_sign_SECRETKEYBYTES,
	       "secret key");

/* RFC 8410: SubjectPublicKeyInfo up to the key. */
static const char spki_head[] = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/* RFC 8410: PrivateKeyInfo up to the seed; then OneAsymmetricKey, which goes on after the seed. */
static const char pkcs8_head[] = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
static const char pkcs8_v2_head[] =
	"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
static const char pkcs8_v2_middle[] = "\x81\x21\x00";

static int start(struct intoto_error **err)
{
	if (sodium_init() < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	return INTOTO_OK;
}

static bool has_at(struct it_span der, size_t at, const char *bytes, size_t len)
{
	return at + len <= der.len && it_span_eq(it_span(der.data + at, len), it_span(bytes, len));
}

bool it_ed25519_in_spki(struct it_span der, struct it_span *bytes)
{
	if (der.len != SPKI_SIZE || !has_at(der, 0, spki_head, sizeof spki_head - 1))
		return false;
	*bytes = it_span(der.data + sizeof spki_head - 1, PUBLIC_SIZE);
	return true;
}

bool it_ed25519_in_pkcs8(struct it_span der, struct it_span *seed, struct it_span *bytes)
{
	size_t at = sizeof pkcs8_head - 1;
	bool plain = der.len == PKCS8_SIZE && has_at(der, 0, pkcs8_head, at);
	bool v2 = der.len == PKCS8_V2_SIZE && has_at(der, 0, pkcs8_v2_head, at) &&
		  has_at(der, PKCS8_SIZE, pkcs8_v2_middle, sizeof pkcs8_v2_middle - 1);

	if (!plain && !v2)
		return false;
	*seed = it_span(der.data + at, IT_KEY_SEED_SIZE);
	*bytes = v2 ? it_span(der.data + PKCS8_V2_PUBLIC_AT, PUBLIC_SIZE) : it_span(NULL, 0);
	return true;
}

/*
 * Only points of the prime-order group: no honest key is outside, and for the others the two
 * libraries, and so short and long messages, would disagree on what a good signature is.
 */
int it_ed25519_set_public(struct intoto_key *key, struct it_span bytes, struct intoto_error **err)
{
	int rc = start(err);

	if (rc)
		return rc;
	if (bytes.len != PUBLIC_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT, "an Ed25519 key of %zu bytes, want %d",
				  bytes.len, PUBLIC_SIZE);
	if (!crypto_core_ed25519_is_valid_point((const unsigned char *)bytes.data))
		return it_err_set(err, INTOTO_E_KEY, "a weak or impossible Ed25519 public key");
	memcpy(key->ed25519_public, bytes.data, PUBLIC_SIZE);
	return INTOTO_OK;
}

int it_ed25519_set_seed(struct intoto_key *key, struct it_span seed, struct intoto_error **err)
{
	int rc = start(err);

	if (rc)
		return rc;
	if (seed.len != IT_KEY_SEED_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT, "an Ed25519 seed of %zu bytes, want %d",
				  seed.len, IT_KEY_SEED_SIZE);
	if (crypto_sign_seed_keypair(key->ed25519_public, key->ed25519_secret,
				     (const unsigned char *)seed.data))
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot make a key");
	key->is_private = true;
	return INTOTO_OK;
}

static int generate(struct intoto_key *key, struct intoto_error **err)
{
	unsigned char seed[IT_KEY_SEED_SIZE];
	int rc = it_random(seed, sizeof seed, err);

	if (!rc)
		rc = it_ed25519_set_seed(key, it_span(seed, sizeof seed), err);
	explicit_bzero(seed, sizeof seed);
	return rc;
}

static int public_der(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	(void)it_buf_add(out, spki_head, sizeof spki_head - 1);			/* sticky */
	(void)it_buf_add(out, key->ed25519_public, sizeof key->ed25519_public); /* sticky */
	return it_buf_check(out, "public key", err);
}

static int private_der(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	(void)it_buf_add(out, pkcs8_head, sizeof pkcs8_head - 1);     /* sticky */
	(void)it_buf_add(out, key->ed25519_secret, IT_KEY_SEED_SIZE); /* sticky */
	return it_buf_check(out, "private key", err);
}

static int public_text(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	it_hex_encode(out, it_span(key->ed25519_public, sizeof key->ed25519_public));
	return it_buf_check(out, "public key", err);
}

static int secret_text(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	it_hex_encode(out, it_span(key->ed25519_secret, IT_KEY_SEED_SIZE));
	return it_buf_check(out, "private key", err);
}

static int read_public(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf bytes = IT_BUF(PUBLIC_SIZE);

	if (text.len != 2 * PUBLIC_SIZE || !it_hex_decode(&bytes, text))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "not an Ed25519 public key, want %d hex digits", 2 * PUBLIC_SIZE);
	return it_ed25519_set_public(key, it_buf_span(&bytes), err);
}

/* The seed alone, or as Go writes it with the public key behind. */
static int read_secret(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf bytes = IT_BUF(IT_KEY_SEED_SIZE + PUBLIC_SIZE);
	int rc;

	if ((text.len != 2 * IT_KEY_SEED_SIZE &&
	     text.len != 2 * (IT_KEY_SEED_SIZE + PUBLIC_SIZE)) ||
	    !it_hex_decode(&bytes, text))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "not an Ed25519 private key, want %d or %d hex digits",
				  2 * IT_KEY_SEED_SIZE, 2 * (IT_KEY_SEED_SIZE + PUBLIC_SIZE));
	rc = it_ed25519_set_seed(key, it_span(bytes.data, IT_KEY_SEED_SIZE), err);
	if (rc)
		return rc;
	if (bytes.len > IT_KEY_SEED_SIZE &&
	    sodium_memcmp(bytes.data + IT_KEY_SEED_SIZE, key->ed25519_public, PUBLIC_SIZE))
		return it_err_set(err, INTOTO_E_KEY,
				  "the seed and the public key behind it differ");
	return INTOTO_OK;
}

static int sign(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		struct intoto_error **err)
{
	unsigned char bytes[SIGNATURE_SIZE];
	int rc = start(err);

	if (rc)
		return rc;
	if (data.len >= LONG_MESSAGE)
		return it_ed25519_sign_long(key, data, signature, err);
	if (crypto_sign_detached(bytes, NULL, (const unsigned char *)data.data, data.len,
				 key->ed25519_secret))
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot sign");
	(void)it_buf_add(signature, bytes, sizeof bytes); /* sticky */
	return it_buf_check(signature, "signature", err);
}

static int verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	int verdict = INTOTO_E_UNTRUSTED;
	int rc = start(err);

	if (rc)
		return rc;
	if (signature.len == SIGNATURE_SIZE && data.len >= LONG_MESSAGE)
		return it_ed25519_verify_long(key, data, signature, err);
	if (signature.len == SIGNATURE_SIZE &&
	    crypto_sign_verify_detached((const unsigned char *)signature.data,
					(const unsigned char *)data.data, data.len,
					key->ed25519_public) == 0)
		verdict = INTOTO_OK;
	if (verdict)
		return it_err_set(err, verdict, "the signature does not verify");
	return INTOTO_OK;
}

static const struct it_key_form form = {
	.public_der = public_der,
	.private_der = private_der,
	.public_text = public_text,
	.secret_text = secret_text,
	.read_public = read_public,
	.read_secret = read_secret,
};

const struct it_scheme it_scheme_ed25519 = {
	.name = "ed25519",
	.keytype = "ed25519",
	.form = &form,
	.generate = generate,
	.sign = sign,
	.sign_stream = it_ed25519_sign_stream,
	.passes = 2,
	.verify = verify,
};
