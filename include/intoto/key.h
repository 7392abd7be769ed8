/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: public or private, one object for every kind.
 *
 * Kinds: Ed25519, ECDSA on P-256, P-384 and P-521 (DER signatures), RSA (PSS and PKCS#1 v1.5), and
 * public OpenPGP keys (RSA, DSA, Ed25519).  Files: PKCS8 (plain or encrypted), SPKI, PKCS1 and SEC1
 * PEM, the in-toto JSON key object, the encrypted files of securesystemslib before 1.0 and of Go's
 * tools, and exported OpenPGP keys.
 *
 * libcrypto is started without its configuration file when a key needs it, unless the program has
 * started it before.  Its error queue is left as it was.
 */
#ifndef INTOTO_KEY_H
#define INTOTO_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include <intoto/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct intoto_key;

/* How a keyid is computed from a key; the same key has a different id in each dialect. */
enum intoto_keyid_style {
	INTOTO_KEYID_LEGACY =
		0, /* securesystemslib before 1.0, in-toto Python before 2.2, Go, Rust: with
		      keyid_hash_algorithms, PEM without its last newline */
	INTOTO_KEYID_CURRENT =
		1, /* securesystemslib 1.0 and later: without, PEM with its last newline */
};

/*
 * Gives a passphrase: writes at most size bytes without a NUL into out and their number into *len,
 * returns 0; or returns INTOTO_E_KEY.  what names the key, attempt counts from 0.  The caller wipes
 * out.
 */
typedef int (*intoto_passphrase_fn)(void *arg, const char *what, unsigned attempt, char *out,
				    size_t size, size_t *len, struct intoto_error **err);

/*
 * Reads a key file, private or public.  passphrase may be NULL; it is asked only for an encrypted
 * key, and again (up to 3 attempts) while the passphrase is wrong.  Errors: NOTFOUND, IO, FORMAT,
 * KEY, UNSUPPORTED.
 *
 * path may be FILE#KEYID, where FILE holds several OpenPGP keys and KEYID is 16 to 40 hex digits.
 */
INTOTO_API int intoto_key_load(struct intoto_key **out, const char *path,
			       intoto_passphrase_fn passphrase, void *arg,
			       struct intoto_error **err);

/* The same from memory; name stands for the file in errors. */
INTOTO_API int intoto_key_parse(struct intoto_key **out, const void *data, size_t len,
				const char *name, intoto_passphrase_fn passphrase, void *arg,
				struct intoto_error **err);

/* Makes a key for a scheme: "ed25519", "ecdsa-sha2-nistp256", "rsassa-pss-sha256" … */
INTOTO_API int intoto_key_generate(struct intoto_key **out, const char *scheme,
				   struct intoto_error **err);

/* Wipes and frees; NULL is fine. */
INTOTO_API void intoto_key_free(struct intoto_key *key);

INTOTO_API bool intoto_key_is_private(const struct intoto_key *key);
/*
 * The names of the in-toto specification, for example "ecdsa" and "ecdsa-sha2-nistp256"; borrowed.
 * The scheme is the one that was declared: a key on P-384 or P-521 may be called
 * ecdsa-sha2-nistp256 (a habit of Go and old Python) and is still used with its curve's digest.
 */
INTOTO_API const char *intoto_key_type(const struct intoto_key *key);
INTOTO_API const char *intoto_key_scheme(const struct intoto_key *key);
/* The keyid in a dialect, 64 hex digits; of an OpenPGP key its fingerprint, 40 hex digits, in both.
 * Borrowed from the key. */
INTOTO_API const char *intoto_key_id(const struct intoto_key *key, enum intoto_keyid_style style);
/* SHA-256 of the SubjectPublicKeyInfo in DER, 64 hex digits: the same for every scheme and dialect.
 * Of an OpenPGP key that of its main key. */
INTOTO_API const char *intoto_key_fingerprint(const struct intoto_key *key);
/* Whether both hold the same public key, whatever their ids say; of OpenPGP keys any that signs. */
INTOTO_API bool intoto_key_same(const struct intoto_key *a, const struct intoto_key *b);

/* A signature over the bytes; *out is the caller's (free).  INTOTO_E_KEY for a public key. */
INTOTO_API int intoto_key_sign(const struct intoto_key *key, const void *data, size_t len,
			       unsigned char **out, size_t *out_len, struct intoto_error **err);

/*
 * INTOTO_OK only for a good signature; INTOTO_E_UNTRUSTED for a bad one.  With an OpenPGP key the
 * signature is a detached one as gpg makes it, armored or not, by a key that is fit to sign now.
 */
INTOTO_API int intoto_key_verify(const struct intoto_key *key, const void *data, size_t len,
				 const void *signature, size_t signature_len,
				 struct intoto_error **err);

/* SPKI PEM; *out is the caller's text (free). */
INTOTO_API int intoto_key_public_pem(const struct intoto_key *key, char **out,
				     struct intoto_error **err);

/*
 * PKCS8 PEM, encrypted (PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC) when passphrase is not NULL.
 * *out is the caller's text: wipe it before free.  An empty passphrase is INTOTO_E_KEY.
 */
INTOTO_API int intoto_key_private_pem(const struct intoto_key *key, const char *passphrase,
				      size_t passphrase_len, char **out, struct intoto_error **err);

#ifdef __cplusplus
}
#endif

#endif
