/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a key and the table of signature schemes; see <intoto/key.h> for the contract.
 *
 * A new scheme is one file that ends in one const struct it_scheme, and one word in the table of
 * scheme.c.
 */
#ifndef IT_CRYPTO_KEY_H
#define IT_CRYPTO_KEY_H

#include <intoto/key.h>

#include "base/buf.h"

enum { IT_KEYID_SIZE = 65, IT_KEY_SEED_SIZE = 32 };

struct evp_pkey_st;

struct intoto_key {
	const struct it_scheme *scheme;
	bool is_private;
	/* Ed25519 lives here, everything else in pkey: a no-op step must not pay for libcrypto's
	 * start. */
	unsigned char ed25519_public[32];
	unsigned char ed25519_secret[64];
	struct evp_pkey_st *pkey;
	/* What a layout calls this key; empty for a key that was read from a file. */
	char declared_id[129];
	/* "public" of the key object: SPKI PEM with its last newline, or 64 hex digits (Ed25519).
	 */
	char *public_text;
	char id[2][IT_KEYID_SIZE]; /* by enum intoto_keyid_style */
	char fingerprint[IT_KEYID_SIZE];
};

IT_DEFINE_AUTO(struct intoto_key, intoto_key_free);

struct it_scheme {
	const char *name;    /* "rsassa-pss-sha256" */
	const char *keytype; /* "rsa" */
	int (*generate)(struct intoto_key *key, struct intoto_error **err);
	/* Whether a libcrypto key can be used with this scheme (curve, size); NULL for Ed25519. */
	bool (*fits)(const struct evp_pkey_st *pkey);
	int (*sign)(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		    struct intoto_error **err);
	/* INTOTO_OK or INTOTO_E_UNTRUSTED; starts at "no". */
	int (*verify)(const struct intoto_key *key, struct it_span data, struct it_span signature,
		      struct intoto_error **err);
};

/* NULL for a name that nothing implements. */
const struct it_scheme *it_scheme_find(const char *name);
/* All of them, NULL-terminated, for help texts. */
const struct it_scheme *const *it_schemes(void);

/*
 * A public key from the three texts of a key object.  Takes keytype spelled either way ("ecdsa" or
 * "ecdsa-sha2-nistp256"), and PEM with or without its last newline.  secret_text is the hex seed of
 * an Ed25519 key or a private PEM, or empty.  declared_id may be NULL.
 */
IT_CHECK int it_key_from_texts(struct intoto_key **out, const char *keytype, const char *scheme,
			       struct it_span public_text, struct it_span secret_text,
			       const char *declared_id, struct intoto_error **err);

/* PEM of every kind; intoto_key_parse adds the JSON key object in front of this
 * (model/key_object.c). */
IT_CHECK int it_key_from_pem(struct intoto_key **out, struct it_span pem, const char *name,
			     intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err);

/* The hex seed of a private Ed25519 key or the private PEM of another; append to a buffer that is
 * wiped. */
IT_CHECK int it_key_secret_text(const struct intoto_key *key, struct it_buf *out,
				struct intoto_error **err);

IT_CHECK int it_key_sign(const struct intoto_key *key, struct it_span data,
			 struct it_buf *signature, struct intoto_error **err);
IT_CHECK int it_key_verify(const struct intoto_key *key, struct it_span data,
			   struct it_span signature, struct intoto_error **err);

/*
 * Whether an id names this key: its declared id, either dialect, or Go's variant for P-384 and
 * P-521 (legacy dialect with scheme ecdsa-sha2-nistp256).  Ids are hints: trust follows from key
 * material only.
 */
bool it_key_answers_to(const struct intoto_key *key, struct it_span keyid);
/* Calls visit with each distinct id that the key answers to, declared id first, until it returns
 * nonzero. */
int it_key_each_id(const struct intoto_key *key, int (*visit)(void *arg, const char *keyid),
		   void *arg);

#endif
