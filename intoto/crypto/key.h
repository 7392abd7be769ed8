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

#include "base/sink.h"

enum {
	IT_KEYID_SIZE = 65,
	IT_KEY_SEED_SIZE = 32,
	IT_KEY_PASSPHRASE_MAX = 1024,
	/* An RSA key of 16384 bits, private and encrypted, has 13 KiB. */
	IT_KEY_TEXT_MAX = 64 * 1024,
	IT_KEY_OTHER_IDS = 6,
};

struct evp_pkey_st;
struct it_openpgp;

struct intoto_key {
	const struct it_scheme *scheme; /* what signs and verifies */
	/* What the key object said: differs from scheme->name for a key on P-384 or P-521 that is
	 * declared as ecdsa-sha2-nistp256, the habit of Go and of old Python. */
	const char *scheme_name;
	bool is_private;
	/* Ed25519 lives here, everything else in pkey: a no-op step must not pay for libcrypto's
	 * start. */
	unsigned char ed25519_public[32];
	unsigned char ed25519_secret[64]; /* seed, then public key */
	struct evp_pkey_st *pkey;
	/* An OpenPGP key: all of it is in there (openpgp.h), and its ids are fingerprints. */
	struct it_openpgp *openpgp;
	/* What a layout calls this key; empty for a key that was read from a file. */
	char declared_id[129];
	/* "public" of the key object: SPKI PEM with its last newline, or 64 hex digits (Ed25519).
	 */
	char *public_text;
	char id[2][IT_KEYID_SIZE]; /* by enum intoto_keyid_style */
	/* Under other spellings of keytype and scheme (keyid.c); the unused ones are empty. */
	char other_id[IT_KEY_OTHER_IDS][IT_KEYID_SIZE];
	char fingerprint[IT_KEYID_SIZE];
};

IT_DEFINE_AUTO(struct intoto_key, intoto_key_free);

/* How key material is held and written: raw bytes (Ed25519) or a libcrypto key.  All append. */
struct it_key_form {
	int (*public_der)(const struct intoto_key *key, struct it_buf *out,
			  struct intoto_error **err); /* SPKI */
	int (*private_der)(const struct intoto_key *key, struct it_buf *out,
			   struct intoto_error **err); /* PKCS8 */
	int (*public_text)(const struct intoto_key *key, struct it_buf *out,
			   struct intoto_error **err); /* as in a key object */
	int (*secret_text)(const struct intoto_key *key, struct it_buf *out,
			   struct intoto_error **err);
	/* From a key object.  read_secret also fills and checks the public half. */
	int (*read_public)(struct intoto_key *key, struct it_span text, struct intoto_error **err);
	int (*read_secret)(struct intoto_key *key, struct it_span text, struct intoto_error **err);
};

struct it_scheme {
	const char *name;    /* "rsassa-pss-sha256" */
	const char *keytype; /* "rsa" */
	const char *digest;  /* that is signed, for it_digest_find; NULL for Ed25519 */
	const char *group;   /* the curve as libcrypto calls it; NULL unless ECDSA */
	const struct it_key_form *form;
	int (*generate)(struct intoto_key *key, struct intoto_error **err);
	/* Whether a libcrypto key is of this scheme's kind and curve; NULL for Ed25519. */
	bool (*takes)(const struct it_scheme *scheme, const struct evp_pkey_st *pkey);
	/* Whether such a key is fit for use (size, exponent, point); NULL for Ed25519. */
	int (*check)(const struct intoto_key *key, struct intoto_error **err);
	int (*sign)(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		    struct intoto_error **err);
	/* The same signature, or one that is as good, of a message that is not held in memory.
	   Pours it as often as the scheme needs it. */
	int (*sign_stream)(const struct intoto_key *key, const struct it_message *message,
			   struct it_buf *signature, struct intoto_error **err);
	unsigned passes; /* how often that is */
	/* INTOTO_OK or INTOTO_E_UNTRUSTED; starts at "no". */
	int (*verify)(const struct intoto_key *key, struct it_span data, struct it_span signature,
		      struct intoto_error **err);
};

/* NULL for a name that nothing implements. */
const struct it_scheme *it_scheme_find(const char *name);
/* All of them, NULL-terminated, for help texts; the first of a keytype and curve is its default. */
const struct it_scheme *const *it_schemes(void);
/* "a, b, c", for error texts. */
void it_scheme_list(struct it_buf *out);
/* INTOTO_E_UNSUPPORTED with the name and the list. */
int it_scheme_refuse(struct it_span name, struct intoto_error **err);

/*
 * A public key from the three texts of a key object.  Takes keytype spelled either way ("ecdsa" or
 * "ecdsa-sha2-nistp256"), and PEM with or without its last newline.  secret_text is the hex seed of
 * an Ed25519 key or a private PEM, or empty.  declared_id may be NULL.  Errors begin with the
 * member that is wrong ("scheme: ..."), for the caller to wrap.
 */
IT_CHECK int it_key_from_texts(struct intoto_key **out, const char *keytype, const char *scheme,
			       struct it_span public_text, struct it_span secret_text,
			       const char *declared_id, struct intoto_error **err);

/*
 * Completes a key whose material and scheme are set: public text, fingerprint, ids.  keytype is the
 * spelling of the key object, or NULL.
 */
IT_CHECK int it_key_settle(struct intoto_key *key, const char *keytype, struct intoto_error **err);
/* The part of it_key_settle in keyid.c; needs public_text. */
IT_CHECK int it_key_set_ids(struct intoto_key *key, const char *keytype, struct intoto_error **err);

/* PEM of every kind; intoto_key_parse adds the JSON key object in front of this
 * (model/key_object.c). */
IT_CHECK int it_key_from_pem(struct intoto_key **out, struct it_span pem, const char *name,
			     intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err);

/* Of PBKDF2-HMAC-SHA256, as OWASP advises since 2023. */
enum { IT_KEY_ROUNDS = 600000 };

/*
 * intoto_key_private_pem with a number of rounds: the one place for whoever needs another than
 * IT_KEY_ROUNDS (tests, which would wait for minutes under valgrind).
 */
IT_CHECK int it_key_private_pem(const struct intoto_key *key, struct it_span passphrase, int rounds,
				char **out, struct intoto_error **err);

/* The hex seed of a private Ed25519 key or the private PEM of another; append to a buffer that is
 * wiped. */
IT_CHECK int it_key_secret_text(const struct intoto_key *key, struct it_buf *out,
				struct intoto_error **err);

IT_CHECK int it_key_sign(const struct intoto_key *key, struct it_span data,
			 struct it_buf *signature, struct intoto_error **err);
/* INTOTO_E_UNSUPPORTED for a key whose scheme wants the message in memory. */
IT_CHECK int it_key_sign_stream(const struct intoto_key *key, const struct it_message *message,
				struct it_buf *signature, struct intoto_error **err);
IT_CHECK int it_key_verify(const struct intoto_key *key, struct it_span data,
			   struct it_span signature, struct intoto_error **err);

/*
 * Whether an id names this key: its declared id, either dialect, or Go's variant for P-384 and
 * P-521 (legacy dialect with scheme ecdsa-sha2-nistp256); for an OpenPGP key the fingerprints of
 * the main key and of its subkeys.  Ids are hints: trust follows from key material only.
 */
bool it_key_answers_to(const struct intoto_key *key, struct it_span keyid);
/* Calls visit with each distinct id that the key answers to, declared id first, until it returns
 * nonzero. */
int it_key_each_id(const struct intoto_key *key, int (*visit)(void *arg, const char *keyid),
		   void *arg);

#endif
