/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenPGP keys as in-toto keys: a main key and its subkeys, and whose signatures count until when.
 *
 * They come from a certificate (an exported public key), which says all of it and proves it, or
 * from a key object in a layout, which knows neither revocations nor key flags: what the author of
 * the layout exported is what holds.
 */
#ifndef IT_CRYPTO_OPENPGP_H
#define IT_CRYPTO_OPENPGP_H

#include "crypto/openpgp_part.h"

enum { IT_PGP_SUBKEYS_MAX = 256 };

/* struct intoto_key's openpgp. */
struct it_openpgp {
	struct it_pgp_part *parts; /* the main key first */
	size_t count;
	bool certified; /* from a certificate */
	char *user_id;	/* of the certificate, quoted for a terminal; or NULL */
};

/* --- from a certificate --- */

/*
 * Reads the certificate that id names (16 to 40 hex digits of the main key or a subkey) from
 * packets; with id NULL there must be only one.  at is the time for which self-signatures are
 * chosen.  Errors: FORMAT, LIMIT, UNSUPPORTED, KEY (nothing vouches for it), NOTFOUND (no such id).
 */
IT_CHECK int it_openpgp_read(struct intoto_key **out, struct it_span packets, const char *id,
			     int64_t at, struct intoto_error **err);
/* The same from a file's bytes, armored or not; name stands for the file in errors. */
IT_CHECK int it_openpgp_parse(struct intoto_key **out, struct it_span bytes, const char *id,
			      const char *name, struct intoto_error **err);
/* Whether a file's bytes look like OpenPGP. */
bool it_openpgp_is(struct it_span bytes);
/* Whether text is 16 to 40 hex digits, after an 0x. */
bool it_openpgp_id_valid(const char *text);
/* The fingerprints of keys that may revoke the certificates in packets, 40 hex digits each. */
struct it_strings;
IT_CHECK int it_openpgp_revokers(struct it_strings *out, struct it_span packets,
				 struct intoto_error **err);

/* --- from a key object --- */

/* A key without parts; method is the main key's.  UNSUPPORTED for one that nothing implements. */
IT_CHECK int it_openpgp_new(struct intoto_key **out, const char *method, struct intoto_error **err);
/*
 * Appends a part whose kind, id, created, lifetime and numbers are set, the main key first; takes
 * what it owns, also on failure.
 */
IT_CHECK int it_openpgp_add(struct intoto_key *key, struct it_pgp_part *part,
			    struct intoto_error **err);
/* Completes a key that has its main part: ids, fingerprint. */
IT_CHECK int it_openpgp_settle(struct intoto_key *key, struct intoto_error **err);
/* KEY, with a sentence, for a key that must not go into a layout: revoked, expired at a time. */
IT_CHECK int it_openpgp_check_fresh(const struct intoto_key *key, int64_t at,
				    struct intoto_error **err);

/* --- signatures --- */

/* A detached signature as in-toto's documents have it. */
struct it_openpgp_claim {
	const char *keyid;	/* as the document says; a hint */
	struct it_span headers; /* "other_headers": the hashed part */
	struct it_span value;	/* "signature" */
};

/*
 * UNTRUSTED, with a sentence, unless the signature verifies with the main key or a subkey of key
 * that was fit to make it and still is at the time at.  only, if not NULL, is the id of the part
 * that must have signed.
 */
IT_CHECK int it_openpgp_verify(const struct intoto_key *key, const struct it_openpgp_claim *claim,
			       struct it_span data, int64_t at, const char *only,
			       struct intoto_error **err);

/* The same for a detached signature, armored or not, at the time that the clock says. */
IT_CHECK int it_openpgp_verify_detached(const struct intoto_key *key, struct it_span data,
					struct it_span signature, struct intoto_error **err);

/* Takes a detached signature packet apart; headers and value append.  keyid gets 40 hex digits, or
 * "" when the signature does not say. */
IT_CHECK int it_openpgp_split(struct it_span packet, struct it_buf *headers, struct it_buf *value,
			      char keyid[IT_PGP_ID_SIZE], struct intoto_error **err);

/* Whether two keys have a main key or a usable subkey in common; either may be no OpenPGP key. */
bool it_openpgp_shares(const struct intoto_key *a, const struct intoto_key *b);
/* The part with that id (case does not count); NULL when there is none. */
const struct it_pgp_part *it_openpgp_part(const struct intoto_key *key, struct it_span id);
/* Makes that part the one whose id intoto_key_id() gives: the subkey that a signer signs with. */
IT_CHECK int it_openpgp_choose(struct intoto_key *key, const char *id, struct intoto_error **err);

void it_openpgp_free(struct it_openpgp *openpgp);

#endif
